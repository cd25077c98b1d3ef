package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type healthEvent struct {
	ID         sso.HealthEventID `json:"id" doc:"Never changes." example:"health-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Kind       sso.HealthKind    `json:"kind" enum:"certificate_expiring,metadata_failing,keys_replaced,groups_vanished,sync_held,sign_ins_failing,logins_contested,trust_waiting,trust_changed,provisioning_missing" doc:"What is unwell." example:"certificate_expiring"`
	Connection *sso.ConnectionID `json:"connection" doc:"Of which connection; null: of none." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Threshold  *int              `json:"threshold" doc:"Of a certificate: how many days are left at most, 0 once it has expired; null otherwise." example:"30"`
	Text       string            `json:"text" doc:"What is so, as admins are told." example:"The certificate of Okta expires on 24 January 2027."`
	Side       string            `json:"side" enum:"person,company,you" doc:"Who must act: whoever signs in, the company at its identity provider, or you." example:"company"`
	Do         string            `json:"do" doc:"What to do." example:"Make a new signing certificate at the identity provider."`
	Urgent     bool              `json:"urgent" doc:"Whether people cannot sign in, or soon will not."`
	By         *time.Time        `json:"by" doc:"Until when; null: now." example:"2027-01-24T12:00:00Z"`
	FoundAt    time.Time         `json:"found_at" doc:"When it was found." example:"2026-11-24T12:00:00Z"`
	MailedAt   *time.Time        `json:"mailed_at" doc:"When an admin was told; null: not yet, or nobody can be." example:"2026-11-24T12:00:05Z"`
	ResolvedAt *time.Time        `json:"resolved_at" doc:"When it was so no more; null: it still is." example:"2026-12-01T12:00:00Z"`
}

func viewHealthEvent(e sso.HealthEvent) healthEvent {
	v := healthEvent{
		ID:         e.ID,
		Kind:       e.Kind,
		Connection: some(e.Connection),
		Text:       e.Text,
		Side:       e.Side,
		Do:         e.Do,
		Urgent:     e.Urgent,
		By:         moment(e.By),
		FoundAt:    e.FoundAt,
		MailedAt:   moment(e.MailedAt),
		ResolvedAt: moment(e.ResolvedAt),
	}
	if e.Kind == sso.HealthCertificate {
		v.Threshold = &e.Threshold
	}
	return v
}

func (a *API) healthOperations() {
	add(a, operation{
		id:      "list-health-events",
		method:  http.MethodGet,
		path:    enterprisePath + "/health-events",
		summary: "List what is unwell about sign-in, or was",
		about:   "Every enterprise is looked at every hour. Each finding is there once, a certificate once for each threshold. Newest first.",
	}, a.listHealth)
}

func (a *API) listHealth(ctx context.Context, c caller, in *struct {
	Paging
	Kind sso.HealthKind `query:"kind" enum:"certificate_expiring,metadata_failing,keys_replaced,groups_vanished,sync_held,sign_ins_failing,logins_contested,trust_waiting,trust_changed,provisioning_missing" doc:"Only of this kind." example:"certificate_expiring"`
	Open bool           `query:"open" doc:"Only what is still so." example:"true"`
}) (*out[list[healthEvent]], error) {
	all, next, err := a.Records.HealthEvents(ctx, c.enterprise.ID, sso.HealthFilter{
		Kind: in.Kind,
		Open: in.Open,
	}, in.page())
	return pageOf(all, next, err, viewHealthEvent)
}
