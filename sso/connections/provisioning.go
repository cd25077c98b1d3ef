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
	set(&w.cfg.SCIM.MatchEmail, e.SCIM.MatchEmail)
	if c := e.SCIM.CreateGroups; c != nil {
		set(&w.cfg.SCIM.CreateGroups.Filter, c.Filter)
		set(&w.cfg.SCIM.CreateGroups.Cap, c.Cap)
		if c.Organizations != nil {
			w.createIn(ctx, c.Organizations)
		}
	}
	if p := e.SCIM.Pilot; p != nil {
		w.cfg.SCIM.Pilot = sso.Pilot{
			Groups: pilotNames(w.cfg.SCIM.Pilot.Groups, p.Groups),
			Users:  pilotNames(w.cfg.SCIM.Pilot.Users, p.Users),
		}
	}
}

// pilotNames returns the names of an edit without repetitions, those before if it
// has none.
func pilotNames(before, edited []string) []string {
	if edited == nil {
		return before
	}
	var names []string
	for _, name := range edited {
		if name = strings.TrimSpace(name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (w *editing) checkPilot(p sso.Pilot) {
	w.checkPilotNames("scim.pilot.groups", p.Groups, sso.MaxPilotGroups)
	w.checkPilotNames("scim.pilot.users", p.Users, sso.MaxPilotUsers)
	switch {
	case p.IsZero():
	case w.cfg.Provisioning != sso.ProvisionSCIM:
		w.warn("scim.pilot.groups", "The pilot has no effect until provisioning is by SCIM.")
	case w.cfg.SCIM.GroupsOff && len(p.Groups) > 0:
		w.warn("scim.pilot.groups", "Group provisioning is switched off, so no group of the pilot arrives.")
	}
}

func (w *editing) checkPilotNames(field string, names []string, most int) {
	if len(names) > most {
		w.add(invalid, field, fmt.Sprintf("Enter at most %d names.", most))
	}
	for i, name := range names {
		switch at := fmt.Sprintf("%s[%d]", field, i); {
		case name == "":
			w.add(invalid, at, "Enter a name.")
		case len(name) > sso.MaxPilotName:
			w.add(invalid, at, fmt.Sprintf("Use at most %d bytes.", sso.MaxPilotName))
		case !sso.Printable(name):
			w.add(invalid, at, "Remove control, invisible and text-direction characters.")
		}
	}
}

// EndPilot makes a connection adopt everyone that was pushed: its draft, if any,
// waits without the pilot, too. Without a pilot nothing happens. Errors are those of
// Enable.
func (s *Service) EndPilot(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error) {
	return s.change(
		ctx, by, ent, id, "connection.pilot_ended",
		func(ctx context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, revision); err != nil {
				return c, err
			}
			draft := clone(c.Draft)
			if draft != nil {
				draft.SCIM.Pilot = sso.Pilot{}
			}
			if c.Live == nil || c.Live.SCIM.Pilot.IsZero() {
				c.Draft = draft
				return c, nil
			}
			c.Draft = clone(c.Live)
			c.Draft.Version = nextVersion(c)
			c.Draft.SCIM.Pilot = sso.Pilot{}
			c, err := s.madeLive(ctx, by, c)
			c.Draft = draft
			return c, err
		},
	)
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
	w.checkPilot(cfg.SCIM.Pilot)
	if cfg.SCIM.GroupsOff && len(create.Organizations) > 0 {
		w.warn("scim.create_groups.organizations", "Group provisioning is switched off, so no group is created.")
	}
}

// firstFindings is how many findings of each kind a preview has.
const firstFindings = 20

// Supposed is what a preview supposes of a connection. The zero value is its draft,
// or else its live configuration.
type Supposed struct {
	Provisioning sso.Provisioning // "": as configured
	// Everyone supposes the end of the pilot: see [Service.EndPilot].
	Everyone bool
}

// of returns the configuration.
func (s Supposed) of(c sso.Connection) sso.Config {
	cfg := *startOf(c)
	if s.Everyone {
		cfg = *ruling(c)
		cfg.SCIM.Pilot = sso.Pilot{}
	}
	if s.Provisioning != "" {
		cfg.Provisioning = s.Provisioning
	}
	return cfg
}

// ruling returns the live configuration if it provisions by SCIM, otherwise what an
// edit starts from.
func ruling(c sso.Connection) *sso.Config {
	if c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM {
		return c.Live
	}
	return startOf(c)
}

// PreviewProvisioning returns what applying everything that was pushed to a
// connection would come to. If a connection that provisions by SCIM is supposed to
// stop, it returns what the next sign-ins would change. Nothing is written.
func (s *Service) PreviewProvisioning(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, as Supposed,
) (sso.ProvisioningPreview, error) {
	return s.preview(ctx, ent, id, as, sso.FindingQuery{Limit: firstFindings})
}

func (s *Service) preview(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, as Supposed, q sso.FindingQuery,
) (sso.ProvisioningPreview, error) {
	c, err := s.Connections.Connection(ctx, ent, id)
	if err != nil {
		return sso.ProvisioningPreview{}, err
	}
	cfg := as.of(c)
	if c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM && cfg.Provisioning != sso.ProvisionSCIM {
		return s.Trials.PreviewSignIns(ctx, ent, id, cfg)
	}
	return s.Trials.PreviewProvisioning(ctx, ent, id, cfg, q)
}

// ProvisioningFindings lists the records of one kind that do not meet, as
// PreviewProvisioning finds them, by their Key.
func (s *Service) ProvisioningFindings(
	ctx context.Context,
	ent sso.EnterpriseID,
	id sso.ConnectionID,
	as Supposed,
	kind sso.FindingKind,
	page sso.Page,
) (_ []sso.ProvisioningFinding, next string, err error) {
	p, err := s.preview(ctx, ent, id, as, sso.FindingQuery{
		Kind:  kind,
		After: page.Cursor,
		Limit: page.Size() + 1,
	})
	all := p.Findings
	if err != nil || len(all) <= page.Size() {
		return all, "", err
	}
	all = all[:page.Size()]
	return all, all[len(all)-1].Key(), nil
}

// LinkProvisioned makes an account of a connection that of a pushed user whose
// effects wait: both are one person. Errors: NotFound; Conflict "resource_adopted"
// and "account_pushed".
func (s *Service) LinkProvisioned(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	id sso.ConnectionID,
	resource sso.ResourceID,
	user sso.UserID,
) error {
	return s.Connections.LinkProvisioned(ctx, by, ent, id, resource, user)
}

// ProvisioningChecklist returns what the provisioning of a connection has shown to
// do, and how far its pilot is.
func (s *Service) ProvisioningChecklist(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.ProvisioningChecklist, error) {
	c, err := s.Connections.Connection(ctx, ent, id)
	if err != nil {
		return sso.ProvisioningChecklist{}, err
	}
	return s.Trials.ProvisioningChecklist(ctx, ent, id, ruling(c).SCIM.Pilot)
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
