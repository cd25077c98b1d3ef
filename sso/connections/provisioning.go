package connections

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gatehouse/sso"
)

// provisioning applies an edit of who owns users and memberships.
func (w *editing) provisioning(ctx context.Context, e Edit) {
	set(&w.cfg.Provisioning, e.Provisioning)
	set(&w.cfg.Unprovisioned, e.Unprovisioned)
	if e.SCIM == nil {
		return
	}
	if e.SCIM.Groups != nil {
		w.cfg.SCIM.GroupsOff = !*e.SCIM.Groups
	}
	if c := e.SCIM.CreateGroups; c != nil {
		set(&w.cfg.SCIM.CreateGroups.Filter, c.Filter)
		set(&w.cfg.SCIM.CreateGroups.Cap, c.Cap)
		if c.Organizations != nil {
			w.createIn(ctx, c.Organizations)
		}
	}
}

// createIn sets the organizations in which pushed groups are created; an entry is
// an ID or a key.
func (w *editing) createIn(ctx context.Context, entries []string) {
	const field = "scim.create_groups.organizations"
	if len(entries) > sso.MaxCreateOrganizations {
		w.add(invalid, field, fmt.Sprintf("Name at most %d organizations.", sso.MaxCreateOrganizations))
		return
	}
	var ids []sso.OrganizationID
	for i, entry := range entries {
		o, err := w.Groups.OrganizationNamed(ctx, w.c.Enterprise, strings.TrimSpace(entry))
		switch {
		case sso.KindOf(err) == sso.NotFoundKind:
			w.add(
				invalid, fmt.Sprintf("%s[%d]", field, i),
				fmt.Sprintf("This company has no organization %q. Enter its key.", sso.Sanitize(entry)),
			)
		case err != nil:
			w.cause = errors.Join(w.cause, err)
		case !slices.Contains(ids, o.ID):
			ids = append(ids, o.ID)
		}
	}
	w.cfg.SCIM.CreateGroups.Organizations = ids
}

func (w *editing) checkProvisioning() {
	cfg := w.cfg
	oneOf(&w.problems, "provisioning", cfg.Provisioning, sso.ProvisionJIT, sso.ProvisionSCIM)
	oneOf(
		&w.problems, "unprovisioned", cfg.Unprovisioned.Effective(), sso.UnprovisionedNoGroups,
		sso.UnprovisionedClaims, sso.UnprovisionedRefuse,
	)
	create := cfg.SCIM.CreateGroups
	if create.Cap < 0 || create.Cap > sso.MaxCreateCap {
		w.add(invalid, "scim.create_groups.cap", fmt.Sprintf("Enter a number from 1 to %d.", sso.MaxCreateCap))
	}
	switch _, err := regexp.Compile(create.Filter); {
	case len(create.Filter) > sso.MaxCreateFilter:
		w.add(
			invalid, "scim.create_groups.filter", fmt.Sprintf("Use at most %d bytes.", sso.MaxCreateFilter),
		)
	case err != nil:
		w.add(
			invalid, "scim.create_groups.filter",
			"This is not a regular expression (RE2): "+sso.Sanitize(err.Error())+".",
		)
	}
	if cfg.SCIM.GroupsOff && len(create.Organizations) > 0 {
		w.warn("scim.create_groups.organizations", "Group provisioning is switched off, so no group is created.")
	}
}

// PreviewProvisioning returns what applying everything that was pushed to a
// connection would come to under its draft, or else its live configuration. Nothing
// is written.
func (s *Service) PreviewProvisioning(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.ProvisioningPreview, error) {
	c, err := s.Connections.Connection(ctx, ent, id)
	if err != nil {
		return sso.ProvisioningPreview{}, err
	}
	return s.Trials.PreviewProvisioning(ctx, ent, id, *startOf(c))
}

// CreatedGroups lists the groups that were created because the identity provider of
// a connection pushed them, oldest first.
func (s *Service) CreatedGroups(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) ([]sso.Group, error) {
	if _, err := s.Connections.Connection(ctx, ent, id); err != nil {
		return nil, err
	}
	return s.Connections.CreatedGroups(ctx, ent, id)
}

// UndoCreatedGroups deletes the groups that CreatedGroups lists and that have no
// other use. It returns how many were deleted and kept.
func (s *Service) UndoCreatedGroups(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (deleted, kept int, err error) {
	if _, err := s.Connections.Connection(ctx, ent, id); err != nil {
		return 0, 0, err
	}
	return s.Connections.UndoCreatedGroups(ctx, by, ent, id)
}
