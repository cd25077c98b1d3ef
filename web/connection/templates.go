package connection

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
			new(connectionsPage),
			new(connectionPage),
			new(connectionSettingsPage),
			new(connectionCertificatesPage),
			new(connectionShadowPage),
			new(connectionMovePage),
			new(connectionMovedPage),
			new(connectionGroupsPage),
			new(connectionPersonPage),
			new(heldSyncsPage),
		},
		Files: files,
	}
}
