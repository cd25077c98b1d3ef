package provisioning_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// signIn signs a person in over the connection, with groups.
func (f *fixture) signIn(login string, groups ...string) sso.User {
	f.Helper()
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	asserted := sso.AssertedGroups{
		State: sso.GroupsValues,
		Names: groups,
	}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: f.conn.ID,
			Subject:    login,
			Login:      login,
			Name:       login,
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: f.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     asserted,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  f.ent.ID,
			Connection:  f.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	s.Attempt.Identity = &s.Identity
	u, _, err := f.db.RecordLogin(f.Context(), s, storetest.Reset(asserted))
	f.ok(err)
	return u
}

// TestSwitch: the preview names who gains and what does not meet, each is repaired
// with one press, and the switch goes there and back.
func TestSwitch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signIns()
	like := f.push("kim@elsewhere.example")
	f.pushGroup("Grp_All", like.ID)
	group := f.groupHere("grp_all")
	kim, page := f.signIn("kim@acme.example", "grp_all"), f.home+"/switch"
	f.signIn("tim@acme.example")
	f.shows("ada", page, 200, "From sign-ins to SCIM", "Nothing is removed by the switch itself",
		"Perhaps one person under two names: 1", "Groups with almost the same name: 1", "Sign in, and were not pushed: 1",
		"No group here has the name of these", "You can try it with some people first", "userPrincipalName")
	f.shows("ada", page+"?to=scim&kind=unknown", 200, "tim@acme.example", "NOT kim@acme.example", "Back to the preview")
	f.shows("ada", page+"?to=scim&kind=other", 404)
	link := f.form("to", "scim", "resource", string(like.ID), "user", string(kim.ID))
	f.says("linked", 200, f.post("ada", page+"/link", link), 200, "They are one person now", "NOT one person under two")
	name := f.form("to", "scim", "group", string(group), "name", "Grp_All", "how", "alias")
	body := f.post("ada", page+"/name", name)
	f.says("named", 200, body, 200, "The name belongs to the group now", "NOT almost the same name", "Groups of <bdi>Web</bdi>")
	code, body := f.do("ada", "POST", page+"/name", f.form("group", string(group), "name", " "))
	f.says("no name", code, body, 422)
	f.says("switched", 200, f.post("ada", page, f.form("to", "scim")), 200, "It is enabled")
	f.applied()
	if u := f.pushed(like.ID); u.Account != kim.ID {
		t.Errorf("the account is %q", u.Account)
	}
	f.shows("ada", page+"?to=scim", 200, "follow what is pushed already")
	code, body = f.do("ada", "POST", page, f.form("to", "scim"))
	f.says("again", code, body, 200, "follow what is pushed already")
	f.shows("ada", page, 200, "From SCIM to sign-ins", "until they sign in again")
	f.says("back", 200, f.post("ada", page, f.form("to", "jit")), 200, "Memberships follow sign-ins again")
	if f.now().Live.Provisioning != sso.ProvisionJIT {
		t.Error("the connection still provisions")
	}
	f.shows("ada", page+"?to=jit", 200, "follow sign-ins already")
	f.shows("gus", page, 404)
}

// TestRepairs: a repair that is not possible says why, and a group is renamed.
func TestRepairs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.home + "/switch"
	f.signIns()
	u := f.push("eve@acme.example")
	gone := f.form("to", "scim", "resource", string(u.ID), "user", string(sso.NewID[sso.UserID](time.Now())))
	code, body := f.do("ada", "POST", page+"/link", gone)
	f.says("elsewhere", code, body, 422, "signs in through another connection, or was deleted")
	code, body = f.do("ada", "POST", page+"/link", f.form("user", "x"))
	f.says("nonsense", code, body, 404)
	f.pushGroup("GRP_ALL", u.ID)
	group := f.groupHere("grp_all")
	renamed := f.form("to", "scim", "group", string(group), "name", "GRP_ALL", "how", "rename")
	f.says("renamed", 200, f.post("ada", page+"/name", renamed), 200, "has the name that is pushed", "eve@acme.example")
	code, body = f.do("ada", "POST", page, f.form("to", "scim", "revision", "1"))
	f.says("stale", code, body, 409, "changed")
}
