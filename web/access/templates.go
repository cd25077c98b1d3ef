package access

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
			new(adminSignInPage),
			new(adminConfirmPage),
			new(adminWelcomePage),
			new(adminAccountPage),
			new(adminsPage),
			new(accessPage),
			new(setupStartPage),
			new(apiTokensPage),
		},
		Files: files,
	}
}
