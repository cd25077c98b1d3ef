package login

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

const (
	// shadowsAtOnce is how many sign-ins are compared at a time. Whoever comes
	// while so many are is not compared: what is live goes first.
	shadowsAtOnce = 4
	shadowBudget  = 10 * time.Second
)

// compare starts to find out what the connection's draft would have made of a
// sign-in that is over, if that is wanted. It waits for nothing, and whatever
// goes wrong with it is logged and forgotten.
func (t *try) compare(ctx context.Context, result Result, err error) {
	if t.c.Shadow.IsZero() ||
		t.c.Draft == nil ||
		t.outcome == nil ||
		!result.ended() {
		return
	}
	if k := sso.KindOf(err); err != nil && (k == sso.Internal || k == sso.Unavailable || k == sso.Upstream) {
		return // it says nothing about the configuration
	}
	if t.c.Protocol == sso.OIDC && !t.verified() {
		return // a code is redeemed once, so there is nothing to look at again
	}
	select {
	case t.svc.shadowing <- struct{}{}:
	default:
		return
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer func() { <-t.svc.shadowing }()
		defer func() {
			if r := recover(); r != nil {
				t.svc.Log.ErrorContext(
					ctx, "comparison with the draft panicked", "connection", t.c.ID, "panic", r,
					"stack", string(debug.Stack()),
				)
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, shadowBudget)
		defer cancel()
		if err := t.svc.SignIns.RecordShadow(ctx, t.difference(ctx, result, err)); err != nil {
			t.svc.Log.WarnContext(
				ctx, "sign-in not compared with the draft", "connection", t.c.ID, "attempt",
				t.attempt.ID, "error", err,
			)
		}
	}()
}

// difference evaluates the same response by the draft.
func (t *try) difference(ctx context.Context, result Result, failed error) sso.ShadowDifference {
	d := sso.ShadowDifference{
		Enterprise: t.c.Enterprise,
		Connection: t.c.ID,
		Since:      t.c.Shadow,
		Person:     t.attempt.Login,
		User:       result.User.ID,
		Attempt:    t.attempt.ID,
		At:         t.attempt.At,
		LiveCode:   sso.CodeOf(failed),
	}
	if result.Outcome == CodeSent {
		d.LiveCode = evaluate.CodeRequired
	}
	o, err := t.byDraft(ctx, result)
	if o != nil && o.Identity != nil {
		d.Detail = differing(t.outcome.Identity, *o.Identity)
		if d.Person == "" {
			d.Person = o.Identity.Login
		}
		if refusal := o.Decision.Refusal(); err == nil && refusal != nil {
			err = refusal
		}
		if err == nil && d.LiveCode == "" {
			moves(&d.Detail, o.Decision.Plan)
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
// were verified already. The outcome is nil if the response is not looked at.
func (t *try) byDraft(ctx context.Context, result Result) (*evaluate.Outcome, error) {
	in := evaluate.Input{
		Connection:     t.c,
		Config:         *t.c.Draft,
		DirectoryAsked: true,
	}
	if live := t.outcome.Identity; live != nil {
		in.Listed = &live.Groups
	}
	if t.c.Protocol == sso.SAML {
		if t.pending == nil {
			if _, err := unsolicited(t.c, in.Config); err != nil {
				return nil, err
			}
		}
		in.Evidence = evaluate.Response{Callback: t.cb, Pending: t.pending}
	} else {
		in.Evidence = evaluate.Assertion{Assertion: *t.outcome.Assertion}
	}
	in.Facts = evaluate.ReadOnly(func(ctx context.Context, id sso.Identity) (sso.SignInFacts, error) {
		return t.factsAfter(ctx, in.Config, id, result)
	})
	return t.svc.evaluator.Evaluate(ctx, in)
}

// factsAfter reads what the draft would decide from, after the sign-in as it was.
func (t *try) factsAfter(
	ctx context.Context, cfg sso.Config, id sso.Identity, result Result,
) (facts sso.SignInFacts, err error) {
	user, live := result.User.ID, t.outcome.Identity
	if live == nil || id.Subject != live.Subject && id.Login != live.Login {
		user = "" // found by what the draft says, or unknown yet
	}
	facts.User, facts.Groups, err = t.svc.Facts.Snapshot(
		ctx, t.c.Enterprise, t.c.ID, user, id.Login, id.Groups.Names, cfg.Brake, cfg.DefaultGroups,
	)
	if err != nil {
		return facts, err
	}
	if facts.Login, err = t.svc.Facts.LoginClaim(ctx, t.c.Enterprise, facts.User, id.Login); err != nil {
		return facts, fmt.Errorf("look for the login: %w", err)
	}
	u := facts.User
	facts.First = u.ID == "" ||
		result.Outcome == CodeSent ||
		t.attempt.Email.Action != "" ||
		u.CreatedAt.Equal(u.LastSignInAt)
	facts.DomainVerified = facts.First && t.proven(ctx, id.Email)
	return facts, nil
}

// moves tells what a plan would change, held or not.
func moves(d *sso.ShadowDetail, m sso.MembershipChanges) {
	d.Added, d.Removed, d.Held = m.Record.Added, m.Record.Removed, m.Held != nil
	if m.Held != nil {
		d.Added, d.Removed, d.Cause = m.Held.Added, m.Held.Removed, m.Held.Cause
	}
}

// proven reports whether the domain of an address is the enterprise's.
func (t *try) proven(ctx context.Context, email string) bool {
	domain := sso.EmailDomain(email)
	if domain == "" {
		return false
	}
	owner, err := t.svc.Enterprises.EnterpriseByDomain(ctx, domain)
	return err == nil && owner.ID == t.c.Enterprise
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
	less := func(all, others []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
			return slices.Contains(others, name)
		})
	}
	d.Lost, d.Gained = less(
		live.Groups.Names, draft.Groups.Names,
	), less(draft.Groups.Names, live.Groups.Names)
	return d
}
