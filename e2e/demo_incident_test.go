package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// TestDemoObjectIDs turns on the fault that sends object IDs in place of names. All
// memberships stay, the overview shows an error, the operator is mailed within five
// minutes, and one click ends it.
func TestDemoObjectIDs(t *testing.T) {
	harness.Long(t)
	g, _ := startDemo(t)
	v := demoVisit{harness.NewBrowser(t), t, g.URL}
	v.Open(v.base + "/demo/console")
	v.Arrive(v.base + "/admin")
	fault := func(name string) {
		v.Open(v.base + "/demo/idp/acme/faults")
		v.Choose(`input[value="` + name + `"]`)
		v.Click(`button[data-primary]`)
		v.Says("Saved.")
	}
	people := map[string]string{
		"acme-0001": "Platform / developers",
		"acme-0002": "Platform / developers",
		"acme-0004": "contractors",
	}
	signIn := func(with string) {
		for _, id := range []string{"acme-0001", "acme-0002", "acme-0004"} {
			fault(with) // applies to the next sign-in only
			v.step(1)
			v.as("acme", id)
			v.Arrive(v.base + "/demo/whoami")
			v.Says(people[id])
		}
	}
	overview := v.base + "/admin/enterprises/acme"
	signIn("none")
	signIn("group-ids") // the groups are unchanged
	v.Shoot("whoami-object-ids")

	v.Open(overview)
	if got := v.List(".tag[data-state=error]"); !slices.Contains(got, "removals held") {
		t.Errorf("red on the overview is %q:\n%s", got, v.Text())
	}
	v.Says("3 people signed in with the old groups.")
	v.Shoot("overview-object-ids")
	if !harness.Soon(5*time.Minute, func() bool {
		v.Open(v.base + "/demo/mail")
		return strings.Contains(v.Text(), "Single sign-on of Acme needs you")
	}) {
		t.Fatalf("after five minutes the mailbox has\n%s", v.Text())
	}
	v.Says("3 people signed in with the old groups.")
	v.Shoot("mail-object-ids")
	v.Open(overview + "/held")
	v.Click(`.confirm:has(form[action$="/held/discard"]) summary`)
	v.Submit(`form[action$="/held/discard"] button`)
	v.Says("No group syncs are held")
	v.Open(overview)
	if got := v.List(".tag[data-state=warn]"); !slices.Contains(got, "removals stopped") {
		t.Errorf("amber on the overview is %q:\n%s", got, v.Text())
	}
	v.Shoot("overview-stopped")

	signIn("none")
	v.Open(overview)
	if got := v.List(".tag"); slices.Contains(got, "removals stopped") ||
		slices.Contains(got, "removals held") {
		t.Errorf("once names are sent again, the overview says %q", got)
	}
}
