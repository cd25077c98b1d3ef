package groupsync

import "gatehouse/sso"

// Explain says why somebody is not where the identity provider's last word puts
// them. Of several reasons it is the one to act on.
func Explain(d sso.Drifting) sso.DriftReason {
	switch {
	case d.Group.Default:
		return sso.DriftDefault
	case d.Held != "":
		return sso.DriftHeld
	case d.Membership == nil:
		return missing(d)
	}
	return extra(d)
}

// missing is about somebody who is named and not there.
func missing(d sso.Drifting) sso.DriftReason {
	ended := d.Ended.Until
	switch {
	case d.User.Status == sso.UserDeactivated:
		return sso.DriftDeactivated
	case ended.IsZero() && d.Group.CreatedAt.After(d.Last.At):
		return sso.DriftGroupNewer
	case !ended.IsZero() && !ended.Before(d.Last.At):
		return sso.DriftManual // a sign-in would have put them back
	case d.Last.Mode == sso.SyncKeep:
		return sso.DriftUnknown
	case ended.IsZero():
		return sso.DriftGroupNewer // it got its name since
	}
	return sso.DriftOther
}

// extra is about somebody who is there and not named.
func extra(d sso.Drifting) sso.DriftReason {
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
	return sso.DriftGroupNewer // it was called otherwise when they came
}

// Reconcile says what the person's next sign-in would do about the group if it
// said the same again: whether they come in, or go. Somebody whose groups are
// not certainly known stays, and who is deactivated does not sign in.
func Reconcile(d sso.Drifting) (add, remove bool) {
	if d.Group.Default || d.Held != "" || !d.Known || d.User.Status != sso.UserActive {
		return false, false
	}
	if d.Membership == nil {
		// A list that was cut off is certain about those it names.
		return d.Expected && (d.Certain || d.Last.Mode == sso.SyncAddOnly), false
	}
	return false, d.Certain && !d.Expected && removable(d.Last.Mode, d.Membership.Source)
}
