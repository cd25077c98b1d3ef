package trial

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

const (
	// shadowsAtOnce limits concurrent comparisons. Further sign-ins are not
	// compared, so that comparing does not slow down sign-ins.
	shadowsAtOnce = 4
	shadowBudget  = 10 * time.Second
)

// SignIn is a sign-in that is over, successful or not.
type SignIn struct {
	Outcome  *evaluate.Outcome // by the live configuration
	Callback sso.Callback
	Pending  *sso.PendingLogin // nil for an unsolicited response
	Attempt  sso.Attempt
	User     sso.UserID // "" unless it succeeded
	CodeSent bool       // it waits for a code
	Err      error      // why it failed
}

// Compare finds out in the background how a sign-in would have ended under the
// draft of its connection, if shadow mode is on. Errors are logged.
func (s *Service) Compare(ctx context.Context, in SignIn) {
	if !comparable(in) {
		return
	}
	select {
	case s.shadowing <- struct{}{}:
	default:
		return
	}
	ctx = context.WithoutCancel(ctx)
	c := in.Outcome.Connection
	go func() {
		defer func() { <-s.shadowing }()
		defer func() {
			if r := recover(); r != nil {
				s.Log.ErrorContext(
					ctx, "comparison with the draft panicked", "connection", c.ID, "panic", r,
					"stack", string(debug.Stack()),
				)
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, shadowBudget)
		defer cancel()
		x := &comparison{
			SignIn: in,
			svc:    s,
			c:      c,
		}
		if err := s.TestRuns.RecordShadow(ctx, x.difference(ctx)); err != nil {
			s.Log.WarnContext(
				ctx, "sign-in not compared with the draft", "connection", c.ID, "attempt",
				in.Attempt.ID, "error", err,
			)
		}
	}()
}

// comparable reports whether the sign-in says something about the draft.
func comparable(in SignIn) bool {
	c := in.Outcome.Connection
	if c.Shadow.IsZero() || c.Draft == nil {
		return false
	}
	switch sso.KindOf(in.Err) {
	case sso.Internal, sso.Unavailable, sso.Upstream:
		if in.Err != nil {
			return false // it says nothing about the configuration
		}
	}
	// An authorization code is redeemed once: without verified claims there is
	// nothing left to evaluate.
	return c.Protocol != sso.OIDC || in.Outcome.Assertion != nil
}

// comparison evaluates a sign-in by the draft.
type comparison struct {
	SignIn

	svc *Service
	c   sso.Connection
}

// difference returns how the sign-in would have ended differently.
func (x *comparison) difference(ctx context.Context) sso.ShadowDifference {
	d := sso.ShadowDifference{
		Enterprise: x.c.Enterprise,
		Connection: x.c.ID,
		Since:      x.c.Shadow,
		Person:     x.Attempt.Login,
		User:       x.User,
		Attempt:    x.Attempt.ID,
		At:         x.Attempt.At,
		LiveCode:   sso.CodeOf(x.Err),
	}
	if x.CodeSent {
		d.LiveCode = evaluate.CodeRequired
	}
	o, err := x.byDraft(ctx)
	if o != nil && o.Identity != nil {
		d.Detail = differing(x.Outcome.Identity, *o.Identity)
		if d.Person == "" {
			d.Person = o.Identity.Login
		}
		if refusal := o.Decision.Refusal(); err == nil && refusal != nil {
			err = refusal
		}
		if err == nil && d.LiveCode == "" {
			addPlan(&d.Detail, o.Decision.Plan)
		}
	}
	d.DraftCode = sso.CodeOf(err)
	if err != nil && d.DraftCode != d.LiveCode {
		d.Detail.Reason = err.Error()
	}
	return d
}

// byDraft evaluates the response by the draft: a SAML response is verified once
// more, by what the draft trusts; the claims of an OpenID provider are those that
// were verified already. The outcome is nil if the response is not evaluated.
func (x *comparison) byDraft(ctx context.Context) (*evaluate.Outcome, error) {
	in := evaluate.Input{
		Connection:     x.c,
		Config:         *x.c.Draft,
		DirectoryAsked: true,
	}
	if live := x.Outcome.Identity; live != nil {
		in.Listed = &live.Groups
	}
	if x.c.Protocol == sso.SAML {
		if x.Pending == nil && !acceptsUnsolicited(in.Config) {
			return nil, sso.IDPInitiatedDisabled()
		}
		in.Evidence = evaluate.Response{
			Callback: x.Callback,
			Pending:  x.Pending,
		}
	} else {
		in.Evidence = evaluate.Assertion{Assertion: *x.Outcome.Assertion, At: x.Attempt.At}
	}
	in.Facts = evaluate.ReadOnly(func(ctx context.Context, id sso.Identity) (sso.SignInFacts, error) {
		return x.factsAfter(ctx, in.Config, id)
	})
	return x.svc.Evaluator.Evaluate(ctx, in)
}

// acceptsUnsolicited reports whether an unsolicited response leads to a sign-in,
// at once or by starting another.
func acceptsUnsolicited(cfg sso.Config) bool {
	if cfg.SAML == nil {
		return false
	}
	mode := cfg.SAML.IDPInitiated
	return mode == sso.IDPInitiatedDirect || mode == sso.IDPInitiatedRebounce
}

// factsAfter reads the facts that the draft would decide from, after the sign-in
// as it was.
func (x *comparison) factsAfter(
	ctx context.Context, cfg sso.Config, id sso.Identity,
) (facts sso.SignInFacts, err error) {
	user, live := x.User, x.Outcome.Identity
	if live == nil || id.Subject != live.Subject && id.Login != live.Login {
		user = "" // found by the draft's subject or login, or unknown yet
	}
	facts.User, facts.Groups, err = x.svc.Facts.Snapshot(
		ctx, x.c.Enterprise, x.c.ID, user, id.Login, id.Groups.Names, cfg.Brake, cfg.DefaultGroups,
	)
	if err != nil {
		return facts, err
	}
	if facts.Login, err = x.svc.Facts.LoginClaim(ctx, x.c.Enterprise, facts.User, id); err != nil {
		return facts, fmt.Errorf("look for the login: %w", err)
	}
	if facts.Login.Same { // the sign-in would be the holder's
		facts.User, facts.Groups, err = x.svc.Facts.Snapshot(
			ctx, x.c.Enterprise, x.c.ID, facts.Login.Holder, id.Login, id.Groups.Names, cfg.Brake, cfg.DefaultGroups,
		)
		if err != nil {
			return facts, err
		}
	}
	u := facts.User
	attributes, err := x.svc.Facts.AttributesAmong(ctx, x.c.Enterprise, []sso.UserID{u.ID})
	if err != nil {
		return facts, fmt.Errorf("read the attributes: %w", err)
	}
	facts.Attributes = attributes[u.ID]
	facts.First = u.ID == "" ||
		x.CodeSent ||
		x.Attempt.Email.Action != "" ||
		u.CreatedAt.Equal(u.LastSignInAt)
	facts.DomainVerified = facts.First && x.domainVerified(ctx, id.Email)
	return facts, nil
}

// addPlan adds the changes of a plan, held or not.
func addPlan(d *sso.ShadowDetail, m sso.MembershipChanges) {
	d.Added, d.Removed, d.Held = m.Record.Added, m.Record.Removed, m.Held != nil
	if m.Held != nil {
		d.Added, d.Removed, d.Cause = m.Held.Added, m.Held.Removed, m.Held.Cause
	}
}

// domainVerified reports whether the domain of an address is the enterprise's.
func (x *comparison) domainVerified(ctx context.Context, email string) bool {
	domain := sso.EmailDomain(email)
	if domain == "" {
		return false
	}
	owner, err := x.svc.Facts.EnterpriseByDomain(ctx, domain)
	return err == nil && owner.ID == x.c.Enterprise
}

// differing returns how two identities of one response differ.
func differing(live *sso.Identity, draft sso.Identity) (d sso.ShadowDetail) {
	if live == nil {
		return d
	}
	for _, f := range []sso.ShadowField{
		{Field: "subject", Live: live.Subject, Draft: draft.Subject},
		{Field: "login", Live: live.Login, Draft: draft.Login},
		{Field: "email", Live: live.Email, Draft: draft.Email},
		{Field: "name", Live: live.Name, Draft: draft.Name},
		{Field: "groups", Live: live.Groups.State.String(), Draft: draft.Groups.State.String()},
	} {
		if f.Live != f.Draft {
			d.Fields = append(d.Fields, f)
		}
	}
	d.Fields = append(d.Fields, differingAttributes(live.Attributes, draft.Attributes)...)
	less := func(all, others []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
			return slices.Contains(others, name)
		})
	}
	d.Lost = less(live.Groups.Names, draft.Groups.Names)
	d.Gained = less(draft.Groups.Names, live.Groups.Names)
	return d
}

// differingAttributes returns the attributes that are sent by one of two mappings only,
// or with another value.
func differingAttributes(live, draft []sso.AttributeValue) []sso.ShadowField {
	fields := map[string]sso.ShadowField{}
	for _, a := range live {
		fields[a.Name] = sso.ShadowField{
			Field: "attribute " + a.Name,
			Live:  a.Text(),
		}
	}
	for _, a := range draft {
		f := fields[a.Name]
		f.Field, f.Draft = "attribute "+a.Name, a.Text()
		fields[a.Name] = f
	}
	var all []sso.ShadowField
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if f := fields[name]; f.Live != f.Draft {
			all = append(all, f)
		}
	}
	return all
}
