package groupsync

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

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
	if strings.ContainsRune(name, unicode.ReplacementChar) {
		return []sso.FieldError{{Field: field, Message: "Enter the character that was lost: the name has U+FFFD in its place."}}
	}
	if fold.Clean(name) != name {
		return []sso.FieldError{{Field: field, Message: "Remove the characters before or after the name that cannot be seen: asserted names are compared without them."}}
	}
	return nil
}

// CleanIDPNames gives the IdP names of a group as they are kept: in Unicode
// normalization form C, without surrounding space and invisible characters,
// sorted, each once, without the group's own name. Each has to be what a group
// could be called; fields are named idp_names[0] and so on, as they were given.
func CleanIDPNames(group string, names []string) ([]string, []sso.FieldError) {
	var clean []string
	var problems []sso.FieldError
	for i, name := range names {
		field := fmt.Sprintf("idp_names[%d]", i)
		name = CleanName(name)
		switch faults := CheckName(field, name); {
		case len(faults) > 0:
			problems = append(problems, faults...)
		case name == sso.DefaultGroupName:
			problems = append(problems, sso.FieldError{Field: field, Message: "Default groups have this name: group sync matches nothing by it."})
		case name != group:
			clean = append(clean, name)
		}
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	if len(clean) > sso.MaxIDPNames {
		problems = append(problems, sso.FieldError{Field: "idp_names", Message: fmt.Sprintf("Use at most %d names.", sso.MaxIDPNames)})
	}
	return clean, problems
}

// CleanName is name in the form in which names are compared: see [fold.Clean].
func CleanName(name string) string { return fold.Clean(name) }
