package groupsync

import (
	"fmt"
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
	c.Held = &sso.HeldChanges{Mode: c.Record.Mode, Add: c.Add, Remove: c.Remove}
	c.Held.Added, c.Held.Removed = p.words(c.Add, c.Remove)
	c.Add, c.Remove = nil, nil
	c.Record.Mode = sso.SyncKeep
	c.Record.Note = "This would have taken the last member out of the company's admin groups: every membership was kept until an admin decides."
}

// A change that takes more people than shareLeast, and more than half of all, out
// of a group at once is more likely a mistake than meant.
const shareLeast = 20

// ShareBrake reports whether taking removed of members people out of a group at
// once has to be confirmed. It is about bursts, that is whole groups; what one
// sign-in says is about one person.
func ShareBrake(members, removed int) bool {
	return removed > shareLeast && removed > members/2
}

// ErrShareBrake is Conflict "share_brake": nothing was changed.
func ErrShareBrake(members, removed int) *sso.Error {
	return &sso.Error{Kind: sso.Conflict, Code: "share_brake",
		Public: fmt.Sprintf("This takes %d of %d people out of the group at once. Confirm it if it is meant.", removed, members)}
}
