package forwardauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestRefusalInTheVisitorsLanguage: the page speaks the language of the browser; what
// programs read is English.
func TestRefusalInTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada", "web/dev")
	w.application("closed", func(a *sso.Application) { a.Groups = []string{"web/ops"} })
	const at = "https://closed.acme.test/"
	page := w.forwarded("closed", at, ada, append(asPage(), "Accept-Language", "de-AT,de;q=0.9")...)
	for _, says := range []string{`<html lang="de"`, "in keiner Gruppe, die diese Anwendung nutzen darf", "Zu meinem Konto"} {
		if !strings.Contains(page.Body.String(), says) {
			t.Errorf("the page does not say %q:\n%s", says, page.Body)
		}
	}
	for name, answer := range map[string]string{
		"nginx":    w.nginx("closed", at, ada, "Accept-Language", "de").Body.String(),
		"a script": w.forwarded("closed", at, ada, "Accept-Language", "de").Body.String(),
	} {
		if !strings.Contains(answer, `"detail":"Your account isn’t in a group`) {
			t.Errorf("%s is told %s", name, answer)
		}
	}
}

func TestWhoMayComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.enterprise("other")
	ada, bob := w.enter("ada", "web/dev"), w.enter(
		"bob", "web/ops", "app/Vertrieb, Süd",
	)
	eve := w.enterAt(other, w.connection(other), "eve", "Eve")
	groups := func(refs ...string) func(*sso.Application) {
		return func(a *sso.Application) {
			a.Groups = refs
		}
	}
	w.application("developers", groups("web/dev"))
	w.application("several", groups("web/dev", "app/Vertrieb, Süd"))
	w.application("nobody", groups("web/nothing"))
	w.application("case", groups("web/Dev"))
	w.application("organization", groups("app/dev"))
	w.application("acme-only", func(a *sso.Application) {
		a.Enterprises = []sso.EnterpriseID{w.ent.ID}
	})
	w.application("other-only", func(a *sso.Application) {
		a.Enterprises = []sso.EnterpriseID{other.ID}
	})
	for app, want := range map[string]map[string]string{
		"wiki":         {"ada": "", "bob": "", "eve": ""},
		"developers":   {"ada": "", "bob": "app_group", "eve": "app_group"},
		"several":      {"ada": "", "bob": "", "eve": "app_group"},
		"nobody":       {"ada": "app_group", "bob": "app_group", "eve": "app_group"},
		"case":         {"ada": "app_group", "bob": "app_group", "eve": "app_group"},
		"organization": {"ada": "app_group", "bob": "app_group", "eve": "app_group"},
		"acme-only":    {"ada": "", "bob": "", "eve": "app_enterprise"},
		"other-only":   {"ada": "app_enterprise", "bob": "app_enterprise", "eve": ""},
	} {
		for name, p := range map[string]person{
			"ada": ada,
			"bob": bob,
			"eve": eve,
		} {
			status := http.StatusOK
			if want[name] != "" {
				status = http.StatusForbidden
			}
			w.wants(
				app+" "+name, w.nginx(app, "https://"+app+".acme.test/", p), status,
				want[name],
			)
			page := w.forwarded(app, "https://"+app+".acme.test/", p, asPage()...)
			w.wants(app+" "+name+" page", page, status, want[name])
			if status == http.StatusOK {
				continue
			}
			// The page is shown at the application's address and has nothing there.
			policy := page.Header().Get("Content-Security-Policy")
			if !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") ||
				!strings.Contains(page.Body.String(), `<base href="`+base+`/">`) ||
				!strings.Contains(page.Body.String(), `<h1>You have no access to <bdi>The `+app+`</bdi></h1>`) ||
				!strings.Contains(page.Body.String(), `href="/account">Go to my account`) ||
				!strings.Contains(policy, "style-src "+base) ||
				!strings.Contains(policy, "base-uri "+base) ||
				strings.Contains(policy, "'self'") ||
				page.Header().Get("Strict-Transport-Security") != "" {
				t.Errorf("%s %s: %v", app, name, page.Header())
			}
		}
	}
	for _, name := range []string{"app_group", "app_enterprise"} {
		if w.counted("nginx "+name) == 0 || w.counted("forward "+name) == 0 {
			t.Errorf("%s is not counted", name)
		}
	}
	if strings.Contains(w.log.String(), "request\"") ||
		strings.Contains(w.log.String(), ada.cookie) {
		t.Errorf("the log says too much: %s", w.log)
	}
}

// TestWithoutSession: what is no session of ours is 401, and costs no question
// to the store unless it could be one.
func TestWithoutSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.enter("ada"), w.enter("bob")
	name, value, _ := strings.Cut(ada.cookie, "=")
	w.wants("signed in", w.nginx("wiki", wikiAt+"/", ada), 200, "")
	before := w.db.asked.Load()
	for what, cookie := range map[string]string{
		"none":          "",
		"empty":         name + "=",
		"cut":           ada.cookie[:len(ada.cookie)-2],
		"longer":        ada.cookie + "A",
		"forged":        name + "=" + strings.Repeat("A", len(value)),
		"another name":  "gatehouse=" + value,
		"case":          strings.ToLower(name) + "=" + value,
		"quoted":        name + "=\"" + value + "\"",
		"oversized":     name + "=" + strings.Repeat("A", 9000),
		"another's tag": name + "=" + value[:20] + bob.cookie[len(name)+21:],
	} {
		w.wants(
			what, w.nginx("wiki", wikiAt+"/", person{cookie: cookie}), 401,
			"session_ended",
		)
	}
	if n := w.db.asked.Load() - before; n != 0 {
		t.Errorf("the store was asked %d times", n)
	}
}

func TestCredentialsElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	for name, c := range map[string]struct {
		address string
		header  []string
	}{
		"basic":  {wikiAt + "/", []string{"Authorization", "Basic YWRhOmFkYQ=="}},
		"token":  {wikiAt + "/?access_token=x", nil},
		"bearer": {wikiAt + "/?a=b&t=gw_pat_0123456789", nil},
		"basic page": {
			wikiAt + "/",
			append(asPage(), "Authorization", "basic YWRhOmFkYQ=="),
		},
	} {
		for _, got := range []int{
			w.nginx("wiki", c.address, person{}, c.header...).Code,
			w.forwarded("wiki", c.address, person{}, c.header...).Code,
		} {
			if got != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, got)
			}
		}
		got := w.forwarded("wiki", c.address, person{}, c.header...)
		w.wants(name, got, 401, "token_in_query_not_allowed")
		if got.Header().Get("Location") != "" {
			t.Errorf("%s: leads to %s", name, got.Header().Get("Location"))
		}
		w.wants(
			name+", signed in", w.nginx("wiki", c.address, ada, c.header...), 200,
			"",
		)
	}
}

// TestRevoked: what ends a session, or changes what it speaks for, holds at the
// next request.
func TestRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	go w.live.Run(t.Context())
	for w.live.Revoked(t.Context()); w.live.Len() == 0; {
		w.nginx("wiki", wikiAt+"/", w.enter("first")) // until it is remembered
	}
	w.application("developers", func(a *sso.Application) {
		a.Groups = []string{"web/dev"}
	})
	ada, bob := w.enter("ada", "web/dev"), w.enter("bob", "web/dev")
	ask := func(p person, want int, code string) {
		t.Helper()
		w.wants(
			code, w.nginx("developers", "https://developers.acme.test/", p), want,
			code,
		)
	}
	ask(ada, 200, "")
	ask(bob, 200, "")
	w.ok(w.db.RevokeSession(t.Context(), by, w.ent.ID, ada.session))
	w.live.Revoked(t.Context())
	ask(ada, 401, "session_ended")
	ask(bob, 200, "")

	// A change of memberships writes a revocation of the user, so that the session
	// is read again; it ends no session.
	w.ok(w.db.RemoveMember(
		t.Context(), by, w.ent.ID, w.groups["web/dev"].ID, bob.user.ID,
	))
	w.forget(bob.user.ID)
	ask(bob, 403, "app_group")
	w.ok(w.db.AddMember(
		t.Context(), by, w.ent.ID, w.groups["web/dev"].ID, bob.user.ID,
	))
	w.forget(bob.user.ID)
	ask(bob, 200, "")

	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, bob.user.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	w.live.Revoked(t.Context())
	ask(bob, 401, "session_ended")
}

// forget writes an entry of the list of revocations, as a change of memberships
// does, and tells this node.
func (w *world) forget(u sso.UserID) {
	w.Helper()
	raw := storetest.Raw(w, w.dsn)
	_, err := raw.Exec(
		"insert into revocations (sequence, session_id, user_id, enterprise_id, at) select coalesce(max(sequence), 0) + 1, '', $1, '', 1 from revocations",
		string(u),
	)
	w.ok(err)
	w.live.Revoked(w.Context())
}

// TestStoreDown: not being able to tell is never "signed out", and never "in".
func TestStoreDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	w.wants("before", w.nginx("wiki", wikiAt+"/", ada), 200, "")
	published := w.follow(base+"/oauth2/keys", person{}).Body.String()
	w.db.down.Store(true)
	for _, after := range []time.Duration{time.Second, 5 * time.Second, time.Hour} {
		w.clock.Move(after)
		for name, got := range map[string]int{
			"nginx":   w.nginx("wiki", wikiAt+"/", ada).Code,
			"forward": w.forwarded("wiki", wikiAt+"/", ada, asPage()...).Code,
		} {
			if got != http.StatusServiceUnavailable {
				t.Errorf("%s, after %s: %d", name, after, got)
			}
		}
		got := w.nginx("wiki", wikiAt+"/", ada)
		w.wants("down", got, 503, "temporarily_unavailable")
		if got.Header().Get("Retry-After") == "" {
			t.Error("it does not say when to ask again")
		}
		if keys := w.follow(base+"/oauth2/keys", person{}); keys.Code != 200 ||
			keys.Body.String() != published ||
			!strings.Contains(published, `"kty":"EC"`) {
			t.Errorf("keys, after %s: %d %s", after, keys.Code, keys.Body)
		}
	}
	w.clock.Move(3*time.Second - time.Hour) // before the session ends
	w.db.down.Store(false)
	w.wants("up again", w.nginx("wiki", wikiAt+"/", ada), 200, "")
}

// TestChangesAreSeen: what an administrator changes holds within a second, for
// those who are in as well.
func TestChangesAreSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada", "web/dev")
	change := func(fn func(*sso.Application)) {
		t.Helper()
		_, err := w.db.UpdateApplication(t.Context(), by, w.wiki.ID, func(a sso.Application) (sso.Application, error) {
			fn(&a)
			return a, nil
		})
		w.ok(err)
		w.clock.Move(time.Second)
	}
	ask := func(want int, groups string) {
		t.Helper()
		got := w.nginx("wiki", wikiAt+"/", ada)
		w.wants("changed", got, want, "")
		if got.Header().Get("X-Auth-Request-Groups") != groups {
			t.Errorf(
				"told %q; want %q", got.Header().Get("X-Auth-Request-Groups"),
				groups,
			)
		}
	}
	ask(200, "web/dev")
	change(func(a *sso.Application) { a.Told = []string{"app/*"} })
	ask(200, "")
	change(func(a *sso.Application) { a.Groups = []string{"app/dev"} })
	ask(403, "")
	change(func(a *sso.Application) {
		a.Groups, a.Told = []string{"web/dev"}, nil
	})
	ask(200, "web/dev")
	change(func(a *sso.Application) {
		a.Origins = []string{"https://elsewhere.acme.test"}
	})
	ask(403, "")
	w.ok(w.db.DeleteApplication(t.Context(), by, w.wiki.ID))
	w.clock.Move(time.Second)
	w.wants(
		"deleted", w.nginx("wiki", "https://elsewhere.acme.test/", ada), 403,
		"unknown_app",
	)
}
