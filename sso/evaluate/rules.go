package evaluate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/policy"
)

// Rules are those of one configuration, compiled. They may be used by many
// goroutines at once.
type Rules struct {
	connection sso.Connection
	config     sso.Config
	enterprise sso.Enterprise
	policies   *compiled // nil: rules about the identity are not asked
	noMail     bool
}

// compiled are the policies of a configuration, with their source.
type compiled struct {
	allow        string
	verification sso.EmailVerification
	signIn       *policy.SignIn
	email        *policy.Verification
}

// is reports whether p was compiled from the policies of cfg.
func (p *compiled) is(cfg sso.Config) bool {
	return p.allow == cfg.AllowSignIn && p.verification == cfg.EmailVerification
}

// compiled returns the policies of cfg. Compiling takes milliseconds, so those of
// the live configuration are kept. A policy that does not compile was refused
// when it was saved; if there is one nevertheless, the sign-in fails.
func (e *Evaluator) compiled(c sso.Connection, cfg sso.Config) (*compiled, error) {
	if kept, ok := e.policies.Load(c.ID); ok {
		if p, ok := kept.(*compiled); ok && p.is(cfg) {
			return p, nil
		}
	}
	p, err := compile(cfg)
	if err != nil {
		return nil, &sso.Error{
			Kind:   sso.Internal,
			Code:   "internal",
			Public: "Something went wrong on our side.",
			Err:    fmt.Errorf("compile the policies of %s: %w", c.ID, err),
		}
	}
	if c.Live != nil && p.is(*c.Live) {
		e.policies.Store(c.ID, p)
	}
	return p, nil
}

func compile(cfg sso.Config) (*compiled, error) {
	signIn, err := policy.CompileSignIn(cfg.AllowSignIn)
	if err != nil {
		return nil, err
	}
	email, err := policy.CompileVerification(cfg.EmailVerification)
	if err != nil {
		return nil, err
	}
	return &compiled{
		allow:        cfg.AllowSignIn,
		verification: cfg.EmailVerification,
		signIn:       signIn,
		email:        email,
	}, nil
}

// NewRules compiles the rules of a configuration. Errors are Invalid
// "expression_invalid".
func NewRules(c sso.Connection, cfg sso.Config, ent sso.Enterprise, noMail bool) (*Rules, error) {
	p, err := compile(cfg)
	if err != nil {
		return nil, err
	}
	return &Rules{
		connection: c,
		config:     cfg,
		enterprise: ent,
		policies:   p,
		noMail:     noMail,
	}, nil
}

// Case is what Rules decide about.
type Case struct {
	Identity sso.Identity
	Facts    sso.SignInFacts
	At       time.Time // when the response came; zero if how the user authenticated is not known
	Proven   bool      // the user entered the code sent to their address
}

// Decision is what was decided about a case.
type Decision struct {
	Facts   sso.SignInFacts
	Email   sso.EmailDecision // zero unless it is the first sign-in
	Matched []string          // asserted names that match a group
	Plan    sso.MembershipChanges
	// Attributes are those of the user after the sign-in.
	Attributes []sso.AttributeValue
	// Refusals are those of all gates that refuse, in the order of the gates; none
	// if the user is let in.
	Refusals []*Refusal

	identity sso.Identity
	proven   bool
	trusted  bool       // the identity provider is trusted about addresses
	missing  bool       // users must be provisioned, and this one is not
	denied   error      // of the sign-in rule
	authn    *Refusal   // of what the enterprise requires of the authentication
	met      sso.Checks // of that, those that passed
	unknown  error      // of the plan
}

// Decide applies the rules. It is pure.
func (r *Rules) Decide(c Case) Decision {
	d := Decision{
		Facts:    c.Facts,
		Matched:  matched(c.Facts.Groups.Groups, c.Identity.Groups.Names),
		identity: c.Identity,
		proven:   c.Proven,
		trusted:  r.config.EmailVerification.TrustIDP,
		missing: r.config.Provisioning == sso.ProvisionSCIM &&
			r.config.WhenUnprovisioned() == sso.UnprovisionedRefuse &&
			!c.Facts.Provisioned,
	}
	d.Attributes, _ = sso.UpdateAttributes(c.Facts.Attributes, c.Identity.Attributes)
	if r.policies != nil {
		in := policy.Input{
			Identity:       c.Identity,
			Connection:     r.connection,
			Trusted:        d.trusted,
			Enterprise:     r.enterprise,
			DomainVerified: c.Facts.DomainVerified,
			MatchedGroups:  d.Matched,
			Provisioned:    c.Facts.Provisioned,
			Attributes:     d.Attributes,
			NoMail:         r.noMail,
		}
		d.denied = r.policies.signIn.Check(in)
		if c.Facts.First {
			d.Email = r.policies.email.Decide(in)
		}
	}
	d.met, d.authn = r.checkAuthn(c)
	d.Plan, d.unknown = groupsync.Plan(
		groupsync.RulesOf(r.config, c.Facts.Provisioned), c.Identity.Groups, c.Facts.Groups,
	)
	for _, refuses := range gates() {
		if refusal := refuses(&d); refusal != nil {
			d.Refusals = append(d.Refusals, refusal)
		}
	}
	return d
}

// matched returns the asserted names that match a group; groups may hold
// unmatched current memberships.
func matched(groups []sso.Group, asserted []string) []string {
	known := make(map[string]sso.Group, len(groups))
	for _, g := range groups {
		if g.Default {
			continue
		}
		for _, name := range append([]string{g.Name}, g.IDPNames...) {
			known[name] = g
		}
	}
	names := []string{}
	for _, name := range asserted {
		if known[name].Named(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// known returns the *sso.Error of a refusal.
func known(err error) *sso.Error {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		return e
	}
	return &sso.Error{
		Kind:   sso.Internal,
		Code:   "internal",
		Public: "Something went wrong on our side.",
		Err:    err,
	}
}

// Planned reports whether the groups are known well enough to plan memberships.
func (d Decision) Planned() bool { return d.unknown == nil }
