package connection

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// trustParts are what changes whom the connection trusts, and what the visitor can do
// about it.
func (h *Handlers) trustParts(ctx context.Context, v console.Visit) ([]trustPart, error) {
	all, err := h.Setup.TrustChanges(ctx, v.Connection)
	if err != nil {
		return nil, fmt.Errorf("list changes of trust: %w", err)
	}
	parts := make([]trustPart, 0, len(all))
	for _, c := range all {
		part := trustPart{
			Heading: "The draft changes whom you trust",
			Changes: changes(c.Changes, nil),
		}
		refused := "It stays in the draft and is not enabled. Sign-in continues unchanged."
		if c.Back {
			part.Heading = "Rolling back changes whom you trust"
			refused = "The connection is not rolled back. Sign-in continues unchanged."
		}
		part.Badge, part.Text = trustState(c)
		for _, a := range c.Authors {
			part.By = append(part.By, author(v, a))
		}
		digest := []ui.HiddenField{{Name: "digest", Value: c.Digest}}
		refusal := h.Setup.MayDecide(
			ctx, connections.ApproverOf(v.Visitor), v.Connection, &c.TrustChange,
		)
		known, told := errors.AsType[*sso.Error](refusal)
		switch {
		case c.State() == "approved", c.AskedAt.IsZero():
		case told:
			part.Blocked = known.Text().String()
		case refusal != nil:
			return nil, fmt.Errorf("look who may approve: %w", refusal)
		default:
			part.Approve = &ui.Confirm{
				Label: "Approve this change",
				Text: "Compare every value with what the admin of the identity provider tells you: " +
					"anyone who controls it can sign in as anyone of your company.",
				Action: at(v, "trust", "approve"),
				Button: "Approve",
				Fields: digest,
			}
		}
		if c.State() != "refused" && !c.AskedAt.IsZero() {
			part.Refuse = &ui.Confirm{
				Label:  "Refuse this change",
				Text:   refused,
				Action: at(v, "trust", "refuse"),
				Button: "Refuse",
				Fields: digest,
				Danger: true,
			}
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// trustState says how far a change is.
func trustState(c connections.TrustChange) (ui.Badge, string) {
	// A test connection tries the draft, so it is no way for a rollback.
	doing, again := "Enabling it", "Edit or discard the draft."
	way := " It needs an approval by another admin of the company or by an operator, " +
		"or a passed test connection, taken while signed in through the connection as it is now."
	if c.Back {
		doing, again = "Rolling back", "Sign-in continues unchanged."
		way = " It needs an approval by another admin of the company or by an operator."
	}
	switch c.State() {
	case "waiting":
		return ui.Badge{
			Label: "waits for approval",
			State: "error",
		}, doing + " was requested." + way
	case "refused":
		return ui.Badge{Label: "refused"}, "An admin refused it. " + again
	case "approved":
		if c.Test != "" {
			return ui.Badge{
				Label: "approved",
				State: "ok",
			}, "Approved by a passed test connection of a user who signs in here now."
		}
		return ui.Badge{
			Label: "approved",
			State: "ok",
		}, "Approved as it is now. Any further change of trust needs another approval."
	}
	return ui.Badge{Label: "needs approval", State: "warn"}, doing + " asks for approval." + way
}

// author is who made a change, in words.
func author(v console.Visit, a sso.Actor) string {
	switch {
	case a == v.Actor:
		return "you"
	case strings.HasPrefix(string(a), "link-"):
		return "the holder of a setup link (" + string(a) + ")"
	case strings.HasPrefix(string(a), "user-"):
		return "an admin of the company (" + string(a) + ")"
	}
	return "someone before this was recorded"
}

// decideTrust approves or refuses the change that was looked at.
func (h *Handlers) decideTrust(approve bool, word string) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		digest := r.PostForm.Get("digest")
		_, err := h.Setup.DecideTrust(
			r.Context(), connections.ApproverOf(v.Visitor), v.Enterprise.ID, v.Connection.ID,
			digest, approve,
		)
		switch {
		case console.OnForm(err):
			return h.render(w, r, v, err)
		case err != nil:
			return fmt.Errorf("decide about a change of trust: %w", err)
		}
		return console.Done(w, at(v), word)
	}
}
