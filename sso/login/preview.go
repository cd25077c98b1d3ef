package login

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// Snapshots reads what a preview is made from.
type Snapshots interface {
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Snapshot(ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, user sso.UserID, login string, names []string,
		brake sso.Brake, defaults []sso.GroupID) (sso.User, sso.GroupSnapshot, error)
}

// Supposed is a sign-in that nobody made.
type Supposed struct {
	User   sso.UserID // or else
	Login  string     // of whoever has it; of nobody, it is a newcomer's
	Groups sso.AssertedGroups
	Draft  bool // by what is being edited instead of what is live
}

// Preview is what a sign-in would do to memberships.
type Preview struct {
	User          sso.User // zero: a newcomer
	Asserted      sso.AssertedGroups
	Changes       sso.MembershipChanges
	Organizations []groupsync.OrganizationPreview
	Refused       *sso.Error // the sign-in would be refused; nothing else is set then but User and Asserted
}

// PreviewSync plans what a sign-in over a connection would do, with the planner
// of sign-ins, and writes nothing. Names go through include and exclude first, as
// if they had been asserted. It fails with Conflict "no_configuration" if the
// connection has none of the kind.
func (s *Service) PreviewSync(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, p Supposed) (Preview, error) {
	c, err := s.Snapshots.Connection(ctx, ent, id)
	if err != nil {
		return Preview{}, fmt.Errorf("find connection: %w", err)
	}
	cfg := c.Live
	if p.Draft {
		cfg = c.Draft
	}
	if cfg == nil {
		return Preview{}, &sso.Error{Kind: sso.Conflict, Code: "no_configuration",
			Public: "The connection has no such configuration: it was never enabled, or nothing is being edited."}
	}
	asserted := p.Groups
	if limit := cfg.Mapping.GroupLimit; asserted.State == sso.GroupsValues && limit > 0 && len(asserted.Names) == limit {
		asserted.State = sso.GroupsTruncated
	}
	if asserted, err = mapping.Narrow(cfg.Mapping, asserted); err != nil {
		return Preview{}, fmt.Errorf("narrow the names: %w", err)
	}
	user, snapshot, err := s.Snapshots.Snapshot(ctx, ent, id, p.User, p.Login, asserted.Names, cfg.Brake, cfg.DefaultGroups)
	if err != nil {
		return Preview{}, fmt.Errorf("read what is there: %w", err)
	}
	result := Preview{User: user, Asserted: asserted}
	result.Changes, err = groupsync.Plan(groupsync.RulesOf(*cfg), asserted, snapshot)
	if refused, ok := errors.AsType[*sso.Error](err); ok {
		result.Refused = refused
		return result, nil
	} else if err != nil {
		return Preview{}, err
	}
	result.Organizations = groupsync.ByOrganization(result.Changes, snapshot)
	return result, nil
}
