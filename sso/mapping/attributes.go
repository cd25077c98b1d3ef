package mapping

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// checkAttribute is the name of the checks of attributes.
const checkAttribute = "attribute"

// Attributes reads the attributes of an enterprise from claims. A value that its type
// does not accept counts as not sent.
func Attributes(defined []sso.Attribute, m sso.Mapping, a sso.Assertion) []sso.AttributeValue {
	r := newReader(a)
	return r.readAttributes(defined, m)
}

// readAttributes reads the attributes that the mapping knows, by name. None of them
// refuses a user.
func (r *reader) readAttributes(defined []sso.Attribute, m sso.Mapping) []sso.AttributeValue {
	if r.err != nil {
		return nil
	}
	var all []sso.AttributeValue
	for _, d := range defined {
		candidates := m.Attributes[d.Name]
		if len(candidates) == 0 {
			continue
		}
		value, check, sent := r.readAttribute(d, candidates)
		check.Name = checkAttribute
		check.Want = d.Name + ", " + string(d.Type) + ": " + strings.Join(candidates, ", ")
		check.OK = true
		r.checks = append(r.checks, check)
		if sent {
			all = append(all, sso.AttributeValue{
				Name:  d.Name,
				Type:  d.Type,
				Value: value,
			})
		}
	}
	slices.SortFunc(all, func(a, b sso.AttributeValue) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (r *reader) readAttribute(d sso.Attribute, candidates []string) (value string, check sso.Check, sent bool) {
	from, values, sent := r.candidateValues(candidates)
	if !sent {
		return "", sso.Check{Got: "none of them; what is known stays"}, false
	}
	value, err := sso.ParseAttribute(d.Type, values)
	switch {
	case err != nil:
		return "", sso.Check{
			Got: fmt.Sprintf(
				"%q from %s: %v; what is known stays", truncate(strings.Join(values, ", ")), from, err,
			),
			Warning: true,
		}, false
	case value == "":
		return "", sso.Check{Got: "no value (" + from + "); a known one is removed"}, true
	}
	shown := sso.AttributeValue{
		Type:  d.Type,
		Value: value,
	}
	return value, sso.Check{Got: truncate(shown.Text()) + " (" + from + ")"}, true
}

// candidateValues returns the values of the first candidate that has one that is not
// blank, or else those of the first that was sent without.
func (r *reader) candidateValues(candidates []string) (from string, values []string, sent bool) {
	for _, c := range candidates {
		if value, ok := expandCandidate(c, r.claims); ok {
			if all, ok := r.values(c); ok && !isSubject(c) {
				return c, all, true
			}
			return c, []string{value}, true
		}
	}
	for _, c := range candidates {
		if all, ok := r.values(c); ok && !isSubject(c) && r.mixed[c].Other == nil {
			return c, all, true
		}
	}
	return "", nil, false
}
