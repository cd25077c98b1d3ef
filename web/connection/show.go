package connection

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// latest is how many test connections are listed.
const latest = 5

func done() map[string]string {
	return map[string]string{
		"enabled":     "The connection is enabled: from now on people sign in with this.",
		"disabled":    "The connection is disabled, and its sessions have ended.",
		"rolled-back": "Rolled back to the previous version.",
		"discarded":   "The draft is discarded.",
		"approved":    "The change is approved. Enable it when you are ready.",
		"refused":     "The change is refused.",
		"saved":       "Saved. Your changes are in the draft.",
	}
}

func (h *Handlers) show(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.render(w, r, v, nil)
}

// render shows the connection with the problem of a change, if there was one.
func (h *Handlers) render(w http.ResponseWriter, r *http.Request, v console.Visit, problem error) error {
	p, err := h.page(r.Context(), v)
	if err != nil {
		return err
	}
	p.Flash, p.Wrong = console.Said(r, done()), wrong(problem)
	return h.Console.Render(w, console.FormStatus(problem), p)
}

// renderDelete shows the connection again after it was not deleted; typed is what
// was entered as its name.
func (h *Handlers) renderDelete(
	w http.ResponseWriter, r *http.Request, v console.Visit, typed string, problem error,
) error {
	p, err := h.page(r.Context(), v)
	if err != nil {
		return err
	}
	p.Delete.Name.Value = typed
	if p.Delete.Blocked == "" {
		p.Wrong = ui.Blame(problem, &p.Delete.Name)
	} else {
		p.Wrong = wrong(problem)
	}
	return h.Console.Render(w, console.FormStatus(problem), p)
}

func (h *Handlers) page(ctx context.Context, v console.Visit) (*connectionPage, error) {
	c := v.Connection
	reach, err := h.Connections.ConnectionReach(ctx, c.Enterprise, c.ID)
	if err != nil {
		return nil, fmt.Errorf("find whom a connection is for: %w", err)
	}
	tests, _, err := h.Connections.TestRuns(
		ctx, c.Enterprise, sso.TestFilter{Connection: c.ID}, sso.Page{Limit: latest},
	)
	if err != nil {
		return nil, fmt.Errorf("list test connections: %w", err)
	}
	p := &connectionPage{
		Base:      h.base(v, false),
		Name:      c.Name,
		Runs:      c.Protocol.Over(c.Provider.Product()),
		State:     state(c),
		Facts:     append(h.facts(c, reach), provisioned(v)...),
		TestsHref: at(v, "tests"),
		SignIn:    ui.Copyable{ID: "sign-in", Value: h.signIn(v)},
		Todos:     h.todos(v),
		Places:    places(v),
		Acts:      acts(v, reach),
		Delete:    deletePart(v, reach),
	}
	if p.Tests, err = h.testLines(ctx, v, tests); err != nil {
		return nil, err
	}
	if p.Trust, err = h.trustParts(ctx, v); err != nil {
		return nil, err
	}
	if c.Draft != nil {
		p.Draft, err = h.draft(ctx, v, tests)
	}
	return p, err
}

// testLines lists test connections.
func (h *Handlers) testLines(ctx context.Context, v console.Visit, tests []sso.TestRun) (all []testLine, err error) {
	for _, t := range tests {
		by, err := h.byWhom(ctx, v, t.By)
		if err != nil {
			return nil, err
		}
		all = append(all, testLine{
			At:    h.time(t.CreatedAt),
			State: testState(t),
			By:    by,
			Why:   t.Code,
			Href:  at(v, "tests", string(t.ID)),
		})
	}
	return all, nil
}

// todos returns what an admin should look at in the live configuration.
func (h *Handlers) todos(v console.Visit) []ui.Todo {
	c := v.Connection
	var todos []ui.Todo
	if c.Metadata.Error != "" {
		todos = append(todos, ui.Todo{
			State: "error",
			Text:  "The identity provider’s metadata cannot be fetched: " + c.Metadata.Error,
			Href:  at(v, "certificates"),
			Label: "Look at it",
		})
	}
	if f := h.lasts(c); f.Badge != nil {
		todos = append(todos, ui.Todo{
			State: f.Badge.State,
			Text: "The certificate of the identity provider: " +
				strings.TrimPrefix(f.Value+", "+f.Badge.Label, ", ") + ".",
			Href:  at(v, "certificates"),
			Label: "Certificates",
		})
	}
	return todos
}

func (h *Handlers) signIn(v console.Visit) string {
	return h.BaseURL + "/login/sso?" + url.Values{
		"enterprise_key": {v.Enterprise.Key},
		"connection":     {string(v.Connection.ID)},
	}.Encode()
}

func places(v console.Visit) []ui.Link {
	return []ui.Link{
		{Label: "Set-up", Href: at(v, "setup")},
		{Label: "Settings", Href: at(v, "settings")},
		{Label: "Certificates", Href: at(v, "certificates")},
		{Label: "SCIM", Href: at(v, "provisioning")},
		{Label: "Verify groups", Href: at(v, "groups")},
		{Label: "Tests", Href: at(v, "tests")},
		{Label: "Shadow mode", Href: at(v, "shadow")},
		{Label: "Move people", Href: at(v, "move")},
	}
}

func (h *Handlers) facts(c sso.Connection, reach sso.ConnectionReach) []ui.Fact {
	last := h.time(reach.LastSeen)
	facts := []ui.Fact{
		{
			Label: "Last sign-in",
			Time:  &last,
		},
		{
			Label: "People",
			Value: ui.People(reach.People),
		},
		{
			Label: "Sessions",
			Value: ui.Count(reach.Sessions, "session", "sessions"),
		},
		h.lasts(c),
	}
	for _, v := range []struct {
		label string
		cfg   *sso.Config
	}{
		{"Live", c.Live}, {"Draft", c.Draft}, {"Previous", c.Previous},
	} {
		if v.cfg != nil {
			facts = append(facts, ui.Fact{
				Label: v.label,
				Value: version(v.cfg),
			})
		}
	}
	if !c.Metadata.CheckedAt.IsZero() {
		checked := h.time(c.Metadata.CheckedAt)
		facts = append(facts, ui.Fact{
			Label: "Metadata fetched",
			Time:  &checked,
		})
	}
	made := h.time(c.CreatedAt)
	return append(facts,
		ui.Fact{Label: "Created", Time: &made},
		ui.Fact{Label: "Identifier", Value: string(c.ID), Code: true},
	)
}

// provisioned says whether the identity provider decides about people and
// memberships, and about whose; nothing if sign-ins do.
func provisioned(v console.Visit) []ui.Fact {
	c := v.Connection
	switch {
	case c.InPilot():
		return []ui.Fact{{
			Label: "Provisioning",
			Value: "SCIM, for a pilot",
			Href:  at(v, "provisioning", "pilot"),
		}}
	case c.State == sso.ConnectionEnabled && c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM:
		return []ui.Fact{{
			Label: "Provisioning",
			Value: "SCIM",
			Href:  at(v, "provisioning"),
		}}
	}
	return nil
}

func version(cfg *sso.Config) string { return "Version " + strconv.Itoa(cfg.Version) }

func testState(t sso.TestRun) ui.Badge {
	if t.State == sso.TestExpired {
		return ui.Badge{Label: "no response", State: "warn"}
	}
	return console.TestState(t)
}

// byWhom names an actor.
func (h *Handlers) byWhom(ctx context.Context, v console.Visit, by sso.Actor) (string, error) {
	if by == v.Actor {
		return "you", nil
	}
	l, err := console.ActorLink(ctx, h.Actors, v.Enterprise, by)
	if err != nil {
		return "", fmt.Errorf("name an actor: %w", err)
	}
	return l.Label, nil
}

// defaultRefs are the default groups of what is live and of the draft, by ID.
func (h *Handlers) defaultRefs(ctx context.Context, c sso.Connection) (map[string]string, error) {
	var ids []sso.GroupID
	for _, cfg := range []*sso.Config{c.Live, c.Draft} {
		if cfg != nil {
			ids = append(ids, cfg.DefaultGroups...)
		}
	}
	all, err := h.Connections.GroupRefs(ctx, c.Enterprise, ids)
	if err != nil {
		return nil, fmt.Errorf("name the default groups: %w", err)
	}
	refs := make(map[string]string, len(all))
	for _, g := range all {
		refs[string(g.ID)] = g.Ref()
	}
	return refs, nil
}

// draft is what is being edited, with what there is to know before it is enabled.
func (h *Handlers) draft(ctx context.Context, v console.Visit, tests []sso.TestRun) (*draftPart, error) {
	c := v.Connection
	d := &draftPart{
		Version: version(c.Draft),
		First:   c.Live == nil,
		Edit:    at(v, "settings"),
		Setup:   at(v, "setup"),
		Test:    at(v, "tests"),
	}
	if !d.First {
		refs, err := h.defaultRefs(ctx, c)
		if err != nil {
			return nil, err
		}
		d.Changes = changes(connections.Differences(c.Live, c.Draft), refs)
		d.Discard = &ui.Confirm{
			Label:  "Discard the draft",
			Text:   "Your edits are discarded. The live configuration does not change.",
			Action: at(v, "discard"),
			Button: "Discard",
			Danger: true,
			Fields: []ui.HiddenField{console.RevisionField(c.Revision)},
		}
	}
	if c.State == sso.ConnectionEnabled {
		d.Shadow = at(v, "shadow")
	}
	d.Tested, d.Note = tested(c, tests)
	var err error
	if d.Loses, err = h.loses(ctx, c); err != nil {
		return nil, err
	}
	d.Enable = ui.Confirm{
		Label:  "Enable the draft",
		Text:   consequences(c, d),
		Action: at(v, "enable"),
		Button: "Proceed",
		Fields: []ui.HiddenField{console.RevisionField(c.Revision)},
	}
	return d, nil
}

// tested says whether the draft, as it is, was tested.
func tested(c sso.Connection, tests []sso.TestRun) (ui.Badge, string) {
	i := slices.IndexFunc(tests, func(t sso.TestRun) bool {
		return !t.EndedAt.IsZero() && t.Kind != sso.TestCaptured
	})
	switch {
	case i < 0:
		return ui.Badge{
			Label: "not tested",
			State: "warn",
		}, "Test the connection first: a test shows what will happen to whom, and changes nothing."
	case tests[i].State != sso.TestPassed:
		return ui.Badge{
			Label: "test failed",
			State: "error",
		}, "The last test connection did not pass."
	case tests[i].Revision != c.Revision || tests[i].Version != c.Draft.Version:
		return ui.Badge{
			Label: "test outdated",
			State: "warn",
		}, "The last test passed, but the connection was changed since."
	}
	if tests[i].Warned > 0 {
		return ui.Badge{
			Label: "test passed, with warnings",
			State: "warn",
		}, "The last test passed with exactly this draft, with warnings: read them first."
	}
	return ui.Badge{
		Label: "test passed",
		State: "ok",
	}, "The last test passed with exactly this draft."
}

// loses are those of the people who signed in lately whom the draft would refuse
// by its rule for who may sign in.
func (h *Handlers) loses(ctx context.Context, c sso.Connection) ([]string, error) {
	trials, err := h.Setup.DryRun(ctx, c.Enterprise, c.ID, nil, nil)
	if console.OnForm(err) {
		return nil, nil // enabling says so
	}
	if err != nil {
		return nil, fmt.Errorf("try the policies: %w", err)
	}
	var who []string
	for _, t := range trials {
		if t.Denied && !slices.Contains(who, t.Attempt.Login) {
			who = append(who, t.Attempt.Login)
		}
	}
	return who, nil
}

// consequences is what enabling comes to.
func consequences(c sso.Connection, d *draftPart) string {
	text := "People can sign in through this connection from now on."
	if !d.First {
		text = ui.Count(len(d.Changes), "field changes", "fields change") +
			" for everyone who signs in from now on. Sessions continue. You can roll back at any time."
	}
	text += " " + d.Note
	if n := len(d.Loses); n > 0 {
		text += " Of the people who signed in recently, " + ui.People(n) + " would lose access."
	}
	if c.Live != nil && c.Draft.Mapping.Subject != c.Live.Mapping.Subject {
		text += " The subject changes: everyone is matched by their login once more."
	}
	return text
}

// acts are what changes the state of the connection.
func acts(v console.Visit, reach sso.ConnectionReach) []ui.Confirm {
	c := v.Connection
	var all []ui.Confirm
	if c.Live != nil && c.Previous != nil {
		n := len(connections.Differences(c.Live, c.Previous))
		all = append(all, ui.Confirm{
			Label:  "Roll back",
			Action: at(v, "rollback"),
			Button: "Roll back",
			Fields: []ui.HiddenField{console.RevisionField(c.Revision)},
			Text: "People sign in with " + strings.ToLower(version(c.Previous)) + " again: " +
				ui.Count(n, "field changes", "fields change") +
				" back. A draft stays as it is. Rolling back again undoes this.",
		})
	}
	switch {
	case c.State == sso.ConnectionEnabled && reach.CheckEnforced() != nil:
		// The delete part says why neither is possible.
	case c.State == sso.ConnectionEnabled:
		text := "This blocks sign-in through this connection and ends " +
			ui.Count(reach.Sessions, "session", "sessions") + ". The configuration stays."
		if reach.Exclusive > 0 {
			text += " " + ui.People(reach.Exclusive) + " (" + strings.Join(reach.Logins, ", ") +
				ellipsis(reach.Exclusive > len(reach.Logins)) + ") cannot sign in another way."
		}
		all = append(all, ui.Confirm{
			Label:  "Disable",
			Text:   text,
			Action: at(v, "disable"),
			Button: "Disable",
			Danger: true,
			Fields: []ui.HiddenField{console.RevisionField(c.Revision)},
		})
	case c.State == sso.ConnectionDisabled && c.Draft == nil:
		all = append(all, ui.Confirm{
			Label:  "Enable again",
			Text:   "People can sign in through it again, as before it was disabled.",
			Action: at(v, "enable"),
			Button: "Proceed",
			Fields: []ui.HiddenField{console.RevisionField(c.Revision)},
		})
	}
	return all
}

func ellipsis(more bool) string {
	if more {
		return "…"
	}
	return ""
}

func deletePart(v console.Visit, reach sso.ConnectionReach) deleteSection {
	p := deleteSection{
		Action: at(v, "delete"),
		Text: "The configuration, its keys and the identities known through it are deleted, and " +
			ui.Count(reach.Sessions, "session ends", "sessions end") +
			". The people stay. This cannot be undone.",
		Name: ui.Field{
			ID:           "confirm-name",
			Name:         "name",
			Label:        "Name of the connection",
			Hint:         "Type it as it is written above.",
			Autocomplete: "off",
		},
	}
	if err := connections.LocksOut(reach); err != nil {
		if w := ui.Blame(err); len(w) > 0 {
			p.Blocked = w[0].Message
		}
	}
	return p
}
