package provisioning

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// mostFound is how many groups, and how many people, a search lists.
const mostFound = 10

// The kinds of names in a pilot, as forms send them.
const (
	pilotGroup = "group"
	pilotUser  = "user"
)

// edited returns the configuration that an edit starts from: the draft, or else the
// live one.
func edited(c sso.Connection) sso.Config {
	switch {
	case c.Draft != nil:
		return *c.Draft
	case c.Live != nil:
		return *c.Live
	}
	return sso.Config{}
}

// provisions reports whether what is pushed to a connection takes effect.
func provisions(c sso.Connection) bool {
	return c.State == sso.ConnectionEnabled && c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM
}

func (h *Handlers) pilot(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showPilot(w, r, v, r.URL.Query().Get("q"), nil)
}

func (h *Handlers) showPilot(w http.ResponseWriter, r *http.Request, v console.Visit, q string, wrong error) error {
	c := v.Connection
	list, err := h.Setup.ProvisioningChecklist(r.Context(), c.Enterprise, c.ID)
	if err != nil {
		return fmt.Errorf("read the checklist: %w", err)
	}
	p := &connectionPilotPage{
		Base:   h.base(v, true),
		Wrong:  ui.Blame(wrong),
		Places: places(v, placePilot),
		Steps:  h.steps(v, list),
		Note:   stepsNote(c),
	}
	p.Flash = console.Said(r, map[string]string{
		"chosen":  "The choice is saved.",
		"started": "It is enabled. What was pushed is applied within a minute.",
		"applied": "The pilot is over. What was pushed about everyone is applied within a minute.",
	})
	p.describe(v, list)
	if !provisions(c) || c.InPilot() {
		if p.Choose, err = h.pilotChoice(r.Context(), v, strings.TrimSpace(q)); err != nil {
			return err
		}
		p.Chosen = chosenNames(v, list, strings.TrimSpace(q))
	}
	return h.Console.Render(w, console.FormStatus(wrong), p)
}

// describe says how far the pilot is, and what comes next.
func (p *connectionPilotPage) describe(v console.Visit, list sso.ProvisioningChecklist) {
	c := v.Connection
	start := ui.Link{Label: "See what starting it changes", Href: turn{to: sso.ProvisionSCIM}.page(v)}
	switch {
	case c.InPilot():
		p.State = ui.Badge{Label: "running", State: "warn"}
		p.Lead = "What the identity provider pushes about the people of the pilot takes effect. The rest is " +
			"kept, and waits."
		p.Next = &ui.Link{Label: "Apply to all: see what changes", Href: turn{everyone: true}.page(v)}
	case provisions(c):
		p.State = ui.Badge{Label: "everyone", State: "ok"}
		p.Lead = "What the identity provider pushes takes effect for everyone. There is no pilot."
	case !edited(c).SCIM.Pilot.IsZero():
		p.State = ui.Badge{Label: "chosen, not started", State: "warn"}
		p.Lead = "Nothing that is pushed takes effect yet. Once it is started, only the people of the pilot follow it."
		p.Next = &start
	default:
		p.State = ui.Badge{Label: "no pilot"}
		p.Lead = "Try provisioning with some people first: only they follow what the identity provider pushes. " +
			"Everyone else signs in as before, and nothing is changed about them."
	}
	if c.InPilot() && c.Draft != nil && !c.Draft.SCIM.Pilot.Equal(c.Live.SCIM.Pilot) {
		p.Todos = append(p.Todos, ui.Todo{
			State: "warn",
			Text: "The choice below differs from the pilot that runs. It is saved in the draft, and is not in " +
				"effect yet.",
			Href:  start.Href,
			Label: "See what it changes",
		})
	}
	p.Facts = pilotFacts(list)
}

func pilotFacts(list sso.ProvisioningChecklist) []ui.Fact {
	done := 0
	for _, i := range list.Items {
		if !i.FirstAt.IsZero() {
			done++
		}
	}
	return []ui.Fact{
		{Label: "Applied", Value: ui.People(list.Adopted)},
		{Label: "Pushed and waiting", Value: ui.People(list.Pushed - list.Adopted)},
		{Label: "Checklist", Value: fmt.Sprintf("%d of %d steps", done, len(list.Items))},
	}
}

// chosenNames lists whom the draft, or else the live configuration, has in its pilot.
func chosenNames(v console.Visit, list sso.ProvisioningChecklist, q string) (all []chosenName) {
	pilot := edited(v.Connection).SCIM.Pilot
	for _, part := range []struct {
		kind, what string
		names      []string
		missing    []string
	}{
		{pilotGroup, "group, with all of its members", pilot.Groups, list.MissingGroups},
		{pilotUser, "person", pilot.Users, list.MissingUsers},
	} {
		for _, name := range part.names {
			row := chosenName{
				Name:   name,
				What:   part.what,
				Remove: pilotPress(v, "remove", part.kind, name, q),
			}
			if slices.Contains(part.missing, name) {
				row.State = &ui.Badge{Label: "not pushed yet", State: "warn"}
			}
			all = append(all, row)
		}
	}
	return all
}

// pilotPress returns the button that adds a name to the pilot or removes it.
func pilotPress(v console.Visit, do, kind, name, q string) *ui.Press {
	label := map[string]string{"add": "Add", "remove": "Remove"}[do]
	return &ui.Press{
		Label:  label,
		About:  label + " " + name,
		Action: at(v, "pilot"),
		Fields: []ui.HiddenField{
			console.RevisionField(v.Connection.Revision),
			{Name: "do", Value: do},
			{Name: "kind", Value: kind},
			{Name: "name", Value: name},
			{Name: "q", Value: q},
		},
	}
}

// What an empty search says.
const (
	nothingPushed = "Nothing was pushed yet. Search for the name of a group or the userName of a person, and add it " +
		"as it is."
	nothingFound = "Nothing that was pushed has this in its name."
)

// pilotChoice searches what was pushed.
func (h *Handlers) pilotChoice(ctx context.Context, v console.Visit, q string) (*pilotChoice, error) {
	found, err := h.Records.FindPushed(ctx, v.Enterprise.ID, v.Connection.ID, q, mostFound)
	if err != nil {
		return nil, fmt.Errorf("find what was pushed: %w", err)
	}
	c := &pilotChoice{
		Action: at(v, "pilot"),
		Search: searchField(q),
		Empty:  nothingPushed,
	}
	if q != "" {
		c.Empty = nothingFound
		c.Typed = typedPresses(v, q)
	}
	pilot := edited(v.Connection).SCIM.Pilot
	for _, g := range found.Groups {
		row := foundName{
			Name:   g.DisplayName,
			What:   "group",
			Detail: ui.Count(g.Members, "member", "members"),
		}
		if !containsName(pilot.Groups, g.DisplayName) {
			row.Add = pilotPress(v, "add", pilotGroup, g.DisplayName, q)
		}
		c.Found = append(c.Found, row)
	}
	for _, u := range found.Users {
		row := foundName{
			Name:   u.UserName,
			What:   "person",
			Detail: followed(u),
		}
		if !containsName(pilot.Users, u.UserName) {
			row.Add = pilotPress(v, "add", pilotUser, u.UserName, q)
		}
		c.Found = append(c.Found, row)
	}
	return c, nil
}

func searchField(q string) ui.Field {
	return ui.Field{
		ID:           "q",
		Name:         "q",
		Label:        "Search what was pushed",
		Hint:         "Part of the name of a group, or of a userName.",
		Value:        q,
		Autocomplete: "off",
		Optional:     true,
	}
}

// typedPresses add a name that was not pushed yet.
func typedPresses(v console.Visit, q string) []ui.Press {
	group, user := pilotPress(v, "add", pilotGroup, q, ""), pilotPress(v, "add", pilotUser, q, "")
	group.Label, user.Label = "Add “"+q+"” as a group", "Add “"+q+"” as a person"
	group.About, user.About = "", ""
	return []ui.Press{*group, *user}
}

// followed says what became of a pushed user.
func followed(u sso.ProvisionedUser) string {
	switch {
	case u.Adopted && !u.Active:
		return "applied, deactivated"
	case u.Adopted:
		return "applied"
	case !u.Active:
		return "waits, not active"
	}
	return "waits"
}

func containsName(all []string, name string) bool {
	return slices.ContainsFunc(all, func(x string) bool { return strings.EqualFold(x, name) })
}

// choosePilot adds a name to the pilot of the draft, or removes it.
func (h *Handlers) choosePilot(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	pilot := edited(v.Connection).SCIM.Pilot
	groups, users := append([]string{}, pilot.Groups...), append([]string{}, pilot.Users...)
	list := &users
	if r.PostForm.Get("kind") == pilotGroup {
		list = &groups
	}
	name := strings.TrimSpace(r.PostForm.Get("name"))
	if r.PostForm.Get("do") == "remove" {
		*list = slices.DeleteFunc(*list, func(x string) bool { return x == name })
	} else if !containsName(*list, name) {
		*list = append(*list, name)
	}
	_, _, err := h.Setup.Edit(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, connections.Edit{
		Revision: console.Revision(r.PostForm),
		SCIM: &connections.SCIMEdit{Pilot: &connections.PilotEdit{
			Groups: groups,
			Users:  users,
		}},
	})
	q := r.PostForm.Get("q")
	switch {
	case err == nil:
		return route.SeeOther(w, at(v, "pilot")+"?"+url.Values{
			"q":    {q},
			"done": {"chosen"},
		}.Encode())
	case console.OnForm(err):
		return h.showPilot(w, r, h.again(r.Context(), v), q, err)
	}
	return fmt.Errorf("choose the pilot: %w", err)
}

// again returns the visit with the connection as it is now.
func (h *Handlers) again(ctx context.Context, v console.Visit) console.Visit {
	if c, err := h.Console.Directory.Connection(ctx, v.Enterprise.ID, v.Connection.ID); err == nil {
		v.Connection = c
	}
	return v
}

func stepsNote(c sso.Connection) string {
	if c.InPilot() {
		return "Each step ticks itself when the identity provider shows it. Try it with people of the pilot: what is " +
			"pushed about others waits."
	}
	return "Each step ticks itself when the identity provider shows it. There is nothing to tick off by hand."
}

// stepLabel says what a milestone shows.
func stepLabel(m sso.Milestone) string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "A person arrived",
		sso.UserUpdated:     "A person was updated",
		sso.GroupArrived:    "A group arrived",
		sso.MemberAdded:     "A member was added to a group",
		sso.MemberRemoved:   "A member was removed from a group",
		sso.UserOut:         "A person was deactivated, and is out",
		sso.UserReactivated: "A person came back",
	}[m]
}

func (h *Handlers) steps(v console.Visit, list sso.ProvisioningChecklist) []trialStep {
	scim := guide.SCIMOf(v.Connection.Provider)
	var all []trialStep
	for _, i := range list.Items {
		s := trialStep{
			Label: stepLabel(i.Milestone),
			State: ui.Badge{Label: "not yet"},
			Do:    guide.Spans(scim.Try(i.Milestone)),
		}
		if !i.FirstAt.IsZero() {
			s.State = ui.Badge{Label: "done", State: "ok"}
			s.Name = cmp.Or(i.Name, "a request")
			s.At, s.First = h.time(i.LastAt), h.time(i.FirstAt)
			s.Log = console.At(v.Enterprise, "activity", "provisioning") + "?" + url.Values{
				"connection": {string(v.Connection.ID)},
				"name":       {i.Name},
			}.Encode()
		}
		if i.Receipt != nil {
			s.Ended = endedText(*i.Receipt)
			s.Who = &ui.Link{Label: "See the person", Href: console.At(v.Enterprise, "people", string(i.Receipt.User))}
		}
		all = append(all, s)
	}
	return all
}

// endedText says what ended when a person was deactivated.
func endedText(r sso.DeprovisionReceipt) string {
	var parts []string
	for _, x := range []struct {
		n         int
		one, many string
	}{
		{r.Ended.Sessions, "session", "sessions"},
		{r.Ended.SignIns, "waiting sign-in", "waiting sign-ins"},
		{r.Ended.SetupLinks, "setup link", "setup links"},
		{r.Ended.Tokens, "token", "tokens"},
	} {
		if x.n > 0 {
			parts = append(parts, ui.Count(x.n, x.one, x.many))
		}
	}
	if len(parts) == 0 {
		return "There was no session to end."
	}
	return "Ended: " + strings.Join(parts, ", ") + "."
}
