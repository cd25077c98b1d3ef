package groupsync

import "gatehouse/sso"

// PushedGroup says what matters of a provisioned group for all of its members.
type PushedGroup struct {
	Applied   bool // pushes of the connection take effect
	GroupsOff bool // the connection does not provision groups
	NoGroup   bool // no group here has the name
	Refused   bool // requests about the group are refused
}

// ExplainMember says why a user is missing from a provisioned group, or an extra
// member of it. If several reasons apply, it returns the one to act on.
func ExplainMember(g PushedGroup, f sso.MemberFacts) sso.DriftReason {
	switch {
	case !f.Missing():
		return explainExtraMember(f)
	case !g.Applied:
		return sso.DriftNotApplied
	case g.GroupsOff:
		return sso.DriftGroupsOff
	case g.NoGroup:
		return sso.DriftNoGroup
	case f.Held:
		return sso.DriftHeld
	case f.Pushed:
		return explainPushed(f)
	case f.Waiting:
		return sso.DriftWaitingForUser
	}
	return explainUnsent(g, f)
}

// explainPushed explains why a user pushed as a member is not a member.
func explainPushed(f sso.MemberFacts) sso.DriftReason {
	switch {
	case f.Outside:
		return sso.DriftOutsidePilot
	case !f.Account:
		return sso.DriftUndecided
	}
	return sso.DriftLost
}

// explainUnsent explains why a user who should be a member was not pushed as one.
func explainUnsent(g PushedGroup, f sso.MemberFacts) sso.DriftReason {
	switch {
	case f.Deactivated || f.Inactive:
		return sso.DriftDeactivated
	case f.Removed:
		return sso.DriftRemoved
	case f.Refused:
		return sso.DriftUserRefused
	case !f.Provisioned:
		return sso.DriftNotProvisioned
	case g.Refused:
		return sso.DriftGroupRefused
	}
	return sso.DriftNeverSent
}

// explainExtraMember explains why a member is not expected.
func explainExtraMember(f sso.MemberFacts) sso.DriftReason {
	switch {
	case f.Source == sso.SourceManual:
		return sso.DriftManual
	case f.Source == sso.SourceConnection:
		return sso.DriftConfigured
	case f.Held:
		return sso.DriftHeld
	case f.Elsewhere:
		return sso.DriftElsewhere
	case f.Source == sso.SourceSCIM:
		return sso.DriftLeftOver
	case f.Outside:
		return sso.DriftOutsidePilot // sign-ins still decide
	}
	return sso.DriftUnconfirmed
}

// ReconcileMember says whether reconciling adds or removes the membership: it
// repeats what was pushed. What an admin decided or has to decide stays.
func ReconcileMember(g PushedGroup, f sso.MemberFacts) (add, remove bool) {
	switch ExplainMember(g, f) {
	case sso.DriftLost:
		return true, false
	case sso.DriftLeftOver, sso.DriftUnconfirmed:
		return false, true
	}
	return false, false
}
