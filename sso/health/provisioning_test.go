package health_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/health"
)

func provisioningToken(name string, expires, used time.Time) sso.ProvisioningToken {
	return sso.ProvisioningToken{
		ID:         sso.ProvisioningTokenID(name),
		Connection: "conn-1",
		Name:       name,
		ExpiresAt:  expires,
		LastUsedAt: used,
	}
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	soon, never := begin.Add(20*day), time.Time{}
	for name, c := range map[string]struct {
		now    time.Time
		tokens []sso.ProvisioningToken
		want   string // of Subject, ""
		at     int
	}{
		"none":       {begin, nil, "", 0},
		"never":      {begin, []sso.ProvisioningToken{provisioningToken("a", never, begin)}, "", 0},
		"far away":   {begin.Add(-15 * day), []sso.ProvisioningToken{provisioningToken("a", soon, begin)}, "", 0},
		"in a month": {begin.Add(-10 * day), []sso.ProvisioningToken{provisioningToken("a", soon, begin)}, "a", 30},
		"in 20 days": {begin, []sso.ProvisioningToken{provisioningToken("a", soon, begin)}, "a", 30},
		"in a week":  {begin.Add(13 * day), []sso.ProvisioningToken{provisioningToken("a", soon, begin)}, "a", 7},
		"over":       {begin.Add(21 * day), []sso.ProvisioningToken{provisioningToken("a", soon, begin)}, "a", 0},
		"another is unused": {begin, []sso.ProvisioningToken{
			provisioningToken("a", soon, begin), provisioningToken("b", never, never),
		}, "a", 30},
		"another is used": {begin, []sso.ProvisioningToken{
			provisioningToken("a", soon, begin), provisioningToken("b", never, begin.Add(time.Minute)),
		}, "", 0},
		"none is used": {begin, []sso.ProvisioningToken{
			provisioningToken("a", never, never), provisioningToken("b", soon, never),
		}, "", 0},
	} {
		found := health.Evaluate(health.State{
			Now:         c.now,
			Connections: []sso.Connection{samlConnection()},
			Tokens:      c.tokens,
		})
		got, at := "", 0
		for _, f := range found {
			if f.Kind == sso.HealthToken {
				got, at = f.Subject, f.Threshold
			}
		}
		if got != c.want || at != c.at || len(found) > 1 {
			t.Errorf("%s: found %q at %d days, want %q at %d: %+v", name, got, at, c.want, c.at, found)
		}
	}
}

func TestRefusalsStayOpen(t *testing.T) {
	t.Parallel()
	tally := sso.RefusalTally{
		Connection: "conn-1",
		Open:       248,
		Since:      begin,
		Last: sso.ProvisioningRefusal{
			Name:   "grp_all@acme.example",
			Code:   sso.CodeScopeMissing,
			Detail: `Token "entra-1" lacks scope groups:read.`,
			LastAt: begin.Add(time.Hour),
		},
	}
	state := health.State{
		Now:         begin.Add(79 * time.Minute),
		Connections: []sso.Connection{samlConnection()},
		Refusals:    []sso.RefusalTally{tally},
	}
	if found := health.Evaluate(state); len(found) != 0 {
		t.Errorf("found %+v before a second cycle", found)
	}
	early := health.Notices(state)
	if len(early) != 1 || early[0].Kind != sso.HealthRefused {
		t.Errorf("who looks before a second cycle sees %+v", early)
	}
	state.Now = begin.Add(80 * time.Minute)
	found := health.Evaluate(state)
	if len(found) != 1 || found[0].Kind != sso.HealthRefused || found[0].Path != "connections/conn-1/provisioning/problems" {
		t.Fatalf("found %+v", found)
	}
	for _, want := range []string{"248 things", "Okta", "grp_all@acme.example on 24 November 2026, 13:00 UTC", "lacks the scope"} {
		if !strings.Contains(found[0].Text, want) {
			t.Errorf("%q does not say %q", found[0].Text, want)
		}
	}
	if f := found[0]; f.Side != string(catalog.Operator) || !strings.HasPrefix(f.Do, "Add the scope scim to the token") ||
		!strings.HasSuffix(f.Do, " Where: here, the connection › SCIM.") {
		t.Errorf("the remedy is %q", f.Do)
	}
	if again := health.Notices(state); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}
}
