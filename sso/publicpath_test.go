package sso

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

// TestPublicPaths compares what is public with what others make of a path.
func TestPublicPaths(t *testing.T) {
	t.Parallel()
	public := []string{
		"/health", "/public/*", "/.well-known/security.txt", "/api/v1/hooks/*", "/",
	}
	for _, p := range []string{
		"/health", "/public/", "/public/a", "/public/a/b.css", "/public/a/",
		"/.well-known/security.txt", "/api/v1/hooks/git@x~1", "/",
		"/public/.hidden", "/public/a..b", "/public/a!$&'()+,-:=@_~",
	} {
		if !IsPublicPath(public, p) {
			t.Errorf("%q is not public", p)
		}
	}
	for _, p := range []string{
		"",
		"*",
		"health",
		"/health/",
		"/healthy",
		"/HEALTH",
		"/Health",
		"/health.",
		"/health;",
		"/health;a=b",
		"/health%20",
		"/health%00",
		"/health\x00",
		"/heal%74h",
		"/public",
		"/Public/a",
		"/publicity/a",
		"/public/../admin",
		"/public/..",
		"/public/.",
		"/public/./a",
		"/public/...",
		"/public/a./b",
		"/public/a.",
		"/public/%2e%2e/admin",
		"/public/%2E%2e/admin",
		"/public/%252e%252e/admin",
		"/public/..;/admin",
		"/public/a;b",
		"/public//admin",
		"//public/a",
		"/public/a//",
		"/public\\..\\admin",
		"/public/..\\admin",
		"/public/\\admin",
		"/public/%2f..%2fadmin",
		"/public/%5c..%5cadmin",
		"/public/a%00",
		"/public/a\x00",
		"/public/a\x7f",
		"/public/a b",
		"/public/a\tb",
		"/public/a\r\nb",
		"/public/a#b",
		"/public/a?b",
		"/public/*",
		"/public/a*",
		"/public/a|b",
		"/public/a\"b",
		"/public/<a>",
		"/public/{a}",
		"/public/\u00e9",
		"/public/\u202ea",
		"/public/\xff\xfe",
		"/public/\xc0\xae\xc0\xae/admin",
		"/public/\uff0e\uff0e/admin",
		"http://wiki.example/public/a",
		"https:/public/a",
		"//evil.example/public/a",
		"/public/a/../../admin",
		"/api/v1/hooks/../users",
		"/api/v1/hooks",
		"/public/" + strings.Repeat("a", 2000),
		"/public/" + strings.Repeat("../", 400) + "admin",
	} {
		if IsPublicPath(public, p) {
			t.Errorf("%q is public", p)
		}
	}
	if IsPublicPath(nil, "/") || IsPublicPath([]string{}, "/health") {
		t.Error("an unlisted path is public")
	}
}

// FuzzPublicPath makes sure that no program which reads a public path in its own
// way comes out anywhere else.
func FuzzPublicPath(f *testing.F) {
	for _, p := range []string{
		"/public/a", "/public/../a", "/public/%2e%2e/a", "/public//a",
		"/public/a;b", "/public/\\a", "/public/a.", "/health",
	} {
		f.Add(p)
	}
	public := []string{"/health", "/public/*"}
	f.Fuzz(func(t *testing.T, p string) {
		if !IsPublicPath(public, p) {
			return
		}
		for _, q := range readings(p) {
			if q != "/health" &&
				q != "/public" &&
				!strings.HasPrefix(q, "/public/") {
				t.Errorf("%q is read as %q", p, q)
			}
		}
	})
}

// readings are what others may make of a path.
func readings(p string) []string {
	all := []string{
		p, path.Clean(p), strings.ToLower(p), strings.ReplaceAll(p, "\\", "/"),
	}
	for range 2 {
		for _, q := range all {
			if once, err := url.PathUnescape(q); err == nil {
				all = append(
					all, once, path.Clean(once),
					path.Clean(strings.ReplaceAll(once, "\\", "/")),
				)
			}
			before, _, _ := strings.Cut(q, ";")
			bare, _, _ := strings.Cut(before, "\x00")
			all = append(all, before, bare, path.Clean(bare))
			if u, err := url.Parse(q); err == nil {
				all = append(all, u.Path)
			}
		}
	}
	return all
}

// TestPublicPathsAreChecked names the one that cannot be.
func TestPublicPathsAreChecked(t *testing.T) {
	t.Parallel()
	app := Application{
		Key:     "wiki",
		Name:    "Wiki",
		Kind:    ForwardAuth,
		Origins: []string{"https://wiki.example"},
	}
	for _, good := range []string{
		"/", "/health", "/public/*", "/a/b/c/*", "/.well-known/acme-challenge/*",
		"/a.b/c@d",
	} {
		app.PublicPaths = []string{good}
		if problems := app.Validate(); len(problems) != 0 {
			t.Errorf("%q: %v", good, problems)
		}
	}
	for _, bad := range []string{
		"", "*", "/*", "health", "/public*", "/pub*lic", "/*/x", "/public/**",
		"^/public/.*$", "/public/(a|b)",
		"/public/[a-z]", "/public/../x", "/public//x", "/public/./x", "/public/%2e",
		"/a?b", "/a#b", "/a b", "/a;b",
		"/a\\b", "/a\x00", "/é", "https://wiki.example/a", "//wiki.example/a", "/a.",
		"/" + strings.Repeat("a", 1024),
	} {
		app.PublicPaths = []string{"/health", bad}
		problems := app.Validate()
		if len(problems) == 1 &&
			problems[0].Field == "public_paths[1]" &&
			problems[0].Message != "" {
			continue
		}
		t.Errorf("%q: %v", bad, problems)
	}
	app.PublicPaths = make([]string, 101)
	for i := range app.PublicPaths {
		app.PublicPaths[i] = "/a"
	}
	if problems := app.Validate(); len(problems) != 1 || problems[0].Field != "public_paths" {
		t.Errorf("%v", problems)
	}
}
