package connection

import "gatehouse/web/ui"

// connectionPage is one, as it is.
type connectionPage struct {
	ui.Base
	Name, Runs string
	State      ui.Badge
	Wrong      []ui.Wrong
	Todos      []ui.Todo
	Trust      []trustPart
	Places     []ui.Link // what else there is about it
	Facts      []ui.Fact
	SignIn     ui.Copyable
	Draft      *draftPart // nil: nothing is being edited
	Acts       []ui.Confirm
	Tests      []testLine
	TestsHref  string
	Delete     deleteSection
}

func (p *connectionPage) Title() string { return p.Name }

// draftPart is what is being edited beside what is live.
type draftPart struct {
	Version string // "Version 4"
	First   bool   // nothing is live yet
	Changes []change
	Tested  ui.Badge // whether the last test connection passed
	Note    string   // what that means
	Loses   []string
	Enable  ui.Confirm
	Discard *ui.Confirm // nil where the draft is all there is
	Edit    string
	Setup   string
	Test    string
	Shadow  string // "" where there is nothing to compare with
}

// change is one field of a draft that differs from what is live.
type change struct {
	Label         string
	Before, After string
	Gone, New     []string // of a list, in place of Before and After
	Secret        bool
}

// testLine is one test connection.
type testLine struct {
	At    ui.Time
	State ui.Badge
	By    string
	Why   string // it failed
	Href  string
}

// deleteSection asks for the name of what is deleted.
type deleteSection struct {
	Blocked string // why it cannot be; "" if it can
	Text    string // what will happen
	Action  string
	Name    ui.Field
}
