package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/directory"
)

type restoreUser struct {
	At     time.Time `json:"at" doc:"Point in time to restore." example:"2026-11-23T12:00:00Z"`
	DryRun bool      `json:"dry_run,omitempty" doc:"Whether to return the changes without making them."`
}

type restoreGroup struct {
	At      time.Time `json:"at" doc:"Point in time to restore." example:"2026-11-23T12:00:00Z"`
	DryRun  bool      `json:"dry_run,omitempty" doc:"Whether to return the changes without making them."`
	Confirm bool      `json:"confirm,omitempty" doc:"Whether to proceed even if more than 20 members, and more than half, would be removed from the group."`
}

type reconcileGroup struct {
	DryRun  bool `json:"dry_run,omitempty" doc:"Whether to return the changes without making them."`
	Confirm bool `json:"confirm,omitempty" doc:"Whether to proceed even if more than 20 members, and more than half, would be removed from the group."`
}

type restored struct {
	Done    bool             `json:"done" doc:"Whether the changes were applied; false for a dry run."`
	Added   []pastMembership `json:"added" doc:"Memberships to add, with their former source, times and causes."`
	Removed []pastMembership `json:"removed" doc:"Memberships to remove, with their source, times and causes."`
	Gone    []pastMembership `json:"gone" doc:"Memberships that cannot be restored because the group was deleted."`
	Warning string           `json:"warning" doc:"Note on the effect of the next sign-ins." example:"The next sign-in of each of these users sets their groups to those that the identity provider asserts then."`
}

type pastMembership struct {
	User             sso.UserID           `json:"user" doc:"Identifier of the user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Group            sso.GroupID          `json:"group" doc:"Identifier of the group, which may have been deleted." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	GroupName        string               `json:"group_name" doc:"Name of the group, or its last name if it was deleted." example:"engineering"`
	Organization     sso.OrganizationID   `json:"organization" doc:"Identifier of the organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string               `json:"organization_name" doc:"Name of the organization, or its last name if it was deleted." example:"Research"`
	Source           sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"Source of the membership." example:"jit"`
	Since            *time.Time           `json:"since" doc:"Start of the membership; null if it has not started." example:"2026-11-24T12:00:00Z"`
	Cause            *string              `json:"cause" doc:"Identifier of the sign-in attempt or actor that created the membership; null if it has not started." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Until            *time.Time           `json:"until" doc:"End of the membership; null if it has not ended." example:"2026-11-24T13:00:00Z"`
	EndedBy          *string              `json:"ended_by" doc:"Identifier of the sign-in attempt or actor that ended the membership; null if it has not ended." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ac"`
}

func viewPast(p sso.PastMembership) pastMembership {
	return pastMembership{
		User:             p.User,
		Group:            p.Group.Group,
		GroupName:        p.Group.Name,
		Organization:     p.Group.Organization,
		OrganizationName: p.Group.OrganizationName,
		Source:           p.Source,
		Since:            moment(p.From),
		Cause:            some(p.Cause),
		Until:            moment(p.Until),
		EndedBy:          some(p.EndedBy),
	}
}

func viewRestored(r sso.Restoration) restored {
	return restored{
		Done:    r.Done,
		Added:   viewAll(r.Add, viewPast),
		Removed: viewAll(r.Remove, viewPast),
		Gone:    viewAll(r.Gone, viewPast),
		Warning: "The next sign-in of each of these users sets their groups to " +
			"those that the identity provider asserts then.",
	}
}

func (a *API) historyOperations() {
	add(a, operation{
		id:      "restore-memberships",
		method:  http.MethodPost,
		path:    userPath + "/restore-memberships",
		scope:   "members:write",
		summary: "Restore a user's memberships to a point in time",
		about: "Adds the memberships that the user had then, and removes those that the user did not have. Default " +
			"groups follow. If the user's groups come from sign-ins, the next sign-in may change them again.",
	}, a.restoreUser)
	add(a, operation{
		id:      "restore-group",
		method:  http.MethodPost,
		path:    groupPath + "/restore",
		scope:   "members:write",
		summary: "Restore a group's members to a point in time",
		about: "Works as for one user. Removing more than 20 members, and more than half, at once needs confirm: " +
			"409 share_brake.",
	}, a.restoreGroup)
	add(a, operation{
		id:      "get-group-drift",
		method:  http.MethodGet,
		path:    groupPath + "/drift",
		scope:   "members:read",
		summary: "Compare expected and actual members",
		about: "Expected members are users for whom the identity provider last asserted the group. Lists up to 500 " +
			"users who are missing or not expected, with the reason.",
	}, a.getDrift)
	add(a, operation{
		id:      "reconcile-group",
		method:  http.MethodPost,
		path:    groupPath + "/reconcile",
		scope:   "members:write",
		summary: "Reconcile a group's members",
		about: "Makes the changes that each user's next sign-in would make if it asserted the same groups as the " +
			"last one. Users whose last assertion was incomplete are left unchanged. Removing more than 20 members, " +
			"and more than half, at once needs confirm: 409 share_brake.",
	}, a.reconcileGroup)
}

func (a *API) restoreUser(ctx context.Context, c caller, in *struct {
	User sso.UserID `path:"user"`
	Body restoreUser
}) (*out[restored], error) {
	r, err := a.Directory.RestoreUser(
		ctx, c.by, c.enterprise.ID, in.User, in.Body.At, in.Body.DryRun,
	)
	return restoredAnswer(r, err)
}

func (a *API) restoreGroup(ctx context.Context, c caller, in *struct {
	Group sso.GroupID `path:"group"`
	Body  restoreGroup
}) (*out[restored], error) {
	move := directory.Move{DryRun: in.Body.DryRun, Confirmed: in.Body.Confirm}
	r, err := a.Directory.RestoreGroup(ctx, c.by, c.enterprise.ID, in.Group, in.Body.At, move)
	return restoredAnswer(r, err)
}

func (a *API) reconcileGroup(ctx context.Context, c caller, in *struct {
	Group sso.GroupID `path:"group"`
	Body  reconcileGroup
}) (*out[restored], error) {
	move := directory.Move{DryRun: in.Body.DryRun, Confirmed: in.Body.Confirm}
	r, err := a.Directory.ReconcileGroup(ctx, c.by, c.enterprise.ID, in.Group, move)
	return restoredAnswer(r, err)
}

func restoredAnswer(r sso.Restoration, err error) (*out[restored], error) {
	if err != nil {
		return nil, err
	}
	return answerTo(viewRestored(r), nil)
}

type groupDrift struct {
	ExpectedMembers *int    `json:"expected_members" doc:"Number of users for whom the identity provider last asserted the group; null for a default group." example:"12"`
	ActualMembers   int     `json:"actual_members" doc:"Number of members." example:"11"`
	Missing         []stray `json:"missing" doc:"Expected users who are not members."`
	Extra           []stray `json:"extra" doc:"Members who are not expected."`
	More            bool    `json:"more" doc:"Whether there are more than are listed."`
}

type stray struct {
	User       sso.UserID            `json:"user" doc:"Identifier of the user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login      string                `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	Name       string                `json:"name" doc:"Name of the user." example:"Ada Lovelace"`
	Status     sso.UserStatus        `json:"status" enum:"active,deactivated" doc:"Status of the user." example:"active"`
	Reason     sso.DriftReason       `json:"reason" enum:"default_group,held,deactivated,never_said,never_sent,not_provisioned,provisioned,manual,restored,group_newer,kept_unknown,kept_by_mode,former_default,other" doc:"Reason for the difference." example:"manual"`
	Certain    bool                  `json:"certain" doc:"Whether the last assertion for the user was complete."`
	Reconciled bool                  `json:"reconciled" doc:"Whether a reconcile would resolve the difference."`
	Source     *sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"Source of the membership; null if the user is not a member." example:"manual"`
	Since      *time.Time            `json:"since" doc:"Start of the membership; null if the user is not a member." example:"2026-11-24T12:00:00Z"`
	Left       *time.Time            `json:"left" doc:"Time at which the user last left the group; null if never." example:"2026-11-24T12:00:00Z"`
	LeftBy     *string               `json:"left_by" doc:"Identifier of the sign-in attempt or actor that ended that membership; null if there was none." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Record     *sso.SyncRecordID     `json:"record" doc:"Sync record of the user's last sign-in." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Held       *sso.HeldSyncID       `json:"held" doc:"Waiting held sync of the user." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

func viewStray(d sso.DriftingUser) stray {
	comes, goes := groupsync.Reconcile(d)
	v := stray{
		User:       d.User.ID,
		Login:      d.User.Login,
		Name:       d.User.Name,
		Status:     d.User.Status,
		Reason:     groupsync.Explain(d),
		Certain:    d.Certain,
		Reconciled: comes || goes,
		Left:       moment(d.Ended.Until),
		LeftBy:     some(d.Ended.EndedBy),
		Record:     some(d.Last.ID),
		Held:       some(d.Held),
	}
	if d.Membership != nil {
		v.Source, v.Since = some(d.Membership.Source), moment(d.Membership.Since)
	}
	return v
}

func (a *API) getDrift(ctx context.Context, c caller, in *inGroup) (*out[groupDrift], error) {
	d, err := a.Structure.GroupDrift(ctx, c.enterprise.ID, in.Group)
	if err != nil {
		return nil, err
	}
	v := groupDrift{
		ActualMembers: d.Actual,
		Missing:       []stray{},
		Extra:         []stray{},
		More:          d.More,
	}
	if !d.Group.Default {
		v.ExpectedMembers = &d.Expected
	}
	for _, x := range d.Drifting {
		if x.Membership == nil {
			v.Missing = append(v.Missing, viewStray(x))
		} else {
			v.Extra = append(v.Extra, viewStray(x))
		}
	}
	return answerTo(v, nil)
}
