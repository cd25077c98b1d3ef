package api

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/groupsync"
	"gatehouse/sso"
	ssotrial "gatehouse/sso/trial"
)

// previewer plans hypothetical sign-ins; trial.Service does.
type previewer interface {
	PreviewSync(
		ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, s ssotrial.PreviewRequest,
	) (ssotrial.Preview, error)
}

type supposed struct {
	User   sso.UserID `json:"user,omitempty" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"User whose sign-in is previewed; without user and login, a new user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login  string     `json:"login,omitempty" maxLength:"254" doc:"Login of the user, as an alternative to user." example:"ada@acme.example"`
	Groups []string   `json:"groups,omitempty" maxItems:"2000" doc:"Groups that the identity provider would assert." example:"[\"engineering\"]"`
	State  string     `json:"state,omitempty" enum:"absent,empty,values,overage,truncated,partial" default:"values" doc:"State of the assertion: no groups sent (absent), an empty list, values, too many groups to send (overage), a truncated list, or a list that was understood in part (partial)." example:"values"`
	Draft  bool       `json:"draft,omitempty" doc:"Whether to use the draft instead of the live configuration."`
}

type preview struct {
	User          *sso.UserID           `json:"user" doc:"User whose sign-in is previewed; null for a new user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Asserted      assertedGroups        `json:"asserted" doc:"Asserted groups, after include, exclude and group_limit."`
	Refused       *string               `json:"refused" doc:"Error code with which the sign-in would be refused; null if it would not be refused." example:"groups_unknown"`
	Mode          *sso.SyncMode         `json:"mode" enum:"reset,reset-synced,add-only,keep" doc:"Sync mode that would be applied; null if the sign-in would be refused." example:"reset"`
	Note          *string               `json:"note" doc:"Reason for keeping memberships; null if no change would be withheld." example:"The identity provider sent no group attribute: every membership was kept."`
	HeldCause     *sso.HeldCause        `json:"held_cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Reason for holding the sync; null if it would not be held." example:"matches_nothing"`
	Held          bool                  `json:"held" doc:"Whether the sync would be held for an admin; the listed changes would then be applied on approval."`
	Unmatched     []string              `json:"unmatched" doc:"Asserted names that match no group of any organization." example:"[\"all-employees\"]"`
	NearMisses    []nearMiss            `json:"near_misses" doc:"Object IDs sent in place of names, which resemble no group; all other near misses are in organizations."`
	Organizations []previewOrganization `json:"organizations" doc:"Changes in each affected organization."`
}

type previewOrganization struct {
	Organization  sso.OrganizationID `json:"organization" doc:"Identifier of the organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name          string             `json:"name" doc:"Name of the organization." example:"Research"`
	Added         []groupChange      `json:"added" doc:"Groups that the user would join."`
	Removed       []groupChange      `json:"removed" doc:"Groups that the user would leave."`
	Kept          []groupChange      `json:"kept" doc:"Groups that the user would remain in."`
	NearMisses    []nearMiss         `json:"near_misses" doc:"Groups that an asserted name nearly matches."`
	OnlyElsewhere []string           `json:"only_elsewhere" doc:"Asserted names that match a group of another organization, and none of this one." example:"[\"finance\"]"`
}

func (a *API) previewOperations() {
	add(a, operation{
		id:      "preview-sync",
		method:  http.MethodPost,
		path:    connectionPath + "/sync-preview",
		scope:   "members:read",
		reads:   true,
		summary: "Preview the group sync of a sign-in",
		about:   "Plans the changes in the same way as a sign-in, from current data; nothing is written.",
	}, a.previewSync)
}

func (a *API) previewSync(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       supposed
}) (*out[preview], error) {
	b := in.Body
	if b.User != "" && b.Login != "" {
		return nil, invalid("validation_failed", []sso.FieldError{{
			Field:   "login",
			Message: "Give user or login, not both.",
		}})
	}
	asserted := sso.AssertedGroups{Names: b.Groups}
	if err := asserted.State.UnmarshalText([]byte(b.State)); err != nil {
		return nil, err
	}
	if asserted.State == sso.GroupsValues && len(b.Groups) == 0 {
		asserted.State = sso.GroupsEmpty
	}
	if !asserted.State.NamesGroups() {
		asserted.Names = nil
	}
	p, err := a.Preview.PreviewSync(ctx, c.enterprise.ID, in.Connection, ssotrial.PreviewRequest{
		User:   b.User,
		Login:  b.Login,
		Groups: asserted,
		Draft:  b.Draft,
	})
	return answerTo(viewPreview(p), err)
}

func viewPreview(p ssotrial.Preview) preview {
	r := p.Changes.Record
	ids := slices.DeleteFunc(slices.Clone(r.NearMisses), func(m sso.NearMiss) bool {
		return m.Organization != ""
	})
	v := preview{
		User:          some(p.User.ID),
		Asserted:      viewGroups(p.Asserted),
		Held:          p.Changes.Held != nil,
		Mode:          some(r.Mode),
		Note:          some(r.Note),
		NearMisses:    viewAll(ids, viewNearMiss),
		Unmatched:     always(r.Unmatched),
		Organizations: viewAll(p.Organizations, viewPreviewOrganization),
	}
	if held := p.Changes.Held; held != nil {
		v.HeldCause = some(held.Cause)
	}
	if p.Refused != nil {
		v.Refused = some(p.Refused.Code)
	}
	return v
}

func viewPreviewOrganization(o groupsync.OrganizationPreview) previewOrganization {
	return previewOrganization{
		Organization:  o.Organization,
		Name:          o.Name,
		Added:         viewChanges(o.Added),
		Removed:       viewChanges(o.Removed),
		Kept:          viewChanges(o.Kept),
		NearMisses:    viewAll(o.NearMisses, viewNearMiss),
		OnlyElsewhere: always(o.OnlyElsewhere),
	}
}
