package directory_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestPeople(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	people := f.acme.at("people")
	off, _ := f.enter(&f.acme, "grace", "Grace <b>Hopper</b>")
	_, err := f.db.UpdateUser(t.Context(), "x", f.acme.ent.ID, off.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	f.ok(err)
	for query, want := range map[string]struct{ has, hasNot string }{
		"":                           {"Grace <b>Hopper</b>", "No people match"},
		"?q=LOVE":                    {"Ada Lovelace", "Hopper"},
		"?q=grace@":                  {"Hopper", "Lovelace"},
		"?status=deactivated":        {"Hopper", "Lovelace"},
		"?status=deactivated&q=ada":  {"No people match", "Lovelace"},
		"?status=nonsense&q=&page=x": {"Ada Lovelace", "No people match"},
		"?cursor=nonsense":           {"All people", "Something went wrong"},
		"?q=ada&cursor=nonsense":     {"Ada Lovelace", "Something went wrong"},
	} {
		a := f.get(people + query)
		f.shows(a, 200, want.has)
		if strings.Contains(a.body, want.hasNot) {
			t.Errorf("%q shows %q", query, want.hasNot)
		}
	}
	if a := f.get(people); strings.Contains(a.body, "<b>Hopper") {
		t.Error("a name became markup")
	}
	for i := range 60 {
		f.enter(&f.acme, "p"+string(rune('a'+i%26))+string(rune('a'+i/26)), "Person")
	}
	a := f.get(people + "?q=person&status=active")
	_, next, ok := strings.Cut(a.body, `class="pager"`)
	if !ok || strings.Count(a.body, "Person</bdi>") != 50 {
		t.Fatalf(
			"no second page, or %d people", strings.Count(a.body, "Person</bdi>"),
		)
	}
	href := strings.ReplaceAll(
		strings.Split(strings.Split(next, `href="`)[1], `"`)[0], "&amp;", "&",
	)
	if !strings.Contains(href, "status=active") {
		t.Errorf("%s forgets the filter", href)
	}
	if second := f.get(href); strings.Count(second.body, "Person</bdi>") != 10 ||
		!strings.Contains(second.body, "First page") {
		t.Errorf(
			"the second page has %d people",
			strings.Count(second.body, "Person</bdi>"),
		)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("people", string(f.acme.user.ID))
	attempt := string(f.acme.signIn.Attempt.ID)
	a := f.get(here)
	f.shows(
		a, 200, "Ada Lovelace", "ada@acme.example", "engineering",
		"Firefox on Linux", "in 1 organization", "Okta resets groups", attempt,
		"Added to Research / engineering",
	)
	for _, href := range []string{
		f.acme.at("activity", "attempts", attempt),
		f.acme.at("groups", string(f.acme.group.ID)),
		f.acme.at("organizations", string(f.acme.org.ID)),
		f.acme.at("connections", string(f.acme.conn.ID)),
	} {
		if !strings.Contains(a.body, `href="`+href+`"`) {
			t.Errorf("no link to %s", href)
		}
	}

	f.shows(
		f.done(f.post(here+"/vouch"), here), 200, "You vouched for them",
		"Vouched for",
	)
	second, session := f.enter(&f.acme, "ada", "Ada Lovelace", "engineering")
	if second.ID != f.acme.user.ID {
		t.Fatal("it is someone else")
	}
	f.shows(
		f.done(f.post(here+"/sessions/"+string(session)+"/revoke"), here),
		200,
		"The session has ended.",
	)
	if left := f.sessions(f.acme); left != 1 {
		t.Errorf("%d sessions are left", left)
	}
	f.shows(f.post(here+"/sessions/"+string(session)+"/revoke"), 404)
	f.shows(f.post(here+"/sessions/"+string(f.globex.sess)+"/revoke"), 404)
	told := f.told
	f.shows(
		f.done(f.post(here+"/deactivate"), here), 200, "signed out everywhere",
		"deactivated", "Reactivate", "account is deactivated",
	)
	if left := f.sessions(f.acme); left != 0 || f.told != told+1 {
		t.Errorf("%d sessions are left, and the nodes were told %d times", left, f.told-told)
	}
	f.shows(f.done(f.post(here+"/vouch"), here), 200, "deactivated") // is another matter
	f.shows(
		f.done(f.post(here+"/reactivate"), here), 200, "They can sign in again.",
		"active",
	)
	f.enter(&f.acme, "ada", "Ada Lovelace", "engineering")
	f.shows(
		f.done(f.post(here+"/sessions/revoke"), here), 200, "signed out everywhere",
		"No active sessions",
	)
	events, _, err := f.db.AuditEvents(
		t.Context(), f.acme.ent.ID, sso.AuditFilter{Actor: string(f.acme.user.ID)},
		sso.Page{},
	)
	f.ok(err)
	var actions []string
	for _, e := range events {
		if e.Action != "session.created" {
			actions = append(actions, e.Action)
		}
	}
	if got := strings.Join(actions, " "); !strings.Contains(got, "user.vouched") ||
		!strings.Contains(got, "user.deactivated") ||
		!strings.Contains(got, "user.reactivated") {
		t.Errorf("the audit trail has %s", got)
	}
}

func (f *fixture) sessions(p place) int {
	f.Helper()
	all, err := f.db.UserSessions(f.Context(), p.ent.ID, p.user.ID)
	f.ok(err)
	return len(all)
}

func TestPending(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("people", string(f.acme.user.ID))
	f.pending()
	f.shows(
		f.get(here), 200, "needs approval", "ask an admin for approval",
		"If you know them, vouch for them",
	)
	f.shows(f.done(f.post(here+"/reactivate"), here), 200, "needs approval")
	f.shows(f.done(f.post(here+"/vouch"), here), 200, "active")
}

func (f *fixture) pending() {
	f.Helper()
	_, err := f.db.UpdateUser(f.Context(), "x", f.acme.ent.ID, f.acme.user.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserPending
		return u, nil
	})
	f.ok(err)
}

func TestByHand(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("people", string(f.acme.user.ID))
	oncall, err := f.db.CreateGroup(t.Context(), "x", f.acme.ent.ID, sso.Group{
		Organization: f.acme.org.ID,
		Name:         "on-call",
	})
	f.ok(err)
	a := f.get(here + "/groups?q=CALL")
	f.shows(
		a, 200, "Add Ada Lovelace to a group", "Okta resets groups", "on-call",
		"Research, 0 members",
	)
	f.shows(f.get(here+"/groups?q=engin"), 200, "added before")
	f.shows(
		f.done(f.post(here+"/groups", "group", string(oncall.ID)), here),
		200,
		"They are in the group.",
		"by hand",
		"an admin",
		"Manual changes last until then",
		"on-call",
	)
	f.shows(
		f.post(here+"/groups", "group", string(f.globex.group.ID)), 422,
		"There is no such group here.",
	)
	f.shows(
		f.post(here+"/groups", "group", "x"), 422, "There is no such group here.",
	)

	group := f.acme.at("groups", string(oncall.ID))
	grace, _ := f.enter(&f.acme, "grace", "Grace Hopper")
	f.shows(f.get(group+"/add?q=gra"), 200, "Grace Hopper", "Add someone to on-call")
	f.shows(f.get(group+"/add?q=ada"), 200, "added before")
	f.shows(
		f.done(f.post(group+"/members", "user", string(grace.ID)), group),
		200,
		"Grace Hopper",
		"They are in the group.",
	)
	f.shows(
		f.post(group+"/members", "user", string(f.globex.user.ID)), 422,
		"There is no such person here.",
	)
	f.shows(f.get(group+"?q=hopp"), 200, "Grace Hopper")
	f.shows(f.get(group+"?q=zz"), 200, "No members match")
	f.done(f.post(group+"/members/"+string(grace.ID)+"/remove"), group)
	f.done(f.post(group+"/members/"+string(grace.ID)+"/remove"), group) // once more is done, too
	f.shows(
		f.done(f.post(here+"/groups/"+string(oncall.ID)+"/remove"), here),
		200,
		"Removed from the group.",
	)
	f.shows(
		f.post(here+"/groups/"+string(f.acme.org.DefaultGroup)+"/remove"),
		422,
		"The default group belongs to its organization",
	)
	f.shows(
		f.post(f.acme.at("groups", string(f.acme.org.DefaultGroup))+"/members/"+
			string(f.acme.user.ID)+"/remove"),
		422,
		"The default group belongs to its organization",
	)
	f.enter(&f.acme, "ada", "Ada Lovelace", "engineering")
	if !strings.Contains(f.get(here).body, "engineering") {
		t.Error("the sign-in lost a group")
	}
}
