package groupsync

import "gatehouse/sso"

// Explain says why a user's membership differs from what the identity provider
// last asserted. If several reasons apply, it returns the one to act on.
func Explain(d sso.DriftingUser) sso.DriftReason {
	switch {
	case d.Group.Default:
		return sso.DriftDefault
	case d.Held != "":
		return sso.DriftHeld
	case d.Membership == nil:
		return explainMissing(d)
	}
	return explainExtra(d)
}

// explainMissing explains why an asserted user is not a member.
func explainMissing(d sso.DriftingUser) sso.DriftReason {
	ended := d.Ended.Until
	switch {
	case d.User.Status == sso.UserDeactivated:
		return sso.DriftDeactivated
	case d.Provisioned:
		return sso.DriftNeverSent
	case d.Last.Mode == sso.SyncKeep && d.Certain:
		return sso.DriftNotProvisioned // where memberships come by provisioning
	case ended.IsZero() && d.Group.CreatedAt.After(d.Last.At):
		return sso.DriftGroupNewer
	case !ended.IsZero() && !ended.Before(d.Last.At):
		return sso.DriftManual // a sign-in would have added them again
	case d.Last.Mode == sso.SyncKeep:
		return sso.DriftUnknown
	case ended.IsZero():
		return sso.DriftGroupNewer // the group got its name later
	}
	return sso.DriftOther
}

// explainExtra explains why a member is not asserted.
func explainExtra(d sso.DriftingUser) sso.DriftReason {
	switch {
	case d.Membership.Source == sso.SourceSCIM:
		return sso.DriftProvisioned
	case d.Membership.Source == sso.SourceManual:
		return sso.DriftManual
	case d.Membership.Source == sso.SourceConnection:
		return sso.DriftFormer
	case !d.Known:
		return sso.DriftNeverSaid
	case d.User.Status == sso.UserDeactivated:
		return sso.DriftDeactivated
	case d.Membership.Since.After(d.Last.At):
		return sso.DriftRestored
	case !d.Certain:
		return sso.DriftUnknown
	case d.Last.Mode == sso.SyncAddOnly:
		return sso.DriftMode
	}
	return sso.DriftGroupNewer // the group had another name when they joined
}

// Reconcile says whether the user's next sign-in would add or remove the
// membership if it asserted the same groups. A user whose groups are not known
// for certain stays, and a deactivated user does not sign in. Where memberships come
// by provisioning, a sign-in changes none.
func Reconcile(d sso.DriftingUser) (add, remove bool) {
	if d.Group.Default ||
		d.Held != "" ||
		!d.Known ||
		d.Provisioned ||
		d.Last.Mode == sso.SyncKeep ||
		d.User.Status != sso.UserActive {
		return false, false
	}
	if d.Membership == nil {
		// A truncated list is certain about the names in it.
		return d.Expected && (d.Certain || d.Last.Mode == sso.SyncAddOnly), false
	}
	return false, d.Certain &&
		!d.Expected &&
		mayRemove(d.Last.Mode, d.Membership.Source)
}
