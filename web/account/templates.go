package account

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
			new(accountPage),
			new(noAccessPage),
			new(accountTokensPage),
		},
		Translated: []ui.Page{
			new(accountPage),
			new(noAccessPage),
			new(accountTokensPage),
		},
		Files: files,
	}
}
