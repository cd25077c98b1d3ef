package storetest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// named asserts that a preview of few people names all of them, and forgets their
// names.
func (c *randomCompany) named(p *sso.ProvisioningPreview) {
	c.Helper()
	if len(p.Deactivating) != p.Deactivated {
		c.Errorf("%d of %d people to deactivate are named", len(p.Deactivating), p.Deactivated)
	}
	p.Deactivating = nil
	for i, g := range p.Groups {
		if len(g.Joining) != g.Join || len(g.Leaving) != g.Leave {
			c.Errorf("names %v and %v of %+v", g.Joining, g.Leaving, g)
		}
		p.Groups[i].Joining, p.Groups[i].Leaving = nil, nil
	}
}

// testPreviewNames: the people who would join, leave or be deactivated are named by
// login, one who would be created without an account.
func testPreviewNames(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada")
	bob, _ := w.enter("bob", "dev")
	a, b, k := w.provisionUser("ada"), w.provisionUser("bob"), w.provisionUser("kim")
	w.provisionGroup("dev", k.ID, a.ID)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), b.ID))
	p := w.findings(sso.FindingQuery{})
	gone := []sso.PreviewPerson{{
		User:  bob.ID,
		Login: bob.Login,
	}}
	if diff := cmp.Diff(gone, p.Deactivating); diff != "" {
		t.Errorf("to deactivate (-want +got):\n%s", diff)
	}
	joining := []sso.PreviewPerson{
		{
			User:  ada.ID,
			Login: ada.Login,
		},
		{Login: k.UserName},
	}
	for _, g := range p.Groups {
		if diff := cmp.Diff(joining, g.Joining); diff != "" {
			t.Errorf("%s gains (-want +got):\n%s", g.Name, diff)
		}
		if diff := cmp.Diff(gone, g.Leaving); diff != "" {
			t.Errorf("%s loses (-want +got):\n%s", g.Name, diff)
		}
	}
	if len(p.Groups) != 2 {
		t.Errorf("%d groups change", len(p.Groups))
	}
}

// testFindPushed: users and groups are found by a part of their name, whatever its
// letter case, and none that was only found here.
func testFindPushed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("here")
	for _, name := range []string{"bob", "ada", "a_b%c"} {
		w.provisionUser(name)
	}
	w.provisionGroup("Research")
	w.provisionGroup("pilot of Ada")
	for text, want := range map[string]string{
		"":      "a_b%c@acme.test ada@acme.test bob@acme.test | pilot of Ada Research",
		"ADA":   "ada@acme.test | pilot of Ada",
		"_b%":   "a_b%c@acme.test |",
		"%":     "a_b%c@acme.test |",
		"resea": "| Research",
		"here":  "|",
		"a!b":   "|",
	} {
		found, err := w.db.FindPushed(t.Context(), w.ent.ID, w.conn.ID, text, 10)
		w.ok(err)
		got := ""
		for _, u := range found.Users {
			got += u.UserName + " "
		}
		got += "|"
		for _, g := range found.Groups {
			got += " " + g.DisplayName
		}
		if got != want {
			t.Errorf("%q finds %q; want %q", text, got, want)
		}
	}
	few, err := w.db.FindPushed(t.Context(), w.ent.ID, w.conn.ID, "", 1)
	w.ok(err)
	if fmt.Sprint(len(few.Users), len(few.Groups)) != "1 1" {
		t.Errorf("a limit of 1 gives %d users and %d groups", len(few.Users), len(few.Groups))
	}
	list, err := w.db.ProvisioningChecklist(t.Context(), w.ent.ID, w.conn.ID, sso.Pilot{
		Groups: []string{"RESEARCH", "Marketing"},
		Users:  []string{"ADA@acme.test", "ext-bob", "EXT-BOB", "who@acme.test"},
	})
	w.ok(err)
	missing := fmt.Sprint(list.MissingGroups, list.MissingUsers)
	if missing != "[Marketing] [EXT-BOB who@acme.test]" {
		t.Errorf("missing: %s", missing)
	}
}
