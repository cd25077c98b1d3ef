package storetest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/store"
)

func provisionEffectTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"an account is created and signed in to":        testProvisionedAccount,
		"users from sign-ins are adopted":               testProvisionedAdoption,
		"what was pushed waits until enabled":           testProvisionedWaiting,
		"a deactivated user is out":                     testProvisionedDeactivation,
		"a receipt says what ended":                     testProvisionedReceipt,
		"nodes confirm a receipt":                       testReceiptConfirmed,
		"a deleted user is not created again":           testProvisionedDeletion,
		"a name is given to another person":             testProvisionedNameReused,
		"an ended resource is given to another person":  testProvisionedResourceReused,
		"a user is renamed before the first sign-in":    testProvisionedRenamedBefore,
		"an externalId is a plain text":                 testProvisionedExternalID,
		"no account of another is taken over":           testProvisionedTakeover,
		"an address is verified by its domain":          testProvisionedVerified,
		"a known login is held":                         testProvisionedHeld,
		"members join and leave":                        testProvisionedJoinAndLeave,
		"another pushed group keeps its members":        testProvisionedElsewhere,
		"a created group is renamed":                    testProvisionedCreatedRename,
		"the brake holds a mass removal":                testProvisionedBrake,
		"the last admin is held":                        testProvisionedLastAdmin,
		"missing groups are created and undone":         testProvisionedCreation,
		"a renamed group keeps its members":             testProvisionedRename,
		"a rename that removes members, too":            testProvisionedRenameAndRemove,
		"a failure to apply is logged":                  testProvisionedApplyFails,
		"the identity provider owns the profile":        testProvisionedProfile,
		"applying goes on after a crash":                testProvisionedResumed,
		"a push and a sign-in make one account":         testProvisionedRace,
		"a deactivation and a sign-in at once":          testDeactivationRace,
		"a switch adopts three hundred from sign-ins":   testProvisionedSwitch,
		"an admin's deactivation outlasts the adoption": testProvisionedAdminDeactivated,
		"an admin keeps a user deactivated":             testProvisionedKeptOff,
		"an admin keeps a merged user deactivated":      testMergedKeptOff,
		"names and addresses are those of sign-ins":     testProvisionedNames,
		"a created group keeps to the filter":           testProvisionedRenameFiltered,
		"what was held follows from the answer":         testProvisionedAnswered,
		"a deactivated admin's setup links end":         testDeactivatedLinks,
		"two connections provision one user":            testProvisionedTwice,
		"an account without its subject stays away":     testProvisionedReleased,
		"nor does it come back by its login":            testProvisionedReleasedName,
		"a list is written as its difference":           testProvisionedRows,
		"ten thousand members in a request":             testProvisionedMany,
		"a connection that is full":                     testProvisionedFull,
		"those deactivated while effects waited":        testDeactivatedWhenEnabled,
		"a group that gets a pushed name":               testProvisionedNamedLater,
		"a verified address finds an account":           testMatchedByEmail,
		"addresses are matched when enabled":            testMatchedWhenEnabled,
		"an address that finds no account":              testNotMatchedByEmail,
		"an address of another finds no account":        testEmailOfAnother,
	}
}

// provisionEffects are the methods about what follows from pushes.
func (f foreign) provisionEffects() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"CreatedGroups": func() (int, error) {
			all, err := db.CreatedGroups(ctx, ent, f.w.conn.ID)
			return len(all), err
		},
		"UndoCreatedGroups": func() (int, error) {
			deleted, kept, err := db.UndoCreatedGroups(ctx, by, ent, f.w.conn.ID)
			return deleted + kept, err
		},
		"DeprovisionReceipts": func() (int, error) {
			all, err := db.DeprovisionReceipts(ctx, ent, "push-00000000000000000000000000")
			return len(all), err
		},
		"ProvisionedAmong": func() (int, error) {
			all, err := db.ProvisionedAmong(ctx, ent, f.w.conn.ID, []sso.UserID{f.user.ID, f.pushed.Account})
			return len(all), err
		},
		"OrganizationNamed": func() (int, error) {
			o, err := db.OrganizationNamed(ctx, ent, string(f.w.orgs["web"].ID))
			return count(o.ID != ""), err
		},
	}
}

func testProvisionedSwitch(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people = 300
	before := map[string]sso.UserID{}
	var all []sso.ResourceID
	for i := range people {
		name := fmt.Sprintf("user%d", i)
		u, _ := w.enter(name, "dev")
		before[name] = u.ID
	}
	for i := range people {
		all = append(all, w.provisionUser(fmt.Sprintf("user%d", i)).ID)
	}
	w.provisionGroup("dev", all...)
	w.previews(people)
	w.provision()
	for i, id := range all {
		name := fmt.Sprintf("user%d", i)
		account := w.accountOf(sso.ProvisionedUser{ID: id, UserName: name})
		if account.ID != before[name] || w.sessions(account.ID) != 1 {
			t.Errorf("%s: %+v, %d sessions", name, account, w.sessions(account.ID))
		}
	}
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"},
		w.memberships(before["user7"]),
	)
	users, _, err := w.db.Users(t.Context(), w.ent.ID, sso.UserFilter{Login: "user7@acme.test"}, sso.Page{})
	w.ok(err)
	if len(users) != 1 {
		t.Errorf("there are %d of user7", len(users))
	}
}

// previews asserts what the switch of people from sign-ins, all in dev, would come
// to.
func (w *world) previews(people int) {
	w.Helper()
	cfg := *w.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	p, err := w.db.PreviewProvisioning(w.Context(), w.ent.ID, w.conn.ID, cfg, sso.FindingQuery{})
	w.ok(err)
	byID := func(a, b sso.ProvisioningGroupPreview) int { return strings.Compare(string(a.Group), string(b.Group)) }
	slices.SortFunc(p.Groups, byID)
	want := sso.ProvisioningPreview{Adopted: people}
	for _, name := range []string{"web/dev", "app/dev"} {
		want.Groups = append(want.Groups, sso.ProvisioningGroupPreview{
			Group:        w.group[name].ID,
			Name:         "dev",
			Organization: w.group[name].Organization,
			Confirm:      people,
		})
	}
	slices.SortFunc(want.Groups, byID)
	w.same(want, p)
}

// testProvisionedPreview: new users, those of another account and a group that is
// not here are counted, and nothing is written.
func testProvisionedPreview(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	second := *w
	second.conn = w.connection("Second")
	second.enter("eve")
	ada, _ := w.enter("ada", "ops")
	a, b, c := w.provisionUser("ada"), w.provisionUser("bob"), w.provisionUser("eve")
	w.provisionGroup("ops", a.ID, b.ID, c.ID)
	w.provisionGroup("elsewhere")
	before := w.dump()
	cfg := *w.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	p, err := w.db.PreviewProvisioning(t.Context(), w.ent.ID, w.conn.ID, cfg, sso.FindingQuery{})
	w.ok(err)
	ops := w.group["app/ops"]
	w.same(sso.ProvisioningPreview{
		Adopted: 1,
		Created: 1,
		Held:    1,
		Groups: []sso.ProvisioningGroupPreview{{
			Group:        ops.ID,
			Name:         "ops",
			Organization: ops.Organization,
			Join:         1,
			Joining:      []sso.PreviewPerson{{Login: b.UserName}},
			Confirm:      1,
		}},
		UnmatchedGroups: []string{"elsewhere"},
	}, p)
	w.same(before, w.dump())
	w.provision()
	w.counts(ops.ID, 2)
	if w.accountOf(a).ID != ada.ID {
		t.Error("Ada was not adopted")
	}
	w.ok(w.db.ApplyProvisioned(t.Context())) // again: nothing changes
	w.counts(ops.ID, 2)
}

// testProvisionedResumed: a node that stops while it applies what was pushed leaves
// the rest to another.
func testProvisionedResumed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	g, all := w.crowd("ops", 3)
	slices.Sort(all)
	w.provision()
	ops := w.group["app/ops"].ID
	w.counts(ops, 3)
	raw := Raw(t, w.dsn)
	defer raw.Close() //nolint:errcheck // a connection of a test
	for _, statement := range []string{
		"delete from memberships",
		"insert into provisioned_pending (enterprise_id, connection_id, event_id, phase, after, asked_at) values ('" +
			string(w.ent.ID) + "', '" + string(w.conn.ID) + "', 'push-resumed', 'teams', '" + string(g.ID) + " " +
			string(all[0]) + "', 1)",
	} {
		_, err := raw.Exec(statement)
		w.ok(err)
	}
	w.ok(w.db.ApplyProvisioned(t.Context()))
	w.counts(ops, 2) // behind the first
	w.ok(w.db.ApplyProvisioned(t.Context()))
	w.counts(ops, 2)
}

// testProvisionedApplyFails: a connection whose pushes cannot be applied is enabled
// all the same; the failure is logged, and the background work goes on.
func testProvisionedApplyFails(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u := w.provisionUser("ada")
	log := &strings.Builder{}
	second, err := store.Open(t.Context(), store.Options{
		DSN:  w.dsn,
		Keys: w.keys,
		Now:  w.clock.Now,
		Log:  slog.New(slog.NewTextHandler(log, nil)),
	})
	w.ok(err)
	first := w.db
	w.db = second
	raw := Raw(t, w.dsn)
	defer raw.Close() //nolint:errcheck // a connection of a test
	exec := func(statement string) {
		t.Helper()
		_, err := raw.Exec(statement)
		w.ok(err)
	}
	exec("alter table provisioned_tombstones rename to away")
	w.provision()
	if got := log.String(); !strings.Contains(got, "not applied yet") || !strings.Contains(got, string(w.conn.ID)) ||
		!strings.Contains(got, "provisioned_tombstones") {
		t.Errorf("the log has %q", got)
	}
	exec("alter table away rename to provisioned_tombstones")
	w.ok(second.Close())
	w.db = first
	w.ok(w.db.ApplyProvisioned(t.Context()))
	if w.accountOf(u).Login != "ada@acme.test" {
		t.Error("the user has no account")
	}
}
