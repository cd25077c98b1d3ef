package groupsync

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gatehouse/sso"
)

// Plan returns the changes that make the user's memberships, in all
// organizations of the enterprise, what asserted says, as far as rules and
// certainty allow. The user is always in the default groups of the connection.
// Rules of mode [sso.SyncKeep] are those of a user whose memberships come by
// provisioning: nothing changes. The changes include the rows of default
// groups: a user who joins a first group of an organization joins its default
// group, and a user who loses the last one leaves it.
//
// The brake holds a plan that would remove the last admin, or that is part of a
// mass removal according to snapshot.Brake: see [sso.MembershipChanges].
//
// The error is Forbidden "groups_unknown" if the rules refuse a sign-in whose
// groups are not known. There is no other error.
func Plan(rules sso.GroupSync, asserted sso.AssertedGroups, snapshot sso.GroupSnapshot) (sso.MembershipChanges, error) {
	mode, note, err := effectiveMode(rules, asserted)
	if err != nil {
		return sso.MembershipChanges{}, err
	}
	p := planner{
		snapshot:    snapshot,
		groups:      make(map[sso.GroupID]sso.Group, len(snapshot.Groups)),
		memberships: make(map[sso.GroupID]sso.Membership, len(snapshot.Memberships)),
		changes: sso.MembershipChanges{Record: sso.SyncRecord{
			Mode:     mode,
			Asserted: asserted,
			Note:     note,
		}},
	}
	for _, g := range snapshot.Groups {
		p.groups[g.ID] = g
	}
	for _, m := range snapshot.Memberships {
		p.memberships[m.Group] = m
	}
	wanted := p.match(asserted.Names)
	p.matched = wanted
	if rules.Mode != sso.SyncKeep {
		defaults := p.existingDefaults(rules.DefaultGroups)
		if mode != sso.SyncKeep {
			p.joinAll(wanted, sso.SourceJIT)
		}
		p.joinAll(defaults, sso.SourceConnection)
		p.leaveUnasserted(mode, wanted, defaults)
		p.leaveFormerDefaults(rules.Mode, wanted, defaults)
		p.updateDefaultGroups()
		p.sortChanges()
		p.applyBrake(asserted)
	}
	p.fillRecord()
	p.changes.Record.NearMisses = NearMisses(
		p.changes.Record.Unmatched, snapshot.Near, snapshot.Organizations,
	)
	return p.changes, nil
}

// effectiveMode returns the sync mode to apply, given the rules and what is known.
func effectiveMode(rules sso.GroupSync, asserted sso.AssertedGroups) (sso.SyncMode, string, error) {
	if rules.Mode == sso.SyncKeep {
		return sso.SyncKeep, rules.Kept, nil
	}
	unknown := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "groups_unknown",
		Public: "Your company’s sign-in did not say which groups you are in, and that is required here.",
	}
	switch asserted.State {
	case sso.GroupsPartial:
		return sso.SyncAddOnly, partialNote(asserted), nil
	case sso.GroupsTruncated:
		if asserted.Unread > 0 {
			return sso.SyncAddOnly, fmt.Sprintf(
				"The identity provider named more groups than are read here: %d of %d were read and added, none was removed. "+
					"Let it send fewer, or narrow the list with the mapping’s include.",
				len(asserted.Names), len(asserted.Names)+asserted.Unread,
			), nil
		}
		return sso.SyncAddOnly,
			"The list has the length at which this identity provider cuts lists off, or has a pointer to more: groups were added, none removed.",
			nil
	case sso.GroupsOverage:
		if rules.OnOverage == sso.DenySignIn {
			return "", "", unknown
		}
		return sso.SyncKeep,
			"The identity provider sent a pointer instead of the list, because the person is in too many groups: every membership was kept.",
			nil
	case sso.GroupsAbsent:
		switch rules.OnAbsent {
		case sso.DenySignIn:
			return "", "", unknown
		case sso.ClearGroups:
			if asserted.Unfetched {
				return sso.SyncKeep,
					"The groups could not be read, so they are unknown: every membership was kept.", nil
			}
			return rules.Mode,
				"The identity provider sent no group attribute; this connection treats that as no groups.", nil
		}
		return sso.SyncKeep, "The identity provider sent no group attribute: every membership was kept.", nil
	}
	return rules.Mode, "", nil
}

// partialNote says how a list that was not fully understood was handled.
func partialNote(g sso.AssertedGroups) string {
	if len(g.Names) == 0 {
		return "None of the group values was understood: every membership was kept. " +
			"The values and the reasons are listed as not understood."
	}
	return fmt.Sprintf("The list of groups was not fully understood: groups were added, none removed. "+
		"Not understood: %d, listed with the reasons.", g.NotUnderstoodCount)
}

type planner struct {
	snapshot    sso.GroupSnapshot
	groups      map[sso.GroupID]sso.Group
	memberships map[sso.GroupID]sso.Membership // the user's memberships: before the plan, then after it
	matched     map[sso.GroupID]bool           // groups matched by an asserted name
	changes     sso.MembershipChanges
	// defaultsChanged is set if the default groups of the connection change
	// something.
	defaultsChanged bool
}

// match returns the groups of the asserted names, by name or IdP name, and
// records the unmatched names. The name of a default group matches nothing.
func (p *planner) match(names []string) map[sso.GroupID]bool {
	byName := make(map[string][]sso.GroupID, len(p.groups))
	for id, g := range p.groups {
		if g.Default {
			continue
		}
		byName[g.Name] = append(byName[g.Name], id)
		for _, name := range g.IDPNames {
			byName[name] = append(byName[name], id)
		}
	}
	wanted := make(map[sso.GroupID]bool, len(names))
	record := &p.changes.Record
	for _, name := range names {
		ids := byName[name]
		if len(ids) == 0 || name == sso.DefaultGroupName {
			record.Unmatched = append(record.Unmatched, name)
			continue
		}
		record.Matched = append(record.Matched, name)
		for _, id := range ids {
			wanted[id] = true
		}
	}
	return wanted
}

// existingDefaults returns the connection's default groups that exist. Admin groups are
// left out: otherwise every user would administer the enterprise.
func (p *planner) existingDefaults(ids []sso.GroupID) map[sso.GroupID]bool {
	defaults := make(map[sso.GroupID]bool, len(ids))
	for _, id := range ids {
		if g, ok := p.groups[id]; ok && !g.Default && !g.Admin {
			defaults[id] = true
		}
	}
	for id := range defaults {
		if !p.matched[id] {
			p.changes.Defaults = append(p.changes.Defaults, id)
		}
	}
	slices.Sort(p.changes.Defaults)
	return defaults
}

func (p *planner) joinAll(wanted map[sso.GroupID]bool, source sso.MembershipSource) {
	for id := range wanted {
		if _, exists := p.memberships[id]; !exists {
			p.join(id, source)
			p.defaultsChanged = p.defaultsChanged || source == sso.SourceConnection
		}
	}
}

// leaveFormerDefaults ends memberships of groups that are no longer default
// groups. That is certain whatever is known about the user's groups; only an
// add-only connection keeps them.
func (p *planner) leaveFormerDefaults(configured sso.SyncMode, wanted, defaults map[sso.GroupID]bool) {
	if configured == sso.SyncAddOnly {
		return
	}
	for id, m := range maps.Clone(p.memberships) {
		if m.Source == sso.SourceConnection &&
			!wanted[id] &&
			!defaults[id] &&
			!p.groups[id].Default {
			p.leave(id)
			p.defaultsChanged = true
		}
	}
}

func (p *planner) leaveUnasserted(mode sso.SyncMode, wanted, defaults map[sso.GroupID]bool) {
	for id, m := range maps.Clone(p.memberships) {
		if wanted[id] ||
			defaults[id] ||
			p.groups[id].Default ||
			!mayRemove(mode, m.Source) {
			continue
		}
		p.leave(id)
	}
}

func mayRemove(mode sso.SyncMode, source sso.MembershipSource) bool {
	switch mode {
	case sso.SyncReset:
		return true
	case sso.SyncResetSynced:
		return source == sso.SourceJIT ||
			source == sso.SourceSCIM ||
			source == sso.SourceConnection
	}
	return false
}

// updateDefaultGroups makes the default-group rows follow the others. It looks only
// at organizations with a change, and removes only rows that exist because of
// another membership.
func (p *planner) updateDefaultGroups() {
	touched := map[sso.OrganizationID]bool{}
	for _, m := range p.changes.Add {
		touched[p.groups[m.Group].Organization] = true
	}
	for _, id := range p.changes.Remove {
		touched[p.groups[id].Organization] = true
	}
	member := map[sso.OrganizationID]bool{}
	for id := range p.memberships {
		if g := p.groups[id]; !g.Default {
			member[g.Organization] = true
		}
	}
	for _, g := range p.snapshot.Groups {
		if !g.Default || !touched[g.Organization] {
			continue
		}
		row, exists := p.memberships[g.ID]
		switch {
		case member[g.Organization] && !exists:
			p.join(g.ID, sso.SourceDefault)
		case !member[g.Organization] &&
			exists &&
			row.Source == sso.SourceDefault:
			p.leave(g.ID)
		}
	}
}

func (p *planner) join(id sso.GroupID, source sso.MembershipSource) {
	m := sso.Membership{Group: id, Source: source}
	p.memberships[id] = m
	p.changes.Add = append(p.changes.Add, m)
}

func (p *planner) leave(id sso.GroupID) {
	delete(p.memberships, id)
	p.changes.Remove = append(p.changes.Remove, id)
}

// sortChanges sorts the changes, so that the result does not depend on map order.
func (p *planner) sortChanges() {
	slices.SortFunc(p.changes.Add, func(a, b sso.Membership) int {
		return cmp.Compare(a.Group, b.Group)
	})
	slices.Sort(p.changes.Remove)
}

// fillRecord fills in the sync record.
func (p *planner) fillRecord() {
	c := &p.changes
	if p.defaultsChanged && c.Held == nil && c.Record.Note != "" {
		c.Record.Note += " The default groups of the connection do not depend on that."
	}
	slices.Sort(c.Record.Matched)
	slices.Sort(c.Record.Unmatched)
	c.Record.Added, c.Record.Removed = p.namedChanges(c.Add, c.Remove)
}

// namedChanges returns the changes with names, which outlive the groups.
func (p *planner) namedChanges(add []sso.Membership, remove []sso.GroupID) (added, removed []sso.GroupChange) {
	for _, m := range add {
		change := p.groupChange(m.Group)
		if m.Source == sso.SourceConnection {
			change.Source = m.Source
		}
		added = append(added, change)
	}
	for _, id := range remove {
		removed = append(removed, p.groupChange(id))
	}
	return added, removed
}

func (p *planner) groupChange(id sso.GroupID) sso.GroupChange {
	g := p.groups[id]
	return sso.GroupChange{
		Group:            id,
		Name:             g.Name,
		Organization:     g.Organization,
		OrganizationName: p.snapshot.Organizations[g.Organization],
	}
}
