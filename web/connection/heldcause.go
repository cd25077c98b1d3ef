package connection

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// heldCauses are the causes for which something waits, or is held from now on.
func (h *Handlers) heldCauses(ctx context.Context, v console.Visit) ([]heldCause, error) {
	all, err := h.Groups.HeldTallies(ctx, v.Enterprise.ID)
	if err != nil {
		return nil, fmt.Errorf("count held syncs: %w", err)
	}
	names := map[sso.ConnectionID]string{}
	if len(all) > 0 {
		connections, err := h.Connections.Connections(ctx, v.Enterprise.ID)
		if err != nil {
			return nil, fmt.Errorf("list connections: %w", err)
		}
		for _, c := range connections {
			names[c.ID] = c.Name
		}
	}
	var causes []heldCause
	for _, t := range all {
		causes = append(causes, h.heldCause(v, t, names[t.Connection]))
	}
	return causes, nil
}

// heldCause returns a cause with the forms that approve or discard everything that
// it holds.
func (h *Handlers) heldCause(v console.Visit, t sso.HeldTally, connection string) heldCause {
	c := heldCause{
		Title: causeTitle(t),
		State: ui.Badge{Label: "waits", State: "warn"},
		Since: h.time(t.Since),
		Count: ui.Count(t.Waiting, "person waits", "people wait"),
		Text:  heldText(t.Cause),
	}
	if connection != "" {
		c.Title = connection + ": " + c.Title
	}
	if t.Standing {
		c.State = ui.Badge{Label: "removals held", State: "error"}
	}
	c.Approve, c.Discard = decisions(v.Enterprise, t)
	if t.Waiting == 0 { // removals are held from now on, though
		c.Count = "no one waits"
		c.Approve.Label = "Allow removals"
		c.Approve.Button = "Allow removals"
		c.Approve.Text = "Groups that were kept are removed at each person’s next sign-in."
	}
	if t.Mass() {
		c.Approve.Text += " For the next seven days, removals are not held for this cause."
		c.Discard.Text += " Removals are held until sign-ins match again or you approve them."
	}
	if t.Lost > 0 {
		c.offerRestore(t)
	}
	if t.Waiting == 0 && t.Lost == 0 {
		c.Discard = nil // it would do nothing
	}
	return c
}

// decisions returns the forms that approve and discard all syncs held for a cause.
func decisions(e sso.Enterprise, t sso.HeldTally) (approve, discard *ui.Confirm) {
	of := []ui.HiddenField{
		{Name: "cause", Value: string(t.Cause)},
		{Name: "connection", Value: string(t.Connection)},
		{Name: "group", Value: string(t.Group)},
		{Name: "through", Value: string(t.Newest)},
	}
	approve = &ui.Confirm{
		Label:  "Approve all",
		Text:   approveText(t.Cause),
		Action: console.At(e, "held", "approve"),
		Fields: of,
		Button: "Approve all",
		Danger: true,
	}
	discard = &ui.Confirm{
		Label:  "Discard all",
		Text:   "Memberships stay as they are.",
		Action: console.At(e, "held", "discard"),
		Fields: of,
		Button: "Discard all",
	}
	return approve, discard
}

// offerRestore makes discarding also restore the groups that were lost before the
// cause was noticed.
func (c *heldCause) offerRestore(t sso.HeldTally) {
	lost := ui.Count(t.Lost, "person", "people")
	c.Text += " Before it was noticed, " + lost + " lost groups."
	c.Discard.Label, c.Discard.Button = "Discard all and restore "+lost, "Discard and restore"
	c.Discard.Text += " Groups that were lost to the same cause are given back."
	if t.Waiting == 0 {
		c.Discard.Label, c.Discard.Button = "Restore "+lost, "Restore"
	}
}

func causeTitle(t sso.HeldTally) string {
	switch t.Cause {
	case sso.HeldNamesChanged:
		return "the group names stopped matching"
	case sso.HeldGroupShare:
		if t.GroupName == "" {
			return "too many people would leave a group that has been deleted"
		}
		return "too many people would leave " + t.GroupName
	case sso.HeldMatchesNothing:
		return "none of a person’s group names matches"
	}
	return "the last admin would be removed"
}

func heldText(cause sso.HeldCause) string {
	switch cause {
	case sso.HeldNamesChanged:
		return "Several people in a row would lose groups because the names that the identity provider sends match nothing here. Were groups renamed there, or does it send object IDs?"
	case sso.HeldGroupShare:
		return "Sign-ins would remove more people from one group within a short time than the connection’s settings allow."
	case sso.HeldMatchesNothing:
		return "None of the group names that the identity provider sent matches a group here, and earlier sign-ins had added the person to groups."
	}
	return "Approving removes this person from the company’s admin groups, as its identity provider says. The admin groups may then be empty."
}

// heldReason is heldText for one of many rows below the list of causes, which
// explains them.
func heldReason(cause sso.HeldCause) string {
	switch cause {
	case sso.HeldNamesChanged:
		return "Held because the group names stopped matching."
	case sso.HeldGroupShare:
		return "Held because too many people would leave one group."
	case sso.HeldMatchesNothing:
		return "Held because none of the group names matches."
	}
	return heldText(cause)
}

func approveText(cause sso.HeldCause) string {
	if cause == sso.HeldLastAdmin {
		return "The changes are applied now. If no one is left in the admin groups, only an operator or a recovery admin can get in as an admin."
	}
	return "The changes are applied now, as they are listed."
}

func (h *Handlers) approveAll(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.decideAll(w, r, v, true, "all-approved")
}

func (h *Handlers) discardAll(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.decideAll(w, r, v, false, "all-discarded")
}

func (h *Handlers) decideAll(w http.ResponseWriter, r *http.Request, v console.Visit, approve bool, done string) error {
	d := sso.HeldDecision{
		Cause:      sso.HeldCause(r.PostFormValue("cause")),
		Connection: sso.ConnectionID(r.PostFormValue("connection")),
		Group:      sso.GroupID(r.PostFormValue("group")),
		Through:    sso.HeldSyncID(r.PostFormValue("through")),
		Approve:    approve,
		Restore:    true,
	}
	if d.Cause == "" || d.Connection == "" {
		return sso.NothingHere()
	}
	if _, err := h.Directory.DecideHeldSyncs(r.Context(), v.Actor, v.Enterprise.ID, d); err != nil {
		return fmt.Errorf("decide held syncs: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "held"), done)
}
