package forwardauth

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzHeaderValue writes anything: it is one line of printable ASCII without
// what must not be in it, and reads back as what it was.
func FuzzHeaderValue(f *testing.F) {
	for _, seed := range []string{
		"Ada", "Zoë", "100%", "a\r\nb", " x ", "%0d%0a", "\u202e", "a\xffb", "a,b",
		"", " ", "\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, also := range []string{"", ","} {
			got := headerValue(text, also)
			if strings.ContainsFunc(got, func(c rune) bool {
				return c < ' ' || c > '~'
			}) ||
				strings.TrimSpace(got) != got ||
				also != "" && strings.Contains(got, also) {
				t.Fatalf("%q is written %q", text, got)
			}
			if back, err := url.PathUnescape(got); err != nil || back != text {
				t.Fatalf("%q is written %q and reads %q (%v)", text, got, back, err)
			}
		}
	})
}
