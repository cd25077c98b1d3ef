package connections

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/mapping"
)

// trialReader reads the attempts and users that policies are tried on.
type trialReader interface {
	AssertedIdentities(
		ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, limit int,
	) (attempts []sso.Attempt, groups []string, err error)
	Domains(ctx context.Context, ent sso.EnterpriseID) ([]sso.Domain, error)
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	PreviewProvisioning(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, cfg sso.Config, q sso.FindingQuery,
	) (sso.ProvisioningPreview, error)
	PreviewSignIns(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, cfg sso.Config,
	) (sso.ProvisioningPreview, error)
	ProvisioningChecklist(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, pilot sso.Pilot,
	) (sso.ProvisioningChecklist, error)
	ProvisionedAmong(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, users []sso.UserID,
	) (map[sso.UserID]bool, error)
	AttributesAmong(
		ctx context.Context, ent sso.EnterpriseID, users []sso.UserID,
	) (map[sso.UserID][]sso.UserAttribute, error)
}

// Trial is the decision of a policy about one attempt, as if it were the user's
// first.
type Trial struct {
	Attempt sso.Attempt
	Denied  bool // by allow_sign_in
	Email   sso.EmailDecision
}

// maxTrials limits the attempts of a dry run, and so its time: each decision is
// bounded.
const maxTrials = 50

// DryRun tries policies on the newest attempts over a connection. A policy that
// is not given is that of the draft, or else the live one. It writes nothing.
// Errors are those of Edit about these two.
func (s *Service) DryRun(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, verification *EmailVerificationEdit, allow *string,
) ([]Trial, error) {
	c, err := s.Connections.Connection(ctx, ent, id)
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

// try decides about the newest attempts over a connection by the policies of cfg.
func (s *Service) try(ctx context.Context, c sso.Connection, cfg *sso.Config) ([]Trial, error) {
	ent, err := s.Trials.Enterprise(ctx, c.Enterprise)
	if err != nil {
		return nil, fmt.Errorf("load enterprise: %w", err)
	}
	rules, err := evaluate.NewRules(c, *cfg, ent, s.NoMail)
	if err != nil {
		return nil, err
	}
	attempts, names, err := s.Trials.AssertedIdentities(ctx, c.Enterprise, c.ID, maxTrials)
	if err != nil {
		return nil, fmt.Errorf("list attempts: %w", err)
	}
	known, err := s.trialFacts(ctx, c, attempts, names)
	if err != nil {
		return nil, err
	}
	trials := make([]Trial, len(attempts))
	for i, a := range attempts {
		d := rules.Decide(evaluate.Case{
			Identity: attributed(c, cfg, *a.Identity),
			Facts:    known.of(a),
		})
		trials[i] = Trial{Attempt: a, Denied: !d.Allowed()}
		if d.Allowed() {
			trials[i].Email = d.Email
		}
	}
	return trials, nil
}

// trialFacts is what is known about the users of the attempts of a dry run; one read of
// each kind is for all of them.
type trialFacts struct {
	domains     []sso.Domain
	groups      []sso.Group
	provisioned map[sso.UserID]bool
	attributes  map[sso.UserID][]sso.UserAttribute
}

// trialFacts reads what the decisions about attempts depend on. Of the groups only the
// names that were asserted count, so these stand for them.
func (s *Service) trialFacts(
	ctx context.Context, c sso.Connection, attempts []sso.Attempt, names []string,
) (f trialFacts, err error) {
	if f.domains, err = s.Trials.Domains(ctx, c.Enterprise); err != nil {
		return f, fmt.Errorf("list domains: %w", err)
	}
	f.groups = make([]sso.Group, len(names))
	for i, name := range names {
		f.groups[i] = sso.Group{ID: sso.GroupID(name), Name: name}
	}
	users := make([]sso.UserID, len(attempts))
	for i, a := range attempts {
		users[i] = a.User
	}
	if f.provisioned, err = s.Trials.ProvisionedAmong(ctx, c.Enterprise, c.ID, users); err != nil {
		return f, fmt.Errorf("find provisioned users: %w", err)
	}
	if f.attributes, err = s.Trials.AttributesAmong(ctx, c.Enterprise, users); err != nil {
		return f, fmt.Errorf("read attributes: %w", err)
	}
	return f, nil
}

// of returns the facts of one attempt, as if it were the user's first.
func (f trialFacts) of(a sso.Attempt) sso.SignInFacts {
	return sso.SignInFacts{
		First:          true,
		Attributes:     f.attributes[a.User],
		Provisioned:    f.provisioned[a.User],
		DomainVerified: verified(f.domains, sso.EmailDomain(a.Identity.Email)),
		Groups:         sso.GroupSnapshot{Groups: f.groups},
	}
}

// attributed returns an identity with the attributes that the mapping reads in what was
// asserted then: the enterprise may have chosen others since. Without the claims, which
// are not kept if they are long, those of then count.
func attributed(c sso.Connection, cfg *sso.Config, id sso.Identity) sso.Identity {
	if id.Claims == nil {
		return id
	}
	id.Attributes = mapping.Attributes(c.Attributes, cfg.Mapping, sso.Assertion{
		Subject: id.Subject,
		Claims:  id.Claims,
		Mixed:   id.Mixed,
	})
	return id
}

// verified reports whether the enterprise has proven a domain.
func verified(domains []sso.Domain, name string) bool {
	return name != "" && slices.ContainsFunc(domains, func(d sso.Domain) bool {
		return d.Name == name && !d.VerifiedAt.IsZero()
	})
}
