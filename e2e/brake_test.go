package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/testkit/smtptest"
	"gatehouse/store/storetest"
)

const incidentPeople = 26

// incident is a company whose identity provider stops sending its group names after
// all users have signed in once.
type incident struct {
	*testing.T
	g      *harness.Gateway
	api    *harness.API
	idp    *demoidp.IdP
	c      *harness.Company
	conn   string
	people []demoidp.Person
	before map[string]string
}

// heldCause is the API's summary of the syncs held for one cause.
type heldCause struct {
	Cause    string `json:"cause"`
	Waiting  int    `json:"waiting"`
	Standing bool   `json:"standing"`
	Lost     int    `json:"lost"`
}

// heldSync is one held sync.
type heldSync struct {
	Cause string `json:"cause"`
	State string `json:"state"`
}

// newIncident creates the company and signs its people in; their groups are those of
// lists, in turn.
func newIncident(t *testing.T, g *harness.Gateway, api *harness.API, protocol string, lists ...[]string) *incident {
	t.Helper()
	x := &incident{
		T:      t,
		g:      g,
		api:    api,
		before: map[string]string{},
	}
	x.people = harness.People(incidentPeople)
	for i := range x.people {
		login := fmt.Sprintf("p%d@%s.example", i, protocol)
		x.people[i].Login, x.people[i].Email = login, login
		x.people[i].Groups = lists[i%len(lists)]
	}
	x.idp = harness.NewIdP(t, x.people...)
	x.c = harness.NewCompany(g, api, protocol, map[string][]string{
		"Platform": {"developers", "admins"},
		"Mobile":   {"developers", "testers"},
	})
	if protocol == "saml" {
		x.conn = x.c.ConnectSAML(x.idp).ID
	} else {
		x.conn = x.c.ConnectOIDC(x.idp).ID
	}
	for i := range x.people {
		x.signIn(i)
	}
	x.before = x.memberships()
	return x
}

func (x *incident) path(rest string) string { return "/enterprises/" + x.c.ID + rest }

func (x *incident) page(rest string) string {
	return x.g.URL + "/admin/enterprises/" + x.c.Key + rest
}

func (x *incident) signIn(i int) {
	x.Helper()
	if a := x.g.Visitor().SignIn(
		x.idp, x.c.Key, x.people[i].ID,
	); a.Err != nil || a.Status != http.StatusSeeOther {
		x.Fatalf("%s: %v", x.people[i].Login, a)
	}
}

// memberships returns all users' groups by login.
func (x *incident) memberships() map[string]string {
	x.Helper()
	all := map[string]string{}
	for _, p := range x.people {
		all[p.Login] = strings.Join(x.c.Groups(p.Login), " ")
	}
	return all
}

// lost returns the logins of users who lost groups.
func (x *incident) lost() (logins []string) {
	x.Helper()
	now := x.memberships()
	for _, login := range slices.Sorted(maps.Keys(now)) {
		if now[login] != x.before[login] {
			logins = append(logins, login)
		}
	}
	return logins
}

func (x *incident) causes() []heldCause {
	x.Helper()
	var all struct {
		Items []heldCause `json:"items"`
	}
	x.api.Do(http.MethodGet, x.path("/held-syncs/causes"), nil, &all)
	return all.Items
}

// held asserts that waiting syncs are held, all because the names stopped matching.
func (x *incident) held(waiting, lost int) {
	x.Helper()
	want := []heldCause{{
		Cause:    "connection_names_changed",
		Waiting:  waiting,
		Standing: true,
		Lost:     lost,
	}}
	if got := x.causes(); !slices.Equal(got, want) {
		x.Errorf("held are %+v, not %+v", got, want)
	}
	all := harness.List[heldSync](x.api, x.path("/held-syncs?state=waiting"))
	if len(all) != waiting || slices.ContainsFunc(all, func(h heldSync) bool {
		return h.Cause != "connection_names_changed"
	}) {
		x.Errorf("the list of held syncs has %d: %+v", len(all), all)
	}
}

// red asserts that the overview and the list of held syncs show the incident.
func (x *incident) red(b *harness.Browser, waiting int) {
	x.Helper()
	b.Open(x.page(""))
	if got := b.List(".tag[data-state=error]"); !slices.Contains(got, "removals held") {
		b.Shoot("overview-not-red")
		x.Errorf("red on the overview is %q:\n%s", got, b.Text())
	}
	b.Says("sends no longer match the groups here, so every removal is held")
	b.Says(fmt.Sprintf("%d people signed in with the old groups", waiting))
	b.Shoot("overview-red-" + x.c.Key)
	b.Submit(`main a[href$="/` + x.c.Key + `/held"]`)
	b.Says("the group names stopped matching")
	b.Says(fmt.Sprintf("%d people wait", waiting))
	b.Shoot("held-" + x.c.Key)
}

// discard opens the action for all syncs of the cause, and confirms it.
func (x *incident) discard(b *harness.Browser, label string) {
	x.Helper()
	b.Open(x.page("/held"))
	const form = `form[action$="/held/discard"]`
	if got := b.List(
		`.confirm:has(` + form + `) summary`,
	); len(got) != 1 || !strings.Contains(got[0], label) {
		x.Fatalf("what can be discarded at once: %q, not %q", got, label)
	}
	b.Click(`.confirm:has(` + form + `) summary`)
	b.Says("Removals are held until sign-ins match again")
	b.Shoot("unfolded-" + x.c.Key)
	b.Submit(form + " button")
	b.Says("Discarded. Memberships stay as they are; groups lost to the same cause are restored.")
	b.Says("No group syncs are held")
	b.Shoot("discarded-" + x.c.Key)
	if lost := x.lost(); len(lost) != 0 {
		x.Errorf("after the decision, %q are not in the groups they were in", lost)
	}
	if waiting := harness.List[heldSync](x.api, x.path("/held-syncs?state=waiting")); len(waiting) != 0 {
		x.Errorf("after the decision, %d wait", len(waiting))
	}
	b.Open(x.page(""))
	if got := b.List(".tag[data-state=warn]"); !slices.Contains(got, "removals stopped") {
		x.Errorf("amber on the overview is %q while removals stay stopped:\n%s", got, b.Text())
	}
	b.Says("stay stopped")
	b.Shoot("overview-stopped-" + x.c.Key)
}

// mended signs all people in with the right names again, which ends the incident.
func (x *incident) mended(b *harness.Browser) {
	x.Helper()
	x.idp.SetFault(demoidp.NoFault)
	for i, p := range x.people {
		if err := x.idp.SetGroups(p.ID, p.Groups); err != nil {
			x.Fatal(err)
		}
		x.signIn(i)
	}
	if lost, held := x.lost(), x.causes(); len(lost) != 0 || len(held) != 0 {
		x.Errorf("once the names are right again, %q lost groups and held is %+v", lost, held)
	}
	b.Open(x.page(""))
	if got := b.List(".tag[data-state=error]"); len(got) != 0 {
		x.Errorf("red on the overview is %q once the names are right again", got)
	}
	if got := b.List(".tag"); slices.Contains(got, "removals stopped") {
		x.Errorf("the overview says %q once the names are right again", got)
	}
}

var (
	softBreak = regexp.MustCompile(`=\r?\n`)
	blanks    = regexp.MustCompile(`\s+`)
)

// mailed waits for the mail to an admin of the company, which the program sends
// within a minute of the incident.
func (x *incident) mailed(post *smtptest.Server, to string) {
	x.Helper()
	const says = "sends no longer match the groups here"
	arrived := harness.Soon(2*time.Minute, func() bool {
		return slices.ContainsFunc(post.Messages(), func(m smtptest.Message) bool {
			text := blanks.ReplaceAllString(
				softBreak.ReplaceAllString(m.Raw, ""), " ",
			)
			return slices.Contains(m.To, to) &&
				strings.Contains(text, says) &&
				strings.Contains(m.Raw, "/"+x.c.Key+"/held")
		})
	})
	if !arrived {
		x.Errorf("no mail to %s says %q:\n%+v", to, says, post.Messages())
	}
}

// admins makes the members of a group admins of the company.
func (x *incident) admins(name string) {
	x.Helper()
	type group struct{ ID, Name string }
	for _, found := range harness.List[group](x.api, x.path("/groups")) {
		if found.Name == name {
			x.api.Do(
				http.MethodPatch, x.path("/groups/"+found.ID),
				harness.Object{"admin": true}, nil,
			)
		}
	}
}

// TestNamesStopMatching replays two incidents with 26 people each: object IDs in place
// of names, where no user loses a group, and a prefix before some of the names, where
// two users do. The overview and a mail to the admins report each within five minutes,
// and one action ends it.
func TestNamesStopMatching(t *testing.T) {
	harness.Long(t)
	t.Run("SQLite", func(t *testing.T) {
		namesStopMatching(t, harness.Options{})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		namesStopMatching(t, harness.Options{Database: storetest.Postgres(t)})
	})
}

func namesStopMatching(t *testing.T, o harness.Options) {
	browser := harness.NewBrowser(t)
	post := smtptest.Start(t, smtptest.Options{})
	o.Env = []string{
		"GATEHOUSE_SMTP_ADDR=" + post.Addr, "GATEHOUSE_SMTP_TLS=none",
		"GATEHOUSE_SMTP_FROM=Sign-in <sso@gate.example>",
	}
	g := harness.Start(t, o)
	api := g.API()
	browser.Operator(g)

	ids := newIncident(
		t, g, api, "saml", []string{"developers", "admins"}, []string{"developers"},
		[]string{"testers", "developers"},
	)
	ids.admins("admins")
	for i := range ids.people {
		ids.idp.SetFault(demoidp.GroupIDs)
		if i == 1 {
			ids.idp.SetFault(demoidp.NoFault)
		}
		ids.signIn(i)
	}
	if lost := ids.lost(); len(lost) != 0 {
		t.Errorf("object IDs: %q lost groups", lost)
	}
	ids.held(incidentPeople-1, 0)
	ids.red(browser, incidentPeople-1)

	prefix := newIncident(
		t, g, api, "oidc", []string{"developers", "testers"},
		[]string{"testers", "admins"},
	)
	prefix.admins("testers")
	for i, p := range prefix.people {
		changed := []string{}
		for _, name := range p.Groups {
			if name != "testers" {
				name = "ACME " + name
			}
			changed = append(changed, name)
		}
		if err := prefix.idp.SetGroups(p.ID, changed); err != nil {
			t.Fatal(err)
		}
		prefix.signIn(i)
	}
	if lost := prefix.lost(); len(lost) != 2 {
		t.Errorf("a prefix: %q lost groups", lost)
	}
	prefix.held(incidentPeople-2, 2)
	prefix.red(browser, incidentPeople-2)

	ids.mailed(post, ids.people[0].Login)
	prefix.mailed(post, prefix.people[0].Login)
	ids.discard(browser, "Discard all")
	prefix.discard(browser, "Discard all and restore 2 people")
	ids.mended(browser)
	prefix.mended(browser)
}
