package sso

import (
	"strings"
	"testing"
)

// TestStartPath accepts only paths that stay at the origin.
func TestStartPath(t *testing.T) {
	t.Parallel()
	for path, ok := range map[string]bool{
		"":                               true,
		"/":                              true,
		"/home?tab=1":                    true,
		"home":                           false,
		"//evil.example":                 false,
		`/\evil.example`:                 false,
		"/\tx":                           false,
		"/\r\nSet-Cookie: a=b":           false,
		"@evil.example":                  false,
		".evil.example/":                 false,
		":8443/":                         false,
		"https://evil.example/":          false,
		"javascript:alert(1)":            false,
		"/" + strings.Repeat("x", 1_000): false,
	} {
		if isStartPath(path) != ok {
			t.Errorf("%q: not %v", path, ok)
		}
	}
}
