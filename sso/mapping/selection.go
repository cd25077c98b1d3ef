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
	// onValue, if not nil, is called with every value that is not blank.
	onValue func(sso.TracedGroup)
	groups  sso.AssertedGroups
}

func newSelection(m sso.Mapping) (*selection, error) {
	include, err := compileExpression(m.Include)
	if err != nil {
		return nil, fmt.Errorf("include: %w", err)
	}
	exclude, err := compileExpression(m.Exclude)
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
		if members, ok := s.rewrite.memberNames(other.Raw); ok {
			sent += s.addMembers(other.Raw, members) - 1
			continue
		}
		s.blank = false
		s.groups.AddRaw(other.Raw, other.Why)
		s.report(sso.TracedGroup{Sent: other.Raw, Why: other.Why})
	}
	for _, value := range list.Texts {
		if members, ok := s.rewrite.memberNames(value); ok {
			sent += s.addMembers(value, members)
			continue
		}
		if s.looksLikeList(value, len(list.Texts)+len(list.Other) == 1) {
			s.blank = false
			s.groups.AddRaw(value, sso.RawLooksLikeList)
		}
		parts := []string{value}
		if s.delimiter != "" {
			parts = strings.Split(value, s.delimiter)
		}
		sent += s.addAll(parts)
	}
	return sent
}

// addMembers adds the member names of an object and returns how many there
// are.
func (s *selection) addMembers(object string, names []string) int {
	for _, name := range names {
		s.addPart(object, name)
	}
	return len(names)
}

// addAll adds names and returns how many there are.
func (s *selection) addAll(names []string) int {
	for _, name := range names {
		s.addName(name)
	}
	return len(names)
}

// addName adds one name, as sent.
func (s *selection) addName(sent string) { s.addPart(sent, sent) }

// addPart adds one name that was part of a sent value.
func (s *selection) addPart(whole, sent string) {
	if strings.TrimSpace(sent) == "" {
		return
	}
	s.blank = false
	name, leftOut := s.selectName(sent)
	traced := sso.TracedGroup{Sent: whole, Name: name}
	switch why := unusableReason(name); {
	case leftOut:
		traced.LeftOut = true
	case s.meter.exceeded() && why == "":
		if !s.seen[name] {
			s.seen[name] = true
			s.groups.Unread++
		}
	case why != "":
		s.groups.AddRaw(sent, why)
		traced.Name, traced.Why = "", why
	case s.seen[name]:
	case len(s.groups.Names) == sso.MaxGroups:
		s.seen[name] = true
		s.groups.Unread++
	default:
		s.seen[name] = true
		s.groups.Names = append(s.groups.Names, name)
	}
	s.report(traced)
}

// selectName returns the name that the expressions make of a value, and whether they
// leave it out. They are not tried on a value that is far too long for a name,
// nor after they took too much time; the value then stays as sent.
func (s *selection) selectName(sent string) (name string, leftOut bool) {
	if len(sent) > maxMatchedBytes || s.meter.exceeded() {
		return fold.Clean(sent), false
	}
	defer s.meter.start(sent)()
	name = s.rewrite.rewrite(sent)
	if len(name) > maxMatchedBytes { // by a replacement that repeats captures
		name = strings.ToValidUTF8(name[:maxMatchedBytes], "")
	}
	name = fold.Clean(name)
	leftOut = name != "" && s.isExcluded(name)
	if shown := visibleText(name); leftOut && shown != name {
		leftOut = s.isExcluded(shown)
	}
	return name, leftOut
}

func (s *selection) report(v sso.TracedGroup) {
	if s.onValue != nil {
		s.onValue(v)
	}
}

// isExcluded reports whether include or exclude leaves a name out.
func (s *selection) isExcluded(name string) bool {
	return s.include != nil && !s.include.MatchString(name) ||
		s.exclude != nil && s.exclude.MatchString(name)
}

// setState sets the state according to the values.
func (s *selection) setState() {
	switch {
	case s.groups.Unread > 0:
		s.groups.State = sso.GroupsTruncated
	case s.groups.NotUnderstoodCount > 0 && s.groups.State.Complete():
		s.groups.State = sso.GroupsPartial
	}
}

// unusableReason returns why no group can have a name; "" if one can.
func unusableReason(name string) sso.RawReason {
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

// visibleText returns a name as a reader sees it. If include would have matched
// that form, the value is reported instead of dropped.
func visibleText(name string) string {
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

// looksLikeList reports whether a value looks like several names in one text: a
// list in brackets or, for a single value without a configured delimiter, one
// word in brackets or names separated by semicolons, bars or commas. A
// distinguished name has commas and is one name. The value stays a name as
// well, in case a group has it.
func (s *selection) looksLikeList(value string, single bool) bool {
	v := fold.Clean(value)
	if isBracketedList(v) {
		return true
	}
	if !single || s.delimiter != "" {
		return false
	}
	if isBracketedWord(v) {
		return true
	}
	return countPieces(v, ";") > 1 ||
		countPieces(v, "|") > 1 ||
		countPieces(v, ",") > 1 && !looksLikeDN(v)
}

// isBracketedList reports whether a value is written as a list: ["a","b"], [a, b],
// {"a","b"}, ('a', 'b'), or is what JavaScript makes of an object converted to
// text. One word in brackets may be a name, or an object ID.
func isBracketedList(v string) bool {
	if len(v) < 2 {
		return false
	}
	inner := v[1 : len(v)-1]
	switch v[:1] + v[len(v)-1:] {
	case "[]":
		return strings.TrimSpace(inner) == "" ||
			strings.ContainsAny(inner, `,"';`) ||
			inner == "object Object"
	case "{}", "()":
		return strings.TrimSpace(inner) == "" || strings.ContainsAny(inner, `,"';`)
	}
	return false
}

// isBracketedWord reports whether a value is a list of one as programs write it:
// [a] in Java and Go, {a} in PostgreSQL. An object ID in braces is one name.
func isBracketedWord(v string) bool {
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

// countPieces counts the non-blank parts between separators.
func countPieces(v, separator string) (n int) {
	for piece := range strings.SplitSeq(v, separator) {
		if strings.TrimSpace(piece) != "" {
			n++
		}
	}
	return n
}

// looksLikeDN reports whether v has the form of a distinguished name (RFC
// 4514): it begins with an attribute type and an equals sign.
func looksLikeDN(v string) bool {
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
