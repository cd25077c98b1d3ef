package connections

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/policy"
)

// Tried keeps what policies are tried on.
type Tried interface {
	AssertedIdentities(ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, limit int) (attempts []sso.Attempt, groups []string, err error)
	Domains(ctx context.Context, ent sso.EnterpriseID) ([]sso.Domain, error)
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
}

// Trial is what a policy would have done about one attempt, had it been the
// person's first.
type Trial struct {
	Attempt sso.Attempt
	Denied  bool // by allow_sign_in
	Email   sso.EmailDecision
}

// maxTrials is how many attempts a dry run looks at: it takes the time of as many
// decisions, of which each is bounded.
const maxTrials = 50

// DryRun tries policies on the newest attempts over a connection. What is not
// given is as it is being edited, or else live. It writes nothing. Errors are
// those of Edit about these two.
func (s *Service) DryRun(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, verification *EmailVerificationEdit, allow *string) ([]Trial, error) {
	c, err := s.Store.Connection(ctx, ent, id)
	if err != nil {
		return nil, err
	}
	w := s.editing(c, startOf(c))
	w.policies(Edit{EmailVerification: verification, AllowSignIn: allow})
	w.checkPolicies()
	if err := w.err(); err != nil {
		return nil, fmt.Errorf("try policies: %w", err)
	}
	return s.try(ctx, c, w.cfg)
}

func (s *Service) try(ctx context.Context, c sso.Connection, cfg *sso.Config) ([]Trial, error) {
	signIn, err := policy.CompileSignIn(cfg.AllowSignIn)
	if err != nil {
		return nil, err
	}
	address, err := policy.CompileVerification(cfg.EmailVerification)
	if err != nil {
		return nil, err
	}
	ent, err := s.Store.Enterprise(ctx, c.Enterprise)
	if err != nil {
		return nil, fmt.Errorf("load enterprise: %w", err)
	}
	attempts, groups, err := s.Store.AssertedIdentities(ctx, c.Enterprise, c.ID, maxTrials)
	if err != nil {
		return nil, fmt.Errorf("list attempts: %w", err)
	}
	domains, err := s.Store.Domains(ctx, c.Enterprise)
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	inputs := make([]policy.Input, len(attempts))
	for i, a := range attempts {
		domain := sso.EmailDomain(a.Identity.Email)
		proven := func(d sso.Domain) bool { return d.Name == domain && !d.VerifiedAt.IsZero() }
		elsewhere := func(name string) bool { _, here := slices.BinarySearch(groups, name); return !here }
		matched := slices.DeleteFunc(slices.Clone(a.Identity.Groups.Names), elsewhere)
		slices.Sort(matched)
		inputs[i] = policy.Input{Identity: *a.Identity, Connection: c, Trusted: cfg.EmailVerification.TrustIDP, Enterprise: ent,
			DomainVerified: domain != "" && slices.ContainsFunc(domains, proven), MatchedGroups: matched, NoMail: s.NoMail}
	}
	trials := make([]Trial, len(attempts))
	for i, t := range policy.DryRun(signIn, address, inputs) {
		trials[i] = Trial{Attempt: attempts[i], Denied: t.Denied != nil, Email: t.Decision}
	}
	return trials, nil
}
