package groupsync

import (
	"slices"

	"gatehouse/sso"
)

// ManyFacts are the facts about one group and the users that a push adds to it and
// removes from it.
type ManyFacts struct {
	Group   sso.Group
	Added   []sso.UserID
	Removed []sso.UserID
	// Rows are the memberships in the group of these users.
	Rows map[sso.UserID]sso.MembershipSource
	// Elsewhere are those of Removed whom another pushed group keeps in the group.
	Elsewhere map[sso.UserID]bool
	// Strangers are those of Removed whom the connection has not adopted: only
	// memberships by SCIM leave.
	Strangers map[sso.UserID]bool
	// OtherAdmins says whether an active user would be in an admin group after the
	// removal. It is read only of an admin group.
	OtherAdmins bool
	// Brake has the losses of the group, without those of Removed. Signs are not
	// read: names are not asserted by a push.
	Brake sso.BrakeFacts
}

// ManyPlan is what a push does to the members of one group.
type ManyPlan struct {
	Join []sso.UserID
	// Confirm are memberships by sign-in that become memberships by SCIM.
	Confirm []sso.UserID
	Leave   []sso.UserID
	// Held are the users who would leave, if the brake holds that. Leave is then
	// empty.
	Held  []sso.UserID
	Cause sso.HeldCause // of Held
	Begun *sso.BrakeStop
	// Losses are the memberships of Leave or Held, which the brake counts.
	Losses []sso.Membership
}

// Changes reports whether a membership changes.
func (p ManyPlan) Changes() bool { return len(p.Join)+len(p.Confirm)+len(p.Leave) > 0 }

// PlanMany returns what a push does to the members of one group. An added user
// becomes a member by SCIM, unless an admin added them before. A removed user
// leaves, unless an admin added them or another pushed group keeps them.
//
// The brake holds all removals of the push from the group if no admin would be
// left, or if the group would lose too many members within the window.
func PlanMany(f ManyFacts) ManyPlan {
	var p ManyPlan
	if f.Group.Default {
		return p
	}
	for _, user := range f.Added {
		switch source, is := f.Rows[user]; {
		case !is:
			p.Join = append(p.Join, user)
		case source == sso.SourceJIT || source == sso.SourceConnection:
			p.Confirm = append(p.Confirm, user)
		}
	}
	for _, user := range f.Removed {
		if source, is := f.Rows[user]; is && f.leaves(user, source) {
			p.Leave = append(p.Leave, user)
			p.Losses = append(p.Losses, sso.Membership{
				Group:  f.Group.ID,
				User:   user,
				Source: source,
			})
		}
	}
	p.brake(f)
	return p
}

// leaves reports whether a removed user leaves who is a member by a source.
func (f ManyFacts) leaves(user sso.UserID, source sso.MembershipSource) bool {
	switch {
	case source == sso.SourceManual || f.Elsewhere[user]:
		return false
	default:
		return source == sso.SourceSCIM || !f.Strangers[user]
	}
}

// brake moves the removals into Held if they may not be made.
func (p *ManyPlan) brake(f ManyFacts) {
	switch {
	case len(p.Leave) == 0:
		return
	case f.Group.Admin && !f.OtherAdmins:
		p.Cause = sso.HeldLastAdmin
	case f.Brake.Rules.Off || !p.exceedsShare(f):
		return
	default:
		p.Cause = sso.HeldGroupShare
	}
	p.Held, p.Leave = p.Leave, nil
	if p.Cause == sso.HeldLastAdmin {
		p.Losses = nil
	}
}

// exceedsShare reports whether the removals are held for the share of the group,
// and begins a stop if none is in force.
func (p *ManyPlan) exceedsShare(f ManyFacts) bool {
	at := f.Brake.At
	i := slices.IndexFunc(f.Brake.Stops, func(s sso.BrakeStop) bool {
		return s.Cause == sso.HeldGroupShare && s.Group == f.Group.ID
	})
	if i >= 0 {
		switch stop := f.Brake.Stops[i]; {
		case stop.Holds(at):
			return true
		case stop.Allowed(at):
			return false
		}
	}
	rules, losses := f.Brake.Rules.Effective(), f.Brake.Losses[f.Group.ID]
	people := losses.People + len(p.Leave)
	if people <= rules.People || people*100 <= rules.Share*losses.Members {
		return false
	}
	p.Begun = &sso.BrakeStop{
		Cause:  sso.HeldGroupShare,
		Group:  f.Group.ID,
		Groups: []sso.GroupID{f.Group.ID},
		At:     at,
		Since:  at.Add(-rules.Span()),
		Last:   at,
	}
	return true
}
