package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// newcomers returns people as another identity provider knows them: the identifier and
// the login are other ones, and the address is the same.
func newcomers(people []demoidp.Person) []demoidp.Person {
	all := slices.Clone(people)
	for i := range all {
		all[i].ID = fmt.Sprintf("new-%d", i)
		all[i].Login = fmt.Sprintf("new%d@acme.example", i)
	}
	return all
}

// TestPeopleInConsole moves the people of a company to another identity provider in a
// browser without scripts, from SAML to OpenID Connect and by e-mail address, and
// answers the three doubtful cases. Then two accounts of one person are merged, and
// the merge is undone.
func TestPeopleInConsole(t *testing.T) {
	harness.Long(t)
	b := harness.NewBrowser(t)
	people := harness.People(6)
	people[2].Email = people[1].Email // so the address does not tell them apart
	formerIdP := harness.NewIdP(t, people...)
	newIdP := harness.NewIdP(t, newcomers(people)...)
	g := harness.Start(t, harness.Options{})
	c := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	former, latter := c.ConnectSAML(formerIdP), c.ConnectOIDC(newIdP)
	enter := func(idp *demoidp.IdP, conn harness.Connection, person string) {
		t.Helper()
		v := g.Visitor()
		back, err := v.VisitFrom("/login/sso?enterprise_key=acme&connection="+conn.ID, idp, person)
		if err != nil {
			t.Fatal(err)
		}
		if a := v.Deliver(back); a.Status != http.StatusSeeOther {
			t.Fatalf("sign in %s: %v", person, a)
		}
	}
	for _, p := range people {
		enter(formerIdP, former, p.ID)
	}
	before := active(c)
	enter(newIdP, latter, "new-3") // too early: an account of its own

	b.Operator(g)
	b.NoScripts()
	move := g.URL + "/admin/enterprises/acme/connections/" + former.ID
	b.Open(move + "/move?to=" + latter.ID + "&by=email")
	b.Says("Doubtful (3)")
	b.Shoot("move-tried")
	b.Click(".confirm summary")
	b.Submit(".confirm button")
	b.Arrive(move + "/moves/")
	b.Says("0 of 3 have come")
	for i, answer := range []string{"move", "leave", "move"} { // of people 1, 2 and 3
		b.Submit(fmt.Sprintf(`button[aria-label$="%s"][value="%s"]`, people[i+1].Login, answer))
		b.Says("It is decided")
	}
	one := b.At()
	for _, person := range []string{"new-0", "new-1", "new-3", "new-4", "new-5"} {
		enter(newIdP, latter, person)
	}
	b.Open(one)
	b.Says("5 of 5 have come")
	b.Shoot("moved")
	if after := active(c); !slices.Equal(after, before) {
		t.Errorf("after the move %v are active, before it %v", after, before)
	}

	mergeInConsole(t, b, g, c)
}

// active returns the identifiers of the people who may sign in, sorted.
func active(c *harness.Company) (all []string) {
	for _, u := range c.Users("") {
		if u.Status == "active" {
			all = append(all, u.ID)
		}
	}
	slices.Sort(all)
	return all
}

// mergeInConsole merges an active person into another one, and undoes it.
func mergeInConsole(t *testing.T, b *harness.Browser, g *harness.Gateway, c *harness.Company) {
	t.Helper()
	before := active(c)
	home := g.URL + "/admin/enterprises/acme"
	person := home + "/people/" + before[0]
	b.Open(person)
	b.Click(`main a[href$="/merge"]`)
	b.Fill("#q", "p2@acme")
	b.Submit(".search button")
	b.Submit(`.rows a[href*="/merge?with="]`)
	b.Says("Nothing has changed yet")
	b.Shoot("merge")
	b.Click(".confirm summary")
	b.Submit(".confirm button")
	b.Arrive(person + "?done=merged")
	if got := active(c); len(got) != len(before)-1 {
		t.Errorf("after the merge, %v are active", got)
	}
	b.Open(home + "/merges")
	b.Click(`.confirm:has(form[action$="/undo"]) summary`)
	b.Submit(`form[action$="/undo"] button`)
	b.Arrive(home + "/merges?done=unmerged")
	b.Shoot("merges")
	if got := active(c); !slices.Equal(got, before) {
		t.Errorf("after the undo, %v are active; before the merge, %v were", got, before)
	}
}
