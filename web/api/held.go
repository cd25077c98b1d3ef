package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// Holding keeps what the brake has stopped.
type Holding interface {
	HeldSyncs(ctx context.Context, ent sso.EnterpriseID, f sso.HeldFilter, p sso.Page) ([]sso.HeldSync, string, error)
	ApproveHeldSync(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID) (sso.HeldSync, error)
	DiscardHeldSync(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID) (sso.HeldSync, error)
}

type heldSync struct {
	ID         sso.HeldSyncID   `json:"id" doc:"Never changes." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID       `json:"user" doc:"Whose groups." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID `json:"connection" doc:"Whose identity provider." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Record     sso.SyncRecordID `json:"record" doc:"The sync record that says why." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Added      []groupChange    `json:"added" doc:"Groups the person would come into."`
	Removed    []groupChange    `json:"removed" doc:"Groups the person would leave."`
	State      sso.HeldState    `json:"state" enum:"waiting,approved,discarded,superseded" doc:"Whether it waits; superseded once the identity provider has said something else about the person." example:"waiting"`
	At         time.Time        `json:"at" doc:"When it was held." example:"2026-11-24T12:00:00Z"`
	DecidedBy  *sso.Actor       `json:"decided_by" doc:"Who decided; null: nobody." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	DecidedAt  *time.Time       `json:"decided_at" doc:"When." example:"2026-11-24T13:00:00Z"`
}

func viewHeld(h sso.HeldSync) heldSync {
	return heldSync{ID: h.ID, User: h.User, Connection: h.Connection, Record: h.Record, Added: viewChanges(h.Changes.Added), Removed: viewChanges(h.Changes.Removed),
		State: h.State, At: h.At, DecidedBy: some(h.DecidedBy), DecidedAt: moment(h.DecidedAt)}
}

type inHeld struct {
	Held sso.HeldSyncID `path:"held_sync"`
}

func (a *API) heldOperations() {
	const path = enterprisePath + "/held-syncs"
	add(a, operation{id: "list-held-syncs", method: http.MethodGet, path: path, summary: "List group syncs that were held",
		about: "A sign-in that would have taken the last member out of the company's admin groups changed no membership, and waits here. Newest first."}, a.listHeld)
	add(a, operation{id: "approve-held-sync", method: http.MethodPost, path: path + "/{held_sync}/approve", summary: "Do what was held",
		about: "As far as the groups are still there. What does not wait any more is 409 held_sync_decided."}, a.decideHeld(a.Store.ApproveHeldSync))
	add(a, operation{id: "discard-held-sync", method: http.MethodPost, path: path + "/{held_sync}/discard", summary: "Leave memberships as they are",
		about: "The person's next sign-in is looked at anew. What does not wait any more is 409 held_sync_decided."}, a.decideHeld(a.Store.DiscardHeldSync))
}

func (a *API) listHeld(ctx context.Context, c caller, in *struct {
	Paging
	State sso.HeldState `query:"state" enum:"waiting,approved,discarded,superseded" doc:"Only those in this state." example:"waiting"`
	User  sso.UserID    `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Only those of this person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}) (*out[list[heldSync]], error) {
	all, next, err := a.Store.HeldSyncs(ctx, c.enterprise.ID, sso.HeldFilter{State: in.State, User: in.User}, in.page())
	return pageOf(all, next, err, viewHeld)
}

func (a *API) decideHeld(do func(context.Context, sso.Actor, sso.EnterpriseID, sso.HeldSyncID) (sso.HeldSync, error)) func(context.Context, caller, *inHeld) (*out[heldSync], error) {
	return func(ctx context.Context, c caller, in *inHeld) (*out[heldSync], error) {
		h, err := do(ctx, c.by, c.enterprise.ID, in.Held)
		if err != nil {
			return nil, err
		}
		a.revoked(ctx)
		return answerTo(viewHeld(h), nil)
	}
}
