package directory

import "gatehouse/web/ui"

// organizationsPage lists an enterprise's organizations.
type organizationsPage struct {
	ui.Base
	Rows   []organizationRow
	Pager  ui.Pager
	Wrong  []ui.Wrong
	Action string
	Fields []ui.Field // of a new one
}

func (organizationsPage) Title() string { return "Organizations" }

// organizationRow is one of them.
type organizationRow struct {
	Organization ui.Link
	Key          string
	Groups       int
	Members      int
}

// organizationDetailPage is one organization.
type organizationDetailPage struct {
	ui.Base
	Name   string
	Wrong  []ui.Wrong
	Facts  []ui.Fact
	Rows   []groupCountRow
	Pager  ui.Pager
	Create string // where a group is made
	// Services is the address of its services.
	Services string
	Action   string // where a change is posted
	Hidden   []ui.HiddenField
	Fields   []ui.Field
	Remove   ui.TypedForm
}

func (p *organizationDetailPage) Title() string { return p.Name }
