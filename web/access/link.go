package access

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

const setupPath = "/setup/"

// linkForm is the input of the form of a setup link.
type linkForm struct {
	fields  map[string]string
	intents []sso.Intent
}

// intentLabels says what each intent opens.
func intentLabels() map[sso.Intent]string {
	return map[sso.Intent]string{
		sso.IntentSignOn:       "Single sign-on",
		sso.IntentProvisioning: "Provisioning by SCIM",
		sso.IntentDomain:       "Domains",
		sso.IntentGroups:       "Verify groups",
	}
}

// intentFields returns a box for each intent.
func intentFields(chosen []sso.Intent) (fields []ui.Field) {
	hints := map[sso.Intent]string{
		sso.IntentSignOn: "Set the connection up, test it and enable it.",
		sso.IntentProvisioning: "Create tokens and set SCIM up. A token can change every person and group that " +
			"this identity provider manages.",
		sso.IntentDomain: "Add and verify e-mail domains.",
		sso.IntentGroups: "See which groups match, without changing any.",
	}
	for _, i := range sso.Intents() {
		fields = append(fields, ui.Field{
			ID:       "intent-" + string(i),
			Name:     "intents",
			Label:    intentLabels()[i],
			Hint:     hints[i],
			Kind:     "check",
			Value:    string(i),
			Checked:  slices.Contains(chosen, i),
			Optional: true,
		})
	}
	return fields
}

// linkFields returns the form of a new setup link with the previous input; nil for
// none.
func linkFields(connections []sso.Connection, typed *linkForm) []ui.Field {
	if typed == nil {
		typed = &linkForm{intents: sso.DefaultIntents()}
	}
	value := func(field, otherwise string) string {
		if v, ok := typed.fields[field]; ok {
			return v
		}
		return otherwise
	}
	chosen := value("connection", "")
	options := []ui.Option{{Value: "", Label: "A new connection", Chosen: chosen == ""}}
	for _, c := range connections {
		options = append(options, ui.Option{
			Value:  string(c.ID),
			Label:  c.Name,
			Chosen: chosen == string(c.ID),
		})
	}
	first := []ui.Field{
		{
			ID:    "for",
			Name:  "for",
			Label: "Recipient",
			Hint:  "A name or an address, for the list here.",
			Value: value("for", ""),
		},
		{
			ID:       "connection",
			Name:     "connection",
			Label:    "For which connection?",
			Kind:     "select",
			Options:  options,
			Optional: true,
		},
	}
	return slices.Concat(first, intentFields(typed.intents), []ui.Field{
		{
			ID:    "expires_in",
			Name:  "expires_in",
			Label: "For how many hours?",
			Hint:  "From 1 to 720; 168 is a week.",
			Kind:  "number",
			Most:  3,
			Value: value("expires_in", strconv.Itoa(int(access.DefaultLinkLength/time.Hour))),
		},
		{
			ID:    "max_opens",
			Name:  "max_opens",
			Label: "Maximum uses",
			Hint:  "From 1 to 100.",
			Kind:  "number",
			Most:  3,
			Value: value("max_opens", strconv.Itoa(access.DefaultOpens)),
		},
	})
}

// setupLinks lists the latest links of an enterprise. Older ones are in the audit
// trail.
func (h *Handlers) setupLinks(r *http.Request, e sso.Enterprise, connections []sso.Connection, p *accessPage) error {
	links, _, err := h.Service.Links.SetupLinks(r.Context(), e.ID, sso.Page{})
	if err != nil {
		return fmt.Errorf("list setup links: %w", err)
	}
	names := map[sso.ConnectionID]string{}
	for _, c := range connections {
		names[c.ID] = c.Name
	}
	for _, l := range links {
		row := setupLinkRow{
			For:        l.For,
			Connection: names[l.Connection],
			Parts:      partsOf(l.Intents),
			Badge:      stateOf(l, h.Now()),
			Opens:      l.Opens,
			MaxOpens:   l.MaxOpens,
			Opened:     ui.NewTime(l.OpenedAt, h.Now()),
			Expires:    ui.NewTime(l.ExpiresAt, h.Now()),
		}
		// One that was opened for the last time may still be in use.
		if l.RevokedAt.IsZero() && h.Now().Before(l.ExpiresAt) {
			row.Revoke = &ui.Confirm{
				Label:  "Revoke",
				About:  cmp.Or(l.For, string(l.ID)),
				Text:   "The link stops working, and anyone using the assistant through it is signed out.",
				Action: console.At(e, "access", "links", string(l.ID), "revoke"),
				Button: "Revoke",
			}
		}
		p.Links = append(p.Links, row)
	}
	return nil
}

// partsOf names what a link opens.
func partsOf(intents []sso.Intent) string {
	var parts []string
	for _, i := range intents {
		parts = append(parts, intentLabels()[i])
	}
	return strings.Join(parts, ", ")
}

func stateOf(l sso.SetupLink, now time.Time) ui.Badge {
	switch {
	case !l.RevokedAt.IsZero():
		return ui.Badge{Label: "revoked"}
	case !now.Before(l.ExpiresAt):
		return ui.Badge{Label: "expired"}
	case l.Opens >= l.MaxOpens:
		return ui.Badge{Label: "used up", State: "warn"}
	}
	return ui.Badge{Label: "open", State: "ok"}
}

// makeLink creates a setup link and shows it, the only time.
func (h *Handlers) makeLink(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := &linkForm{fields: map[string]string{}}
	for _, name := range []string{"for", "connection", "expires_in", "max_opens"} {
		typed.fields[name] = strings.TrimSpace(r.PostForm.Get(name))
	}
	for _, i := range r.PostForm["intents"] {
		typed.intents = append(typed.intents, sso.Intent(i))
	}
	n, err := h.newLink(r.Context(), v.Enterprise.ID, typed)
	if err == nil {
		var l sso.SetupLink
		var token sso.Secret
		if l, token, err = h.Service.CreateLink(r.Context(), v.Actor, v.Enterprise, n); err == nil {
			return h.showAccess(w, r, v, http.StatusOK, entry{made: &newLink{
				For:     l.For,
				Expires: ui.NewTime(l.ExpiresAt, h.Now()),
				URL: ui.Copyable{
					ID:    "made",
					Value: h.BaseURL + setupPath + token.Reveal(),
				},
			}})
		}
	}
	if console.OnForm(err) {
		return h.showAccess(w, r, v, console.FormStatus(err), entry{
			link:  typed,
			wrong: err,
		})
	}
	return err
}

// newLink parses the form. An invalid number counts as out of range.
func (h *Handlers) newLink(ctx context.Context, ent sso.EnterpriseID, form *linkForm) (access.NewLink, error) {
	typed := form.fields
	number := func(field string) int {
		n, err := strconv.Atoi(typed[field])
		if err != nil || n <= 0 || n > 10000 {
			return -1
		}
		return n
	}
	n := access.NewLink{
		For:       typed["for"],
		ExpiresIn: time.Duration(number("expires_in")) * time.Hour,
		MaxOpens:  number("max_opens"),
		Intents:   form.intents,
	}
	if len(form.intents) == 0 { // the API takes that for the default
		return n, sso.InvalidField("validation_failed", "intents", "Choose at least one part.")
	}
	if typed["connection"] == "" {
		return n, nil
	}
	id, err := sso.ParseID[sso.ConnectionID](typed["connection"])
	if err == nil {
		_, err = h.Facts.Connection(ctx, ent, id)
	}
	if sso.KindOf(err) == sso.NotFoundKind {
		return n, sso.InvalidField(
			"validation_failed", "connection", "Choose one of these connections.",
		)
	}
	n.Connection = id
	return n, err
}

func (h *Handlers) revokeLink(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.SetupLinkID](r.PathValue("link"))
	if err != nil {
		return err
	}
	if err := h.Service.RevokeLink(r.Context(), v.Actor, v.Enterprise.ID, id); err != nil {
		return fmt.Errorf("revoke a setup link: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "access"), "revoked")
}

// showSetup shows the page of a setup link. Its button redeems the link, because
// mail scanners open links.
func (h *Handlers) showSetup(w http.ResponseWriter, r *http.Request) error {
	token := sso.Secret(r.PathValue("token"))
	l, err := h.Service.Links.SetupLinkByToken(r.Context(), token.Hash())
	if err != nil {
		return fmt.Errorf("find the setup link: %w", err)
	}
	e, err := h.Facts.Enterprise(r.Context(), l.Enterprise)
	if err != nil {
		return fmt.Errorf("find the enterprise: %w", err)
	}
	p := &setupStartPage{
		Action:  setupPath + token.Reveal(),
		For:     l.For,
		Expires: ui.NewTime(l.ExpiresAt, h.Now()),
		SignOn:  slices.Contains(l.Intents, sso.IntentSignOn),
	}
	for _, i := range l.Intents {
		p.Parts = append(p.Parts, intentLabels()[i])
	}
	p.Enterprise, p.Of = e.Name, e.ID
	if p.By, err = h.Service.NameOf(r.Context(), l.Enterprise, l.CreatedBy); err != nil {
		return err
	}
	if l.Connection != "" {
		c, err := h.Facts.Connection(r.Context(), l.Enterprise, l.Connection)
		if err != nil {
			return fmt.Errorf("find the connection: %w", err)
		}
		p.Connection = c.Name
	}
	return h.Pages.Render(w, r, http.StatusOK, p)
}

func (h *Handlers) openSetup(w http.ResponseWriter, r *http.Request) error {
	session, err := h.Service.OpenLink(
		r.Context(), sso.Secret(r.PathValue("token")), route.ClientIP(r.Context()),
	)
	if err != nil {
		return fmt.Errorf("open the setup link: %w", err)
	}
	if err := h.Setup.Set(w, session); err != nil {
		return err
	}
	return route.SeeOther(w, console.Prefix)
}
