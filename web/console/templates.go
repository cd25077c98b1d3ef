package console

import (
	"embed"

	"gatehouse/web/ui"
)

//go:embed *.html
var files embed.FS

// Templates returns the components that several features of the console share.
func Templates() ui.Templates { return ui.Templates{Files: files} }
