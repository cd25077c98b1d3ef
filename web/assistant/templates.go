package assistant

import (
	"embed"
	"slices"

	"gatehouse/web/console"
	"gatehouse/web/ui"
)

//go:embed *.html
var files embed.FS

// Templates returns the pages of this package.
func Templates() ui.Templates {
	return ui.Templates{
		Pages: []ui.Page{
			new(chooseProviderPage),
			new(nameConnectionPage),
			new(setupCreatePage),
			new(setupConfigurePage),
			new(setupAttributesPage),
			new(setupAssignPage),
			new(setupTestPage),
			new(setupEnablePage),
			new(setupDonePage),
			new(provisionWaitPage),
			new(provisionConnectPage),
			new(provisionMappingsPage),
			new(provisionAssignPage),
			new(provisionTestPage),
			new(provisionEnablePage),
		},
		Files: files,
	}
}

// piece is a part of a sentence of which every letter is the same.
type piece struct {
	Text  string
	Label bool // as the console of the identity provider shows it
	Code  bool // to be read letter by letter
}

// part is a series of instructions for the console of the identity provider. ID is
// unique on its page.
type part struct {
	ID       string
	Heading  string
	Note     []piece
	Do       []instruction
	Warnings [][]piece
}

// instruction is one thing to do there.
type instruction struct {
	Text   []piece
	Values []console.Entry
}

// stepFrame is what every step has.
type stepFrame struct {
	Heading  string
	Over     string // the product and its protocol
	Role     string // who may do this there
	Steps    []stepLink
	Number   int
	Change   string   // where the identity provider is changed
	HandOver string   // where the assistant is handed on; "" for who may not
	Next     *ui.Link // the one button; nil where a form has it
}

func (a stepFrame) Title() string { return a.Heading }

// stepLink is one of the assistant's.
type stepLink struct {
	Label, Href   string
	Current, Done bool
}

// setupForm is what is entered on a step.
type setupForm struct {
	Wrong  []ui.Wrong
	Fields []ui.Field
	More   []ui.Field // what few need
	Hidden []ui.HiddenField
	Action string
	Button string
	Files  bool
	Tried  bool // it was shown on the last test, and is not saved
	Meant  []meant
}

// MoreOpen says that More has a field to look at: one that is wrong, or one that
// was just tried.
func (f setupForm) MoreOpen() bool {
	return f.Tried || slices.ContainsFunc(f.More, func(field ui.Field) bool {
		return field.Error != ""
	})
}

// meant is a correction of an entry that a button accepts.
type meant struct{ Label, Value, Use string }
