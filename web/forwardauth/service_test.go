package forwardauth_test

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

// serviceToken makes a token of a service of an organization, in groups of it, for
// applications.
func (w *world) serviceToken(organization, owner string, groups []string, all ...sso.Application) (
	sso.ServiceToken, string,
) {
	w.Helper()
	r := tokens.ServiceRequest{
		Name:      "Nightly export",
		Owner:     w.groups[organization+"/"+owner].ID,
		ExpiresAt: w.clock.Now().Add(24 * time.Hour),
	}
	for _, g := range groups {
		r.Groups = append(r.Groups, w.groups[organization+"/"+g].ID)
	}
	for _, a := range all {
		r.Applications = append(r.Applications, a.ID)
	}
	k, secret, err := tokens.New(w.db, w.live, w.clock.Now).CreateService(
		w.Context(), by, w.ent.ID, w.orgs[organization].ID, r,
	)
	w.ok(err)
	return k, secret.Reveal()
}

// forServices is a world with an application that accepts services, one that accepts
// people's programs only, and one that accepts neither.
func forServices(t testing.TB) (w *world, files, mail sso.Application) {
	w = newWorld(t)
	w.db.OnRevocation(w.live.Revoked)
	w.live.Revoked(t.Context())
	w.enter("ada", "web/dev", "web/ops")
	return w, w.application("files", func(a *sso.Application) {
			a.Services = true
			a.Groups = []string{"web/dev"}
		}), w.application("mail", func(a *sso.Application) {
			a.Programs = true
		})
}

// with returns the status and whom the application is told about.
func (w *world) with(app, authorization string, p person) (status int, login string) {
	w.Helper()
	rec := w.nginx(app, "https://"+app+".acme.test/", p, "Authorization", authorization)
	return rec.Code, rec.Header().Get("X-Auth-Request-User")
}

// TestServices: a service is itself, in its own groups, at the applications that accept
// services.
func TestServices(t *testing.T) {
	t.Parallel()
	w, files, mail := forServices(t)
	k, token := w.serviceToken("web", "ops", []string{"dev"}, files, mail, w.wiki)
	_, outside := w.serviceToken("web", "ops", nil, files)
	_, personal := w.token(w.enter("ada", "web/dev"), files, mail)
	login := string(k.Service.ID)
	for name, c := range map[string]struct {
		app, authorization string
		status             int
		login              string
	}{
		"bearer":                         {"files", "Bearer " + token, 200, login},
		"basic":                          {"files", basic("token", token), 200, login},
		"accepts programs of people":     {"mail", "Bearer " + token, 403, ""},
		"accepts none":                   {"wiki", "Bearer " + token, 403, ""},
		"in no group":                    {"files", "Bearer " + outside, 403, ""},
		"a personal token":               {"files", "Bearer " + personal, 403, ""},
		"a personal token, for programs": {"mail", "Bearer " + personal, 200, "ada"},
		"cut short":                      {"files", "Bearer " + token[:len(token)-1], 401, ""},
		"as a personal token":            {"files", "Bearer gw_pat_" + token[7:], 401, ""},
	} {
		if status, who := w.with(c.app, c.authorization, person{}); status != c.status || who != c.login {
			t.Errorf("%s: %d as %q", name, status, who)
		}
	}
	rec := w.nginx("files", "https://files.acme.test/", person{}, "Authorization", "Bearer "+token)
	for header, want := range map[string]string{
		"X-Auth-Request-Id":                 login,
		"X-Auth-Request-Preferred-Username": login,
		"Remote-User":                       login,
		"X-Auth-Request-Name":               "Nightly export",
		"X-Auth-Request-Email":              "",
		"X-Auth-Request-Email-Verified":     "false",
		"X-Auth-Request-Groups":             "web/dev",
		"X-Auth-Request-Enterprise":         "acme",
		"X-Auth-Request-Auth-Method":        "token",
		"X-Auth-Request-Acr":                "",
	} {
		if got := rec.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

// TestServicesEnd at the next request: with the token, the group, and the organization,
// and not with the user who created it.
func TestServicesEnd(t *testing.T) {
	t.Parallel()
	w, files, _ := forServices(t)
	ctx := t.Context()
	k, first := w.serviceToken("web", "ops", []string{"dev"}, files)
	second := sso.ServiceTokenKind.NewKeyed(w.db.TokenKey()).Reveal()
	_, err := w.db.CreateServiceToken(ctx, by, sso.ServiceToken{
		Service: sso.Service{
			ID:           k.Service.ID,
			Enterprise:   w.ent.ID,
			Organization: k.Service.Organization,
		},
		Hash:      sso.Secret(second).Hash(),
		ExpiresAt: w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	wants := func(token string, want int) {
		t.Helper()
		if status, _ := w.with("files", "Bearer "+token, person{}); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
	wants(first, 200)
	wants(second, 200)
	_, err = w.db.UpdateUser(ctx, by, w.ent.ID, w.enter("ada", "web/ops").user.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	w.ok(w.db.RevokeServiceToken(ctx, by, w.ent.ID, k.Service.Organization, k.ID))
	wants(first, 401)
	wants(second, 200)
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, w.groups["web/dev"].ID))
	wants(second, 403)
	w.ok(w.db.DeleteOrganization(ctx, by, w.ent.ID, w.orgs["web"].ID))
	wants(second, 401)
}

// TestTokensInOtherPlaces: a token opens only in Authorization, as it is, and beside no
// other credential; a cookie's value opens nothing there.
func TestTokensInOtherPlaces(t *testing.T) {
	t.Parallel()
	w, files, mail := forServices(t)
	_, service := w.serviceToken("web", "ops", []string{"dev"}, files)
	ada := w.enter("ada", "web/dev")
	_, personal := w.token(ada, mail)
	for app, token := range map[string]string{"files": service, "mail": personal} {
		name, session, _ := cutCookie(ada.cookie)
		if status, who := w.with(app, "", person{cookie: name + "=" + token}); status != 401 || who != "" {
			t.Errorf("%s in a cookie: %d as %q", token[:7], status, who)
		}
		for _, authorization := range []string{
			"Bearer " + session, basic("token", session), "Bearer " + token[:7] + session,
			basic("ada", token), basic("Token", token), basic("", token), basic("token", token+":"),
			basic("token", " "+token), "Bearer " + upper(token), "Bearer " + token + ", Bearer " + token,
			"Bearer " + token + " x", "Digest " + token, token, "Bearer", "Bearer" + token, "Bearer\t" + token,
			"Bearer " + sso.Secret(token).Hash().String(),
		} {
			if status, who := w.with(app, authorization, person{}); status != 401 || who != "" {
				t.Errorf("%q: %d as %q", authorization, status, who)
			}
		}
		r := request(
			http.MethodGet, "/auth/nginx/"+app, ada,
			"X-Original-URL", "https://"+app+".acme.test/", "X-Original-Method", "GET",
		)
		r.Header["Authorization"] = []string{"Bearer " + token, "Bearer " + token}
		if rec := w.send(r); rec.Code != 401 {
			t.Errorf("two headers: %d", rec.Code)
		}
	}
}

func cutCookie(cookie string) (name, value string, ok bool) {
	for i := range len(cookie) {
		if cookie[i] == '=' {
			return cookie[:i], cookie[i+1:], true
		}
	}
	return "", "", false
}

// upper changes the case of each letter behind the prefix.
func upper(token string) string {
	b := []byte(token)
	for i := len("gw_pat_"); i < len(b); i++ {
		if c := b[i] | 0x20; c >= 'a' && c <= 'z' {
			b[i] ^= 0x20
		}
	}
	return string(b)
}
