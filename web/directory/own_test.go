package directory_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// ownTest has rex, who administers the organization research of acme, and much that is
// not his.
type ownTest struct {
	*fixture
	rex, bob, eve sso.User // bob is in sales, eve in research
	sales         sso.Organization
	dealers       sso.Group // of sales
	admins        sso.Group // of research; makes admins
	editors       sso.Group // of research; carries a role
	wiki          sso.Application
}

func newOwnTest(t *testing.T) *ownTest {
	t.Helper()
	f := &ownTest{fixture: newFixture(t)}
	ctx, by, ent := t.Context(), sso.ActorOperator, f.acme.ent.ID
	var err error
	f.sales, err = f.db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: ent,
		Key:        "sales",
		Name:       "Sales",
	})
	f.ok(err)
	_, err = f.db.CreateRole(ctx, by, sso.ProductRole{
		Key:        "editor",
		Name:       "Editor",
		Precedence: 1,
	})
	f.ok(err)
	group := func(g sso.Group) sso.Group {
		g, err := f.db.CreateGroup(ctx, by, ent, g)
		f.ok(err)
		return g
	}
	f.dealers = group(sso.Group{Organization: f.sales.ID, Name: "dealers"})
	f.admins = group(sso.Group{Organization: f.acme.org.ID, Name: "it-admins", Admin: true})
	f.editors = group(sso.Group{Organization: f.acme.org.ID, Name: "editors", Roles: []string{"editor"}})
	f.rex, _ = f.enter(&f.acme, "rex", "Rex", "engineering")
	f.bob, _ = f.enter(&f.acme, "bob", "Bob of sales", "dealers")
	f.eve, _ = f.enter(&f.acme, "eve", "Eve", "engineering")
	f.ok(f.db.AddMember(ctx, by, ent, f.dealers.ID, f.eve.ID))
	f.wiki = f.forServices("Wiki")
	f.appointed(false)
	return f
}

// appointed makes rex an admin of research, as the visitor "rex".
func (f *ownTest) appointed(roles bool) {
	f.Helper()
	a, err := f.db.AddOrganizationAdmin(
		f.Context(), sso.ActorOperator, f.acme.ent.ID, f.acme.org.ID, f.rex.ID, roles,
	)
	f.ok(err)
	f.who["rex"] = sso.Visitor{
		Role:          sso.RoleOrganizationAdmin,
		Actor:         sso.Actor(f.rex.ID),
		Enterprise:    f.acme.ent.ID,
		User:          f.rex.ID,
		Name:          "Rex",
		Organizations: []sso.OrganizationAdmin{a},
	}
}

func (f *ownTest) at(parts ...string) string {
	return f.acme.at(append([]string{"organizations", string(f.acme.org.ID)}, parts...)...)
}

// asks is a request of rex; pairs are the form of a POST.
func (f *ownTest) asks(method, path string, pairs ...string) answer {
	f.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return f.do("rex", method, path, form)
}

// refuses asserts that a request of rex is refused, and changes nothing.
func (f *ownTest) refuses(what, method, path string, pairs ...string) {
	f.Helper()
	before := f.state()
	got := f.asks(method, path, pairs...)
	if got.status != 404 && got.status != 422 && got.status != 403 {
		f.Errorf("%s: status %d, to %s", what, got.status, got.location)
	}
	if after := f.state(); after != before {
		f.Errorf("%s: something was changed", what)
	}
}

// TestOrganizationAdmin is about what an admin of an organization does.
func TestOrganizationAdmin(t *testing.T) {
	t.Parallel()
	f := newOwnTest(t)
	list := f.asks("GET", f.at("groups"))
	f.shows(list, 200, "engineering", "it-admins", "changed by the company")
	created := f.asks("POST", f.at("groups"), "name", "reviewers")
	path := created.location
	if created.status != 303 || !strings.HasPrefix(path, f.at("groups")+"/group-") {
		t.Fatalf("%d to %s", created.status, path)
	}
	path = strings.TrimSuffix(path, "?done=created")
	f.shows(f.asks("GET", path), 200, "local:reviewers", "research/local:reviewers", "Add someone by hand")
	f.shows(f.asks("GET", path+"/add"), 200, "Eve", "Ada Lovelace")
	if got := f.asks("POST", path+"/members", "user", string(f.eve.ID)); got.status != 303 {
		t.Errorf("%d %s", got.status, got.body)
	}
	person := f.asks("GET", f.at("people", string(f.eve.ID)))
	f.shows(person, 200, "eve@acme.example", "local:reviewers", "engineering")
	if got := f.asks("POST", path+"/members/"+string(f.eve.ID)+"/remove"); got.status != 303 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := f.asks("POST", path, "name", "local:readers"); got.status != 303 {
		t.Errorf("%d %s", got.status, got.body)
	}
	f.shows(f.asks("POST", path, "name", "readers", "revision", "1"), 409, "local:readers")
	if got := f.asks("POST", path+"/delete"); got.status != 303 {
		t.Errorf("%d %s", got.status, got.body)
	}
	f.shows(f.asks("GET", path), 404)
	made := f.asks(
		"POST", f.at("service-tokens"), "name", "Export", "owner_group", string(f.acme.group.ID),
		"groups", string(f.acme.group.ID), "applications", string(f.wiki.ID), "days", "90",
	)
	f.shows(made, 200, "Copy the token of Export now")
	if form := made.body[strings.Index(made.body, "h-new"):]; strings.Contains(form, string(f.admins.ID)) ||
		strings.Contains(form, string(f.editors.ID)) {
		t.Error("groups out of reach are offered to services")
	}
}

// TestOrganizationAdminSeesOwn: the pages of an organization say nothing of others, and
// nothing about people beyond their groups in it.
func TestOrganizationAdminSeesOwn(t *testing.T) {
	t.Parallel()
	f := newOwnTest(t)
	for _, path := range []string{
		f.at("groups"), f.at("groups") + "?organization=" + string(f.sales.ID) + "&q=e",
		f.at("people"), f.at("people") + "?q=bob", f.at("people", string(f.eve.ID)),
		f.at("groups", string(f.acme.group.ID)), f.at("groups", string(f.acme.group.ID)) + "?q=b",
		f.at("groups", string(f.acme.group.ID), "add") + "?q=b", f.at("service-tokens"),
	} {
		got := f.asks("GET", path)
		f.shows(got, 200)
		for _, secret := range []string{
			string(f.sales.ID), "Sales", "dealers", string(f.dealers.ID), string(f.bob.ID), "Bob of sales",
			"Okta", string(f.acme.conn.ID), "att-", "sync-",
		} {
			if strings.Contains(got.body, secret) {
				t.Errorf("%s shows %q", path, secret)
			}
		}
		for _, link := range strings.Split(got.body, `href="/admin`)[1:] {
			href, _, _ := strings.Cut("/admin"+link, `"`)
			if strings.HasPrefix(href, console.Prefix+"/enterprises") && !strings.HasPrefix(href, f.at()) {
				t.Errorf("%s leads to %s", path, href)
			}
		}
	}
}

// TestOrganizationAdminStaysSmall asks for every page and form of this package as an admin
// of an organization: those of the company, those of another organization and of another
// company, and the own ones with objects of these.
func TestOrganizationAdminStaysSmall(t *testing.T) {
	t.Parallel()
	f := newOwnTest(t)
	own := map[string]string{
		"enterprise":   "acme",
		"organization": string(f.acme.org.ID),
		"group":        string(f.acme.group.ID),
		"user":         string(f.acme.user.ID),
	}
	others := map[string][]string{
		"enterprise":   {"globex", "nobody"},
		"organization": {string(f.sales.ID), string(f.globex.org.ID), "x"},
		"group":        {string(f.dealers.ID), string(f.globex.group.ID), string(f.sales.DefaultGroup), "x"},
		"user":         {string(f.bob.ID), string(f.globex.user.ID), "x"},
	}
	fill := func(path, key, id string) string {
		if key != "" {
			path = strings.ReplaceAll(path, "{"+key+"}", id)
		}
		for name, id := range own {
			path = strings.ReplaceAll(path, "{"+name+"}", id)
		}
		return path
	}
	tried := 0
	for pattern, need := range f.console.Needs() {
		method, path, _ := strings.Cut(pattern, " ")
		if need != console.Organization {
			tried++
			f.refuses(pattern, method, fill(path, "", ""), "name", "x", "user", string(f.rex.ID), "admin", "yes")
			continue
		}
		for key, ids := range others {
			for _, id := range ids {
				if !strings.Contains(path, "{"+key+"}") {
					continue
				}
				tried++
				f.refuses(pattern+" with the "+key+" "+id, method, fill(path, key, id), "name", "x",
					"user", string(f.rex.ID))
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d were tried: this test sees too little", tried)
	}
	members := f.at("groups", string(f.acme.group.ID), "members")
	for _, user := range others["user"] {
		f.refuses("a person from outside joins", "POST", members, "user", user)
	}
	f.refuses("a group of another organization", "POST", f.acme.at(
		"organizations", string(f.sales.ID), "groups", string(f.dealers.ID), "members",
	), "user", string(f.rex.ID))
	f.refuses("the default group is renamed", "POST", f.at("groups", string(f.acme.org.DefaultGroup)), "name", "x")
	f.refuses("the default group is deleted", "POST", f.at("groups", string(f.acme.org.DefaultGroup), "delete"))
	f.refuses("a group of the company is renamed", "POST", f.at("groups", string(f.acme.group.ID)), "name", "local:x")
	f.refuses("a group of the company is deleted", "POST", f.at("groups", string(f.acme.group.ID), "delete"))
}

// TestOrganizationAdminDismissed: whoever was an admin of the organization when the page
// was asked for is none when the form is sent.
func TestOrganizationAdminDismissed(t *testing.T) {
	t.Parallel()
	f := newOwnTest(t)
	made := f.asks("POST", f.at("groups"), "name", "mine")
	path := strings.TrimSuffix(made.location, "?done=created")
	f.ok(f.db.RemoveOrganizationAdmin(
		t.Context(), sso.ActorOperator, f.acme.ent.ID, f.acme.org.ID, f.rex.ID,
	))
	f.refuses("a new group", "POST", f.at("groups"), "name", "late")
	f.refuses("a new member", "POST", path+"/members", "user", string(f.eve.ID))
	f.refuses("a removal", "POST", f.at("groups", string(f.acme.group.ID), "members", string(f.eve.ID), "remove"))
	f.refuses("a new name", "POST", path, "name", "local:late")
	f.refuses("a deletion", "POST", path+"/delete")
	f.refuses(
		"a service", "POST", f.at("service-tokens"), "name", "Late", "owner_group", string(f.acme.group.ID),
		"applications", string(f.wiki.ID), "days", "90",
	)
	for _, status := range []sso.UserStatus{sso.UserDeactivated, sso.UserActive} {
		_, err := f.db.UpdateUser(
			t.Context(), sso.ActorOperator, f.acme.ent.ID, f.rex.ID, func(u sso.User) (sso.User, error) {
				u.Status = status
				return u, nil
			})
		f.ok(err)
		f.refuses("a group of someone "+string(status), "POST", f.at("groups"), "name", "late")
	}
}

// groupsNamed returns the groups of acme that have a name or an IdP name.
func (f *ownTest) groupsNamed(name string) (all []sso.Group) {
	f.Helper()
	tallies, err := f.db.GroupTallies(f.Context(), f.acme.ent.ID)
	f.ok(err)
	for _, t := range tallies {
		if t.Group.Name == name || strings.Contains(strings.Join(t.Group.IDPNames, "\n"), name) {
			all = append(all, t.Group)
		}
	}
	return all
}

// service creates a service in groups as an admin of the company, and returns its ID and
// that of its token.
func (f *ownTest) service(owner sso.Group, groups ...sso.Group) sso.ServiceToken {
	f.Helper()
	k := sso.ServiceToken{
		Service: sso.Service{
			Enterprise:   f.acme.ent.ID,
			Organization: f.acme.org.ID,
			Name:         "Backup",
			Owner:        owner.ID,
		},
		Hash:         sso.NewSecret().Hash(),
		Applications: []sso.ApplicationID{f.wiki.ID},
		ExpiresAt:    time.Now().Add(time.Hour),
	}
	for _, g := range groups {
		k.Service.Groups = append(k.Service.Groups, sso.PrincipalGroup{ID: g.ID})
	}
	k, err := f.db.CreateServiceToken(f.Context(), sso.ActorOperator, k)
	f.ok(err)
	return k
}

// TestOrganizationAdminMakesNoAdmin tries the ways by which an admin of groups became an
// admin of everything elsewhere: CVE-2026-9099, CVE-2026-9795, GHSA-h6c5-mpvq-j4jc.
func TestOrganizationAdminMakesNoAdmin(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]func(*testing.T, *ownTest){
		"by an admin group":      escalateByAdminGroup,
		"by an IdP name":         escalateByIDPName,
		"by a name of a sign-in": escalateByAssertedName,
		"by a policy":            escalateByPolicy,
		"by a role":              escalateByRole,
		"by a service":           escalateByService,
		"by a default group":     escalateByDefaultGroup,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOwnTest(t)
			try(t, f)
			administers, err := f.db.Administers(t.Context(), f.acme.ent.ID, f.rex.ID)
			f.ok(err)
			if administers {
				t.Error("rex administers the company")
			}
		})
	}
}

func escalateByAdminGroup(t *testing.T, f *ownTest) {
	f.ok(f.db.AddMember(t.Context(), sso.ActorOperator, f.acme.ent.ID, f.admins.ID, f.eve.ID))
	admins := f.at("groups", string(f.admins.ID))
	f.refuses("joins the admins", "POST", admins+"/members", "user", string(f.rex.ID))
	f.refuses("removes an admin", "POST", admins+"/members/"+string(f.eve.ID)+"/remove")
	f.refuses("renames the admins", "POST", admins, "name", "local:admins")
	f.refuses("deletes the admins", "POST", admins+"/delete")
	for _, form := range [][]string{
		{"name", "mine", "admin", "yes"},
		{"name", "mine too", "admin", "yes", "organization", string(f.sales.ID), "default", "yes"},
	} {
		made := f.asks("POST", f.at("groups"), form...)
		path := strings.TrimSuffix(made.location, "?done=created")
		f.asks("POST", path, "name", form[1], "admin", "yes", "organization", string(f.sales.ID))
		f.asks("POST", path+"/members", "user", string(f.rex.ID))
		all := f.groupsNamed("local:" + form[1])
		if len(all) != 1 || all[0].Admin || all[0].Organization != f.acme.org.ID || all[0].Default {
			t.Errorf("created %+v", all)
		}
	}
	local, err := f.db.CreateGroup(t.Context(), sso.ActorOperator, f.acme.ent.ID, sso.Group{
		Organization: f.acme.org.ID,
		Name:         "local:board",
		Admin:        true,
	})
	f.ok(err)
	f.refuses("joins admins with a local name", "POST", f.at("groups", string(local.ID), "members"),
		"user", string(f.rex.ID))
	f.refuses("deletes admins with a local name", "POST", f.at("groups", string(local.ID), "delete"))
}

func escalateByIDPName(t *testing.T, f *ownTest) {
	f.asks("POST", f.at("groups"), "name", "mine", "idp_names", "Domain Admins")
	path := f.at("groups", string(f.groupsNamed("local:mine")[0].ID))
	f.asks("POST", path, "name", "mine", "idp_names", "Domain Admins")
	if all := f.groupsNamed("Domain Admins"); len(all) != 0 {
		t.Errorf("an IdP name: %+v", all)
	}
	aliased, err := f.db.CreateGroup(t.Context(), sso.ActorOperator, f.acme.ent.ID, sso.Group{
		Organization: f.acme.org.ID,
		Name:         "local:aliased",
		IDPNames:     []string{"Domain Users"},
	})
	f.ok(err)
	f.refuses("renames a group with an IdP name", "POST", f.at("groups", string(aliased.ID)), "name", "local:y")
	f.refuses("takes an IdP name", "POST", f.at("groups"), "name", "local:aliased")
}

func escalateByAssertedName(t *testing.T, f *ownTest) {
	u, _ := f.enter(&f.acme, "zoe", "Zoe", "dealers", "Board", "local:board")
	f.refuses("a name of a sign-in", "POST", f.at("groups"), "name", "local:board")
	f.asks("POST", f.at("groups"), "name", "Board")
	made := f.groupsNamed("local:Board")
	if len(f.groupsNamed("Board")) != 0 || len(made) != 1 {
		t.Fatalf("created %+v", made)
	}
	mine := f.at("groups", string(made[0].ID))
	f.refuses("a name of a sign-in, later", "POST", mine, "name", "board")
	f.asks("POST", mine, "name", "dealers")
	f.enter(&f.acme, "zoe", "Zoe", "dealers", "Board", "local:board")
	memberships, err := f.db.UserMemberships(t.Context(), f.acme.ent.ID, u.ID)
	f.ok(err)
	for _, m := range memberships {
		if m.Organization.ID == f.acme.org.ID {
			t.Errorf("the name put a person into %s", m.Group.Name)
		}
	}
}

// escalateByPolicy: a rule of the company lets people in whose groups match a group of
// it; a group of the organization's own matches none that an identity provider sends.
func escalateByPolicy(t *testing.T, f *ownTest) {
	for _, name := range []string{"contractors", " contractors", "CONTRACTORS", "\u200bcontractors"} {
		f.asks("POST", f.at("groups"), "name", name)
	}
	tallies, err := f.db.GroupTallies(t.Context(), f.acme.ent.ID)
	f.ok(err)
	for _, g := range tallies {
		if strings.EqualFold(strings.TrimSpace(g.Group.Name), "contractors") {
			t.Errorf("a sign-in with contractors matches %q", g.Group.Name)
		}
	}
}

func escalateByRole(t *testing.T, f *ownTest) {
	editors := f.at("groups", string(f.editors.ID))
	f.refuses("joins a group with a role", "POST", editors+"/members", "user", string(f.rex.ID))
	f.refuses("gives a group a role", "POST", f.acme.at("groups", string(f.acme.group.ID), "roles"), "role", "editor")
	f.asks("POST", f.at("groups"), "name", "mine", "role", "editor", "roles", "editor")
	if all := f.groupsNamed("local:mine"); len(all) != 1 || len(all[0].Roles) != 0 {
		t.Errorf("created %+v", all)
	}
	f.appointed(true)
	if got := f.asks("POST", editors+"/members", "user", string(f.rex.ID)); got.status != 303 {
		t.Errorf("an appointment with roles: %d %s", got.status, got.body)
	}
	f.refuses("gives a group a role, with roles", "POST",
		f.acme.at("groups", string(f.acme.group.ID), "roles"), "role", "editor")
}

func escalateByService(_ *testing.T, f *ownTest) {
	path := f.at("service-tokens")
	create := func(what string, owner sso.GroupID, groups ...sso.GroupID) {
		f.Helper()
		form := []string{
			"name", "Mine", "owner_group", string(owner), "applications", string(f.wiki.ID), "days", "90",
		}
		for _, g := range groups {
			form = append(form, "groups", string(g))
		}
		f.refuses(what, "POST", path, form...)
	}
	mine := f.acme.group.ID
	create("a service in a group of another organization", mine, f.dealers.ID)
	create("a service in a group of another company", mine, mine, f.globex.group.ID)
	create("a service of the admins", mine, f.admins.ID)
	create("a service with a role", mine, mine, f.editors.ID)
	create("a service that the admins answer for", f.admins.ID, mine)
	create("a service that another organization answers for", f.dealers.ID, mine)
	for what, k := range map[string]sso.ServiceToken{
		"of the admins": f.service(f.acme.group, f.admins),
		"with a role":   f.service(f.acme.group, f.editors),
	} {
		f.refuses("another token of a service "+what, "POST", path, "service", string(k.Service.ID), "days", "90")
		f.refuses("revokes the token of a service "+what, "POST", path+"/"+string(k.ID)+"/revoke")
	}
	sales := f.acme.at("organizations", string(f.sales.ID), "service-tokens")
	f.refuses("a service of another organization", "POST", sales, "name", "x", "owner_group", string(f.dealers.ID),
		"applications", string(f.wiki.ID), "days", "90")
}

func escalateByDefaultGroup(t *testing.T, f *ownTest) {
	_, err := f.db.UpdateGroup(
		t.Context(), sso.ActorOperator, f.acme.ent.ID, f.acme.org.DefaultGroup, func(g sso.Group) (sso.Group, error) {
			g.Roles = []string{"editor"}
			return g, nil
		})
	f.ok(err)
	members := f.at("groups", string(f.acme.org.DefaultGroup), "members")
	f.refuses("joins a default group with a role", "POST", members, "user", string(f.rex.ID))
	f.refuses("brings a person in by the default group", "POST", members, "user", string(f.bob.ID))
	f.refuses("leaves the default group", "POST", members+"/"+string(f.rex.ID)+"/remove")
}
