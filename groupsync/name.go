package groupsync

import (
	"golang.org/x/text/unicode/norm"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// CheckName accepts the name of a group that an identity provider could assert
// and a reader could tell apart. What sync compares is bytes, so of the ways to
// write the same letters only the composed one, which everybody sends, may be
// the name of a group; and what asserted names are compared without, none has.
func CheckName(field, name string) []sso.FieldError {
	if problems := sso.ValidateGroupName(field, name); len(problems) > 0 {
		return problems
	}
	if !norm.NFC.IsNormalString(name) {
		return []sso.FieldError{{Field: field, Message: "Write this in Unicode normalization form C: names are compared byte for byte."}}
	}
	if fold.Clean(name) != name {
		return []sso.FieldError{{Field: field, Message: "Remove the characters before or after the name that cannot be seen: asserted names are compared without them."}}
	}
	return nil
}
