package api

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// personalToken creates a token of a user and returns its ID.
func (f *fixture) personalToken(u sso.User) string {
	f.Helper()
	k, err := f.db.CreatePersonalToken(f.Context(), sso.ActorOperator, sso.PersonalToken{
		Enterprise: u.Enterprise,
		User:       u.ID,
		Name:       "backup",
		Hash:       sso.NewSecret().Hash(),
		ExpiresAt:  time.Now().Add(30 * 24 * time.Hour),
	})
	f.ok(err)
	return string(k.ID)
}

const userTokensPath = userPath + "/tokens"

func TestPersonalTokens(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(userTokensPath)
		expires := time.Now().Add(90 * 24 * time.Hour).UTC().Truncate(time.Second)
		body := m{
			"name":         "Backup",
			"applications": []string{f.acme["application"]},
			"expires_at":   expires.Format(time.RFC3339),
		}
		made := f.do("POST", path, body)
		f.wants(made, 201, "")
		f.did("personal_token.created")
		value, id := made.text("token"), made.text("id")
		if !strings.HasPrefix(value, "gw_pat_") || made.Header().Get("Location") != path+"/"+id ||
			made.json["live"] != true || made.text("expires_at") != expires.Format(time.RFC3339) {
			t.Errorf("got %s, Location %s", made.Body, made.Header().Get("Location"))
		}
		if _, err := sso.PersonalTokenKind.ParseKeyed(f.db.TokenKey(), value); err != nil {
			t.Error(err)
		}
		list := f.do("GET", path, nil)
		f.wants(list, 200, "")
		if len(list.items()) != 2 || strings.Contains(list.Body.String(), value[10:20]) {
			t.Errorf("got %s", list.Body)
		}
		for range 2 {
			f.wants(f.do("DELETE", path+"/"+id, nil), 204, "")
		}
		f.did("personal_token.revoked")
		f.wants(f.do("DELETE", path+"/"+f.other["personal_token"], nil), 404, "not_found")
		f.wants(f.do("GET", f.acme.in(enterprisePath)+"/users/"+f.other["user"]+"/tokens", nil), 404, "not_found")
		f.wants(f.do("POST", f.acme.in(enterprisePath)+"/users/"+f.other["user"]+"/tokens", body), 404, "not_found")
		delete(body, "expires_at")
		f.wants(f.do("POST", path, body), 422, "expiry_invalid")
	})
}

func TestTokenRules(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/token-rules"
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.json["personal"] != true || got.json["max_age_days"] != 365.0 || got.Header().Get("ETag") != `"1"` {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"max_age_days": 0}), 422, "validation_failed")
		f.wants(f.do("PATCH", path, m{"max_age_days": 9000000000000000000}), 422, "validation_failed")
		got = f.do("PATCH", path, m{"max_age_days": 7}, "If-Match", `"1"`)
		f.wants(got, 200, "")
		f.did("token_rules.updated")
		if got.json["personal"] != true || got.json["max_age_days"] != 7.0 || got.Header().Get("ETag") != `"2"` {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"personal": false}, "If-Match", `"1"`), 412, "changed_meanwhile")
		f.wants(f.do("PATCH", path, m{"personal": false}), 200, "")
		list := f.do("GET", f.acme.in(userTokensPath), nil)
		if f.wants(list, 200, ""); list.items()[0].(map[string]any)["live"] != false {
			t.Errorf("got %s", list.Body)
		}
		f.wants(f.do("POST", f.acme.in(userTokensPath), m{
			"name":         "Backup",
			"applications": []string{f.acme["application"]},
			"expires_at":   time.Now().Add(time.Hour).Format(time.RFC3339),
		}), 403, "personal_tokens_forbidden")
	})
}
