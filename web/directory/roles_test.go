package directory_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// as sends a form as a visitor.
func (f *fixture) as(who, path string, pairs ...string) answer {
	f.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return f.do(who, "POST", path, form)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const list = "/admin/roles"
	get := func(path string) answer { return f.do("operator", "GET", path, nil) }
	f.shows(get(list), 200, "No roles yet.")
	for _, c := range []struct {
		says  string
		pairs []string
	}{
		{"Enter a name.", []string{"key", "editor", "precedence", "10"}},
		{"Use 1 to 63", []string{"name", "Editor", "key", "Ed", "precedence", "10"}},
		{"from 1, the strongest, to 1000", []string{"name", "Editor", "key", "editor", "precedence", "0"}},
		{"from 1, the strongest, to 1000", []string{"name", "Editor", "key", "editor", "precedence", "ten"}},
		{"from 1, the strongest, to 1000", []string{"name", "Editor", "key", "editor", "precedence", "1001"}},
		{"Use one line", []string{"name", "E", "key", "e", "precedence", "1", "about", "a\u202eb"}},
	} {
		f.shows(f.as("operator", list, c.pairs...), 422, c.says)
	}
	a := f.as("operator", list, "name", "Editor", "key", "editor", "precedence", "10", "about", "Writes pages.")
	if a.status != 303 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	f.shows(get(list), 200, "Editor", "Writes pages.", "editor")
	f.shows(
		f.as("operator", list, "name", "Reader", "key", "reader", "precedence", "10"), 422,
		"The role “Editor” has the precedence 10.",
	)
	f.shows(f.as("operator", list, "name", "Reader", "key", "editor", "precedence", "20"), 422, "in use already")
	roles, err := f.db.Roles(t.Context())
	f.ok(err)
	f.changeRole(roles[0])
}

func (f *fixture) changeRole(role sso.ProductRole) {
	f.Helper()
	here := "/admin/roles/" + string(role.ID)
	get := func(path string) answer { return f.do("operator", "GET", path, nil) }
	f.shows(get(here), 200, "No group carries it.", "Delete this role")
	form := []string{"name", "Writer", "key", "writer", "precedence", "5", "about", "", "revision"}
	f.shows(f.as("operator", here, append(form, "9")...), 409, "changed")
	if a := f.as("operator", here, append(form, "1")...); a.status != 303 {
		f.Fatalf("status %d: %s", a.status, a.body)
	}
	group := f.acme.at("groups", string(f.acme.group.ID))
	f.shows(
		f.done(f.as("operator", group+"/roles", "role", "writer"), group), 200, "Roles changed.", "Writer",
	)
	f.shows(get(here), 200, "engineering", "Research", "The role can be deleted once no group carries it.")
	f.shows(f.as("operator", here+"/delete"), 422, "Groups carry this role.")
	f.done(f.as("operator", group+"/roles"), group)
	if a := f.as("operator", here+"/delete"); a.status != 303 || !strings.HasPrefix(a.location, "/admin/roles") {
		f.Errorf("deleted: status %d to %s", a.status, a.location)
	}
	f.shows(get(here), 404)
}

// TestWhoGivesRoles: operators and the admins of the enterprise give roles to its
// groups; a setup link and the admins of another do not, and only operators define them.
func TestWhoGivesRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i, key := range []string{"editor", "reader"} {
		_, err := f.db.CreateRole(t.Context(), sso.ActorOperator, sso.ProductRole{
			Key:        key,
			Name:       "The " + key,
			Precedence: i + 1,
		})
		f.ok(err)
	}
	group := f.acme.at("groups", string(f.acme.group.ID))
	f.shows(f.get(group), 200, "The editor", "The reader")
	f.shows(f.done(f.as("acme", group+"/roles", "role", "reader", "role", "editor"), group), 200, "Roles changed.")
	g, err := f.db.Group(t.Context(), f.acme.ent.ID, f.acme.group.ID)
	f.ok(err)
	if strings.Join(g.Roles, " ") != "editor reader" {
		t.Errorf("the group carries %q", g.Roles)
	}
	f.shows(f.as("acme", group+"/roles", "role", "owner"), 422, "no role with the key owner")
	members := f.acme.at("groups", string(f.acme.org.DefaultGroup))
	f.shows(f.done(f.as("acme", members+"/roles", "role", "reader"), members), 200, "Roles changed.")
	for who, want := range map[string]int{"globex": 404, "link": 403} {
		if a := f.as(who, group+"/roles"); a.status != want && a.status != 404 {
			t.Errorf("%s: status %d; want %d", who, a.status, want)
		}
		for _, path := range []string{"/admin/roles", "/admin/roles/role-06d5x0wkj3n8p7r5t2v4y6z8ab"} {
			if a := f.do(who, "GET", path, nil); a.status != 403 && a.status != 404 {
				t.Errorf("%s: GET %s: status %d", who, path, a.status)
			}
		}
	}
	if a := f.as("acme", "/admin/roles", "name", "Owner", "key", "owner", "precedence", "3"); a.status < 400 {
		t.Errorf("an admin of an enterprise defines a role: status %d", a.status)
	}
	after, err := f.db.Group(t.Context(), f.acme.ent.ID, f.acme.group.ID)
	f.ok(err)
	if strings.Join(after.Roles, " ") != "editor reader" {
		t.Errorf("the group carries %q", after.Roles)
	}
}

// TestPersonRoles: the page of a person shows their roles in each organization, the
// strongest first, with the groups that they come from.
func TestPersonRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.acme.at("people", string(f.acme.user.ID))
	if strings.Contains(f.get(person).body, "h-roles") {
		t.Error("the page shows roles before there are any")
	}
	for i, name := range []string{"Reader", "Editor"} {
		_, err := f.db.CreateRole(t.Context(), sso.ActorOperator, sso.ProductRole{
			Key:        strings.ToLower(name),
			Name:       name,
			Precedence: 20 - i,
		})
		f.ok(err)
	}
	group := f.acme.at("groups", string(f.acme.group.ID))
	f.done(f.as("acme", group+"/roles", "role", "reader", "role", "editor"), group)
	shown := f.get(person)
	f.shows(shown, 200, "Applications are told these roles", "Editor", "Reader")
	_, roles, _ := strings.Cut(shown.body, "h-roles")
	if strings.Index(roles, "Editor") > strings.Index(roles, "Reader") {
		t.Error("the strongest role is not the first")
	}
}
