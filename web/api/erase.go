package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

//nolint:lll // a tag is one line
type erasure struct {
	User     sso.UserID `json:"user" doc:"User who was deleted." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Accounts int        `json:"accounts" doc:"Number of users that were deleted: this one, and those merged into it." example:"1"`
	By       sso.Actor  `json:"by" doc:"Actor who deleted the user." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At       time.Time  `json:"at" doc:"Time of the deletion." example:"2026-11-24T12:00:00Z"`
	LiftedBy *sso.Actor `json:"lifted_by" doc:"Actor who allowed the person again; null while sign-ins and pushes of the person are refused." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	LiftedAt *time.Time `json:"lifted_at" doc:"Time at which the person was allowed again; null if not." example:"2026-11-25T12:00:00Z"`
}

func viewErasure(e sso.Erasure) erasure {
	return erasure{
		User:     e.User,
		Accounts: e.Accounts,
		By:       e.By,
		At:       e.At,
		LiftedBy: some(e.LiftedBy),
		LiftedAt: moment(e.LiftedAt),
	}
}

//nolint:lll // a tag is one line
type erasureResult struct {
	Erasure     *erasure         `json:"erasure,omitempty" doc:"The deletion; missing for a dry run."`
	Accounts    int              `json:"accounts" doc:"Number of users that go: this one, and those merged into it." example:"1"`
	Identities  int              `json:"identities" doc:"Number of identities that go." example:"1"`
	Provisioned int              `json:"provisioned" doc:"Number of provisioned users that go." example:"0"`
	Attempts    int              `json:"attempts" doc:"Number of sign-in attempts that go." example:"12"`
	Syncs       int              `json:"syncs" doc:"Number of sync records that go." example:"12"`
	Tokens      int              `json:"personal_tokens" doc:"Number of personal tokens that go." example:"0"`
	Forbidden   []mergeForbidden `json:"forbidden" doc:"Reasons why the deletion is not possible; empty if it is."`
}

func viewErasurePreview(p sso.ErasurePreview) erasureResult {
	return erasureResult{
		Accounts:    p.Accounts,
		Identities:  p.Identities,
		Provisioned: p.Provisioned,
		Attempts:    p.Attempts,
		Syncs:       p.Syncs,
		Tokens:      p.Tokens,
		Forbidden:   viewForbidden(p.Forbidden),
	}
}

func (a *API) eraseOperations() {
	add(a, operation{
		id:      "delete-user",
		method:  http.MethodDelete,
		path:    userPath,
		scope:   "users:write",
		status:  http.StatusOK,
		summary: "Delete a user for good",
		about: "Everything that identifies the person goes: identities, memberships with history, sessions, tokens, " +
			"provisioned users, attempts, syncs; and the same of users merged into this one. " +
			"In audit events, personal values become [erased]; the trail still verifies. " +
			"Sign-ins and pushes that would make the person again fail with account_deleted, until an admin allows it. " +
			"An active user is 409 user_active: deactivate first. " +
			"Other reasons are 409 with a code of the dry run's list. This cannot be undone.",
	}, a.eraseUser)
	add(a, operation{
		id:      "list-erasures",
		method:  http.MethodGet,
		path:    enterprisePath + "/erasures",
		scope:   "users:read",
		summary: "List deleted users",
		about:   "Their identifiers only; nothing else is left of them. Sorted by identifier, newest user first.",
	}, a.listErasures)
	add(a, operation{
		id:      "lift-erasure",
		method:  http.MethodDelete,
		path:    enterprisePath + "/erasures/{user}",
		scope:   "users:write",
		status:  http.StatusOK,
		summary: "Allow a deleted user again",
		about:   "The next sign-in or push of the person makes a new user. What was deleted does not come back.",
	}, a.liftErasure)
}

func (a *API) eraseUser(ctx context.Context, c caller, in *struct {
	User   sso.UserID `path:"user"`
	DryRun bool       `query:"dry_run" doc:"Only report what the deletion would do, and what is in its way."`
}) (*out[erasureResult], error) {
	preview, err := a.Erasures.PreviewErasure(ctx, c.enterprise.ID, in.User)
	if err != nil {
		return nil, err
	}
	result := viewErasurePreview(preview)
	if in.DryRun {
		return answerTo(result, nil)
	}
	e, err := a.Directory.EraseUser(ctx, c.by, c.enterprise.ID, in.User)
	if err != nil {
		return nil, err
	}
	made := viewErasure(e)
	result.Erasure = &made
	return answerTo(result, nil)
}

func (a *API) listErasures(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[erasure]], error) {
	all, next, err := a.Erasures.Erasures(ctx, c.enterprise.ID, in.page())
	return pageOf(all, next, err, viewErasure)
}

func (a *API) liftErasure(ctx context.Context, c caller, in *inUser) (*out[erasure], error) {
	e, err := a.Directory.LiftErasure(ctx, c.by, c.enterprise.ID, in.User)
	if err != nil {
		return nil, err
	}
	return answerTo(viewErasure(e), nil)
}
