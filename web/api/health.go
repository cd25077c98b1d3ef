package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type healthEvent struct {
	ID         sso.HealthEventID `json:"id" doc:"Identifier; immutable." example:"health-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Kind       sso.HealthKind    `json:"kind" enum:"certificate_expiring,metadata_failing,keys_replaced,groups_vanished,sync_held,sign_ins_failing,logins_contested,subjects_changed,trust_waiting,trust_changed,login_rule_on,scim_token_expiring,service_token_expiring,api_token_expiring,provisioning_refused" doc:"Kind of problem." example:"certificate_expiring"`
	Connection *sso.ConnectionID `json:"connection" doc:"Affected connection; null if the problem is not about a connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Threshold  *int              `json:"threshold" doc:"For a certificate, or the token of an identity provider or a service: threshold reached, in days before expiry, 0 after expiry; null otherwise." example:"30"`
	Text       string            `json:"text" doc:"Description of the problem, as shown to admins." example:"The certificate of Okta expires on 24 January 2027."`
	Side       string            `json:"side" enum:"person,company,you" doc:"Party that must act: the user (person), the IT admin at the identity provider (company) or the operator of Gatehouse (you)." example:"company"`
	Do         string            `json:"do" doc:"Recommended action." example:"Make a new signing certificate at the identity provider."`
	Urgent     bool              `json:"urgent" doc:"Whether sign-ins fail or will fail soon."`
	By         *time.Time        `json:"by" doc:"Deadline for the action; null if it is due now." example:"2027-01-24T12:00:00Z"`
	FoundAt    time.Time         `json:"found_at" doc:"Time of detection." example:"2026-11-24T12:00:00Z"`
	MailedAt   *time.Time        `json:"mailed_at" doc:"Time of the e-mail to an admin; null if none was sent yet, or none can be." example:"2026-11-24T12:00:05Z"`
	ResolvedAt *time.Time        `json:"resolved_at" doc:"Time of resolution; null while the problem persists." example:"2026-12-01T12:00:00Z"`
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
	switch e.Kind {
	case sso.HealthCertificate, sso.HealthToken, sso.HealthService, sso.HealthAPIToken:
		v.Threshold = &e.Threshold
	}
	return v
}

func (a *API) healthOperations() {
	add(a, operation{
		id:      "list-health-events",
		method:  http.MethodGet,
		path:    enterprisePath + "/health-events",
		scope:   "records:read",
		summary: "List health events",
		about: "Current and past problems of sign-in. Every enterprise is checked every hour. Each problem is " +
			"listed once, an expiring certificate once per threshold. Sorted by time of detection, newest first.",
	}, a.listHealth)
}

func (a *API) listHealth(ctx context.Context, c caller, in *struct {
	Paging
	Kind sso.HealthKind `query:"kind" enum:"certificate_expiring,metadata_failing,keys_replaced,groups_vanished,sync_held,sign_ins_failing,logins_contested,subjects_changed,trust_waiting,trust_changed,login_rule_on,scim_token_expiring,service_token_expiring,api_token_expiring,provisioning_refused" doc:"Filter by kind." example:"certificate_expiring"`
	Open bool           `query:"open" doc:"Only unresolved events, if true." example:"true"`
}) (*out[list[healthEvent]], error) {
	all, next, err := a.Records.HealthEvents(ctx, c.enterprise.ID, sso.HealthFilter{
		Kind: in.Kind,
		Open: in.Open,
	}, in.page())
	return pageOf(all, next, err, viewHealthEvent)
}
