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

// CheckName reports what is wrong with the name of a group. Sync compares
// bytes, so a name must be in Unicode normalization form C, which every
// identity provider sends; it must have nothing that [CleanName] removes; and a
// reader must be able to tell it from others.
func CheckName(field, name string) []sso.FieldError {
	if problems := sso.ValidateGroupName(field, name); len(problems) > 0 {
		return problems
	}
	if !norm.NFC.IsNormalString(name) {
		return []sso.FieldError{{
			Field:   field,
			Message: "Write this in Unicode normalization form C: names are compared byte for byte.",
		}}
	}
	if strings.ContainsRune(name, unicode.ReplacementChar) {
		return []sso.FieldError{{
			Field:   field,
			Message: "Enter the character that was lost: the name has U+FFFD in its place.",
		}}
	}
	if fold.Clean(name) != name {
		return []sso.FieldError{{
			Field:   field,
			Message: "Remove the characters before or after the name that cannot be seen: asserted names are compared without them.",
		}}
	}
	return nil
}

// CleanIDPNames returns the IdP names of a group as they are stored: in Unicode
// normalization form C, without surrounding space and invisible characters,
// sorted, without duplicates and without the group's own name. Each must be a
// valid group name; errors name the fields as given, idp_names[0] and so on.
func CleanIDPNames(group string, names []string) ([]string, []sso.FieldError) {
	var clean []string
	var problems []sso.FieldError
	for i, name := range names {
		field := fmt.Sprintf("idp_names[%d]", i)
		name = CleanName(name)
		switch invalid := CheckName(field, name); {
		case len(invalid) > 0:
			problems = append(problems, invalid...)
		case name == sso.DefaultGroupName:
			problems = append(problems, sso.FieldError{
				Field:   field,
				Message: "Default groups have this name: group sync matches nothing by it.",
			})
		case name != group:
			clean = append(clean, name)
		}
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	if len(clean) > sso.MaxIDPNames {
		problems = append(problems, sso.FieldError{
			Field:   "idp_names",
			Message: fmt.Sprintf("Use at most %d names.", sso.MaxIDPNames),
		})
	}
	return clean, problems
}

// CleanName returns name in the form in which names are compared: see
// [fold.Clean].
func CleanName(name string) string { return fold.Clean(name) }
