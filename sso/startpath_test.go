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
		"/home#top":                      false,
		"/#":                             false,
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
		if (startPathProblem(path) == "") != ok {
			t.Errorf("%q: not %v", path, ok)
		}
	}
	for path, why := range map[string]string{
		"/a#b":   "A start path has no fragment",
		"home#b": "Use a path of at most 1000 bytes",
	} {
		if got := startPathProblem(path); !strings.HasPrefix(got, why) {
			t.Errorf("%q: %q", path, got)
		}
	}
}
