package directory

import "gatehouse/web/ui"

// peoplePage lists an enterprise's people.
type peoplePage struct {
	ui.Base
	Search searchForm
	Rows   []personRow
	Pager  ui.Pager
	Rules  []ui.Link // pages of what the company requires of everyone
}

func (peoplePage) Title() string { return "People" }

// personRow is a user in a list.
type personRow struct {
	Person     personRef
	Email      string
	Status     ui.Badge
	LastSignIn ui.Time
}
