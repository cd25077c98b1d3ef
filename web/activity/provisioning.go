package activity

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (a *Activity) provisioning(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	n := readPushes(r, v)
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	tokens, err := names.tokenField(r.Context())
	if err != nil {
		return err
	}
	all, next, err := a.listPushes(r.Context(), v, n, sso.Page{Cursor: n.cursor})
	if err != nil {
		return err
	}
	p := &provisioningPage{
		Base: a.Console.Base(v, console.AreaActivity),
		eventList: n.happened(
			tabs(v.Enterprise, tabProvisioning), next,
			nameField(),
			resultField(),
			names.connectionField(),
			tokens,
			sinceField(),
		),
		JSON:        n.export("/events.jsonl"),
		CSV:         n.export("/events.csv"),
		Connections: console.At(v.Enterprise, "connections"),
	}
	for _, x := range all {
		row, err := a.pushEntry(r.Context(), names, x)
		if err != nil {
			return err
		}
		row.addDepartures(x.ended)
		p.Rows = append(p.Rows, row)
	}
	return a.Console.Render(w, n.status(), p)
}

// readPushes reads the filter of the log from its form.
func readPushes(r *http.Request, v console.Visit) filter {
	return read(
		r, console.At(v.Enterprise, "activity", "provisioning"), "name", "result", "connection", "token",
	)
}

// push is a request of an identity provider, with the people whom it deactivated.
type push struct {
	sso.ProvisioningEvent
	ended []sso.DeprovisionReceipt
}

// listPushes returns a page of the requests that match a filter, and the cursor of
// the next one; nothing for an invalid filter.
func (a *Activity) listPushes(
	ctx context.Context, v console.Visit, n filter, page sso.Page,
) ([]push, string, error) {
	if len(n.wrong) > 0 {
		return nil, "", nil
	}
	all, next, err := a.Records.ProvisioningEvents(ctx, v.Enterprise.ID, sso.ProvisioningEventFilter{
		Connection: sso.ConnectionID(n.query.Get("connection")),
		Token:      sso.ProvisioningTokenID(n.query.Get("token")),
		Name:       n.query.Get("name"),
		Result:     sso.ProvisioningResult(n.query.Get("result")),
		Since:      n.since,
	}, page)
	if err != nil {
		return nil, "", fmt.Errorf("list provisioning events: %w", err)
	}
	var changed []sso.ProvisioningEventID
	for _, e := range all {
		if e.Changed {
			changed = append(changed, e.ID)
		}
	}
	receipts, err := a.Records.DeprovisionReceipts(ctx, v.Enterprise.ID, changed...)
	if err != nil {
		return nil, "", fmt.Errorf("list who was deactivated: %w", err)
	}
	ended := map[sso.ProvisioningEventID][]sso.DeprovisionReceipt{}
	for _, d := range receipts {
		ended[d.Event] = append(ended[d.Event], d)
	}
	pushes := make([]push, len(all))
	for i, e := range all {
		pushes[i] = push{e, ended[e.ID]}
	}
	return pushes, next, nil
}

func nameField() *ui.Field {
	return &ui.Field{
		Name:         "name",
		Label:        "User or group",
		Hint:         "The whole name, as the identity provider sends it. Does not find reads that were summed up.",
		Autocomplete: "off",
	}
}

// resultField returns the choice of requests by what came of them.
func resultField() *ui.Field {
	return &ui.Field{
		Name:  "result",
		Label: "Requests",
		Kind:  "select",
		Options: []ui.Option{
			{Label: "all"},
			{Value: string(sso.ResultChanged), Label: "changes"},
			{Value: string(sso.ResultRefused), Label: "refusals"},
			{Value: string(sso.ResultUnchanged), Label: "nothing changed"},
			{Value: string(sso.ResultRead), Label: "reads"},
		},
	}
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

// tokenField returns the choice of a token that is not revoked.
func (n *actorNames) tokenField(ctx context.Context) (*ui.Field, error) {
	all, err := n.Names.StandingProvisioningTokens(ctx, n.v.Enterprise.ID)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	f := &ui.Field{
		Name:    "token",
		Label:   "Token",
		Kind:    "select",
		Options: []ui.Option{{Label: "any"}},
	}
	for _, k := range all {
		f.Options = append(f.Options, ui.Option{
			Value: string(k.ID),
			Label: k.Name + ", " + n.connection(k.Connection),
		})
	}
	return f, nil
}

func (a *Activity) pushEntry(ctx context.Context, names *actorNames, e push) (pushEntry, error) {
	token, err := names.link(ctx, cmp.Or(string(e.Token), string(sso.ActorSystem)))
	if err != nil {
		return pushEntry{}, fmt.Errorf("find token: %w", err)
	}
	row := pushEntry{
		At:         ui.NewTime(e.At, a.Now()),
		Connection: names.connection(e.Connection),
		Request:    requestWords(e.ProvisioningEvent),
		Name:       e.Name,
		Result:     pushResults(e.ProvisioningEvent),
		Detail:     e.Detail,
		Token:      token.Label,
		Client:     e.Client,
		RequestID:  e.RequestID,
	}
	if e.Effects.Reads != nil && e.Requests() > 1 {
		row.Sum = sumWords(e.ProvisioningEvent)
	}
	return row, nil
}
