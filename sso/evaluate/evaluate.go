package evaluate

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// verifier checks responses of one protocol; saml.ServiceProvider and
// oidc.RelyingParty do. The checks are returned on failure too, up to the one
// that failed.
type verifier interface {
	// Complete verifies a response. p is nil if no pending login is known.
	Complete(
		ctx context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback,
	) (sso.Examined, error)
}

// enterpriseFinder loads the enterprise that policies may refer to.
type enterpriseFinder interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
}

// Options configures an Evaluator.
type Options struct {
	SAML, OIDC  verifier
	Enterprises enterpriseFinder
	// Graph is asked for groups that a response had no room for, if the
	// connection is configured for it. Optional.
	Graph graph
	// DirectoryBudget bounds a request to Graph while a user waits; 0 means six
	// seconds.
	DirectoryBudget time.Duration
	// Now is the time by which a response is judged; nil: time.Now.
	Now func() time.Time
	// NoMail reports that no mail server is configured, so codes cannot be sent.
	NoMail bool
}

// Evaluator evaluates sign-ins. It is safe for concurrent use.
type Evaluator struct {
	Options
	slots    *slots
	policies sync.Map // sso.ConnectionID → *compiled
}

// New returns an Evaluator.
func New(o Options) *Evaluator {
	if o.DirectoryBudget <= 0 {
		o.DirectoryBudget = directoryBudget
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Evaluator{Options: o, slots: newSlots()}
}

// Facts reads what is known about the user of an outcome, passes it to decide and
// does with the verdict what the caller wants to do. A sign-in calls decide
// within the transaction that writes it. decide is pure, and what it decided last
// is in o.Decision.
type Facts func(ctx context.Context, o *Outcome, decide sso.Decide) error

// ReadOnly returns Facts that decide and write nothing. A refusal is no error of
// Evaluate then: it is in the decision.
func ReadOnly(find func(ctx context.Context, id sso.Identity) (sso.SignInFacts, error)) Facts {
	return func(ctx context.Context, o *Outcome, decide sso.Decide) error {
		facts, err := find(ctx, *o.Identity)
		if err != nil {
			return fmt.Errorf("read the user’s state: %w", err)
		}
		_, _ = decide(facts) // its only error is the refusal
		return nil
	}
}

// Input is what Evaluate works on.
type Input struct {
	Connection sso.Connection
	Config     sso.Config // by which it is judged: the live one or the draft
	Evidence   Evidence
	// Proven reports that the user entered the code sent to their address.
	Proven bool
	// DirectoryAsked reports that the directory was asked for this sign-in before;
	// Listed is the groups found then, nil if that is not known.
	DirectoryAsked bool
	Listed         *sso.AssertedGroups
	// Facts supplies what is known about the user. If nil, evaluation ends after
	// the mapping.
	Facts Facts
}

// Outcome is what a sign-in comes to, as far as evaluation got: a field that was
// not reached is zero.
type Outcome struct {
	Connection sso.Connection // as refreshed, if its metadata was fetched again
	Config     sso.Config     // likewise
	Examined   sso.Examined   // what verification found; without Raw unless the evidence asks for it
	Assertion  *sso.Assertion // verified
	Identity   *sso.Identity  // mapped, with the groups of the directory
	Enterprise sso.Enterprise
	// Note says why groups are unknown that could be known, for the sync record.
	Note     string
	Decision Decision

	checks sso.Checks // of mapping, directory and gates
	at     time.Time  // when the response came; zero for one that was only supposed
	kind   kind
}

// kind says which steps a piece of evidence goes through.
type kind struct {
	listed bool // its groups are final: the directory is not asked
	bare   bool // nothing but groups: rules about the identity cannot be asked
}

// Checks returns the checks of all steps, in order.
func (o *Outcome) Checks() []sso.Check {
	return append(append([]sso.Check(nil), o.Examined.Checks...), o.checks...)
}

// MappingChecks returns the checks of the steps after verification.
func (o *Outcome) MappingChecks() []sso.Check { return o.checks }

// Origins returns from which claim each field of the identity was read; nil
// without an assertion.
func (o *Outcome) Origins() map[string]string {
	if o.Assertion == nil {
		return nil
	}
	return mapping.Origins(o.Config.Mapping, o.Connection.Protocol, *o.Assertion)
}

// Evaluate takes evidence as far as it goes. The outcome is never nil. The error
// is that of verification, of the mapping, of a step that could not be made, or of
// in.Facts. A refusal by a gate is in the outcome's decision, and an error only if
// in.Facts makes it one.
func (e *Evaluator) Evaluate(ctx context.Context, in Input) (*Outcome, error) {
	o := &Outcome{Connection: in.Connection, Config: in.Config}
	if err := in.Evidence.read(ctx, e, o); err != nil {
		return o, err
	}
	if in.Facts == nil || o.Identity == nil {
		return o, nil
	}
	if err := e.completeGroups(ctx, in, o); err != nil {
		return o, err
	}
	rules, err := e.rulesFor(ctx, o)
	if err != nil {
		return o, err
	}
	decide := func(facts sso.SignInFacts) (sso.Verdict, error) {
		o.Decision = rules.Decide(Case{
			Identity: *o.Identity,
			Facts:    facts,
			At:       o.at,
			Proven:   in.Proven,
		})
		if record := &o.Decision.Plan.Record; o.Decision.Planned() {
			record.Note = strings.TrimSpace(record.Note + " " + o.Note)
		}
		return o.Decision.verdict()
	}
	err = in.Facts(ctx, o, decide)
	o.checks = append(o.checks, o.Decision.met...)
	if r := o.Decision.Refusal(); r != nil && r.Check.Name != "" {
		o.checks = append(o.checks, r.Check)
	}
	return o, err
}

// rulesFor returns the compiled rules of an outcome's configuration.
func (e *Evaluator) rulesFor(ctx context.Context, o *Outcome) (*Rules, error) {
	if o.kind.bare {
		return &Rules{connection: o.Connection, config: o.Config}, nil
	}
	var err error
	if o.Enterprise, err = e.Enterprises.Enterprise(ctx, o.Connection.Enterprise); err != nil {
		return nil, fmt.Errorf("load enterprise: %w", err)
	}
	policies, err := e.compiled(o.Connection, o.Config)
	if err != nil {
		return nil, err
	}
	return &Rules{
		connection: o.Connection,
		config:     o.Config,
		enterprise: o.Enterprise,
		policies:   policies,
		noMail:     e.NoMail,
	}, nil
}
