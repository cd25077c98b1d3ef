package groupsync

import (
	"slices"

	"gatehouse/sso"
)

// losesLastAdmin reports whether the person is the only one in the enterprise's
// admin groups and would be in none afterwards.
func (p *planner) losesLastAdmin() bool {
	admin := func(id sso.GroupID) bool { return slices.Contains(p.snapshot.AdminGroups, id) }
	if p.snapshot.OtherAdmins || !slices.ContainsFunc(p.changes.Remove, admin) {
		return false
	}
	return !slices.ContainsFunc(p.snapshot.AdminGroups, func(id sso.GroupID) bool {
		_, stays := p.member[id]
		return stays
	})
}

// hold puts the whole plan aside, not the one removal: half of what the identity
// provider said is something that it never said.
func (p *planner) hold() {
	c := &p.changes
	c.Held = &sso.HeldChanges{Add: c.Add, Remove: c.Remove}
	c.Add, c.Remove = nil, nil
	c.Record.Mode = sso.SyncKeep
	c.Record.Note = "This would have taken the last member out of the company's admin groups: every membership was kept until an admin decides."
}
