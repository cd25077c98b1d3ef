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
