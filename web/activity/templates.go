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

// eventList is the common part of the event lists.
type eventList struct {
	Tabs     []ui.Link
	Action   string     // target of the filter form
	Filters  []ui.Field // of that form
	Wrong    []ui.Wrong // problems of the filter
	Narrowed bool       // a filter is set
	All      string     // the list without a filter
	Pager    ui.Pager
}
