package mapping

import (
	"fmt"
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
	lists := []struct {
		field  string
		values []string
	}{
		{"login", m.Login},
		{"email", m.Email},
		{"email_verified", m.EmailVerified},
		{"name", m.Name},
		{"groups", m.Groups},
	}
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

const maxCandidates = 16
