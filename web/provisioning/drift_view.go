package provisioning

import "gatehouse/web/ui"

// connectionDriftPage compares who should be in the groups of a connection with who
// is.
type connectionDriftPage struct {
	ui.Base
	Places    []ui.Link
	Lead      string
	Total     string // "269 expected, 21 actual"
	Notes     []string
	Warnings  []ui.Todo
	Rows      []driftRow
	Reconcile string // address of the preview; "" if there is nothing to do
	Wrong     []ui.Wrong
	Form      expectForm
	Open      bool         // the form is
	Read      *listingForm // nil if the directory cannot be read
}

func (connectionDriftPage) Title() string { return placeDrift }

// driftRow compares one group.
type driftRow struct {
	Name         string
	Organization string // "" if no group here has the name
	Href         string // "" if no group here has the name
	State        *ui.Badge
	Expected     int
	Evidence     string
	Actual       int
	Missing      int
	Extra        int
	Why          []string
	Refused      string // "" if nothing is
	Problems     string // where that is listed
	Mend         string // where the names of the group are changed; "" if that mends nothing
}

// expectForm says how many members a group should have, or which.
type expectForm struct {
	Action string
	Group  ui.Field
	People ui.Field
}

// connectionGroupDriftPage names the people of one group who are missing or extra.
type connectionGroupDriftPage struct {
	ui.Base
	Name      string
	Counts    string
	Row       driftRow
	Group     string // address of the group
	Expect    string // address of the form
	Reasons   []remedyRow
	Missing   []personRow
	Extra     []personRow
	More      bool
	Reconcile string
}

func (p *connectionGroupDriftPage) Title() string { return "Expected in " + p.Name }

// remedyRow is a reason, and what to do.
type remedyRow struct {
	Text string
	Do   string // "" if nothing has to be done
	Side *ui.Badge
	Link *ui.Link
}

// personRow is a person who is missing or extra.
type personRow struct {
	Name       string
	Login      string
	Href       string // "" if there is no account
	Why        string
	Since      ui.Time
	Reconciled bool
}

// connectionReconcilePage shows what repeating what was sent would change.
type connectionReconcilePage struct {
	ui.Base
	Wrong   []ui.Wrong
	Rows    []reconcileRow
	Action  string
	Confirm *ui.Field // a box to tick; nil if it is not so many
	Back    string
}

func (connectionReconcilePage) Title() string { return "Reconcile" }

// reconcileRow lists people who join or leave a group.
type reconcileRow struct {
	Group  string
	Of     string // its organization
	What   string
	People []ui.Link
	More   string
}
