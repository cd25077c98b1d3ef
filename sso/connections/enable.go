package connections

import (
	"context"
	"fmt"

	"gatehouse/sso"
)

// Enable makes the draft live, and keeps the previous version for Rollback.
// Without a draft a disabled connection is enabled again as it was; an enabled
// one stays as it is. Errors: Invalid "connection_incomplete"
// and those of Edit, with Fields; Upstream
// "idp_unavailable" if the discovery document of an OpenID provider cannot be
// fetched; Conflict "trust_approval_needed", and "admin_groups_mapping" for the
// holder of a setup link; Stale "connection_changed". revision is as
// Edit.Revision.
func (s *Service) Enable(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error) {
	c, err := s.change(
		ctx,
		by,
		ent,
		id,
		actionEnabled,
		func(ctx context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, revision); err != nil {
				return c, err
			}
			return s.madeLive(ctx, by, c)
		},
	)
	return s.asked(ctx, by, c, ent, id, false, err)
}

// madeLive returns the connection with its draft enabled, or with the live
// version enabled again.
func (s *Service) madeLive(ctx context.Context, by sso.Actor, c sso.Connection) (sso.Connection, error) {
	if c.Draft == nil && c.State == sso.ConnectionEnabled {
		return c, nil
	}
	next := clone(c.Draft)
	if next == nil {
		next = clone(c.Live)
	}
	if next == nil {
		next = defaults(c.Protocol, c.Provider) // these are incomplete
	}
	w := s.editing(c, next)
	w.complete()
	w.defaultGroups(ctx, groupIDs(w.cfg.DefaultGroups)) // one may have been deleted or become an admin group
	w.check()
	if err := w.err(); err != nil {
		return c, fmt.Errorf("enable connection: %w", err)
	}
	if err := s.mayTrust(ctx, by, c, next, c.Trust.Draft); err != nil {
		return c, fmt.Errorf("enable connection: %w", err)
	}
	if err := s.mayNameAdmins(ctx, by, c, next); err != nil {
		return c, fmt.Errorf("enable connection: %w", err)
	}
	if err := s.confirmIssuer(ctx, w.cfg); err != nil {
		return c, fmt.Errorf("enable connection: %w", err)
	}
	c.State = sso.ConnectionEnabled
	if c.Draft == nil {
		return c, nil
	}
	if c.Live != nil {
		c.Previous = c.Live
		if metadataURL(c.Live) != metadataURL(w.cfg) {
			c.Metadata = sso.MetadataStatus{} // the status is of the other address
		}
	}
	c.Live, c.Draft = w.cfg, nil
	return c, nil
}

// asked records that a change waits for approval, if err says so.
func (s *Service) asked(
	ctx context.Context,
	by sso.Actor,
	c sso.Connection,
	ent sso.EnterpriseID,
	id sso.ConnectionID,
	back bool,
	err error,
) (sso.Connection, error) {
	if sso.CodeOf(err) == sso.CodeApprovalNeeded {
		err = s.ask(ctx, by, ent, id, back, err)
	}
	return c, err
}

// Disable ends sign-ins through the connection and the sessions that began
// through it: a company that disables sign-in wants no user signed in. The
// configuration stays. Errors: Conflict "would_lock_out" for the last enabled
// connection of an enterprise that enforces single sign-on; Stale
// "connection_changed". revision is as Edit.Revision.
func (s *Service) Disable(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error) {
	return s.change(
		ctx,
		by,
		ent,
		id,
		"connection.disabled",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, revision); err != nil {
				return c, err
			}
			if c.State == sso.ConnectionDraft {
				return c, nil // it is not enabled
			}
			c.State = sso.ConnectionDisabled
			return c, nil
		},
	)
}

// Rollback swaps the live and the previous version; a second Rollback undoes it.
// The draft, if any, stays. Errors: Conflict "nothing_to_roll_back"; Stale
// "connection_changed". revision is as Edit.Revision.
func (s *Service) Rollback(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error) {
	c, err := s.change(
		ctx,
		by,
		ent,
		id,
		"connection.rolled_back",
		func(ctx context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, revision); err != nil {
				return c, err
			}
			if c.Previous == nil || c.Live == nil {
				return c, &sso.Error{
					Kind:   sso.Conflict,
					Code:   "nothing_to_roll_back",
					Public: "There is no earlier version to return to.",
				}
			}
			if err := s.mayTrust(ctx, by, c, c.Previous, c.Trust.Back); err != nil {
				return c, fmt.Errorf("roll back connection: %w", err)
			}
			if metadataURL(c.Live) != metadataURL(c.Previous) {
				c.Metadata = sso.MetadataStatus{}
			}
			c.Live, c.Previous = c.Previous, c.Live
			return c, nil
		},
	)
	return s.asked(ctx, by, c, ent, id, true, err)
}

// DiscardDraft deletes the draft. Without a draft nothing happens. Errors:
// Conflict "never_enabled" if there is nothing but the draft; Stale
// "connection_changed". revision is as Edit.Revision.
func (s *Service) DiscardDraft(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error) {
	return s.change(
		ctx,
		by,
		ent,
		id,
		"connection.draft_discarded",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, revision); err != nil {
				return c, err
			}
			if c.Live == nil {
				return c, &sso.Error{
					Kind:   sso.Conflict,
					Code:   "never_enabled",
					Public: "This connection was never switched on, so the draft is all there is. Delete the connection instead.",
				}
			}
			c.Draft = nil
			return c, nil
		},
	)
}

func metadataURL(cfg *sso.Config) string {
	if cfg == nil || cfg.SAML == nil {
		return ""
	}
	return cfg.SAML.MetadataURL
}
