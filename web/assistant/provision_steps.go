package assistant

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (a *Assistant) showMappings(w http.ResponseWriter, _ *http.Request, p *provisionState) error {
	base, frame := a.frame(p, "mappings")
	page := &provisionMappingsPage{
		Base:      base,
		stepFrame: frame,
		Part:      a.part(p.state, "h-do", "In "+p.place(), p.scim.Mappings),
		Check:     p.checkLogins(),
	}
	if c := p.config(); c != nil {
		page.LoginFrom = c.Mapping.Login
	}
	if p.reached() {
		page.Login = p.last.Result.Identity.Login
	}
	for _, r := range p.scim.Required {
		row := requiredRow{
			Attribute: r.Attribute,
			From:      r.From,
			Why:       r.Why,
		}
		if r.Login && p.logins.Pushed > 0 && p.logins.SignIns > 0 {
			row.Badge = &page.Check.Badge
		}
		page.Required = append(page.Required, row)
	}
	return a.Console.Render(w, http.StatusOK, page)
}

// checkLogins compares the people who signed in with those who were pushed.
func (p *provisionState) checkLogins() loginCheck {
	l := p.logins
	c := loginCheck{
		Missing:  l.Missing,
		MoreGone: l.MissingCount - len(l.Missing),
		More:     l.DifferentCount - len(l.Different),
	}
	for _, d := range l.Different {
		c.Different = append(c.Different, loginDifference(d))
	}
	switch {
	case l.SignIns == 0:
		c.Badge = ui.Badge{Label: "nothing to compare"}
		c.Sentence = "No one has signed in through this connection yet. Once someone has, this is compared with " +
			"what is pushed."
	case l.Pushed == 0:
		c.Badge = ui.Badge{Label: "nothing pushed yet"}
		c.Sentence = "No one has been pushed yet. The first push is compared with the people who signed in, here."
		c.Missing, c.MoreGone = nil, 0
	case l.DifferentCount > 0:
		c.Badge = ui.Badge{Label: "differs", State: "error"}
		c.Sentence = "Pushed under another userName than people sign in " +
			"with: " + strconv.Itoa(l.DifferentCount) + " of " +
			people(l.SignIns) + " who signed in last. They would be two people here."
		for _, r := range p.scim.Required {
			if r.Login {
				c.Do = pieces("In " + p.place() + ", map `userName` to the value that is the " +
					"login: " + r.From + ". Then send everything again. " + p.scim.Again)
			}
		}
	case l.MissingCount > 0:
		c.Badge = ui.Badge{Label: "some are missing", State: "warn"}
		c.Sentence = strconv.Itoa(l.Matched) + " of " + people(l.SignIns) +
			" who signed in last were pushed, under the login that they sign in with. The others were not pushed: " +
			"assign them in " + p.place() + " if they should be."
	default:
		c.Badge = ui.Badge{Label: "fits", State: "ok"}
		c.Sentence = "Pushed under the login that they sign in with: everyone who signed in last, " +
			people(l.SignIns) + "."
	}
	return c
}

// people returns "1 person" or "n people".
func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return strconv.Itoa(n) + " people"
}

func (a *Assistant) showProvisionAssign(w http.ResponseWriter, _ *http.Request, p *provisionState) error {
	base, frame := a.frame(p, "assign")
	return a.Console.Render(w, http.StatusOK, &provisionAssignPage{
		Base:      base,
		stepFrame: frame,
		Part:      a.part(p.state, "h-do", "In "+p.place(), p.scim.Assign),
		Cycle:     pieces(p.scim.Cycle),
	})
}

func (a *Assistant) showProvisionEnable(w http.ResponseWriter, r *http.Request, p *provisionState) error {
	flash := console.Said(r, map[string]string{
		"enabled": "Provisioning is enabled. What was pushed is applied within a minute.",
	})
	return a.askProvisioning(w, r, p, flash, nil)
}

// askProvisioning is the last question: what enabling would change.
func (a *Assistant) askProvisioning(
	w http.ResponseWriter, r *http.Request, p *provisionState, flash string, wrong error,
) error {
	base, frame := a.frame(p, "enable")
	base.Flash = flash
	frame.Next = nil
	frame.Heading = "Enable provisioning"
	page := &provisionEnablePage{
		Base:      base,
		stepFrame: frame,
		On:        p.provisions(),
		InPilot:   p.Connection.InPilot(),
		Form: setupForm{
			Wrong:  ui.Blame(wrong),
			Action: p.at("enable"),
			Button: "Enable provisioning",
			Hidden: []ui.HiddenField{p.revisionField()},
		},
	}
	if p.Role != sso.RoleSetupLink {
		page.Pilot = console.AtConnection(p.Enterprise, p.Connection.ID, "provisioning", "pilot")
	}
	if page.On {
		frame.Heading = "Provisioning is enabled"
		page.stepFrame = frame
		if p.Role != sso.RoleSetupLink {
			page.SCIM = console.AtConnection(p.Enterprise, p.Connection.ID, "provisioning")
		}
		return a.Console.Render(w, console.FormStatus(wrong), page)
	}
	preview, err := a.Service.PreviewProvisioning(
		r.Context(), p.Enterprise.ID, p.Connection.ID, connections.Supposed{Provisioning: sso.ProvisionSCIM},
	)
	if err != nil {
		return fmt.Errorf("preview provisioning: %w", err)
	}
	page.Facts = previewFacts(preview)
	if page.Groups, err = a.previewGroups(r.Context(), p, preview.Groups); err != nil {
		return err
	}
	page.Changes = p.provisionChanges()
	page.Blocked = p.foreignDraft()
	page.Warnings = p.provisionWarnings(a, preview)
	return a.Console.Render(w, console.FormStatus(wrong), page)
}

// previewGroups is what becomes of groups, with their organizations: groups of several
// may have one name.
func (a *Assistant) previewGroups(
	ctx context.Context, p *provisionState, groups []sso.ProvisioningGroupPreview,
) (all []provisionGroup, err error) {
	names := map[sso.OrganizationID]string{}
	for cursor, more := "", len(groups) > 0; more; more = cursor != "" {
		page := sso.Page{
			Cursor: cursor,
			Limit:  200,
		}
		var part []sso.Organization
		if part, cursor, err = a.Provisioning.Organizations(ctx, p.Enterprise.ID, page); err != nil {
			return nil, fmt.Errorf("list organizations: %w", err)
		}
		for _, o := range part {
			names[o.ID] = o.Name
		}
	}
	for _, g := range groups {
		all = append(all, provisionGroup{
			Name:         g.Name,
			Organization: names[g.Organization],
			Join:         g.Join,
			Confirm:      g.Confirm,
		})
	}
	return all, nil
}

func previewFacts(preview sso.ProvisioningPreview) []ui.Fact {
	return []ui.Fact{
		{Label: "People who are here and were pushed", Value: strconv.Itoa(preview.Adopted)},
		{Label: "New people", Value: strconv.Itoa(preview.Created)},
		{Label: "People who would be deactivated", Value: strconv.Itoa(preview.Deactivated)},
		{Label: "People who wait for an admin", Value: strconv.Itoa(preview.Held)},
	}
}

// provisionChanges is what will be different for people, in sentences.
func (p *provisionState) provisionChanges() []string {
	place := p.place()
	changes := []string{
		"Memberships of people whom " + place + " pushes come from what it pushes. No sign-in changes them.",
		"Someone whom " + place + " deactivates is signed out at once and cannot sign in.",
		"Enabling it removes no one from a group.",
	}
	if c := p.config(); c != nil && !c.SCIM.Pilot.IsZero() {
		changes = append(changes, "A pilot is chosen: this is about its people only. Everyone else signs in as before.")
	}
	return changes
}

// provisionWarnings is what an admin should settle first.
func (p *provisionState) provisionWarnings(a *Assistant, preview sso.ProvisioningPreview) []ui.Todo {
	var all []ui.Todo
	warn := func(when bool, text, href, label string) {
		if when {
			all = append(all, ui.Todo{
				State: "warn",
				Text:  text,
				Href:  href,
				Label: label,
			})
		}
	}
	nobody := preview.Adopted+preview.Created+preview.Held == 0
	warn(len(p.live(a)) == 0, "There is no valid token, so nothing can be pushed.", p.at("connect"), "Create a token")
	warn(!p.reach.Known.Any(), "No request with a token has reached this connection yet.", p.at("test"), "See what "+
		"to do")
	warn(nobody, "No one has been pushed yet. Wait for the first push, and look at this page again.", "", "")
	warn(
		preview.OtherLogins > 0,
		"The login of "+people(preview.OtherLogins)+" would change, because userName is another value.",
		p.at("mappings"), "Compare the logins",
	)
	warn(
		preview.Held > 0,
		people(preview.Held)+" would wait for an admin: another account has the login.",
		p.forAdmins(console.At(p.Enterprise, "questions")), "Login conflicts",
	)
	near, unmatched := nearGroups(preview)
	warn(
		len(near) > 0,
		"Almost the same name as a group here, in other letter case or with characters that look alike: "+
			shortList(near)+". Their members join no group until the pushed name is added to it.",
		p.forAdmins(console.AtConnection(p.Enterprise, p.Connection.ID, "provisioning", "switch")+"?to=scim"),
		"Repair them",
	)
	warn(
		len(unmatched) > 0,
		"No group here has the name of these: "+shortList(unmatched)+". Their members join no group "+
			"until there is one: create it under Groups, or set “"+
			console.FieldLabel("scim.create_groups.organizations")+"”.",
		p.forAdmins(console.AtConnection(p.Enterprise, p.Connection.ID, "settings")), "Settings",
	)
	if draft := p.otherChanges(); draft != "" && p.May(sso.IntentSignOn) {
		warn(true, "The draft has other changes, which are enabled "+
			"too: "+draft+".", p.state.at("enable"), "Look at the draft")
	}
	return all
}

// nearGroups returns the pushed groups that no group here has the name of: those that
// a group here has almost the name of, with it, and the others.
func nearGroups(preview sso.ProvisioningPreview) (near, unmatched []string) {
	known := map[string]bool{}
	for _, f := range preview.Findings {
		if f.Kind == sso.FindingGroupName && !known[f.Name] {
			known[f.Name] = true
			near = append(near, f.Name+" (here "+f.Known+")")
		}
	}
	for _, name := range preview.UnmatchedGroups {
		if !known[name] {
			unmatched = append(unmatched, name)
		}
	}
	return near, unmatched
}

// forAdmins returns the address of a page that no setup link opens; "" for the holder
// of one.
func (p *provisionState) forAdmins(href string) string {
	if p.Role == sso.RoleSetupLink {
		return ""
	}
	return href
}

// shortList names the first few of a list.
func shortList(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
}

// otherChanges names what the draft changes besides provisioning; "" if nothing.
func (p *provisionState) otherChanges() string {
	if p.Connection.Live == nil || p.Connection.Draft == nil {
		return ""
	}
	var fields []string
	for _, d := range connections.Differences(p.Connection.Live, p.Connection.Draft) {
		if d.Field != "provisioning" {
			fields = append(fields, console.FieldLabel(d.Field))
		}
	}
	return shortList(fields)
}

// foreignDraft says why the holder of a setup link for provisioning alone cannot
// enable it: the draft has changes that their link does not open. "" if it has none.
func (p *provisionState) foreignDraft() string {
	draft := p.otherChanges()
	if draft == "" || p.May(sso.IntentSignOn) {
		return ""
	}
	return "The draft of this connection has other changes: " + draft + ". Ask an admin of " + p.Enterprise.Name +
		" to enable or discard them first."
}

// enableProvisioning makes pushes count, with the rest of the draft.
func (a *Assistant) enableProvisioning(w http.ResponseWriter, r *http.Request, p *provisionState) error {
	if p.foreignDraft() != "" {
		return a.askProvisioning(w, r, p, "", nil)
	}
	ent, id := p.Enterprise.ID, p.Connection.ID
	edited, _, err := a.Service.Edit(r.Context(), p.Actor, ent, id, connections.Edit{
		Revision:     console.Revision(r.PostForm),
		Provisioning: new(sso.ProvisionSCIM),
	})
	if err == nil {
		_, err = a.Service.Enable(r.Context(), p.Actor, ent, id, edited.Revision)
	}
	switch {
	case err == nil:
		return console.Done(w, p.at("enable"), "enabled")
	case console.OnForm(err):
		if now, failed := a.Console.Directory.Connection(r.Context(), ent, id); failed == nil {
			p.Connection = now
		}
		return a.askProvisioning(w, r, p, "", err)
	}
	return err
}
