package login

import (
	"time"

	"gatehouse/sso"
)

// signIn returns the records of a successful sign-in.
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

// destination returns the path that the browser goes to after the sign-in.
func (t *try) destination() string {
	if t.pending == nil {
		return sso.ReturnTo(t.cb.Target)
	}
	return sso.ReturnTo(t.pending.ReturnTo)
}

// session returns the session that begins, without its token.
func (t *try) session(a sso.Assertion) sso.Session {
	now := t.attempt.At
	ends, said := now.Add(t.svc.MaxAge), a.SessionEnd
	if !said.IsZero() && !said.After(now) {
		said = said.Add(t.skew()) // expired by our clock, and accepted because theirs may be behind
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
		Authn:        a.Authn,
		Remote:       t.cb.Remote,
		UserAgent:    t.cb.UserAgent,
		CreatedAt:    now,
		LastSeenAt:   now,
		IdleTimeout:  t.svc.IdleTimeout,
		ExpiresAt:    ends,
	}
}

// forLogout returns the name of the session at the identity provider, "" if it
// cannot be stored. Only single logout needs it, so an unusable name refuses no
// sign-in.
func forLogout(name string) string {
	if len(name) > sso.MaxSubjectLength || !sso.Printable(name) {
		return ""
	}
	return name
}

// skew returns the tolerated difference between our clock and the identity
// provider's.
func (t *try) skew() time.Duration {
	if t.cfg.SAML != nil {
		return t.cfg.SAML.Skew()
	}
	return sso.DefaultClockSkew
}

// replayUntil returns the time from which no tolerated clock accepts the
// response, at least the lifetime of a pending login from now.
func (t *try) replayUntil(a sso.Assertion) time.Time {
	until := a.NotOnOrAfter.Add(2 * t.skew())
	if least := t.attempt.At.Add(sso.PendingLifetime); until.Before(least) {
		return least
	}
	return until
}
