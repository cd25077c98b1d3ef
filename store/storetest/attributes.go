package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

func attributeTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"are defined":          testAttributes,
		"follow sign-ins":      testUserAttributes,
		"cleared by hand":      testClearedAttribute,
		"reach principals":     testPrincipalAttributes,
		"are merged":           testMergedAttributes,
		"are decided by":       testAttributeFacts,
		"of another sign-in":   testAttributesOfConnections,
		"of removed ones end":  testRemovedAttributes,
		"cost no round trip":   testAttributesCost,
		"are pushed":           testPushedAttributes,
		"a pushed value stays": testPushedAttributeStays,
	}
}

// attributesOf are those that the suite defines.
func attributesOf() []sso.Attribute {
	return []sso.Attribute{
		{
			Name:  "badge",
			Label: "Badge number",
			Type:  sso.AttributeNumber,
		},
		{
			Name:  "department",
			Label: "Department",
			Type:  sso.AttributeText,
		},
		{
			Name:  "teams",
			Label: "Teams, \"own\" ones",
			Type:  sso.AttributeList,
		},
	}
}

// define chooses the attributes of the enterprise.
func (w *world) define(all ...sso.Attribute) sso.Attributes {
	w.Helper()
	set, err := w.db.UpdateAttributes(w.Context(), by, w.ent.ID, func(a sso.Attributes) (sso.Attributes, error) {
		a.List = all
		return a, nil
	})
	w.ok(err)
	return set
}

func text(name, value string) sso.AttributeValue {
	return sso.AttributeValue{
		Name:  name,
		Type:  sso.AttributeText,
		Value: value,
	}
}

// sends makes a sign-in send attributes, as by the mapping of the connection.
func (w *world) sends(s sso.SignIn, values ...sso.AttributeValue) sso.SignIn {
	w.Helper()
	c, err := w.db.Connection(w.Context(), w.ent.ID, s.Identity.Connection)
	w.ok(err)
	s.Attributes, s.Identity.Attributes = c.Attributes, values
	return s
}

// has asserts the attributes of a user, as "name=value".
func (w *world) has(user sso.UserID, want ...string) []sso.UserAttribute {
	w.Helper()
	all, err := w.db.UserAttributes(w.Context(), w.ent.ID, user)
	w.ok(err)
	var texts []string
	for _, a := range all {
		texts = append(texts, a.Name+"="+a.Text())
	}
	w.same(want, texts)
	among, err := w.db.AttributesAmong(w.Context(), w.ent.ID, []sso.UserID{user, "user-unknown"})
	w.ok(err)
	w.same(all, among[user])
	return all
}

func testAttributes(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	none, err := w.db.Attributes(ctx, w.ent.ID)
	w.ok(err)
	w.same(sso.Attributes{Revision: 1}, none)
	_, err = w.db.Attributes(ctx, "ent-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
	all := attributesOf()
	set := w.define(all[2], all[0], all[1])
	w.same(sso.Attributes{List: all, Revision: 2}, set) // by name
	w.same([]string{"attributes.updated"}, w.actions(1))
	before := w.chainHolds()
	w.same(set, w.define(all...))
	w.same(before, w.chainHolds())
	all[0].Label = "Badge"
	w.same(int64(3), w.define(all...).Revision)
	read, err := w.db.Attributes(ctx, w.ent.ID)
	w.ok(err)
	w.same(sso.Attributes{List: all, Revision: 3}, read)
	conns, err := w.db.Connections(ctx, w.ent.ID)
	w.ok(err)
	w.same(all, conns[0].Attributes)
	c, err := w.db.ConnectionByID(ctx, w.conn.ID)
	w.ok(err)
	w.same(all, c.Attributes)
}

// testClearedAttribute: an admin clears a value. The next sign-in that sends it sets it
// again, and one that does not leaves it cleared.
func testClearedAttribute(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.define(attributesOf()...)
	s := w.signIn("alice")
	alice, _ := w.record(w.sends(s, text("department", "Sales"), text("badge", "17")))
	had := w.has(alice.ID, "department=Sales")
	p, err := w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	w.same(1, len(p.Attributes.List()))
	w.ok(w.db.ClearAttribute(ctx, by, w.ent.ID, alice.ID, had[0].Name))
	w.has(alice.ID)
	w.same(2, w.audited("user.attributes_updated"))
	p, err = w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	w.same(0, len(p.Attributes.List()))
	w.ok(w.db.ClearAttribute(ctx, by, w.ent.ID, alice.ID, had[0].Name)) // nothing changes
	w.same(2, w.audited("user.attributes_updated"))
	w.fails(w.db.ClearAttribute(ctx, by, w.ent.ID, alice.ID, "unknown"), sso.NotFoundKind, "not_found")
	w.fails(w.db.ClearAttribute(ctx, by, w.ent.ID, "user-unknown", had[0].Name), sso.NotFoundKind, "not_found")
	w.record(w.sends(w.signIn("alice")))
	w.has(alice.ID)
	w.record(w.sends(w.signIn("alice"), text("department", "Sales")))
	w.has(alice.ID, "department=Sales")
}

// testUserAttributes: a sign-in writes what changed. What was not sent stays.
func testUserAttributes(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.define(attributesOf()...)
	teams := sso.AttributeValue{
		Name:  "teams",
		Type:  sso.AttributeList,
		Value: "blue\ngreen, \"both\"",
	}
	alice, _ := w.record(w.sends(w.signIn("alice"), text("department", "R&D, \"x\""), teams, text("badge", "17")))
	// A number that was read as a text when the attribute was one: the type is another.
	all := w.has(alice.ID, `department=R&D, "x"`, `teams=blue, green, "both"`)
	w.same(w.conn.ID, all[0].Connection)
	w.same(false, all[0].Pushed)
	w.same(w.clock.Now(), all[0].ChangedAt)
	w.same(1, w.audited("user.attributes_updated"))
	w.clock.Move(time.Hour)
	w.record(w.sends(w.signIn("alice"), text("department", "R&D, \"x\"")))
	w.record(w.sends(w.signIn("alice")))
	w.record(w.signIn("alice"))
	w.same(all, w.has(alice.ID, `department=R&D, "x"`, `teams=blue, green, "both"`))
	w.same(1, w.audited("user.attributes_updated"))
	teams.Value = ""
	w.record(w.sends(w.signIn("alice"), text("department", "Sales"), teams))
	all = w.has(alice.ID, "department=Sales")
	w.same(w.clock.Now(), all[0].ChangedAt)
	w.attributesApart(alice.ID)
}

// attributesApart asserts that the attributes of another user change nothing of the
// user's, and are counted beside them.
func (w *world) attributesApart(alice sso.UserID) {
	w.Helper()
	bob, _ := w.record(w.sends(w.signIn("bob"), text("department", "Bob's")))
	w.has(bob.ID, "department=Bob's")
	w.has(alice, "department=Sales")
	_, err := w.db.UserAttributes(w.Context(), w.ent.ID, "user-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
	counts, err := w.db.AttributeCounts(w.Context(), w.ent.ID)
	w.ok(err)
	w.same(map[string]int{"department": 2}, counts)
}

// audited counts the audit events of an action.
func (w *world) audited(action string) int {
	w.Helper()
	n := 0
	for _, a := range w.actions(200) {
		if a == action {
			n++
		}
	}
	return n
}

// testPrincipalAttributes: a session and a token have the attributes of their user, and
// every node reads them again after a change.
func testPrincipalAttributes(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.define(attributesOf()...)
	s := w.sends(w.signIn("alice"), text("department", "Sales"))
	alice, _ := w.record(s)
	want := sso.JoinAttributes([]sso.AttributeValue{text("department", "Sales")})
	p, err := w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	w.same(want, p.Attributes)
	k := w.personalToken(alice, "x")
	p, err = w.db.TokenPrincipal(ctx, k.Hash)
	w.ok(err)
	w.same(want, p.Attributes)
	signIn := func(department string) func() error {
		return func() error {
			w.record(w.sends(w.signIn("alice"), text("department", department)))
			return nil
		}
	}
	w.revokes(false, signIn("Sales"))
	w.revokes(true, signIn("R&D"))
	p, err = w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	w.same(sso.JoinAttributes([]sso.AttributeValue{text("department", "R&D")}), p.Attributes)
	w.revokes(true, func() error {
		w.define()
		return nil
	})
	p, err = w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	w.same(sso.AttributeTexts(""), p.Attributes)
}

// testMergedAttributes: the one kept has what it lacks, and undoing takes that back.
func testMergedAttributes(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.define(attributesOf()...)
	badge := sso.AttributeValue{
		Name:  "badge",
		Type:  sso.AttributeNumber,
		Value: "17",
	}
	from, _ := w.record(w.sends(w.signIn("alice"), text("department", "Sales"), badge))
	into, _ := w.record(w.sends(w.signIn("alice.b"), text("department", "R&D")))
	m, err := w.db.MergeUsers(ctx, by, w.ent.ID, from.ID, into.ID)
	w.ok(err)
	w.same([]string{"badge"}, m.Moved.Attributes)
	w.has(into.ID, "badge=17", "department=R&D")
	_, err = w.db.UndoMerge(ctx, by, w.ent.ID, m.ID)
	w.ok(err)
	w.has(into.ID, "department=R&D")
	w.has(from.ID, "badge=17", "department=Sales")
	m, err = w.db.MergeUsers(ctx, by, w.ent.ID, from.ID, into.ID)
	w.ok(err)
	badge.Value = "18"
	w.clock.Move(time.Minute)
	w.record(w.sends(w.signIn("alice.b"), badge))
	_, err = w.db.UndoMerge(ctx, by, w.ent.ID, m.ID)
	w.ok(err)
	w.has(into.ID, "badge=18", "department=R&D") // the identity provider says so by now
}

// testAttributeFacts: a sign-in is decided by what is known, and so is what is read
// beforehand.
func testAttributeFacts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.define(attributesOf()...)
	alice, _ := w.record(w.sends(w.signIn("alice"), text("department", "Sales")))
	s := w.sends(w.signIn("alice"), text("department", "R&D"))
	facts, err := w.db.SignInFacts(t.Context(), w.ent.ID, s.Identity, sso.Brake{}, nil)
	w.ok(err)
	w.same([]sso.UserAttribute{{
		AttributeValue: text("department", "Sales"),
		Connection:     w.conn.ID,
		ChangedAt:      w.clock.Now(),
	}}, facts.Attributes)
	var told []sso.UserAttribute
	_, _, err = w.db.RecordLogin(t.Context(), s, func(f sso.SignInFacts) (sso.Verdict, error) {
		told = f.Attributes
		return sso.Verdict{}, &sso.Error{
			Kind: sso.Forbidden,
			Code: "sign_in_denied",
		}
	})
	w.fails(err, sso.Forbidden, "sign_in_denied")
	w.same(facts.Attributes, told)
	w.has(alice.ID, "department=Sales") // the sign-in was refused
}

// testAttributesOfConnections: the latest sign-in counts, over whichever connection, and
// deleting a connection forgets no value.
func testAttributesOfConnections(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.define(attributesOf()...)
	alice, _ := w.record(w.sends(w.signIn("alice"), text("department", "Sales")))
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, w.conn.ID, nil))
	w.same(w.conn.ID, w.has(alice.ID, "department=Sales")[0].Connection)
}

// testRemovedAttributes: the values of a removed attribute go, and a sign-in that read it
// before writes nothing of it.
func testRemovedAttributes(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	all := attributesOf()
	w.define(all...)
	alice, _ := w.record(w.sends(w.signIn("alice"), text("department", "Sales")))
	late := w.sends(w.signIn("alice"), text("department", "R&D"))
	w.define(all[0])
	w.has(alice.ID)
	w.record(late)
	w.has(alice.ID)
	w.define(all...)
	w.has(alice.ID)
}

// testAttributesCost: a sign-in in an enterprise with attributes sends one statement
// more, in the same round trips.
func testAttributesCost(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.record(w.signIn("alice"))
	statements, trips := w.costs(func() { w.record(w.signIn("alice")) })
	w.define(attributesOf()...)
	values := []sso.AttributeValue{text("department", "Sales")}
	s := w.sends(w.signIn("alice"), values...)
	w.record(s)
	more, moreTrips := w.costs(func() {
		again := w.signIn("alice")
		again.Attributes, again.Identity.Attributes = s.Attributes, values
		w.record(again)
	})
	if more > statements+1 || moreTrips > trips {
		t.Errorf("%d statements in %d round trips; without attributes %d in %d", more, moreTrips, statements, trips)
	}
}

func (f foreign) attributes() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"Attributes": func() (int, error) {
			all, err := db.Attributes(ctx, "ent-unknown")
			return len(all.List), err
		},
		"UpdateAttributes": func() (int, error) {
			_, err := db.UpdateAttributes(ctx, by, "ent-unknown", func(a sso.Attributes) (sso.Attributes, error) {
				a.List = attributesOf()
				return a, nil
			})
			return 0, err
		},
		"AttributeCounts": func() (int, error) {
			counts, err := db.AttributeCounts(ctx, ent)
			return len(counts), err
		},
		"UserAttributes": func() (int, error) {
			all, err := db.UserAttributes(ctx, ent, f.user.ID)
			return len(all), err
		},
		"ClearAttribute": func() (int, error) {
			return 0, db.ClearAttribute(ctx, by, ent, f.user.ID, "department")
		},
		"AttributesAmong": func() (int, error) {
			all, err := db.AttributesAmong(ctx, ent, []sso.UserID{f.user.ID})
			return len(all), err
		},
	}
}

const schemaOfEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// pushDocument pushes another document of a user.
func (w *world) pushDocument(user sso.ProvisionedUser, document string) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedUser(
		w.Context(), w.scimPush(), user.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Document = []byte(document)
			return u, nil
		},
	)
	w.ok(err)
}

// testPushedAttributes: a push changes the attributes that the mapping finds in its
// document, sign-ins leave those alone, and a value that is pushed no more goes.
func testPushedAttributes(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.define(attributesOf()...)
	w.provision(func(cfg *sso.Config) {
		cfg.Mapping.Attributes = map[string][]string{
			"badge":      {"dept", schemaOfEnterprise + ":employeeNumber"},
			"department": {"title", schemaOfEnterprise + ":department"},
			"teams":      {"roles"},
		}
	})
	u := w.provisionUser("alice")
	alice := w.accountOf(u)
	w.has(alice.ID)
	push := func(document string) {
		t.Helper()
		w.pushDocument(u, `{"userName":"alice@acme.test",`+document+`}`)
	}
	push(`"roles":[{"value":"green","primary":true},{"value":"blue"}],
		"` + schemaOfEnterprise + `":{"department":"Sales","employeeNumber":"17"}`)
	all := w.has(alice.ID, "badge=17", "department=Sales", "teams=blue, green")
	for _, a := range all {
		w.same([]any{true, w.conn.ID}, []any{a.Pushed, a.Connection})
	}
	w.record(w.sends(w.signIn("alice"), text("department", "R&D")))
	w.same(all, w.has(alice.ID, "badge=17", "department=Sales", "teams=blue, green"))
	w.revokes(true, func() error {
		push(`"` + schemaOfEnterprise + `":{"department":"Legal","employeeNumber":"x-17"}`)
		return nil
	})
	w.has(alice.ID, "badge=17", "department=Legal") // the number is none, and the roles are gone
	w.revokes(false, func() error {
		push(`"nickName":"al","` + schemaOfEnterprise + `":{"department":"Legal","employeeNumber":"x-17"}`)
		return nil
	})
	w.ok(w.db.DeleteConnection(t.Context(), by, w.ent.ID, w.conn.ID, nil))
	w.same(false, w.has(alice.ID, "badge=17", "department=Legal")[1].Pushed)
}

// testPushedAttributeStays: a value that is pushed is not cleared by hand, because a sign-in
// could set another, until no push owns it any more.
func testPushedAttributeStays(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.define(attributesOf()...)
	w.provision(func(cfg *sso.Config) {
		cfg.Mapping.Attributes = map[string][]string{"department": {"title"}}
	})
	u := w.provisionUser("alice")
	alice := w.accountOf(u).ID
	w.pushDocument(u, `{"userName":"alice@acme.test","title":"Sales"}`)
	empty := func() error { return w.db.ClearAttribute(t.Context(), by, w.ent.ID, alice, "department") }
	w.fails(empty(), sso.Conflict, "provisioned_by_scim")
	w.record(w.sends(w.signIn("alice"), text("department", "R&D")))
	w.has(alice, "department=Sales")
	w.ok(w.db.DeleteConnection(t.Context(), by, w.ent.ID, w.conn.ID, nil))
	w.ok(empty())
	w.has(alice)
}
