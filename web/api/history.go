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
	At     time.Time `json:"at" doc:"The moment to return to." example:"2026-11-23T12:00:00Z"`
	DryRun bool      `json:"dry_run,omitempty" doc:"Show what would change, and change nothing."`
}

type restoreGroup struct {
	At      time.Time `json:"at" doc:"The moment to return to." example:"2026-11-23T12:00:00Z"`
	DryRun  bool      `json:"dry_run,omitempty" doc:"Show what would change, and change nothing."`
	Confirm bool      `json:"confirm,omitempty" doc:"Go on although it takes more than 20 people, and more than half, out of the group."`
}

type reconcileGroup struct {
	DryRun  bool `json:"dry_run,omitempty" doc:"Show what would change, and change nothing."`
	Confirm bool `json:"confirm,omitempty" doc:"Go on although it takes more than 20 people, and more than half, out of the group."`
}

type restored struct {
	Done    bool             `json:"done" doc:"Whether it was done; false after a dry run."`
	Added   []pastMembership `json:"added" doc:"Who comes in, and how they were in it."`
	Removed []pastMembership `json:"removed" doc:"Who goes, and how they came in."`
	Gone    []pastMembership `json:"gone" doc:"What cannot be restored, because the group was deleted."`
	Warning string           `json:"warning" doc:"What to expect next." example:"The next sign-in of each of these people sets their groups to what the identity provider says then."`
}

type pastMembership struct {
	User             sso.UserID           `json:"user" doc:"The person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Group            sso.GroupID          `json:"group" doc:"The group; it may be gone." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	GroupName        string               `json:"group_name" doc:"What it is called, or was when it was deleted." example:"engineering"`
	Organization     sso.OrganizationID   `json:"organization" doc:"Its organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string               `json:"organization_name" doc:"What that is called, or was." example:"Research"`
	Source           sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"What put them in." example:"jit"`
	Since            *time.Time           `json:"since" doc:"Since when; null: not yet." example:"2026-11-24T12:00:00Z"`
	Cause            *string              `json:"cause" doc:"The attempt, or whoever did it, by identifier." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Until            *time.Time           `json:"until" doc:"Until when; null: they still are." example:"2026-11-24T13:00:00Z"`
	EndedBy          *string              `json:"ended_by" doc:"Likewise, what ended it." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ac"`
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
		Warning: "The next sign-in of each of these people sets their groups to what the identity provider says then.",
	}
}

func (a *API) historyOperations() {
	add(a, operation{
		id:      "restore-memberships",
		method:  http.MethodPost,
		path:    userPath + "/restore-memberships",
		summary: "Restore someone's groups to a point in time",
		about:   "What they were in then and are not now is added, and the other way round. Default groups follow. It holds until their next sign-in, if their groups come from sign-ins.",
	}, a.restoreUser)
	add(a, operation{
		id:      "restore-group",
		method:  http.MethodPost,
		path:    groupPath + "/restore",
		summary: "Restore a group's members to a point in time",
		about:   "As for one person. Taking more than 20 people and more than half out at once has to be confirmed: 409 share_brake.",
	}, a.restoreGroup)
	add(a, operation{
		id:      "get-group-drift",
		method:  http.MethodGet,
		path:    groupPath + "/drift",
		summary: "Compare expected and actual members",
		about:   "Expected is whom the identity provider named at their last sign-in that said anything. Everyone who is not where they should be is listed, up to 500, with the reason.",
	}, a.getDrift)
	add(a, operation{
		id:      "reconcile-group",
		method:  http.MethodPost,
		path:    groupPath + "/reconcile",
		summary: "Put people where they were last said to be",
		about:   "Does what the next sign-in of each would do if it said the same again. Who is not certainly known stays. Taking more than 20 people and more than half out at once has to be confirmed: 409 share_brake.",
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

type drift struct {
	ExpectedMembers *int    `json:"expected_members" doc:"How many people the identity provider last named; null for a default group." example:"12"`
	ActualMembers   int     `json:"actual_members" doc:"How many people are in it." example:"11"`
	Missing         []stray `json:"missing" doc:"Who is named and not in it."`
	Extra           []stray `json:"extra" doc:"Who is in it and not named."`
	More            bool    `json:"more" doc:"Whether there are others."`
}

type stray struct {
	User       sso.UserID            `json:"user" doc:"The person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login      string                `json:"login" doc:"Their login." example:"ada@acme.example"`
	Name       string                `json:"name" doc:"Their name." example:"Ada Lovelace"`
	Status     sso.UserStatus        `json:"status" enum:"active,deactivated" doc:"Whether they may act." example:"active"`
	Reason     sso.DriftReason       `json:"reason" enum:"default_group,held,deactivated,never_said,provisioned,manual,restored,group_newer,kept_unknown,kept_by_mode,former_default,other" doc:"Why they are not where they should be." example:"manual"`
	Certain    bool                  `json:"certain" doc:"Whether their last sign-in said all of their groups."`
	Reconciled bool                  `json:"reconciled" doc:"Whether reconcile would change it."`
	Source     *sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"What put them in; null if they are not." example:"manual"`
	Since      *time.Time            `json:"since" doc:"Since when they are in it; null if they are not." example:"2026-11-24T12:00:00Z"`
	Left       *time.Time            `json:"left" doc:"When they were last taken out; null: never." example:"2026-11-24T12:00:00Z"`
	LeftBy     *string               `json:"left_by" doc:"By whom, or because of what." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Record     *sso.SyncRecordID     `json:"record" doc:"The sync record of their last sign-in." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Held       *sso.HeldSyncID       `json:"held" doc:"The sync of theirs that waits for an admin." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
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

func (a *API) getDrift(ctx context.Context, c caller, in *inGroup) (*out[drift], error) {
	d, err := a.Structure.GroupDrift(ctx, c.enterprise.ID, in.Group)
	if err != nil {
		return nil, err
	}
	v := drift{
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
