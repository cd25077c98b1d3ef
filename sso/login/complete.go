package login

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/trial"
)

// Complete takes an identity provider's response to the connection it was
// delivered to. Every failure after the connection is known and the message
// readable is recorded, and its *sso.Error carries the attempt as Reference.
func (s *Service) Complete(ctx context.Context, id sso.ConnectionID, cb sso.Callback) (Result, error) {
	c, err := s.Enterprises.ConnectionByID(ctx, id)
	if err != nil {
		return Result{}, fmt.Errorf("find connection: %w", err)
	}
	req, err := s.requestOf(ctx, c, cb)
	t := s.newTry(c, cb)
	if err != nil {
		return t.conclude(ctx, func() (Result, error) {
			return Result{}, fmt.Errorf("read the answer to %s: %w", c.ID, err)
		})
	}
	if req.known() && req.Connection != c.ID {
		if result, ours, err := s.misdelivered(ctx, Delivery{Address: s.address(c)}, req.PendingLogin, cb); ours {
			return result, err
		}
	}
	if req.known() && req.Test != "" {
		run, err := s.Trials.CompleteTest(ctx, req.PendingLogin, cb, !req.unnamed)
		return tested(run, err), err
	}
	result, err := t.conclude(ctx, func() (Result, error) { return t.run(ctx, req) })
	t.compare(ctx, result, err)
	return result, err
}

// compare passes the sign-in to shadow mode.
func (t *try) compare(ctx context.Context, result Result, err error) {
	if t.outcome == nil || !result.ended() {
		return
	}
	t.svc.Trials.Compare(ctx, trial.SignIn{
		Outcome:  t.outcome,
		Callback: t.cb,
		Pending:  t.pending,
		Attempt:  t.attempt,
		User:     result.User.ID,
		CodeSent: result.Outcome == CodeSent,
		Err:      err,
	})
}

// newTry returns the try of a response to c.
func (s *Service) newTry(c sso.Connection, cb sso.Callback) *try {
	now := s.Now()
	return &try{
		svc: s,
		c:   c,
		cb:  cb,
		attempt: sso.Attempt{
			ID:         sso.NewID[sso.AttemptID](now),
			Enterprise: c.Enterprise,
			Connection: c.ID,
			Remote:     cb.Remote,
			UserAgent:  cb.UserAgent,
			At:         now,
		},
	}
}

// conclude calls run, then counts the outcome and records a failure.
func (t *try) conclude(ctx context.Context, run func() (Result, error)) (Result, error) {
	s := t.svc
	result, err := run()
	switch {
	case !result.ended():
		return result, nil
	case result.Outcome == CodeSent:
		s.Observe(t.c.Protocol, evaluate.CodeRequired)
		return result, nil
	}
	if t.anonymous(err) {
		s.Observe(t.c.Protocol, observedUnmatched)
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
	svc     *Service
	c       sso.Connection
	cfg     sso.Config // of c, what it serves
	cb      sso.Callback
	attempt sso.Attempt
	pending *sso.PendingLogin // nil for an unsolicited response
	// returnTo is copied from the pending login once it is certain that this
	// browser began it, and from the RelayState of an unsolicited response; "" before.
	returnTo string

	vouched bool // the response was verified earlier, when the code was sent
	// outcome is the result of the evaluation; nil before.
	outcome *evaluate.Outcome
}

// verified reports whether the response passed verification.
func (t *try) verified() bool { return t.outcome != nil && t.outcome.Assertion != nil }

// run goes through the steps of a sign-in.
func (t *try) run(ctx context.Context, req request) (Result, error) {
	if err := t.serve(t.c); err != nil {
		return Result{}, err
	}
	var err error
	if req.ID == "" {
		t.returnTo = t.cb.Target
		if start, err := unsolicited(t.c, t.cfg, t.cb.Target); err != nil {
			return Result{}, err
		} else if start != nil {
			return Result{Outcome: Restart, Start: start}, nil
		}
	} else if t.pending, err = t.claim(ctx, req); err != nil {
		return Result{}, err
	}
	response := evaluate.Response{
		Callback: t.cb,
		Pending:  t.pending,
		Refresh:  t.refresh,
	}
	return t.evaluate(ctx, response, false, func(o *evaluate.Outcome) (sso.SignIn, string) {
		return t.signIn(*o.Assertion, *o.Identity), t.destination()
	})
}

// evaluate decides about a sign-in and writes its result. plan returns the
// sign-in to write once the user is identified, and where the browser goes
// afterwards.
func (t *try) evaluate(ctx context.Context, evidence evaluate.Evidence, proven bool,
	plan func(*evaluate.Outcome) (s sso.SignIn, returnTo string)) (Result, error) {
	var result Result
	var err error
	t.outcome, err = t.svc.Evaluator.Evaluate(ctx, evaluate.Input{
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

// note copies the outcome to the attempt.
func (t *try) note(o *evaluate.Outcome) {
	t.outcome, t.c, t.cfg = o, o.Connection, o.Config
	if t.vouched {
		return // it was noted when the code was sent
	}
	t.attempt.Checks = o.Checks()
	if id := o.Identity; id != nil {
		t.attempt.Login, t.attempt.Groups = id.Login, id.Groups
	}
}

// serve continues with c as the connection, if it is enabled.
func (t *try) serve(c sso.Connection) error {
	cfg, err := c.Serving()
	if err != nil {
		return err
	}
	t.c, t.cfg = c, *cfg
	return nil
}

// refresh fetches the metadata again because no known key fits: the identity
// provider may have rotated its keys. It limits its own rate.
func (t *try) refresh(ctx context.Context, c sso.Connection, cause error) (sso.Connection, *sso.Config, error) {
	fresh, changed, err := t.svc.Refresh(ctx, c)
	switch {
	case err != nil:
		return c, nil, errors.Join(cause, fmt.Errorf("refresh metadata: %w", err))
	case !changed:
		return c, nil, cause
	}
	cfg, err := fresh.Serving()
	return fresh, cfg, err
}

// write records a sign-in in one transaction, in which decide is called.
func (t *try) write(
	ctx context.Context, o *evaluate.Outcome, s sso.SignIn, returnTo string, decide sso.Decide,
) (Result, error) {
	token := sso.NewSecret()
	t.complete(&s, token)
	user, sync, err := t.svc.SignIns.RecordLogin(ctx, s, func(facts sso.SignInFacts) (sso.Verdict, error) {
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
		Outcome:    SignedIn,
		Token:      token,
		Session:    s.Session,
		User:       user,
		Enterprise: o.Enterprise,
		Sync:       sync,
		ReturnTo:   returnTo,
	}, nil
}

// complete sets the fields of a sign-in that are known only when it is written.
func (t *try) complete(s *sso.SignIn, token sso.Secret) {
	s.Session.Token = token.Hash()
	s.Brake, s.DefaultGroups, s.Attributes = t.cfg.Brake, t.cfg.DefaultGroups, t.c.Attributes
	if t.cb.Browser != "" {
		s.Session.Browser = t.cb.Browser.Hash()
	}
	for _, brought := range t.cb.Sessions {
		s.Brought = append(s.Brought, brought.Hash())
	}
}

// record stores a failed attempt and returns its error with the reference.
func (t *try) record(ctx context.Context, cause error) error {
	failure := &sso.Error{
		Kind:   sso.Internal,
		Code:   "internal",
		Public: "Something went wrong on our side.",
		Err:    cause,
	}
	if known, ok := errors.AsType[*sso.Error](cause); ok {
		failure = known.WithCause(cause)
		if known == cause { //nolint:errorlint // the very same value: nothing was wrapped around it
			failure = known.WithCause(known.Err)
		}
	}
	t.attempt.Outcome, t.attempt.Code, t.attempt.Detail = sso.OutcomeFailed, failure.Code, cause.Error()
	// The attempt is stored even if the browser has gone away meanwhile.
	patience := 5 * time.Second
	if failure.Kind == sso.Unavailable {
		patience = 500 * time.Millisecond // the user has waited for the store already
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := t.keep(ctx, failure); err != nil {
		return failure.WithCause(errors.Join(failure.Err, fmt.Errorf("record attempt: %w", err)))
	}
	failure.Reference = t.attempt.ID
	return failure
}
