package sso

import (
	"strings"
	"unicode"
)

// Check is one verification made during a sign-in, kept so that an admin can
// see why it failed.
type Check struct {
	Name string `json:"name"` // stable snake_case: "audience", "signature", "nonce"…
	Want string `json:"want"`
	Got  string `json:"got"`
	OK   bool   `json:"ok"`
	// Warning marks a check that did not stop the sign-in but needs attention
	// (an expired pinned certificate, a clock that is off).
	Warning bool `json:"warning,omitempty"`
}

// Checks are the checks made, in order. Foreign text is passed through Inert
// when it is added.
type Checks []Check

// Record adds a check and returns ok.
func (c *Checks) Record(ok bool, name, want, got string) bool {
	if got == "" {
		got = "(missing)"
	}
	*c = append(*c, Check{
		Name: name,
		Want: Sanitize(want),
		Got:  Sanitize(got),
		OK:   ok,
	})
	return ok
}

// Warn adds a check that did not stop the sign-in but needs attention.
func (c *Checks) Warn(name, want, got string) {
	*c = append(*c, Check{
		Name:    name,
		Want:    Sanitize(want),
		Got:     Sanitize(got),
		OK:      true,
		Warning: true,
	})
}

// maxSanitized is how many characters of foreign text Inert keeps.
const maxSanitized = 200

// Sanitize makes foreign text safe to store and show: one line, no invisible
// characters, at most 200 characters.
func Sanitize(s string) string {
	var out strings.Builder
	n := 0
	for _, r := range s {
		if n == maxSanitized {
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
