package login

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// TestSessionIsNeverLongerThanTheProviderSays: an end that has passed, as far as
// clocks may be apart, is an end too.
func TestSessionIsNeverLongerThanTheProviderSays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	try := &try{
		svc:     New(Options{MaxAge: 12 * time.Hour}),
		cfg:     sso.Config{SAML: &sso.SAMLConfig{ClockSkew: 120}},
		attempt: sso.Attempt{At: now},
	}
	for said, want := range map[time.Duration]time.Duration{
		8 * time.Hour:      8 * time.Hour,
		13 * time.Hour:     12 * time.Hour,
		time.Minute:        time.Minute,
		0:                  2 * time.Minute,
		-119 * time.Second: time.Second,
	} {
		s := try.session(sso.Assertion{SessionEnd: now.Add(said)})
		if got := s.ExpiresAt.Sub(now); got != want {
			t.Errorf("the provider says %s: got %s, want %s", said, got, want)
		}
	}
	if got := try.session(sso.Assertion{}).ExpiresAt.Sub(now); got != 12*time.Hour {
		t.Errorf("the provider says nothing: got %s", got)
	}
}

// TestReplayMarksOutliveTheAnswer by any clock that is tolerated.
func TestReplayMarksOutliveTheAnswer(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	try := &try{
		cfg:     sso.Config{SAML: &sso.SAMLConfig{ClockSkew: 300}},
		attempt: sso.Attempt{At: now},
	}
	for answer, want := range map[time.Duration]time.Duration{
		-5 * time.Minute: sso.PendingLifetime,
		0:                sso.PendingLifetime,
		5 * time.Minute:  15 * time.Minute,
		time.Hour:        70 * time.Minute,
	} {
		if got := try.replayUntil(sso.Assertion{NotOnOrAfter: now.Add(answer)}).Sub(now); got != want {
			t.Errorf("an answer that ends after %s is remembered for %s, want %s", answer, got, want)
		}
	}
}
