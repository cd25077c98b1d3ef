package groupsync

import (
	"slices"
	"time"

	"gatehouse/sso"
)

// CheckMoment accepts a moment to restore memberships to. since is when the history
// begins, or later, when the user or group was created: restoring to a moment before
// that, or to one in the future, would remove memberships wrongly. The error is
// Invalid "moment_not_known".
func CheckMoment(at, since, now time.Time) error {
	switch {
	case at.Before(since):
		return sso.InvalidField(
			"moment_not_known", "at",
			"What was then is not known: the earliest moment is "+since.Format(time.RFC3339Nano)+".",
		)
	case at.After(now):
		return sso.InvalidField("moment_not_known", "at", "This moment is in the future.")
	}
	return nil
}

// RestoreUser returns what restores the memberships that a user had then. existing
// are the groups, of those the user was ever in, that were not deleted since.
// Memberships of default groups follow the others and are never part of it.
func RestoreUser(then, now []sso.PastMembership, existing []sso.GroupID) (r sso.Restoration) {
	group := func(p sso.PastMembership) sso.GroupID { return p.Group.Group }
	for _, p := range missingFrom(then, now, group) {
		switch {
		case p.Default:
		case slices.Contains(existing, p.Group.Group):
			r.Add = append(r.Add, p)
		default:
			r.Gone = append(r.Gone, p)
		}
	}
	for _, p := range missingFrom(now, then, group) {
		if !p.Default {
			r.Remove = append(r.Remove, p)
		}
	}
	return r
}

// RestoreGroup returns what restores the members that a group had then.
func RestoreGroup(then, now []sso.PastMembership) sso.Restoration {
	user := func(p sso.PastMembership) sso.UserID { return p.User }
	return sso.Restoration{
		Add:     missingFrom(then, now, user),
		Remove:  missingFrom(now, then, user),
		Members: len(now),
	}
}

// missingFrom returns the entries of all whose key no entry of others has.
func missingFrom[K comparable](all, others []sso.PastMembership, key func(sso.PastMembership) K) (
	missing []sso.PastMembership,
) {
	known := make(map[K]bool, len(others))
	for _, p := range others {
		known[key(p)] = true
	}
	for _, p := range all {
		if !known[key(p)] {
			missing = append(missing, p)
		}
	}
	return missing
}

// ReconcileGroup returns what makes the members of a group those last asserted.
// decide says of each user who differs whether to add or remove them; [Reconcile]
// is the rule.
func ReconcileGroup(d sso.GroupDrift, decide func(sso.DriftingUser) (add, remove bool)) sso.Restoration {
	r := sso.Restoration{Members: d.Actual}
	for _, x := range d.Drifting {
		p := sso.PastMembership{
			Group: sso.GroupChange{
				Group:        d.Group.ID,
				Name:         d.Group.Name,
				Organization: d.Group.Organization,
			},
			User:   x.User.ID,
			Source: sso.SourceJIT,
		}
		add, remove := decide(x)
		switch {
		case add:
			r.Add = append(r.Add, p)
		case remove:
			p.Source = x.Membership.Source
			p.From = x.Membership.Since
			p.Cause = x.Membership.Cause
			r.Remove = append(r.Remove, p)
		}
	}
	return r
}
