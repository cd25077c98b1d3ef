package directory_test

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

func TestOrganizations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list := f.acme.at("organizations")
	f.shows(f.get(list), 200, "Research", "research")
	for _, c := range []struct{ name, key, says, kept string }{
		{"", "ops", "Enter a name.", `value="ops"`},
		{"Ops", "Ops!", "Use 1 to 63 lower-case letters", `value="Ops!"`},
		{"Again", "research", "in use already", `value="Again"`},
		{strings.Repeat("x", 256), "x", "at most 255 bytes", "xxx"},
		{"a\u202eb", "x", "text-direction", "text-direction"},
	} {
		a := f.post(list, "name", c.name, "key", c.key)
		f.shows(a, 422, c.says, "There is a problem with 1 field")
		if !strings.Contains(html.UnescapeString(a.body), c.kept) {
			t.Errorf("%+v is not kept", c)
		}
	}
	long := strings.Repeat("ж", 127) // 254 bytes
	a := f.post(list, "name", long, "key", "ops")
	f.shows(f.done(a, list), 200, long, "Organization created")
	here, _, _ := strings.Cut(a.location, "?")
	f.shows(f.post(here, "name", "Ops", "key", "research"), 422, "in use already")
	f.shows(
		f.done(f.post(here, "name", `<script>"Ops"`, "key", "operations"), here),
		200,
		`<script>"Ops"`,
		"operations",
	)
	f.shows(
		f.post(here+"/delete", "typed", "ops"), 422,
		"This is not the key of the organization", "Type the key operations",
	)
	f.shows(f.post(here+"/delete"), 422, "This is not the key of the organization")
	f.shows(
		f.done(f.post(here+"/delete", "typed", "operations"), list), 200,
		"The organization is deleted",
	)
	f.shows(f.get(here), 404)
}

func TestGroups(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list := f.acme.at("groups")
	f.shows(
		f.get(list), 200, "engineering", "Members", "not synced",
		"Compare with the groups of Okta",
	)
	f.shows(f.get(list+"?q=ENG"), 200, "engineering")
	f.shows(
		f.get(list+"?q=zz&organization="+string(f.globex.org.ID)), 200,
		"No groups match",
	)
	org := string(f.acme.org.ID)
	for _, c := range []struct{ org, name, says string }{
		{org, "", "Enter a name."},
		{org, " a", "space before or after"},
		{org, "engineering", "group of this name already"},
		{org, "Members", "Members"},
		{string(f.globex.org.ID), "x", "Choose one of these organizations."},
		{"", "x", "Choose one of"},
	} {
		f.shows(f.post(list, "organization", c.org, "name", c.name), 422, c.says)
	}
	a := f.post(list, "organization", org, "name", "it-admins", "admin", "yes")
	f.shows(
		f.done(a, list), 200, "Group created.",
		"Its members are admins of this enterprise.", "research/it-admins",
	)
	here, _, _ := strings.Cut(a.location, "?")
	f.shows(f.post(here, "name", "engineering"), 422, "group of this name already")
	f.shows(
		f.post(here, "name", "x "), 422, "space before or after",
		"matched byte for byte",
	)
	f.shows(
		f.done(f.post(here, "name", "<i>admins</i>"), here), 200, "<i>admins</i>",
	)
	members := f.acme.at("groups", string(f.acme.org.DefaultGroup))
	f.shows(
		f.get(members), 200, "default group of its organization",
		"in another group here", "Ada Lovelace",
	)
	f.shows(f.post(members, "name", "x"), 422, "cannot be renamed or deleted")
	f.shows(f.post(members+"/delete"), 422, "cannot be renamed or deleted")
	f.shows(
		f.done(f.post(here+"/delete"), f.acme.at("organizations")), 200,
		"Group deleted.",
	)
	f.shows(f.get(here), 404)
	if !strings.Contains(
		f.get(f.globex.at()).body+
			f.do("operator", "GET", f.globex.at("groups"), nil).body,
		"engineering",
	) {
		t.Error("an operator does not see every enterprise's groups")
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("groups", string(f.acme.group.ID))
	f.shows(
		f.get(here+"/drift"), 200, "Every expected person is a member.",
		"Every member is expected.",
	)
	f.shows(f.get(here+"/reconcile"), 200, "Nothing would change")
	ctx, ent := t.Context(), f.acme.ent.ID
	f.ok(f.db.RemoveMember(ctx, "x", ent, f.acme.group.ID, f.acme.user.ID))
	grace, _ := f.enter(&f.acme, "grace", "Grace Hopper")
	f.ok(f.db.AddMember(ctx, "x", ent, f.acme.group.ID, grace.ID))
	f.shows(f.get(here), 200, "Expected")
	f.shows(
		f.get(here+"/drift"), 200, "removed by hand since", "added by hand",
		"Ada Lovelace", "Grace Hopper", "changes it",
		"See what reconciling would change",
	)
	f.shows(
		f.get(here+"/reconcile"), 200, "Reconcile engineering", "Added",
		"Ada Lovelace",
	)
	f.shows(
		f.done(f.post(here+"/reconcile"), here), 200, "Members now match",
		"Ada Lovelace",
	)
	f.shows(
		f.get(f.acme.at("groups", string(f.acme.org.DefaultGroup))+"/drift"),
		200,
		"Every expected person is a member.",
	)
}

func TestRestore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, ent := t.Context(), f.acme.ent.ID
	for i := range 25 {
		f.enter(&f.acme, fmt.Sprint("p", i), fmt.Sprint("Person ", i), "engineering")
	}
	time.Sleep(time.Millisecond)
	full := time.Now().UTC().Format(time.RFC3339Nano)
	time.Sleep(time.Millisecond)
	f.enter(&f.acme, "ada", "Ada Lovelace")
	group, person := f.acme.at(
		"groups", string(f.acme.group.ID),
	), f.acme.at("people", string(f.acme.user.ID))
	at := "?" + url.Values{"at": {full}}.Encode()
	f.shows(
		f.get(group+"/history"+at), 200, "Past members of engineering", "Ada Lovelace",
		"See what restoring this would change",
	)
	f.shows(f.get(group+"/history?at=tomorrow"), 422, "Enter a date and a time")
	f.shows(
		f.get(group+"/restore"+at), 200, "Restore engineering", "Added",
		"Ada Lovelace", "Nothing changes until you confirm",
	)
	for _, here := range []string{group, person} {
		f.shows(f.get(here+"/restore"), 422, "Enter a date and a time")
		f.shows(
			f.get(here+"/restore?at=2020-01-01T00:00"), 422,
			"What was then is not known",
		)
		f.shows(
			f.post(here+"/restore", "at", "2099-01-01T00:00"), 422, "in the future",
		)
	}
	f.shows(
		f.get(person+"/restore"+at), 200, "Restore the groups of Ada Lovelace",
		"engineering",
	)
	f.shows(
		f.done(f.post(person+"/restore", "at", full), person), 200,
		"Their groups are what they were then.", "engineering",
	)
	f.shows(
		f.done(f.post(group+"/restore", "at", full), group), 200,
		"The members are what they were then.",
	)

	// Removing every member needs a confirmation.
	empty, err := f.db.CreateGroup(ctx, "x", ent, sso.Group{
		Organization: f.acme.org.ID,
		Name:         "crowd",
	})
	f.ok(err)
	time.Sleep(time.Millisecond)
	none := time.Now().UTC().Format(time.RFC3339Nano)
	time.Sleep(time.Millisecond)
	all, _, err := f.db.Users(ctx, ent, sso.UserFilter{}, sso.Page{Limit: 100})
	f.ok(err)
	for _, u := range all {
		f.ok(f.db.AddMember(ctx, "x", ent, empty.ID, u.ID))
	}
	crowd := f.acme.at("groups", string(empty.ID))
	f.shows(
		f.get(crowd+"/restore?"+url.Values{"at": {none}}.Encode()), 200, "Removed",
		"Remove 26 of 26 people at once",
	)
	f.shows(
		f.post(crowd+"/restore", "at", none), 422, "This removes 26 of 26 people",
		"Remove 26 of 26 people at once",
	)
	f.shows(
		f.done(f.post(crowd+"/restore", "at", none, "sure", "yes"), crowd),
		200,
		"The members are what they were then.",
		"No members yet",
	)
}

// TestGroupIDPNames: the names an identity provider may send are lines of the
// group's form.
func TestGroupIDPNames(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list, org := f.acme.at("groups"), string(f.acme.org.ID)
	a := f.post(
		list, "organization", org, "name", "sales", "idp_names",
		"CN=sales,DC=acme\r\n\r\n sales \r\nobject-1",
	)
	f.shows(f.done(a, list), 200, "CN=sales,DC=acme", "object-1")
	here, _, _ := strings.Cut(a.location, "?")
	f.shows(
		f.post(here, "name", "sales", "idp_names", "object-1\nx\u200by"),
		422,
		"Line 2:",
		"x\u200by",
	)
	f.shows(
		f.post(here, "name", "sales", "idp_names", "engineering"), 422,
		"“engineering” is the name of another group",
	)
	f.shows(
		f.post(
			f.acme.at("groups", string(f.acme.group.ID)), "name", "object-1",
			"idp_names", "",
		),
		422,
		"“object-1” is an IdP name of the group “sales”",
	)
	f.shows(
		f.done(f.post(here, "name", "sales", "idp_names", "object-2"), here),
		200,
		"object-2",
	)
	f.shows(
		f.done(f.post(here, "name", "object-2", "idp_names", "object-2"), here),
		200,
		"object-2",
	)
	g, err := f.db.Group(
		t.Context(), f.acme.ent.ID,
		sso.GroupID(here[strings.LastIndex(here, "/")+1:]),
	)
	f.ok(err)
	if g.Name != "object-2" || len(g.IDPNames) != 0 {
		t.Errorf("an IdP name that became its own name stays: %+v", g)
	}
}
