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
	User   sso.UserID `json:"user,omitempty" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Whose sign-in; without user and login, a newcomer's." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login  string     `json:"login,omitempty" maxLength:"254" doc:"The login of the person, in place of user." example:"ada@acme.example"`
	Groups []string   `json:"groups,omitempty" maxItems:"2000" doc:"The groups that the identity provider would name." example:"[\"engineering\"]"`
	State  string     `json:"state,omitempty" enum:"absent,empty,values,overage,truncated,partial" default:"values" doc:"What it would say: nothing, that there are none, which there are, that there are too many, only some, or some that cannot be understood." example:"values"`
	Draft  bool       `json:"draft,omitempty" doc:"By what is being edited instead of what is live."`
}

type preview struct {
	User          *sso.UserID           `json:"user" doc:"Whose sign-in it would be; null: a newcomer's." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Asserted      assertedGroups        `json:"asserted" doc:"What counts as said, after include, exclude and group_limit."`
	Refused       *string               `json:"refused" doc:"The code with which the sign-in would be refused; null: it would not." example:"groups_unknown"`
	Mode          *sso.SyncMode         `json:"mode" enum:"reset,reset-synced,add-only,keep" doc:"What would be applied; null if it is refused." example:"reset"`
	Note          *string               `json:"note" doc:"Why memberships would be kept; null if nothing is held back." example:"The identity provider sent no group attribute: every membership was kept."`
	HeldCause     *sso.HeldCause        `json:"held_cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Why it would be held; null if it would not." example:"matches_nothing"`
	Held          bool                  `json:"held" doc:"Whether it would wait for an admin; what is listed would then be done on approval."`
	Unmatched     []string              `json:"unmatched" doc:"Names that no organization has a group of." example:"[\"all-employees\"]"`
	NearMisses    []nearMiss            `json:"near_misses" doc:"Object IDs in place of names, which are near no group; the others are in organizations."`
	Organizations []previewOrganization `json:"organizations" doc:"What would happen in each organization that it is about."`
}

type previewOrganization struct {
	Organization  sso.OrganizationID `json:"organization" doc:"The organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name          string             `json:"name" doc:"Its name." example:"Research"`
	Added         []groupChange      `json:"added" doc:"Groups the person would come into."`
	Removed       []groupChange      `json:"removed" doc:"Groups the person would leave."`
	Kept          []groupChange      `json:"kept" doc:"Groups the person is in and stays in."`
	NearMisses    []nearMiss         `json:"near_misses" doc:"Groups that some name nearly is."`
	OnlyElsewhere []string           `json:"only_elsewhere" doc:"Names that match in another organization, and no group of this one." example:"[\"finance\"]"`
}

func (a *API) previewOperations() {
	add(a, operation{
		id:      "preview-sync",
		method:  http.MethodPost,
		path:    connectionPath + "/sync-preview",
		summary: "Show what a sign-in would do to memberships",
		about:   "By the planner of sign-ins, on what is there now; nothing is written.",
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
