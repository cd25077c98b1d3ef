package evaluate

import (
	"context"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// Evidence is what a sign-in is judged by: one of [Response], [Capture],
// [Assertion], [Identity] and [Groups], in the order of how much is still to be
// done.
type Evidence interface {
	read(ctx context.Context, e *Evaluator, o *Outcome) error
}

// Response is what an identity provider sent through a browser.
type Response struct {
	Callback sso.Callback
	Pending  *sso.PendingLogin // nil for an unsolicited one
	// Refresh is called if no known key fits and the connection has a metadata
	// address: it fetches the metadata and returns the configuration to verify by
	// once more, or the error that ends the evaluation. cause is the error of
	// verification. Optional.
	Refresh func(ctx context.Context, c sso.Connection, cause error) (sso.Connection, *sso.Config, error)
	// Verified is called after verification, successful or not, with its error.
	// It returns the error that ends the evaluation. Optional.
	Verified func(ctx context.Context, o *Outcome, err error) error
}

func (r Response) read(ctx context.Context, e *Evaluator, o *Outcome) error {
	o.at = e.Now()
	err := r.verify(ctx, e, o)
	const badSignature = "saml_signature_invalid"
	if sso.CodeOf(err) == badSignature &&
		o.Config.SAML.MetadataURL != "" &&
		r.Refresh != nil {
		err = r.again(ctx, e, o, err)
	}
	if r.Verified != nil {
		err = r.Verified(ctx, o, err)
	}
	if err != nil {
		return err
	}
	return o.identify(o.Examined.Assertion)
}

// again verifies by a configuration that was fetched again.
func (r Response) again(ctx context.Context, e *Evaluator, o *Outcome, cause error) error {
	c, cfg, err := r.Refresh(ctx, o.Connection, cause)
	if err != nil {
		return err
	}
	o.Connection, o.Config = c, *cfg
	return r.verify(ctx, e, o)
}

func (r Response) verify(ctx context.Context, e *Evaluator, o *Outcome) (err error) {
	v := e.SAML
	if o.Connection.Protocol == sso.OIDC {
		v = e.OIDC
	}
	o.Examined, err = v.Complete(ctx, o.Connection, o.Config, r.Pending, r.Callback)
	return err
}

// Capture is a message that was kept: it is verified by Examine, and mapped if it
// has claims.
type Capture struct {
	Examine func(ctx context.Context, c sso.Connection, cfg sso.Config) (sso.Examined, error)
}

func (c Capture) read(ctx context.Context, _ *Evaluator, o *Outcome) (err error) {
	o.Examined, err = c.Examine(ctx, o.Connection, o.Config)
	if err != nil || o.Examined.Assertion.Claims == nil {
		return err
	}
	return o.identify(o.Examined.Assertion)
}

// Assertion is what was verified before.
type Assertion struct {
	sso.Assertion

	At time.Time // when it came
}

func (a Assertion) read(_ context.Context, _ *Evaluator, o *Outcome) error {
	o.at = a.At
	return o.identify(a.Assertion)
}

// Identity is what was verified and mapped before, with its groups. Note is that
// of the outcome then.
type Identity struct {
	sso.Identity

	Note string
}

func (i Identity) read(_ context.Context, e *Evaluator, o *Outcome) error {
	o.at = e.Now()
	o.Identity, o.Note, o.kind.listed = &i.Identity, i.Note, true
	return nil
}

// Groups are group names that an identity provider might assert for a user of
// this login. They are narrowed by the mapping; the rules that need more of an
// identity than its groups are not asked.
type Groups struct {
	Login string
	sso.AssertedGroups
}

func (g Groups) read(_ context.Context, _ *Evaluator, o *Outcome) error {
	asserted := g.AssertedGroups
	limit := o.Config.Mapping.GroupLimit
	if asserted.State == sso.GroupsValues &&
		limit > 0 &&
		len(asserted.Names) == limit {
		asserted.State = sso.GroupsTruncated
	}
	asserted, err := mapping.Narrow(o.Config.Mapping, asserted)
	if err != nil {
		return fmt.Errorf("narrow the names: %w", err)
	}
	o.Identity = &sso.Identity{
		Connection: o.Connection.ID,
		Login:      g.Login,
		Groups:     asserted,
	}
	o.kind = kind{listed: true, bare: true}
	return nil
}

// identify reads an assertion through the mapping.
func (o *Outcome) identify(a sso.Assertion) error {
	o.Assertion = &a
	identity, checks, err := mapping.Apply(o.Config, o.Connection, a)
	o.checks = append(o.checks, checks...)
	if err != nil {
		return err
	}
	o.Identity = &identity
	return nil
}
