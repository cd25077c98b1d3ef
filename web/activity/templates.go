package activity

import (
	"embed"

	"gatehouse/web/ui"
)

//go:embed *.html
var files embed.FS

// Templates returns the pages of this package.
func Templates() ui.Templates {
	return ui.Templates{
		Pages: []ui.Page{
			new(attemptsPage),
			new(attemptDetailPage),
			new(syncListPage),
			new(syncDetailPage),
			new(provisioningPage),
			new(auditLogPage),
			new(guidePage),
		},
		Files: files,
	}
}

// eventList is what the lists of what happened have in common.
type eventList struct {
	Tabs     []ui.Link
	Action   string     // where the form that narrows the list leads
	Filters  []ui.Field // of that form
	Wrong    []ui.Wrong // with what was entered there
	Narrowed bool       // something was entered there
	All      string     // the list without anything entered
	Pager    ui.Pager
}
