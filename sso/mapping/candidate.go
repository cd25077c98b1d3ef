package mapping

import (
	"errors"
	"strings"
)

// expandCandidate returns the value of a candidate: of the claim it names, or of the
// template it is. A template counts only if every claim in it has a value, so
// that "{givenname} {surname}" never gives half a name.
func expandCandidate(candidate string, claim func(string) (string, bool)) (string, bool) {
	if !strings.Contains(candidate, "{") {
		return claim(candidate)
	}
	var out strings.Builder
	for rest := candidate; rest != ""; {
		text, after, found := strings.Cut(rest, "{")
		out.WriteString(text)
		if !found {
			break
		}
		name, tail, _ := strings.Cut(after, "}")
		value, ok := claim(name)
		if !ok {
			return "", false
		}
		out.WriteString(value)
		rest = tail
	}
	return out.String(), true
}

// checkCandidate returns what is wrong with a candidate that an admin entered.
func checkCandidate(candidate string) error {
	if strings.TrimSpace(candidate) == "" {
		return errors.New("enter a claim name, or remove the line")
	}
	if len(candidate) > 512 {
		return errors.New("use at most 512 bytes")
	}
	depth := 0
	for i, r := range candidate {
		switch {
		case r == '{' && depth == 0:
			depth = i + 1
		case r == '{':
			return errors.New("a { inside { }")
		case r == '}' && depth == 0:
			return errors.New("a } without its {")
		case r == '}' && depth == i:
			return errors.New("{ } without a claim name")
		case r == '}':
			depth = 0
		}
	}
	if depth != 0 {
		return errors.New("a { without its }")
	}
	return nil
}
