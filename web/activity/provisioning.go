package activity

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (a *Activity) provisioning(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	n := read(r, console.At(v.Enterprise, "activity", "provisioning"), "name", "result", "connection")
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	all, next, err := a.listPushes(r.Context(), v, n)
	if err != nil {
		return err
	}
	p := &provisioningPage{
		Base: a.Console.Base(v, console.AreaActivity),
		eventList: n.happened(
			tabs(v.Enterprise, tabProvisioning), next,
			&ui.Field{
				Name:         "name",
				Label:        "User or group",
				Hint:         "The whole name, as the identity provider sends it.",
				Autocomplete: "off",
			},
			&ui.Field{
				Name:    "result",
				Label:   "Result",
				Kind:    "select",
				Options: []ui.Option{{Label: "any"}, {Value: "refused", Label: "refused"}},
			},
			names.connectionField(),
			sinceField(),
		),
		Connections: console.At(v.Enterprise, "connections"),
	}
	departures, err := a.departures(r.Context(), v, all)
	if err != nil {
		return err
	}
	for _, e := range all {
		row, err := a.pushEntry(r.Context(), names, e)
		if err != nil {
			return err
		}
		row.addDepartures(departures[e.ID])
		p.Rows = append(p.Rows, row)
	}
	return a.Console.Render(w, n.status(), p)
}

// departures returns the receipts of the users whom requests took away.
func (a *Activity) departures(
	ctx context.Context, v console.Visit, all []sso.ProvisioningEvent,
) (map[sso.ProvisioningEventID][]sso.DeprovisionReceipt, error) {
	ids := make([]sso.ProvisioningEventID, 0, len(all))
	for _, e := range all {
		if e.Changed {
			ids = append(ids, e.ID)
		}
	}
	receipts, err := a.Records.DeprovisionReceipts(ctx, v.Enterprise.ID, ids...)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", err)
	}
	of := map[sso.ProvisioningEventID][]sso.DeprovisionReceipt{}
	for _, r := range receipts {
		of[r.Event] = append(of[r.Event], r)
	}
	return of, nil
}

// listPushes returns a page of the events that match a filter, and the cursor of
// the next one; nothing for an invalid filter.
func (a *Activity) listPushes(
	ctx context.Context, v console.Visit, n filter,
) ([]sso.ProvisioningEvent, string, error) {
	if len(n.wrong) > 0 {
		return nil, "", nil
	}
	all, next, err := a.Records.ProvisioningEvents(ctx, v.Enterprise.ID, sso.ProvisioningEventFilter{
		Connection: sso.ConnectionID(n.query.Get("connection")),
		Name:       n.query.Get("name"),
		Refused:    n.query.Get("result") == "refused",
		Since:      n.since,
	}, sso.Page{Cursor: n.cursor})
	if err != nil {
		return nil, "", fmt.Errorf("list provisioning events: %w", err)
	}
	return all, next, nil
}

// connectionField returns the choice of a connection.
func (n *actorNames) connectionField() *ui.Field {
	f := &ui.Field{
		Name:    "connection",
		Label:   "Connection",
		Kind:    "select",
		Options: []ui.Option{{Label: "any"}},
	}
	for _, c := range n.inOrder {
		f.Options = append(f.Options, ui.Option{
			Value: string(c.ID),
			Label: c.Name,
		})
	}
	return f
}

func (a *Activity) pushEntry(ctx context.Context, names *actorNames, e sso.ProvisioningEvent) (pushEntry, error) {
	token, err := names.link(ctx, string(e.Token))
	if err != nil {
		return pushEntry{}, fmt.Errorf("find token: %w", err)
	}
	return pushEntry{
		At:         ui.NewTime(e.At, a.Now()),
		Connection: names.connection(e.Connection),
		Request:    requestWords(e),
		Name:       e.Name,
		Result:     pushResults(e),
		Detail:     e.Detail,
		Token:      token.Label,
		RequestID:  e.RequestID,
	}, nil
}

// requestWords says what a request wanted, such as "change group".
func requestWords(e sso.ProvisioningEvent) string {
	verb := map[string]string{
		http.MethodGet:    "read",
		http.MethodPost:   "create",
		http.MethodPut:    "replace",
		http.MethodPatch:  "change",
		http.MethodDelete: "delete",
	}[e.Method]
	switch e.Kind {
	case sso.ScopeUsersRead:
		return "read user"
	case sso.ScopeGroupsRead:
		return "read group"
	case sso.ScopeUsersWrite:
		return verb + " user"
	case sso.ScopeGroupsWrite:
		return verb + " group"
	}
	return "sign in to SCIM"
}

// pushResults returns the badges that summarize what came of a request.
func pushResults(e sso.ProvisioningEvent) []ui.Badge {
	if e.Refused() {
		return []ui.Badge{{
			Label: "refused, " + strconv.Itoa(e.Status),
			State: "error",
		}}
	}
	var all []ui.Badge
	add := func(n int, what, state string) {
		if n > 0 {
			all = append(all, ui.Badge{
				Label: strconv.Itoa(n) + " " + what,
				State: state,
			})
		}
	}
	add(e.Effects.Added, "added", "ok")
	add(e.Effects.Removed, "removed", "warn")
	add(e.Effects.WaitingCount, "not known yet", "warn")
	add(e.Effects.Nested, "groups in it, ignored", "")
	if len(all) == 0 {
		all = append(all, ui.Badge{Label: "done", State: "ok"})
	}
	return all
}
