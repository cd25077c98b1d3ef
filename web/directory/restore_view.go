package directory

import "gatehouse/web/ui"

// pastMembersPage is who was in a group at some moment.
type pastMembersPage struct {
	ui.Base
	Heading string
	At      ui.Time
	Moment  momentForm
	Wrong   []ui.Wrong
	Rows    []pastRow
	Pager   ui.Pager
	Restore ui.Link // Href is "" where nothing can be restored
}

func (p *pastMembersPage) Title() string { return p.Heading }

// pastRow is a membership that was.
type pastRow struct {
	Person  personRef
	Source  string
	From    ui.Time
	Cause   causeLink
	Until   ui.Time
	EndedBy causeLink
	Still   bool // it is in force
}

// restoringPage shows what a change of many memberships would do, before it is done.
type restoringPage struct {
	ui.Base
	Heading string
	Lead    string
	Wrong   []ui.Wrong
	Lasting []string
	Lists   []movedList // those that have anything in them
	Action  string      // where it is posted; "" if there is nothing to do
	Fields  []ui.HiddenField
	Button  string
	Confirm *ui.Field // a box to tick; nil if it is not so many
	Back    ui.Link
}

func (p *restoringPage) Title() string { return p.Heading }

// movedList is who comes, or goes, or cannot come.
type movedList struct {
	ID      string
	Heading string
	Rows    []movedRow
	More    string // how many more there are, in a sentence; "" for none
}

// movedRow is one membership of them.
type movedRow struct{ Name, Detail, Href string }
