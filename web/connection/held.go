package connection

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (h *Handlers) held(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showHeld(w, r, v, nil)
}

func (h *Handlers) showHeld(w http.ResponseWriter, r *http.Request, v console.Visit, refused error) error {
	ctx, ent := r.Context(), v.Enterprise.ID
	waiting, _, err := h.Groups.HeldSyncs(
		ctx, ent, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{Limit: 200},
	)
	if err != nil {
		return fmt.Errorf("list held syncs: %w", err)
	}
	cursor := r.URL.Query().Get("after")
	all, next, err := h.Groups.HeldSyncs(ctx, ent, sso.HeldFilter{}, sso.Page{Cursor: cursor})
	if err != nil {
		return fmt.Errorf("list held syncs: %w", err)
	}
	trail := ui.Link{
		Label: console.AreaConnections,
		Href:  console.At(v.Enterprise, "connections"),
	}
	p := &heldSyncsPage{
		Base:  h.Console.Base(v, console.AreaConnections, trail),
		Pager: pager(r, cursor, next),
	}
	p.Flash = console.Said(r, map[string]string{
		"approved":      "Approved. The memberships match what the identity provider sent.",
		"discarded":     "Discarded. Memberships stay as they are; the person’s next sign-in is evaluated anew.",
		"all-approved":  "Approved. All memberships match what the identity provider sent.",
		"all-discarded": "Discarded. Memberships stay as they are; groups lost to the same cause are restored.",
	})
	if refused != nil {
		p.Wrong = wrong(refused)
	}
	if p.Causes, err = h.heldCauses(ctx, v); err != nil {
		return err
	}
	for _, x := range waiting {
		row, err := h.heldRow(ctx, v, x)
		if err != nil {
			return err
		}
		p.Waiting = append(p.Waiting, row)
	}
	for _, x := range all {
		if x.State == sso.HeldWaiting {
			continue
		}
		row, err := h.heldRow(ctx, v, x)
		if err != nil {
			return err
		}
		p.Before = append(p.Before, row)
	}
	return h.Console.Render(w, console.FormStatus(refused), p)
}

func (h *Handlers) heldRow(ctx context.Context, v console.Visit, x sso.HeldSync) (heldRow, error) {
	row := heldRow{
		ID:      string(x.ID),
		Person:  string(x.User),
		At:      h.time(x.At),
		Added:   groupNames(x.Changes.Added),
		Removed: groupNames(x.Changes.Removed),
	}
	u, err := h.Groups.User(ctx, v.Enterprise.ID, x.User)
	switch {
	case err == nil:
		row.Person, row.Href = u.Name+", "+u.Login, console.At(v.Enterprise, "people", string(u.ID))
	case sso.KindOf(err) != sso.NotFoundKind: // who is gone stays in the list by their identifier
		return row, fmt.Errorf("find the person: %w", err)
	}
	switch x.State {
	case sso.HeldWaiting:
		row.State = ui.Badge{Label: "waits", State: "warn"}
		row.Text = heldReason(x.Changes.Cause)
		to := console.At(v.Enterprise, "held", string(x.ID))
		row.Approve = &ui.Confirm{
			Label:  "Approve",
			About:  row.Person,
			Text:   approveText(x.Changes.Cause),
			Action: to + "/approve",
			Button: "Approve",
			Danger: true,
		}
		row.Discard = &ui.Confirm{
			Label:  "Discard",
			About:  row.Person,
			Text:   "Memberships stay as they are until the person’s next sign-in.",
			Action: to + "/discard",
			Button: "Discard",
		}
	case sso.HeldApproved, sso.HeldDiscarded:
		by, err := h.byWhom(ctx, v, x.DecidedBy)
		if err != nil {
			return row, err
		}
		row.State, row.Decided = decision(x.State, by)
	case sso.HeldSuperseded:
		row.State = ui.Badge{Label: "superseded"}
		row.Decided = "the identity provider sent other groups since"
	}
	return row, nil
}

// decision says what an admin decided about a held change.
func decision(state sso.HeldState, by string) (ui.Badge, string) {
	if state == sso.HeldApproved {
		return ui.Badge{Label: "approved", State: "ok"}, "approved by " + by
	}
	return ui.Badge{Label: "discarded"}, "discarded by " + by
}

func (h *Handlers) approve(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.decide(w, r, v, "approved", h.Directory.ApproveHeldSync)
}

func (h *Handlers) discard(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.decide(w, r, v, "discarded", h.Directory.DiscardHeldSync)
}

func (h *Handlers) decide(w http.ResponseWriter, r *http.Request, v console.Visit, word string,
	do func(context.Context, sso.Actor, sso.EnterpriseID, sso.HeldSyncID) (sso.HeldSync, error)) error {
	id, err := sso.ParseID[sso.HeldSyncID](r.PathValue("held"))
	if err != nil {
		return sso.NothingHere()
	}
	_, err = do(r.Context(), v.Actor, v.Enterprise.ID, id)
	switch {
	case console.OnForm(err):
		return h.showHeld(w, r, v, err)
	case err != nil:
		return fmt.Errorf("decide a held sync: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "held"), word)
}

// pager leads on from a part of a list, with whatever else was asked for.
func pager(r *http.Request, cursor, next string) ui.Pager {
	q := r.URL.Query()
	q.Del("done")
	q.Del("after")
	var p ui.Pager
	if cursor != "" {
		p.First = "?" + q.Encode()
	}
	if next != "" {
		q = clone(q)
		q.Set("after", next)
		p.Next = "?" + q.Encode()
	}
	return p
}

func clone(q url.Values) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	return c
}
