package provisioning

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
			new(connectionSCIMPage),
			new(connectionTokenPage),
			new(connectionProblemsPage),
			new(connectionDriftPage),
			new(connectionGroupDriftPage),
			new(connectionReconcilePage),
			new(connectionPilotPage),
			new(connectionSwitchPage),
		},
		Files: files,
	}
}
