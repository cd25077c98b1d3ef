package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

type trustChange struct {
	Digest    string      `json:"digest" doc:"Identifies the content." example:"9f86d081884c7d65"`
	Version   string      `json:"version" enum:"draft,previous" doc:"Whether the draft or a rollback would make the change." example:"draft"`
	State     string      `json:"state" enum:"open,waiting,approved,refused" doc:"waiting: somebody tried to enable it." example:"waiting"`
	Fields    []string    `json:"fields" doc:"Members that differ and decide about trust." example:"[\"saml.metadata_url\"]"`
	Authors   []sso.Actor `json:"authors" doc:"Who wrote it; none of them may approve it." example:"[\"link-06d5x0wkj3n8p7r5\"]"`
	AskedBy   *sso.Actor  `json:"asked_by" doc:"Who tried to make it live; null: nobody." example:"link-06d5x0wkj3n8p7r5"`
	AskedAt   *time.Time  `json:"asked_at" doc:"When." example:"2026-11-24T12:00:00Z"`
	DecidedBy *sso.Actor  `json:"decided_by" doc:"Who decided; null: nobody." example:"user-06d5x0wkj3n8p7r5"`
	DecidedAt *time.Time  `json:"decided_at" doc:"When." example:"2026-11-24T13:00:00Z"`
	Test      *string     `json:"test" doc:"The passed test that approved it; null: none." example:"test-06d5x0wkj3n8p7r5"`
}

func viewTrustChange(c connections.TrustChange) trustChange {
	v := trustChange{
		Digest:    c.Digest,
		Version:   "draft",
		State:     c.State(),
		Fields:    append([]string{}, c.Fields...),
		Authors:   append([]sso.Actor{}, c.Authors...),
		AskedBy:   some(c.AskedBy),
		AskedAt:   moment(c.AskedAt),
		DecidedBy: some(c.DecidedBy),
		DecidedAt: moment(c.DecidedAt),
		Test:      some(string(c.Test)),
	}
	if c.Back {
		v.Version = "previous"
	}
	return v
}

type trustDecision struct {
	Digest string `json:"digest" minLength:"1" maxLength:"64" doc:"That of the change, as it was looked at." example:"9f86d081884c7d65"`
}

func (a *API) trustOperations() {
	const path = connectionPath + "/trust-changes"
	add(a, operation{
		id:      "list-trust-changes",
		method:  http.MethodGet,
		path:    path,
		summary: "List changes of trust",
		about: "What the draft, or a rollback that was asked for, would change about who says who people are, or how people are found in that. " +
			"Made by a setup link or by an admin of the company, it is enabled after an approval only.",
	}, a.listTrustChanges)
	add(a, operation{
		id:      "approve-trust-change",
		method:  http.MethodPost,
		path:    path + "/approve",
		summary: "Approve a change",
		about: "For this content: any later change needs another approval. It becomes live when it is enabled. " +
			"What is not there any more is 409 trust_change_gone.",
	}, a.decideTrust(true))
	add(a, operation{
		id:      "refuse-trust-change",
		method:  http.MethodPost,
		path:    path + "/refuse",
		summary: "Refuse a change of trust",
		about: "The draft stays, and only an operator can enable it as it is. " +
			"What is not there any more is 409 trust_change_gone.",
	}, a.decideTrust(false))
}

func (a *API) listTrustChanges(ctx context.Context, c caller, in *struct {
	Paging
	Connection sso.ConnectionID `path:"connection"`
}) (*out[list[trustChange]], error) {
	x, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	all, err := a.Setup.TrustChanges(ctx, x)
	return pageFrom(all, err, func(t connections.TrustChange) string {
		return t.Digest
	}, in.Paging, viewTrustChange)
}

func (a *API) decideTrust(approve bool) func(context.Context, caller, *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       trustDecision
}) (*ofConnection, error) {
	return func(ctx context.Context, c caller, in *struct {
		Connection sso.ConnectionID `path:"connection"`
		Body       trustDecision
	}) (*ofConnection, error) {
		x, err := a.Setup.DecideTrust(
			ctx, connections.Approver{By: c.by}, c.enterprise.ID, in.Connection, in.Body.Digest,
			approve,
		)
		return a.connectionAnswer(c, x, nil, err)
	}
}
