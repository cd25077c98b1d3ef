package login

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// Result is a completed sign-in.
type Result struct {
	Token      sso.Secret // for the session cookie; exists nowhere else
	Session    sso.Session
	User       sso.User
	Enterprise sso.Enterprise
	Sync       sso.SyncRecord
	// ReturnTo is where the browser that began the sign-in wants to go. It is set
	// with an error, too, so that starting again leads there.
	ReturnTo string
	// Restart is set, and nothing else, when an answer that nobody asked for is
	// dropped in favour of a sign-in of our own (IdP-initiated "rebounce").
	Restart *Start
	// Test is set, and nothing else, when it was the answer to a test connection.
	Test *sso.TestRun
	// Proof is set, with the connection in Session and nothing else, when the
	// sign-in waits for a code that was sent to the person's address.
	Proof sso.EmailProofID
	// Question is set, and nothing else, when the person has to agree first.
	Question *Question
	// Redeliver is set, and nothing else, when the browser has to deliver the
	// response once more, from our own site, with its cookies.
	Redeliver bool
}

// outcome reports whether a sign-in got as far as one, rather than having to begin
// again or to wait for what the person says.
func (r Result) outcome() bool {
	return r.Restart == nil && r.Question == nil && !r.Redeliver
}

// Complete takes an identity provider's answer to the connection it was
// delivered to. Every failure after the connection is known and the message
// readable is recorded, and its *sso.Error carries the attempt as Reference.
func (s *Service) Complete(ctx context.Context, id sso.ConnectionID, cb sso.Callback) (Result, error) {
	c, err := s.Directory.ConnectionByID(ctx, id)
	if err != nil {
		return Result{}, fmt.Errorf("find connection: %w", err)
	}
	pending, err := s.protocol(c).Correlate(cb)
	if err != nil || pending == "" {
		if p, waits := s.waitingTest(ctx, c, cb); waits {
			return s.completeTest(ctx, p, cb, err != nil) // what cannot be read is nothing that nobody asked for
		}
	}
	asked, err := s.asked(ctx, c, cb, pending, err)
	if err != nil {
		t := s.newTry(c, cb)
		return t.conclude(ctx, func() (Result, error) { return Result{}, fmt.Errorf("read the answer to %s: %w", c.ID, err) })
	}
	if asked.err == nil && asked.ID != "" && asked.Connection != c.ID {
		if result, ours, err := s.misdelivered(ctx, Delivery{Address: s.address(c)}, asked.PendingLogin, cb); ours {
			return result, err
		}
	}
	if asked.err == nil && asked.Test != "" {
		return s.completeTest(ctx, asked.PendingLogin, cb, true)
	}
	t := s.newTry(c, cb)
	result, err := t.conclude(ctx, func() (Result, error) { return t.run(ctx, asked) })
	t.compare(ctx, result, err)
	return result, err
}

// newTry is an answer to c before anything is known about it.
func (s *Service) newTry(c sso.Connection, cb sso.Callback) *try {
	now := s.Now()
	return &try{Service: s, c: c, cb: cb, attempt: sso.Attempt{
		ID: sso.NewID[sso.AttemptID](now), Enterprise: c.Enterprise, Connection: c.ID,
		Remote: cb.Remote, UserAgent: cb.UserAgent, At: now,
	}}
}

// asked is what was asked, or why that is not known. Its ID is what the answer
// named, "" if nothing.
type asked struct {
	sso.PendingLogin
	err error
}

// asked finds what an answer to c belongs to. named is what it says itself;
// unread is why it does not, if it cannot be read: then its RelayState tells, if
// this browser began that sign-in, and else unread is returned. One that says
// nothing in the protocol of c may do so in the other.
func (s *Service) asked(ctx context.Context, c sso.Connection, cb sso.Callback, named string, unread error) (asked, error) {
	if named != "" {
		p, err := s.Recorder.PendingLogin(ctx, named)
		p.ID = named
		return asked{p, err}, nil
	}
	id := s.requestOf(cb)
	if id == "" {
		return asked{}, unread
	}
	p, err := s.Recorder.PendingLogin(ctx, id)
	switch {
	case err == nil && p.Connection != c.ID:
		return asked{p, nil}, nil
	case unread == nil:
		return asked{}, nil // it names nothing, so nobody asked for it
	case err == nil && c.Protocol == sso.SAML && began(p, cb) && p.UsedAt.IsZero():
		return asked{p, nil}, nil
	}
	return asked{}, unread
}

// conclude counts and records what comes of a try.
func (t *try) conclude(ctx context.Context, run func() (Result, error)) (Result, error) {
	s := t.Service
	result, err := run()
	switch {
	case !result.outcome():
		return result, nil
	case result.Proof != "":
		s.Observe(t.c.Protocol, evaluate.CodeRequired)
		return result, nil
	}
	if t.anonymous(err) {
		s.Observe(t.c.Protocol, ObservedUnmatched)
	} else {
		s.Observe(t.c.Protocol, sso.CodeOf(err))
	}
	if err != nil {
		return Result{ReturnTo: t.returnTo}, t.unmatched(t.record(ctx, err))
	}
	s.Synced(len(result.Sync.Added), len(result.Sync.Removed))
	return result, nil
}

// try is one response on its way through a sign-in.
type try struct {
	*Service
	c       sso.Connection
	cfg     sso.Config // of c, what it serves
	cb      sso.Callback
	attempt sso.Attempt
	pending *sso.PendingLogin // nil for an unsolicited response
	// returnTo is that of the pending login, once it is known that this browser
	// began it; "" before.
	returnTo string

	vouched bool // the response was verified before, when a code was asked for
	// outcome is what evaluation came to; nil if it did not get that far.
	outcome *evaluate.Outcome
}

// verified reports whether the response passed verification.
func (t *try) verified() bool { return t.outcome != nil && t.outcome.Assertion != nil }

// run is the order of a sign-in.
func (t *try) run(ctx context.Context, asked asked) (Result, error) {
	if err := t.serve(t.c); err != nil {
		return Result{}, err
	}
	var err error
	if asked.ID == "" {
		if restart, err := unsolicited(t.c, t.cfg); restart != nil || err != nil {
			return Result{Restart: restart}, err
		}
	} else if t.pending, err = t.claim(ctx, asked); err != nil {
		return Result{}, err
	}
	response := evaluate.Response{Callback: t.cb, Pending: t.pending, Refresh: t.refresh}
	return t.evaluate(ctx, response, false, func(o *evaluate.Outcome) (sso.SignIn, string) {
		return t.signIn(*o.Assertion, *o.Identity), t.destination()
	})
}

// evaluate decides about a sign-in and writes what comes of it. plan says what is
// written once the user is identified, and where the browser goes afterwards.
func (t *try) evaluate(ctx context.Context, evidence evaluate.Evidence, proven bool,
	plan func(*evaluate.Outcome) (s sso.SignIn, returnTo string)) (Result, error) {
	var result Result
	var err error
	t.outcome, err = t.evaluator.Evaluate(ctx, evaluate.Input{
		Connection: t.c,
		Config:     t.cfg,
		Evidence:   evidence,
		Proven:     proven,
		Facts: func(ctx context.Context, o *evaluate.Outcome, decide sso.Decide) (err error) {
			t.note(o)
			s, returnTo := plan(o)
			result, err = t.write(ctx, o, s, returnTo, decide)
			return err
		},
	})
	t.note(t.outcome)
	return result, err
}

// note takes over from an outcome what the attempt records.
func (t *try) note(o *evaluate.Outcome) {
	t.outcome, t.c, t.cfg = o, o.Connection, o.Config
	if t.vouched {
		return // it was noted when the code was asked for
	}
	t.attempt.Checks = o.Checks()
	if id := o.Identity; id != nil {
		t.attempt.Login, t.attempt.Groups = id.Login, id.Groups
	}
}

// serve takes c for the connection from here on, if people can sign in with it.
func (t *try) serve(c sso.Connection) error {
	cfg, err := c.Serving()
	if err != nil {
		return err
	}
	t.c, t.cfg = c, *cfg
	return nil
}

// unsolicited decides about a response that names no pending login.
func unsolicited(c sso.Connection, cfg sso.Config) (*Start, error) {
	mode := sso.IDPInitiatedOff
	if cfg.SAML != nil {
		mode = cfg.SAML.IDPInitiated
	}
	switch mode {
	case sso.IDPInitiatedDirect:
		return nil, nil
	case sso.IDPInitiatedRebounce:
		return &Start{Enterprise: c.Enterprise, Connection: c.ID}, nil
	}
	if c.Protocol == sso.OIDC {
		return nil, errStateExpired()
	}
	return nil, &sso.Error{Kind: sso.Forbidden, Code: "idp_initiated_disabled",
		Public: "Start from your company's sign-in link: signing in from the app tile is not switched on here."}
}

func errStateExpired() *sso.Error {
	return &sso.Error{Kind: sso.Invalid, Code: "login_state_expired",
		Public: "This sign-in took too long, was already finished, or began in another browser. Start again."}
}

// claim makes sure that this browser began it, for
// this connection. An OpenID Connect answer uses it up here, before its code is
// redeemed: of two that come at the same moment one goes on, and the other does
// not spoil it by redeeming the code a second time. A SAML answer is verified
// even if the pending login was used, so that a replay is called a replay; the
// transaction that writes the sign-in uses it up.
func (t *try) claim(ctx context.Context, asked asked) (*sso.PendingLogin, error) {
	if asked.err != nil {
		return nil, fmt.Errorf("find pending login: %w", asked.err)
	}
	p := asked.PendingLogin
	if p.Connection == t.c.ID && began(p, t.cb) {
		t.returnTo = sso.ReturnTo(p.ReturnTo)
	}
	if p.Connection != t.c.ID || !began(p, t.cb) || !t.Now().Before(p.ExpiresAt) {
		return nil, errStateExpired()
	}
	if t.c.Protocol == sso.OIDC {
		first, err := t.Recorder.UsePendingLogin(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("claim pending login: %w", err)
		}
		if !first {
			return nil, errStateExpired()
		}
	}
	return &p, nil
}

// refresh fetches the metadata again because no known key fits: the identity
// provider may have rotated its keys. It limits its own rate.
func (t *try) refresh(ctx context.Context, c sso.Connection, cause error) (sso.Connection, *sso.Config, error) {
	fresh, changed, err := t.Refresh(ctx, c)
	switch {
	case err != nil:
		return c, nil, errors.Join(cause, fmt.Errorf("refresh metadata: %w", err))
	case !changed:
		return c, nil, cause
	}
	cfg, err := fresh.Serving()
	return fresh, cfg, err
}

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

// write records a sign-in in one transaction, in which decide is called.
func (t *try) write(ctx context.Context, o *evaluate.Outcome, s sso.SignIn, returnTo string, decide sso.Decide) (Result, error) {
	token := sso.NewSecret()
	t.complete(&s, token)
	user, sync, err := t.Recorder.RecordLogin(ctx, s, func(facts sso.SignInFacts) (sso.Verdict, error) {
		v, err := decide(facts)
		return v, t.orAsk(o.Decision, s.Proof != "", err)
	})
	if asked, ok := t.question(err, o.Enterprise, s.Identity, returnTo); ok {
		return asked, nil
	}
	if refused, ok := errors.AsType[*evaluate.Refusal](err); ok {
		if refused.Email.Action != "" {
			t.attempt.Email = refused.Email
		}
		if refused.Until == evaluate.UntilCode {
			return t.wait(ctx, o, s, returnTo)
		}
	}
	if err != nil {
		return Result{}, fmt.Errorf("record sign-in: %w", err)
	}
	if refused := o.Decision.Refusal(); refused != nil {
		t.attempt.Email, t.attempt.User = o.Decision.Email, user.ID
		return Result{}, refused
	}
	s.Session.User = user.ID
	return Result{
		Token:      token,
		Session:    s.Session,
		User:       user,
		Enterprise: o.Enterprise,
		Sync:       sync,
		ReturnTo:   returnTo,
	}, nil
}

// complete adds to a sign-in what is known only when it is written.
func (t *try) complete(s *sso.SignIn, token sso.Secret) {
	s.Session.Token = token.Hash()
	s.Brake, s.DefaultGroups = t.cfg.Brake, t.cfg.DefaultGroups
	if t.cb.Browser != "" {
		s.Session.Browser = t.cb.Browser.Hash()
	}
	for _, brought := range t.cb.Sessions {
		s.Brought = append(s.Brought, brought.Hash())
	}
}

// record keeps a failed attempt and returns its error with the reference.
func (t *try) record(ctx context.Context, cause error) error {
	failure := &sso.Error{Kind: sso.Internal, Code: "internal", Public: "Something went wrong on our side.", Err: cause}
	if known, ok := errors.AsType[*sso.Error](cause); ok {
		failure = known.Because(cause)
		if known == cause { //nolint:errorlint // the very same value: nothing was wrapped around it
			failure = known.Because(known.Err)
		}
	}
	t.attempt.Outcome, t.attempt.Code, t.attempt.Detail = sso.OutcomeFailed, failure.Code, cause.Error()
	// The attempt is kept even if the browser has gone away meanwhile.
	patience := 5 * time.Second
	if failure.Kind == sso.Unavailable {
		patience = 500 * time.Millisecond // somebody has waited for the store already
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := t.keep(ctx, failure); err != nil {
		return failure.Because(errors.Join(failure.Err, fmt.Errorf("record attempt: %w", err)))
	}
	failure.Reference = t.attempt.ID
	return failure
}
