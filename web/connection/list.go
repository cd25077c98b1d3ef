package connection

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const day = 24 * time.Hour

func (h *Handlers) list(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	all, err := h.Connections.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	p := &connectionsPage{
		Base: h.Console.Base(v, console.AreaConnections),
		New:  console.At(v.Enterprise, "connections", "new"),
	}
	p.Flash = console.Said(r, map[string]string{"deleted": "The connection is deleted."})
	for _, c := range all {
		reach, err := h.Connections.ConnectionReach(r.Context(), v.Enterprise.ID, c.ID)
		if err != nil {
			return fmt.Errorf("find whom a connection is for: %w", err)
		}
		p.Rows = append(p.Rows, h.row(v.Enterprise, c, reach))
	}
	held, more, err := h.Groups.HeldSyncs(
		r.Context(), v.Enterprise.ID, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{},
	)
	if err != nil {
		return fmt.Errorf("list held syncs: %w", err)
	}
	if n := len(held); n > 0 {
		text := ui.Count(n, "group sync needs approval.", "group syncs need approval.")
		if more != "" {
			text = "More than " + text
		}
		p.Held = &ui.Todo{
			State: "warn",
			Text:  text,
			Href:  console.At(v.Enterprise, "held"),
			Label: "Look at them",
		}
	}
	return h.Console.Render(w, http.StatusOK, p)
}

func (h *Handlers) row(e sso.Enterprise, c sso.Connection, reach sso.ConnectionReach) connectionRow {
	row := connectionRow{
		Name:        c.Name,
		Href:        console.AtConnection(e, c.ID),
		Runs:        c.Protocol.Over(c.Provider.Product()),
		State:       state(c),
		Last:        h.time(reach.LastSeen),
		Certificate: h.lasts(c),
	}
	switch {
	case c.State == sso.ConnectionDraft:
		row.Next = ui.Link{
			Label: "Continue set-up",
			Href:  console.AtConnection(e, c.ID, "setup"),
		}
	case c.Draft != nil:
		row.Next = ui.Link{Label: "Look at the draft", Href: row.Href}
	case c.State == sso.ConnectionEnabled:
		row.Next = ui.Link{
			Label: "Verify groups",
			Href:  console.AtConnection(e, c.ID, "groups"),
		}
	}
	return row
}

// lasts says how long the certificates of a connection last: the one that lasts
// longest, since all are trusted at once.
func (h *Handlers) lasts(c sso.Connection) ui.Fact {
	cfg := c.Live
	if cfg == nil {
		cfg = c.Draft
	}
	switch {
	case c.Protocol == sso.OIDC:
		return ui.Fact{
			Label: "Certificate",
			Value: "keys are fetched when needed",
		}
	case cfg == nil || cfg.SAML == nil || len(cfg.SAML.Certificates) == 0:
		return ui.Fact{Label: "Certificate", Value: "none yet"}
	}
	var last time.Time
	for _, x := range cfg.SAML.Certificates {
		if cert, err := x.Parse(); err == nil && cert.NotAfter.After(last) {
			last = cert.NotAfter
		}
	}
	left := int(last.Sub(h.Now()) / day)
	f := ui.Fact{
		Label: "Certificate",
		Value: ui.Count(left, "day left", "days left"),
	}
	switch {
	case last.Before(h.Now()):
		f.Value, f.Badge = "", &ui.Badge{Label: "expired", State: "error"}
	case left < 30:
		f.Badge = &ui.Badge{Label: "expires soon", State: "warn"}
	}
	return f
}
