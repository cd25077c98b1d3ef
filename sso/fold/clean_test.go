package fold

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "",
		"engineering":                       "engineering",
		"\n    engineering\n  ":             "engineering",
		"\u00a0site reliability\u3000":      "site reliability",
		"\ufeff\u200bops\u200d\u2060":       "ops",
		"\u202eops\u202c":                   "ops",
		"\u2028ops\u0085":                   "ops",
		"\u3164ops\u115f":                   "ops",
		"Zu\u0308rich":                      "Zürich",
		"\u200b Zu\u0308rich \u200b":        "Zürich",
		"Engineering":                       "Engineering",
		"a\u200bb":                          "a\u200bb",
		"on call\u2764\ufe0f":               "on call\u2764\ufe0f",
		"\ufe0fops":                         "ops",
		" \u00a0 \u200b ":                   "",
		"CN=Ops,OU=Groups,DC=acme,DC=test ": "CN=Ops,OU=Groups,DC=acme,DC=test",
		"\xff":                              "\xff",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestCleanIsIdempotent: also with characters that combine once what is between
// them is gone.
func TestCleanIsIdempotent(t *testing.T) {
	t.Parallel()
	odd := rapid.StringOf(rapid.RuneFrom([]rune(
		" aeu\u0308\u0301\u00a0\u200b\u200d\ufe0f\ufeff\u3164\n\t\u0345\u00fc\u1100\u1161\u11a8",
	)))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(odd, rapid.String()).Draw(t, "name")
		once := Clean(s)
		if again := Clean(once); again != once {
			t.Fatalf("%q became %q, then %q", s, once, again)
		}
		if utf8.ValidString(s) && !norm.NFC.IsNormalString(once) ||
			once != strings.TrimSpace(once) {
			t.Fatalf("%q became %q", s, once)
		}
	})
}
