package groupsync

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"gatehouse/sso"
)

const (
	// minLosingUsers is how many users must lose groups to unmatched names before
	// the connection is stopped, and how many in a row must match again before
	// the stop ends.
	minLosingUsers = 3
	// signMargin is how many more matching users than losing ones are recorded:
	// enough to decide, and no more.
	signMargin = 3
)

// applyBrake decides whether the plan is held, and records what this sign-in says
// about the connection. It holds the whole plan and not one removal: applying
// half of an assertion would be something the identity provider never sent.
func (p *planner) applyBrake(asserted sso.AssertedGroups) {
	lost := p.lostMemberships()
	cause, group := sso.HeldCause(""), sso.GroupID("")
	lastAdmin := p.losesLastAdmin()
	if rules := p.snapshot.Brake.Rules; !rules.Off {
		b := brakeCheck{
			planner: p,
			rules:   rules.Effective(),
			facts:   p.snapshot.Brake,
			lost:    lost,
		}
		cause = b.checkNames(asserted)
		if cause == "" && !lastAdmin { // a plan held for another cause removes no membership
			cause, group = b.checkShare()
		}
	}
	if lastAdmin {
		cause, group = sso.HeldLastAdmin, ""
	}
	if cause != "" {
		p.hold(cause, group)
	}
}

// lostMemberships returns the memberships that the plan removes, without those of default
// groups.
func (p *planner) lostMemberships() []sso.Membership {
	var lost []sso.Membership
	for _, m := range p.snapshot.Memberships {
		if slices.Contains(p.changes.Remove, m.Group) && !p.groups[m.Group].Default {
			lost = append(lost, m)
		}
	}
	slices.SortFunc(lost, func(a, b sso.Membership) int {
		return cmp.Compare(a.Group, b.Group)
	})
	return lost
}

// brakeCheck is the evaluation of one connection's brake at one sign-in.
type brakeCheck struct {
	*planner
	rules sso.Brake // with defaults filled in
	facts sso.BrakeFacts
	lost  []sso.Membership
}

// checkNames records whether this sign-in's names still match, and returns the cause
// if the plan is held because of them.
func (b *brakeCheck) checkNames(asserted sso.AssertedGroups) sso.HeldCause {
	stop, standing := b.findStop(sso.HeldNamesChanged, "")
	allowed := !stop.Until.IsZero() && stop.Allowed(b.facts.At)
	sign := b.newSign(stop)
	if !allowed {
		b.changes.Brake.Sign = sign
	}
	signs := b.allSigns(sign)
	switch {
	case standing && namesMatchAgain(signs, b.windowStart()):
		b.changes.Brake.Ended = append(b.changes.Brake.Ended, stop)
	case standing && len(b.lost) > 0:
		return sso.HeldNamesChanged
	case !standing &&
		!allowed &&
		sign.Kind.Lost() &&
		namesChanged(signs, b.windowStart()):
		groups, _ := lostGroups(signs, b.windowStart())
		b.beginStop(sso.BrakeStop{Cause: sso.HeldNamesChanged, Groups: groups})
		return sso.HeldNamesChanged
	}
	matchesNothing := len(b.changes.Record.Matched) == 0 &&
		asserted.State == sso.GroupsValues &&
		len(b.syncedGroups()) > 0
	if matchesNothing && !allowed {
		return sso.HeldMatchesNothing
	}
	return ""
}

// windowStart returns the start of the window.
func (b *brakeCheck) windowStart() time.Time { return b.facts.At.Add(-b.rules.Span()) }

func (b *brakeCheck) findStop(cause sso.HeldCause, group sso.GroupID) (stop sso.BrakeStop, standing bool) {
	for _, s := range b.facts.Stops {
		if s.Cause == cause && s.Group == group {
			return s, s.Holds(b.facts.At)
		}
	}
	return sso.BrakeStop{}, false
}

func (b *brakeCheck) beginStop(s sso.BrakeStop) {
	s.At, s.Since, s.Last = b.facts.At, b.windowStart(), b.facts.At
	b.changes.Brake.Begun = append(b.changes.Brake.Begun, s)
}

// syncedGroups returns the groups of the lost memberships that came from the identity
// provider.
func (b *brakeCheck) syncedGroups() (groups []sso.GroupID) {
	for _, m := range b.lost {
		if m.Source == sso.SourceJIT || m.Source == sso.SourceSCIM {
			groups = append(groups, m.Group)
		}
	}
	return groups
}

// newSign returns what this sign-in says about the names of the connection.
func (b *brakeCheck) newSign(stop sso.BrakeStop) sso.BrakeSign {
	s := sso.BrakeSign{At: b.facts.At}
	synced, matched := b.syncedGroups(), slices.Sorted(maps.Keys(b.matched))
	switch {
	case len(synced) > 0 && b.hasNewNames():
		s.Kind, s.Groups, s.Names = sso.SignRenamed, synced, b.groupNames(synced)
	case len(synced) > 0 && len(matched) == 0:
		s.Kind, s.Groups, s.Names = sso.SignNothing, synced, b.groupNames(synced)
	case len(synced) == 0 && len(matched) > 0:
		s.Groups = b.recoveringGroups(stop, matched)
		if len(s.Groups) > 0 {
			s.Kind = sso.SignMatches
		}
	}
	return s
}

func (b *brakeCheck) groupNames(groups []sso.GroupID) (names []string) {
	for _, id := range groups {
		names = append(names, b.groups[id].Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// hasNewNames reports whether an unmatched name is new for this user. Names that
// no group can have are ignored.
func (b *brakeCheck) hasNewNames() bool {
	renamedBefore := b.facts.LastSign.Kind == sso.SignRenamed
	return slices.ContainsFunc(b.changes.Record.Unmatched, func(name string) bool {
		return name != sso.DefaultGroupName &&
			sso.ValidateGroupName("", name) == nil &&
			(renamedBefore || !slices.Contains(b.facts.AssertedBefore, name))
	})
}

// recoveringGroups returns the matched groups that other users lost to unmatched names.
// It returns none once enough users match.
func (b *brakeCheck) recoveringGroups(stop sso.BrakeStop, matched []sso.GroupID) []sso.GroupID {
	lost := slices.Clone(stop.Groups)
	losing, matching := 0, 0
	for _, s := range b.facts.Signs {
		if s.Kind.Lost() {
			losing++
			lost = append(lost, s.Groups...)
		} else {
			matching++
		}
	}
	if stop.At.IsZero() && matching > losing+signMargin {
		return nil
	}
	return slices.DeleteFunc(matched, func(id sso.GroupID) bool {
		return !slices.Contains(lost, id)
	})
}

// allSigns returns the signs of all users, newest first, with this sign-in's in
// place of the user's previous one.
func (b *brakeCheck) allSigns(now sso.BrakeSign) []sso.BrakeSign {
	switch {
	case now.Kind != "":
		return append([]sso.BrakeSign{now}, b.facts.Signs...)
	case b.facts.LastSign.Kind == "":
		return b.facts.Signs
	}
	all := append([]sso.BrakeSign{b.facts.LastSign}, b.facts.Signs...)
	slices.SortStableFunc(all, func(a, b sso.BrakeSign) int { return b.At.Compare(a.At) })
	return all
}

// countSigns counts the signs of each kind since a moment.
func countSigns(signs []sso.BrakeSign, since time.Time) (renamed, nothing, matches int) {
	for _, s := range signs {
		switch {
		case !s.At.After(since):
		case s.Kind == sso.SignRenamed:
			renamed++
		case s.Kind == sso.SignNothing:
			nothing++
		case s.Kind == sso.SignMatches:
			matches++
		}
	}
	return renamed, nothing, matches
}

// namesChanged reports whether the names that the connection sends stopped
// matching: at least three users lost groups, and more than still match one of
// these. If some of them sent no new name, they must have lost different
// groups, because a single deleted group at the identity provider looks the
// same.
func namesChanged(signs []sso.BrakeSign, since time.Time) bool {
	renamed, nothing, matches := countSigns(signs, since)
	if renamed+nothing < minLosingUsers || renamed+nothing <= matches {
		return false
	}
	_, names := lostGroups(signs, since)
	return renamed >= minLosingUsers || len(names) > 1
}

// lostGroups returns the groups that users lost since a moment, and their names.
func lostGroups(signs []sso.BrakeSign, since time.Time) (groups []sso.GroupID, names []string) {
	for _, s := range signs {
		if s.Kind.Lost() && s.At.After(since) {
			groups, names = append(groups, s.Groups...), append(names, s.Names...)
		}
	}
	slices.Sort(groups)
	slices.Sort(names)
	return slices.Compact(groups), slices.Compact(names)
}

// namesMatchAgain reports whether the last three users matched, and within the
// window at least as many matched as did not.
func namesMatchAgain(signs []sso.BrakeSign, since time.Time) bool {
	if len(signs) < minLosingUsers || slices.ContainsFunc(signs[:minLosingUsers], func(s sso.BrakeSign) bool {
		return s.Kind.Lost()
	}) {
		return false
	}
	renamed, nothing, matches := countSigns(signs, since)
	return matches >= renamed+nothing
}

// checkShare records the losses, and holds the plan if one of the groups would lose
// too many members.
func (b *brakeCheck) checkShare() (cause sso.HeldCause, group sso.GroupID) {
	b.changes.Brake.Losses = b.lost
	for _, m := range b.lost {
		stop, standing := b.findStop(sso.HeldGroupShare, m.Group)
		switch {
		case !standing && stop.Allowed(b.facts.At):
			continue
		case !standing && b.exceedsShare(m.Group):
			b.beginStop(sso.BrakeStop{
				Cause:  sso.HeldGroupShare,
				Group:  m.Group,
				Groups: []sso.GroupID{m.Group},
			})
		case !standing:
			continue
		}
		if cause == "" {
			cause, group = sso.HeldGroupShare, m.Group
		}
	}
	return cause, group
}

func (b *brakeCheck) exceedsShare(group sso.GroupID) bool {
	l := b.facts.Losses[group]
	people := l.People + 1
	return people > b.rules.People && people*100 > b.rules.Share*l.Members
}

// losesLastAdmin reports whether the user is the only admin of the enterprise
// and would be in no admin group afterwards.
func (p *planner) losesLastAdmin() bool {
	admin := func(id sso.GroupID) bool {
		return slices.Contains(p.snapshot.AdminGroups, id)
	}
	if p.snapshot.OtherAdmins || !slices.ContainsFunc(p.changes.Remove, admin) {
		return false
	}
	return !slices.ContainsFunc(p.snapshot.AdminGroups, func(id sso.GroupID) bool {
		_, stays := p.memberships[id]
		return stays
	})
}

// hold moves the whole plan into Held.
func (p *planner) hold(cause sso.HeldCause, group sso.GroupID) {
	c := &p.changes
	c.Held = &sso.HeldChanges{
		Mode:   c.Record.Mode,
		Cause:  cause,
		Group:  group,
		Add:    c.Add,
		Remove: c.Remove,
	}
	c.Held.Added, c.Held.Removed = p.namedChanges(c.Add, c.Remove)
	c.Add, c.Remove = nil, nil
	c.Record.Mode = sso.SyncKeep
	c.Record.Note = heldNote(cause, p.groups[group].Name)
}

// heldNote returns the sentence that tells an admin why a group sync is held.
// group is the name of the group concerned, if there is one.
func heldNote(cause sso.HeldCause, group string) string {
	const kept = " Every membership was kept until an admin decides."
	switch cause {
	case sso.HeldLastAdmin:
		return "This sync would have removed the last member of the company’s admin groups." + kept
	case sso.HeldNamesChanged:
		return "The group names that this connection sends no longer match the groups here." + kept
	case sso.HeldGroupShare:
		return "Sign-ins through this connection would remove too many people from the group " +
			group + " at once." + kept
	case sso.HeldMatchesNothing:
		return "None of the group names matches a group here, and the person had synced memberships." + kept
	}
	return ""
}

// minShareBrake is the smallest removal that ShareBrake stops. Removing more
// members than this, and more than half of a group, at once is more likely a
// mistake than intended.
const minShareBrake = 20

// ShareBrake reports whether removing that many of a group's members at once
// needs a confirmation. It is about removals of many members by an admin; a
// sign-in concerns one user.
func ShareBrake(members, removed int) bool {
	return removed > minShareBrake && removed > members/2
}

// ErrShareBrake returns Conflict "share_brake", which says that nothing was
// changed.
func ErrShareBrake(members, removed int) *sso.Error {
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "share_brake",
		Public: fmt.Sprintf(
			"This removes %d of %d people from the group at once. Confirm it if that is intended.",
			removed, members,
		),
	}
}
