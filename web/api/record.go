package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

func (a *API) recordOperations() {
	add(a, operation{
		id:      "list-attempts",
		method:  http.MethodGet,
		path:    enterprisePath + "/attempts",
		scope:   "records:read",
		summary: "List sign-in attempts",
		about:   "Sorted by time, newest first.",
	}, a.listAttempts)
	add(a, operation{
		id:      "get-attempt",
		method:  http.MethodGet,
		path:    enterprisePath + "/attempts/{attempt}",
		scope:   "records:read",
		summary: "Get a sign-in attempt",
		about:   "The identifier is the reference shown on error pages.",
	}, a.getAttempt)
	add(a, operation{
		id:      "list-user-attempts",
		method:  http.MethodGet,
		path:    userPath + "/attempts",
		scope:   "records:read",
		summary: "List a user's sign-in attempts",
		about:   "Sorted by time, newest first.",
	}, a.listUserAttempts)
	add(a, operation{
		id:      "list-sync-records",
		method:  http.MethodGet,
		path:    enterprisePath + "/sync-records",
		scope:   "records:read",
		summary: "List group syncs",
		about:   "Groups asserted by each sign-in, and the resulting changes. Sorted by time, newest first.",
	}, a.listSyncRecords)
	add(a, operation{
		id:       "list-audit-events",
		method:   http.MethodGet,
		path:     enterprisePath + "/audit-events",
		scope:    "records:read",
		outlives: true,
		summary:  "List an enterprise's audit events",
		about:    "Sorted by time, newest first. The events remain available after the enterprise is deleted.",
	}, a.listAuditEvents)
	add(a, operation{
		id:      "list-instance-audit-events",
		method:  http.MethodGet,
		path:    "audit-events",
		scope:   "records:read",
		summary: "List the instance's audit events",
		about: "Events that belong to no enterprise, such as the creation and deletion of API tokens. Sorted by " +
			"time, newest first.",
	}, a.listInstanceAuditEvents)
}

func (a *API) listAttempts(ctx context.Context, c caller, in *struct {
	Paging
	User    sso.UserID  `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Filter by user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login   string      `query:"login" doc:"Filter by exact login." example:"ada@acme.example"`
	Outcome sso.Outcome `query:"outcome" enum:"succeeded,failed,pending,unmatched" doc:"Filter by outcome." example:"failed"`
	Code    string      `query:"code" doc:"Filter by error code." example:"saml_expired"`
	Since   time.Time   `query:"since" doc:"Only attempts at or after this time." example:"2026-11-24T12:00:00Z"`
}) (*out[list[attempt]], error) {
	f := sso.AttemptFilter{
		User:    in.User,
		Login:   in.Login,
		Outcome: in.Outcome,
		Code:    in.Code,
		Since:   in.Since,
	}
	all, next, err := a.Records.Attempts(ctx, c.enterprise.ID, f, in.page())
	return pageOf(all, next, err, viewAttempt)
}

func (a *API) getAttempt(ctx context.Context, c caller, in *struct {
	Attempt sso.AttemptID `path:"attempt"`
}) (*out[attempt], error) {
	found, err := a.Records.Attempt(ctx, c.enterprise.ID, in.Attempt)
	return answerTo(viewAttempt(found), err)
}

func (a *API) listUserAttempts(ctx context.Context, c caller, in *pagedUser) (*out[list[attempt]], error) {
	if _, err := a.Members.User(ctx, c.enterprise.ID, in.User); err != nil {
		return nil, err
	}
	all, next, err := a.Records.Attempts(
		ctx, c.enterprise.ID, sso.AttemptFilter{User: in.User}, in.page(),
	)
	return pageOf(all, next, err, viewAttempt)
}

func (a *API) listSyncRecords(ctx context.Context, c caller, in *struct {
	Paging
	User  sso.UserID `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Filter by user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Since time.Time  `query:"since" doc:"Only records at or after this time." example:"2026-11-24T12:00:00Z"`
}) (*out[list[syncRecord]], error) {
	all, next, err := a.Records.SyncRecords(ctx, c.enterprise.ID, sso.SyncFilter{
		User:  in.User,
		Since: in.Since,
	}, in.page())
	return pageOf(all, next, err, viewSyncRecord)
}

type auditInput struct {
	Paging
	Actor  string    `query:"actor" doc:"Filter by actor." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Action string    `query:"action" doc:"Filter by action." example:"connection.enabled"`
	Since  time.Time `query:"since" doc:"Only events at or after this time." example:"2026-11-24T12:00:00Z"`
}

// listAuditEvents distinguishes a deleted enterprise from an unknown one by its
// events: every enterprise has at least one.
func (a *API) listAuditEvents(ctx context.Context, c caller, in *auditInput) (*out[list[auditEvent]], error) {
	first, _, err := a.Records.AuditEvents(
		ctx, c.enterprise.ID, sso.AuditFilter{}, sso.Page{Limit: 1},
	)
	if err != nil {
		return nil, err
	}
	if len(first) == 0 {
		return nil, sso.NothingHere()
	}
	return a.auditEvents(ctx, c.enterprise.ID, in)
}

func (a *API) listInstanceAuditEvents(ctx context.Context, _ caller, in *auditInput) (*out[list[auditEvent]], error) {
	return a.auditEvents(ctx, "", in)
}

func (a *API) auditEvents(ctx context.Context, ent sso.EnterpriseID, in *auditInput) (*out[list[auditEvent]], error) {
	all, next, err := a.Records.AuditEvents(ctx, ent, sso.AuditFilter{
		Actor:  in.Actor,
		Action: in.Action,
		Since:  in.Since,
	}, in.page())
	return pageOf(all, next, err, viewAuditEvent)
}
