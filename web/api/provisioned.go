package api

import (
	"context"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// provisioningPreview is what enabling a connection that provisions would do.
//
//nolint:lll // a tag is one line
type provisioningPreview struct {
	Direction       string                 `json:"direction" enum:"scim,jit" doc:"scim: what applying the pushes would come to. jit: the draft ends provisioning, and groups have what the next sign-ins would change if they asserted what the last ones did; the other members are 0." example:"scim"`
	Adopted         int                    `json:"adopted" doc:"Number of pushed users whose account exists." example:"300"`
	Created         int                    `json:"created" doc:"Number of pushed users who would get an account." example:"12"`
	Held            int                    `json:"held" doc:"Number of pushed users who would wait for an admin, because another account has their login." example:"0"`
	Waiting         int                    `json:"waiting" doc:"Number of pushed users outside of the pilot." example:"0"`
	Deactivated     int                    `json:"deactivated" doc:"Number of active accounts that would be deactivated." example:"1"`
	Deactivating    []previewPerson        `json:"deactivating" doc:"The first 20 of these, by login."`
	OtherLogins     int                    `json:"other_logins" doc:"Number of accounts whose login would change: the userName is not the login that sign-ins assert." example:"0"`
	Unknown         int                    `json:"unknown" doc:"Number of active users of sign-ins who were not pushed; not counted during a pilot." example:"3"`
	LookAlikes      int                    `json:"look_alikes" doc:"Number of these who resemble a user that would be created." example:"1"`
	Extra           int                    `json:"extra" doc:"Number of memberships that no push confirms. They stay." example:"4"`
	Groups          []provisioningGainedBy `json:"groups" doc:"Groups that pushed groups match or would create, and groups with extra members."`
	UnmatchedGroups []string               `json:"unmatched_groups" doc:"Names of pushed groups that match no group and would create none." example:"[\"grp_all\"]"`
	Findings        []provisioningFinding  `json:"findings" doc:"Records that do not meet, the first 20 of each kind."`
}

// provisioningGainedBy is what a group would gain.
//
//nolint:lll // a tag is one line
type provisioningGainedBy struct {
	Group        *sso.GroupID       `json:"group" doc:"Identifier of the group; null of one that would be created." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `json:"name" doc:"Name of the group." example:"grp_all"`
	Organization sso.OrganizationID `json:"organization" doc:"Organization of the group." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Join         int                `json:"join" doc:"Number of users who would join." example:"248"`
	Confirm      int                `json:"confirm" doc:"Number of members by sign-ins who would be members by SCIM." example:"21"`
	Extra        int                `json:"extra" doc:"Number of members whom no push confirms. They stay." example:"2"`
	Leave        int                `json:"leave" doc:"Number of members who would leave: the identity provider deleted them. With direction jit: whose sign-ins do not assert the group." example:"0"`
	Joining      []previewPerson    `json:"joining" doc:"The first 20 users who would join, by login."`
	Leaving      []previewPerson    `json:"leaving" doc:"The first 20 members who would leave, by login."`
}

// provisioningFinding is a record that does not meet another.
//
//nolint:lll // a tag is one line
type provisioningFinding struct {
	Kind       sso.FindingKind `json:"kind" enum:"held,look_alike,other_login,group_name,unknown" doc:"held: another active account has the login. look_alike: a user would be created, and one who was not pushed has the same address or the same name before the @. other_login: the userName is not the login of the account. group_name: the name of a pushed group differs from that of a group in letter case or look-alike characters. unknown: the user was not pushed." example:"look_alike"`
	Resource   *sso.ResourceID `json:"resource" doc:"User or group of the identity provider; null if there is none." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name       *string         `json:"name" doc:"Its userName or displayName; null if there is none." example:"a.lovelace@acme.example"`
	User       *sso.UserID     `json:"user" doc:"User of the enterprise; null if there is none." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	Login      *string         `json:"login" doc:"Login of the user; null if there is none." example:"ada@acme.example"`
	Group      *sso.GroupID    `json:"group" doc:"Group of an organization; null if there is none." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	KnownGroup *string         `json:"group_name" doc:"Name of the group; null if there is none." example:"Grp_All"`
}

func viewFinding(f sso.ProvisioningFinding) provisioningFinding {
	return provisioningFinding{
		Kind:       f.Kind,
		Resource:   some(f.Resource),
		Name:       some(f.Name),
		User:       some(f.User),
		Login:      some(f.Login),
		Group:      some(f.Group),
		KnownGroup: some(f.Known),
	}
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
		scope:   "provisioning:read",
		summary: "Preview what was pushed",
		about: "What applying everything that the identity provider pushed would come to under the draft, or without " +
			"a draft under the live configuration. Enabling the connection does so. If provisioning ends, what the " +
			"next sign-ins would change. Nothing is written.",
	}, a.previewProvisioning)
	add(a, operation{
		id:      "list-provisioning-findings",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/preview/findings",
		scope:   "provisioning:read",
		summary: "List records that do not meet",
		about:   "Records of one kind that do not meet, as the preview finds them.",
	}, a.listFindings)
	add(a, operation{
		id:      "link-provisioned-user",
		method:  http.MethodPost,
		path:    connectionPath + "/provisioning/users/{resource}/link",
		scope:   "provisioning:write",
		status:  http.StatusNoContent,
		summary: "Link a pushed user to an account",
		about: "The account is adopted in place of a new one. The pushed user is not adopted yet, otherwise the " +
			"response is 409 resource_adopted. An account of another pushed user is 409 account_pushed.",
	}, a.linkProvisioned)
	add(a, operation{
		id:      "end-pilot",
		method:  http.MethodPost,
		path:    connectionPath + "/provisioning/apply",
		scope:   "provisioning:write",
		summary: "End the pilot of a connection",
		about: "Removes the pilot from the live configuration and the draft, and applies what was pushed about " +
			"everyone. Other changes of the draft keep waiting. Without a pilot nothing happens." + ifMatch,
	}, a.changeState(a.Setup.EndPilot))
	add(a, operation{
		id:      "list-created-groups",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/created-groups",
		scope:   "provisioning:read",
		summary: "List groups created by pushes",
		about:   "Groups of organizations that were created because the identity provider pushed them.",
	}, a.listCreatedGroups)
	add(a, operation{
		id:      "undo-created-groups",
		method:  http.MethodPost,
		path:    connectionPath + "/provisioning/created-groups/undo",
		scope:   "provisioning:write",
		summary: "Delete groups created by pushes",
		about: "Deletes the groups that were created because the identity provider pushed them. Groups of admins, " +
			"default groups of a connection and groups with members who were added in another way are kept.",
	}, a.undoCreatedGroups)
}

func (a *API) previewProvisioning(ctx context.Context, c caller, in *inPreview) (*out[provisioningPreview], error) {
	p, err := a.Setup.PreviewProvisioning(
		ctx, c.enterprise.ID, in.Connection, assuming(in.Direction, in.Everyone),
	)
	if err != nil {
		return nil, err
	}
	return answerTo(viewProvisioningPreview(p), nil)
}

// inPreview selects what a preview supposes.
//
//nolint:lll // a tag is one line
type inPreview struct {
	Connection sso.ConnectionID `path:"connection"`
	Direction  sso.Provisioning `query:"direction" enum:"scim,jit" doc:"Provisioning to suppose; without it, that of the draft or the live configuration." example:"scim"`
	Everyone   bool             `query:"everyone" doc:"Whether to suppose the end of the pilot, as POST …/provisioning/apply would end it." example:"true"`
}

func assuming(direction sso.Provisioning, everyone bool) connections.Supposed {
	return connections.Supposed{
		Provisioning: direction,
		Everyone:     everyone,
	}
}

// previewPerson is a person of whom something would change.
//
//nolint:lll // a tag is one line
type previewPerson struct {
	User  *sso.UserID `json:"user" doc:"Identifier of the user; null of one who would be created." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login string      `json:"login" doc:"Login of the user." example:"ada@acme.example"`
}

func viewPreviewPerson(p sso.PreviewPerson) previewPerson {
	return previewPerson{
		User:  some(p.User),
		Login: p.Login,
	}
}

func viewProvisioningPreview(p sso.ProvisioningPreview) provisioningPreview {
	v := provisioningPreview{
		Direction:       string(sso.ProvisionSCIM),
		Adopted:         p.Adopted,
		Created:         p.Created,
		Held:            p.Held,
		Waiting:         p.Waiting,
		Deactivated:     p.Deactivated,
		Deactivating:    viewAll(p.Deactivating, viewPreviewPerson),
		OtherLogins:     p.OtherLogins,
		Unknown:         p.Unknown,
		LookAlikes:      p.LookAlikes,
		Extra:           p.Extra,
		Groups:          make([]provisioningGainedBy, 0, len(p.Groups)),
		UnmatchedGroups: always(p.UnmatchedGroups),
		Findings:        make([]provisioningFinding, 0, len(p.Findings)),
	}
	if p.Back {
		v.Direction = string(sso.ProvisionJIT)
	}
	for _, g := range p.Groups {
		v.Groups = append(v.Groups, provisioningGainedBy{
			Group:        some(g.Group),
			Name:         g.Name,
			Organization: g.Organization,
			Join:         g.Join,
			Confirm:      g.Confirm,
			Extra:        g.Extra,
			Leave:        g.Leave,
			Joining:      viewAll(g.Joining, viewPreviewPerson),
			Leaving:      viewAll(g.Leaving, viewPreviewPerson),
		})
	}
	for _, f := range p.Findings {
		v.Findings = append(v.Findings, viewFinding(f))
	}
	return v
}

func (a *API) listFindings(ctx context.Context, c caller, in *inFindings) (*out[list[provisioningFinding]], error) {
	all, next, err := a.Setup.ProvisioningFindings(
		ctx, c.enterprise.ID, in.Connection, assuming(in.Direction, in.Everyone), in.Kind, in.page(),
	)
	return pageOf(all, next, err, viewFinding)
}

// inFindings selects findings.
//
//nolint:lll // a tag is one line
type inFindings struct {
	Connection sso.ConnectionID `path:"connection"`
	Paging
	Direction sso.Provisioning `query:"direction" enum:"scim,jit" doc:"Provisioning to suppose; without it, that of the draft or the live configuration." example:"scim"`
	Everyone  bool             `query:"everyone" doc:"Whether to suppose the end of the pilot, as POST …/provisioning/apply would end it." example:"true"`
	Kind      sso.FindingKind  `query:"kind" default:"unknown" enum:"held,look_alike,other_login,group_name,unknown" doc:"Kind of the findings." example:"look_alike"`
}

// inLink names a pushed user and an account.
//
//nolint:lll // a tag is one line
type inLink struct {
	Connection sso.ConnectionID `path:"connection"`
	Resource   sso.ResourceID   `path:"resource" maxLength:"64" doc:"Identifier of the pushed user in SCIM." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Body       provisionedLink
}

// provisionedLink says whose a pushed user is.
//
//nolint:lll // a tag is one line
type provisionedLink struct {
	User sso.UserID `json:"user" doc:"User of the enterprise who is this person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

func (a *API) linkProvisioned(ctx context.Context, c caller, in *inLink) (*done, error) {
	return nil, a.Setup.LinkProvisioned(
		ctx, c.by, c.enterprise.ID, in.Connection, in.Resource, in.Body.User,
	)
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
