package connection

import "gatehouse/web/ui"

// connectionGroupsPage compares the groups that an identity provider names with those
// that are here.
type connectionGroupsPage struct {
	ui.Base
	Wrong   []ui.Wrong
	Facts   []ui.Fact
	Show    []ui.Link // which names
	Search  ui.Field
	Here    string // where is searched
	Shown   string // hidden in the search
	Columns []string
	Rows    []matrixRow
	Total   string
	Pager   ui.Pager
	Create  *groupForm // nil where there is nothing to create
	Accept  *groupForm // likewise
	Objects bool       // a name that matches nothing looks like an object ID
	Missing []driftLine
	Person  ui.Field // whose next sign-in is looked at
	Ask     string
}

func (connectionGroupsPage) Title() string { return "Verify groups" }

// matrixRow is one name, over all organizations.
type matrixRow struct {
	Name   string
	People string // whom the identity provider says it of
	State  ui.Badge
	Cells  []matrixCell // in the order of the columns
}

// matrixCell is a name in one organization.
type matrixCell struct {
	State  ui.Badge // "matched", "near", …
	Detail string
	Roles  string // that the group carries; "" for none
	Href   string
	Accept *ui.Press // makes the name an IdP name of the group; nil where that is no mend
}

// groupForm creates a group for a name that is nowhere, or gives it to one.
type groupForm struct {
	Action string
	Fields []ui.Field
}

// driftLine is one group whose members are not those that are expected.
type driftLine struct {
	Group        string
	Organization string
	Share        share
	Why          []string
	Href         string
}

// connectionPersonPage shows what the next sign-in of a user would change.
type connectionPersonPage struct {
	ui.Base
	Person        string
	Href          string // of who it is; "" for a newcomer
	Facts         []ui.Fact
	Refused       string
	Notes         []string
	Organizations []personChanges
	Unmatched     []string
	Back          string
}

func (connectionPersonPage) Title() string { return "The next sign-in" }

// personChanges is what would change in one organization.
type personChanges struct {
	Name                 string
	Added, Removed, Kept []string
	Roles                string // that the user would have; "" for none
	Near                 []string
}
