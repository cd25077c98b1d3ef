package forwardauth_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"gatehouse/sso"
)

func withoutAddress(w *world) person {
	return w.enterWith(w.ent, sso.Identity{
		Connection:  w.conn.ID,
		Subject:     "kim",
		Login:       "kim",
		Name:        "Kim",
		EmailUnsaid: true,
	}, "web/dev")
}

// TestNoAddressIsTold: a proxy is answered with an empty header, which overwrites
// whatever the browser sent, and the assertion has no address.
func TestNoAddressIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.nginx("wiki", wikiAt+"/", withoutAddress(w))
	w.wants("kim", got, 200, "")
	for header, want := range map[string]string{
		"X-Auth-Request-Email":          "",
		"Remote-Email":                  "",
		"X-Auth-Request-Email-Verified": "false",
		"X-Auth-Request-User":           "kim",
	} {
		if values := got.Header()[header]; len(values) != 1 || values[0] != want {
			t.Errorf("%s is %q, want %q", header, values, want)
		}
	}
	if claims := payload(w, got.Header().Get("X-Auth-Request-Jwt")); strings.Contains(claims, `"email":`) ||
		!strings.Contains(claims, `"email_verified":false`) {
		t.Errorf("the assertion says %s", claims)
	}
}

// TestApplicationHasNoAddressHeader: behind a real proxy, configured as its page
// says, the application gets no header about an address that there is not, and
// none that the browser made up.
func TestApplicationHasNoAddressHeader(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		go s.live.Run(t.Context())
		kim, ada := withoutAddress(s.world), s.enter("ada", "web/dev")
		for name, lines := range map[string][]string{
			"plain": nil,
			"a made-up one": {
				"X-Auth-Request-Email: eve@acme.test", "Remote-Email: eve@acme.test",
			},
			"other spellings": {
				"X_Auth_Request_Email: eve@acme.test",
				"x.auth.request.email: eve@acme.test", "REMOTE_EMAIL: eve@acme.test",
			},
		} {
			got := s.raw("GET", "/", kim, lines...)
			if got.status != 200 || got.app.Get("X-Auth-Request-User") != "kim" {
				t.Fatalf("%s: %d, %v", name, got.status, got.app)
			}
			for header, values := range got.app {
				if f := folded(header); f == "x-auth-request-email" ||
					f == "remote-email" ||
					strings.Contains(strings.Join(values, ""), "eve@") {
					t.Errorf(
						"%s: the application is told %s: %q", name, header, values,
					)
				}
			}
		}
		if got := s.raw("GET", "/", ada); got.app.Get("X-Auth-Request-Email") != "ada@acme.test" ||
			got.app.Get("Remote-Email") != "ada@acme.test" {
			t.Errorf("someone with an address: %v", got.app)
		}
	})
}

// payload is what a JWT says.
func payload(w *world, token string) string {
	w.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		w.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	w.ok(err)
	return string(text)
}
