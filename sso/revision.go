package sso

// AnyRevision is the revision of an edit that is made whatever was changed
// before it.
const AnyRevision int64 = 0

// CheckRevision returns Stale "changed_meanwhile" if an edit was made from
// another revision than the current one; AnyRevision always passes. noun is what
// is edited, as people are told: "group". To lose no edit, call it in the
// transaction that saves the edit.
func CheckRevision(noun string, edited, current int64) error {
	if edited == AnyRevision || edited == current {
		return nil
	}
	return ChangedMeanwhile(noun)
}

// ChangedMeanwhile returns the error of an edit made from an older revision.
func ChangedMeanwhile(noun string) *Error {
	return &Error{
		Kind:   Stale,
		Code:   "changed_meanwhile",
		Public: "Someone else changed this " + noun + " in the meantime. Look at it again.",
	}
}
