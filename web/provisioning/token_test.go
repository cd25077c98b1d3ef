package provisioning_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// TestCreateToken: a token is shown once, and works; a form that cannot be accepted
// keeps what was entered.
func TestCreateToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.shows(
		"ada", f.home, 200, "https://sso.example/scim/v2/connections/"+string(f.conn.ID), "Tenant URL",
		"takes effect before", "needs a token to push", "<details open>",
	)
	now := time.Now().UTC()
	last := now.AddDate(0, 0, 9)
	left := ui.NewTime(last.Truncate(24*time.Hour).AddDate(0, 0, 1), now).Relative
	code, body := f.do("ada", http.MethodPost, f.home, url.Values{
		"name":       {"entra-1"},
		"scopes":     {"scim", "users:read"},
		"expires_at": {last.Format(time.DateOnly)},
	})
	f.says("the form", code, body, 200, "Copy the token", "entra-1", "Secret token", "expires soon", left)
	secret := regexp.MustCompile(`gw_scim_[0-9A-Za-z_-]{20,}`).FindString(body)
	k, err := f.tokens.Authorize(t.Context(), f.conn.ID, secret, "Azure")
	f.ok(err)
	if !slices.Equal(k.Scopes, []sso.ProvisioningScope{sso.ScopeSCIM, sso.ScopeUsersRead}) || k.CreatedBy != "user-ada" {
		t.Errorf("the token is %+v", k)
	}
	f.shows("ada", f.home, 200, "entra-1", "Azure", "NOT "+secret)
	for _, c := range []struct {
		name, scope, expires, says string
	}{
		{"", "scim", "", "Name"},
		{"entra-1", "scim", "", "Another token of the connection has this name"},
		{"entra-2", "", "", "Choose at least one scope"},
		{"entra-2", "scim", "2020-01-01", "Choose a moment in the future"},
		{"entra-2", "scim", "soon", "Enter a date such as"},
	} {
		form := url.Values{"name": {c.name}, "expires_at": {c.expires}}
		if c.scope != "" {
			form.Set("scopes", c.scope)
		}
		code, body := f.do("ada", http.MethodPost, f.home, form)
		f.says(c.says, code, body, 422, c.says, "There is a problem", `value="`+c.name+`"`, "NOT gw_scim_")
	}
}

// TestChangeToken: name, scopes and last day change without a new secret.
func TestChangeToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1", sso.ScopeUsersRead)
	page := f.home + "/tokens/" + string(k.ID)
	f.shows("ada", f.home, 200, "users:read", "Add scim to ")
	f.shows("ada", page, 200, `value="entra-1"`, "stays the same", string(k.ID))
	body := f.post("ada", page, url.Values{
		"revision":   {"1"},
		"name":       {"entra-2"},
		"scopes":     {"users:write", "groups:write"},
		"expires_at": {"2999-12-31"},
	})
	f.says("after the change", 200, body, 200, "The token is changed", "entra-2", "users:write, groups:write")
	changed := f.saved(k)
	if changed.Hash != k.Hash || !changed.ExpiresAt.Equal(time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the token is %+v", changed)
	}
	f.shows("ada", page, 200, `value="2999-12-31"`)
	code, body := f.do("ada", http.MethodPost, page, url.Values{"revision": {"2"}, "name": {"entra-2"}})
	f.says("no scope", code, body, 422, "at least one scope", `name="revision" value="2"`)
	f.post("ada", page, url.Values{"revision": {"2"}, "name": {"entra-2"}, "scopes": {"scim"}})
	if changed = f.saved(k); !changed.ExpiresAt.IsZero() {
		t.Errorf("the token expires at %s", changed.ExpiresAt)
	}
}

// TestChangeTokenMeanwhile: an edit made from an older revision is refused, keeps
// what was entered and shows what is saved.
func TestChangeTokenMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1", sso.ScopeUsersRead)
	page := f.home + "/tokens/" + string(k.ID)
	f.post("olive", page+"/widen", nil)
	edit := url.Values{"revision": {"1"}, "name": {"entra-2"}, "scopes": {"users:write"}}
	code, body := f.do("ada", http.MethodPost, page, edit)
	f.says(
		"the older form", code, body, 409, "changed this token in the meantime", `value="entra-2"`,
		"Saved now: entra-1", "Saved now: scim, users:read", `name="revision" value="2"`,
	)
	if saved := f.saved(k); saved.Name != "entra-1" || !saved.Allows(sso.ScopeSCIM) {
		t.Errorf("the token is %+v", saved)
	}
	edit.Del("revision")
	if code, _ := f.do("ada", http.MethodPost, page, edit); code != 409 {
		t.Errorf("a form without a revision: %d", code)
	}
	edit.Set("revision", "2")
	f.post("ada", page, edit)
	if saved := f.saved(k); saved.Name != "entra-2" || saved.Revision != 3 {
		t.Errorf("the token is %+v", saved)
	}
}

func (f *fixture) saved(k sso.ProvisioningToken) sso.ProvisioningToken {
	f.Helper()
	k, err := f.db.ProvisioningToken(f.Context(), f.ent.ID, f.conn.ID, k.ID)
	f.ok(err)
	return k
}

// TestWidenAndRevoke: one press adds the scope that is missing and says what to do
// at the identity provider; a revoked token stays in the list.
func TestWidenAndRevoke(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1", sso.ScopeUsersRead, sso.ScopeUsersWrite)
	page := f.home + "/tokens/" + string(k.ID)
	body := f.post("ada", page+"/widen", nil)
	f.says("widened", 200, body, 200, "press Restart provisioning in the Entra admin center", "NOT Add scim to ")
	if changed := f.saved(k); !changed.Allows(sso.ScopeGroupsWrite) || changed.Hash != k.Hash {
		t.Errorf("the token is %+v", changed)
	}
	body = f.post("ada", page+"/revoke", nil)
	f.says("revoked", 200, body, 200, "The next request with it is refused", "Revoked tokens", "NOT "+page)
	f.shows("ada", page, 200, "revoked", "NOT Save")
	code, body := f.do("ada", http.MethodPost, page, url.Values{"revision": {"2"}, "name": {"x"}, "scopes": {"scim"}})
	f.says("a change of a revoked token", code, body, 422, "This token was revoked")
	code, body = f.do("ada", http.MethodPost, page+"/widen", nil)
	f.says("a scope for a revoked token", code, body, 422, "This token was revoked")
}

// TestForeign: admins of another company and setup links see no token, and tokens
// of another connection are not here.
func TestForeign(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1")
	page := f.home + "/tokens/" + string(k.ID)
	for _, who := range []string{"gus", "link"} {
		for _, path := range []string{f.home, page} {
			f.shows(who, path, 404, "NOT entra-1")
		}
		for _, path := range []string{f.home, page, page + "/widen", page + "/revoke"} {
			if code, _ := f.do(who, http.MethodPost, path, url.Values{"name": {"x"}, "scopes": {"scim"}}); code != 404 {
				t.Errorf("%s may POST %s: %d", who, path, code)
			}
		}
	}
	for _, id := range []string{"nothing", string(sso.NewID[sso.ProvisioningTokenID](time.Now()))} {
		f.shows("olive", f.home+"/tokens/"+id, 404)
	}
	if changed := f.saved(k); !changed.RevokedAt.IsZero() {
		t.Error("the token was revoked")
	}
}
