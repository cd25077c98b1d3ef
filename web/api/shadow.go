package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// shadow is one object, and not a list: 200 people show what is wrong with a draft,
// and the console lists the rest.
type shadow struct {
	Since       *time.Time         `json:"since" doc:"Since when sign-ins are compared with the draft; null: they are not." example:"2026-11-24T12:00:00Z"`
	Compared    int                `json:"compared" doc:"How many sign-ins were compared." example:"118"`
	Differing   int                `json:"differing" doc:"For how many of them the draft makes a difference." example:"7"`
	Refused     int                `json:"refused" doc:"How many succeeded, and would not have." example:"1"`
	Admitted    int                `json:"admitted" doc:"How many failed, and would not have." example:"0"`
	People      int                `json:"people" doc:"About how many people something differed." example:"5"`
	Differences []shadowDifference `json:"differences" doc:"The latest difference for each of at most 200 people, in the order of their logins."`
}

type shadowDifference struct {
	Person  string         `json:"person" doc:"The login by which they signed in." example:"ada@acme.example"`
	User    *sso.UserID    `json:"user" doc:"Who that is; null: nobody here yet." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt sso.AttemptID  `json:"attempt" doc:"The attempt that was compared." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At      time.Time      `json:"at" doc:"When." example:"2026-11-24T12:00:00Z"`
	Times   int            `json:"times" doc:"How often something differed about them." example:"3"`
	Live    *string        `json:"live" doc:"The code with which it ended; null: they got in." example:"sign_in_denied"`
	Draft   *string        `json:"draft" doc:"The code with which it would have ended; null: they would have got in." example:"sign_in_denied"`
	Reason  *string        `json:"reason" doc:"Why the draft would have refused them; null: it would not, or what is live did, too." example:"allow_sign_in is false"`
	Fields  []shadowField  `json:"fields" doc:"Fields of the identity that differ."`
	Lost    []string       `json:"lost" doc:"Names of groups that only what is live takes as said." example:"[\"staff\"]"`
	Gained  []string       `json:"gained" doc:"Names of groups that only the draft takes as said." example:"[\"engineering\"]"`
	Added   []groupChange  `json:"added" doc:"Groups that the draft would bring them into."`
	Removed []groupChange  `json:"removed" doc:"Groups that the draft would take them out of."`
	Held    bool           `json:"held" doc:"Whether that would wait for an admin."`
	Cause   *sso.HeldCause `json:"held_cause" enum:"last_admin,connection_names_changed,matches_nothing,group_share" doc:"Why it would wait; null if it would not." example:"matches_nothing"`
}

type shadowField struct {
	Field string `json:"field" enum:"subject,login,email,name,groups" doc:"Which." example:"name"`
	Live  string `json:"live" doc:"By what is live." example:"Ada Lovelace"`
	Draft string `json:"draft" doc:"By the draft." example:"Lovelace, Ada"`
}

const mostDifferences = 200

func (a *API) shadowOperations() {
	const path = connectionPath + "/shadow"
	add(a, operation{
		id:      "get-shadow",
		method:  http.MethodGet,
		path:    path,
		summary: "Compare a draft with what is live",
		about:   "What the draft would have made of the sign-ins since the comparison was started. It begins anew when the draft changes.",
	}, a.getShadow)
	add(a, operation{
		id:      "start-shadow",
		method:  http.MethodPost,
		path:    path + "/start",
		summary: "Start to compare a draft with what is live",
		about:   "Every sign-in over the connection is evaluated by the draft, too, after it was decided; nothing is written but what differs. Without a draft, or where no one signs in, it is 409 nothing_to_compare.",
	}, a.changeConnection(a.Setup.StartShadow))
	add(a, operation{
		id:      "stop-shadow",
		method:  http.MethodPost,
		path:    path + "/stop",
		summary: "Stop to compare a draft with what is live",
		about:   "What was found stays until the draft changes.",
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
