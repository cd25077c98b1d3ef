package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store/storetest"
)

func (f *fixture) createSCIMToken(body m, header ...string) reply {
	f.Helper()
	made := f.do("POST", f.acme.in(scimTokensPath), body, header...)
	f.wants(made, 201, "")
	return made
}

func TestSCIMTokens(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		made := f.createSCIMToken(m{"name": "entra-1", "expires_at": "2099-01-01T00:00:00Z"})
		f.did("scim_token.created")
		bearer, id := made.text("token"), made.text("id")
		path := f.acme.in(scimTokensPath) + "/" + id
		if made.Header().Get("Location") != path || !slices.Equal(made.json["scopes"].([]any), []any{"scim"}) ||
			made.text("expires_at") != "2099-01-01T00:00:00Z" || made.json["live"] != true {
			t.Errorf("got %s, Location %s", made.Body, made.Header().Get("Location"))
		}
		tokens := provisioning.NewTokens(f.db, time.Now)
		authorize := func() (sso.ProvisioningToken, error) {
			return tokens.Authorize(t.Context(), sso.ConnectionID(f.acme["connection"]), bearer, "Azure")
		}
		_, err := authorize()
		f.ok(err)
		changed := f.do("PATCH", path, m{"name": "Entra", "scopes": []string{"groups:read"}, "expires_at": ""})
		if f.wants(changed, 200, ""); changed.json["token"] != nil {
			t.Errorf("a change tells the token: %s", changed.Body)
		}
		f.did("scim_token.updated")
		k, err := authorize()
		f.ok(err)
		if k.Allows(sso.ScopeUsersRead) || !k.Allows(sso.ScopeGroupsRead) || k.Name != "Entra" || !k.ExpiresAt.IsZero() {
			t.Errorf("got %+v", k)
		}
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.text("last_client") != "Azure" || got.json["token"] != nil || got.json["expires_at"] != nil {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("DELETE", path, nil), 204, "")
		f.did("scim_token.revoked")
		if _, err := authorize(); sso.CodeOf(err) != sso.CodeTokenRevoked {
			t.Errorf("a revoked token: %v", err)
		}
		f.wants(f.do("PATCH", path, m{"name": "x"}), 409, "scim_token_revoked")
		list := f.do("GET", f.acme.in(scimTokensPath), nil)
		if f.wants(list, 200, ""); len(list.items()) != 2 {
			t.Errorf("got %s", list.Body)
		}
		for _, item := range list.items() {
			if item.(map[string]any)["token"] != nil {
				t.Errorf("the list tells the token: %s", list.Body)
			}
		}
		f.keepsSecret(bearer)
	})
}

// keepsSecret asserts that a token is in no list, log or audit event.
func (f *fixture) keepsSecret(bearer string) {
	f.Helper()
	for _, path := range []string{
		scimTokensPath, enterprisePath + "/audit-events", enterprisePath + "/provisioning-events",
	} {
		answer := f.do("GET", f.acme.in(path), nil)
		if f.wants(answer, 200, ""); strings.Contains(answer.Body.String(), bearer) {
			f.Errorf("%s has the token", path)
		}
	}
	if strings.Contains(f.log.String(), bearer) {
		f.Error("the log has the token")
	}
}

func TestSCIMTokenProblems(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(scimTokensPath)
		for name, c := range map[string]struct {
			body  m
			field string
		}{
			"no name":         {m{"name": " "}, "name"},
			"unknown scope":   {m{"name": "x", "scopes": []string{"users.read"}}, "scopes"},
			"over already":    {m{"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"},
			"no time":         {m{"name": "x", "expires_at": "tomorrow"}, "expires_at"},
			"unknown member":  {m{"name": "x", "scope": "scim"}, "scope"},
			"invisible name":  {m{"name": "x\u202ey"}, "name"},
			"scopes as words": {m{"name": "x", "scopes": "scim"}, "scopes"},
		} {
			got := f.do("POST", path, c.body)
			if f.wants(got, 422, "validation_failed"); !slices.Equal(got.fields(), []string{c.field}) {
				t.Errorf("%s: %s", name, got.Body)
			}
		}
		own := path + "/" + f.acme["scim_token"]
		f.wants(f.do("PATCH", own, m{"scopes": []string{}}), 422, "validation_failed")
		f.wants(f.do("PATCH", own, m{"expires_at": "tomorrow"}), 422, "validation_failed")
		f.wants(f.do("POST", path, m{"name": "entra"}), 409, "token_name_taken")
		// another company's connection, and a token under another connection
		f.wants(f.do("POST", f.acme.in(enterprisePath)+"/connections/"+f.other["connection"]+"/scim-tokens",
			m{"name": "x"}), 404, "not_found")
		for _, method := range []string{"GET", "DELETE"} {
			f.wants(f.do(method, path+"/"+f.other["scim_token"], nil), 404, "not_found")
		}
		f.wants(f.do("PATCH", path+"/"+f.other["scim_token"], m{"name": "x"}), 404, "not_found")
	})
}

// TestSCIMTokenIsToldOnce: what is kept for a repetition authenticates no one.
func TestSCIMTokenIsToldOnce(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	f := newFixture(t, func(testing.TB) string { return dsn })
	first := f.createSCIMToken(m{"name": "x"}, keyHeader, "k")
	again := f.createSCIMToken(m{"name": "x"}, keyHeader, "k")
	if first.text("token") == "" || again.json["token"] != nil || again.text("id") != first.text("id") ||
		again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %s, then %s", first.Body, again.Body)
	}
	rows, err := storetest.Raw(t, dsn).Query("select body from idempotency_keys")
	f.ok(err)
	defer rows.Close() //nolint:errcheck // of a test
	for rows.Next() {
		var body string
		f.ok(rows.Scan(&body))
		if strings.Contains(body, first.text("token")) {
			t.Errorf("kept is %s", body)
		}
	}
	f.ok(rows.Err())
}
