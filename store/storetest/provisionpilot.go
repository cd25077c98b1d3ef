package storetest

import (
	"fmt"
	"testing"

	"gatehouse/sso"
)

func pilotTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"only the people of a group are adopted":   testPilotOfGroup,
		"only named people are adopted":            testPilotOfNames,
		"a leaver outside of the pilot":            testPilotLeaver,
		"adopted people stay so":                   testPilotNarrowed,
		"a removal of a stranger":                  testPilotStranger,
		"a group of the pilot is renamed":          testPilotRenamed,
		"groups are created for the pilot alone":   testPilotCreation,
		"sign-ins adopt no one during the pilot":   testPilotSignIns,
		"provisioning stops and begins with pilot": testPilotAfterStop,
	}
}

// pilot provisions with a pilot of groups.
func (w *world) pilot(groups ...string) {
	w.Helper()
	w.provision(func(cfg *sso.Config) { cfg.SCIM.Pilot = sso.Pilot{Groups: groups} })
}

// testPilotOfGroup: of three hundred people from sign-ins, those of one group are
// adopted, and then all.
func testPilotOfGroup(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people, few = 300, 10
	users := make([]sso.User, people)
	all := make([]sso.ResourceID, people)
	for i := range people {
		users[i], _ = w.enter(fmt.Sprintf("user%d", i), "dev")
	}
	for i := range people {
		all[i] = w.provisionUser(fmt.Sprintf("user%d", i)).ID
	}
	w.provisionGroup("dev", all...)
	pilot := w.provisionGroup("Pilot", all[:few]...)
	w.pilot("pilot")
	w.adopted(all, few)
	w.setActive(sso.ProvisionedUser{ID: all[few]}, false)
	w.setActive(sso.ProvisionedUser{ID: all[0]}, false)
	if w.userNow(users[few].ID) != users[few] || w.sessions(users[few].ID) != 1 {
		t.Errorf("a user outside of the pilot changed: %+v", w.userNow(users[few].ID))
	}
	if w.userNow(users[0].ID).Status != sso.UserDeactivated || w.sessions(users[0].ID) != 0 {
		t.Error("a user of the pilot is not out")
	}
	w.pushMembers(pilot.ID, sso.MemberChange{Add: all[20:30]})
	w.pushMembers(pilot.ID, sso.MemberChange{Remove: all[:5]})
	w.adopted(all, few+10)
	w.provision(func(cfg *sso.Config) { cfg.SCIM.Pilot = sso.Pilot{} })
	w.adopted(all, people)
	if w.userNow(users[few].ID).Status != sso.UserDeactivated {
		t.Error("what waited was not applied")
	}
}

func (w *world) userNow(id sso.UserID) sso.User {
	w.Helper()
	u, err := w.db.User(w.Context(), w.ent.ID, id)
	w.ok(err)
	return u
}

// adopted asserts how many of some users, who are members of dev by sign-ins, are
// adopted, and that they alone are members by SCIM.
func (w *world) adopted(all []sso.ResourceID, want int) {
	w.Helper()
	n := 0
	for _, id := range all {
		u := w.resource(id)
		source := "jit"
		if u.Adopted {
			n++
			source = "scim"
		}
		w.in(u.Account, "app/Members=default", "app/dev="+source, "web/Members=default", "web/dev="+source)
	}
	if n != want {
		w.Errorf("%d users are adopted; want %d", n, want)
	}
}

func testPilotOfNames(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.provision(func(cfg *sso.Config) {
		cfg.SCIM.Pilot = sso.Pilot{Users: []string{"ADA@acme.test", "ext-bob"}}
	})
	a, b, c := w.provisionUser("ada"), w.provisionUser("bob"), w.provisionUser("eve")
	w.provisionGroup("ops", a.ID, b.ID, c.ID)
	if w.accountOf(a).ID != ada.ID || w.resource(c.ID).Account != "" {
		t.Errorf("Ada is %s, Eve %q", w.accountOf(a).ID, w.resource(c.ID).Account)
	}
	w.counts(w.group["app/ops"].ID, 2)
	w.provision(func(cfg *sso.Config) { cfg.SCIM.Pilot.Users = append(cfg.SCIM.Pilot.Users, "eve@acme.test") })
	w.counts(w.group["app/ops"].ID, 3)
	_, _, err := w.db.ChangeProvisionedUser(
		t.Context(), w.scimPush(), w.provisionUser("kim").ID,
		func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.ExternalID = "ext-bob" // in the pilot by its other name
			return u, nil
		},
	)
	w.ok(err)
	w.accountOf(w.provisionUser("kim"))
}

// testPilotLeaver: the deletion of a user who was not adopted waits.
func testPilotLeaver(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	eve, _ := w.enter("eve", "dev")
	a, e := w.provisionUser("ada"), w.provisionUser("eve")
	w.provisionGroup("pilot", e.ID)
	w.pilot("pilot")
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), a.ID))
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), e.ID))
	if w.userNow(eve.ID).Status != sso.UserDeactivated || w.userNow(ada.ID).Status != sso.UserActive {
		t.Errorf("Eve is %s, Ada %s", w.userNow(eve.ID).Status, w.userNow(ada.ID).Status)
	}
	w.in(ada.ID, "app/Members=default", "app/dev=jit", "web/Members=default", "web/dev=jit")
	w.enter("ada", "dev")
	w.pilot("pilot", "another")
	if w.userNow(ada.ID).Status != sso.UserActive {
		t.Error("another pilot deactivated Ada")
	}
	w.pilot()
	if w.userNow(ada.ID).Status != sso.UserDeactivated || w.sessions(ada.ID) != 0 {
		t.Error("Ada is not out")
	}
}

// testPilotNarrowed: whoever was adopted is followed outside of a pilot, too.
func testPilotNarrowed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	a := w.provisionUser("ada")
	dev := w.provisionGroup("dev", a.ID)
	ops := w.provisionGroup("ops")
	w.pilot("pilot")
	w.pushMembers(ops.ID, sso.MemberChange{Add: []sso.ResourceID{a.ID}})
	w.pushMembers(dev.ID, sso.MemberChange{Remove: []sso.ResourceID{a.ID}})
	account := w.accountOf(a).ID
	w.in(account, "app/Members=default", "app/ops=scim")
	w.setActive(a, false)
	if w.userNow(account).Status != sso.UserDeactivated {
		t.Error("a leaver outside of the pilot is not out")
	}
	b := w.provisionUser("bob")
	if w.resource(b.ID).Account != "" {
		t.Error("a new user outside of the pilot has an account")
	}
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), a.ID))
	w.in(account)
}

// testPilotStranger: who is not adopted leaves no group that they are in by sign-ins.
func testPilotStranger(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	a := w.provisionUser("ada")
	dev := w.provisionGroup("dev", a.ID)
	w.pilot("pilot")
	w.pushMembers(dev.ID, sso.MemberChange{Replace: true})
	w.in(ada.ID, "app/Members=default", "app/dev=jit", "web/Members=default", "web/dev=jit")
	w.ok(w.db.DeleteProvisionedGroup(t.Context(), w.scimPush(), dev.ID))
	w.in(ada.ID, "app/Members=default", "app/dev=jit", "web/Members=default", "web/dev=jit")
	changed := w.userNow(ada.ID)
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, ada.ID, func(u sso.User) (sso.User, error) {
		u.Name = "Ada, by hand"
		changed = u
		return u, nil
	})
	w.ok(err)
	w.same(changed.Name, w.userNow(ada.ID).Name)
}

// testPilotRenamed: a group that gets a name of the pilot brings its members.
func testPilotRenamed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.pilot("ops")
	a := w.provisionUser("ada")
	g := w.provisionGroup("elsewhere", a.ID)
	if w.resource(a.ID).Account != "" {
		t.Fatal("Ada has an account")
	}
	_, _, err := w.db.ChangeProvisionedGroup(t.Context(), w.scimPush(), g.ID,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			return pushedGroup("ops"), sso.MemberChange{}, nil
		})
	w.ok(err)
	w.in(w.accountOf(a).ID, "app/Members=default", "app/ops=scim")
}

func testPilotCreation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	creating := func(pilot ...string) func(*sso.Config) {
		return func(cfg *sso.Config) {
			cfg.SCIM.CreateGroups.Organizations = []sso.OrganizationID{w.orgs["web"].ID}
			cfg.SCIM.Pilot = sso.Pilot{Groups: pilot}
		}
	}
	w.provision(creating("grp_pilot"))
	a := w.provisionUser("ada")
	w.provisionGroup("grp_all", a.ID)
	w.provisionGroup("grp_pilot", a.ID)
	account := w.accountOf(a).ID
	w.in(account, "web/Members=default", "web/grp_pilot=scim")
	w.provision(creating())
	w.in(account, "web/Members=default", "web/grp_all=scim", "web/grp_pilot=scim")
}

// testPilotSignIns: a user who is pushed outside of the pilot is not provisioned for
// a sign-in, and creates an account although the identity provider says inactive.
func testPilotSignIns(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	w.provisionUser("ada")
	eve := w.provisionUser("eve")
	w.setActive(eve, false)
	w.provisionGroup("pilot", w.provisionUser("bob").ID)
	w.pilot("pilot")
	for name, want := range map[string]bool{"ada": false, "bob": true, "eve": false} {
		_, _, err := w.db.RecordLogin(t.Context(), w.signIn(name), func(f sso.SignInFacts) (sso.Verdict, error) {
			if f.Provisioned != want {
				t.Errorf("%s provisioned: %t", name, f.Provisioned)
			}
			return keep(f)
		})
		w.ok(err)
	}
	w.pilot()
	w.refused(w.signIn("eve"), "user_inactive")
}

// testPilotAfterStop: people whom a connection adopted before it stopped
// provisioning are adopted anew.
func testPilotAfterStop(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	a := w.provisionUser("ada")
	w.provisionGroup("pilot", w.provisionUser("bob").ID)
	account := w.accountOf(a).ID
	w.provision(func(cfg *sso.Config) { cfg.Provisioning = sso.ProvisionJIT })
	w.setActive(a, false)
	w.pilot("pilot")
	if got := w.userNow(account); got.Status != sso.UserActive || w.resource(a.ID).Adopted {
		t.Errorf("Ada is %s, adopted: %t", got.Status, w.resource(a.ID).Adopted)
	}
	w.pilot()
	if w.userNow(account).Status != sso.UserDeactivated {
		t.Error("Ada is not out")
	}
}
