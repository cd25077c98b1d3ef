package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

type trustChange struct {
	Digest    string      `json:"digest" doc:"Identifier of the content." example:"9f86d081884c7d65"`
	Version   string      `json:"version" enum:"draft,previous" doc:"Origin of the change: the draft, or a rollback to the previous configuration." example:"draft"`
	State     string      `json:"state" enum:"open,waiting,approved,refused" doc:"State of the change; waiting after an attempt to enable it." example:"waiting"`
	Fields    []string    `json:"fields" doc:"Changed members that determine trust." example:"[\"saml.metadata_url\"]"`
	Authors   []sso.Actor `json:"authors" doc:"Actors who edited the content; none of them may approve it." example:"[\"link-06d5x0wkj3n8p7r5\"]"`
	AskedBy   *sso.Actor  `json:"asked_by" doc:"Actor who tried to enable it; null if none did." example:"link-06d5x0wkj3n8p7r5"`
	AskedAt   *time.Time  `json:"asked_at" doc:"Time of that attempt; null if there was none." example:"2026-11-24T12:00:00Z"`
	DecidedBy *sso.Actor  `json:"decided_by" doc:"Actor who decided; null without a decision." example:"user-06d5x0wkj3n8p7r5"`
	DecidedAt *time.Time  `json:"decided_at" doc:"Time of the decision; null without one." example:"2026-11-24T13:00:00Z"`
	Test      *string     `json:"test" doc:"Passed test that approved the change; null if none did." example:"test-06d5x0wkj3n8p7r5"`
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
	Digest string `json:"digest" minLength:"1" maxLength:"64" doc:"Digest of the reviewed change." example:"9f86d081884c7d65"`
}

func (a *API) trustOperations() {
	const path = connectionPath + "/trust-changes"
	add(a, operation{
		id:      "list-trust-changes",
		method:  http.MethodGet,
		path:    path,
		scope:   "connections:read",
		summary: "List changes of trust",
		about: "Changes, by the draft or by a requested rollback, of the identity provider that the connection " +
			"trusts, or of the way users are found in its assertions. A change made through a setup link or by an " +
			"admin of the enterprise needs an approval before it can be enabled.",
	}, a.listTrustChanges)
	add(a, operation{
		id:       "approve-trust-change",
		method:   http.MethodPost,
		path:     path + "/approve",
		scope:    "connections:write",
		instance: true,
		summary:  "Approve a change of trust",
		about: "Applies to this content only: any later change needs another approval. The change takes effect when " +
			"it is enabled. A change that no longer exists is 409 trust_change_gone.",
	}, a.decideTrust(true))
	add(a, operation{
		id:      "refuse-trust-change",
		method:  http.MethodPost,
		path:    path + "/refuse",
		scope:   "connections:write",
		summary: "Refuse a change of trust",
		about: "The draft stays, but unchanged it can be enabled by an operator only. A change that no longer " +
			"exists is 409 trust_change_gone.",
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
