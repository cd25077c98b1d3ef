package directory

import "gatehouse/web/ui"

// peoplePage lists an enterprise's people.
type peoplePage struct {
	ui.Base
	Search searchForm
	Rows   []personRow
	Pager  ui.Pager
	Pages  []ui.Link // the other pages about all people of the company
}

func (peoplePage) Title() string { return "People" }

// personRow is a user in a list.
type personRow struct {
	Person     personRef
	Email      string
	Status     ui.Badge
	LastSignIn ui.Time
}
