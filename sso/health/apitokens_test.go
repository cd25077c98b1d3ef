package health_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/health"
)

func apiToken(id sso.TokenID, created, expires, used time.Time) sso.Token {
	return sso.Token{
		ID:         id,
		Name:       "Nightly report",
		Scopes:     []sso.Scope{"users:read"},
		CreatedAt:  created,
		ExpiresAt:  expires,
		LastUsedAt: used,
	}
}

// TestAPITokenExpires tells of the API token that a program uses, until the program uses
// its successor, and of no token that was made for a short time.
func TestAPITokenExpires(t *testing.T) {
	t.Parallel()
	soon, late, never := begin.Add(20*day), begin.Add(200*day), time.Time{}
	long := begin.Add(-70 * day)
	a := apiToken("a", long, soon, begin)
	other := apiToken("b", long, late, begin.Add(time.Minute))
	other.Name = "Another program"
	theirs := apiToken("b", long, late, begin.Add(time.Minute))
	theirs.CreatedBy = "op-other"
	successor := apiToken("b", long, soon.Add(37*day), never)
	month := apiToken("a", begin, begin.Add(30*day), never)
	hour := apiToken("a", begin, begin.Add(time.Hour), never)
	for name, c := range map[string]struct {
		now    time.Time
		tokens []sso.Token
		want   map[string]int // thresholds by Subject
	}{
		"none":                   {begin, nil, nil},
		"far away":               {begin.Add(-11 * day), []sso.Token{a}, nil},
		"in a month":             {begin.Add(-10 * day), []sso.Token{a}, map[string]int{"a": 30}},
		"in a week":              {begin.Add(13 * day), []sso.Token{a}, map[string]int{"a": 7}},
		"over":                   {begin.Add(20 * day), []sso.Token{a}, map[string]int{"a": 0}},
		"successor is unused":    {begin, []sso.Token{a, apiToken("b", begin, late, never)}, map[string]int{"a": 30}},
		"successor is used":      {begin, []sso.Token{a, apiToken("b", begin, late, begin.Add(time.Minute))}, nil},
		"another creator":        {begin, []sso.Token{a, theirs}, map[string]int{"a": 30}},
		"over for 30 days":       {soon.Add(30 * day), []sso.Token{a}, map[string]int{"a": 0}},
		"over for long":          {soon.Add(800 * day), []sso.Token{a}, nil},
		"old one used last":      {soon.Add(31 * day), []sso.Token{a, successor}, map[string]int{"b": 7}},
		"another program":        {begin, []sso.Token{a, other}, map[string]int{"a": 30}},
		"made for 30 days":       {begin, []sso.Token{month}, nil},
		"half of it is over":     {begin.Add(16 * day), []sso.Token{month}, map[string]int{"a": 14}},
		"made for an hour":       {begin, []sso.Token{hour}, nil},
		"made for an hour, over": {begin.Add(2 * time.Hour), []sso.Token{hour}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := health.Evaluate(health.State{Now: c.now, APITokens: c.tokens})
			if len(found) != len(c.want) {
				t.Fatalf("%+v, want %v", found, c.want)
			}
			for _, f := range found {
				if at, ok := c.want[f.Subject]; !ok || f.Threshold != at || f.Kind != sso.HealthAPIToken ||
					f.Path != "access/api-tokens" || f.Urgent {
					t.Errorf("%+v, want %v", f, c.want)
				}
			}
		})
	}
}
