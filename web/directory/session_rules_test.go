package directory_test

import (
	"strings"
	"testing"
	"time"
)

func TestRulesForSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("session-rules")
	f.shows(f.get(f.acme.at("people")), 200, "Rules for sessions")
	f.shows(f.get(here), 200, "empty: 60 minutes, as the installation allows", "empty: 8 hours")
	save := func(revision string, fields ...string) answer {
		t.Helper()
		return f.post(here, append([]string{"revision", revision}, fields...)...)
	}
	for _, wrong := range []string{"4", "61", "-1", "a week", "1.5", "9999999999999999999"} {
		got := save("1", "idle_minutes", wrong, "single_session", "true", "acr", "phr")
		f.shows(got, 422, "Use 0, or between 5 and 60 minutes.", "phr")
		if !strings.Contains(got.body, `name="idle_minutes" value="`+wrong[:min(len(wrong), 6)]) {
			t.Errorf("%q is not kept: %s", wrong, got.body)
		}
	}
	f.shows(save("1", "lifetime_minutes", "481"), 422, "between 5 and 480 minutes")
	f.shows(save("1", "authn_max_age_minutes", "1"), 422, "between 5 and 43200 minutes")
	f.shows(save("1", "acr", strings.Repeat("a\n", 3)+strings.Repeat("x", 300)), 422, "visible characters")
	f.shows(f.done(save(
		"1", "idle_minutes", " 30 ", "authn_max_age_minutes", "720", "acr", "phr\r\nurn:two", "single_session", "true",
	), here), 200, "The rules are changed.")
	rules, err := f.db.SessionRules(t.Context(), f.acme.ent.ID)
	f.ok(err)
	if rules.Idle != 30*time.Minute || rules.Lifetime != 0 || !rules.Single ||
		rules.Need.MaxAge != 12*time.Hour || rules.Need.Acr != "phr urn:two" {
		t.Errorf("%+v", rules)
	}
	f.shows(save("1", "idle_minutes", "45"), 409, "Saved now: 30")
	f.shows(f.post(here, "idle_minutes", "45"), 409)
	f.shows(f.done(save("2"), here), 200)
	rules, err = f.db.SessionRules(t.Context(), f.acme.ent.ID)
	f.ok(err)
	if rules.Idle != 0 || rules.Single || rules.Need.MaxAge != 0 || rules.Need.Acr != "" {
		t.Errorf("an empty form requires %+v", rules)
	}
	other, err := f.db.SessionRules(t.Context(), f.globex.ent.ID)
	if err != nil || other.Revision != 1 {
		t.Errorf("the other company’s rules: %+v, %v", other, err)
	}
}
