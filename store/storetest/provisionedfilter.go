package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/scim"
	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// filterTexts are values that databases compare in ways of their own: letter case,
// Unicode forms, wildcards, quotation marks, empty.
func filterTexts() []string {
	return []string{
		"ada", "Ada", "ADA", "éa", "e\u0301a", "ÉA", "straße", "STRASSE", "a%b", "a_b", "a!b",
		"b'c", `b"c`, `b\c`, "", "A", "zz", "work", "home", "true", "User", "Ω", "😀a",
	}
}

// population is users and groups at random, and how each is shown.
type population struct {
	*world
	users, groups []map[string]any
	ids           []string // and external IDs
	times         []string
}

// testFilters compares what the database finds with what [filter.Match] does, for
// random resources and random filters.
func testFilters(t *testing.T, fresh fresh) {
	p := &population{world: newWorld(t, fresh)}
	seeds := rapid.SliceOfN(rapid.Custom(drawUser), 30, 30).Example(12)
	var members []sso.ResourceID
	for i, body := range seeds {
		members = append(members, p.addUser(i, body))
	}
	for i, name := range filterTexts()[:12] {
		p.addGroup(fmt.Sprintf("%s %d", name, i), members[i:i+i%5]...)
	}
	p.showAll(members)
	rapid.Check(t, func(r *rapid.T) {
		p.compareUsers(r)
		p.compareGroups(r)
	})
}

// drawUser draws a user as a client sends it, without userName.
func drawUser(t *rapid.T) map[string]any {
	text := rapid.SampledFrom(filterTexts())
	body := map[string]any{}
	for _, name := range []string{"externalId", "displayName", "title", "profileUrl", "locale"} {
		body[name] = text.Draw(t, name)
	}
	if rapid.Bool().Draw(t, "says active") {
		body["active"] = rapid.Bool().Draw(t, "active")
	}
	body["name"] = map[string]any{
		"givenName":  text.Draw(t, "given name"),
		"familyName": text.Draw(t, "family name"),
	}
	body[scim.EnterpriseURN] = map[string]any{
		"department": text.Draw(t, "department"),
		"manager":    map[string]any{"value": text.Draw(t, "manager")},
	}
	for _, list := range []string{"emails", "roles"} {
		body[list] = rapid.SliceOfN(rapid.Custom(drawElement), 0, 3).Draw(t, list)
	}
	return body
}

func drawElement(t *rapid.T) any {
	text := rapid.SampledFrom(filterTexts())
	element := map[string]any{
		"value": text.Draw(t, "value"),
		"type":  text.Draw(t, "type"),
	}
	if rapid.Bool().Draw(t, "says primary") {
		element["primary"] = rapid.SampledFrom([]any{false, "False"}).Draw(t, "primary")
	}
	return element
}

func (p *population) addUser(i int, body map[string]any) sso.ResourceID {
	p.Helper()
	text, err := json.Marshal(body)
	p.ok(err)
	read, err := scim.Read(text)
	p.ok(err)
	read["userName"] = fmt.Sprintf("%s %d", filterTexts()[i%12], i)
	doc, err := scim.Users().Document(read)
	p.ok(err)
	document, err := json.Marshal(doc)
	p.ok(err)
	said := scim.UserOf(doc)
	u := sso.ProvisionedUser{
		UserName:   said.UserName,
		ExternalID: said.ExternalID,
		Active:     said.Active,
		Name:       said.Name(),
		Document:   document,
	}
	for _, e := range said.Emails {
		u.Emails = append(u.Emails, sso.ProvisionedEmail(e))
	}
	u, err = p.db.CreateProvisionedUser(p.Context(), p.push(), u)
	p.ok(err)
	p.clock.Move(1234567 * time.Microsecond)
	return u.ID
}

func (p *population) addGroup(name string, members ...sso.ResourceID) {
	p.Helper()
	p.pushGroup(name, members...)
	p.clock.Move(1234567 * time.Microsecond)
}

// showAll reads the population as it is shown.
func (p *population) showAll(users []sso.ResourceID) {
	all, err := p.db.ProvisionedUsers(p.Context(), p.ent.ID, p.conn.ID, nil, sso.ResourcePage{Limit: 100})
	p.ok(err)
	groupsOf, err := p.db.ProvisionedUserGroups(p.Context(), p.ent.ID, p.conn.ID, users...)
	p.ok(err)
	for _, u := range all.Items {
		shown := p.show(scim.Users(), u.ID, u.Document, u.CreatedAt, u.ModifiedAt, groupsOf[u.ID])
		shown["active"] = u.Active
		p.users = append(p.users, shown)
		p.ids = append(p.ids, string(u.ID))
	}
	groups, err := p.db.ProvisionedGroups(p.Context(), p.ent.ID, p.conn.ID, nil, sso.ResourcePage{Limit: 100})
	p.ok(err)
	for _, g := range groups.Items {
		members, err := p.db.ProvisionedGroupMembers(p.Context(), p.ent.ID, p.conn.ID, g.ID, "", 100)
		p.ok(err)
		p.groups = append(p.groups, p.show(scim.Groups(), g.ID, g.Document, g.CreatedAt, g.ModifiedAt, members))
		p.ids = append(p.ids, string(g.ID))
	}
}

func (p *population) show(
	schema *scim.Type, id sso.ResourceID, document json.RawMessage, created, modified time.Time,
	members []sso.ProvisionedMember,
) map[string]any {
	r := scim.Resource{
		ID:       string(id),
		Created:  created,
		Modified: modified,
	}
	p.ok(json.Unmarshal(document, &r.Document))
	for _, m := range members {
		r.Members = append(r.Members, scim.Member{
			ID:      string(m.ID),
			Display: m.Name,
		})
	}
	p.times = append(
		p.times, modified.Format(time.RFC3339Nano), modified.Truncate(time.Millisecond).Format(time.RFC3339Nano),
	)
	shown := schema.Render("https://gateway.test", r, scim.Selection{})
	list, _ := shown["members"].([]any)
	for i, member := range list { // shown on request alone
		member.(map[string]any)["display"] = members[i].Name
	}
	return shown
}

func userFilterPaths() []string {
	return []string{
		"id", "externalId", "userName", "displayName", "title", "profileUrl", "locale", "active", "nickName",
		"name", "name.givenName", "name.familyName", "emails", "emails.value", "emails.type", "emails.primary",
		"roles", "roles.value", "groups", "groups.value", "groups.display", "meta.created", "meta.lastModified",
		"meta.resourceType", scim.EnterpriseURN + ":department", scim.EnterpriseURN + ":manager",
		scim.EnterpriseURN + ":manager.value",
	}
}

func groupFilterPaths() []string {
	return []string{
		"id", "externalId", "displayName", "members", "members.value", "members.display", "members.type",
		"meta.created", "meta.lastModified", "meta.resourceType",
	}
}

// drawFilter draws a filter of limited depth; lists are the attributes whose
// elements are filtered.
func (p *population) drawFilter(r *rapid.T, depth int, paths []string, lists map[string][]string) string {
	kind := rapid.IntRange(0, 9).Draw(r, "kind")
	inner := func() string { return p.drawFilter(r, depth-1, paths, lists) }
	switch {
	case depth > 0 && kind == 0:
		return "(" + inner() + ") and (" + inner() + ")"
	case depth > 0 && kind == 1:
		return "(" + inner() + ") or (" + inner() + ")"
	case depth > 0 && kind == 2:
		return "not (" + inner() + ")"
	case depth > 0 && kind == 3 && lists != nil:
		of := rapid.SampledFrom(slices.Sorted(keysOf(lists))).Draw(r, "list")
		return of + "[" + p.drawFilter(r, depth-1, lists[of], nil) + "]"
	}
	path := rapid.SampledFrom(paths).Draw(r, "path")
	op := rapid.SampledFrom([]string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"}).Draw(r, "op")
	if op == "pr" {
		return path + " pr"
	}
	return path + " " + op + " " + p.drawValue(r)
}

func keysOf(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (p *population) drawValue(r *rapid.T) string {
	text := rapid.OneOf(
		rapid.SampledFrom(filterTexts()), rapid.SampledFrom(filterTexts()), rapid.SampledFrom(p.ids),
		rapid.SampledFrom(p.times),
	).Draw(r, "value")
	if rapid.IntRange(0, 9).Draw(r, "of another type") == 0 {
		return rapid.SampledFrom([]string{"true", "false", "null", "7"}).Draw(r, "literal")
	}
	quoted, err := json.Marshal(text)
	p.ok(err)
	return string(quoted)
}

func (p *population) compareUsers(r *rapid.T) {
	elements := []string{"value", "type", "primary", "display"}
	text := p.drawFilter(r, 3, userFilterPaths(), map[string][]string{
		"emails": elements,
		"roles":  elements,
		"groups": {"value", "display"},
	})
	e, err := scim.Users().ParseFilter(text)
	if err != nil {
		r.Skip(err)
	}
	page := sso.ResourcePage{
		Limit: 100,
		Total: true,
	}
	found, err := p.db.ProvisionedUsers(p.Context(), p.ent.ID, p.conn.ID, e, page)
	if err != nil {
		r.Fatalf("%s: %v", text, err)
	}
	var got []string
	for _, u := range found.Items {
		got = append(got, string(u.ID))
	}
	compareFound(r, text, got, found.Total, matching(e, scim.Users(), p.users))
}

func (p *population) compareGroups(r *rapid.T) {
	text := p.drawFilter(r, 3, groupFilterPaths(), map[string][]string{"members": {"value", "display", "type"}})
	e, err := scim.Groups().ParseFilter(text)
	if err != nil {
		r.Skip(err)
	}
	page := sso.ResourcePage{
		Limit: 100,
		Total: true,
	}
	found, err := p.db.ProvisionedGroups(p.Context(), p.ent.ID, p.conn.ID, e, page)
	if err != nil {
		r.Fatalf("%s: %v", text, err)
	}
	var got []string
	for _, g := range found.Items {
		got = append(got, string(g.ID))
	}
	compareFound(r, text, got, found.Total, matching(e, scim.Groups(), p.groups))
}

// matching returns the IDs of the resources that satisfy a filter.
func matching(e filter.Expr, schema *scim.Type, resources []map[string]any) (ids []string) {
	for _, shown := range resources {
		if filter.Match(e, shown, schema.Kind) {
			ids = append(ids, shown["id"].(string))
		}
	}
	return ids
}

func compareFound(r *rapid.T, text string, got []string, total int, want []string) {
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || total != len(want) {
		r.Errorf("%s: found %q of %d, want %q", text, got, total, want)
	}
}
