package provisioning

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/health"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// mostTokens is how many tokens are listed: 20 that are not revoked, and those that
// were revoked in the last 90 days.
const mostTokens = 100

// shownSCIM is what the page SCIM is shown with, besides what is saved.
type shownSCIM struct {
	typed *typedToken // nil: the form is empty
	wrong error
	made  *madeToken
}

func (h *Handlers) scim(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showSCIM(w, r, v, shownSCIM{})
}

func (h *Handlers) showSCIM(w http.ResponseWriter, r *http.Request, v console.Visit, s shownSCIM) error {
	p, err := h.scimPage(r.Context(), v)
	if err != nil {
		return err
	}
	p.Flash = console.Said(r, map[string]string{
		"token-saved": "The token is changed, from the next request on. Nothing needs to change at the identity " +
			"provider.",
		"token-revoked": "The token is revoked. The next request with it is refused.",
		"token-widened": widenedText(v.Connection),
		"switched-back": "Memberships follow sign-ins again, each from the next sign-in on.",
	})
	p.Made = s.made
	typed := typedToken{scopes: []sso.ProvisioningScope{sso.ScopeSCIM}}
	if s.typed != nil {
		typed = *s.typed
	}
	p.Form = typed.form(at(v), "Create the token")
	p.Wrong = p.Form.blame(s.wrong)
	p.Open = s.wrong != nil || len(p.Tokens) == 0 && s.made == nil
	return h.Console.Render(w, console.FormStatus(s.wrong), p)
}

func (h *Handlers) scimPage(ctx context.Context, v console.Visit) (*connectionSCIMPage, error) {
	c := v.Connection
	all, _, err := h.Records.ProvisioningTokens(ctx, c.Enterprise, c.ID, sso.Page{Limit: mostTokens})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	counts, err := h.Records.ProvisioningCounts(ctx, c.Enterprise, c.ID)
	if err != nil {
		return nil, fmt.Errorf("count what is provisioned: %w", err)
	}
	tally, err := h.tally(ctx, v)
	if err != nil {
		return nil, err
	}
	reach, err := h.Records.ProvisioningReach(ctx, c.Enterprise, c.ID)
	if err != nil {
		return nil, fmt.Errorf("find out whether it was reached: %w", err)
	}
	p := &connectionSCIMPage{
		Base:     h.base(v, false),
		Places:   places(v, placeSCIM),
		Entries:  entries(h.BaseURL, c),
		Settings: console.AtConnection(v.Enterprise, c.ID, "settings") + "#provisioning-by",
		Todos:    append(h.reached(v, all, reach), h.todos(v, all, tally)...),
		Next:     nextPlaces(v),
	}
	p.State, p.Lead = becomes(c)
	p.Facts = h.facts(c, counts, all)
	for _, k := range all {
		row := h.tokenRow(v, k)
		if k.RevokedAt.IsZero() {
			p.Tokens = append(p.Tokens, row)
		} else {
			p.Ended = append(p.Ended, row)
		}
	}
	return p, nil
}

// nextPlaces leads to where provisioning is tried, and switched.
func nextPlaces(v console.Visit) []ui.Link {
	c := v.Connection
	steps := ui.Link{Label: "Pilot and checklist", Href: at(v, "pilot")}
	switch {
	case c.InPilot():
		return []ui.Link{steps, {Label: "Apply to all: see what changes", Href: turn{everyone: true}.page(v)}}
	case provisions(c):
		return []ui.Link{
			{Label: "Checklist", Href: at(v, "pilot")},
			{Label: "Back to sign-ins: see what changes", Href: turn{to: sso.ProvisionJIT}.page(v)},
		}
	}
	return []ui.Link{steps, {Label: "Switch to SCIM: see what changes", Href: turn{to: sso.ProvisionSCIM}.page(v)}}
}

// tally returns the open refusals of the connection; zero if there are none.
func (h *Handlers) tally(ctx context.Context, v console.Visit) (sso.RefusalTally, error) {
	all, err := h.Records.RefusalTallies(ctx, v.Enterprise.ID)
	if err != nil {
		return sso.RefusalTally{}, fmt.Errorf("count refusals: %w", err)
	}
	for _, t := range all {
		if t.Connection == v.Connection.ID {
			return t, nil
		}
	}
	return sso.RefusalTally{}, nil
}

// config returns the settings that decide about pushes: the live ones, or those of
// the draft of a connection that was never enabled.
func config(c sso.Connection) sso.Config {
	switch {
	case c.Live != nil:
		return *c.Live
	case c.Draft != nil:
		return *c.Draft
	}
	return sso.Config{}
}

// becomes says what becomes of what is pushed.
func becomes(c sso.Connection) (ui.Badge, string) {
	scim := config(c).Provisioning == sso.ProvisionSCIM
	switch {
	case c.InPilot():
		return ui.Badge{Label: "pilot", State: "warn"},
			"What the identity provider pushes about the people of the pilot takes effect before it gets its answer. " +
				"The rest is kept, and waits until it is applied to all."
	case c.State == sso.ConnectionEnabled && scim:
		return ui.Badge{Label: "applied", State: "ok"},
			"What the identity provider pushes takes effect before it gets its answer."
	case c.State == sso.ConnectionEnabled:
		return ui.Badge{Label: "kept", State: "warn"},
			"What the identity provider pushes is kept and changes nothing yet: people and memberships still follow " +
				"sign-ins. It takes effect once you start a pilot, or switch to SCIM for everyone."
	case c.State == sso.ConnectionDisabled:
		return ui.Badge{Label: "kept, the connection is disabled"},
			"What the identity provider pushes is kept. It takes effect once the connection is enabled again."
	}
	text := "What the identity provider pushes is kept. It takes effect once the connection is enabled."
	if !scim {
		text = "What the identity provider pushes is kept. It takes effect once provisioning is set to SCIM and the " +
			"connection is enabled."
	}
	return ui.Badge{Label: "kept, the connection is a draft", State: "warn"}, text
}

// facts say what is provisioned, and under which settings.
func (h *Handlers) facts(c sso.Connection, n sso.ProvisioningCounts, tokens []sso.ProvisioningToken) []ui.Fact {
	var last time.Time
	for _, k := range tokens {
		if k.LastUsedAt.After(last) {
			last = k.LastUsedAt
		}
	}
	used := h.time(last)
	cfg := config(c)
	facts := []ui.Fact{
		{Label: "Last request", Time: &used},
		{Label: "People", Value: people(n)},
		{Label: "Groups", Value: groups(cfg, n)},
	}
	if n.Waiting > 0 {
		facts = append(facts, ui.Fact{
			Label: "Members not known yet",
			Value: ui.Count(n.Waiting, "member is", "members are") + " added to groups once their user is pushed",
		})
	}
	return append(facts,
		ui.Fact{
			Label: "Missing groups",
			Value: createdIn(cfg.SCIM.CreateGroups),
		},
		ui.Fact{
			Label: "Sign-in of people who are not pushed",
			Value: console.FieldValue("unprovisioned", string(cfg.Unprovisioned.Effective())),
		},
	)
}

func people(n sso.ProvisioningCounts) string {
	text := ui.People(n.Users)
	var parts []string
	if n.Inactive > 0 {
		parts = append(parts, ui.Count(n.Inactive, "deactivated", "deactivated"))
	}
	if n.Pending > 0 {
		parts = append(parts, ui.Count(n.Pending, "without an account here", "without an account here"))
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

func groups(cfg sso.Config, n sso.ProvisioningCounts) string {
	text := ui.Count(n.Groups, "group", "groups")
	if cfg.SCIM.GroupsOff {
		text += ". Pushes of groups are refused: they are switched off"
	}
	return text
}

// createdIn says where groups are created that the identity provider pushes and
// that no group has the name of.
func createdIn(c sso.CreateGroups) string {
	if len(c.Organizations) == 0 {
		return "are not created"
	}
	text := "are created in " + ui.Count(len(c.Organizations), "organization", "organizations") +
		fmt.Sprintf(", at most %d in each", c.Most())
	if c.Filter != "" {
		text += ", if their name matches " + c.Filter
	}
	return text
}

// reached says that the identity provider does not reach the connection as it should.
// It is silent while there is no token to reach it with.
func (h *Handlers) reached(
	v console.Visit, tokens []sso.ProvisioningToken, reach sso.ProvisioningReach,
) []ui.Todo {
	f, wrong := health.Reached(v.Connection, reach)
	if !wrong || len(tokens) == 0 {
		return nil
	}
	return []ui.Todo{{
		State: "warn",
		Text:  f.Text + " " + health.SideName(f.Side) + ": " + f.Do,
		Href:  console.Home(v.Enterprise) + "/" + f.Path,
		Label: "See its requests",
	}}
}

// todos say what an admin should look at.
func (h *Handlers) todos(v console.Visit, tokens []sso.ProvisioningToken, t sso.RefusalTally) []ui.Todo {
	var todos []ui.Todo
	if t.Open > 0 {
		todos = append(todos, ui.Todo{
			State: "error",
			Text: ui.Count(t.Open, "refusal is open", "refusals are open") + ", the last one from " +
				h.time(t.Last.LastAt).Relative + ". " +
				catalog.For(v.Connection.Provider, v.Connection.Protocol, t.Last.Code, nil).Cause,
			Href:  at(v, "problems"),
			Label: placeProblems,
		})
	}
	for _, k := range tokens {
		if k.RevokedAt.IsZero() && !k.LastUsedAt.IsZero() && h.expiry(k) != nil {
			todos = append(todos, ui.Todo{
				State: h.expiry(k).State,
				Text:  fmt.Sprintf("The token %q %s.", k.Name, h.expires(k)),
				Href:  at(v, "tokens", string(k.ID)),
				Label: "Extend it",
			})
		}
	}
	return todos
}

// expires says when a token expires, or did.
func (h *Handlers) expires(k sso.ProvisioningToken) string {
	verb := "expires "
	if !k.Live(h.Now()) {
		verb = "expired "
	}
	return verb + h.time(k.ExpiresAt).Relative
}

// soon is how long before its expiry a token is warned about.
const soon = 30 * 24 * time.Hour

// expiry returns the warning that a token expires soon, or has; nil if it does not.
func (h *Handlers) expiry(k sso.ProvisioningToken) *ui.Badge {
	switch {
	case k.ExpiresAt.IsZero() || h.Now().Before(k.ExpiresAt.Add(-soon)):
		return nil
	case !h.Now().Before(k.ExpiresAt):
		return &ui.Badge{Label: "expired", State: "error"}
	}
	return &ui.Badge{Label: "expires soon", State: "warn"}
}

func (h *Handlers) tokenRow(v console.Visit, k sso.ProvisioningToken) tokenRow {
	row := tokenRow{
		Name:    k.Name,
		State:   h.stateOf(k),
		Scopes:  scopeWords(k.Scopes),
		Made:    h.time(k.CreatedAt),
		Expires: h.time(k.ExpiresAt),
		Expiry:  h.expiry(k),
		Used:    h.time(k.LastUsedAt),
		Client:  k.LastClient,
		Refused: h.time(k.RefusedAt),
		Refusal: k.Refusal,
	}
	if !k.RevokedAt.IsZero() {
		return row
	}
	row.Edit = at(v, "tokens", string(k.ID))
	row.Revoke = revocation(v, k)
	if !k.Allows(sso.ScopeSCIM) {
		row.Widen = &ui.Press{
			Label:  "Add scim",
			About:  "Add scim to " + k.Name,
			Action: at(v, "tokens", string(k.ID), "widen"),
		}
	}
	return row
}

func (h *Handlers) stateOf(k sso.ProvisioningToken) ui.Badge {
	switch {
	case !k.RevokedAt.IsZero():
		return ui.Badge{Label: "revoked"}
	case !k.Live(h.Now()):
		return ui.Badge{Label: "expired", State: "error"}
	}
	return ui.Badge{Label: "valid", State: "ok"}
}

func revocation(v console.Visit, k sso.ProvisioningToken) *ui.Confirm {
	return &ui.Confirm{
		Label: "Revoke",
		About: k.Name,
		Text: "The next request with this token is refused. Nothing that was pushed is removed. Put another token " +
			"into the identity provider first.",
		Action: at(v, "tokens", string(k.ID), "revoke"),
		Button: "Revoke the token",
		Danger: true,
	}
}
