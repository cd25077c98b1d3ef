package directory

import "gatehouse/web/ui"

// groupDetailPage is one group and who is in it.
type groupDetailPage struct {
	ui.Base
	Name    string
	Badge   *ui.Badge
	Wrong   []ui.Wrong
	Pushed  []pushedGroupRow
	Facts   []ui.Fact
	Drift   []ui.Todo // what is off
	Lasting []string
	Search  searchForm
	Rows    []memberRow
	Pager   ui.Pager
	AddHref string
	Moment  momentForm
	Default bool // it belongs to its organization
	Action  string
	Hidden  []ui.HiddenField
	Fields  []ui.Field
	Remove  *ui.Confirm
	Carried carriedForm
	Restore momentForm
}

func (p *groupDetailPage) Title() string { return p.Name }

// memberRow is a member of a group.
type memberRow struct {
	Person personRef
	Source string
	Since  ui.Time
	Cause  causeLink
	Remove *ui.Press
}

// groupDriftPage compares who is in a group with whom the identity providers named.
type groupDriftPage struct {
	ui.Base
	Heading  string
	Expected int
	Actual   int
	Missing  []driftRow
	Extra    []driftRow
	More     bool      // there are others
	Preview  string    // address of what reconciling would do; "" if it would do nothing
	Sent     []ui.Link // comparisons with what connections that provision sent
}

func (p *groupDriftPage) Title() string { return p.Heading }

// driftRow is a user who is missing from a group or should not be in it.
type driftRow struct {
	Person     personRef
	Reason     string
	Reconciled bool
	Record     ui.Link // Href is "" if there is none
}

// pushedGroupRow is a group of the same name that an identity provider pushed.
type pushedGroupRow struct {
	Connection ui.Link
	Name       string // as it is there
	Members    string
	State      ui.Badge
	Changed    ui.Time
}
