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
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// turn is a change of provisioning that is previewed before it is confirmed: to
// SCIM, to sign-ins, or the end of the pilot.
type turn struct {
	to       sso.Provisioning
	everyone bool
}

// turnEveryone names the end of the pilot in a form. The names of the other turns
// are those of [sso.Provisioning].
const turnEveryone = "everyone"

// turnOf returns the turn of a form or an address; without one, that which a
// connection can make.
func turnOf(name string, c sso.Connection) turn {
	switch {
	case name == turnEveryone:
		return turn{everyone: true}
	case name == string(sso.ProvisionSCIM), name == string(sso.ProvisionJIT):
		return turn{to: sso.Provisioning(name)}
	case provisions(c):
		return turn{to: sso.ProvisionJIT}
	}
	return turn{to: sso.ProvisionSCIM}
}

func (t turn) name() string {
	if t.everyone {
		return turnEveryone
	}
	return string(t.to)
}

// page returns the address of the preview.
func (t turn) page(v console.Visit) string {
	if t.everyone {
		return at(v, "pilot", "apply")
	}
	return at(v, "switch") + "?to=" + string(t.to)
}

// with returns the address of the preview with a further parameter.
func (t turn) with(v console.Visit, name, value string) string {
	separator := "&"
	if t.everyone {
		separator = "?"
	}
	return t.page(v) + separator + name + "=" + url.QueryEscape(value)
}

// back reports whether sign-ins would change memberships again.
func (t turn) back() bool { return t.to == sso.ProvisionJIT }

func (t turn) supposed() connections.Supposed {
	return connections.Supposed{
		Provisioning: t.to,
		Everyone:     t.everyone,
	}
}

func (h *Handlers) previewEveryone(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showTurn(w, r, v, turn{everyone: true}, nil)
}

func (h *Handlers) previewSwitch(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showTurn(w, r, v, turnOf(r.URL.Query().Get("to"), v.Connection), nil)
}

// showTurn shows the preview of a turn, or the part of it that the address names.
func (h *Handlers) showTurn(w http.ResponseWriter, r *http.Request, v console.Visit, t turn, wrong error) error {
	if kind := sso.FindingKind(r.URL.Query().Get("kind")); kind != "" {
		return h.showFindings(w, r, v, t, kind)
	}
	preview, err := h.Setup.PreviewProvisioning(r.Context(), v.Enterprise.ID, v.Connection.ID, t.supposed())
	if err != nil {
		return fmt.Errorf("preview provisioning: %w", err)
	}
	p := t.newPage(v)
	p.Base = h.turnBase(v, t)
	p.Wrong = ui.Blame(wrong)
	p.Flash = console.Said(r, map[string]string{
		"linked":  "They are one person now. What is pushed about them goes to this account.",
		"aliased": "The name belongs to the group now. What is pushed under it goes to this group.",
		"renamed": "The group has the name that is pushed.",
	})
	p.Promises = t.promises(preview)
	if !t.back() {
		p.Facts = turnFacts(v, preview)
		p.Out = peopleOf(v, preview.Deactivated, preview.Deactivating)
	}
	names, err := h.organizations(r.Context(), v)
	if err != nil {
		return err
	}
	p.Changes = changesOf(v, preview.Groups, names)
	p.Nothing = nothingChanges(p.Changes)
	p.Todos = t.todos(v, preview)
	p.Findings = t.findings(v, preview)
	p.Confirm = t.confirm(v)
	return h.Console.Render(w, console.FormStatus(wrong), p)
}

// turnBase surrounds the preview of a turn.
func (h *Handlers) turnBase(v console.Visit, t turn) ui.Base {
	b := h.base(v, true)
	if t.everyone {
		b.Console.Trail = append(b.Console.Trail, ui.Link{Label: placePilot, Href: at(v, "pilot")})
	}
	return b
}

// newPage returns the page of a turn with what is the same in all of its parts.
func (t turn) newPage(v console.Visit) *connectionSwitchPage {
	p := &connectionSwitchPage{Back: t.back()}
	if t.everyone {
		p.Heading = "Apply to all"
		p.Lead = "The end of the pilot: what is pushed about everyone takes effect. This is what would change."
		p.Places = places(v, placePilot)
		return p
	}
	p.Places = places(v, placeSwitch)
	p.Directions = []ui.Link{
		{Label: "From sign-ins to SCIM", Href: turn{to: sso.ProvisionSCIM}.page(v), Current: !t.back()},
		{Label: "From SCIM to sign-ins", Href: turn{to: sso.ProvisionJIT}.page(v), Current: t.back()},
	}
	p.Heading = "From sign-ins to SCIM"
	p.Lead = "People and memberships would follow what the identity provider pushes. This is a preview: nothing " +
		"changes until you confirm."
	if !edited(v.Connection).SCIM.Pilot.IsZero() {
		p.Lead = "The people of the pilot would follow what the identity provider pushes. Everyone else signs in as " +
			"before. This is a preview: nothing changes until you confirm."
	}
	if t.back() {
		p.Heading = "From SCIM to sign-ins"
		p.Lead = "Memberships would follow sign-ins again. This is a preview: nothing changes until you confirm."
	}
	return p
}

// promises says what does not change, and when the rest does.
func (t turn) promises(preview sso.ProvisioningPreview) []string {
	if t.back() {
		return []string{
			"Nothing is removed by the switch itself: everyone stays in their groups until they sign in again.",
			"The numbers are what the next sign-ins would change, if they name the same groups as the last ones.",
			"What was pushed is kept. People whom the identity provider deactivated stay deactivated.",
		}
	}
	first := "Nothing is removed by the switch itself: members whom no push confirms stay. They are listed as extra " +
		"until an admin decides, under Expected against actual."
	if slices.ContainsFunc(preview.Groups, func(g sso.ProvisioningGroupPreview) bool { return g.Leave > 0 }) {
		first += " Only people whom the identity provider has deleted leave their groups."
	}
	return []string{
		first,
		"Sign-ins then change no membership of a person who is pushed.",
		"A person whom the identity provider deactivates is signed out at once.",
	}
}

func turnFacts(v console.Visit, n sso.ProvisioningPreview) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Have an account here", Value: ui.People(n.Adopted)},
		{Label: "Would get an account", Value: ui.People(n.Created)},
		{Label: "Would be deactivated", Value: ui.People(n.Deactivated)},
		{Label: "Would wait for an admin", Value: ui.People(n.Held)},
		{Label: "Sign in, and were not pushed", Value: ui.People(n.Unknown)},
		{Label: "Extra, stay", Value: ui.Count(n.Extra, "membership", "memberships")},
	}
	if n.Waiting > 0 {
		facts = append(facts, ui.Fact{
			Label: "Outside of the pilot, wait",
			Value: ui.People(n.Waiting),
			Href:  at(v, "pilot"),
		})
	}
	return facts
}

// nothingChanges is said if no group would change.
func nothingChanges(all []organizationChange) string {
	if len(all) > 0 {
		return ""
	}
	return "No membership would change."
}

// changesOf lists the groups that would change, by organization.
func changesOf(
	v console.Visit, groups []sso.ProvisioningGroupPreview, names map[sso.OrganizationID]string,
) (all []organizationChange) {
	index := map[sso.OrganizationID]int{}
	for _, g := range groups {
		if g.Join+g.Leave+g.Confirm+g.Extra == 0 {
			continue
		}
		i, known := index[g.Organization]
		if !known {
			i = len(all)
			index[g.Organization] = i
			all = append(all, organizationChange{
				ID:   string(g.Organization),
				Name: cmp.Or(names[g.Organization], string(g.Organization)),
			})
		}
		all[i].Groups = append(all[i].Groups, groupChangeOf(v, g))
	}
	for _, o := range all {
		slices.SortStableFunc(o.Groups, func(a, b groupChange) int { return cmp.Compare(a.Name, b.Name) })
	}
	slices.SortFunc(all, func(a, b organizationChange) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func (h *Handlers) organizations(ctx context.Context, v console.Visit) (map[sso.OrganizationID]string, error) {
	names := map[sso.OrganizationID]string{}
	for cursor, more := "", true; more; more = cursor != "" {
		all, next, err := h.Records.Organizations(ctx, v.Enterprise.ID, sso.Page{
			Cursor: cursor,
			Limit:  200,
		})
		if err != nil {
			return nil, fmt.Errorf("list organizations: %w", err)
		}
		for _, o := range all {
			names[o.ID] = o.Name
		}
		cursor = next
	}
	return names, nil
}

func groupChangeOf(v console.Visit, g sso.ProvisioningGroupPreview) groupChange {
	c := groupChange{
		Name:  g.Name,
		Gain:  peopleOf(v, g.Join, g.Joining),
		Lose:  peopleOf(v, g.Leave, g.Leaving),
		Stay:  g.Confirm,
		Extra: g.Extra,
	}
	if g.Group != "" {
		c.Href = console.At(v.Enterprise, "groups", string(g.Group))
	}
	return c
}

func peopleOf(v console.Visit, n int, first []sso.PreviewPerson) countedPeople {
	c := countedPeople{Count: n}
	for _, x := range first {
		link := ui.Link{Label: x.Login}
		if x.User != "" {
			link.Href = console.At(v.Enterprise, "people", string(x.User))
		}
		c.People = append(c.People, link)
	}
	if more := n - len(first); more > 0 && len(first) > 0 {
		c.More = ui.Count(more, "more", "more")
	}
	return c
}

// todos says what an admin should settle or know before they confirm.
func (t turn) todos(v console.Visit, preview sso.ProvisioningPreview) (all []ui.Todo) {
	c := v.Connection
	add := func(when bool, text, href, label string) {
		if when {
			all = append(all, ui.Todo{
				State: "warn",
				Text:  text,
				Href:  href,
				Label: label,
			})
		}
	}
	scim := t.to == sso.ProvisionSCIM
	pushed := preview.Adopted + preview.Created + preview.Held + preview.Waiting
	add(
		!t.back() && pushed == 0, "No one was pushed yet. Wait for the first push, and look at this page again.",
		console.AtConnection(v.Enterprise, c.ID, "setup", "scim"), placeSetup,
	)
	add(
		scim && pushed > 0 && !provisions(c) && edited(c).SCIM.Pilot.IsZero(),
		"This is about everyone at once. You can try it with some people first.", at(v, "pilot"), "Choose a pilot",
	)
	add(
		len(preview.UnmatchedGroups) > 0,
		"No group here has the name of these, and none is created: "+shortList(preview.UnmatchedGroups)+".",
		console.At(v.Enterprise, "groups"), "Groups",
	)
	other := otherChanges(c)
	add(
		!t.everyone && other != "", "The draft has other changes, which are enabled too: "+other+".",
		console.AtConnection(v.Enterprise, c.ID), "Look at the draft",
	)
	return all
}

// shortList names the first few of a list.
func shortList(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}

// otherChanges names what the draft changes besides who provisions; "" if nothing.
func otherChanges(c sso.Connection) string {
	if c.Live == nil || c.Draft == nil {
		return ""
	}
	var fields []string
	for _, d := range connections.Differences(c.Live, c.Draft) {
		if d.Field != "provisioning" && !strings.HasPrefix(d.Field, "scim.pilot.") {
			fields = append(fields, console.FieldLabel(d.Field))
		}
	}
	return shortList(fields)
}

// confirm returns the last question of a turn, or why it cannot be confirmed.
func (t turn) confirm(v console.Visit) *switchConfirm {
	c := v.Connection
	q := &switchConfirm{
		Heading: "Switch to SCIM",
		Text:    "Everyone who is pushed follows the identity provider from then on. You can switch back at any time.",
		Action:  at(v, "switch"),
		Button:  "Switch to SCIM",
		Leave:   at(v),
		Fields: []ui.HiddenField{
			console.RevisionField(c.Revision),
			{Name: "to", Value: t.name()},
		},
	}
	if !edited(c).SCIM.Pilot.IsZero() {
		q.Heading, q.Button = "Start the pilot", "Start the pilot"
		q.Text = "The people of the pilot follow the identity provider from then on. You can switch back at any time."
	}
	switch {
	case t.everyone:
		q.Heading, q.Button = "Apply to all", "Apply to all"
		q.Action, q.Leave = at(v, "pilot", "apply"), at(v, "pilot")
		q.Text = "What was pushed about everyone is applied within a minute."
	case t.back():
		q.Heading, q.Button = "Switch to sign-ins", "Switch to sign-ins"
		q.Text = "Nothing changes for anyone until their next sign-in. You can switch to SCIM again at any time."
	}
	if why := t.refused(c); why != "" {
		q.Text, q.Button = why, ""
	}
	return q
}

// refused says why a turn cannot be confirmed; "" if it can.
func (t turn) refused(c sso.Connection) string {
	switch {
	case c.State != sso.ConnectionEnabled:
		return "The connection is not enabled. Enable single sign-on first, then come back to this page."
	case t.everyone && !c.InPilot():
		return "No pilot is running, so there is nothing to end."
	case t.back() && !provisions(c):
		return "People and memberships follow sign-ins already."
	case t.to == sso.ProvisionSCIM && provisions(c) && c.Draft == nil:
		return "People and memberships follow what is pushed already. Nothing waits to be enabled."
	}
	return ""
}

// confirmSwitch makes the provisioning of the draft another, and enables it.
func (h *Handlers) confirmSwitch(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	t := turnOf(r.PostForm.Get("to"), v.Connection)
	if t.everyone || t.refused(v.Connection) != "" {
		return h.showTurn(w, r, v, t, nil)
	}
	ctx, ent, id := r.Context(), v.Enterprise.ID, v.Connection.ID
	c, _, err := h.Setup.Edit(ctx, v.Actor, ent, id, connections.Edit{
		Revision:     console.Revision(r.PostForm),
		Provisioning: &t.to,
	})
	if err == nil {
		_, err = h.Setup.Enable(ctx, v.Actor, ent, id, c.Revision)
	}
	switch {
	case console.OnForm(err):
		return h.showTurn(w, r, h.again(ctx, v), t, err)
	case err != nil:
		return fmt.Errorf("switch provisioning: %w", err)
	case t.back():
		return console.Done(w, at(v), "switched-back")
	}
	return console.Done(w, at(v, "pilot"), "started")
}

// applyToAll ends the pilot.
func (h *Handlers) applyToAll(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	_, err := h.Setup.EndPilot(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, console.Revision(r.PostForm),
	)
	switch {
	case console.OnForm(err):
		return h.showTurn(w, r, h.again(r.Context(), v), turn{everyone: true}, err)
	case err != nil:
		return fmt.Errorf("end the pilot: %w", err)
	}
	return console.Done(w, at(v, "pilot"), "applied")
}

// link makes an account that of a pushed user.
func (h *Handlers) link(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	t := turnOf(r.PostForm.Get("to"), v.Connection)
	user, err := sso.ParseID[sso.UserID](r.PostForm.Get("user"))
	if err != nil {
		return sso.NothingHere()
	}
	err = h.Setup.LinkProvisioned(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, sso.ResourceID(r.PostForm.Get("resource")), user,
	)
	if sso.KindOf(err) == sso.NotFoundKind {
		err = &sso.Error{
			Kind: sso.Invalid,
			Code: "validation_failed",
			Public: "This account signs in through another connection, or was deleted. After the switch, decide " +
				"under Login conflicts whether both are one person.",
		}
	}
	return h.repaired(w, r, v, t, "linked", err)
}

// nameGroup gives a pushed name to a group: as one of its names at the identity
// provider, or as its name.
func (h *Handlers) nameGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	t := turnOf(r.PostForm.Get("to"), v.Connection)
	id, err := sso.ParseID[sso.GroupID](r.PostForm.Get("group"))
	if err != nil {
		return sso.NothingHere()
	}
	name, done := r.PostForm.Get("name"), "aliased"
	if r.PostForm.Get("how") == "rename" {
		done = "renamed"
		_, err = h.Directory.UpdateGroup(r.Context(), v.Actor, v.Enterprise.ID, id, directory.GroupEdit{
			Revision: sso.AnyRevision,
			Name:     &name,
		})
	} else {
		_, err = h.Directory.AddIDPName(r.Context(), v.Actor, v.Enterprise.ID, id, name)
	}
	return h.repaired(w, r, v, t, done, err)
}

// repaired returns to the preview after a repair, or shows why it was refused.
func (h *Handlers) repaired(
	w http.ResponseWriter, r *http.Request, v console.Visit, t turn, done string, err error,
) error {
	switch {
	case console.OnForm(err):
		return h.showTurn(w, r, v, t, err)
	case err != nil:
		return fmt.Errorf("repair what does not meet: %w", err)
	}
	return route.SeeOther(w, t.with(v, "done", done))
}
