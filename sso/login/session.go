package login

import (
	"time"

	"gatehouse/sso"
)

// signIn is what a successful sign-in writes.
func (t *try) signIn(a sso.Assertion, identity sso.Identity) sso.SignIn {
	t.attempt.Outcome, t.attempt.Identity = sso.OutcomeSucceeded, &identity
	s := sso.SignIn{
		Identity:    identity,
		Attempt:     t.attempt,
		Certificate: a.Certificate,
		Session:     t.session(a),
		Replay: sso.ReplayMark{
			Connection: t.c.ID,
			ResponseID: a.ResponseID,
			Until:      t.replayUntil(a),
		},
	}
	if t.pending != nil && t.c.Protocol == sso.SAML {
		s.Pending = t.pending.ID
	}
	return s
}

// destination is where the browser goes after the sign-in.
func (t *try) destination() string {
	if t.pending == nil {
		return "/"
	}
	return sso.ReturnTo(t.pending.ReturnTo)
}

// session is the one that begins, without its token.
func (t *try) session(a sso.Assertion) sso.Session {
	now := t.attempt.At
	ends, said := now.Add(t.svc.MaxAge), a.SessionEnd
	if !said.IsZero() && !said.After(now) {
		said = said.Add(t.skew()) // over by our clock, and accepted because theirs may be behind
	}
	if !said.IsZero() && said.Before(ends) {
		ends = said // the identity provider wants it shorter
	}
	return sso.Session{
		ID:           sso.NewID[sso.SessionID](now),
		Enterprise:   t.c.Enterprise,
		Connection:   t.c.ID,
		Attempt:      t.attempt.ID,
		Subject:      forLogout(a.Subject),
		NameIDFormat: forLogout(a.SubjectFormat),
		SessionIndex: forLogout(a.SessionIndex),
		Remote:       t.cb.Remote,
		UserAgent:    t.cb.UserAgent,
		CreatedAt:    now,
		LastSeenAt:   now,
		IdleTimeout:  t.svc.IdleTimeout,
		ExpiresAt:    ends,
	}
}

// forLogout gives what names the session at the identity provider, which only
// single logout needs: nobody is refused for a name that cannot be kept.
func forLogout(name string) string {
	if len(name) > sso.MaxSubjectLength || !sso.Printable(name) {
		return ""
	}
	return name
}

// skew is how far the identity provider's clock may be from ours.
func (t *try) skew() time.Duration {
	if t.cfg.SAML != nil {
		return t.cfg.SAML.Skew()
	}
	return sso.DefaultClockSkew
}

// replayUntil is when the response could not be accepted any more by any clock we
// tolerate, and never less than a pending login lives.
func (t *try) replayUntil(a sso.Assertion) time.Time {
	until := a.NotOnOrAfter.Add(2 * t.skew())
	if least := t.attempt.At.Add(sso.PendingLifetime); until.Before(least) {
		return least
	}
	return until
}
