package directory_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// token makes a token of a person.
func (f *fixture) token(p place, name string) sso.PersonalToken {
	f.Helper()
	k, err := f.db.CreatePersonalToken(f.Context(), sso.ActorOperator, sso.PersonalToken{
		Enterprise:   p.ent.ID,
		User:         p.user.ID,
		Name:         name,
		Hash:         sso.NewSecret().Hash(),
		Applications: []sso.ApplicationID{"app-one"},
		ExpiresAt:    time.Now().Add(30 * 24 * time.Hour),
	})
	f.ok(err)
	return k
}

// TestTokensOfAPerson: an admin sees and revokes those of the own company.
func TestTokensOfAPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("people", string(f.acme.user.ID))
	f.shows(f.get(here), 200, "No tokens.")
	k, other := f.token(f.acme, "Nightly backup"), f.token(f.globex, "Of another company")
	got := f.get(here)
	f.shows(got, 200, "Nightly backup", "For 1 application", "valid", "Rules for tokens")
	if strings.Contains(got.body, "Of another company") || strings.Contains(got.body, k.Hash.String()) {
		t.Error("the page has another company’s token, or the hash of one")
	}
	for _, id := range []sso.PersonalTokenID{other.ID, "pat-unknown"} {
		f.shows(f.post(here+"/tokens/"+string(id)+"/revoke"), 404)
	}
	f.shows(
		f.done(f.post(here+"/tokens/"+string(k.ID)+"/revoke"), here), 200, "The token is revoked.", "revoked",
	)
	_, err := f.db.TokenPrincipal(t.Context(), k.Hash)
	if sso.CodeOf(err) != "invalid_token" {
		t.Errorf("revoked: %v", err)
	}
	_, err = f.db.TokenPrincipal(t.Context(), other.Hash)
	f.ok(err)
}

func TestRulesForTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("token-rules")
	shows := func(days string) {
		t.Helper()
		got := f.get(here)
		f.shows(got, 200)
		if !strings.Contains(got.body, `name="max_age_days" value="`+days+`"`) {
			t.Errorf("the form has not %s days: %s", days, got.body)
		}
	}
	save := func(revision, personal, days string) answer {
		t.Helper()
		return f.post(here, "revision", revision, "personal", personal, "max_age_days", days)
	}
	shows("365")
	for _, days := range []string{"", "0", "-1", "1096", "9999999999999999999999", "a week", "1.5"} {
		f.shows(save("1", "true", days), 422, "Use between 1 day and 1095 days.")
	}
	f.shows(f.done(save("1", "true", " 30 "), here), 200, "The rules are changed.")
	shows("30")
	f.shows(save("1", "", "90"), 409, "Saved now: 30")
	f.shows(f.post(here, "max_age_days", "90"), 409)
	f.shows(f.done(save("2", "", "30"), here), 200)
	rules, err := f.db.TokenRules(t.Context(), f.acme.ent.ID)
	f.ok(err)
	if rules.Personal || rules.MaxAge != 30*24*time.Hour {
		t.Errorf("%+v", rules)
	}
	if rules, err := f.db.TokenRules(t.Context(), f.globex.ent.ID); err != nil || !rules.Personal {
		t.Errorf("the other company’s rules: %+v, %v", rules, err)
	}
}
