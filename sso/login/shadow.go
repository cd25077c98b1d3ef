package login

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// Shadows keeps what a draft would have made of sign-ins.
type Shadows interface {
	RecordShadow(ctx context.Context, d sso.ShadowDifference) error
	Snapshot(ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, user sso.UserID, login string, names []string,
		brake sso.Brake, defaults []sso.GroupID) (sso.User, sso.GroupSnapshot, error)
	LoginClaim(ctx context.Context, ent sso.EnterpriseID, u sso.User, login string) (sso.LoginClaim, error)
}

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
	if t.Shadows == nil || t.c.Shadow.IsZero() || t.c.Draft == nil || !t.judged || !result.outcome() {
		return
	}
	if k := sso.KindOf(err); err != nil && (k == sso.Internal || k == sso.Unavailable || k == sso.Upstream) {
		return // it says nothing about the configuration
	}
	if t.c.Protocol == sso.OIDC && t.assertion == nil {
		return // a code is redeemed once, so there is nothing to look at again
	}
	select {
	case t.shadowing <- struct{}{}:
	default:
		return
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer func() { <-t.shadowing }()
		defer func() {
			if r := recover(); r != nil {
				t.Log.ErrorContext(ctx, "the comparison with a draft panicked", "connection", t.c.ID, "panic", r, "stack", string(debug.Stack()))
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, shadowBudget)
		defer cancel()
		if err := t.Shadows.RecordShadow(ctx, t.difference(ctx, result, err)); err != nil {
			t.Log.WarnContext(ctx, "a sign-in was not compared with the draft", "connection", t.c.ID, "attempt", t.attempt.ID, "error", err)
		}
	}()
}

// difference is what the draft makes of the same answer.
func (t *try) difference(ctx context.Context, result Result, failed error) sso.ShadowDifference {
	d := sso.ShadowDifference{Enterprise: t.c.Enterprise, Connection: t.c.ID, Since: t.c.Shadow, Person: t.attempt.Login,
		User: result.User.ID, Attempt: t.attempt.ID, At: t.attempt.At, LiveCode: sso.CodeOf(failed)}
	if result.Proof != "" {
		d.LiveCode = codeRequired
	}
	draft := &try{Service: t.Service, c: t.c, cfg: *t.c.Draft, cb: t.cb, pending: t.pending, assertion: t.assertion, attempt: sso.Attempt{At: t.attempt.At}}
	identity, err := draft.identify(ctx, t.identity)
	if identity != nil {
		d.Detail = differing(t.identity, *identity)
		if d.Person == "" {
			d.Person = identity.Login
		}
		if err == nil {
			err = t.suppose(ctx, draft, *identity, result, &d)
		}
	}
	d.DraftCode = sso.CodeOf(err)
	if err != nil && d.DraftCode != d.LiveCode {
		d.Detail.Reason = err.Error()
	}
	return d
}

// identify reads the answer by the draft: a SAML response is verified once more,
// with what the draft trusts; claims of an OpenID provider are those that were
// verified already.
func (t *try) identify(ctx context.Context, live *sso.Identity) (*sso.Identity, error) {
	a := t.assertion
	if t.c.Protocol == sso.SAML {
		if t.pending == nil && t.cfg.SAML.IDPInitiated != sso.IDPInitiatedDirect {
			if _, err := t.unsolicited(); err != nil {
				return nil, err
			}
		}
		verified, err := t.judge(ctx)
		if err != nil {
			return nil, err
		}
		a = &verified
	}
	identity, _, err := mapping.Apply(t.cfg, t.c, *a)
	if err != nil {
		return nil, err
	}
	asked := t.cfg.Directory != nil && (identity.Groups.State == sso.GroupsOverage || identity.Groups.State == sso.GroupsTruncated)
	if asked && live != nil { // the directory was asked once, for the sign-in itself
		if identity.Groups, err = mapping.Narrow(t.cfg.Mapping, live.Groups); err != nil {
			return nil, err
		}
	}
	return &identity, nil
}

// suppose plans what the draft would do after the sign-in as it was.
func (t *try) suppose(ctx context.Context, draft *try, identity sso.Identity, result Result, d *sso.ShadowDifference) error {
	ent, err := t.Directory.Enterprise(ctx, t.c.Enterprise)
	if err != nil {
		return fmt.Errorf("load enterprise: %w", err)
	}
	rules, err := compilePolicies(draft.c, draft.cfg)
	if err != nil {
		return err
	}
	whose := result.User.ID
	if t.identity == nil || identity.Subject != t.identity.Subject && identity.Login != t.identity.Login {
		whose = "" // found by what the draft says, or nobody yet
	}
	user, groups, err := t.Shadows.Snapshot(ctx, t.c.Enterprise, t.c.ID, whose, identity.Login, identity.Groups.Names,
		draft.cfg.Brake, draft.cfg.DefaultGroups)
	if err != nil {
		return fmt.Errorf("read what is there: %w", err)
	}
	claim, err := t.Shadows.LoginClaim(ctx, t.c.Enterprise, user, identity.Login)
	if err != nil {
		return fmt.Errorf("look for the login: %w", err)
	}
	facts := sso.SignInFacts{User: user, Login: claim, Groups: groups}
	facts.First = user.ID == "" || result.Proof != "" || t.attempt.Email.Action != "" || user.CreatedAt.Equal(user.LastSignInAt)
	facts.DomainVerified = facts.First && t.proven(ctx, ent, identity.Email)
	v, err := draft.decide(identity, ent, rules, false)(facts)
	if err := outside(v, claim, err); err != nil {
		return err
	}
	if d.LiveCode == "" {
		moves(&d.Detail, v.Memberships)
	}
	return nil
}

// outside is why somebody would not come in, nil if they would.
func outside(v sso.Verdict, claim sso.LoginClaim, refused error) error {
	switch {
	case refused != nil:
		return refused
	case v.Email.Action == sso.VouchFirst:
		return errVouchRequired()
	case claim.Waits():
		return errLoginInUse(claim.Holder)
	}
	return nil
}

// moves tells what a plan would change, held or not.
func moves(d *sso.ShadowDetail, m sso.MembershipChanges) {
	d.Added, d.Removed, d.Held = m.Record.Added, m.Record.Removed, m.Held != nil
	if m.Held != nil {
		d.Added, d.Removed, d.Cause = m.Held.Added, m.Held.Removed, m.Held.Cause
	}
}

// proven reports whether the domain of an address is the enterprise's.
func (t *try) proven(ctx context.Context, ent sso.Enterprise, email string) bool {
	domain := sso.EmailDomain(email)
	if domain == "" {
		return false
	}
	owner, err := t.Directory.EnterpriseByDomain(ctx, domain)
	return err == nil && owner.ID == ent.ID
}

// differing tells two identities of one answer apart.
func differing(live *sso.Identity, draft sso.Identity) (d sso.ShadowDetail) {
	if live == nil {
		return d
	}
	for _, f := range []sso.ShadowField{
		{Field: "subject", Live: live.Subject, Draft: draft.Subject}, {Field: "login", Live: live.Login, Draft: draft.Login},
		{Field: "email", Live: live.Email, Draft: draft.Email}, {Field: "name", Live: live.Name, Draft: draft.Name},
		{Field: "groups", Live: live.Groups.State.String(), Draft: draft.Groups.State.String()},
	} {
		if f.Live != f.Draft {
			d.Fields = append(d.Fields, f)
		}
	}
	less := func(all, others []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(others, name) })
	}
	d.Lost, d.Gained = less(live.Groups.Names, draft.Groups.Names), less(draft.Groups.Names, live.Groups.Names)
	return d
}
