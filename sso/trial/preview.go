package trial

import (
	"context"
	"fmt"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// PreviewRequest describes the sign-in to preview: User, or Login; an unknown
// login previews a new user.
type PreviewRequest struct {
	User   sso.UserID
	Login  string
	Groups sso.AssertedGroups
	Draft  bool // by the draft instead of the live configuration
}

// Preview lists the membership changes that a sign-in would make.
type Preview struct {
	User          sso.User // zero: a new user
	Asserted      sso.AssertedGroups
	Changes       sso.MembershipChanges
	Organizations []groupsync.OrganizationPreview
	Refused       *sso.Error // the sign-in would be refused; nothing else is set then but User and Asserted
}

// PreviewSync plans what a sign-in over a connection would do, with the planner
// of sign-ins, and writes nothing. Names go through include and exclude first, as
// if they had been asserted. It fails with Conflict "no_configuration" if the
// connection has none of the kind.
func (s *Service) PreviewSync(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, p PreviewRequest,
) (Preview, error) {
	c, err := s.Facts.Connection(ctx, ent, id)
	if err != nil {
		return Preview{}, fmt.Errorf("find connection: %w", err)
	}
	cfg := c.Live
	if p.Draft {
		cfg = c.Draft
	}
	if cfg == nil {
		return Preview{}, &sso.Error{
			Kind:   sso.Conflict,
			Code:   "no_configuration",
			Public: "The connection has no such configuration: it was never enabled, or nothing is being edited.",
		}
	}
	in := evaluate.Input{
		Connection: c,
		Config:     *cfg,
		Evidence:   evaluate.Groups{Login: p.Login, AssertedGroups: p.Groups},
	}
	in.Facts = evaluate.ReadOnly(func(ctx context.Context, as sso.Identity) (facts sso.SignInFacts, err error) {
		facts.User, facts.Groups, err = s.Facts.Snapshot(
			ctx, ent, id, p.User, p.Login, as.Groups.Names, cfg.Brake, cfg.DefaultGroups,
		)
		return facts, err
	})
	o, err := s.Evaluator.Evaluate(ctx, in)
	if err != nil {
		return Preview{}, err
	}
	d := o.Decision
	result := Preview{User: d.Facts.User, Asserted: o.Identity.Groups}
	if refusal := d.Final(); refusal != nil {
		result.Refused = refusal.Err
		return result, nil
	}
	result.Changes = d.Plan
	result.Organizations = groupsync.ByOrganization(d.Plan, d.Facts.Groups)
	return result, nil
}
