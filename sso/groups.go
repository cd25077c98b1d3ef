package sso

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// GroupsState says what a response tells about a user's groups. The zero value
// is GroupsAbsent: unknown is the default, and unknown removes no membership.
type GroupsState uint8

// The states of asserted groups.
const (
	GroupsAbsent  GroupsState = iota // no such attribute
	GroupsEmpty                      // the attribute, without values
	GroupsValues                     // a non-empty list, all of it understood
	GroupsOverage                    // a pointer to a list too long to send
	// GroupsTruncated is an incomplete list: as long as the IdP ever sends,
	// longer than is read, or beside a pointer
	GroupsTruncated
	GroupsPartial // a list with values that were not understood, possibly all
)

var groupsStates = [...]string{"absent", "empty", "values", "overage", "truncated", "partial"}

func (s GroupsState) String() string { return groupsStates[s] }

// Complete reports whether the state lists every group of the user, so that
// groups missing from it may be removed.
func (s GroupsState) Complete() bool { return s == GroupsValues || s == GroupsEmpty }

// NamesGroups reports whether a response in this state can contain names of
// groups.
func (s GroupsState) NamesGroups() bool {
	return s == GroupsValues || s == GroupsTruncated || s == GroupsPartial
}

// MarshalText returns the state's name, for JSON and logs.
func (s GroupsState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText parses a state's name.
func (s *GroupsState) UnmarshalText(b []byte) error {
	for i, name := range groupsStates {
		if name == string(b) {
			*s = GroupsState(i)
			return nil
		}
	}
	return InvalidField("invalid_groups_state", "state", "Unknown group state.")
}

// AssertedGroups is what an identity provider asserted about a user's groups.
type AssertedGroups struct {
	State GroupsState `json:"state"`
	// Names are trimmed and in Unicode normalization form C, without
	// duplicates, after the mapping's include and exclude.
	Names  []string `json:"names"`
	Source string   `json:"source,omitempty"` // the claim it was read from, or the pointer in its place
	// NotUnderstood are the values that name no group, in the order in which
	// they were sent, at most MaxRawGroups. GroupsPartial has at least one;
	// GroupsTruncated may have some.
	NotUnderstood []RawGroup `json:"not_understood,omitempty"`
	// NotUnderstoodCount counts them all.
	NotUnderstoodCount int `json:"not_understood_count,omitempty"`
	// Unread counts the names beyond MaxGroups that were left after include and
	// exclude. Only GroupsTruncated has any.
	Unread int `json:"unread,omitempty"`
	// Unfetched goes with GroupsAbsent: what may have been the list could not
	// be read (userinfo, or an encrypted attribute), so its absence says
	// nothing.
	Unfetched bool `json:"unfetched,omitempty"`
}

// AddRaw records a value that was not understood. raw is as sent: AddRaw
// escapes and truncates it.
func (g *AssertedGroups) AddRaw(raw string, why RawReason) {
	g.NotUnderstoodCount++
	if len(g.NotUnderstood) < MaxRawGroups {
		g.NotUnderstood = append(g.NotUnderstood, RawGroup{
			Raw: EscapeRaw(raw),
			Why: why,
		})
	}
}

// Limits of stored values that were not understood.
const (
	MaxRawGroups = 50
	maxRawLength = 120 // characters of one, before escaping
)

// RawGroup is a value in a list of groups that was not understood.
type RawGroup struct {
	Raw string    `json:"raw"` // as EscapeRaw returns it
	Why RawReason `json:"why"`
}

// RawReason is why a value names no group.
type RawReason string

// The reasons.
const (
	// RawNotText is an object, a number, true, false or null; a SAML value with elements in it, or nil
	RawNotText       RawReason = "not_text"
	RawNoMember      RawReason = "no_member"       // an element without the member that the mapping names
	RawLineBreak     RawReason = "line_break"      // a line break or tab inside
	RawNoBreakSpace  RawReason = "no_break_space"  // a space other than U+0020 inside
	RawInvisible     RawReason = "invisible"       // an invisible, control or text-direction character inside
	RawGarbled       RawReason = "garbled"         // U+FFFD, which stands for a character that was lost on the way
	RawTooLong       RawReason = "too_long"        // more than MaxGroupNameLength bytes
	RawLooksLikeList RawReason = "looks_like_list" // one text that seems to contain several names
)

// String returns the reason in words that follow "because it".
func (r RawReason) String() string {
	switch r {
	case RawNotText:
		return "is not a text"
	case RawNoMember:
		return "does not have the member that the mapping names"
	case RawLineBreak:
		return "has a line break inside"
	case RawNoBreakSpace:
		return "has a no-break space or another special space inside"
	case RawInvisible:
		return "has an invisible character inside"
	case RawGarbled:
		return "has a sign for a character that was lost (U+FFFD)"
	case RawTooLong:
		return fmt.Sprintf("is longer than %d bytes", MaxGroupNameLength)
	case RawLooksLikeList:
		return "looks like several names in one text"
	}
	return "was not understood"
}

// EscapeRaw makes every character of s visible: one that is not printable
// becomes its code point, as in <U+00A0>, and a byte that is not UTF-8 its
// value, as in <0xFF>. It keeps the first 120 characters.
func EscapeRaw(s string) string {
	var out strings.Builder
	for n := 0; s != ""; n++ {
		if n == maxRawLength {
			out.WriteRune('…')
			break
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, "<0x%02X>", s[0])
		case r == ' ' || unicode.IsPrint(r):
			out.WriteRune(r)
		default:
			fmt.Fprintf(&out, "<U+%04X>", r)
		}
		s = s[size:]
	}
	return out.String()
}
