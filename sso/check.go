package sso

import (
	"strings"
	"unicode"
)

// A Check is one thing verified during a sign-in, kept so that an admin can see
// why it failed.
type Check struct {
	Name string `json:"name"` // stable snake_case: "audience", "signature", "nonce"…
	Want string `json:"want"`
	Got  string `json:"got"`
	OK   bool   `json:"ok"`
	// Warning marks a check that did not stop the sign-in but wants attention
	// (an expired pinned certificate, a clock that is off).
	Warning bool `json:"warning,omitempty"`
}

// Checks is what was checked, in order. Values of the other side are made inert
// as they are added.
type Checks []Check

// That adds a check and gives back whether it passed.
func (c *Checks) That(ok bool, name, want, got string) bool {
	if got == "" {
		got = "(missing)"
	}
	*c = append(*c, Check{
		Name: name,
		Want: Inert(want),
		Got:  Inert(got),
		OK:   ok,
	})
	return ok
}

// Warn adds what did not stop the sign-in but wants attention.
func (c *Checks) Warn(name, want, got string) {
	*c = append(*c, Check{
		Name:    name,
		Want:    Inert(want),
		Got:     Inert(got),
		OK:      true,
		Warning: true,
	})
}

// mostInert is how much of a stranger's text is worth keeping, in characters.
const mostInert = 200

// Inert makes text of the other side safe to keep and show: one line, nothing
// invisible, at most 200 characters.
func Inert(s string) string {
	var out strings.Builder
	n := 0
	for _, r := range s {
		if n == mostInert {
			out.WriteRune('…')
			break
		}
		if r == unicode.ReplacementChar || r != ' ' && !unicode.IsPrint(r) {
			r = unicode.ReplacementChar
		}
		out.WriteRune(r)
		n++
	}
	return out.String()
}
