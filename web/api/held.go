package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type heldSync struct {
	ID         sso.HeldSyncID   `json:"id" doc:"Identifier; immutable." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID       `json:"user" doc:"User whose memberships would change." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID `json:"connection" doc:"Connection of the sign-in." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Record     sso.SyncRecordID `json:"record" doc:"Sync record with the explanation." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Cause      sso.HeldCause    `json:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Reason for holding the sync." example:"matches_nothing"`
	Group      *sso.GroupID     `json:"group" doc:"Group that would lose too many members; null for other causes." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Added      []groupChange    `json:"added" doc:"Groups that the user would join."`
	Removed    []groupChange    `json:"removed" doc:"Groups that the user would leave."`
	State      sso.HeldState    `json:"state" enum:"waiting,approved,discarded,superseded" doc:"State of the decision; superseded once a later sign-in has asserted different groups for the user." example:"waiting"`
	At         time.Time        `json:"at" doc:"Time of the sync." example:"2026-11-24T12:00:00Z"`
	DecidedBy  *sso.Actor       `json:"decided_by" doc:"Actor who decided; null without a decision." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	DecidedAt  *time.Time       `json:"decided_at" doc:"Time of the decision; null without one." example:"2026-11-24T13:00:00Z"`
}

func viewHeld(h sso.HeldSync) heldSync {
	return heldSync{
		ID:         h.ID,
		User:       h.User,
		Connection: h.Connection,
		Record:     h.Record,
		Cause:      h.Changes.Cause,
		Group:      some(h.Changes.Group),
		Added:      viewChanges(h.Changes.Added),
		Removed:    viewChanges(h.Changes.Removed),
		State:      h.State,
		At:         h.At,
		DecidedBy:  some(h.DecidedBy),
		DecidedAt:  moment(h.DecidedAt),
	}
}

type inHeld struct {
	Held sso.HeldSyncID `path:"held_sync"`
}

func (a *API) heldOperations() {
	const path = enterprisePath + "/held-syncs"
	add(a, operation{
		id:      "list-held-syncs",
		method:  http.MethodGet,
		path:    path,
		scope:   "members:read",
		summary: "List held group syncs",
		about: "A sign-in whose removals look like a mistake changes no membership; its group sync is held for an " +
			"admin's decision. Sorted by time, newest first.",
	}, a.listHeld)
	add(a, operation{
		id:      "list-held-causes",
		method:  http.MethodGet,
		path:    path + "/causes",
		scope:   "members:read",
		summary: "Count held syncs by cause",
		about: "One item per cause, connection and, for group_share, group. Includes causes whose removals are held " +
			"from now on even if no sync is waiting.",
	}, a.listHeldCauses)
	add(a, operation{
		id:      "approve-held-syncs",
		method:  http.MethodPost,
		path:    path + "/approve",
		scope:   "members:write",
		summary: "Approve all held syncs of a cause",
		about:   "Approves each of them. Removals for this cause are not held for the next seven days.",
	}, a.decideAllHeld(true))
	add(a, operation{
		id:      "discard-held-syncs",
		method:  http.MethodPost,
		path:    path + "/discard",
		scope:   "members:write",
		summary: "Discard all held syncs of a cause",
		about: "Memberships stay unchanged, and further removals are held as well. Users who lost memberships to " +
			"the same cause before its detection regain them, unless restore is false.",
	}, a.decideAllHeld(false))
	add(a, operation{
		id:      "approve-held-sync",
		method:  http.MethodPost,
		path:    path + "/{held_sync}/approve",
		scope:   "members:write",
		summary: "Approve a held sync",
		about: "Applies its changes to the groups that still exist. A sync that is no longer waiting is 409 " +
			"held_sync_decided.",
	}, a.decideHeld(a.Directory.ApproveHeldSync))
	add(a, operation{
		id:      "discard-held-sync",
		method:  http.MethodPost,
		path:    path + "/{held_sync}/discard",
		scope:   "members:write",
		summary: "Discard a held sync",
		about: "Memberships stay unchanged; the user's next sign-in is evaluated anew. A sync that is no longer " +
			"waiting is 409 held_sync_decided.",
	}, a.decideHeld(a.Directory.DiscardHeldSync))
}

func (a *API) listHeld(ctx context.Context, c caller, in *struct {
	Paging
	Cause sso.HeldCause `query:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Filter by cause." example:"matches_nothing"`
	State sso.HeldState `query:"state" enum:"waiting,approved,discarded,superseded" doc:"Filter by state." example:"waiting"`
	User  sso.UserID    `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Filter by user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}) (*out[list[heldSync]], error) {
	all, next, err := a.Members.HeldSyncs(ctx, c.enterprise.ID, sso.HeldFilter{
		State: in.State,
		User:  in.User,
		Cause: in.Cause,
	}, in.page())
	return pageOf(all, next, err, viewHeld)
}

func (a *API) decideHeld(
	do func(context.Context, sso.Actor, sso.EnterpriseID, sso.HeldSyncID) (sso.HeldSync, error),
) func(context.Context, caller, *inHeld) (*out[heldSync], error) {
	return func(ctx context.Context, c caller, in *inHeld) (*out[heldSync], error) {
		h, err := do(ctx, c.by, c.enterprise.ID, in.Held)
		if err != nil {
			return nil, err
		}
		return answerTo(viewHeld(h), nil)
	}
}

type heldCause struct {
	Cause      sso.HeldCause    `json:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Reason for holding the syncs." example:"connection_names_changed"`
	Connection sso.ConnectionID `json:"connection" doc:"Connection of the sign-ins." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Group      *sso.GroupID     `json:"group" doc:"Group that would lose too many members; null for other causes." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	GroupName  *string          `json:"group_name" doc:"Name of the group, as organization/group; null for other causes." example:"Research/engineering"`
	Waiting    int              `json:"waiting" doc:"Number of waiting syncs." example:"25"`
	Newest     *sso.HeldSyncID  `json:"newest" doc:"Newest waiting sync, for use as through; null if none is waiting." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Since      time.Time        `json:"since" doc:"Time of the oldest waiting sync, or, if none is waiting, the time from which removals are held." example:"2026-11-24T12:00:00Z"`
	Standing   bool             `json:"standing" doc:"Whether further removals are held as well."`
	Lost       int              `json:"lost" doc:"Number of users who lost a membership to the same cause before its detection and have not regained it." example:"2"`
}

func viewHeldCause(t sso.HeldTally) heldCause {
	return heldCause{
		Cause:      t.Cause,
		Connection: t.Connection,
		Group:      some(t.Group),
		GroupName:  some(t.GroupName),
		Waiting:    t.Waiting,
		Newest:     some(t.Newest),
		Since:      t.Since,
		Standing:   t.Standing,
		Lost:       t.Lost,
	}
}

func (a *API) listHeldCauses(ctx context.Context, c caller, _ *struct{}) (*out[list[heldCause]], error) {
	all, err := a.Members.HeldTallies(ctx, c.enterprise.ID)
	return pageOf(all, "", err, viewHeldCause)
}

type inHeldCause struct {
	Body struct {
		Cause      sso.HeldCause    `json:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Cause to decide about." example:"connection_names_changed"`
		Connection sso.ConnectionID `json:"connection,omitempty" pattern:"^conn-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a connection's identifier" doc:"Only syncs of this connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
		Group      sso.GroupID      `json:"group,omitempty" pattern:"^group-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a group's identifier" doc:"Only syncs about this group." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
		Through    sso.HeldSyncID   `json:"through,omitempty" pattern:"^held-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a held sync's identifier" doc:"Newest sync to decide about, from the list that the decision is based on." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
		Restore    *bool            `json:"restore,omitempty" doc:"For a discard: whether users regain the memberships they lost to the same cause; true by default."`
	}
}

type heldDecided struct {
	Decided  int `json:"decided" doc:"Number of decided syncs." example:"25"`
	Restored int `json:"restored" doc:"Number of users who regained memberships." example:"2"`
}

func (a *API) decideAllHeld(approve bool) func(context.Context, caller, *inHeldCause) (*out[heldDecided], error) {
	return func(ctx context.Context, c caller, in *inHeldCause) (*out[heldDecided], error) {
		b := in.Body
		done, err := a.Directory.DecideHeldSyncs(ctx, c.by, c.enterprise.ID, sso.HeldDecision{
			Cause:      b.Cause,
			Connection: b.Connection,
			Group:      b.Group,
			Through:    b.Through,
			Approve:    approve,
			Restore:    b.Restore == nil || *b.Restore,
		})
		return answerTo(heldDecided(done), err)
	}
}
