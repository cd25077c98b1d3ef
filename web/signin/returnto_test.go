package signin

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

const origin = "https://sso.example"

// resolve is where a browser at our origin goes for a Location, by the rules of
// the WHATWG URL standard as far as they decide about the origin: spaces and
// control characters around are dropped, tabs and line breaks anywhere; in a
// special scheme a backslash is a slash; two or more slashes begin a host; what
// begins with a scheme is absolute.
func resolve(location string) (newOrigin string) {
	s := strings.TrimFunc(location, func(r rune) bool { return r <= ' ' })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	if scheme, rest, ok := strings.Cut(s, ":"); ok && isScheme(scheme) {
		scheme = strings.ToLower(scheme)
		switch scheme {
		case "http", "https", "ws", "wss", "ftp":
			slashes := strings.ReplaceAll(rest, `\`, "/")
			if scheme == "https" && !strings.HasPrefix(slashes, "/") {
				return origin // "https:x" is relative to a base of the same scheme
			}
			return scheme + "://" + authority(strings.TrimLeft(slashes, "/"))
		}
		return scheme + ":"
	}
	s = strings.ReplaceAll(s, `\`, "/")
	if strings.HasPrefix(s, "//") {
		return "https://" + authority(strings.TrimLeft(s, "/"))
	}
	return origin
}

func isScheme(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", r)) {
			return false
		}
	}
	return s != ""
}

func authority(s string) string {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	return s[strings.LastIndex(s, "@")+1:]
}

// TestResolveFindsForeignOrigins makes sure that the oracle can say no.
func TestResolveFindsForeignOrigins(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`,
		"/\t/evil.example", " //evil.example", "///evil.example",
		"javascript:alert(1)", "http:evil.example", "//sso.example@evil.example",
		"/\n/evil.example", "data:text/html,x", "HTTPS:\\\\evil.example",
		"//sso.example.evil.example",
	} {
		if resolve(s) == origin {
			t.Errorf("%q is taken for ours", s)
		}
	}
	for _, s := range []string{
		"/", "/a/b?c=//evil", "a", "?x", "#//evil", "https://sso.example/x", "",
	} {
		if resolve(s) != origin {
			t.Errorf("%q is taken for %s", s, resolve(s))
		}
	}
}

// hostile builds the corpus: every way we know of writing a host where a path is
// expected, in every disguise.
func hostile() []string {
	hosts := []string{
		"evil.example", "evil.example/%2f..", "sso.example@evil.example",
		"sso.example.evil.example", "sso.example%40evil.example",
		"[::1]", "2130706433", "evil%E3%80%82example", "evil。example",
		"evil.example:443", "evil.example%00.sso.example",
		"evil.example%23.sso.example",
	}
	prefixes := []string{
		"//", "///", "////", `\\`, `/\`, `\/`, `/\/`, `\/\/`, `//\`, "http://",
		"https://", "HTTPS://", "hTtP://", "https:", "https:/", "https:\\",
		`http:\/\/`, "http:///",
		"//%09/", "/%09/", "/%5c", "/%5c%5c", "/%2f", "/%2f%2f", "%2f%2f", "%5c%5c",
		"/./", "/.//", "/..//", "/../", "/%2e%2e//", "/a/..//", "/a/../\\", "/;//",
		"/?//", "//;@", "//@", "/@", "@",
		"javascript:", "JavaScript://%0a", "data:text/html,", "vbscript:",
		"file:///", "ftp://", "ws://", "blob:https://", "mailto:",
		"view-source:https://", "x:", "//user:pass@", "/%0d%0aLocation:%20//",
		"/%68ttps://",
	}
	disguises := []func(string) string{
		func(s string) string { return s },
		func(s string) string { return " " + s },
		func(s string) string { return "\t" + s },
		func(s string) string { return s + "\n" },
		func(s string) string { return s[:1] + "\t" + s[1:] },
		func(s string) string { return s[:1] + "\r\n" + s[1:] },
		func(s string) string { return "\x00" + s },
		func(s string) string { return "\u00a0" + s },
		func(s string) string { return "\ufeff" + s },
		func(s string) string { return s[:1] + "\u200b" + s[1:] },
	}
	var all []string
	for _, host := range hosts {
		for _, prefix := range prefixes {
			for _, disguise := range disguises {
				all = append(all, disguise(prefix+host))
			}
		}
	}
	return all
}

// TestReturnToNeverLeaves asks the real handlers, which redirect signed-in users
// to return_to at once.
func TestReturnToNeverLeaves(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signedIn(f.acme)
	corpus := hostile()
	if len(corpus) < 2500 {
		t.Fatalf("only %d strings", len(corpus))
	}
	kept := 0
	for _, s := range corpus {
		w := f.get("/login/sso?enterprise_key=acme&return_to=" + url.QueryEscape(s))
		if w.Code == 400 { // control characters are refused before any handler
			continue
		}
		to := location(w)
		if w.Code != 303 ||
			resolve(to) != origin ||
			strings.ContainsAny(to, "\r\n\t\\ ") {
			t.Errorf("%q leads to %d %q", s, w.Code, to)
		}
		if to != "/" {
			kept++
		}
		f.result.ReturnTo = s // and if a pending login had been saved with it
		if to := location(f.post("/saml/"+string(f.okta.ID)+"/acs", url.Values{
			"SAMLResponse": {"m"},
			"RelayState":   {s},
		})); to != "" && resolve(to) != origin {
			t.Errorf("%q leads to %q after sign-in", s, to)
		}
	}
	t.Logf("%d strings, %d kept as harmless paths", len(corpus), kept)
	if kept == 0 || kept > len(corpus)/5 {
		t.Errorf("%d of %d were kept: the corpus tests something else", kept, len(corpus))
	}
}

func FuzzReturnTo(f *testing.F) {
	for i, s := range hostile() {
		if i%97 == 0 {
			f.Add(s)
		}
	}
	for _, s := range []string{
		"/account?tab=1#x", "/.//evil.example", "/%09/evil.example",
		"/%2e//evil.example", "/a/.//b",
	} {
		f.Add(s)
	}
	base, err := url.Parse(origin + "/login/sso")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := sso.ReturnTo(s)
		if got != s && got != "/" {
			t.Fatalf("%q was changed to %q", s, got)
		}
		path, _, _ := strings.Cut(got, "?")
		path, _, _ = strings.Cut(path, "#")
		decoded, err := url.PathUnescape(path)
		if err != nil {
			decoded = path
		}
		// As it is, and as a proxy that decodes or cleans paths would send it on.
		for _, form := range []string{
			got,
			decoded,
			strings.NewReplacer("/./", "/", "/%2e/", "/", "/%2E/", "/").Replace(path),
		} {
			if resolve(form) != origin {
				t.Fatalf(
					"a browser takes %q, as %q, to %s", got, form, resolve(form),
				)
			}
		}
		u, err := base.Parse(got)
		if err != nil || u.Scheme+"://"+u.Host != origin || u.User != nil {
			t.Fatalf("net/url takes %q to %v (%v)", got, u, err)
		}
		if sso.ReturnTo(got) != got {
			t.Fatalf("%q is not stable", got)
		}
	})
}
