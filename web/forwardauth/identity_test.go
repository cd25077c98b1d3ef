package forwardauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
)

// TestIdentity: every identity header is there once for every user, and can be
// decoded.
func TestIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.group("web/100%, \"quoted\" 開発")
	for login, name := range map[string]string{
		"ada":     "Ada",
		"zoë":     "Zoë Łukasiewicz-Müller",
		"percent": "100% %41",
		"space":   " x ",
		"none":    "",
		"comma":   "a,b",
		"inject":  "x\r\nX-Auth-Request-User: eve",
		"nul":     "a\x00b",
		"tab":     "a\tb",
		"invalid": "a\xffb",
		"right":   "\u202eevil",
		"long":    strings.Repeat("ü", 120),
	} {
		p := w.enterAt(w.ent, w.conn, login, name, "web/dev", "web/"+group.Name)
		got := w.nginx("wiki", wikiAt+"/", p)
		w.wants(login, got, 200, "")
		stored, err := w.db.User(t.Context(), w.ent.ID, p.user.ID)
		w.ok(err)
		want := map[string]string{
			"X-Auth-Request-Id":                 string(p.user.ID),
			"X-Auth-Request-User":               stored.Login,
			"X-Auth-Request-Preferred-Username": stored.Login,
			"Remote-User":                       stored.Login,
			"X-Auth-Request-Name":               stored.Name,
			"Remote-Name":                       stored.Name,
			"X-Auth-Request-Email":              stored.Email,
			"Remote-Email":                      stored.Email,
			"X-Auth-Request-Enterprise":         "acme",
			"X-Auth-Request-Auth-Method":        "oidc",
			"X-Auth-Request-Acr":                "urn:example:mfa",
		}
		for _, header := range identity {
			values := got.Header()[header]
			if len(values) != 1 || strings.ContainsFunc(values[0], func(c rune) bool {
				return c < ' ' || c > '~'
			}) || strings.TrimSpace(values[0]) != values[0] {
				t.Errorf("%s: %s is %q", login, header, values)
				continue
			}
			if text, ok := want[header]; ok {
				if back, err := url.PathUnescape(values[0]); err != nil || back != text {
					t.Errorf(
						"%s: %s is %q, which reads %q (%v); want %q", login, header,
						values[0], back, err, text,
					)
				}
			}
		}
		var groups []string
		for part := range strings.SplitSeq(got.Header().Get("Remote-Groups"), ",") {
			back, err := url.PathUnescape(part)
			w.ok(err)
			groups = append(groups, back)
		}
		if !slices.Equal(groups, []string{"web/" + group.Name, "web/dev"}) {
			t.Errorf("%s: groups %q", login, groups)
		}
	}
}

func TestGroupsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var many []string
	for i := range 200 {
		ref := fmt.Sprintf("web/group-%03d", i)
		w.group(ref)
		many = append(many, ref)
	}
	ada := w.enter("ada", "web/dev", "web/ops", "app/dev", "app/Vertrieb, Süd")
	zoe := w.enter("zoe", many...)
	for name, c := range map[string]struct {
		who    person
		change func(*sso.Application)
		want   string
	}{
		"all": {ada, func(*sso.Application) {}, "app/Vertrieb%2C S%C3%BCd,app/dev,web/dev,web/ops"},
		"an organization": {
			ada,
			func(a *sso.Application) {
				a.Told = []string{"web/*"}
			},
			"web/dev,web/ops",
		},
		"some": {
			ada,
			func(a *sso.Application) {
				a.Told = []string{"app/dev", "web/ops", "web/none"}
			},
			"app/dev,web/ops",
		},
		"none of theirs": {
			ada,
			func(a *sso.Application) {
				a.Told = []string{"other/*"}
			},
			"",
		},
		"needed first": {
			ada,
			func(a *sso.Application) {
				a.Groups = []string{"web/ops", "web/nothing"}
			},
			"web/ops,app/Vertrieb%2C S%C3%BCd,app/dev,web/dev",
		},
		"cut": {
			ada,
			func(a *sso.Application) {
				a.GroupsLimit = 40
			},
			"app/Vertrieb%2C S%C3%BCd,app/dev,...",
		},
		"cut to nothing": {
			ada,
			func(a *sso.Application) {
				a.GroupsLimit = 5
			},
			"...",
		},
		"cut, many": {
			zoe,
			func(a *sso.Application) {
				a.Groups = []string{"web/group-150"}
				a.GroupsLimit = 60
			},
			"web/group-150,web/group-000,web/group-001,web/group-002,...",
		},
	} {
		key := strings.Trim(
			strings.NewReplacer(" ", "-", ",", "").Replace(name), "-",
		)
		w.application(key, c.change)
		got := w.nginx(key, "https://"+key+".acme.test/", c.who)
		w.wants(name, got, 200, "")
		for _, header := range []string{"X-Auth-Request-Groups", "Remote-Groups"} {
			if text := got.Header().Get(header); text != c.want {
				t.Errorf("%s: %s is %q; want %q", name, header, text, c.want)
			}
		}
		claims := w.claims(got.Header().Get("X-Auth-Request-Jwt"))
		told := 0
		if c.want != "" {
			told = len(strings.Split(strings.TrimSuffix(c.want, "..."), ","))
			if strings.HasSuffix(c.want, "...") {
				told--
			}
		}
		omitted, _ := claims["groups_omitted"].(float64)
		if groups, _ := claims["groups"].([]any); len(groups) != told ||
			(omitted > 0) != strings.HasSuffix(c.want, "...") {
			t.Errorf("%s: the assertion has %d groups, %v omitted; the header %d", name, len(groups), omitted, told)
		}
	}
	if whole := w.nginx("cut-many", "https://cut-many.acme.test/", zoe).Header().Get("Remote-Groups"); len(
		whole,
	) > 60 {
		t.Errorf("%d bytes", len(whole))
	}
}

// claims verifies an assertion as an application would, with the published keys.
func (w *world) claims(token string) map[string]any {
	w.Helper()
	var keys jose.JSONWebKeySet
	answer := w.follow(base+"/oauth2/keys", person{})
	if answer.Header().Get("Cache-Control") != "public, max-age=300" ||
		answer.Header().Get("Content-Type") != "application/jwk-set+json" {
		w.Errorf("the keys come with %v", answer.Header())
	}
	w.ok(json.Unmarshal(answer.Body.Bytes(), &keys))
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{
		jose.ES256,
	})
	w.ok(err)
	payload, err := parsed.Verify(&keys)
	w.ok(err)
	var claims map[string]any
	w.ok(json.Unmarshal(payload, &claims))
	return claims
}

func TestAssertion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("other", nil)
	ada := w.enter("ada", "web/dev")
	token := func(app string) string {
		t.Helper()
		got := w.nginx(app, "https://"+app+".acme.test/", ada)
		w.wants(app, got, 200, "")
		return got.Header().Get("X-Auth-Request-Jwt")
	}
	start := w.clock.Now()
	first := token("wiki")
	claims := w.claims(first)
	for name, want := range map[string]any{
		"iss":            base,
		"aud":            "wiki",
		"sub":            string(ada.user.ID),
		"iat":            float64(start.Unix()),
		"exp":            float64(start.Add(2 * time.Minute).Unix()),
		"login":          "ada",
		"email":          "ada@acme.test",
		"email_verified": false,
		"name":           "ada",
		"enterprise":     "acme",
		"auth_time":      float64(start.Add(-time.Hour).Unix()),
		"acr":            "urn:example:mfa",
	} {
		if claims[name] != want {
			t.Errorf("%s is %v; want %v", name, claims[name], want)
		}
	}
	if got := fmt.Sprint(claims["amr"]); got != "[pwd otp]" {
		t.Errorf("amr is %s", got)
	}
	if strings.Contains(fmt.Sprint(claims), string(ada.session)) ||
		claims["sid"] == nil ||
		claims["jti"] == nil {
		t.Errorf("claims %v", claims)
	}
	if other := w.claims(token("other")); other["aud"] != "other" ||
		other["jti"] == claims["jti"] ||
		other["sid"] != claims["sid"] {
		t.Errorf("another application's: %v", other)
	}
	w.clock.Move(time.Minute - time.Second)
	if token("wiki") != first {
		t.Error("within a minute it is another one")
	}
	w.clock.Move(time.Second)
	if again := w.claims(token("wiki")); again["jti"] == claims["jti"] ||
		again["iat"] != float64(start.Add(time.Minute).Unix()) {
		t.Errorf("after a minute: %v", again)
	}
	// What changes about the person is in the next assertion, at the latest when
	// the session is read again.
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, ada.user.ID, func(u sso.User) (sso.User, error) {
		u.Email = "ada@new.test"
		u.EmailVerified = true
		return u, nil
	})
	w.ok(err)
	w.clock.Move(31 * time.Second)
	if changed := w.claims(token("wiki")); changed["email"] != "ada@new.test" ||
		changed["email_verified"] != true {
		t.Errorf("after a change: %v", changed)
	}
	if status := w.follow(base+"/oauth2/keys", person{}).Code; status != http.StatusOK {
		t.Error(status)
	}
}
