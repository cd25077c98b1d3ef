package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type heldSync struct {
	ID         sso.HeldSyncID   `json:"id" doc:"Never changes." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID       `json:"user" doc:"Whose groups." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID `json:"connection" doc:"Whose identity provider." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Record     sso.SyncRecordID `json:"record" doc:"The sync record that says why." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Cause      sso.HeldCause    `json:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Why it was held." example:"matches_nothing"`
	Group      *sso.GroupID     `json:"group" doc:"The group that would lose too many people; null for other causes." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Added      []groupChange    `json:"added" doc:"Groups the person would come into."`
	Removed    []groupChange    `json:"removed" doc:"Groups the person would leave."`
	State      sso.HeldState    `json:"state" enum:"waiting,approved,discarded,superseded" doc:"Whether it waits; superseded once the identity provider has said something else about the person." example:"waiting"`
	At         time.Time        `json:"at" doc:"When it was held." example:"2026-11-24T12:00:00Z"`
	DecidedBy  *sso.Actor       `json:"decided_by" doc:"Who decided; null: nobody." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	DecidedAt  *time.Time       `json:"decided_at" doc:"When." example:"2026-11-24T13:00:00Z"`
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
		summary: "List group syncs that were held",
		about:   "A sign-in whose removals look like a mistake changed no membership, and waits here. Newest first.",
	}, a.listHeld)
	add(a, operation{
		id:      "list-held-causes",
		method:  http.MethodGet,
		path:    path + "/causes",
		summary: "Count what is held, by cause",
		about:   "With the connection, and the group where it is about one. It also lists what is held from now on although nothing waits.",
	}, a.listHeldCauses)
	add(a, operation{
		id:      "approve-held-syncs",
		method:  http.MethodPost,
		path:    path + "/approve",
		summary: "Do all that was held for one cause",
		about:   "As approving each does. Removals for this cause are not held for the next seven days.",
	}, a.decideAllHeld(true))
	add(a, operation{
		id:      "discard-held-syncs",
		method:  http.MethodPost,
		path:    path + "/discard",
		summary: "Drop all that was held for one cause",
		about:   "Memberships stay as they are, and removals are held from now on, too. People who lost memberships to the same cause before it was noticed get them back, unless restore is false.",
	}, a.decideAllHeld(false))
	add(a, operation{
		id:      "approve-held-sync",
		method:  http.MethodPost,
		path:    path + "/{held_sync}/approve",
		summary: "Do what was held",
		about:   "As far as the groups are still there. What does not wait any more is 409 held_sync_decided.",
	}, a.decideHeld(a.Directory.ApproveHeldSync))
	add(a, operation{
		id:      "discard-held-sync",
		method:  http.MethodPost,
		path:    path + "/{held_sync}/discard",
		summary: "Leave memberships as they are",
		about:   "The person's next sign-in is looked at anew. What does not wait any more is 409 held_sync_decided.",
	}, a.decideHeld(a.Directory.DiscardHeldSync))
}

func (a *API) listHeld(ctx context.Context, c caller, in *struct {
	Paging
	Cause sso.HeldCause `query:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Only those of this cause." example:"matches_nothing"`
	State sso.HeldState `query:"state" enum:"waiting,approved,discarded,superseded" doc:"Only those in this state." example:"waiting"`
	User  sso.UserID    `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Only those of this person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
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
	Cause      sso.HeldCause    `json:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Why it is held." example:"connection_names_changed"`
	Connection sso.ConnectionID `json:"connection" doc:"Through which connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Group      *sso.GroupID     `json:"group" doc:"The group that would lose too many people; null for other causes." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	GroupName  *string          `json:"group_name" doc:"Its organization and name." example:"Research/engineering"`
	Waiting    int              `json:"waiting" doc:"How many held syncs wait." example:"25"`
	Newest     *sso.HeldSyncID  `json:"newest" doc:"The newest of them, for through." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Since      time.Time        `json:"since" doc:"Since when." example:"2026-11-24T12:00:00Z"`
	Standing   bool             `json:"standing" doc:"Whether removals are held from now on, too."`
	Lost       int              `json:"lost" doc:"How many people lost a membership to the same cause before it was noticed, and have not got it back." example:"2"`
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
		Cause      sso.HeldCause    `json:"cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Which cause." example:"connection_names_changed"`
		Connection sso.ConnectionID `json:"connection,omitempty" pattern:"^conn-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a connection's identifier" doc:"Only through this connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
		Group      sso.GroupID      `json:"group,omitempty" pattern:"^group-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a group's identifier" doc:"Only of this group." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
		Through    sso.HeldSyncID   `json:"through,omitempty" pattern:"^held-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a held sync's identifier" doc:"Only up to this one, the newest that was shown." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
		Restore    *bool            `json:"restore,omitempty" doc:"Whether a discard gives back what people lost to the same cause; missing: it does."`
	}
}

type heldDecided struct {
	Decided  int `json:"decided" doc:"How many held syncs were decided." example:"25"`
	Restored int `json:"restored" doc:"How many people got memberships back." example:"2"`
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
