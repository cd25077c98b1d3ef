package connection

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// Bounds of the page: an admin with more searches.
const (
	namesShown   = 50
	columnsShown = 50
	driftsShown  = 10
	recordsRead  = 100
)

// The parts of the names that can be looked at.
const (
	showAll     = ""
	showNowhere = "nowhere"
	showUnsent  = "unsent"
	showNear    = "near"
)

// name is one name of a group, said or here.
type name struct {
	text   string
	people int  // whose last response named it
	said   bool // in the last response of a user, or lately
	// aliased says that an IdP name of its group is sent in its place.
	aliased bool
	groups  []sso.Group // by name or IdP name
	near    []sso.NearMiss
}

func (n name) nowhere() bool {
	return n.said && len(n.groups) == 0 && n.text != sso.DefaultGroupName
}

func (n name) unsent() bool { return !n.said && !n.aliased }

func (n name) is(show string) bool {
	switch show {
	case showNowhere:
		return n.nowhere()
	case showUnsent:
		return n.unsent()
	case showNear:
		return len(n.near) > 0
	}
	return true
}

// overview is all there is to compare.
type overview struct {
	organizations []sso.Organization // by name
	names         []name             // by name
	tallies       []sso.GroupTally
	records       []sso.SyncRecord // the latest
	roles         []sso.ProductRole
}

func (h *Handlers) overview(ctx context.Context, v console.Visit) (o overview, err error) {
	ent := v.Enterprise.ID
	for cursor := ""; ; {
		all, next, err := h.Groups.Organizations(ctx, ent, sso.Page{
			Cursor: cursor,
			Limit:  200,
		})
		if err != nil {
			return o, fmt.Errorf("list organizations: %w", err)
		}
		o.organizations = append(o.organizations, all...)
		if cursor = next; next == "" {
			break
		}
	}
	slices.SortFunc(o.organizations, func(a, b sso.Organization) int {
		return strings.Compare(a.Name, b.Name)
	})
	said, err := h.Groups.SaidNames(ctx, ent)
	if err != nil {
		return o, fmt.Errorf("list names: %w", err)
	}
	if o.tallies, err = h.Groups.GroupTallies(ctx, ent); err != nil {
		return o, fmt.Errorf("count members: %w", err)
	}
	if o.records, _, err = h.Groups.SyncRecords(ctx, ent, sso.SyncFilter{}, sso.Page{Limit: recordsRead}); err != nil {
		return o, fmt.Errorf("list sync records: %w", err)
	}
	if o.roles, err = h.Roles.Roles(ctx); err != nil {
		return o, fmt.Errorf("list roles: %w", err)
	}
	o.names = namesOf(said, o.tallies, o.records, o.organizations)
	return o, nil
}

// namesOf puts what was said beside what is here.
func namesOf(
	said []sso.AssertedName, tallies []sso.GroupTally, records []sso.SyncRecord, organizations []sso.Organization,
) []name {
	all := map[string]*name{}
	of := func(text string) *name {
		if all[text] == nil {
			all[text] = &name{text: text}
		}
		return all[text]
	}
	for _, s := range said {
		n := of(s.Name)
		n.people, n.said = s.People, true
	}
	for _, r := range records {
		for _, text := range r.Asserted.Names {
			of(text).said = true
		}
	}
	groups := here(all, tallies)
	titles := map[sso.OrganizationID]string{}
	for _, o := range organizations {
		titles[o.ID] = o.Name
	}
	var nowhere []string
	for text, n := range all {
		if n.said && len(n.groups) == 0 {
			nowhere = append(nowhere, text)
		}
	}
	for _, m := range groupsync.NearMisses(nowhere, groups, titles) {
		of(m.Asserted).near = append(of(m.Asserted).near, m)
	}
	list := make([]name, 0, len(all))
	for _, n := range all {
		list = append(list, *n)
	}
	slices.SortFunc(list, func(a, b name) int { return strings.Compare(a.text, b.text) })
	return list
}

// here adds the groups that are here to the names they have: a group's own name
// always, and its IdP names where they are said.
func here(all map[string]*name, tallies []sso.GroupTally) (groups []sso.Group) {
	for _, t := range tallies {
		groups = append(groups, t.Group)
		if t.Group.Default {
			continue
		}
		own := all[t.Group.Name]
		if own == nil {
			own = &name{text: t.Group.Name}
			all[t.Group.Name] = own
		}
		own.groups = append(own.groups, t.Group)
		for _, text := range t.Group.IDPNames {
			if n := all[text]; n != nil && n.said {
				n.groups = append(n.groups, t.Group)
				own.aliased = true
			}
		}
	}
	return groups
}

func (h *Handlers) groups(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showGroups(w, r, v, nil)
}

func (h *Handlers) showGroups(w http.ResponseWriter, r *http.Request, v console.Visit, refused error) error {
	o, err := h.overview(r.Context(), v)
	if err != nil {
		return err
	}
	p := &connectionGroupsPage{
		Base:  h.base(v, true),
		Facts: o.facts(v),
		Ask:   at(v, "groups", "person"),
		Here:  at(v, "groups"),
	}
	p.Flash = console.Said(r, map[string]string{
		"created":  "Group created. People join it at their next sign-in.",
		"accepted": "The name is accepted for the group. People join it at their next sign-in; reconcile the group below to add them now.",
	})
	p.Person = ui.Field{
		ID:           "person",
		Name:         "login",
		Label:        "Login",
		Hint:         "The full login of someone who has signed in.",
		Autocomplete: "off",
	}
	h.matrix(p, r.URL.Query(), v, o)
	if err := h.drifts(r.Context(), p, v, o); err != nil {
		return err
	}
	if v.Role == sso.RoleSetupLink {
		readOnly(p)
	} else {
		p.Create, p.Accept = o.form(v, r.PostForm), o.acceptForm(v, r.PostForm)
	}
	p.Objects = slices.ContainsFunc(o.names, func(n name) bool {
		return n.nowhere() && sso.LooksLikeObjectID(n.text)
	})
	if refused != nil {
		p.blame(refused, r.PostForm.Has("group"))
	}
	return h.Console.Render(w, console.FormStatus(refused), p)
}

// blame shows why a form was refused, on its fields if the page has the form;
// accepting tells the form that accepts a name from the one that creates a group.
func (p *connectionGroupsPage) blame(refused error, accepting bool) {
	switch {
	case accepting && p.Accept != nil:
		p.Wrong = ui.Blame(refused, &p.Accept.Fields[0], &p.Accept.Fields[1])
	case p.Create != nil:
		p.Wrong = ui.Blame(refused, &p.Create.Fields[0], &p.Create.Fields[1])
	default:
		p.Wrong = wrong(refused)
	}
}

func (o overview) count(show string) int {
	n := 0
	for _, x := range o.names {
		if x.is(show) {
			n++
		}
	}
	return n
}

func (o overview) facts(v console.Visit) []ui.Fact {
	warned := func(label string, n int, show string) ui.Fact {
		f := ui.Fact{Label: label, Value: ui.Count(n, "name", "names")}
		if n > 0 {
			f.Href, f.Badge = at(v, "groups")+"?show="+show, &ui.Badge{
				Label: "review",
				State: "warn",
			}
		}
		return f
	}
	facts := []ui.Fact{
		warned("Unmatched", o.count(showNowhere), showNowhere),
		warned("Near misses", o.count(showNear), showNear),
		{
			Label: "Never sent",
			Value: ui.Count(o.count(showUnsent), "name", "names"),
			Href:  at(v, "groups") + "?show=" + showUnsent,
		},
	}
	without, partly, all := 0, 0, 0
	for _, r := range o.records {
		if r.Connection != v.Connection.ID {
			continue
		}
		all++
		if r.Asserted.State == sso.GroupsAbsent || r.Asserted.State == sso.GroupsOverage {
			without++
		}
		if r.Asserted.NotUnderstoodCount > 0 {
			partly++
		}
	}
	if all > 0 {
		facts = append(facts, withoutGroups(v.Connection, without, all))
	}
	if partly > 0 {
		facts = append(facts, ui.Fact{
			Label: "Recent sign-ins partly understood",
			Value: strconv.Itoa(partly) + " of the last " +
				ui.Count(all, "group sync", "group syncs"),
			Href:  console.At(v.Enterprise, "activity", "syncs"),
			Badge: &ui.Badge{Label: "no one loses a group", State: "warn"},
		})
	}
	return facts
}

// withoutGroups says how many of the last sign-ins had no groups, which is a reason to
// look only if the provider can send any.
func withoutGroups(c sso.Connection, without, all int) ui.Fact {
	f := ui.Fact{
		Label: "Recent sign-ins without groups",
		Value: strconv.Itoa(without) + " of the last " + ui.Count(all, "group sync", "group syncs"),
	}
	if without > 0 && c.Provider.SendsGroups(c.Protocol) {
		f.Badge = &ui.Badge{Label: "groups unknown", State: "warn"}
	}
	return f
}

// matrix adds the names that q asks for, one page of them, to p.
func (h *Handlers) matrix(p *connectionGroupsPage, q url.Values, v console.Visit, o overview) {
	show, search := q.Get("show"), strings.TrimSpace(q.Get("q"))
	if !slices.Contains([]string{showNowhere, showUnsent, showNear}, show) {
		show = showAll
	}
	p.Show, p.Shown = o.showLinks(v, show), show
	p.Search = ui.Field{
		ID:           "q",
		Name:         "q",
		Label:        "Part of a name",
		Value:        search,
		Optional:     true,
		Autocomplete: "off",
	}
	columns := o.organizations[:min(len(o.organizations), columnsShown)]
	for _, org := range columns {
		p.Columns = append(p.Columns, org.Name)
	}
	found := o.find(show, search)
	from := 0
	if after := q.Get("after"); after != "" {
		from, _ = slices.BinarySearchFunc(found, after, func(n name, text string) int {
			return strings.Compare(n.text, text+"\x00")
		})
		p.Pager.First = "?" + url.Values{"show": {show}, "q": {search}}.Encode()
	}
	part := found[from:min(len(found), from+namesShown)]
	if from+len(part) < len(found) {
		p.Pager.Next = "?" + url.Values{
			"show":  {show},
			"q":     {search},
			"after": {part[len(part)-1].text},
		}.Encode()
	}
	p.Total = o.total(len(found), from, len(part))
	for _, n := range part {
		p.Rows = append(p.Rows, o.row(v, n, columns))
	}
}

// showLinks returns a link to each part of the names; show is the current one.
func (o overview) showLinks(v console.Visit, show string) []ui.Link {
	var links []ui.Link
	for _, s := range []struct{ show, label string }{
		{showAll, "All names"},
		{showNowhere, "Unmatched"},
		{showNear, "Near misses"},
		{showUnsent, "Never sent"},
	} {
		links = append(links, ui.Link{
			Label:   s.label + " (" + strconv.Itoa(o.count(s.show)) + ")",
			Href:    at(v, "groups") + "?show=" + s.show,
			Current: s.show == show,
		})
	}
	return links
}

// find returns the names of a part that contain a text in any letter case.
func (o overview) find(show, search string) []name {
	var found []name
	for _, n := range o.names {
		if n.is(show) && strings.Contains(strings.ToLower(n.text), strings.ToLower(search)) {
			found = append(found, n)
		}
	}
	return found
}

// total returns how many of the names that were found are shown, beginning at from,
// and how many organizations have a column, as a sentence.
func (o overview) total(found, from, shown int) string {
	text := ui.Count(found, "name", "names")
	if shown < found {
		text += ", of which " + strconv.Itoa(from+1) + " to " + strconv.Itoa(from+shown) + " are shown"
	}
	if columnsShown < len(o.organizations) {
		text += ". Of " + strconv.Itoa(len(o.organizations)) + " organizations, the first " +
			strconv.Itoa(columnsShown) + " have a column"
	}
	return text + "."
}

// form creates a group of a name that is sent and nowhere here.
func (o overview) form(v console.Visit, typed url.Values) *groupForm {
	f := &groupForm{Action: at(v, "groups")}
	names := ui.Field{
		ID:    "new-name",
		Name:  "name",
		Label: "Name",
		Kind:  "select",
	}
	for _, n := range o.names {
		if n.nowhere() && len(names.Options) < 200 {
			names.Options = append(names.Options, ui.Option{
				Value:  n.text,
				Label:  n.text + ", of " + ui.People(n.people),
				Chosen: n.text == typed.Get("name"),
			})
		}
	}
	orgs := ui.Field{
		ID:    "organization",
		Name:  "organization",
		Label: "In the organization",
		Kind:  "select",
	}
	for _, x := range o.organizations {
		orgs.Options = append(orgs.Options, ui.Option{
			Value:  string(x.ID),
			Label:  x.Name,
			Chosen: string(x.ID) == typed.Get("organization"),
		})
	}
	if len(names.Options) == 0 || len(orgs.Options) == 0 {
		return nil
	}
	f.Fields = []ui.Field{names, orgs}
	return f
}

func (h *Handlers) createGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.OrganizationID](r.PostForm.Get("organization"))
	if err != nil {
		return sso.NothingHere()
	}
	_, err = h.Directory.CreateGroup(r.Context(), v.Actor, v.Enterprise.ID, sso.Group{
		Organization: id,
		Name:         r.PostForm.Get("name"),
	})
	switch {
	case console.OnForm(err):
		return h.showGroups(w, r, v, err)
	case err != nil:
		return fmt.Errorf("create the group: %w", err)
	}
	return console.Done(w, at(v, "groups"), "created")
}
