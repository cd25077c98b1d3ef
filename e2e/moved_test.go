package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/store/storetest"
)

// TestMovedCompany moves a company of 2,000 people to an identity provider with other
// subjects and logins, over both protocols and in both directions: dry run, move and
// first sign-ins. No account is there twice, and memberships and their history stay.
// Those whom the address does not identify wait, and an admin answers in a browser. On
// PostgreSQL there are fewer, since their first sign-ins take most of the time.
func TestMovedCompany(t *testing.T) {
	harness.Long(t)
	for name, at := range map[string]struct {
		people   int
		database func(testing.TB) string
		from, to func(*harness.Company, *demoidp.IdP) harness.Connection
	}{
		"SAMLToOIDC": {2000, storetest.SQLite, (*harness.Company).ConnectSAML, (*harness.Company).ConnectOIDC},
		"OIDCToSAML": {400, storetest.Postgres, (*harness.Company).ConnectOIDC, (*harness.Company).ConnectSAML},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMovedCompany(t, at.people, at.database(t))
			m.from, m.to = at.from(m.c, m.okta), at.to(m.c, m.entra)
			m.check()
		})
	}
}

// The people about whom an admin decides.
const (
	movedAdmin = iota
	movedEarly // signed in at the new identity provider before the move
	movedTwin  // shares the address with the next
	movedOther
	movedUsual // the first about whom there is no doubt
)

// movedCompany is a company that changes its identity provider.
type movedCompany struct {
	*testing.T
	n           int // of people
	g           *harness.Gateway
	api         *harness.API
	c           *harness.Company
	okta, entra *demoidp.IdP
	from, to    harness.Connection
	ids         map[*demoidp.IdP][]string // of each person there
	known       []string                  // ID of each person's user before the move
	planned     time.Time
	members     map[string][]movedMember // by group, before the move
}

// movedMember is a member of a group with the start and cause of the membership.
type movedMember struct{ User, Since, Cause string }

func newMovedCompany(t *testing.T, people int, database string) *movedCompany {
	t.Helper()
	g := harness.Start(t, harness.Options{Database: database})
	api := g.API().For(t)
	old, now := make([]demoidp.Person, people), make([]demoidp.Person, people)
	for i, p := range harness.People(people) {
		p.Groups = []string{"developers"}
		switch {
		case i == movedAdmin:
			p.Groups = append(p.Groups, "admins")
		case i == movedTwin, i == movedOther:
			p.Email = "office@acme.example"
		case i%10 == 0:
			p.Groups = append(p.Groups, "testers")
		}
		old[i], now[i] = p, p
		now[i].ID = fmt.Sprintf("%08x-entra", i)
		now[i].Login = fmt.Sprintf("P.%d@acme.onmicrosoft.example", i)
		now[i].Email = strings.ToUpper(p.Email)
	}
	m := &movedCompany{
		T:     t,
		n:     people,
		g:     g,
		api:   api,
		c:     harness.NewCompany(g, api, "acme", harness.TwoOrganizations()),
		okta:  harness.NewIdP(t, old...),
		entra: harness.NewIdP(t, now...),
		ids:   map[*demoidp.IdP][]string{},
	}
	for i := range people {
		m.ids[m.okta] = append(m.ids[m.okta], old[i].ID)
		m.ids[m.entra] = append(m.ids[m.entra], now[i].ID)
	}
	return m
}

func (m *movedCompany) path(rest string) string { return "/enterprises/" + m.c.ID + rest }

// signIn signs a person in through one of the connections.
func (m *movedCompany) signIn(idp *demoidp.IdP, conn harness.Connection, i int) harness.Answer {
	v := m.g.Visitor()
	link := "/login/sso?enterprise_key=" + m.c.Key + "&connection=" + conn.ID
	back, err := v.VisitFrom(link, idp, m.ids[idp][i])
	if err != nil {
		return harness.Answer{Err: err}
	}
	return v.Deliver(back)
}

// all signs people in, some at once, each of whom must be admitted.
func (m *movedCompany) all(idp *demoidp.IdP, conn harness.Connection, people []int) {
	m.Helper()
	const workers = 8
	began := time.Now()
	for _, wrong := range harness.AtOnce(workers, func(first int) (wrong []string) {
		for i := first; i < len(people); i += workers {
			if a := m.signIn(idp, conn, people[i]); a.Status != http.StatusSeeOther {
				wrong = append(wrong, fmt.Sprintf("person %d: %v", people[i], a))
			}
		}
		return wrong
	}) {
		if len(wrong) > 0 {
			m.Fatal(wrong[0])
		}
	}
	m.Logf("%d sign-ins in %v", len(people), time.Since(began).Round(time.Millisecond))
}

// people are the numbers of every person from one on, with a step.
func (m *movedCompany) people(from, step int) (all []int) {
	for i := from; i < m.n; i += step {
		all = append(all, i)
	}
	return all
}

func (m *movedCompany) check() {
	m.all(m.okta, m.from, m.people(movedTwin, 1)) // the twin is known before the other
	m.all(m.okta, m.from, []int{movedAdmin, movedEarly})
	m.makeAdmins()
	m.known = m.idsOf(m.okta)
	m.all(m.entra, m.to, []int{movedEarly})
	m.planned = time.Now().UTC()
	m.members = m.membersAt()

	m.dryRun()
	m.move()
	sample := m.people(movedUsual, 10)
	m.all(m.entra, m.to, sample)
	m.all(m.entra, m.to, sample[:20]) // known by subject from now on
	m.same(sample)
	m.decide()
	m.same(append(sample, movedAdmin, movedEarly, movedTwin, movedOther))
	m.settled(len(sample))
}

// makeAdmins makes the members of the group of admins administer the company.
func (m *movedCompany) makeAdmins() {
	for _, g := range harness.List[struct{ ID, Name string }](m.api, m.path("/groups")) {
		if g.Name == "admins" {
			m.api.Do(http.MethodPatch, m.path("/groups/"+g.ID), harness.Object{"admin": true}, nil)
		}
	}
}

// idsOf returns the ID of the active user with the login of each person.
func (m *movedCompany) idsOf(idp *demoidp.IdP) []string {
	m.Helper()
	byLogin := map[string]string{}
	for _, u := range m.c.Users("") {
		if u.Status == "active" {
			byLogin[u.Login] = u.ID
		}
	}
	ids := make([]string, m.n)
	for i, p := range idp.People() {
		ids[i] = byLogin[p.Login]
	}
	return ids
}

// membersAt returns the members of each group as of before the move.
func (m *movedCompany) membersAt() map[string][]movedMember {
	m.Helper()
	all := map[string][]movedMember{}
	for _, g := range harness.List[struct{ ID string }](m.api, m.path("/groups")) {
		all[g.ID] = harness.List[movedMember](
			m.api, m.path("/groups/"+g.ID+"/members?at="+m.planned.Format(time.RFC3339Nano)),
		)
	}
	return all
}

// movedCounts counts the users of a move by what is expected of them.
type movedCounts struct{ Waiting, Used, Held, Unmatched, There, Left int }

// dryRun wants a dry run to list who is found and who waits, and to change nothing.
func (m *movedCompany) dryRun() {
	m.Helper()
	var shown struct {
		Users     movedCounts
		Matched   []struct{ User string }
		Unmatched []any
		Held      []struct{ User, Reason string }
	}
	m.api.Do(http.MethodPost, m.path("/connections/"+m.from.ID+"/move"), harness.Object{
		"to":      m.to.ID,
		"by":      "email",
		"dry_run": true,
	}, &shown)
	held := map[string]string{}
	for _, h := range shown.Held {
		held[h.User] = h.Reason
	}
	want := map[string]string{
		m.known[movedAdmin]: "admin",
		m.known[movedEarly]: "at_target",
		m.known[movedTwin]:  "twice",
		m.known[movedOther]: "twice",
	}
	if (shown.Users != movedCounts{Waiting: m.n - 4, Held: 4}) || len(shown.Matched) != min(1000, m.n-4) ||
		len(shown.Unmatched) != 0 || !maps.Equal(held, want) {
		m.Errorf("the dry run shows %+v, %d matched, held %v", shown.Users, len(shown.Matched), held)
	}
	if moves := harness.List[any](m.api, m.path("/moves")); len(moves) != 0 {
		m.Errorf("after a dry run there is %v", moves)
	}
}

// move starts the move and waits until it has effect.
func (m *movedCompany) move() {
	m.Helper()
	type state struct {
		ID, State string
		Users     movedCounts
	}
	var made struct{ Move state }
	began := time.Now()
	m.api.Do(http.MethodPost, m.path("/connections/"+m.from.ID+"/move"), harness.Object{
		"to": m.to.ID,
		"by": "email",
	}, &made)
	var now state
	if !harness.Soon(20*time.Second, func() bool {
		m.api.Do(http.MethodGet, m.path("/moves/"+made.Move.ID), nil, &now)
		return now.State == "ready"
	}) || (now.Users != movedCounts{Waiting: m.n - 4, Held: 4}) {
		m.Fatalf("the move is %+v", now)
	}
	m.Logf("moved in %v", time.Since(began).Round(time.Millisecond))
}

// same wants each of some people to have the account of before, with the memberships
// of before, of which none has begun or ended since.
func (m *movedCompany) same(some []int) {
	m.Helper()
	was := map[string][]movedMember{}
	for group, members := range m.members {
		for _, one := range members {
			was[one.User] = append(was[one.User], movedMember{group, one.Since, one.Cause})
		}
	}
	for _, i := range some {
		user := m.path("/users/" + m.known[i])
		if got, want := m.subjects(user), []string{m.ids[m.okta][i], m.ids[m.entra][i]}; !slices.Equal(got, want) {
			m.Errorf("person %d: the user of before is known as %q, not %q", i, got, want)
			continue
		}
		var is []movedMember
		for _, one := range harness.List[struct{ Group, Since, Cause string }](m.api, user+"/memberships") {
			is = append(is, movedMember{one.Group, one.Since, one.Cause})
		}
		if !sameMembers(is, was[m.known[i]]) || len(is) < 4 {
			m.Errorf("person %d is in\n%v and was in\n%v", i, is, was[m.known[i]])
		}
	}
	if !maps.EqualFunc(m.membersAt(), m.members, sameMembers) {
		m.Error("the history of memberships has changed")
	}
}

// subjects returns the subjects of a user, that of the former identity provider first.
func (m *movedCompany) subjects(user string) (all []string) {
	m.Helper()
	var u struct {
		Status     string
		Identities []struct{ Connection, Subject string }
	}
	m.api.Do(http.MethodGet, user, nil, &u)
	for _, id := range u.Identities {
		if u.Status == "active" && id.Connection == m.from.ID {
			all = slices.Insert(all, 0, id.Subject)
		} else if id.Connection == m.to.ID {
			all = append(all, id.Subject)
		}
	}
	return all
}

func sameMembers(a, b []movedMember) bool {
	order := func(x, y movedMember) int {
		return strings.Compare(x.User+x.Since+x.Cause, y.User+y.Since+y.Cause)
	}
	return slices.Equal(slices.SortedFunc(slices.Values(a), order), slices.SortedFunc(slices.Values(b), order))
}

// decide lets those who are held come, each of whom waits, and answers in the console
// in a browser that they are the people of before.
func (m *movedCompany) decide() {
	m.Helper()
	for _, i := range []int{movedAdmin, movedTwin} {
		if a := m.signIn(m.entra, m.to, i); a.Status == http.StatusSeeOther || a.Code() != "login_in_use" {
			m.Errorf("person %d, who is held: %v", i, a)
		}
	}
	b := harness.NewBrowser(m)
	b.Operator(m.g)
	m.answer(b, 3)
	m.all(m.entra, m.to, []int{movedAdmin, movedEarly, movedTwin})
	// The twin has come, so the question about the address is about the other.
	if a := m.signIn(m.entra, m.to, movedOther); a.Code() != "login_in_use" {
		m.Errorf("the second with an address: %v", a)
	}
	m.answer(b, 1)
	m.all(m.entra, m.to, []int{movedOther})
}

// answer answers each question that waits: they are the same person.
func (m *movedCompany) answer(b *harness.Browser, want int) {
	m.Helper()
	waiting := harness.List[struct{ ID string }](m.api, m.path("/identity-questions?state=waiting"))
	if len(waiting) != want {
		m.Fatalf("%d questions wait, not %d", len(waiting), want)
	}
	page := m.g.URL + "/admin/enterprises/acme/questions"
	for _, q := range waiting {
		b.Open(page)
		b.Shoot("questions")
		same := `details:has(form[action$="/` + q.ID + `"] input[value="same"])`
		b.Click(same + " summary")
		b.Click(same + " button")
		b.Arrive(page + "?done=answered")
	}
	b.Says("Nothing to decide")
}

// settled tests that no person has two accounts: as many active users as people, and each
// sign-in counted by the move.
func (m *movedCompany) settled(sample int) {
	m.Helper()
	active := map[string]bool{}
	for _, u := range m.c.Users("") {
		if u.Status == "active" {
			active[u.ID] = true
		} else if u.Status == "pending" {
			m.Errorf("%s waits", u.Login)
		}
	}
	for i, id := range m.known {
		if !active[id] {
			m.Errorf("person %d has no active user any more", i)
		}
	}
	if len(active) != m.n {
		m.Errorf("%d active users of %d people", len(active), m.n)
	}
	moves := harness.List[struct{ Users movedCounts }](m.api, m.path("/moves"))
	want := movedCounts{Waiting: m.n - 4 - sample, Used: sample + 4}
	if len(moves) != 1 || moves[0].Users != want {
		m.Errorf("the move is %+v, want %+v", moves, want)
	}
}
