package health_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/health"
)

func serviceToken(service sso.ServiceID, id sso.ServiceTokenID, expires, used time.Time) sso.ServiceToken {
	return sso.ServiceToken{
		ID: id,
		Service: sso.Service{
			ID:           service,
			Organization: "org-1",
			Name:         "Nightly export",
		},
		ExpiresAt:  expires,
		LastUsedAt: used,
	}
}

// TestServiceTokenExpires tells of the token that a service uses, until it uses another
// one or the token is revoked.
func TestServiceTokenExpires(t *testing.T) {
	t.Parallel()
	soon, late, never := begin.Add(20*day), begin.Add(200*day), time.Time{}
	a := serviceToken("svc-1", "a", soon, begin)
	for name, c := range map[string]struct {
		now    time.Time
		tokens []sso.ServiceToken
		want   map[string]int // thresholds by Subject
	}{
		"none":       {begin, nil, nil},
		"far away":   {begin.Add(-11 * day), []sso.ServiceToken{a}, nil},
		"in a month": {begin.Add(-10 * day), []sso.ServiceToken{a}, map[string]int{"a": 30}},
		"in a week":  {begin.Add(13 * day), []sso.ServiceToken{a}, map[string]int{"a": 7}},
		"long over":  {begin.Add(51 * day), []sso.ServiceToken{a}, nil},
		"over":       {begin.Add(20 * day), []sso.ServiceToken{a}, map[string]int{"a": 0}},
		"another is unused": {begin, []sso.ServiceToken{
			a, serviceToken("svc-1", "b", late, never),
		}, map[string]int{"a": 30}},
		"another is used": {begin, []sso.ServiceToken{
			a, serviceToken("svc-1", "b", late, begin.Add(time.Minute)),
		}, nil},
		"none is used": {begin, []sso.ServiceToken{
			serviceToken("svc-1", "a", soon, never), serviceToken("svc-1", "b", late, never),
		}, nil},
		"of two services": {begin.Add(19 * day), []sso.ServiceToken{
			a, serviceToken("svc-2", "b", soon.Add(10*day), begin),
		}, map[string]int{"a": 1, "b": 14}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := health.Evaluate(health.State{Now: c.now, Services: c.tokens})
			if len(found) != len(c.want) {
				t.Fatalf("%+v, want %v", found, c.want)
			}
			for _, f := range found {
				if at, ok := c.want[f.Subject]; !ok || f.Threshold != at || f.Kind != sso.HealthService ||
					f.Path != "organizations/org-1/service-tokens" || f.Urgent {
					t.Errorf("%+v, want %v", f, c.want)
				}
			}
		})
	}
}
