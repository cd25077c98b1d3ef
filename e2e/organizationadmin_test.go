package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/store/storetest"
)

// TestOrganizationAdmin: an admin of the company appoints an admin of one organization on
// *Access*. That one changes members there by hand, reaches nothing else by an address or
// a form, and nothing at all from the click after the dismissal.
func TestOrganizationAdmin(t *testing.T) {
	harness.Long(t)
	browser := harness.NewBrowser(t)
	for name, database := range map[string]func(testing.TB) string{
		"SQLite":   storetest.SQLite,
		"Postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			o := newAppointed(t, database(t))
			company, own := browser.Another(t), browser.Another(t)
			o.enters(company, appointedBoss)
			o.appoints(company)
			o.enters(own, appointedAdmin)
			o.changesMembers(own)
			o.reachesNothingElse()
			o.dismisses(company, own)
		})
	}
}

// The people of the test.
const (
	appointedBoss  = iota // administers the company
	appointedAdmin        // is to administer Mobile
	appointedMember
	appointedOther // in Platform alone
)

// appointed is a company with two organizations, one of which gets an admin.
type appointed struct {
	*testing.T
	g                *harness.Gateway
	c                *harness.Company
	idp              *demoidp.IdP
	conn             harness.Connection
	people           []demoidp.Person
	ids              []string // of their users
	mobile, platform string   // IDs of the organizations
	groups           map[string]string
	admin            *harness.Visitor // the admin of Mobile, without a browser
}

func newAppointed(t *testing.T, database string) *appointed {
	t.Helper()
	o := &appointed{
		T:      t,
		g:      harness.Start(t, harness.Options{Database: database}),
		people: harness.People(4),
		groups: map[string]string{},
	}
	for i, groups := range [][]string{{"admins"}, {"testers"}, {"testers"}, {"admins"}} {
		o.people[i].Groups = groups
	}
	o.people[appointedOther].Groups = nil
	o.idp = harness.NewIdP(t, o.people...)
	api := o.g.API().For(t)
	o.c = harness.NewCompany(o.g, api, "acme", harness.TwoOrganizations())
	o.conn = o.c.ConnectSAML(o.idp)
	o.c.Switch(o.conn.ID, "enable")
	for _, p := range o.people {
		v := o.g.Visitor()
		if a := v.SignIn(o.idp, "acme", p.ID); a.Status != http.StatusSeeOther {
			t.Fatalf("sign in %s: %v", p.ID, a)
		}
		if p.ID == o.people[appointedAdmin].ID {
			o.admin = v
		}
		o.ids = append(o.ids, o.c.Users(p.Login)[0].ID)
	}
	path := "/enterprises/" + o.c.ID
	for _, x := range harness.List[struct{ ID, Name string }](api, path+"/organizations") {
		if x.Name == "Mobile" {
			o.mobile = x.ID
		} else {
			o.platform = x.ID
		}
	}
	for _, x := range harness.List[struct{ ID, Name, Organization string }](api, path+"/groups") {
		if x.Organization == o.platform {
			x.Name = "Platform/" + x.Name
		}
		o.groups[x.Name] = x.ID
	}
	api.Do(http.MethodPatch, path+"/groups/"+o.groups["Platform/admins"], harness.Object{"admin": true}, nil)
	api.Do(http.MethodPut, path+"/groups/"+o.groups["Platform/developers"]+"/members/"+o.ids[appointedOther], nil, nil)
	return o
}

// home is the address of a page of the company.
func (o *appointed) home(rest string) string { return "/admin/enterprises/acme" + rest }

// own is the address of a page of Mobile.
func (o *appointed) own(rest string) string { return o.home("/organizations/" + o.mobile + rest) }

// enters signs a person in.
func (o *appointed) enters(b *harness.Browser, person int) {
	b.Open(o.g.URL + "/login/sso?enterprise_key=acme&return_to=/account")
	b.Arrive(o.idp.Issuer() + "/pick/")
	b.Click(`button[value="` + o.people[person].ID + `"]`)
	b.Arrive(o.g.URL + "/account")
}

// appoints appoints the admin of Mobile.
func (o *appointed) appoints(b *harness.Browser) {
	if a := o.admin.Get(o.own("/groups")); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
		o.Errorf("before the appointment: %v", a)
	}
	b.Open(o.g.URL + o.home("/access"))
	b.Click(`details:has(form[action$="/access/organizations"]) summary`)
	b.Fill("#appointed", o.people[appointedAdmin].Login)
	b.Select("#organization", o.mobile)
	b.Shoot("appoint-organization-admin")
	b.Submit(`form[action$="/access/organizations"] button`)
	b.Arrive(o.g.URL + o.home("/access?done=appointed"))
	b.Says(o.people[appointedAdmin].Login)
}

// changesMembers creates a group of Mobile, adds a person by hand and removes them.
func (o *appointed) changesMembers(b *harness.Browser) {
	b.Open(o.g.URL + "/admin")
	b.Arrive(o.g.URL + o.own("/groups"))
	b.Says("Groups of Mobile")
	for _, link := range b.List(`nav a[href^="/admin"]`) {
		if slices.Contains([]string{"Access", "Domains", "Activity", "Overview"}, link) {
			o.Errorf("the navigation has %q", link)
		}
	}
	b.Fill("#name", "local:crew")
	b.Submit(`form[method="post"][action$="/groups"] button`)
	b.Says("Group created")
	_, id, _ := strings.Cut(b.At(), "/groups/")
	o.groups["crew"], _, _ = strings.Cut(id, "?")
	b.Click(`main a[href$="/add"]`)
	b.Says("Everyone here is in the organization already")
	if offered := strings.Join(b.List(".rows li"), "\n"); strings.Contains(offered, o.people[appointedOther].Login) ||
		!strings.Contains(offered, o.people[appointedMember].Login) {
		o.Errorf("offered are %s", offered)
	}
	b.Submit(`.rows li:has(a[href$="` + o.ids[appointedMember] + `"]) button`)
	b.Arrive(o.g.URL + o.own("/groups/"))
	b.Says(o.people[appointedMember].Login)
	b.Shoot("own-group")
	login := o.people[appointedMember].Login
	want := []string{"Mobile/Members", "Mobile/local:crew", "Mobile/testers"}
	harness.WantGroups(o.T, o.c, login, want)
	b.Submit(`form[action$="/members/` + o.ids[appointedMember] + `/remove"] button`)
	b.Says("No members yet")
	harness.WantGroups(o.T, o.c, login, []string{want[0], want[2]})
}

// refused wants an answer that shows and changes nothing.
func (o *appointed) refused(what string, a harness.Answer) {
	o.Helper()
	if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
		o.Errorf("%s: %v", what, a)
	}
}

// reachesNothingElse asks for pages of the company and of the other organization by their
// address, and sends their forms.
func (o *appointed) reachesNothingElse() {
	if a := o.admin.Get(o.own("/groups")); a.Status != http.StatusOK {
		o.Errorf("the own page: %v", a)
	}
	other := o.home("/organizations/" + o.platform)
	login := o.people[appointedAdmin].Login
	before := o.c.Groups(login)
	for _, page := range []string{
		"/people", "/people/" + o.ids[appointedMember], "/organizations", "/groups",
		"/groups/" + o.groups["testers"], "/access", "/access/api-tokens", "/connections/" + o.conn.ID, "/activity",
		"/activity/audit", "/attributes", "/token-rules", "/session-rules", "/domains", "/questions", "/merges", "/deleted",
	} {
		o.refused("GET "+page, o.admin.Get(o.home(page)))
	}
	for _, page := range []string{
		"/admin/admins", "/admin/api-tokens", "/admin/applications", "/admin/roles", other, other + "/groups",
		other + "/people", other + "/groups/" + o.groups["Platform/developers"],
		o.own("/groups/" + o.groups["Platform/developers"]), o.own("/people/" + o.ids[appointedOther]),
		other + "/groups/" + o.groups["testers"],
	} {
		o.refused("GET "+page, o.admin.Get(page))
	}
	me := url.Values{"user": {o.ids[appointedAdmin]}}
	for page, form := range map[string]url.Values{
		other + "/groups": {"name": {"local:mine"}},
		other + "/groups/" + o.groups["Platform/admins"] + "/members": me,
		o.own("/groups/" + o.groups["Platform/admins"] + "/members"):  me,
		o.home("/groups/" + o.groups["Platform/admins"] + "/members"): me,
		o.home("/people/" + o.ids[appointedMember] + "/deactivate"):   {},
		o.home("/people/" + o.ids[appointedMember] + "/export"):       {},
		o.home("/access/organizations"):                               {"login": {login}, "organization": {o.platform}},
		o.home("/access/admins"):                                      {"login": {login}},
		o.home("/access/api-tokens"):                                  {"name": {"mine"}, "scopes": {"all"}, "days": {"30"}},
		o.own("/groups/" + o.groups["crew"] + "/members"):             {"user": {o.ids[appointedOther]}},
	} {
		if a := o.admin.Post(page, form); a.Status < http.StatusBadRequest {
			o.Errorf("POST %s: %v", page, a)
		}
	}
	harness.WantGroups(o.T, o.c, login, before)
	harness.WantGroups(o.T, o.c, o.people[appointedOther].Login, []string{"Platform/Members", "Platform/developers"})
	if all := o.c.Users(o.people[appointedMember].Login); len(all) != 1 || all[0].Status != "active" {
		o.Errorf("the member is %+v", all)
	}
}

// dismisses ends the appointment. A page that is open shows nothing from the next click
// on, and its form changes nothing.
func (o *appointed) dismisses(company, own *harness.Browser) {
	own.Open(o.g.URL + o.own("/groups"))
	own.Says("Groups of Mobile")
	company.Open(o.g.URL + o.home("/access"))
	company.Click(`.confirm:has(form[action$="` + o.ids[appointedAdmin] + `/remove"]) summary`)
	company.Submit(`form[action$="` + o.ids[appointedAdmin] + `/remove"] button`)
	company.Arrive(o.g.URL + o.home("/access?done="))
	own.Click(`tbody a[href*="/groups/"]`)
	own.Arrive(o.g.URL)
	if text := own.Text(); strings.Contains(text, "Members") {
		o.Errorf("after the dismissal the page shows %s", text)
	}
	own.Shoot("dismissed")
	o.refused("the own page", o.admin.Get(o.own("/groups")))
	add := o.own("/groups/" + o.groups["crew"] + "/members")
	o.refused("the form of the own page", o.admin.Post(add, url.Values{"user": {o.ids[appointedMember]}}))
	harness.WantGroups(
		o.T, o.c, o.people[appointedMember].Login, []string{"Mobile/Members", "Mobile/testers"},
	)
}
