package mapping

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// selection selects the names of groups from a list. Include and exclude are
// applied before the limit. Every value ends in one of four places: among the
// names, not understood, unread, or left out by include or exclude.
type selection struct {
	include, exclude *regexp.Regexp
	delimiter        string
	rewrite          *rewriter
	meter            *meter
	seen             map[string]bool
	blank            bool // only blank values were read
	// tell, if not nil, is called with every value that is not blank.
	tell func(sso.TracedGroup)
	g    sso.AssertedGroups
}

func newSelection(m sso.Mapping) (*selection, error) {
	include, err := compile(m.Include)
	if err != nil {
		return nil, fmt.Errorf("include: %w", err)
	}
	exclude, err := compile(m.Exclude)
	if err != nil {
		return nil, fmt.Errorf("exclude: %w", err)
	}
	rewrite, err := newRewriter(m.GroupsRewrite)
	if err != nil {
		return nil, fmt.Errorf("groups_rewrite: %w", err)
	}
	pattern := ""
	if m.GroupsRewrite != nil {
		pattern = m.GroupsRewrite.Pattern
	}
	return &selection{
		rewrite:   rewrite,
		meter:     newMeter(m.Include, m.Exclude, pattern),
		include:   include,
		exclude:   exclude,
		delimiter: m.Delimiter,
		seen:      map[string]bool{},
		blank:     true,
	}, nil
}

// read reads a whole list and returns its number of values, including blanks
// and duplicates.
func (s *selection) read(list sso.MixedClaim) (sent int) {
	sent = len(list.Other)
	for _, other := range list.Other {
		if members, ok := s.rewrite.members(other.Raw); ok {
			sent += s.takeMembers(other.Raw, members) - 1
			continue
		}
		s.blank = false
		s.g.AddRaw(other.Raw, other.Why)
		s.told(sso.TracedGroup{Sent: other.Raw, Why: other.Why})
	}
	for _, value := range list.Texts {
		if members, ok := s.rewrite.members(value); ok {
			sent += s.takeMembers(value, members)
			continue
		}
		if s.serialized(value, len(list.Texts)+len(list.Other) == 1) {
			s.blank = false
			s.g.AddRaw(value, sso.RawLooksLikeList)
		}
		parts := []string{value}
		if s.delimiter != "" {
			parts = strings.Split(value, s.delimiter)
		}
		sent += s.takeAll(parts)
	}
	return sent
}

// takeMembers adds the member names of an object and returns how many there
// are.
func (s *selection) takeMembers(object string, names []string) int {
	for _, name := range names {
		s.takeFrom(object, name)
	}
	return len(names)
}

// takeAll adds names and returns how many there are.
func (s *selection) takeAll(names []string) int {
	for _, name := range names {
		s.take(name)
	}
	return len(names)
}

// take adds one name, as sent.
func (s *selection) take(sent string) { s.takeFrom(sent, sent) }

// takeFrom adds one name that was part of a sent value.
func (s *selection) takeFrom(whole, sent string) {
	if strings.TrimSpace(sent) == "" {
		return
	}
	s.blank = false
	name, leftOut := s.match(sent)
	traced := sso.TracedGroup{Sent: whole, Name: name}
	switch why := unusable(name); {
	case leftOut:
		traced.LeftOut = true
	case s.meter.over() && why == "":
		if !s.seen[name] {
			s.seen[name] = true
			s.g.Unread++
		}
	case why != "":
		s.g.AddRaw(sent, why)
		traced.Name, traced.Why = "", why
	case s.seen[name]:
	case len(s.g.Names) == sso.MaxGroups:
		s.seen[name] = true
		s.g.Unread++
	default:
		s.seen[name] = true
		s.g.Names = append(s.g.Names, name)
	}
	s.told(traced)
}

// match returns the name that the expressions make of a value, and whether they
// leave it out. They are not tried on a value that is far too long for a name,
// nor after they took too much time; the value then stays as sent.
func (s *selection) match(sent string) (name string, leftOut bool) {
	if len(sent) > longestMatched || s.meter.over() {
		return fold.Clean(sent), false
	}
	defer s.meter.begin(sent)()
	name = s.rewrite.name(sent)
	if len(name) > longestMatched { // by a replacement that repeats captures
		name = strings.ToValidUTF8(name[:longestMatched], "")
	}
	name = fold.Clean(name)
	leftOut = name != "" && s.drops(name)
	if seen := visible(name); leftOut && seen != name {
		leftOut = s.drops(seen)
	}
	return name, leftOut
}

func (s *selection) told(v sso.TracedGroup) {
	if s.tell != nil {
		s.tell(v)
	}
}

// drops reports whether include or exclude leaves a name out.
func (s *selection) drops(name string) bool {
	return s.include != nil && !s.include.MatchString(name) ||
		s.exclude != nil && s.exclude.MatchString(name)
}

// settle sets the state according to the values.
func (s *selection) settle() {
	switch {
	case s.g.Unread > 0:
		s.g.State = sso.GroupsTruncated
	case s.g.NotUnderstoodCount > 0 && s.g.State.Complete():
		s.g.State = sso.GroupsPartial
	}
}

// unusable returns why no group can have a name; "" if one can.
func unusable(name string) sso.RawReason {
	switch {
	case name == "":
		return sso.RawInvisible
	case strings.ContainsAny(name, "\r\n\t\v\f\u0085\u2028\u2029"):
		return sso.RawLineBreak
	case strings.ContainsFunc(name, func(r rune) bool {
		return r != ' ' && unicode.IsSpace(r)
	}):
		return sso.RawNoBreakSpace
	case !sso.Printable(name):
		return sso.RawInvisible
	case strings.ContainsRune(name, unicode.ReplacementChar):
		return sso.RawGarbled
	case len(name) > sso.MaxGroupNameLength:
		return sso.RawTooLong
	}
	return ""
}

// visible returns a name as a reader sees it. If include would have matched
// that form, the value is reported instead of dropped.
func visible(name string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)), " ")
}

// serialized reports whether a value looks like several names in one text: a
// list in brackets or, for a single value without a configured delimiter, one
// word in brackets or names separated by semicolons, bars or commas. A
// distinguished name has commas and is one name. The value stays a name as
// well, in case a group has it.
func (s *selection) serialized(value string, alone bool) bool {
	v := fold.Clean(value)
	if inBrackets(v) {
		return true
	}
	if !alone || s.delimiter != "" {
		return false
	}
	if oneInBrackets(v) {
		return true
	}
	return pieces(v, ";") > 1 ||
		pieces(v, "|") > 1 ||
		pieces(v, ",") > 1 && !distinguishedName(v)
}

// inBrackets reports whether a value is written as a list: ["a","b"], [a, b],
// {"a","b"}, ('a', 'b'), or is what JavaScript makes of an object converted to
// text. One word in brackets may be a name, or an object ID.
func inBrackets(v string) bool {
	if len(v) < 2 {
		return false
	}
	inside := v[1 : len(v)-1]
	switch v[:1] + v[len(v)-1:] {
	case "[]":
		return strings.TrimSpace(inside) == "" ||
			strings.ContainsAny(inside, `,"';`) ||
			inside == "object Object"
	case "{}", "()":
		return strings.TrimSpace(inside) == "" || strings.ContainsAny(inside, `,"';`)
	}
	return false
}

// oneInBrackets reports whether a value is a list of one as programs write it:
// [a] in Java and Go, {a} in PostgreSQL. An object ID in braces is one name.
func oneInBrackets(v string) bool {
	if len(v) < 2 {
		return false
	}
	switch v[:1] + v[len(v)-1:] {
	case "[]":
		return true
	case "{}":
		return !sso.LooksLikeObjectID(v[1 : len(v)-1])
	}
	return false
}

// pieces counts the non-blank parts between separators.
func pieces(v, separator string) (n int) {
	for piece := range strings.SplitSeq(v, separator) {
		if strings.TrimSpace(piece) != "" {
			n++
		}
	}
	return n
}

// distinguishedName reports whether v has the form of a distinguished name (RFC
// 4514): it begins with an attribute type and an equals sign.
func distinguishedName(v string) bool {
	kind, _, ok := strings.Cut(v, "=")
	kind = strings.TrimSpace(kind)
	return ok && kind != "" && !strings.ContainsFunc(kind, func(r rune) bool {
		return r != '-' &&
			r != '.' &&
			(r < '0' || r > '9') &&
			(r < 'A' || r > 'Z') &&
			(r < 'a' || r > 'z')
	})
}
