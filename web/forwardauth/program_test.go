package forwardauth_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// token makes a token of a person for applications, which accept tokens.
func (w *world) token(p person, all ...sso.Application) (sso.PersonalTokenID, string) {
	w.Helper()
	r := tokens.Request{
		Name:      "backup",
		ExpiresAt: w.clock.Now().Add(24 * time.Hour),
	}
	for _, a := range all {
		r.Applications = append(r.Applications, a.ID)
	}
	k, secret, err := tokens.New(w.db, w.live, w.clock.Now).Create(
		w.Context(), by, p.user.Enterprise, p.user.ID, r,
	)
	w.ok(err)
	return k.ID, secret.Reveal()
}

// forPrograms is a world with two applications that accept tokens, beside the wiki,
// which does not.
func forPrograms(t testing.TB) (w *world, files, mail sso.Application) {
	w = newWorld(t)
	accept := func(a *sso.Application) { a.Programs = true }
	return w, w.application("files", accept), w.application("mail", func(a *sso.Application) {
		accept(a)
		a.Groups = []string{"web/ops"}
		a.PublicPaths = []string{"/health"}
	})
}

// TestPrograms: a program is its token's owner, at the applications of the token that
// accept tokens and admit the owner.
func TestPrograms(t *testing.T) {
	t.Parallel()
	w, files, mail := forPrograms(t)
	ada := w.enter("ada", "web/dev")
	_, all := w.token(ada, w.wiki, files, mail)
	_, other := w.token(ada, mail)
	for name, c := range map[string]struct {
		app, authorization string
		status             int
		code               string
	}{
		"bearer":                    {"files", "Bearer " + all, 200, ""},
		"bearer in lower case":      {"files", "bearer " + all, 200, ""},
		"more than one space":       {"files", "Bearer   " + all, 200, ""},
		"basic":                     {"files", basic("token", all), 200, ""},
		"basic of another user":     {"files", basic("ada", all), 401, ""},
		"cut short":                 {"files", "Bearer " + all[:len(all)-1], 401, "invalid_token"},
		"made up":                   {"files", "Bearer " + sso.PersonalTokenKind.New().Reveal(), 401, "invalid_token"},
		"made up, basic":            {"files", basic("token", "gw_pat_"), 401, "invalid_token"},
		"token of another one":      {"files", "Bearer " + other, 403, "token_not_for_application"},
		"not for programs":          {"wiki", "Bearer " + all, 403, "token_not_for_application"},
		"the owner is not admitted": {"mail", "Bearer " + all, 403, "app_group"},
		"a token of the API":        {"files", "Bearer " + sso.APIToken.New().Reveal(), 401, ""},
	} {
		for _, ask := range []func(string, string, person, ...string) *httptest.ResponseRecorder{w.nginx, w.forwarded} {
			rec := ask(c.app, "https://"+c.app+".acme.test/a", person{}, "Authorization", c.authorization)
			if rec.Code != c.status || c.code != "" && !strings.Contains(rec.Body.String(), `"`+c.code+`"`) {
				t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
			}
			if got := rec.Header().Get("X-Auth-Request-Id"); (got == string(ada.user.ID)) != (c.status == 200) {
				t.Errorf("%s: the application is told %q", name, got)
			}
			if got := rec.Header().Get("X-Auth-Request-Auth-Method"); c.status == 200 && got != "token" {
				t.Errorf("%s: authenticated by %q", name, got)
			}
		}
	}
}

// TestProgramsAreNotRedirected whatever they accept, and are told how to authenticate.
func TestProgramsAreNotRedirected(t *testing.T) {
	t.Parallel()
	w, files, _ := forPrograms(t)
	id, token := w.token(w.enter("ada"), files)
	w.ok(w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, w.enter("ada").user.ID, id))
	bodies := map[string]bool{}
	for _, value := range []string{token, token[:20], sso.PersonalTokenKind.NewKeyed(w.db.TokenKey()).Reveal()} {
		for _, ask := range []func(string, string, person, ...string) *httptest.ResponseRecorder{w.nginx, w.forwarded} {
			header := append(asPage(), "Authorization", "Bearer "+value)
			rec := ask("files", "https://files.acme.test/a", person{}, header...)
			h := rec.Header()
			if rec.Code != http.StatusUnauthorized || h.Get("Location") != "" ||
				h.Get("Www-Authenticate") != `Bearer realm="Gatehouse", error="invalid_token"` ||
				!strings.HasPrefix(h.Get("Content-Type"), "application/problem+json") {
				t.Errorf("%d %v %s", rec.Code, h, rec.Body)
			}
			body, _, _ := strings.Cut(rec.Body.String(), `"request_id"`)
			bodies[body] = true
		}
	}
	if len(bodies) != 1 {
		t.Errorf("what is wrong is told: %v", bodies)
	}
}

// TestTokenDecidesAlone: a program with a token that is not accepted is not taken for
// the owner of a cookie, and a valid one wins over it.
func TestTokenDecidesAlone(t *testing.T) {
	t.Parallel()
	w, files, _ := forPrograms(t)
	ada, bob := w.enter("ada"), w.enter("bob")
	id, token := w.token(ada, files)
	rec := w.nginx("files", "https://files.acme.test/", bob, "Authorization", "Bearer "+token)
	if rec.Code != 200 || rec.Header().Get("X-Auth-Request-User") != "ada" {
		t.Errorf("%d as %q", rec.Code, rec.Header().Get("X-Auth-Request-User"))
	}
	w.ok(w.db.RevokePersonalToken(t.Context(), by, w.ent.ID, ada.user.ID, id))
	w.live.Revoked(t.Context())
	if rec := w.nginx("files", "https://files.acme.test/", bob, "Authorization", "Bearer "+token); rec.Code != 401 {
		t.Errorf("revoked, with a cookie: %d", rec.Code)
	}
	// Two values that a program may mean differently than the application reads them.
	r := request(
		http.MethodGet, "/auth/nginx/files", bob,
		"X-Original-URL", "https://files.acme.test/", "X-Original-Method", "GET",
	)
	_, token = w.token(ada, files)
	r.Header["Authorization"] = []string{"Bearer " + token, "Bearer another"}
	if rec := w.send(r); rec.Code != 401 {
		t.Errorf("two credentials: %d", rec.Code)
	}
}

// TestOtherAuthorizationIsTheApplications: what is not ours changes nothing.
func TestOtherAuthorizationIsTheApplications(t *testing.T) {
	t.Parallel()
	w, _, _ := forPrograms(t)
	ada := w.enter("ada")
	for _, v := range []string{
		"Bearer eyJ.x.y", basic("ada", "secret"), "Digest x", "gw_pat_x", basic("token", "secret"),
	} {
		rec := w.nginx("files", "https://files.acme.test/", ada, "Authorization", v)
		if rec.Code != 200 || rec.Header().Get("X-Auth-Request-User") != "ada" {
			t.Errorf("%s: %d", v, rec.Code)
		}
	}
}

// TestProgramsOnPublicPaths: a request with a refused token passes without an identity.
func TestProgramsOnPublicPaths(t *testing.T) {
	t.Parallel()
	w, _, mail := forPrograms(t)
	_, token := w.token(w.enter("ada", "web/ops"), mail)
	for value, want := range map[string]string{token: "ada", token[:20]: ""} {
		rec := w.nginx("mail", "https://mail.acme.test/health", person{}, "Authorization", "Bearer "+value)
		if rec.Code != 200 || rec.Header().Get("X-Auth-Request-User") != want {
			t.Errorf("%d as %q, want %q", rec.Code, rec.Header().Get("X-Auth-Request-User"), want)
		}
	}
}

// TestTokenEndsWithItsOwner at the next request, and the owner's groups count as of
// now.
func TestTokenEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	w, files, mail := forPrograms(t)
	w.db.OnRevocation(w.live.Revoked)
	w.live.Revoked(t.Context())
	ada := w.enter("ada", "web/ops")
	_, token := w.token(ada, files, mail)
	status := func(app string, want int) {
		t.Helper()
		rec := w.nginx(app, "https://"+app+".acme.test/", person{}, "Authorization", "Bearer "+token)
		if rec.Code != want {
			t.Errorf("%s: %d, want %d: %s", app, rec.Code, want, rec.Body)
		}
	}
	status("mail", 200)
	w.ok(w.db.DeleteGroup(t.Context(), by, w.ent.ID, w.groups["web/ops"].ID))
	status("mail", 403)
	status("files", 200)
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, ada.user.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	status("files", 401)
}

// TestMadeUpTokensAskNothing of the store, however many there are.
func TestMadeUpTokensAskNothing(t *testing.T) {
	t.Parallel()
	w, _, _ := forPrograms(t)
	before := w.db.asked.Load()
	for range 100 {
		value := sso.PersonalTokenKind.NewKeyed(sso.NewSecret()).Reveal()
		rec := w.nginx("files", "https://files.acme.test/", person{}, "Authorization", "Bearer "+value)
		if rec.Code != 401 {
			t.Fatal(rec.Code)
		}
	}
	if n := w.db.asked.Load() - before; n != 0 {
		t.Errorf("%d look-ups", n)
	}
}

// TestTokenIsInNoLog, neither the value nor its random part.
func TestTokenIsInNoLog(t *testing.T) {
	t.Parallel()
	w, files, _ := forPrograms(t)
	_, token := w.token(w.enter("ada"), files)
	w.nginx("files", "https://files.acme.test/", person{}, "Authorization", "Bearer "+token)
	w.nginx("files", "https://files.acme.test/", person{}, "Authorization", "Bearer "+token[:30])
	w.nginx("wiki", wikiAt, person{}, "Authorization", "Bearer "+token)
	if strings.Contains(w.log.String(), token[10:20]) {
		t.Error("a token is in the log")
	}
}
