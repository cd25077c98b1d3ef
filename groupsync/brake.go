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
	// suspicious is how many users must lose groups to unmatched names before
	// the connection is stopped, and how many in a row must match again before
	// the stop ends.
	suspicious = 3
	// weighed is how many more matching users than losing ones are recorded:
	// enough to decide, and no more.
	weighed = 3
)

// brake decides whether the plan is held, and records what this sign-in says
// about the connection. It holds the whole plan and not one removal: applying
// half of an assertion would be something the identity provider never sent.
func (p *planner) brake(asserted sso.AssertedGroups) {
	lost := p.lost()
	cause, group := sso.HeldCause(""), sso.GroupID("")
	lastAdmin := p.losesLastAdmin()
	if rules := p.snapshot.Brake.Rules; !rules.Off {
		b := braking{
			planner: p,
			rules:   rules.Effective(),
			facts:   p.snapshot.Brake,
			lost:    lost,
		}
		cause = b.names(asserted)
		if cause == "" && !lastAdmin { // a plan held for another cause removes no membership
			cause, group = b.share()
		}
	}
	if lastAdmin {
		cause, group = sso.HeldLastAdmin, ""
	}
	if cause != "" {
		p.hold(cause, group)
	}
}

// lost returns the memberships that the plan removes, without those of default
// groups.
func (p *planner) lost() []sso.Membership {
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

// braking is the evaluation of one connection's brake at one sign-in.
type braking struct {
	*planner
	rules sso.Brake // with defaults filled in
	facts sso.BrakeFacts
	lost  []sso.Membership
}

// names records whether this sign-in's names still match, and returns the cause
// if the plan is held because of them.
func (b *braking) names(asserted sso.AssertedGroups) sso.HeldCause {
	stop, standing := b.stop(sso.HeldNamesChanged, "")
	allowed := !stop.Until.IsZero() && stop.Allowed(b.facts.At)
	sign := b.sign(stop)
	if !allowed {
		b.changes.Brake.Sign = sign
	}
	signs := b.signs(sign)
	switch {
	case standing && matchAgain(signs, b.begin()):
		b.changes.Brake.Ended = append(b.changes.Brake.Ended, stop)
	case standing && len(b.lost) > 0:
		return sso.HeldNamesChanged
	case !standing &&
		!allowed &&
		sign.Kind.Lost() &&
		namesChanged(signs, b.begin()):
		groups, _ := lostBy(signs, b.begin())
		b.beginStop(sso.BrakeStop{Cause: sso.HeldNamesChanged, Groups: groups})
		return sso.HeldNamesChanged
	}
	nothing := len(b.changes.Record.Matched) == 0 &&
		asserted.State == sso.GroupsValues &&
		len(b.synced()) > 0
	if nothing && !allowed {
		return sso.HeldMatchesNothing
	}
	return ""
}

// begin returns the start of the window.
func (b *braking) begin() time.Time { return b.facts.At.Add(-b.rules.Span()) }

func (b *braking) stop(cause sso.HeldCause, group sso.GroupID) (stop sso.BrakeStop, standing bool) {
	for _, s := range b.facts.Stops {
		if s.Cause == cause && s.Group == group {
			return s, s.Holds(b.facts.At)
		}
	}
	return sso.BrakeStop{}, false
}

func (b *braking) beginStop(s sso.BrakeStop) {
	s.At, s.Since, s.Last = b.facts.At, b.begin(), b.facts.At
	b.changes.Brake.Begun = append(b.changes.Brake.Begun, s)
}

// synced returns the groups of the lost memberships that came from the identity
// provider.
func (b *braking) synced() (groups []sso.GroupID) {
	for _, m := range b.lost {
		if m.Source == sso.SourceJIT || m.Source == sso.SourceSCIM {
			groups = append(groups, m.Group)
		}
	}
	return groups
}

// sign returns what this sign-in says about the names of the connection.
func (b *braking) sign(stop sso.BrakeStop) sso.BrakeSign {
	s := sso.BrakeSign{At: b.facts.At}
	synced, matched := b.synced(), slices.Sorted(maps.Keys(b.named))
	switch {
	case len(synced) > 0 && b.newNames():
		s.Kind, s.Groups, s.Names = sso.SignRenamed, synced, b.called(synced)
	case len(synced) > 0 && len(matched) == 0:
		s.Kind, s.Groups, s.Names = sso.SignNothing, synced, b.called(synced)
	case len(synced) == 0 && len(matched) > 0:
		s.Groups = b.doubted(stop, matched)
		if len(s.Groups) > 0 {
			s.Kind = sso.SignMatches
		}
	}
	return s
}

func (b *braking) called(groups []sso.GroupID) (names []string) {
	for _, id := range groups {
		names = append(names, b.groups[id].Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// newNames reports whether an unmatched name is new for this user. Names that
// no group can have are ignored.
func (b *braking) newNames() bool {
	again := b.facts.Before.Kind == sso.SignRenamed
	return slices.ContainsFunc(b.changes.Record.Unmatched, func(name string) bool {
		return name != sso.DefaultGroupName &&
			sso.ValidateGroupName("", name) == nil &&
			(again || !slices.Contains(b.facts.Said, name))
	})
}

// doubted returns the matched groups that other users lost to unmatched names.
// It returns none once enough users match.
func (b *braking) doubted(stop sso.BrakeStop, matched []sso.GroupID) []sso.GroupID {
	in := slices.Clone(stop.Groups)
	bad, good := 0, 0
	for _, s := range b.facts.Signs {
		if s.Kind.Lost() {
			bad++
			in = append(in, s.Groups...)
		} else {
			good++
		}
	}
	if stop.At.IsZero() && good > bad+weighed {
		return nil
	}
	return slices.DeleteFunc(matched, func(id sso.GroupID) bool {
		return !slices.Contains(in, id)
	})
}

// signs returns the signs of all users, newest first, with this sign-in's in
// place of the user's previous one.
func (b *braking) signs(now sso.BrakeSign) []sso.BrakeSign {
	switch {
	case now.Kind != "":
		return append([]sso.BrakeSign{now}, b.facts.Signs...)
	case b.facts.Before.Kind == "":
		return b.facts.Signs
	}
	all := append([]sso.BrakeSign{b.facts.Before}, b.facts.Signs...)
	slices.SortStableFunc(all, func(a, b sso.BrakeSign) int { return b.At.Compare(a.At) })
	return all
}

// count counts the signs of each kind since a moment.
func count(signs []sso.BrakeSign, since time.Time) (renamed, nothing, matches int) {
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
	renamed, nothing, matches := count(signs, since)
	if renamed+nothing < suspicious || renamed+nothing <= matches {
		return false
	}
	_, names := lostBy(signs, since)
	return renamed >= suspicious || len(names) > 1
}

// lostBy returns the groups that users lost since a moment, and their names.
func lostBy(signs []sso.BrakeSign, since time.Time) (groups []sso.GroupID, names []string) {
	for _, s := range signs {
		if s.Kind.Lost() && s.At.After(since) {
			groups, names = append(groups, s.Groups...), append(names, s.Names...)
		}
	}
	slices.Sort(groups)
	slices.Sort(names)
	return slices.Compact(groups), slices.Compact(names)
}

// matchAgain reports whether the last three users matched, and within the
// window at least as many matched as did not.
func matchAgain(signs []sso.BrakeSign, since time.Time) bool {
	if len(signs) < suspicious || slices.ContainsFunc(signs[:suspicious], func(s sso.BrakeSign) bool {
		return s.Kind.Lost()
	}) {
		return false
	}
	renamed, nothing, matches := count(signs, since)
	return matches >= renamed+nothing
}

// share records the losses, and holds the plan if one of the groups would lose
// too many members.
func (b *braking) share() (cause sso.HeldCause, of sso.GroupID) {
	b.changes.Brake.Losses = b.lost
	for _, m := range b.lost {
		stop, standing := b.stop(sso.HeldGroupShare, m.Group)
		switch {
		case !standing && stop.Allowed(b.facts.At):
			continue
		case !standing && b.tooMany(m.Group):
			b.beginStop(sso.BrakeStop{
				Cause:  sso.HeldGroupShare,
				Group:  m.Group,
				Groups: []sso.GroupID{m.Group},
			})
		case !standing:
			continue
		}
		if cause == "" {
			cause, of = sso.HeldGroupShare, m.Group
		}
	}
	return cause, of
}

func (b *braking) tooMany(group sso.GroupID) bool {
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
		_, stays := p.member[id]
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
	c.Held.Added, c.Held.Removed = p.words(c.Add, c.Remove)
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
		return "This would have taken the last member out of the company's admin groups." + kept
	case sso.HeldNamesChanged:
		return "The group names that this connection sends no longer match the groups here." + kept
	case sso.HeldGroupShare:
		return "Sign-ins through this connection would take too many people out of the group " +
			group + " at once." + kept
	case sso.HeldMatchesNothing:
		return "None of the group names matches a group here, and the person had synced memberships." + kept
	}
	return ""
}

// shareLeast is the smallest removal that ShareBrake stops. Removing more
// members than this, and more than half of a group, at once is more likely a
// mistake than intended.
const shareLeast = 20

// ShareBrake reports whether removing that many of a group's members at once
// needs a confirmation. It is about removals of many members by an admin; a
// sign-in concerns one user.
func ShareBrake(members, removed int) bool {
	return removed > shareLeast && removed > members/2
}

// ErrShareBrake returns Conflict "share_brake", which says that nothing was
// changed.
func ErrShareBrake(members, removed int) *sso.Error {
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "share_brake",
		Public: fmt.Sprintf(
			"This takes %d of %d people out of the group at once. Confirm it if it is meant.",
			removed, members,
		),
	}
}
