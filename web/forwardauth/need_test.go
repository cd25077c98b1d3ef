package forwardauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestNeedOfApplication admits only those sessions whose users authenticated as the
// application requires, and no others of the same user elsewhere.
func TestNeedOfApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("fresh", func(a *sso.Application) { a.Need.MaxAge = 2 * time.Hour })
	w.application("strong", func(a *sso.Application) { a.Need.Acr = "phr urn:example:mfa" })
	w.application("both", func(a *sso.Application) {
		a.Need = sso.AuthnNeed{MaxAge: 2 * time.Hour, Acr: "phr"}
	})
	now := w.clock.Now()
	const old, weak = "app_authn_too_old", "app_authn_insufficient"
	for name, c := range map[string]struct {
		authn               sso.Authn
		fresh, strong, both string
	}{
		"recent, strong": {sso.Authn{AuthnAt: now, Acr: "phr"}, "", "", ""},
		"old, strong":    {sso.Authn{AuthnAt: now.Add(-3 * time.Hour), Acr: "phr"}, old, "", old},
		"recent, weak":   {sso.Authn{AuthnAt: now, Acr: "pwd"}, "", weak, weak},
		"other context":  {sso.Authn{AuthnAt: now, Acr: "urn:example:mfa"}, "", "", weak},
		"part of one":    {sso.Authn{AuthnAt: now, Acr: "ph"}, "", weak, weak},
		"both in one":    {sso.Authn{AuthnAt: now, Acr: "phr urn:example:mfa"}, "", weak, weak},
		"nothing stated": {sso.Authn{}, old, weak, old},
		"in the future":  {sso.Authn{AuthnAt: now.Add(time.Hour), Acr: "phr"}, old, "", old},
	} {
		w.authn = &c.authn
		ada := w.enter("ada " + name)
		for app, code := range map[string]string{
			"wiki":   "",
			"fresh":  c.fresh,
			"strong": c.strong,
			"both":   c.both,
		} {
			status := http.StatusOK
			if code != "" {
				status = http.StatusUnauthorized
			}
			at := "https://" + app + ".acme.test/a?b=c"
			if got := w.nginx(app, at, ada); got.Code != status ||
				(got.Header().Get("Location") != "") != (code != "") ||
				(got.Header().Get("X-Auth-Request-User") == "") != (code != "") {
				t.Errorf("%s at %s: %d %v", name, app, got.Code, got.Header())
			}
			w.wants(name+" at "+app+" by a script", w.forwarded(app, at, ada), status, code)
			if code != "" && w.counted("nginx "+code) == 0 {
				t.Errorf("%s is not counted", code)
			}
		}
	}
}

// TestNeedExpires asks for a new sign-in once the old one is too old, though the grant of
// the request before is cached.
func TestNeedExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("fresh", func(a *sso.Application) { a.Need.MaxAge = 10 * time.Minute })
	w.authn = &sso.Authn{AuthnAt: w.clock.Now()}
	ada := w.enter("ada")
	w.wants("at once", w.forwarded("fresh", "https://fresh.acme.test/", ada), 200, "")
	w.clock.Move(10*time.Minute + sso.DefaultClockSkew - time.Second)
	w.wants("in time", w.forwarded("fresh", "https://fresh.acme.test/", ada), 200, "")
	w.clock.Move(2 * time.Second)
	w.wants("late", w.forwarded("fresh", "https://fresh.acme.test/", ada), 401, "app_authn_too_old")
	w.wants("elsewhere", w.forwarded("wiki", wikiAt+"/", ada), 200, "")
}

// TestStepUp sends a signed-in browser to its company's sign-in, and refuses it when it
// comes back no better: nothing asks for ever.
func TestStepUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("strong", func(a *sso.Application) { a.Need.Acr = "phr" })
	ada := w.enter("ada")
	first := w.forwarded("strong", "https://strong.acme.test/a?b=c", ada, asPage()...)
	ask := w.follow(first.Header().Get("Location"), ada)
	signIn, err := url.Parse(ask.Header().Get("Location"))
	w.ok(err)
	query := signIn.Query()
	back := query.Get("return_to")
	if ask.Code != http.StatusSeeOther || signIn.Path != "/login/sso" ||
		query.Get("enterprise_key") != w.ent.Key || query.Get("prompt") != "login" ||
		query.Get("connection") != string(w.conn.ID) || sso.ReturnTo(back) != back {
		t.Fatalf("%d %s", ask.Code, signIn)
	}

	w.clock.Move(time.Minute)
	again := w.enter("ada")
	refused := w.follow(base+back, again)
	if refused.Code != http.StatusForbidden ||
		!strings.Contains(refused.Body.String(), "app_authn_insufficient") {
		t.Errorf("no better: %d %s", refused.Code, refused.Body)
	}

	w.authn = &sso.Authn{Acr: "phr"}
	better := w.enter("ada")
	landed := w.follow(base+back, better)
	if landed.Header().Get("Location") != "https://strong.acme.test/a?b=c" {
		t.Errorf("better: %d %v", landed.Code, landed.Header())
	}

	w.clock.Move(-time.Hour) // the session is older than the question
	w.authn = &sso.Authn{Acr: "pwd"}
	older := w.enter("ada")
	w.clock.Move(time.Hour)
	if got := w.follow(base+back, older); got.Code != http.StatusSeeOther {
		t.Errorf("a session from before is not asked: %d", got.Code)
	}
}

// TestStepUpOfLongLink keeps the marker where the link is too long to keep.
func TestStepUpOfLongLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("strong", func(a *sso.Application) { a.Need.Acr = "phr" })
	ada := w.enter("ada")
	for _, path := range []string{"lost=1", "z=" + strings.Repeat("A", 7000), "to=" + strings.Repeat("%41", 2000)} {
		ask := w.follow(base+"/login/continue/strong?"+path, ada)
		signIn, err := url.Parse(ask.Header().Get("Location"))
		w.ok(err)
		back := signIn.Query().Get("return_to")
		if ask.Code != http.StatusSeeOther || sso.ReturnTo(back) != back || !strings.Contains(back, "asked=") {
			t.Errorf("%.20s: %d leads to %s", path, ask.Code, signIn)
		}
	}
}

// TestNeedAndPublicPaths answers public paths without telling who asks.
func TestNeedAndPublicPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("strong", func(a *sso.Application) {
		a.Need.Acr = "phr"
		a.PublicPaths = []string{"/health"}
	})
	ada := w.enter("ada")
	got := w.forwarded("strong", "https://strong.acme.test/health", ada)
	w.wants("public", got, 200, "")
	if got.Header().Get("X-Auth-Request-User") != "" {
		t.Errorf("the application is told of a session that it does not accept: %v", got.Header())
	}
}

// TestNeedOf finds what to ask the identity provider for, by the path to return to.
func TestNeedOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("strong", func(a *sso.Application) { a.Need.Acr = "phr" })
	for path, want := range map[string]string{
		"/login/continue/strong?to=https%3A%2F%2Fstrong.acme.test%2F": "phr",
		"/login/continue/strong":            "phr",
		"/login/continue/wiki?to=x":         "",
		"/login/continue/strong/":           "",
		"/login/continue/":                  "",
		"/account?x=/login/continue/strong": "",
		"":                                  "",
	} {
		got, err := w.forward.NeedOf(t.Context(), path)
		if err != nil || got.Acr != want {
			t.Errorf("%s: %+v (%v)", path, got, err)
		}
	}
}

// TestNeedAndTokens lets programs in, which do not authenticate at an identity provider,
// where the application accepts them.
func TestNeedAndTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	strong := w.application("strong", func(a *sso.Application) {
		a.Need = sso.AuthnNeed{MaxAge: 5 * time.Minute, Acr: "phr"}
		a.Programs = true
	})
	_, token := w.token(w.enter("ada"), strong)
	got := w.forwarded("strong", "https://strong.acme.test/", person{}, "Authorization", "Bearer "+token)
	w.wants("with a token", got, 200, "")
}
