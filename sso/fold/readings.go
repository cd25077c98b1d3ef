package fold

import (
	"encoding/json"
	"slices"
	"strings"

	"gatehouse/sso"
)

// Reading is a name that an asserted name may mean, and how it was found.
type Reading struct {
	Text string
	Why  sso.Nearness // "" for the asserted name itself
}

// Limits of Readings: near misses are a hint, and hostile values are long.
const (
	maxReadBytes = 4096 // bytes
	maxReadings  = 24
)

// Readings returns the names that an asserted name may mean, the nearest first:
// itself; the CN of a distinguished name; the last part of a path; what remains
// without a domain; the members of a list that is written as text; and the
// pieces between ; , | and blanks.
func Readings(asserted string) []Reading {
	all := []Reading{{Text: asserted}}
	if len(asserted) > maxReadBytes {
		return all
	}
	add := func(text string, why sso.Nearness) {
		text = strings.TrimSpace(text)
		if text == "" || text == asserted || len(all) == maxReadings {
			return
		}
		for _, r := range all {
			if r.Text == text {
				return
			}
		}
		all = append(all, Reading{text, why})
	}
	cn, isDN := sso.CommonName(strings.TrimSpace(asserted))
	if isDN {
		add(cn, sso.IsCommonName)
		return all
	}
	if last, ok := sso.LastSegment(asserted); ok {
		add(last, sso.IsLastSegment)
	}
	if _, name, ok := strings.Cut(asserted, `\`); ok {
		add(name, sso.HasDomain)
	}
	if name, domain, ok := strings.Cut(asserted, "@"); ok && strings.Contains(domain, ".") {
		add(name, sso.HasDomain)
	}
	for _, text := range bracketedMembers(asserted) {
		add(text, sso.IsBracketed)
	}
	for _, cut := range []string{";,|\n\t", ";,|\n\t "} {
		for _, text := range strings.FieldsFunc(asserted, func(r rune) bool {
			return strings.ContainsRune(cut, r)
		}) {
			add(text, sso.IsPiece)
		}
	}
	return all
}

// bracketedMembers returns the members of a list that is written as text: JSON, or
// names between brackets.
func bracketedMembers(text string) []string {
	text = strings.TrimSpace(text)
	var names []string
	if json.Unmarshal([]byte(text), &names) == nil {
		return names
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) == nil {
		for name := range object {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	for _, pair := range []string{"[]", "{}", "()", "<>"} {
		inner, open := strings.CutPrefix(text, pair[:1])
		inner, closed := strings.CutSuffix(inner, pair[1:])
		if open && closed {
			for part := range strings.SplitSeq(inner, ",") {
				names = append(names, strings.Trim(strings.TrimSpace(part), `"'`))
			}
		}
	}
	return names
}
