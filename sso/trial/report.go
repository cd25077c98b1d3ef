package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// testRun is a test connection being evaluated: the steps of a sign-in, of which
// only the report is stored.
type testRun struct {
	svc     *Service
	c       sso.Connection
	cfg     sso.Config // the draft, or the live one if there is no draft
	cb      sso.Callback
	pending *sso.PendingLogin
	at      time.Time
	checks  sso.Checks
	run     sso.TestRun
	begun   int // the tested version when the run began
	result  sso.TestResult
	held    sso.HeldCause // why the group sync would be held; "" if it would not
}

func (s *Service) newTestRun(c sso.Connection, cfg sso.Config, run sso.TestRun, cb sso.Callback) *testRun {
	begun := run.Version
	run.Revision, run.Version = c.Revision, cfg.Version
	return &testRun{
		svc:   s,
		c:     c,
		cfg:   cfg,
		cb:    cb,
		at:    s.Now(),
		run:   run,
		begun: begun,
	}
}

// evaluate decides about evidence as a sign-in would, and reports the result. It
// returns a refusal only at the end, so that the report is complete.
func (r *testRun) evaluate(ctx context.Context, evidence evaluate.Evidence) error {
	o, err := r.svc.Evaluator.Evaluate(ctx, evaluate.Input{
		Connection: r.c,
		Config:     r.cfg,
		Evidence:   evidence,
		Facts: evaluate.ReadOnly(func(ctx context.Context, id sso.Identity) (sso.SignInFacts, error) {
			return r.svc.Facts.SignInFacts(
				ctx, r.c.Enterprise, id, r.cfg.Brake, r.cfg.DefaultGroups,
			)
		}),
	})
	r.identified(o)
	if err != nil {
		return err
	}
	r.decided(o.Decision)
	if refusal := o.Decision.Final(); refusal != nil {
		return refusal
	}
	return nil
}

// identified reports what verification and mapping found.
func (r *testRun) identified(o *evaluate.Outcome) {
	r.checks = append(r.checks, o.MappingChecks()...)
	r.result.Origins, r.result.Identity = o.Origins(), o.Identity
}

// decided reports the decision about a sign-in.
func (r *testRun) decided(d evaluate.Decision) {
	r.result.Known = d.Facts.User.ID
	allowed := d.Allowed()
	r.result.Allowed = &allowed
	r.result.Email = d.Email
	if !d.Facts.First {
		r.result.Email.Reason = "They have signed in before: nothing is asked."
	}
	if d.Planned() {
		r.plan(d)
	}
	r.warnings(d)
	r.warnOfLogin(d.Facts)
}

// examined reports the findings of a protocol.
func (r *testRun) examined(x sso.Examined) {
	r.checks = append(r.checks, x.Checks...)
	r.result.Raw = x.Shown()
	r.certificate(x.Assertion.Certificate)
	if !x.Captured {
		r.clock()
	}
}

// certificate reports how long the signing certificate is valid. The protocol
// reports that it expired.
func (r *testRun) certificate(fingerprint string) {
	if fingerprint == "" || r.cfg.SAML == nil || r.has("certificate") {
		return
	}
	for _, c := range r.cfg.SAML.Certificates {
		cert, err := c.Parse()
		if err != nil || c.Fingerprint() != fingerprint {
			continue
		}
		left := cert.NotAfter.Sub(r.svc.Now())
		got := "on " + cert.NotAfter.UTC().Format("2 January 2006") + ", in " +
			sso.FormatDuration(left)
		if left < 0 {
			got = "expired on " + cert.NotAfter.UTC().Format("2 January 2006")
		}
		if left < sso.CertificateWarning {
			r.checks.Warn("certificate", "valid for more than 60 days", got)
		} else {
			r.checks.Record(true, "certificate", "valid now", "expires "+got)
		}
	}
}

// clock reports the difference of the identity provider's clock, which includes
// the time of the response.
func (r *testRun) clock() {
	if r.has("clock") {
		return
	}
	for _, c := range r.checks {
		if c.Name != "assertion_issue_instant" && c.Name != "issued_at" {
			continue
		}
		issued, err := time.Parse(time.RFC3339, c.Got)
		if err != nil {
			return
		}
		off := issued.Sub(r.at)
		switch got := sso.FormatDuration(off); {
		case off > sso.NoticeableSkew:
			r.checks.Warn(
				"clock", "within "+sso.FormatDuration(sso.NoticeableSkew)+" of ours", got+" ahead",
			)
		case off < -6*sso.NoticeableSkew:
			r.checks.Warn(
				"clock", "within "+sso.FormatDuration(sso.NoticeableSkew)+" of ours",
				got+" behind, or the response took so long",
			)
		default:
			r.checks.Record(
				true, "clock", "within "+sso.FormatDuration(sso.NoticeableSkew)+" of ours",
				"off by "+got+" at most",
			)
		}
		return
	}
}

func (r *testRun) has(check string) bool {
	for _, c := range r.checks {
		if c.Name == check {
			return true
		}
	}
	return false
}

// plan reports the group sync.
func (r *testRun) plan(d evaluate.Decision) {
	record := d.Plan.Record
	r.result.Mode, r.result.Note = record.Mode, record.Note
	r.result.Unmatched, r.result.NearMisses = record.Unmatched, record.NearMisses
	if d.Plan.Held != nil {
		r.held = d.Plan.Held.Cause
	}
	for _, o := range groupsync.ByOrganization(d.Plan, d.Facts.Groups) {
		r.result.Changes = append(r.result.Changes, sso.OrganizationDelta{
			Organization: o.Organization,
			Name:         o.Name,
			Added:        groupNames(o.Added),
			Removed:      groupNames(o.Removed),
			Kept:         groupNames(o.Kept),
			Defaults:     groupNames(byDefault(slices.Concat(o.Added, o.Kept))),
		})
	}
}

// byDefault returns the changes of default groups of the connection.
func byDefault(changes []sso.GroupChange) (defaults []sso.GroupChange) {
	for _, c := range changes {
		if c.Source == sso.SourceConnection {
			defaults = append(defaults, c)
		}
	}
	return defaults
}

func groupNames(changes []sso.GroupChange) []string {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Name
	}
	return names
}

// conclude returns the run with its report.
func (r *testRun) conclude(cause error) sso.TestRun {
	run := r.run
	run.State = sso.TestPassed
	run.Code = ""
	run.Detail = ""
	run.EndedAt = r.svc.Now()
	if cause != nil {
		run.State, run.Code, run.Detail = sso.TestFailed, "internal", cause.Error()
		if known, ok := errors.AsType[*sso.Error](cause); ok {
			run.Code = known.Code
		}
	}
	r.result.Checks = r.checks
	run.Result, run.Warned = r.result, r.result.Warned()
	return run
}

// finish writes the report, even if the browser has gone away meanwhile. Of two
// responses at the same moment one counts; the other gets its report. Our own
// failures are returned, not recorded as the test's result.
func (r *testRun) finish(ctx context.Context, cause error, pending string) (sso.TestRun, error) {
	if kind := sso.KindOf(cause); cause != nil && (kind == sso.Internal || kind == sso.Unavailable) {
		return r.run, cause
	}
	run := r.conclude(cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	first, err := r.svc.TestRuns.FinishTestRun(ctx, run, pending)
	if err == nil && !first {
		run, err = r.svc.TestRuns.TestRun(ctx, run.Enterprise, run.ID)
	}
	if err != nil {
		return r.run, fmt.Errorf("finish test connection: %w", err)
	}
	return run, nil
}
