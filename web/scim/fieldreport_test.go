package scim

import (
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/sso/health"
	"gatehouse/sso/provisioning"
)

// entra is what Microsoft Entra ID does in a provisioning cycle: it matches each
// user and group, creates what it does not find, and sends members. What fails
// waits for the next cycle; "Restart provisioning" forgets what was done.
type entra struct {
	*fixture
	users   []string
	group   string
	ids     map[string]string // of the service, by the name here
	members map[string]bool   // delivered
	refused []reply
}

// connectionTest is what "Test Connection" asks: it needs no scope for groups.
func (e *entra) connectionTest() bool {
	e.Helper()
	return e.find("/Users?filter=userName", "5ae1c1ea-6d2f-4f0a-9b7e-2d0d3e6a0a11").Code == 200
}

func (e *entra) find(path, name string) reply {
	return e.do("GET", path+url.QueryEscape(` eq "`+name+`"`), "")
}

// match returns the ID of what a list found; "" if it is empty.
func match(list reply) string {
	found, _ := list.json["Resources"].([]any)
	if len(found) != 1 {
		return ""
	}
	id, _ := found[0].(map[string]any)["id"].(string)
	return id
}

func (e *entra) cycle() {
	e.Helper()
	e.refused = nil
	for _, name := range e.users {
		e.user(name)
	}
	if e.ids[e.group] == "" && !e.matchGroup() {
		return // its members are in escrow
	}
	var missing []string
	for _, name := range e.users {
		if id := e.ids[name]; id != "" && !e.members[name] {
			missing = append(missing, fmt.Sprintf(`{"$ref": null, "value": "%s"}`, id))
		}
	}
	for len(missing) > 0 {
		n := min(len(missing), 20)
		e.want(e.do("PATCH", "/Groups/"+e.ids[e.group], `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
			"Operations": [{"op": "Add", "path": "members", "value": [`+strings.Join(missing[:n], ",")+`]}]}`), 204)
		missing = missing[n:]
	}
	for _, name := range e.users {
		e.members[name] = true
	}
}

func (e *entra) user(name string) {
	e.Helper()
	if e.ids[name] != "" {
		return
	}
	id := match(e.find("/Users?filter=userName", name))
	if id == "" {
		body := `{"userName": "` + name + `", "active": "True", "externalId": "e-` + name + `"}`
		e.ids[name] = e.want(e.do("POST", "/Users", body), 201).text("id")
		return
	}
	e.want(e.do("PATCH", "/Users/"+id, `{"Operations": [{"op": "Add", "path": "externalId", "value": "e-`+name+`"}]}`), 200)
	e.ids[name] = id
}

func (e *entra) matchGroup() bool {
	e.Helper()
	found := e.find("/Groups?excludedAttributes=members&filter=displayName", e.group)
	if found.Code != 200 {
		e.refused = append(e.refused, found)
		return false
	}
	e.ids[e.group] = match(found)
	if e.ids[e.group] == "" {
		e.ids[e.group] = e.want(e.do("POST", "/Groups", `{"displayName": "`+e.group+`"}`), 201).text("id")
	}
	return true
}

// restart is the button "Restart provisioning".
func (e *entra) restart() {
	e.ids = map[string]string{}
	e.members = map[string]bool{}
}

// TestFieldReport: 269 people should be in a group, 21 are, through their sign-ins.
// The token of the identity provider has scopes for users alone, so that its
// connection test passes and groups are refused. The refusal says what to do;
// after the scope is added to the same token and provisioning restarted, 269 of 269
// are there, and no refusal is open.
func TestFieldReport(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fieldReport(newFixture(t, database, options{
				provider: sso.Entra,
				scopes:   []sso.ProvisioningScope{sso.ScopeUsersRead, sso.ScopeUsersWrite},
			}))
		})
	}
}

func fieldReport(f *fixture) {
	f.Helper()
	e := &entra{
		fixture: f,
		group:   "grp_all@acme.test",
	}
	group := f.group(e.group)
	for i := range 269 {
		e.users = append(e.users, fmt.Sprintf("person-%03d@acme.test", i))
	}
	for _, login := range e.users[:21] {
		f.signIn(login, e.group)
	}
	if n := f.memberCount(group); n != 21 {
		f.Fatalf("%d members by sign-in, want 21", n)
	}
	e.restart()
	if !e.connectionTest() {
		f.Error("the connection test fails")
	}
	e.cycle()
	e.cycle()
	f.checkRefusal(e)
	f.compares(e, group)
	f.alarmed(0)
	f.clock.Move(81 * time.Minute)
	f.alarmed(248)
	f.addScopes()
	e.restart()
	e.cycle()
	if len(e.refused) > 0 {
		f.Errorf("still refused: %s", e.refused[0].Body)
	}
	if got := f.do("GET", "/Groups/"+e.ids[e.group], ""); len(list(got, "members")) != 269 {
		f.Errorf("%d of 269 are members of the resource", len(list(got, "members")))
	}
	if n := f.memberCount(group); n != 269 {
		f.Errorf("%d of 269 are members of the group", n)
	}
	f.ok(f.ledger.Flush(f.Context()))
	for _, r := range f.refusals() {
		if r.HealedAt.IsZero() {
			f.Errorf("open: %+v", r)
		}
	}
	r := f.drift()
	if l := r.Lines[0]; r.Differs() || l.Expected != 269 || l.Actual != 269 || l.Missing+l.Extra > 0 || l.Evidence.Pushed != 269 {
		f.Errorf("it still differs: %s", r.Summary(l))
	}
	f.alarmed(0)
}

// alarmed runs the checks that admins get mails of, and asserts how many people an
// open alarm says are missing from a group; 0: no alarm is open.
func (f *fixture) alarmed(missing int) {
	f.Helper()
	doctor := health.New(health.Options{
		Facts:  f.db,
		Rules:  f.db,
		Ledger: f.db,
		Drift:  f.comparer(),
		Log:    slog.New(slog.DiscardHandler),
		Now:    f.clock.Now,
	})
	f.ok(doctor.RunProvisioned(f.Context()))
	open, _, err := f.db.HealthEvents(f.Context(), f.enterprise.ID, sso.HealthFilter{
		Kind: sso.HealthMissing,
		Open: true,
	}, sso.Page{})
	f.ok(err)
	text := fmt.Sprintf("%d of 269 people who should be in", missing)
	if missing == 0 && len(open) == 0 {
		return
	}
	if missing == 0 || len(open) != 1 || !strings.Contains(open[0].Text, text) || open[0].Do == "" {
		f.Errorf("%d missing, and the alarms are %+v", missing, open)
	}
}

func (f *fixture) comparer() *drift.Service {
	return drift.New(drift.Options{
		Facts:  f.db,
		Writer: f.db,
		Now:    f.clock.Now,
	})
}

func (f *fixture) drift() drift.Report {
	f.Helper()
	r, err := f.comparer().Report(f.Context(), f.enterprise.ID, f.connection.ID)
	f.ok(err)
	return r
}

// compares checks what is known of the group: with the sign-ins alone nobody is
// missing; with the number that an admin gives 248 are, without names; and with
// their list each has a reason.
func (f *fixture) compares(e *entra, group sso.Group) {
	f.Helper()
	f.counts(21, nil)
	expect := func(text string) {
		people, logins, err := drift.Read(text)
		f.ok(err)
		_, err = f.comparer().Expect(f.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID, drift.Wish{
			Group:  strings.ToUpper(e.group),
			People: people,
			Logins: logins,
		})
		f.ok(err)
	}
	expect("269")
	f.counts(269, map[sso.DriftReason]int{sso.DriftGroupRefused: 248})
	expect("displayName,userPrincipalName\nx," + strings.ToUpper(strings.Join(e.users[:261], "\nx,")) +
		"\nx,new-1@acme.test\nx,new-2@acme.test\nx,new-3@acme.test\nx,new-4@acme.test" +
		"\nx,new-5@acme.test\nx,new-6@acme.test\nx,new-7@acme.test\nx,new-8@acme.test\n")
	f.counts(269, map[sso.DriftReason]int{sso.DriftGroupRefused: 240, sso.DriftNotProvisioned: 8})
	one, err := f.comparer().Group(f.Context(), f.enterprise.ID, f.connection.ID, group.ID)
	f.ok(err)
	if len(one.Missing) != 248 || len(one.Extra) != 0 || one.More || one.Missing[0].Login != "new-1@acme.test" ||
		one.Missing[0].Reason != sso.DriftNotProvisioned || one.Missing[247].Reason != sso.DriftGroupRefused {
		f.Errorf("%d are missing, first %+v", len(one.Missing), one.Missing[0])
	}
	expect(strings.Join(e.users, "\n"))
}

// counts checks the comparison of the only group, of which 21 are there.
func (f *fixture) counts(expected int, reasons map[sso.DriftReason]int) {
	f.Helper()
	r := f.drift()
	l := r.Lines[0]
	got := map[sso.DriftReason]int{}
	for _, x := range l.Reasons {
		got[x.Reason] += x.People
	}
	if len(r.Lines) != 1 || l.Expected != expected || l.Actual != 21 || l.Missing != expected-21 || l.Extra != 0 ||
		l.Refusals.Count != 2 || !r.Differs() || !maps.Equal(got, reasons) {
		f.Errorf("got %s, %v", r.Summary(l), got)
	}
}

func list(r reply, name string) []any {
	all, _ := r.json[name].([]any)
	return all
}

// checkRefusal checks that the refused group is told of, to the identity provider
// and in the ledger.
func (f *fixture) checkRefusal(e *entra) {
	f.Helper()
	if len(e.refused) != 1 || e.refused[0].Code != 403 {
		f.Fatalf("%d were refused", len(e.refused))
	}
	text := e.refused[0].detail()
	for _, part := range []string{
		`Token "entra-1" lacks scope groups:read`, "it has users:read users:write", "Add scope scim", "its secret stays the same",
		"Restart provisioning",
	} {
		if !strings.Contains(text, part) {
			f.Errorf("%q is not in %q", part, text)
		}
	}
	if first := text[:min(len(text), 200)]; !strings.Contains(first, "SSO & provisioning > Directory > SCIM") {
		f.Errorf("the first 200 characters do not say what to do: %s", first)
	}
	f.ok(f.ledger.Flush(f.Context()))
	open := f.refusals()
	if len(open) != 1 || open[0].Name != e.group || open[0].Code != "scim_scope_missing" || open[0].Count != 2 ||
		!open[0].HealedAt.IsZero() || open[0].Detail != text {
		f.Errorf("the ledger has %+v", open)
	}
}

func (f *fixture) refusals() []sso.ProvisioningRefusal {
	f.Helper()
	all, _, err := f.db.ProvisioningRefusals(f.Context(), f.enterprise.ID, sso.RefusalFilter{
		Connection: f.connection.ID,
	}, sso.Page{Limit: 100})
	f.ok(err)
	return all
}

// addScopes gives the token the scope that its refusal asks for.
func (f *fixture) addScopes() {
	f.Helper()
	k, err := f.tokens.Edit(f.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID, f.token.ID,
		provisioning.TokenEdit{Scopes: []sso.ProvisioningScope{sso.ScopeSCIM}})
	f.ok(err)
	if k.Hash != f.token.Hash {
		f.Error("the secret changed")
	}
}

// memberCount counts the members of a group of an organization.
func (f *fixture) memberCount(g sso.Group) (n int) {
	f.Helper()
	for cursor := ""; ; {
		page, next, err := f.db.GroupMembers(f.Context(), f.enterprise.ID, g.ID, sso.Page{
			Cursor: cursor,
			Limit:  200,
		})
		f.ok(err)
		n += len(page)
		if next == "" {
			return n
		}
		cursor = next
	}
}
