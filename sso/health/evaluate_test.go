package health_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/sso"
	"gatehouse/sso/health"
)

var begin = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a moment, never changed

const day = 24 * time.Hour

// expires makes a certificate that expires at a moment.
func expires(t testing.TB, at time.Time) sso.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "idp"},
		NotBefore:    at.Add(-365 * day),
		NotAfter:     at,
	}
	der, err := x509.CreateCertificate(
		rand.Reader, template, template, &key.PublicKey, key,
	)
	if err != nil {
		t.Fatal(err)
	}
	return sso.Certificate{Raw: der, Source: sso.FromMetadata}
}

func samlConnection(certificates ...sso.Certificate) sso.Connection {
	return sso.Connection{
		ID:       "conn-1",
		Name:     "Okta",
		Protocol: sso.SAML,
		Provider: sso.Okta,
		State:    sso.ConnectionEnabled,
		Live: &sso.Config{SAML: &sso.SAMLConfig{
			MetadataURL:  "https://idp.test/metadata",
			Certificates: certificates,
		}},
	}
}

// TestCertificate moves the clock past every threshold.
func TestCertificate(t *testing.T) {
	t.Parallel()
	until := begin.Add(100 * day)
	c := samlConnection(expires(t, until))
	for _, x := range []struct {
		left      time.Duration
		threshold int // -1: nothing is found
		urgent    bool
	}{
		{61 * day, -1, false},
		{60*day + time.Second, -1, false},
		{60 * day, 60, false},
		{31 * day, 60, false},
		{30 * day, 30, false},
		{14*day + time.Second, 30, false},
		{14 * day, 14, false},
		{7 * day, 7, true},
		{25 * time.Hour, 7, true},
		{day, 1, true},
		{time.Second, 1, true},
		{0, 0, true},
		{-30 * day, 0, true},
	} {
		found := health.Evaluate(health.State{
			Now:         until.Add(-x.left),
			Connections: []sso.Connection{c},
		})
		switch {
		case x.threshold < 0 && len(found) != 0:
			t.Errorf("%v before: %+v", x.left, found)
		case x.threshold >= 0 &&
			(len(found) != 1 ||
				found[0].Threshold != x.threshold ||
				found[0].Urgent != x.urgent ||
				found[0].Kind != sso.HealthCertificate ||
				found[0].Side != "company"):
			t.Errorf(
				"%v before: %+v, wanted threshold %d", x.left, found, x.threshold,
			)
		}
	}
	now := until.Add(-5 * day)
	for name, connections := range map[string][]sso.Connection{
		"another one lasts": {
			samlConnection(expires(t, until), expires(t, until.Add(400*day))),
		},
		"disabled": {func() sso.Connection {
			c := c
			c.State = sso.ConnectionDisabled
			return c
		}()},
		"draft alone": {{State: sso.ConnectionDraft, Draft: c.Live}},
		"unreadable":  {samlConnection(sso.Certificate{Raw: []byte("x")})},
		"none":        {samlConnection()},
		"nothing":     nil,
	} {
		if found := health.Evaluate(health.State{
			Now:         now,
			Connections: connections,
		}); len(found) != 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]int{
		0:               0,
		time.Hour:       0,
		day:             1,
		47 * time.Hour:  1,
		-time.Second:    -1,
		-day:            -2,
		-25 * time.Hour: -2,
	} {
		if got := health.DaysLeft(begin.Add(left), begin); got != want {
			t.Errorf("%v: %d, not %d", left, got, want)
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	c := samlConnection(expires(t, begin.Add(900*day)))
	c.Metadata = sso.MetadataStatus{
		CheckedAt:    begin,
		Error:        "no answer in 10 seconds",
		FailingSince: begin,
	}
	for after, want := range map[time.Duration]int{
		0:             0,
		5 * time.Hour: 0,
		6 * time.Hour: 1,
		90 * day:      1,
	} {
		found := health.Evaluate(health.State{
			Now:         begin.Add(after),
			Connections: []sso.Connection{c},
		})
		if len(found) != want ||
			want > 0 &&
				(found[0].Kind != sso.HealthMetadata ||
					!strings.Contains(
						found[0].Text, "24 November 2026, 12:00 UTC",
					) ||
					!found[0].At.Equal(begin)) {
			t.Errorf("after %v: %+v", after, found)
		}
	}
	c.Metadata.FailingSince = time.Time{}
	if found := health.Evaluate(health.State{
		Now:         begin.Add(90 * day),
		Connections: []sso.Connection{c},
	}); len(found) != 0 {
		t.Errorf("it works: %+v", found)
	}
}

// came are the newest successes of conn-1, with what each said about groups.
func came(states ...sso.GroupsState) (all []sso.Attempt) {
	for _, s := range states {
		all = append(all, sso.Attempt{
			Connection: "conn-1",
			User:       "user-1",
			Outcome:    sso.OutcomeSucceeded,
			Groups:     sso.AssertedGroups{State: s},
		})
	}
	return all
}

func TestGroupsVanished(t *testing.T) {
	t.Parallel()
	const no, partly = sso.GroupsAbsent, sso.GroupsPartial
	had := map[sso.UserID]bool{"user-1": true}
	for name, x := range map[string]struct {
		newest []sso.Attempt
		had    map[sso.UserID]bool
		scim   bool
		want   int
	}{
		"five in a row":  {came(no, no, no, no, no), had, false, 1},
		"not understood": {came(partly, partly, partly, partly, partly), had, false, 1},
		"or not sent":    {came(no, partly, no, partly, no), had, false, 1},
		"understood again": {
			came(sso.GroupsValues, partly, partly, partly, partly),
			had,
			false,
			0,
		},
		"four are few":   {came(no, no, no, no), had, false, 0},
		"they are back":  {came(sso.GroupsValues, no, no, no, no), had, false, 0},
		"empty is said":  {came(no, no, sso.GroupsEmpty, no, no), had, false, 0},
		"never were any": {came(no, no, no, no, no), nil, false, 0},
		"provisioned":    {came(no, no, no, no, no), had, true, 0},
		"of another": {
			func() []sso.Attempt {
				a := came(no, no, no, no, no)
				a[0].Connection = "conn-2"
				return a
			}(),
			had,
			false,
			0,
		},
		"failures say nothing": {
			append(came(no, no, no, no), sso.Attempt{
				Connection: "conn-1",
				Outcome:    sso.OutcomeFailed,
			}),
			had,
			false,
			0,
		},
	} {
		c := samlConnection()
		if x.scim {
			c.Live.Provisioning = sso.ProvisionSCIM
		}
		found := health.Evaluate(health.State{
			Now:         begin,
			Connections: []sso.Connection{c},
			Vitals:      sso.Vitals{Newest: x.newest, HadGroups: x.had},
		})
		if len(found) != x.want ||
			x.want > 0 &&
				(found[0].Kind != sso.HealthGroups ||
					!strings.Contains(found[0].Do, "Okta")) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func ended(outcome sso.Outcome, code string, n int) sso.SignInCount {
	return sso.SignInCount{
		Connection: "conn-1",
		Outcome:    outcome,
		Code:       code,
		Count:      n,
	}
}

func TestErrorRate(t *testing.T) {
	t.Parallel()
	before := []sso.HealthEvent{{Finding: sso.Finding{HealthKey: sso.HealthKey{
		Kind:       sso.HealthErrors,
		Connection: "conn-1",
	}}}}
	for name, x := range map[string]struct {
		last []sso.SignInCount
		open []sso.HealthEvent
		want int
	}{
		"half": {
			[]sso.SignInCount{
				ended(sso.OutcomeFailed, "saml_expired", 5),
				ended(sso.OutcomeSucceeded, "", 5),
			},
			nil,
			1,
		},
		"less than half": {
			[]sso.SignInCount{
				ended(sso.OutcomeFailed, "saml_expired", 5),
				ended(sso.OutcomeSucceeded, "", 6),
			},
			nil,
			0,
		},
		"few": {
			[]sso.SignInCount{ended(sso.OutcomeFailed, "saml_expired", 4)},
			nil,
			0,
		},
		"people’s own": {
			[]sso.SignInCount{
				ended(sso.OutcomeFailed, "login_state_expired", 50),
				ended(sso.OutcomeSucceeded, "", 1),
			},
			nil,
			0,
		},
		"waiting": {
			[]sso.SignInCount{
				ended(sso.OutcomePending, "verification_required", 50),
			},
			nil,
			0,
		},
		"stays at a third": {
			[]sso.SignInCount{
				ended(sso.OutcomeFailed, "saml_expired", 3),
				ended(sso.OutcomeSucceeded, "", 6),
			},
			before,
			1,
		},
		"ends at a fifth": {
			[]sso.SignInCount{
				ended(sso.OutcomeFailed, "saml_expired", 3),
				ended(sso.OutcomeSucceeded, "", 12),
			},
			before,
			0,
		},
		"ends without any": {nil, before, 0},
		"an unknown reason": {
			[]sso.SignInCount{ended(sso.OutcomeFailed, "internal", 9)},
			nil,
			1,
		},
	} {
		found := health.Evaluate(health.State{
			Now:         begin,
			Connections: []sso.Connection{samlConnection()},
			Vitals:      sso.Vitals{Last: x.last},
			Open:        x.open,
		})
		if len(found) != x.want ||
			x.want > 0 &&
				(found[0].Kind != sso.HealthErrors ||
					!found[0].Urgent ||
					found[0].Do == "") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestHeldSyncsAndOrder(t *testing.T) {
	t.Parallel()
	s := health.State{
		Now:         begin,
		Connections: []sso.Connection{samlConnection(expires(t, begin.Add(20*day)))},
		Vitals: sso.Vitals{
			HeldBy: []sso.HeldTally{{Cause: sso.HeldLastAdmin, Waiting: 2}},
			Last:   []sso.SignInCount{ended(sso.OutcomeFailed, "saml_expired", 9)},
		},
	}
	var kinds []string
	for _, f := range health.Evaluate(s) {
		kinds = append(kinds, string(f.Kind))
	}
	if got := strings.Join(kinds, " "); got != "sign_ins_failing sync_held certificate_expiring" {
		t.Errorf("the order is %s", got)
	}
}

func TestSkew(t *testing.T) {
	t.Parallel()
	said := func(check string, ahead time.Duration) sso.Attempt {
		return sso.Attempt{
			Connection: "conn-1",
			At:         begin,
			Checks: []sso.Check{
				{Name: "audience", Got: "x"},
				{Name: check, Got: begin.Add(ahead).Format(time.RFC3339)},
			},
		}
	}
	for name, x := range map[string]struct {
		newest []sso.Attempt
		want   time.Duration
		ok     bool
	}{
		"no one came": {nil, 0, false},
		"saml, ahead": {
			[]sso.Attempt{said("response_issue_instant", 90*time.Second)},
			90 * time.Second,
			true,
		},
		"oidc, behind": {
			[]sso.Attempt{said("issued_at", -40*time.Second)},
			-40 * time.Second,
			true,
		},
		"the median": {
			[]sso.Attempt{
				said("issued_at", time.Hour), said("issued_at", 0),
				said("issued_at", 2*time.Second),
			},
			2 * time.Second,
			true,
		},
		"not a time": {
			[]sso.Attempt{{
				Connection: "conn-1",
				Checks:     []sso.Check{{Name: "issued_at", Got: "(missing)"}},
			}},
			0,
			false,
		},
		"of another": {
			[]sso.Attempt{{
				Connection: "conn-2",
				At:         begin,
				Checks:     said("issued_at", 0).Checks,
			}},
			0,
			false,
		},
		"another check": {[]sso.Attempt{said("expiry", time.Hour)}, 0, false},
	} {
		if got, ok := health.Skew(sso.Vitals{Newest: x.newest}, "conn-1"); got != x.want || ok != x.ok {
			t.Errorf("%s: %v %v", name, got, ok)
		}
	}
}

// TestEvaluateIsStable: whatever is known, the same is found again, every
// finding says something, and no two are the same trouble.
func TestEvaluateIsStable(t *testing.T) {
	t.Parallel()
	cert := expires(t, begin.Add(30*day))
	rapid.Check(t, func(t *rapid.T) {
		c := samlConnection(cert)
		c.State = rapid.SampledFrom([]sso.ConnectionState{
			sso.ConnectionDraft, sso.ConnectionEnabled, sso.ConnectionDisabled,
		}).Draw(t, "state")
		if rapid.Bool().Draw(t, "failing") {
			c.Metadata.FailingSince = begin
		}
		s := health.State{
			Now: begin.Add(
				time.Duration(rapid.IntRange(0, 60).Draw(t, "days")) * day,
			),
			Connections: []sso.Connection{c},
			Vitals: sso.Vitals{
				HeldBy: []sso.HeldTally{{
					Cause:   sso.HeldLastAdmin,
					Waiting: rapid.IntRange(0, 3).Draw(t, "held"),
				}},
				Newest: came(rapid.SliceOfN(
					rapid.SampledFrom([]sso.GroupsState{
						sso.GroupsAbsent, sso.GroupsValues,
					}),
					0,
					5,
				).Draw(t, "said")...),
				HadGroups: map[sso.UserID]bool{"user-1": true},
				Last: []sso.SignInCount{
					ended(
						sso.OutcomeFailed,
						rapid.SampledFrom([]string{
							"saml_expired", "idp_denied", "x",
						}).Draw(t, "code"),
						rapid.IntRange(0, 20).Draw(t, "failed"),
					),
					ended(
						sso.OutcomeSucceeded, "",
						rapid.IntRange(0, 20).Draw(t, "ok"),
					),
				},
			},
		}
		found := health.Evaluate(s)
		keys := map[sso.HealthKey]bool{}
		for i, f := range found {
			if f.Text == "" ||
				f.Do == "" ||
				f.Path == "" ||
				keys[f.HealthKey] ||
				health.Evaluate(s)[i] != f {
				t.Fatalf("found %+v", found)
			}
			keys[f.HealthKey] = true
			if c.State != sso.ConnectionEnabled && f.Connection != "" {
				t.Fatalf("found %+v of a connection that is %s", f, c.State)
			}
		}
	})
}

// TestReplacedKeys: metadata that replaced every certificate is told for a week;
// what waits for an admin is told until it no longer does.
func TestReplacedKeys(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		saml      sso.SAMLConfig
		found     bool
		threshold int
		urgent    bool
	}{
		"never": {sso.SAMLConfig{}, false, 0, false},
		"an hour ago": {
			sso.SAMLConfig{ReplacedAt: now.Add(-time.Hour)},
			true,
			0,
			false,
		},
		"six days ago": {
			sso.SAMLConfig{ReplacedAt: now.Add(-6 * 24 * time.Hour)},
			true,
			0,
			false,
		},
		"eight days ago": {
			sso.SAMLConfig{ReplacedAt: now.Add(-8 * 24 * time.Hour)},
			false,
			0,
			false,
		},
		"waiting": {
			sso.SAMLConfig{Pending: []sso.Certificate{{Raw: []byte("x")}}},
			true,
			1,
			true,
		},
		"waiting after": {
			sso.SAMLConfig{
				Pending:    []sso.Certificate{{Raw: []byte("x")}},
				ReplacedAt: now.Add(-8 * 24 * time.Hour),
			},
			true,
			1,
			true,
		},
	} {
		conn := sso.Connection{
			ID:    "conn-1",
			Name:  "Acme",
			State: sso.ConnectionEnabled,
			Live:  &sso.Config{SAML: &c.saml},
		}
		var got []sso.Finding
		for _, f := range health.Evaluate(health.State{
			Now:         now,
			Connections: []sso.Connection{conn},
		}) {
			if f.Kind == sso.HealthKeys {
				got = append(got, f)
			}
		}
		if len(got) != map[bool]int{true: 1}[c.found] {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if c.found &&
			(got[0].Threshold != c.threshold ||
				got[0].Urgent != c.urgent ||
				got[0].Connection != conn.ID ||
				got[0].Text == "" ||
				got[0].Do == "" ||
				got[0].Subject == "") {
			t.Errorf("%s: %+v", name, got[0])
		}
	}
}

// TestReplacedPublishedKeys is TestReplacedKeys for OpenID providers.
func TestReplacedPublishedKeys(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		oidc      sso.OIDCConfig
		found     bool
		threshold int
	}{
		"never":       {sso.OIDCConfig{Keys: []string{"a"}}, false, 0},
		"an hour ago": {sso.OIDCConfig{ReplacedAt: now.Add(-time.Hour)}, true, 0},
		"eight days ago": {
			sso.OIDCConfig{ReplacedAt: now.Add(-8 * 24 * time.Hour)},
			false,
			0,
		},
		"waiting": {sso.OIDCConfig{PendingKeys: []string{"b"}}, true, 1},
	} {
		conn := sso.Connection{
			ID:    "conn-1",
			Name:  "Acme",
			State: sso.ConnectionEnabled,
			Live:  &sso.Config{OIDC: &c.oidc},
		}
		var got []sso.Finding
		for _, f := range health.Evaluate(health.State{
			Now:         now,
			Connections: []sso.Connection{conn},
		}) {
			if f.Kind == sso.HealthKeys {
				got = append(got, f)
			}
		}
		if len(got) != map[bool]int{true: 1}[c.found] {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if c.found &&
			(got[0].Threshold != c.threshold ||
				got[0].Urgent != (c.threshold == 1) ||
				got[0].Text == "" ||
				got[0].Subject == "") {
			t.Errorf("%s: %+v", name, got[0])
		}
	}
}
