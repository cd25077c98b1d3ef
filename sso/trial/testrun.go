package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// lateTest is for how long after its end a response to a test connection is still
// known to be one, so that a late user is told so, and not that their sign-in
// failed.
const lateTest = time.Hour

func errTestOver() *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "test_over",
		Public: "This test connection is over. Begin another one.",
	}
}

// tested returns the configuration that a test connection tries: the draft, or the
// live one if there is no draft.
func tested(c sso.Connection) (sso.Config, error) {
	switch {
	case c.Draft != nil:
		return *c.Draft, nil
	case c.Live != nil:
		return *c.Live, nil
	}
	return sso.Config{}, &sso.Error{
		Kind:   sso.Conflict,
		Code:   "no_configuration",
		Public: "The connection has no configuration yet.",
	}
}

// BeginTest begins a test connection. token is the value in the link that starts
// it, in whatever browser; it exists nowhere else. Error: Invalid
// "connection_incomplete" with the fields that are missing for a request to the
// identity provider.
func (s *Service) BeginTest(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (run sso.TestRun, token sso.Secret, err error) {
	c, cfg, err := s.toTest(ctx, ent, id)
	if err != nil {
		return sso.TestRun{}, "", err
	}
	if err := incomplete(cfg); err != nil {
		return sso.TestRun{}, "", err
	}
	token = sso.NewSecret()
	run = s.newRun(by, c, cfg, sso.TestLive)
	run.State = sso.TestWaiting
	run.Token = token.Hash()
	run.ExpiresAt = run.CreatedAt.Add(sso.PendingLifetime)
	if err := s.TestRuns.CreateTestRun(ctx, run); err != nil {
		return sso.TestRun{}, "", fmt.Errorf("begin test connection: %w", err)
	}
	return run, token, nil
}

func (s *Service) toTest(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, sso.Config, error) {
	c, err := s.Facts.Connection(ctx, ent, id)
	if err != nil {
		return sso.Connection{}, sso.Config{}, fmt.Errorf("find connection: %w", err)
	}
	cfg, err := tested(c)
	return c, cfg, err
}

func (s *Service) newRun(by sso.Actor, c sso.Connection, cfg sso.Config, kind sso.TestKind) sso.TestRun {
	now := s.Now()
	return sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: c.Enterprise,
		Connection: c.ID,
		Kind:       kind,
		By:         by,
		Revision:   c.Revision,
		Version:    cfg.Version,
		CreatedAt:  now,
	}
}

// incomplete returns an error with the fields that are missing for a request to
// the identity provider.
func incomplete(cfg sso.Config) error {
	var missing []sso.FieldError
	need := func(value, field, message string) {
		if value == "" {
			missing = append(missing, sso.FieldError{
				Field:   field,
				Message: message,
			})
		}
	}
	if cfg.SAML != nil {
		need(cfg.SAML.IDPEntityID, "saml.idp_entity_id", "Enter the identity provider’s entity ID, or its metadata.")
		need(cfg.SAML.SSO.URL, "saml.sso_url", "Enter the identity provider’s single sign-on address, or its metadata.")
		if len(cfg.SAML.Certificates) == 0 {
			need("", "saml.certificates", "Enter the certificate the identity provider signs with, or its metadata.")
		}
	}
	if cfg.OIDC != nil {
		need(cfg.OIDC.Issuer, "oidc.issuer", "Enter the issuer.")
		need(cfg.OIDC.ClientID, "oidc.client_id", "Enter the client ID.")
	}
	if len(missing) == 0 {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "connection_incomplete",
		Public: "The connection is not complete enough to be tested.",
		Fields: missing,
	}
}

// OpenTest sends a browser to the identity provider, by the value in a link. If
// the test is over, or the request cannot be made, the redirect is zero and the
// run says how it ended.
func (s *Service) OpenTest(ctx context.Context, token, browser sso.Secret) (sso.Redirect, sso.TestRun, error) {
	run, err := s.TestRuns.TestRunByToken(ctx, token.Hash())
	if sso.KindOf(err) == sso.NotFoundKind {
		return sso.Redirect{}, sso.TestRun{}, errTestOver()
	}
	if err != nil {
		return sso.Redirect{}, sso.TestRun{}, fmt.Errorf("find test connection: %w", err)
	}
	return s.open(ctx, run, browser, false)
}

// OpenTestOf is OpenTest for an admin of the connection, who needs no link. by is
// the admin who opens it on purpose, "" if that is not certain.
func (s *Service) OpenTestOf(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.TestRunID, browser sso.Secret,
) (sso.Redirect, sso.TestRun, error) {
	run, err := s.TestRuns.TestRun(ctx, ent, id)
	if err != nil {
		return sso.Redirect{}, sso.TestRun{}, fmt.Errorf("find test connection: %w", err)
	}
	return s.open(ctx, run, browser, by != "" && by == run.By)
}

func (s *Service) open(
	ctx context.Context, run sso.TestRun, browser sso.Secret, own bool,
) (sso.Redirect, sso.TestRun, error) {
	if run.State != sso.TestWaiting {
		return sso.Redirect{}, run, nil
	}
	c, cfg, err := s.toTest(ctx, run.Enterprise, run.Connection)
	if err != nil {
		return sso.Redirect{}, run, err
	}
	p := sso.NewPendingLogin(c, browser, s.Now())
	p.Test = run.ID
	p.Own = own
	p.ExpiresAt = run.ExpiresAt.Add(lateTest)
	if p.Need, err = s.Facts.AuthnNeed(ctx, run.Enterprise); err != nil {
		return sso.Redirect{}, run, fmt.Errorf("read what to ask for: %w", err)
	}
	redirect, err := s.beginAt(ctx, c, cfg, p)
	if err != nil {
		r := s.newTestRun(c, cfg, run, sso.Callback{})
		if c.Protocol == sso.OIDC {
			r.checks.Record(
				false, "discovery", "the discovery document of "+cfg.OIDC.Issuer, causeOf(err),
			)
		}
		run, err = r.finish(ctx, err, "")
		return sso.Redirect{}, run, err
	}
	if err := s.TestRuns.SavePendingLogin(ctx, p); err != nil {
		return sso.Redirect{}, run, fmt.Errorf("save pending login: %w", err)
	}
	return redirect, run, nil
}

// TestOf returns the state of a test connection, for the browser that comes back
// from it.
func (s *Service) TestOf(ctx context.Context, c sso.ConnectionID, id sso.TestRunID) (sso.TestRun, error) {
	found, err := s.Facts.ConnectionByID(ctx, c)
	if err != nil {
		return sso.TestRun{}, fmt.Errorf("find connection: %w", err)
	}
	run, err := s.TestRuns.TestRun(ctx, found.Enterprise, id)
	if err != nil {
		return sso.TestRun{}, fmt.Errorf("find test connection: %w", err)
	}
	if run.Connection != c {
		return sso.TestRun{}, sso.NothingHere()
	}
	return run, nil
}

// RunningTest finds the running test connection of this browser, for a response
// without a usable InResponseTo or state.
func (s *Service) RunningTest(ctx context.Context, c sso.Connection, cb sso.Callback) (sso.PendingLogin, bool) {
	if cb.Browser == "" {
		return sso.PendingLogin{}, false
	}
	p, err := s.TestRuns.PendingTest(ctx, c.Enterprise, c.ID, cb.Browser.Hash())
	if err != nil || p.Test == "" {
		return sso.PendingLogin{}, false // an ordinary sign-in, which also reports an error of the store
	}
	run, err := s.TestRuns.TestRun(ctx, p.Enterprise, p.Test)
	_, closed := c.Serving() // then it can be nothing else, if only a reloaded response
	return p, err == nil && (run.State == sso.TestWaiting || closed != nil)
}

// CompleteTest takes the response to the test connection that started p; named reports
// whether it names the request. It writes the report and nothing else.
func (s *Service) CompleteTest(
	ctx context.Context, p sso.PendingLogin, cb sso.Callback, named bool,
) (*sso.TestRun, error) {
	return s.finishTest(ctx, p, cb, func(r *testRun) error { return r.live(ctx, named) })
}

// StopTest ends the test connection that started p without looking at its response:
// check and cause say why.
func (s *Service) StopTest(
	ctx context.Context, p sso.PendingLogin, cb sso.Callback, check sso.Check, cause *sso.Error,
) (*sso.TestRun, error) {
	return s.finishTest(ctx, p, cb, func(r *testRun) error {
		if err := r.sameBrowser(); err != nil {
			return err
		}
		r.checks.Record(check.OK, check.Name, check.Want, check.Got)
		return cause
	})
}

// finishTest ends the test connection that started p with the result of run,
// unless it is over.
func (s *Service) finishTest(
	ctx context.Context, p sso.PendingLogin, cb sso.Callback, run func(r *testRun) error,
) (*sso.TestRun, error) {
	report, err := s.TestRuns.TestRun(ctx, p.Enterprise, p.Test)
	if err != nil {
		return nil, fmt.Errorf("find test connection: %w", err)
	}
	if report.State != sso.TestWaiting {
		return &report, nil
	}
	c, cfg, err := s.toTest(ctx, p.Enterprise, p.Connection)
	if err != nil {
		return nil, err
	}
	r := s.newTestRun(c, cfg, report, cb)
	r.pending = &p
	err = run(r)
	if errors.Is(err, errAnsweredTwice) {
		report, err = s.TestRuns.TestRun(ctx, p.Enterprise, p.Test)
		return &report, err
	}
	if report, err = r.finish(ctx, err, p.ID); err != nil {
		return nil, err
	}
	if err := r.vouch(ctx, report); err != nil {
		return nil, err
	}
	return &report, nil
}

var errAnsweredTwice = errors.New("another answer to the same request is being looked at")

// sameBrowser checks that the response came in the browser that was sent to the
// identity provider.
func (r *testRun) sameBrowser() error {
	mine, got := r.pending.StartedBy(r.cb.Browser), "that browser"
	switch {
	case r.cb.Browser == "":
		got = "a browser without our cookie"
	case !mine:
		got = "another browser"
	}
	if !r.checks.Record(mine, "browser", "the browser that was sent to the identity provider", got) {
		return sso.LoginExpired()
	}
	return nil
}

// live evaluates a response as a sign-in would, without writing one. asked says
// that the response names the request; otherwise it counts as unsolicited.
func (r *testRun) live(ctx context.Context, asked bool) error {
	if err := r.sameBrowser(); err != nil {
		return err
	}
	if r.c.Protocol == sso.OIDC {
		got := "that one"
		if !asked {
			got = "(missing)"
		}
		if !r.checks.Record(asked, "state", "that of the request", got) {
			return sso.LoginExpired()
		}
		first, err := r.svc.TestRuns.UsePendingLogin(ctx, *r.pending)
		if err != nil {
			return fmt.Errorf("claim pending login: %w", err)
		}
		if !first {
			return errAnsweredTwice
		}
	}
	request := r.pending
	if !asked {
		request = nil
	}
	return r.evaluate(ctx, evaluate.Response{
		Callback: r.cb,
		Pending:  request,
		Refresh:  r.refresh,
		Verified: r.verified,
	})
}

// verified reports the result of verification, and refuses a response that was
// used before.
func (r *testRun) verified(ctx context.Context, o *evaluate.Outcome, err error) error {
	r.examined(o.Examined)
	if err != nil {
		return err
	}
	used, err := r.svc.Facts.AnswerUsed(
		ctx, r.c.Enterprise, r.c.ID, o.Examined.Assertion.ResponseID,
	)
	if err != nil {
		return fmt.Errorf("look for the answer: %w", err)
	}
	got := "a new one"
	if used {
		got = "one that already signed a person in"
	}
	if !r.checks.Record(!used, "replay", "an answer that was not used before", got) {
		return sso.Replayed()
	}
	return nil
}

// refresh fetches the metadata again because no known key fits, as a sign-in does.
func (r *testRun) refresh(ctx context.Context, c sso.Connection, cause error) (sso.Connection, *sso.Config, error) {
	if r.svc.Refresh == nil {
		return c, nil, cause
	}
	const name = "metadata"
	fresh, changed, err := r.svc.Refresh(ctx, c)
	switch {
	case err != nil:
		r.checks.Warn(name, "the metadata fetched again, because no key fits", publicText(err))
		return c, nil, cause
	case !changed:
		r.checks.Warn(
			name, "a key that fits, in the metadata fetched again", "the same keys as before",
		)
		return c, nil, cause
	}
	cfg, err := tested(fresh)
	if err != nil {
		return c, nil, cause
	}
	r.checks.Warn(name, "a key that is known", "a new key: the metadata was fetched again, and what it says is saved")
	r.c, r.cfg = fresh, cfg
	r.run.Revision, r.run.Version = fresh.Revision, cfg.Version
	return fresh, &cfg, nil
}

func publicText(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		return e.Text().String()
	}
	return "it could not be fetched"
}

func causeOf(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}
