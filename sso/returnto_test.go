package sso

import (
	"net/url"
	"strings"
	"testing"
)

// originOf resolves a reference against https://sso.example as browsers do (the
// basic URL parser of url.spec.whatwg.org, for a base with a special scheme) and
// gives scheme and host of the result. It knows only what can change these.
func originOf(ref string) string {
	ref = strings.TrimFunc(ref, func(r rune) bool { return r <= ' ' })
	ref = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(ref)
	scheme, rest := "https", ref
	if i := strings.IndexByte(ref, ':'); i > 0 && isScheme(ref[:i]) {
		scheme, rest = strings.ToLower(ref[:i]), ref[i+1:]
		if scheme != "https" { // "https:path" is relative to an https base
			return scheme + "://" + rest
		}
	}
	slash := func(r rune) bool { return r == '/' || r == '\\' }
	if len(rest) < 2 || !slash(rune(rest[0])) || !slash(rune(rest[1])) {
		return "https://sso.example"
	}
	host := strings.TrimLeftFunc(rest, slash) // any number of them
	if end := strings.IndexAny(host, `/\?#`); end >= 0 {
		host = host[:end]
	}
	return "https://" + host
}

func isScheme(s string) bool {
	for i, r := range s {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", r)) {
			return false
		}
	}
	return true
}

// TestOriginOf keeps the reader of FuzzReturnTo from seeing too little.
func TestOriginOf(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"/a": "https://sso.example", "a": "https://sso.example", "": "https://sso.example", "https:a": "https://sso.example", "/a//b": "https://sso.example",
		"//evil": "https://evil", `/\evil`: "https://evil", `\/evil`: "https://evil", `///\/evil/x`: "https://evil", "/\t/evil": "https://evil", " //evil": "https://evil",
		"\x00//evil": "https://evil", "/\n\\evil?x": "https://evil", "https://evil": "https://evil", "HTTPS:\\\\evil": "https://evil", "javascript:x": "javascript://x", "java\nscript:x": "javascript://x",
	} {
		if got := originOf(ref); got != want {
			t.Errorf("%q leads to %q, want %q", ref, got, want)
		}
	}
}

// FuzzReturnTo: whatever comes back is what went in or "/", and no browser and
// no server of ours reads anything in it but a path of our own origin.
func FuzzReturnTo(f *testing.F) {
	for _, seed := range []string{"/", "/a?b=c#d", "//evil", `/\evil`, "/\t/evil", "https://evil", "/%2f/evil", "/%5cevil", "/a/%2e%2e//evil", "/.//evil", "/a\r\nLocation: //evil", "/@evil", "/;//evil", "/?//evil", "/#//evil"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := ReturnTo(raw)
		if got == "/" {
			return
		}
		if got != raw || got[0] != '/' || len(got) > 2048 {
			t.Fatalf("%q became %q", raw, got)
		}
		if ReturnTo(got) != got {
			t.Fatalf("%q is not accepted twice", got)
		}
		decoded, err := url.PathUnescape(strings.TrimRight(got, "?#"))
		if err != nil {
			decoded = got
		}
		// A proxy that cleans paths must not make another origin of it either.
		for _, form := range []string{got, decoded, removeDots(got)} {
			path, _, _ := strings.Cut(form, "?")
			if path, _, _ = strings.Cut(path, "#"); originOf(path) != "https://sso.example" {
				t.Fatalf("%q leads to %s", raw, originOf(path))
			}
		}
		if originOf(got) != "https://sso.example" || strings.ContainsAny(got, "\r\n\t\x00 \\") {
			t.Fatalf("%q leads to %s", raw, originOf(got))
		}
		u, err := url.Parse("https://sso.example")
		if err != nil {
			t.Fatal(err)
		}
		if u, err = u.Parse(got); err != nil || u.Scheme != "https" || u.Host != "sso.example" || u.User != nil {
			t.Fatalf("%q is %+v to net/url: %v", raw, u, err)
		}
	})
}

// removeDots takes away "/." as browsers do before they send a path.
func removeDots(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "/./", "/"), "/%2e/", "/")
}
