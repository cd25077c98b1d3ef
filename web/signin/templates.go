package signin

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
			new(signInPage),
			new(chooseConnectionPage),
			new(replacePage),
			new(verifyPage),
			new(logoutConfirmPage),
			new(testedPage),
		},
		Translated: []ui.Page{
			new(signInPage),
			new(chooseConnectionPage),
			new(replacePage),
			new(verifyPage),
			new(logoutConfirmPage),
		},
		Files: files,
	}
}
