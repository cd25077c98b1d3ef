package storetest

import (
	"errors"
	"fmt"
	"math/rand" // the same draws with the same seed
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

func previewTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"a preview says what enabling does":   testProvisionedPreview,
		"what a preview says is what happens": testPreviewHolds,
		"records that do not meet":            testFindings,
		"a link makes records meet":           testLinked,
		"the way back":                        testPreviewSignIns,
		"a preview names people":              testPreviewNames,
		"pushed names are found":              testFindPushed,
	}
}

// provisionPreviews are the methods about previews and the checklist.
func (f foreign) provisionPreviews() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"PreviewProvisioning": func() (int, error) {
			p, err := db.PreviewProvisioning(ctx, ent, f.w.conn.ID, sso.Config{}, sso.FindingQuery{})
			return p.Adopted + p.Created + p.Held, err
		},
		"PreviewSignIns": func() (int, error) {
			p, err := db.PreviewSignIns(ctx, ent, f.w.conn.ID, sso.Config{})
			return len(p.Groups), err
		},
		"LinkProvisioned": func() (int, error) {
			return 0, db.LinkProvisioned(ctx, by, ent, f.w.conn.ID, sso.ResourceID(f.pushed.ID), f.user.ID)
		},
		"FindPushed": func() (int, error) {
			found, err := db.FindPushed(ctx, ent, f.w.conn.ID, "", 10)
			return len(found.Users) + len(found.Groups), err
		},
		"ProvisioningChecklist": func() (int, error) {
			c, err := db.ProvisioningChecklist(ctx, ent, f.w.conn.ID, sso.Pilot{})
			return c.Pushed + count(!c.Items[0].FirstAt.IsZero()), err
		},
	}
}

// testPreviewHolds compares previews of random companies with what enabling does.
func testPreviewHolds(t *testing.T, fresh fresh) {
	for seed := range int64(12) {
		c := randomCompany{
			world:  newWorld(t, fresh),
			random: rand.New(rand.NewSource(seed)), //nolint:gosec // repeatable
		}
		c.signInSome()
		c.pushSome()
		cfg := c.configuration()
		p, err := c.db.PreviewProvisioning(t.Context(), c.ent.ID, c.conn.ID, cfg, sso.FindingQuery{Limit: 9})
		c.ok(err)
		before := c.snapshot()
		c.provision(func(live *sso.Config) { *live = cfg })
		c.named(&p)
		p.Findings, p.UnmatchedGroups, p.LookAlikes = nil, nil, 0
		p.Groups = slices.DeleteFunc(p.Groups, func(g sso.ProvisioningGroupPreview) bool {
			return g.Join+g.Confirm+g.Extra+g.Leave == 0
		})
		for i := range p.Groups {
			p.Groups[i].Group = ""
		}
		slices.SortFunc(p.Groups, compareGroups)
		c.same(c.changed(before, c.snapshot(), cfg), p)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func compareGroups(a, b sso.ProvisioningGroupPreview) int {
	return strings.Compare(string(a.Organization)+a.Name, string(b.Organization)+b.Name)
}

// randomCompany is a company of which each fact is drawn.
type randomCompany struct {
	*world
	random *rand.Rand
	people []sso.User
	pushes []sso.ResourceID
}

func (c *randomCompany) chance(percent int) bool { return c.random.Intn(100) < percent }

// some returns some of a list.
func some[T any](c *randomCompany, all []T, percent int) (few []T) {
	for _, x := range all {
		if c.chance(percent) {
			few = append(few, x)
		}
	}
	return few
}

const companySize = 14

func (c *randomCompany) signInSome() {
	c.Helper()
	second := *c.world
	second.conn = c.connection("Second")
	for i := range companySize {
		name := fmt.Sprint("user", i)
		switch {
		case c.chance(60):
			u, _ := c.enter(name, some(c, []string{"dev", "ops"}, 60)...)
			c.people = append(c.people, u)
		case c.chance(30):
			second.enter(name, "dev")
		}
	}
}

func (c *randomCompany) pushSome() {
	c.Helper()
	for i := range companySize {
		if c.chance(80) {
			c.push1(i)
		}
	}
	for _, name := range some(c, []string{"dev", "ops", "grp_new", "nowhere", "pilot"}, 80) {
		c.provisionGroup(name, some(c, c.pushes, 60)...)
	}
	for _, u := range some(c, c.people, 15) {
		_, err := c.db.ProvisionedUser(c.Context(), c.ent.ID, c.conn.ID, sso.ResourceID(u.ID)) // finds them
		if err == nil {
			err = c.db.DeleteProvisionedUser(c.Context(), c.scimPush(), sso.ResourceID(u.ID))
		}
		if sso.KindOf(err) != sso.NotFoundKind {
			c.ok(err)
		}
		c.pushes = slices.DeleteFunc(c.pushes, func(id sso.ResourceID) bool { return id == sso.ResourceID(u.ID) })
	}
}

// push1 pushes a user, perhaps with names that sign-ins do not assert.
func (c *randomCompany) push1(i int) {
	c.Helper()
	name := fmt.Sprint("user", i)
	u := pushed(name)
	switch c.random.Intn(8) {
	case 0:
		u.UserName = strings.ToUpper(u.UserName)
	case 1:
		u.UserName, u.ExternalID = fmt.Sprintf("alias%d@acme.test", i), name
	case 2:
		u.UserName, u.ExternalID = fmt.Sprintf("user%d@acme.test", i+1), name
	case 3:
		u.Active = false
	case 4, 5: // another name for SCIM, and the same login
		u.UserName = fmt.Sprintf("us\u0435r%d@acme.test", i+1)
	}
	got, err := c.db.CreateProvisionedUser(c.Context(), c.scimPush(), u)
	if exists, is := errors.AsType[*sso.ResourceExistsError](err); is {
		if exists.Origin != sso.OriginFound {
			return
		}
		_, got, err = c.db.ChangeProvisionedUser(
			c.Context(), c.scimPush(), exists.ID, func(sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil },
		)
	}
	c.ok(err)
	c.pushes = append(c.pushes, got.ID)
}

func (c *randomCompany) configuration() sso.Config {
	cfg := *c.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	if c.chance(50) {
		cfg.SCIM.CreateGroups.Organizations = []sso.OrganizationID{c.orgs["web"].ID, c.orgs["app"].ID}
		cfg.SCIM.CreateGroups.Filter = "^grp_"
	}
	if c.chance(40) {
		cfg.SCIM.Pilot = sso.Pilot{
			Groups: []string{"Pilot"},
			Users:  []string{"user3@acme.test", "ext-user5"},
		}
	}
	return cfg
}

// companySnapshot is who is there and who is in which group.
type companySnapshot struct {
	users   map[sso.UserID]sso.User
	members map[string]map[sso.UserID]sso.MembershipSource // by organization and name
	groups  map[string]sso.ProvisioningGroupPreview
}

func (c *randomCompany) snapshot() companySnapshot {
	c.Helper()
	s := companySnapshot{
		users:   map[sso.UserID]sso.User{},
		members: map[string]map[sso.UserID]sso.MembershipSource{},
		groups:  map[string]sso.ProvisioningGroupPreview{},
	}
	users, _, err := c.db.Users(c.Context(), c.ent.ID, sso.UserFilter{}, sso.Page{Limit: 200})
	c.ok(err)
	for _, u := range users {
		s.users[u.ID] = u
		all, err := c.db.UserMemberships(c.Context(), c.ent.ID, u.ID)
		c.ok(err)
		for _, m := range all {
			if m.Group.Default {
				continue
			}
			key := string(m.Organization.ID) + m.Group.Name
			s.groups[key] = sso.ProvisioningGroupPreview{
				Name:         m.Group.Name,
				Organization: m.Organization.ID,
			}
			if s.members[key] == nil {
				s.members[key] = map[sso.UserID]sso.MembershipSource{}
			}
			s.members[key][u.ID] = m.Membership.Source
		}
	}
	return s
}

// changed returns what a preview should have said.
func (c *randomCompany) changed(before, after companySnapshot, cfg sso.Config) (p sso.ProvisioningPreview) {
	c.Helper()
	owned := map[sso.UserID]bool{}
	for _, id := range c.pushes {
		u := c.resource(id)
		was, known := before.users[u.Account]
		switch {
		case !u.Adopted && !cfg.SCIM.Pilot.IsZero() && !c.inPilot(u):
			p.Waiting++
		case !u.Adopted:
			p.Held++
		case !known:
			p.Created++
		default:
			p.Adopted++
			if !sameLogin(was.Login, after.users[u.Account].Login) {
				p.OtherLogins++
			}
		}
		owned[u.Account] = u.Adopted
	}
	for id, was := range before.users {
		now := after.users[id].Status
		if was.Status == sso.UserActive && now == sso.UserDeactivated {
			p.Deactivated++
		}
		if cfg.SCIM.Pilot.IsZero() && c.signedIn(id) && now == sso.UserActive && !owned[id] {
			p.Unknown++
		}
	}
	c.changedGroups(before, after, owned, cfg, &p)
	return p
}

// sameLogin reports whether two of the drawn logins count as one.
func sameLogin(a, b string) bool {
	plain := func(login string) string { return strings.ReplaceAll(login, "\u0435", "e") }
	return strings.EqualFold(plain(a), plain(b))
}

func (c *randomCompany) signedIn(id sso.UserID) bool {
	return slices.ContainsFunc(c.people, func(u sso.User) bool { return u.ID == id })
}

func (c *randomCompany) inPilot(u sso.ProvisionedUser) bool {
	if strings.EqualFold(u.UserName, "user3@acme.test") || u.ExternalID == "ext-user5" {
		return true
	}
	groups, err := c.db.ProvisionedUserGroups(c.Context(), c.ent.ID, c.conn.ID, u.ID)
	c.ok(err)
	return slices.ContainsFunc(groups[u.ID], func(g sso.ProvisionedMember) bool { return g.Name == "pilot" })
}

func (c *randomCompany) changedGroups(
	before, after companySnapshot, owned map[sso.UserID]bool, cfg sso.Config, p *sso.ProvisioningPreview,
) {
	groups := map[string]sso.ProvisioningGroupPreview{}
	for key, g := range before.groups {
		groups[key] = g
	}
	for key, g := range after.groups {
		groups[key] = g
	}
	for key, g := range groups {
		for user, is := range after.members[key] {
			ours := c.signedIn(user) && (cfg.SCIM.Pilot.IsZero() || owned[user])
			countMember(&g, before.members[key][user], is, ours)
		}
		p.Extra += g.Extra
		for user := range before.members[key] {
			if after.members[key][user] == "" {
				g.Leave++
			}
		}
		if g.Join+g.Confirm+g.Extra+g.Leave > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	slices.SortFunc(p.Groups, compareGroups)
}

func countMember(g *sso.ProvisioningGroupPreview, was, is sso.MembershipSource, ours bool) {
	switch {
	case was == "" && is == sso.SourceSCIM:
		g.Join++
	case was == sso.SourceJIT && is == sso.SourceSCIM:
		g.Confirm++
	case is == sso.SourceJIT && ours:
		g.Extra++
	}
}

func testFindings(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	second := *w
	second.conn = w.connection("Second")
	eve, _ := second.enter("eve")
	ada, _ := w.enter("ada", "dev")
	kim, _ := w.enter("kim")
	tim, _ := w.enter("tim")
	a, e := w.provisionUser("ada"), w.provisionUser("eve")
	renamed := pushed("ada")
	renamed.UserName = "lovelace@acme.test"
	w.changeUser(a.ID, renamed)
	like := pushed("kim")
	like.UserName = "kim@elsewhere.test"
	l, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), like)
	w.ok(err)
	g := w.provisionGroup("OPS")
	p := w.findings(sso.FindingQuery{Limit: 9})
	w.same([]sso.ProvisioningFinding{
		{Kind: sso.FindingHeld, Resource: e.ID, Name: "eve@acme.test", User: eve.ID, Login: "eve@acme.test"},
		{
			Kind: sso.FindingLookAlike, Resource: l.ID, Name: "kim@elsewhere.test", User: kim.ID,
			Login: "kim@acme.test",
		},
		{
			Kind: sso.FindingOtherLogin, Resource: a.ID, Name: "lovelace@acme.test", User: ada.ID,
			Login: "ada@acme.test",
		},
		{Kind: sso.FindingGroupName, Resource: g.ID, Name: "OPS", Group: w.group["app/ops"].ID, Known: "ops"},
		{Kind: sso.FindingUnknown, User: tim.ID, Login: "tim@acme.test"},
	}, p.Findings)
	p = w.findings(sso.FindingQuery{
		Kind:  sso.FindingUnknown,
		After: string(tim.ID),
		Limit: 9,
	})
	if len(p.Findings) != 0 || p.Unknown != 2 || p.LookAlikes != 1 {
		t.Errorf("after the last: %+v", p)
	}
}

// findings returns the preview of the switch to SCIM.
func (w *world) findings(q sso.FindingQuery) sso.ProvisioningPreview {
	w.Helper()
	cfg := *w.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	p, err := w.db.PreviewProvisioning(w.Context(), w.ent.ID, w.conn.ID, cfg, q)
	w.ok(err)
	return p
}

func (w *world) changeUser(id sso.ResourceID, u sso.ProvisionedUser) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedUser(
		w.Context(), w.scimPush(), id, func(sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil },
	)
	w.ok(err)
}

func testLinked(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	kim, _ := w.enter("kim")
	ada, _ := w.enter("ada")
	taken := w.provisionUser("ada")
	like := pushed("kim")
	like.UserName = "kim@elsewhere.test"
	l, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), like)
	w.ok(err)
	link := func(user sso.UserID) string {
		return sso.CodeOf(w.db.LinkProvisioned(t.Context(), by, w.ent.ID, w.conn.ID, l.ID, user))
	}
	if code := link(ada.ID); code != "account_pushed" {
		t.Errorf("linked with the account of %s: %q", taken.UserName, code)
	}
	if code := link("user-00000000000000000000000000"); code != "not_found" {
		t.Errorf("linked with nobody: %q", code)
	}
	if code := link(kim.ID); code != "" {
		t.Fatal(code)
	}
	w.provision()
	if w.accountOf(l).ID != kim.ID || w.sessions(kim.ID) != 1 {
		t.Errorf("%s is not %s", w.accountOf(l).ID, kim.ID)
	}
	if code := link(kim.ID); code != "resource_adopted" {
		t.Errorf("linked again: %q", code)
	}
	w.chainHolds()
}

// testPreviewSignIns: nothing changes when provisioning stops, and what the preview
// says when people sign in as before.
func testPreviewSignIns(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev", "ops")
	bob, _ := w.enter("bob")
	a, b := w.provisionUser("ada"), w.provisionUser("bob")
	w.provision()
	dev := w.provisionGroup("dev", a.ID, b.ID)
	ops := w.provisionGroup("ops", a.ID)
	w.pushMembers(ops.ID, sso.MemberChange{Remove: []sso.ResourceID{a.ID}})
	w.pushMembers(dev.ID, sso.MemberChange{Add: []sso.ResourceID{b.ID}})
	cfg := *w.conn.Live
	cfg.GroupSync.Mode = sso.SyncReset
	p, err := w.db.PreviewSignIns(t.Context(), w.ent.ID, w.conn.ID, cfg)
	w.ok(err)
	got := map[string]string{}
	for _, g := range p.Groups {
		for key, group := range w.group {
			if group.ID == g.Group {
				got[key] = fmt.Sprint(g.Join, g.Leave)
			}
		}
	}
	w.same(map[string]string{"app/ops": "1 0", "app/dev": "0 1", "web/dev": "0 1"}, got)
	before := w.memberships(bob.ID)
	w.provision(func(c *sso.Config) { c.Provisioning = sso.ProvisionJIT })
	w.same(before, w.memberships(bob.ID))
	w.enter("ada", "dev", "ops")
	w.enter("bob")
	w.in(ada.ID, "app/Members=default", "app/dev=scim", "app/ops=jit", "web/Members=default", "web/dev=scim")
	w.in(bob.ID)
}
