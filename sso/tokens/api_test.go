package tokens_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

// TestAPITokenGrants: a token has at most what its maker has: scopes, enterprise and
// time.
func TestAPITokenGrants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.enterprise("other").ID
	hour := w.now.Add(time.Hour)
	operator := tokens.Operator()
	admin := tokens.Grant{Enterprise: w.ent.ID, Scopes: []sso.Scope{sso.ScopeAll}}
	script := tokens.Grant{Scopes: []sso.Scope{"tokens:write", "users:write", "groups:read"}, ExpiresAt: hour}
	for name, c := range map[string]struct {
		grant tokens.Grant
		ent   sso.EnterpriseID
		scope sso.Scope
		end   time.Time
		code  string
		field string
	}{
		"operator, all":          {operator, "", "all", time.Time{}, "", ""},
		"operator, one company":  {operator, w.ent.ID, "all", hour, "", ""},
		"operator, unknown":      {operator, "ent-unknown", "all", hour, "validation_failed", "enterprise"},
		"of the installation":    {operator, w.ent.ID, "applications:read", hour, "validation_failed", "scopes"},
		"no such scope":          {operator, "", "users:admin", hour, "validation_failed", "scopes"},
		"expired":                {operator, "", "all", w.now, "validation_failed", "expires_at"},
		"admin, own company":     {admin, w.ent.ID, "all", time.Time{}, "", ""},
		"admin, other company":   {admin, other, "users:read", hour, "scope_exceeds_owner", "enterprise"},
		"admin, installation":    {admin, "", "users:read", hour, "scope_exceeds_owner", "enterprise"},
		"script, less":           {script, "", "users:read", hour, "", ""},
		"script, one company":    {script, other, "users:write", hour, "", ""},
		"script, another scope":  {script, "", "domains:read", hour, "scope_exceeds_owner", "scopes"},
		"script, writes":         {script, "", "groups:write", hour, "scope_exceeds_owner", "scopes"},
		"script, all reads":      {script, "", "all:read", hour, "scope_exceeds_owner", "scopes"},
		"script, all":            {script, "", "all", hour, "scope_exceeds_owner", "scopes"},
		"script, a moment later": {script, "", "users:read", hour.Add(time.Microsecond), "scope_exceeds_owner", "expires_at"},
		"script, without end":    {script, "", "users:read", time.Time{}, "scope_exceeds_owner", "expires_at"},
	} {
		t.Run(name, func(t *testing.T) {
			api := tokens.NewAPI(w.db, w.clock)
			k, secret, err := api.Create(t.Context(), by, c.grant, tokens.APIRequest{
				Name:       " script ",
				Enterprise: c.ent,
				Scopes:     []sso.Scope{c.scope},
				ExpiresAt:  c.end,
			})
			if c.code != "" {
				var e *sso.Error
				if !errors.As(err, &e) || e.Code != c.code || len(e.Fields) != 1 || e.Fields[0].Field != c.field {
					t.Fatalf("got %v; want %s about %s", err, c.code, c.field)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := api.Authenticate(t.Context(), secret.Reveal(), "curl/8 \x00")
			if err != nil || got.ID != k.ID || got.Name != "script" || got.CreatedBy != by {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestReplaceAPIToken: a successor has the name, company and scopes of a token that is
// valid, which stays so; it gives no more than its maker has.
func TestReplaceAPIToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := tokens.NewAPI(w.db, w.clock)
	k, _, err := api.Create(t.Context(), by, tokens.Operator(), tokens.APIRequest{
		Name:       "report",
		Enterprise: w.ent.ID,
		Scopes:     []sso.Scope{"users:read"},
		ExpiresAt:  w.now.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	later := w.now.Add(48 * time.Hour)
	next, secret, err := api.Replace(t.Context(), by, tokens.Operator(), w.ent.ID, k.ID, later)
	if err != nil || next.ID == k.ID || next.Name != k.Name || next.Enterprise != k.Enterprise ||
		len(next.Scopes) != 1 || !next.ExpiresAt.Equal(later) {
		t.Fatalf("the successor is %+v (%v)", next, err)
	}
	if _, err := api.Authenticate(t.Context(), secret.Reveal(), ""); err != nil {
		t.Errorf("the successor is not valid: %v", err)
	}
	if before, err := api.Token(t.Context(), w.ent.ID, k.ID); err != nil || !before.Live(w.now) {
		t.Errorf("the first one is %+v (%v)", before, err)
	}
	script := tokens.Grant{Enterprise: w.ent.ID, Scopes: []sso.Scope{"tokens:write"}}
	if _, _, err := api.Replace(t.Context(), by, script, w.ent.ID, k.ID, later); sso.CodeOf(err) != "scope_exceeds_owner" {
		t.Errorf("with less scopes: %v", err)
	}
	other := w.enterprise("other").ID
	if _, _, err := api.Replace(t.Context(), by, tokens.Operator(), other, k.ID, later); sso.KindOf(err) != sso.NotFoundKind {
		t.Errorf("of another enterprise: %v", err)
	}
	if err := api.RevokeToken(t.Context(), by, w.ent.ID, k.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := api.Replace(t.Context(), by, tokens.Operator(), w.ent.ID, k.ID, later); sso.CodeOf(err) != "token_ended" {
		t.Errorf("after the end: %v", err)
	}
}
