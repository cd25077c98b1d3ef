package api

import (
	"context"
	"net/http"

	"gatehouse/sso"
)

// provisioningPreview is what enabling a connection that provisions would do.
//
//nolint:lll // a tag is one line
type provisioningPreview struct {
	Adopted         int                    `json:"adopted" doc:"Number of pushed users whose account exists." example:"300"`
	Created         int                    `json:"created" doc:"Number of pushed users who would get an account." example:"12"`
	Held            int                    `json:"held" doc:"Number of pushed users who would wait for an admin, because another account has their login." example:"0"`
	Deactivated     int                    `json:"deactivated" doc:"Number of active accounts that would be deactivated." example:"1"`
	OtherLogins     int                    `json:"other_logins" doc:"Number of accounts whose login would change: the userName is not the login that sign-ins assert." example:"0"`
	Groups          []provisioningGainedBy `json:"groups" doc:"Groups that pushed groups match, with the members they would gain. No member would leave."`
	UnmatchedGroups []string               `json:"unmatched_groups" doc:"Names of pushed groups that match no group; some may be created." example:"[\"grp_all\"]"`
}

// provisioningGainedBy is what a group would gain.
//
//nolint:lll // a tag is one line
type provisioningGainedBy struct {
	Group        sso.GroupID        `json:"group" doc:"Identifier of the group." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `json:"name" doc:"Name of the group." example:"grp_all"`
	Organization sso.OrganizationID `json:"organization" doc:"Organization of the group." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Join         int                `json:"join" doc:"Number of users who would join." example:"248"`
	Confirm      int                `json:"confirm" doc:"Number of members by sign-ins who would be members by SCIM." example:"21"`
}

// createdGroup is a group that was created because it was pushed.
type createdGroup struct {
	Group        sso.GroupID        `json:"group" doc:"Identifier." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `json:"name" doc:"Name of the group." example:"grp_all"`
	Organization sso.OrganizationID `json:"organization" doc:"Its organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

// createdGroups is one object and not a list, because there is no next page.
type createdGroups struct {
	Groups []createdGroup `json:"groups" doc:"Created groups, oldest first."`
}

// undoneGroups is the result of undoing.
type undoneGroups struct {
	Deleted int `json:"deleted" doc:"Number of deleted groups." example:"12"`
	Kept    int `json:"kept" doc:"Number of groups that have another use and were kept." example:"1"`
}

func (a *API) provisionedOperations() {
	a.checklistOperation()
	add(a, operation{
		id:      "preview-provisioning",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/preview",
		summary: "Preview what was pushed",
		about: "What applying everything that the identity provider pushed would come to under the draft, or without " +
			"a draft under the live configuration. Enabling the connection does so. Nothing is written.",
	}, a.previewProvisioning)
	add(a, operation{
		id:      "end-pilot",
		method:  http.MethodPost,
		path:    connectionPath + "/provisioning/apply",
		summary: "End the pilot of a connection",
		about: "Removes the pilot from the live configuration and the draft, and applies what was pushed about " +
			"everyone. Other changes of the draft keep waiting. Without a pilot nothing happens." + ifMatch,
	}, a.changeState(a.Setup.EndPilot))
	add(a, operation{
		id:      "list-created-groups",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/created-groups",
		summary: "List groups created by pushes",
		about:   "Groups of organizations that were created because the identity provider pushed them.",
	}, a.listCreatedGroups)
	add(a, operation{
		id:      "undo-created-groups",
		method:  http.MethodPost,
		path:    connectionPath + "/provisioning/created-groups/undo",
		summary: "Delete groups created by pushes",
		about: "Deletes the groups that were created because the identity provider pushed them. Groups of admins, " +
			"default groups of a connection and groups with members who were added in another way are kept.",
	}, a.undoCreatedGroups)
}

func (a *API) previewProvisioning(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
}) (*out[provisioningPreview], error) {
	p, err := a.Setup.PreviewProvisioning(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	v := provisioningPreview{
		Adopted:         p.Adopted,
		Created:         p.Created,
		Held:            p.Held,
		Deactivated:     p.Deactivated,
		OtherLogins:     p.OtherLogins,
		Groups:          make([]provisioningGainedBy, 0, len(p.Groups)),
		UnmatchedGroups: always(p.UnmatchedGroups),
	}
	for _, g := range p.Groups {
		v.Groups = append(v.Groups, provisioningGainedBy(g))
	}
	return answerTo(v, nil)
}

func (a *API) listCreatedGroups(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
}) (*out[createdGroups], error) {
	all, err := a.Setup.CreatedGroups(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	v := createdGroups{Groups: make([]createdGroup, 0, len(all))}
	for _, g := range all {
		v.Groups = append(v.Groups, createdGroup{
			Group:        g.ID,
			Name:         g.Name,
			Organization: g.Organization,
		})
	}
	return answerTo(v, nil)
}

func (a *API) undoCreatedGroups(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
}) (*out[undoneGroups], error) {
	deleted, kept, err := a.Setup.UndoCreatedGroups(ctx, c.by, c.enterprise.ID, in.Connection)
	return answerTo(undoneGroups{
		Deleted: deleted,
		Kept:    kept,
	}, err)
}
