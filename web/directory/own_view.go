package directory

import "gatehouse/web/ui"

// ownGroupsPage lists the groups of an organization for its admins.
type ownGroupsPage struct {
	ui.Base
	Organization string
	Wrong        []ui.Wrong
	Search       searchForm
	Rows         []ownGroupRow
	Pager        ui.Pager
	Action       string
	Name         ui.Field // of a new group
}

func (p *ownGroupsPage) Title() string { return "Groups of " + p.Organization }

// ownGroupRow is a group in the list; Closed says that the visitor does not change its
// members.
type ownGroupRow struct {
	groupCountRow
	Closed bool
}

// ownGroupPage is a group of an organization for its admins.
type ownGroupPage struct {
	ui.Base
	Name     string
	Badge    *ui.Badge
	Wrong    []ui.Wrong
	Default  bool
	Facts    []ui.Fact
	Search   searchForm
	Rows     []memberRow
	Pager    ui.Pager
	AddHref  string        // "" if the visitor does not change the members
	Closed   string        // why not
	Settings *ownGroupForm // nil if the visitor does not rename and delete it
}

func (p *ownGroupPage) Title() string { return p.Name }

// ownGroupForm renames a group, or deletes it.
type ownGroupForm struct {
	Action   string
	Revision ui.HiddenField
	Name     ui.Field
	Remove   ui.Confirm
}

// ownPeoplePage lists the people of an organization for its admins.
type ownPeoplePage struct {
	ui.Base
	Organization string
	Search       searchForm
	Rows         []personRow
	Pager        ui.Pager
}

func (p *ownPeoplePage) Title() string { return "People of " + p.Organization }

// ownPersonPage is a person of an organization for its admins.
type ownPersonPage struct {
	ui.Base
	Name         string
	Organization string
	Status       ui.Badge
	Facts        []ui.Fact
	Rows         []ownMembershipRow
}

func (p *ownPersonPage) Title() string { return p.Name }

// ownMembershipRow is a group of the organization that a person is in.
type ownMembershipRow struct {
	Group  ui.Link
	Source string
	Since  ui.Time
	Remove *ui.Press
}
