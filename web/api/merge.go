package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type merge struct {
	ID       sso.MergeID `json:"id" doc:"Identifier; immutable." example:"merge-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	From     sso.UserID  `json:"from" doc:"User who was merged away; deactivated until the merge is undone." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Into     sso.UserID  `json:"into" doc:"User who was kept." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	By       sso.Actor   `json:"by" doc:"Actor who merged them." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At       time.Time   `json:"at" doc:"Time of the merge." example:"2026-11-24T12:00:00Z"`
	Until    time.Time   `json:"undo_until" doc:"Time until which the merge can be undone." example:"2026-12-24T12:00:00Z"`
	UndoneBy *sso.Actor  `json:"undone_by" doc:"Actor who undid it; null if it was not undone." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	UndoneAt *time.Time  `json:"undone_at" doc:"Time at which it was undone; null if it was not." example:"2026-11-25T12:00:00Z"`
}

func viewMerge(m sso.Merge) merge {
	return merge{
		ID:       m.ID,
		From:     m.From,
		Into:     m.Into,
		By:       m.By,
		At:       m.At,
		Until:    m.At.Add(sso.MergeUndoable),
		UndoneBy: some(m.UndoneBy),
		UndoneAt: moment(m.UndoneAt),
	}
}

type mergeResult struct {
	Merge     *merge           `json:"merge,omitempty" doc:"The merge; missing for a dry run."`
	From      user             `json:"from" doc:"User who is merged away, as before the merge."`
	Into      user             `json:"into" doc:"User who is kept, as before the merge."`
	Stays     []identity       `json:"identities_kept" doc:"Identities that stay with the user who is merged away, and open nothing: the identity provider of the connection deactivated or deleted this user."`
	Groups    []sso.GroupID    `json:"groups" doc:"Groups that the user who is kept joins." example:"[]"`
	Provision int              `json:"provisioned" doc:"Number of provisioned users that belong to the user who is kept afterwards." example:"1"`
	Keeps     bool             `json:"keeps_login" doc:"Whether sign-ins leave the login of the user who is kept as it is afterwards, because the logins differ."`
	Sessions  int              `json:"sessions_ended" doc:"Number of sessions that end." example:"1"`
	Tokens    int              `json:"personal_tokens" doc:"Number of personal tokens that end for good." example:"0"`
	Held      int              `json:"held_syncs_discarded" doc:"Number of held group syncs that are discarded." example:"0"`
	Admin     bool             `json:"admin" doc:"Whether the user who is merged away is appointed as an admin; the appointment does not pass to the one who is kept."`
	Forbidden []mergeForbidden `json:"forbidden" doc:"Reasons why the merge is not possible; empty if it is."`
}

type mergeForbidden struct {
	Code    string `json:"code" doc:"Code of the error that the operation fails with." example:"both_provisioned"`
	Message string `json:"message" doc:"What is in the way, and what to do." example:"One identity provider provisions both accounts."`
}

func viewMergePreview(p sso.MergePreview) mergeResult {
	r := mergeResult{
		From:      viewUser(p.From),
		Into:      viewUser(p.Into),
		Stays:     viewIdentities(p.Stays),
		Groups:    []sso.GroupID{},
		Provision: len(p.Resources),
		Keeps:     p.KeepsLogin,
		Sessions:  p.Sessions,
		Tokens:    p.Tokens,
		Held:      p.HeldSyncs,
		Admin:     p.Admin,
		Forbidden: viewForbidden(p.Forbidden),
	}
	r.From.Identities = viewIdentities(p.Identities)
	for _, m := range p.Gained {
		r.Groups = append(r.Groups, m.Group.ID)
	}
	return r
}

func viewForbidden(all []*sso.Error) []mergeForbidden {
	return viewAll(all, func(e *sso.Error) mergeForbidden {
		return mergeForbidden{
			Code:    e.Code,
			Message: e.Text().String(),
		}
	})
}

func viewIdentities(all []sso.UserIdentity) []identity {
	views := []identity{}
	for _, i := range all {
		views = append(views, viewIdentity(i))
	}
	return views
}

type mergeBody struct {
	Into   sso.UserID `json:"into" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"User who is kept." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	DryRun bool       `json:"dry_run,omitempty" doc:"Only report what the merge would do, and what is in its way."`
}

func (a *API) mergeOperations() {
	add(a, operation{
		id:      "merge-user",
		method:  http.MethodPost,
		path:    userPath + "/merge",
		scope:   "users:write",
		summary: "Merge a user into another",
		about: "Two accounts of one person become one: identities, provisioned users and memberships of the user in " +
			"the path lead to the user in the body, except what an identity provider ended. Sessions and " +
			"personal tokens of the former end. The former stays, deactivated, with its history. What is in the way is 409 with a code of the dry run's list.",
	}, a.mergeUser)
	add(a, operation{
		id:      "list-merges",
		method:  http.MethodGet,
		path:    enterprisePath + "/merges",
		scope:   "users:read",
		summary: "List merges",
		about:   "Includes those that were undone. Sorted by time, newest first.",
	}, a.listMerges)
	add(a, operation{
		id:      "undo-merge",
		method:  http.MethodPost,
		path:    enterprisePath + "/merges/{merge}/undo",
		scope:   "users:write",
		summary: "Undo a merge",
		about: "Within 30 days. The user who was merged away is active again if they were, and if the one who was " +
			"kept is active; if another active user has the login meanwhile, " +
			"they wait for an answer to an identity question. " +
			"The sessions of both end. A merge that was undone is 409 merge_undone, one that is too old 409 " +
			"merge_too_old, and one whose kept user was merged since 409 user_merged.",
	}, a.undoMerge)
}

func (a *API) mergeUser(ctx context.Context, c caller, in *struct {
	User sso.UserID `path:"user"`
	Body mergeBody
}) (*out[mergeResult], error) {
	preview, err := a.Merges.PreviewMerge(ctx, c.by, c.enterprise.ID, in.User, in.Body.Into)
	if err != nil {
		return nil, err
	}
	result := viewMergePreview(preview)
	if in.Body.DryRun {
		return answerTo(result, nil)
	}
	m, err := a.Directory.MergeUsers(ctx, c.by, c.enterprise.ID, in.User, in.Body.Into)
	if err != nil {
		return nil, err
	}
	made := viewMerge(m)
	result.Merge = &made
	return answerTo(result, nil)
}

func (a *API) listMerges(ctx context.Context, c caller, in *struct {
	Paging
	User sso.UserID `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Filter by user, either of the two." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}) (*out[list[merge]], error) {
	all, next, err := a.Merges.Merges(ctx, c.enterprise.ID, sso.MergeFilter{User: in.User}, in.page())
	return pageOf(all, next, err, viewMerge)
}

func (a *API) undoMerge(ctx context.Context, c caller, in *struct {
	Merge sso.MergeID `path:"merge"`
}) (*out[merge], error) {
	m, err := a.Directory.UndoMerge(ctx, c.by, c.enterprise.ID, in.Merge)
	if err != nil {
		return nil, err
	}
	return answerTo(viewMerge(m), nil)
}
