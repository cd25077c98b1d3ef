package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/mapping"
	"gatehouse/sso/policy"
)

// examiner is what a protocol offers to test connections.
type examiner interface {
	Examine(ctx context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback) (sso.Examined, error)
}

func (s *Service) examiner(c sso.Connection) examiner {
	if c.Protocol == sso.OIDC {
		return s.OIDC
	}
	return s.SAML
}

// rehearsal is a test connection on its way through: a try of which nothing is
// kept but what it found.
type rehearsal struct {
	*try
	run    sso.TestRun
	begun  int // the version that there was to test when the run began
	result sso.TestResult
	held   sso.HeldCause // why the group sync would be held; "" if it would not
}

func (s *Service) rehearsal(c sso.Connection, cfg sso.Config, run sso.TestRun, cb sso.Callback) *rehearsal {
	begun := run.Version
	run.Revision, run.Version = c.Revision, cfg.Version
	return &rehearsal{try: &try{Service: s, c: c, cfg: cfg, cb: cb, attempt: sso.Attempt{At: s.Now()}}, run: run, begun: begun}
}

// that adds a check, to those of the attempt that nobody keeps.
func (r *rehearsal) that(ok bool, name, want, got string) bool {
	checks := sso.Checks(r.attempt.Checks)
	checks.That(ok, name, want, got)
	r.attempt.Checks = checks
	return ok
}

func (r *rehearsal) warn(name, want, got string) {
	checks := sso.Checks(r.attempt.Checks)
	checks.Warn(name, want, got)
	r.attempt.Checks = checks
}

// take takes over what a protocol found.
func (r *rehearsal) take(x sso.Examined) {
	r.attempt.Checks = append(r.attempt.Checks, x.Checks...)
	r.result.Raw = x.Raw
	r.certificate(x.Assertion.Certificate)
	if !x.Captured {
		r.clock()
	}
}

// certificate says how long the one that signed is good for. That it expired is
// told by the protocol.
func (r *rehearsal) certificate(fingerprint string) {
	if fingerprint == "" || r.cfg.SAML == nil || r.has("certificate") {
		return
	}
	for _, c := range r.cfg.SAML.Certificates {
		cert, err := c.Parse()
		if err != nil || c.Fingerprint() != fingerprint {
			continue
		}
		left := cert.NotAfter.Sub(r.Now())
		got := "on " + cert.NotAfter.UTC().Format("2 January 2006") + ", in " + sso.Spoken(left)
		if left < 0 {
			got = "expired on " + cert.NotAfter.UTC().Format("2 January 2006")
		}
		if left < expiresSoon {
			r.warn("certificate", "valid for more than 60 days", got)
		} else {
			r.that(true, "certificate", "valid now", "expires "+got)
		}
	}
}

// expiresSoon is when a certificate should be replaced.
const expiresSoon = 60 * 24 * time.Hour

// noticeable is by how much a clock has to be off for an admin to be told.
const noticeable = 5 * time.Second

// clock says by how much the identity provider's clock is off, which is no more
// exact than an answer is fast.
func (r *rehearsal) clock() {
	if r.has("clock") {
		return
	}
	for _, c := range r.attempt.Checks {
		if c.Name != "assertion_issue_instant" && c.Name != "issued_at" {
			continue
		}
		issued, err := time.Parse(time.RFC3339, c.Got)
		if err != nil {
			return
		}
		off := issued.Sub(r.attempt.At)
		switch got := sso.Spoken(off); {
		case off > noticeable:
			r.warn("clock", "within "+sso.Spoken(noticeable)+" of ours", got+" ahead")
		case off < -6*noticeable:
			r.warn("clock", "within "+sso.Spoken(noticeable)+" of ours", got+" behind, or the response took so long")
		default:
			r.that(true, "clock", "within "+sso.Spoken(noticeable)+" of ours", "off by "+got+" at most")
		}
		return
	}
}

func (r *rehearsal) has(check string) bool {
	for _, c := range r.attempt.Checks {
		if c.Name == check {
			return true
		}
	}
	return false
}

// rehearse goes from what the identity provider said to what a sign-in would
// come to. What would refuse the sign-in is told last, so that the rest is there
// to be seen.
func (r *rehearsal) rehearse(ctx context.Context, a sso.Assertion) error {
	if err := r.identify(a); err != nil {
		return err
	}
	identity := r.result.Identity
	r.askDirectory(ctx, identity)
	ent, err := r.Directory.Enterprise(ctx, r.c.Enterprise)
	if err != nil {
		return fmt.Errorf("load enterprise: %w", err)
	}
	rules, err := compilePolicies(r.c, r.cfg)
	if err != nil {
		return err
	}
	facts, err := r.Tests.SignInFacts(ctx, r.c.Enterprise, *identity, r.cfg.Brake, r.cfg.DefaultGroups)
	if err != nil {
		return fmt.Errorf("read what is there: %w", err)
	}
	r.result.Known = facts.User.ID
	in := policy.Input{Identity: *identity, Connection: r.c, Enterprise: ent, Trusted: r.cfg.EmailVerification.TrustIDP,
		DomainVerified: facts.DomainVerified, MatchedGroups: matched(facts.Groups.Groups, identity.Groups.Names), NoMail: r.Mail == nil}
	denied := rules.signIn.Check(in)
	allowed := denied == nil
	r.result.Allowed = &allowed
	if facts.First {
		r.result.Email = rules.address.Decide(in)
	} else {
		r.result.Email.Reason = "They have signed in before: nothing is asked."
	}
	planned := r.plan(facts)
	r.warnings(in)
	r.warnOfLogin(facts)
	switch {
	case facts.User.Status == sso.UserDeactivated:
		return &sso.Error{Kind: sso.Forbidden, Code: "user_inactive", Public: "Your account is switched off here. Ask your administrator."}
	case !allowed:
		return denied
	case r.result.Email.Action == sso.DenyEntry:
		return &refusal{r.result.Email, errFirstDenied()}
	}
	return planned
}

// identify reads the assertion through the mapping.
func (r *rehearsal) identify(a sso.Assertion) error {
	r.result.Origins = mapping.Origins(r.cfg.Mapping, r.c.Protocol, a)
	identity, checks, err := mapping.Apply(r.cfg, r.c, a)
	r.attempt.Checks = append(r.attempt.Checks, checks...)
	if err != nil {
		return err
	}
	r.result.Identity = &identity
	return nil
}

// plan is the group sync of sign-ins, for nobody.
func (r *rehearsal) plan(facts sso.SignInFacts) error {
	changes, err := groupsync.Plan(groupsync.RulesOf(r.cfg), r.result.Identity.Groups, facts.Groups)
	if err != nil {
		return err
	}
	record := changes.Record
	r.result.Mode, r.result.Note = record.Mode, r.noted(record.Note)
	r.result.Unmatched, r.result.NearMisses = record.Unmatched, record.NearMisses
	if changes.Held != nil {
		r.held = changes.Held.Cause
	}
	for _, o := range groupsync.ByOrganization(changes, facts.Groups) {
		r.result.Changes = append(r.result.Changes, sso.OrganizationDelta{Organization: o.Organization, Name: o.Name,
			Added: groupNames(o.Added), Removed: groupNames(o.Removed), Kept: groupNames(o.Kept),
			Defaults: groupNames(byDefault(slices.Concat(o.Added, o.Kept)))})
	}
	return nil
}

// byDefault are those that are default groups of the connection.
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

// conclude says how the run ended, as far as it is known here.
func (r *rehearsal) conclude(cause error) sso.TestRun {
	run := r.run
	run.State, run.Code, run.Detail, run.EndedAt = sso.TestPassed, "", "", r.Now()
	if cause != nil {
		run.State, run.Code, run.Detail = sso.TestFailed, "internal", cause.Error()
		if known, ok := errors.AsType[*sso.Error](cause); ok {
			run.Code = known.Code
		}
	}
	r.result.Checks = r.attempt.Checks
	run.Result, run.Warned = r.result, r.result.Warned()
	return run
}

// finish writes what came of it, even if the browser has gone away meanwhile.
// Of two answers at the same moment one counts; the other is told what came of
// it. What is our own failure is none of the test.
func (r *rehearsal) finish(ctx context.Context, cause error, pending string) (sso.TestRun, error) {
	if kind := sso.KindOf(cause); cause != nil && (kind == sso.Internal || kind == sso.Unavailable) {
		return r.run, cause
	}
	run := r.conclude(cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	first, err := r.Tests.FinishTestRun(ctx, run, pending)
	if err == nil && !first {
		run, err = r.Tests.TestRun(ctx, run.Enterprise, run.ID)
	}
	if err != nil {
		return r.run, fmt.Errorf("finish test connection: %w", err)
	}
	return run, nil
}
