package access

import "testing"

// TestWithin: after signing in, admins are redirected within the console, and not
// to its sign-in page.
func TestWithin(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                              "/admin",
		"/admin":                        "/admin",
		"/admin/admins":                 "/admin/admins",
		"/admin/enterprises/a/x?y=z":    "/admin/enterprises/a/x?y=z",
		"/admin?x=//evil.test":          "/admin?x=//evil.test",
		"/":                             "/admin",
		"/account":                      "/admin",
		"/administration":               "/admin",
		"/admin/../account":             "/admin",
		"/admin/%2e%2e/account":         "/admin",
		"//evil.test/admin":             "/admin",
		"https://evil.test/admin":       "/admin",
		`/\evil.test/admin`:             "/admin",
		"/admin\\@evil.test":            "/admin",
		"/admin/sign-in":                "/admin",
		"/admin/sign-in?return_to=/x":   "/admin",
		"/admin/sign-in/passkey":        "/admin",
		"/admin/sign-out":               "/admin",
		"/admin/welcome/token":          "/admin",
		"javascript:alert(1)":           "/admin",
		"/admin/\tx":                    "/admin",
		"/admin/enterprises/a#//b.test": "/admin/enterprises/a#//b.test",
	} {
		if got := consolePath(raw); got != want {
			t.Errorf("%q leads to %q; want %q", raw, got, want)
		}
	}
}
