package activity

import "gatehouse/web/ui"

// syncListPage lists group syncs.
type syncListPage struct {
	ui.Base
	eventList
	Rows []syncEntry
}

func (*syncListPage) Title() string { return "Group syncs" }

// syncEntry is one group sync of a list.
type syncEntry struct {
	At      ui.Time
	Who     string
	WhoHref string
	Mode    string
	Result  []ui.Badge
	Href    string
}

// syncDetailPage shows one group sync.
type syncDetailPage struct {
	ui.Base
	Tabs      []ui.Link
	ID        string
	Facts     []ui.Fact
	Note      string
	Held      string // address of the approval; "" if nothing is held
	Changes   []organizationChange
	Groups    groupsSaid
	Matched   []string
	Unmatched []string
	Near      []nearGroup
	Unknown   string // address that lists the unmatched names
}

func (*syncDetailPage) Title() string { return "Group sync" }

// organizationChange is what changed in one organization.
type organizationChange struct {
	Name           string
	Added, Removed []string
}

// nearGroup is a near miss of an unmatched name.
type nearGroup struct{ Asserted, Group, Organization, Why string }
