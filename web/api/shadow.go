package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// shadow is one object and not a list: the differences of 200 users suffice to
// judge a draft, and the console lists the others.
type shadow struct {
	Since       *time.Time         `json:"since" doc:"Start of the comparison; null if none is running." example:"2026-11-24T12:00:00Z"`
	Compared    int                `json:"compared" doc:"Number of compared sign-ins." example:"118"`
	Differing   int                `json:"differing" doc:"Number of sign-ins with a difference." example:"7"`
	Refused     int                `json:"refused" doc:"Number of successful sign-ins that the draft would have refused." example:"1"`
	Admitted    int                `json:"admitted" doc:"Number of failed sign-ins that the draft would have admitted." example:"0"`
	People      int                `json:"people" doc:"Number of users with a difference." example:"5"`
	Differences []shadowDifference `json:"differences" doc:"Latest difference for each user, for at most 200 users, sorted by login."`
}

type shadowDifference struct {
	Person  string         `json:"person" doc:"Login used for the sign-in." example:"ada@acme.example"`
	User    *sso.UserID    `json:"user" doc:"User with this login; null if there is none yet." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt sso.AttemptID  `json:"attempt" doc:"Compared sign-in attempt." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At      time.Time      `json:"at" doc:"Time of the attempt." example:"2026-11-24T12:00:00Z"`
	Times   int            `json:"times" doc:"Number of sign-ins of this user with a difference." example:"3"`
	Live    *string        `json:"live" doc:"Error code of the sign-in; null if it succeeded." example:"sign_in_denied"`
	Draft   *string        `json:"draft" doc:"Error code under the draft; null if the sign-in would have succeeded." example:"sign_in_denied"`
	Reason  *string        `json:"reason" doc:"Reason for a refusal under the draft; null if the draft would not have refused, or the live configuration refused as well." example:"allow_sign_in is false"`
	Fields  []shadowField  `json:"fields" doc:"Fields of the identity that differ."`
	Lost    []string       `json:"lost" doc:"Names of groups asserted under the live configuration only." example:"[\"staff\"]"`
	Gained  []string       `json:"gained" doc:"Names of groups asserted under the draft only." example:"[\"engineering\"]"`
	Added   []groupChange  `json:"added" doc:"Groups that the user would join under the draft."`
	Removed []groupChange  `json:"removed" doc:"Groups that the user would leave under the draft."`
	Held    bool           `json:"held" doc:"Whether these changes would be held for an admin."`
	Cause   *sso.HeldCause `json:"held_cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Reason for holding them; null if they would not be held." example:"matches_nothing"`
}

type shadowField struct {
	Field string `json:"field" enum:"subject,login,email,name,groups" doc:"Name of the field." example:"name"`
	Live  string `json:"live" doc:"Value under the live configuration." example:"Ada Lovelace"`
	Draft string `json:"draft" doc:"Value under the draft." example:"Lovelace, Ada"`
}

const mostDifferences = 200

func (a *API) shadowOperations() {
	const path = connectionPath + "/shadow"
	add(a, operation{
		id:      "get-shadow",
		method:  http.MethodGet,
		path:    path,
		scope:   "records:read",
		summary: "Get the comparison of a draft with the live configuration",
		about: "Differences that the draft would have made to the sign-ins since the start of the comparison. A " +
			"change of the draft restarts it.",
	}, a.getShadow)
	add(a, operation{
		id:      "start-shadow",
		method:  http.MethodPost,
		path:    path + "/start",
		scope:   "connections:write",
		summary: "Start comparing a draft with the live configuration",
		about: "Every sign-in through the connection is evaluated under the draft as well, after its own decision; " +
			"only differences are stored. Without a draft, or if the connection is not enabled, the response is 409 " +
			"nothing_to_compare.",
	}, a.changeConnection(a.Setup.StartShadow))
	add(a, operation{
		id:      "stop-shadow",
		method:  http.MethodPost,
		path:    path + "/stop",
		scope:   "connections:write",
		summary: "Stop comparing a draft with the live configuration",
		about:   "The results are kept until the draft changes.",
	}, a.changeConnection(a.Setup.StopShadow))
}

func (a *API) getShadow(ctx context.Context, c caller, in *inConnection) (*out[shadow], error) {
	x, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	tally, err := a.Records.Shadow(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	all, _, err := a.Records.ShadowDifferences(ctx, c.enterprise.ID, in.Connection, sso.Page{
		Limit: mostDifferences,
	})
	return answerTo(shadow{
		Since:       moment(x.Shadow),
		Compared:    tally.Compared,
		Differing:   tally.Differing,
		Refused:     tally.Refused,
		Admitted:    tally.Admitted,
		People:      tally.People,
		Differences: viewAll(all, viewShadowDifference),
	}, err)
}

func viewShadowDifference(d sso.ShadowDifference) shadowDifference {
	return shadowDifference{
		Person:  d.Person,
		User:    some(d.User),
		Attempt: d.Attempt,
		At:      d.At,
		Times:   d.Times,
		Live:    some(d.LiveCode),
		Draft:   some(d.DraftCode),
		Reason:  some(d.Detail.Reason),
		Fields: viewAll(d.Detail.Fields, func(f sso.ShadowField) shadowField {
			return shadowField(f)
		}),
		Lost:    always(d.Detail.Lost),
		Gained:  always(d.Detail.Gained),
		Added:   viewChanges(d.Detail.Added),
		Removed: viewChanges(d.Detail.Removed),
		Held:    d.Detail.Held,
		Cause:   some(d.Detail.Cause),
	}
}
