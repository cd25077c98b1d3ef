package forwardauth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// role creates a role.
func (w *world) role(key string, precedence int) sso.ProductRole {
	w.Helper()
	r, err := w.db.CreateRole(w.Context(), by, sso.ProductRole{
		Key:        key,
		Name:       key,
		Precedence: precedence,
	})
	w.ok(err)
	return r
}

// carry gives a group roles, in place of those it carries.
func (w *world) carry(group string, keys ...string) {
	w.Helper()
	_, err := w.db.UpdateGroup(w.Context(), by, w.ent.ID, w.groups[group].ID, func(g sso.Group) (sso.Group, error) {
		g.Roles = keys
		return g, nil
	})
	w.ok(err)
	w.live.Revoked(w.Context())
}

// rolesTold returns the roles that an application is told of a person, in the header
// and in the assertion, and how many did not fit.
func (w *world) rolesTold(key string, p person) (header string, claim []string, omitted int) {
	w.Helper()
	got := w.nginx(key, "https://"+key+".acme.test/", p)
	w.wants(key, got, 200, "")
	claims := w.claims(got.Header().Get("X-Auth-Request-Jwt"))
	roles, stated := claims["roles"].([]any)
	if !stated {
		w.Error("the claim is missing")
	}
	claim = []string{}
	for _, r := range roles {
		claim = append(claim, fmt.Sprint(r))
	}
	left, _ := claims["roles_omitted"].(float64)
	return got.Header().Get("X-Auth-Request-Roles"), claim, int(left)
}

func TestRolesTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.role("reader", 20)
	w.role("editor", 10)
	w.role("a-auditor", 30)
	w.carry("web/dev", "a-auditor", "reader")
	w.carry("web/ops", "reader", "editor")
	w.carry("app/dev", "editor")
	ada := w.enter("ada", "web/dev", "web/ops", "app/dev", "app/Vertrieb, Süd")
	w.application("some", func(a *sso.Application) { a.Told = []string{"web/dev"} })
	w.application("organization", func(a *sso.Application) { a.Told = []string{"app/*"} })
	w.application("other", func(a *sso.Application) { a.Told = []string{"other/*"} })
	w.application("short", func(a *sso.Application) { a.GroupsLimit = 10 })
	for key, want := range map[string]string{
		"wiki":         "app/editor,web/editor,web/reader,web/a-auditor",
		"some":         "web/reader,web/a-auditor", // what other groups carry would tell of them
		"organization": "app/editor",
		"other":        "",
		"short":        "app/editor,web/editor,web/reader,web/a-auditor",
	} {
		header, claim, omitted := w.rolesTold(key, ada)
		if header != want || strings.Join(claim, ",") != want || omitted != 0 {
			t.Errorf("%s: header %q, claim %q, %d omitted; want %q", key, header, claim, omitted, want)
		}
	}
	w.nobodySays(ada)
}

// nobodySays: what a browser says about its roles reaches no application.
func (w *world) nobodySays(ada person) {
	w.Helper()
	got := w.nginx("wiki", wikiAt+"/", ada)
	if n := len(got.Header()["X-Auth-Request-Roles"]); n != 1 {
		w.Errorf("got %d headers of roles; want one", n)
	}
	zoe := w.enter("zoe", "app/Vertrieb, Süd")
	if header, claim, _ := w.rolesTold("wiki", zoe); header != "" || len(claim) != 0 {
		w.Errorf("without roles: header %q, claim %q", header, claim)
	}
}

func TestTooManyRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var keys []string
	for i := range 100 {
		key := fmt.Sprintf("role-%02d-with-a-long-name-that-fills-the-header", i)
		w.role(key, i+1)
		keys = append(keys, key)
	}
	w.carry("web/dev", keys...)
	ada := w.enter("ada", "web/dev")
	header, claim, omitted := w.rolesTold("wiki", ada)
	if len(header) > 2048 || !strings.HasSuffix(header, ",...") || omitted == 0 || len(claim)+omitted != 100 {
		t.Errorf("%d bytes, %d roles told and %d omitted: %q", len(header), len(claim), omitted, header)
	}
	if want := strings.TrimSuffix(header, ",..."); strings.Join(claim, ",") != want {
		t.Errorf("the claim has %q; want %q", claim, want)
	}
	if !slices.Equal(claim, prefixed("web/", keys[:len(claim)])) {
		t.Errorf("got %q; want the strongest", claim)
	}
}

func prefixed(prefix string, all []string) (list []string) {
	for _, s := range all {
		list = append(list, prefix+s)
	}
	return list
}

// TestRoleChangeReachesSessions: a change of a role and of what a group carries holds
// for sessions that exist, at their next request.
func TestRoleChangeReachesSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reader := w.role("reader", 20)
	w.role("editor", 10)
	w.carry("web/dev", "reader")
	ada := w.enter("ada", "web/dev")
	wants := func(want string) {
		t.Helper()
		if header, _, _ := w.rolesTold("wiki", ada); header != want {
			t.Errorf("got %q; want %q", header, want)
		}
	}
	wants("web/reader")
	w.carry("web/dev", "reader", "editor")
	wants("web/editor,web/reader")
	change := func(fn func(*sso.ProductRole)) {
		t.Helper()
		_, err := w.db.UpdateRole(t.Context(), by, reader.ID, func(r sso.ProductRole) (sso.ProductRole, error) {
			fn(&r)
			return r, nil
		})
		w.ok(err)
		w.live.Revoked(t.Context())
	}
	change(func(r *sso.ProductRole) { r.Precedence = 1 })
	wants("web/reader,web/editor")
	change(func(r *sso.ProductRole) { r.Key = "viewer" })
	wants("web/viewer,web/editor")
	w.clock.Move(time.Second)
	w.carry("web/dev")
	wants("")
}
