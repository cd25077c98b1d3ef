package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// provisioningChecklist is what provisioning has shown to do.
//
//nolint:lll // a tag is one line
type provisioningChecklist struct {
	Items         []checklistItem    `json:"items" doc:"Steps, in the order in which to try them."`
	Pushed        int                `json:"pushed" doc:"Number of users that the identity provider pushed." example:"300"`
	Adopted       int                `json:"adopted" doc:"Number of these whose account follows what is pushed." example:"12"`
	Pilot         configurationPilot `json:"pilot" doc:"Pilot of the live configuration if it provisions by SCIM, otherwise of the draft."`
	MissingGroups []string           `json:"missing_groups" doc:"Groups of the pilot that were not pushed yet." example:"[\"grp_pilot\"]"`
	MissingUsers  []string           `json:"missing_users" doc:"Named users of the pilot who were not pushed yet." example:"[\"ada@acme.example\"]"`
}

// checklistItem is a step that ticks itself.
//
//nolint:lll // a tag is one line
type checklistItem struct {
	Step    sso.Milestone            `json:"step" enum:"user_arrived,user_updated,group_arrived,member_added,member_removed,user_deactivated,user_reactivated" doc:"What was shown. user_arrived: a user was created or adopted. user_deactivated: a user was deactivated, and their sessions ended." example:"user_arrived"`
	Done    bool                     `json:"done" doc:"Whether a request of the identity provider has shown it."`
	FirstAt *time.Time               `json:"first_at" doc:"Time of the first such request; null if there was none." example:"2026-11-24T12:00:00Z"`
	LastAt  *time.Time               `json:"last_at" doc:"Time of the last such request; null if there was none." example:"2026-11-26T12:00:00Z"`
	Event   *sso.ProvisioningEventID `json:"event" doc:"Last such request; null if there was none. Events are kept for 30 days." example:"push-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name    *string                  `json:"name" doc:"Name of its user or group; null if there was none." example:"ada@acme.example"`
	Ended   *deprovisioned           `json:"deprovisioned,omitempty" doc:"What ended, of user_deactivated; missing if there was none."`
}

func viewChecklist(c sso.ProvisioningChecklist) provisioningChecklist {
	v := provisioningChecklist{
		Items:   make([]checklistItem, 0, len(c.Items)),
		Pushed:  c.Pushed,
		Adopted: c.Adopted,
		Pilot: configurationPilot{
			Groups: always(c.Pilot.Groups),
			Users:  always(c.Pilot.Users),
		},
		MissingGroups: always(c.MissingGroups),
		MissingUsers:  always(c.MissingUsers),
	}
	for _, i := range c.Items {
		item := checklistItem{
			Step:    i.Milestone,
			Done:    !i.FirstAt.IsZero(),
			FirstAt: moment(i.FirstAt),
			LastAt:  moment(i.LastAt),
			Event:   some(i.Event),
			Name:    some(i.Name),
		}
		if r := i.Receipt; r != nil {
			ended := viewReceipt(*r)
			item.Ended = &ended
		}
		v.Items = append(v.Items, item)
	}
	return v
}

func (a *API) checklistOperation() {
	add(a, operation{
		id:      "get-provisioning-checklist",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/checklist",
		scope:   "provisioning:read",
		summary: "Get the checklist of provisioning",
		about: "Steps that show whether provisioning works, ticked by the requests of the identity provider, and how " +
			"many users are adopted.",
	}, func(ctx context.Context, c caller, in *inConnection) (*out[provisioningChecklist], error) {
		list, err := a.Setup.ProvisioningChecklist(ctx, c.enterprise.ID, in.Connection)
		return answerTo(viewChecklist(list), err)
	})
}
