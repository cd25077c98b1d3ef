package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/sso"
)

// Validate returns all problems of a mapping that an admin entered, with the
// field names of the API ("mapping.login[0]").
func Validate(m sso.Mapping) []sso.FieldError {
	var problems []sso.FieldError
	add := func(field string, err error) {
		if err != nil {
			problems = append(problems, sso.FieldError{
				Field:   "mapping." + field,
				Message: err.Error(),
			})
		}
	}
	if m.Subject != "" {
		for candidate := range strings.SplitSeq(m.Subject, "|") {
			add("subject", checkCandidate(candidate))
		}
	}
	lists := []list{
		{"login", m.Login},
		{"email", m.Email},
		{"email_verified", m.EmailVerified},
		{"name", m.Name},
		{"groups", m.Groups},
	}
	lists = append(lists, attributeLists(m)...)
	add("attributes", checkAttributeNames(m))
	for _, l := range lists {
		if len(l.values) > maxCandidates {
			add(l.field, fmt.Errorf("use at most %d candidates", maxCandidates))
			continue
		}
		for i, v := range l.values {
			add(fmt.Sprintf("%s[%d]", l.field, i), checkCandidate(v))
		}
	}
	if len(m.Login) == 0 {
		add("login", fmt.Errorf("name at least one claim"))
	}
	for field, expression := range map[string]string{"include": m.Include, "exclude": m.Exclude} {
		add(field, checkSelector(expression))
	}
	member, err := checkRewrite(m.GroupsRewrite)
	add("groups_rewrite."+member, err)
	if m.GroupLimit < 0 || m.GroupLimit > sso.MaxGroups {
		add("group_limit", fmt.Errorf("use 0 to %d", sso.MaxGroups))
	}
	return problems
}

// attributeLists returns the candidates of each attribute, by name.
func attributeLists(m sso.Mapping) []list {
	var all []list
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		all = append(all, list{"attributes." + name, m.Attributes[name]})
	}
	return all
}

func checkAttributeNames(m sso.Mapping) error {
	if len(m.Attributes) > maxMappedAttributes {
		return fmt.Errorf("use at most %d", maxMappedAttributes)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		if !sso.ValidAttributeName(name) {
			return fmt.Errorf("%q is not the name of an attribute", sso.Sanitize(name))
		}
	}
	return nil
}

// list is the candidates of one part of an identity.
type list struct {
	field  string
	values []string
}

const (
	maxCandidates = 16
	// maxMappedAttributes leaves room for attributes that the enterprise removed.
	maxMappedAttributes = 2 * sso.MaxAttributes
)
