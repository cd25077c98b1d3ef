package connections_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/store"
)

// prompt changes the prompt of the connection, which tells versions apart.
func (w *world) prompt(id sso.ConnectionID, text string) sso.Connection {
	w.Helper()
	c, _, err := w.Edit(w.Context(), by, w.ent, id, connections.Edit{
		OIDC: &connections.OIDCEdit{Prompt: &text},
	})
	w.ok(err)
	return c
}

// versions are those of draft, live and previous by their prompts, "-" for none.
func versions(c sso.Connection) [3]string {
	var all [3]string
	for i, cfg := range []*sso.Config{c.Draft, c.Live, c.Previous} {
		all[i] = "-"
		if cfg != nil {
			all[i] = cfg.OIDC.Prompt
		}
	}
	return all
}

func TestLifeOfAConnection(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	id, ctx := w.oidc(d).ID, t.Context()
	step := func(what string, call func() (sso.Connection, error), state sso.ConnectionState, want [3]string) {
		t.Helper()
		c, err := call()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if c.State != state || versions(c) != want {
			t.Errorf(
				"%s: %s %q, want %s %q", what, c.State, versions(c), state, want,
			)
		}
		w.same(c, w.load(id))
	}
	enable := func() (sso.Connection, error) {
		return w.Enable(ctx, by, w.ent, id, 0)
	}
	disable := func() (sso.Connection, error) {
		return w.Disable(ctx, by, w.ent, id, 0)
	}
	rollback := func() (sso.Connection, error) {
		return w.Rollback(ctx, by, w.ent, id, 0)
	}
	discard := func() (sso.Connection, error) {
		return w.DiscardDraft(ctx, by, w.ent, id, 0)
	}
	prompt := func(text string) func() (sso.Connection, error) {
		return func() (sso.Connection, error) { return w.prompt(id, text), nil }
	}
	const draft, on, off = sso.ConnectionDraft, sso.ConnectionEnabled, sso.ConnectionDisabled
	step("disable a draft", disable, draft, [3]string{"", "-", "-"})
	step("edit", prompt("login"), draft, [3]string{"login", "-", "-"})
	step("enable", enable, on, [3]string{"-", "login", "-"})
	step("enable again", enable, on, [3]string{"-", "login", "-"})
	step("edit again", prompt("consent"), on, [3]string{"consent", "login", "-"})
	step("discard", discard, on, [3]string{"-", "login", "-"})
	step("discard nothing", discard, on, [3]string{"-", "login", "-"})
	step("edit a third time", prompt("consent"), on, [3]string{
		"consent", "login", "-",
	})
	step("enable the second", enable, on, [3]string{"-", "consent", "login"})
	step("roll back", rollback, on, [3]string{"-", "login", "consent"})
	step("and forth", rollback, on, [3]string{"-", "consent", "login"})
	step("disable", disable, off, [3]string{"-", "consent", "login"})
	step("disable again", disable, off, [3]string{"-", "consent", "login"})
	step("enable without a draft", enable, on, [3]string{"-", "consent", "login"})
	step("roll back with a draft", prompt("select_account"), on, [3]string{
		"select_account", "consent", "login",
	})
	step("which stays", rollback, on, [3]string{
		"select_account", "login", "consent",
	})
	step("disable with a draft", disable, off, [3]string{
		"select_account", "login", "consent",
	})
	step("and enable it", enable, on, [3]string{"-", "select_account", "login"})
	w.same([]string{
		"connection.enabled", "connection.disabled", "connection.rolled_back",
		"connection.edited", "connection.enabled", "connection.disabled",
		"connection.rolled_back", "connection.rolled_back", "connection.enabled",
		"connection.edited", "connection.draft_discarded", "connection.edited",
		"connection.enabled", "connection.edited", "connection.created",
	}, w.actions(15))
}

// A version number is never given twice, or what was compiled from one version
// could be used for another.
func TestVersionsAreNeverReused(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	id, ctx := w.oidc(d).ID, t.Context()
	enable := func(prompt string) int {
		t.Helper()
		w.prompt(id, prompt)
		c, err := w.Enable(ctx, by, w.ent, id, 0)
		w.ok(err)
		return c.Live.Version
	}
	seen := map[int]bool{enable("login"): true, enable("consent"): true}
	_, err := w.Rollback(ctx, by, w.ent, id, 0)
	w.ok(err)
	seen[enable("select_account")] = true
	if len(seen) != 3 {
		t.Errorf("three versions have the numbers %v", seen)
	}
}

func TestNothingToReturnTo(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.oidc(d)
	_, err := w.Rollback(t.Context(), by, w.ent, c.ID, 0)
	w.fails(err, sso.Conflict, "nothing_to_roll_back")
	_, err = w.DiscardDraft(t.Context(), by, w.ent, c.ID, 0)
	w.fails(err, sso.Conflict, "never_enabled")
	_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	_, err = w.Rollback(t.Context(), by, w.ent, c.ID, 0)
	w.fails(err, sso.Conflict, "nothing_to_roll_back")
}

func TestEnableNeedsAllOfIt(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	for name, tt := range map[string]struct {
		protocol sso.Protocol
		edit     connections.Edit
		missing  []string
	}{
		"SAML, nothing": {
			sso.SAML,
			connections.Edit{},
			[]string{"saml.idp_entity_id", "saml.sso_url", "saml.certificates"},
		},
		"SAML, no certificate": {
			sso.SAML,
			connections.Edit{SAML: &connections.SAMLEdit{
				IDPEntityID: new("urn:idp"),
				SSOURL:      new("https://idp.test/sso"),
			}},
			[]string{"saml.certificates"},
		},
		"OIDC, nothing": {
			sso.OIDC,
			connections.Edit{},
			[]string{"oidc.issuer", "oidc.client_id", "oidc.client_secret"},
		},
		"OIDC, no secret": {
			sso.OIDC,
			connections.Edit{OIDC: &connections.OIDCEdit{
				Issuer:   new(d.URL),
				ClientID: new("c"),
			}},
			[]string{"oidc.client_secret"},
		},
	} {
		tt.edit.Name = &name
		c, _, err := w.Create(t.Context(), by, w.ent, tt.protocol, tt.edit)
		w.ok(err)
		_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
		w.fails(err, sso.Invalid, "connection_incomplete", tt.missing...)
		w.same(c, w.load(c.ID))
	}
	c, _, err := w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
		Name: new("jwt"),
		OIDC: &connections.OIDCEdit{
			Issuer:     new(d.URL),
			ClientID:   new("c"),
			AuthMethod: new(sso.PrivateKeyJWT),
		},
	})
	w.ok(err)
	if _, err = w.Enable(t.Context(), by, w.ent, c.ID, 0); err != nil {
		t.Errorf("private_key_jwt needs no secret: %v", err)
	}
}

// An incomplete draft does not stop what is live.
func TestIncompleteDraftLeavesWhatIsLive(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	_, _, err := w.Edit(
		t.Context(), by, w.ent, c.ID,
		connections.Edit{SAML: &connections.SAMLEdit{
			MetadataURL:  new(""),
			Certificates: []string{},
		}},
	)
	w.ok(err)
	_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.fails(err, sso.Invalid, "connection_incomplete", "saml.certificates")
	now := w.load(c.ID)
	w.same(c.Live, now.Live)
	if now.State != sso.ConnectionEnabled {
		t.Error(now.State)
	}
}

// What was known about an address says nothing about another one.
func TestStatusIsOfTheLiveAddress(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	if c.Metadata.CheckedAt.IsZero() {
		t.Error("the metadata was read, and no one knows when")
	}
	checked := c.Metadata
	c, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{MetadataURL: new(d.URL + "/new/metadata")},
	})
	w.ok(err)
	w.same(checked, c.Metadata)
	c, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	w.same(sso.MetadataStatus{}, c.Metadata)
}

// A version with SCIM is enabled, shown as a difference and rolled back to, like
// any other.
func TestSwitchToSCIM(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	ctx, live := t.Context(), w.live(d)
	web, err := w.db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: w.ent,
		Key:        "web",
		Name:       "Web",
	})
	w.ok(err)
	c, warnings, err := w.Edit(ctx, by, w.ent, live.ID, connections.Edit{
		Provisioning:  new(sso.ProvisionSCIM),
		Unprovisioned: new(sso.UnprovisionedRefuse),
		SCIM: &connections.SCIMEdit{
			Groups: new(true),
			CreateGroups: &connections.CreateGroupsEdit{
				Organizations: []string{"web", string(web.ID)},
				Filter:        new("^grp_"),
				Cap:           new(7),
			},
		},
	})
	w.ok(err)
	if len(warnings) != 0 {
		t.Errorf("warns of %+v", warnings)
	}
	var fields []string
	for _, difference := range connections.Differences(c.Live, c.Draft) {
		fields = append(fields, difference.Field)
	}
	w.same([]string{
		"provisioning", "unprovisioned", "scim.create_groups.organizations",
		"scim.create_groups.filter", "scim.create_groups.cap",
	}, fields)
	w.same([]sso.OrganizationID{web.ID}, c.Draft.SCIM.CreateGroups.Organizations)
	c, err = w.Enable(ctx, by, w.ent, live.ID, 0)
	w.ok(err)
	w.same(sso.ProvisionSCIM, c.Live.Provisioning)
	c, err = w.Rollback(ctx, by, w.ent, live.ID, 0)
	w.ok(err)
	w.same(sso.ProvisionJIT, c.Live.Provisioning)
	c, err = w.Rollback(ctx, by, w.ent, live.ID, 0)
	w.ok(err)
	w.same(sso.ProvisionSCIM, c.Live.Provisioning)
}

// What cannot be meant is refused with the field that says it.
func TestSCIMSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	piloting := func(users ...string) connections.Edit {
		return connections.Edit{SCIM: &connections.SCIMEdit{Pilot: &connections.PilotEdit{Users: users}}}
	}
	crowd := make([]string, sso.MaxPilotUsers+1)
	for i := range crowd {
		crowd[i] = fmt.Sprint("user", i)
	}
	create := func(e connections.CreateGroupsEdit) connections.Edit {
		return connections.Edit{SCIM: &connections.SCIMEdit{CreateGroups: &e}}
	}
	for field, e := range map[string]connections.Edit{
		"unprovisioned":                       {Unprovisioned: new(sso.Unprovisioned("sometimes"))},
		"provisioning":                        {Provisioning: new(sso.Provisioning("ldap"))},
		"scim.create_groups.filter":           create(connections.CreateGroupsEdit{Filter: new("(")}),
		"scim.create_groups.cap":              create(connections.CreateGroupsEdit{Cap: new(-1)}),
		"scim.pilot.users[1]":                 piloting("ada", "b\u0000b"),
		"scim.pilot.users[0]":                 piloting(strings.Repeat("a", 1025)),
		"scim.pilot.users":                    piloting(crowd...),
		"scim.create_groups.organizations[1]": create(connections.CreateGroupsEdit{Organizations: []string{}}),
	} {
		if field == "scim.create_groups.organizations[1]" {
			web, err := w.db.CreateOrganization(t.Context(), by, sso.Organization{
				Enterprise: w.ent,
				Key:        "web",
				Name:       "Web",
			})
			w.ok(err)
			e.SCIM.CreateGroups.Organizations = []string{string(web.ID), "app"}
		}
		_, _, err := w.Edit(t.Context(), by, w.ent, c.ID, e)
		w.fails(err, sso.Invalid, "invalid_configuration", field)
	}
}

// readStore calls after once it has read a connection.
type readStore struct {
	*store.DB
	after func()
}

func (s *readStore) Connection(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error) {
	c, err := s.DB.Connection(ctx, ent, id)
	s.after()
	return c, err
}

// stateChanges are the changes of state that take a revision.
func stateChanges(s *connections.Service) map[string]func(
	context.Context, sso.Actor, sso.EnterpriseID, sso.ConnectionID, int64,
) (sso.Connection, error) {
	return map[string]func(
		context.Context, sso.Actor, sso.EnterpriseID, sso.ConnectionID, int64,
	) (sso.Connection, error){
		"enable":        s.Enable,
		"disable":       s.Disable,
		"roll back":     s.Rollback,
		"discard draft": s.DiscardDraft,
	}
}

// everyVersion makes a connection that has a live, a previous and a draft version.
func (w *world) everyVersion(d *directory) sso.Connection {
	w.Helper()
	c := w.oidc(d)
	for _, prompt := range []string{"login", "consent"} {
		w.prompt(c.ID, prompt)
		_, err := w.Enable(w.Context(), by, w.ent, c.ID, 0)
		w.ok(err)
	}
	return w.prompt(c.ID, "select_account")
}

// TestStateChangeOfAnotherRevision tests that a change of state applies only to the
// revision that was looked at: an edit of a second admin before the change, or
// between its read and its transaction, makes it fail.
func TestStateChangeOfAnotherRevision(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	for name := range stateChanges(w.Service) {
		t.Run(name, func(t *testing.T) {
			looked := w.everyVersion(d)
			change := stateChanges(w.Service)[name]
			edited := w.prompt(looked.ID, "login consent")
			_, err := change(t.Context(), by, w.ent, looked.ID, looked.Revision)
			w.fails(err, sso.Stale, sso.CodeConnectionChanged)
			_, err = change(t.Context(), by, w.ent, looked.ID, -1)
			w.fails(err, sso.Stale, sso.CodeConnectionChanged)
			w.same(edited, w.load(looked.ID))

			// The second admin edits after the first read.
			var once sync.Once
			between := stateChanges(w.node(func(o *connections.Options) {
				o.Connections = &readStore{DB: w.db, after: func() {
					once.Do(func() { edited = w.prompt(looked.ID, "consent") })
				}}
			}))[name]
			_, err = between(t.Context(), by, w.ent, looked.ID, edited.Revision)
			w.fails(err, sso.Stale, sso.CodeConnectionChanged)
			w.same(edited, w.load(looked.ID))

			done, err := change(t.Context(), by, w.ent, looked.ID, edited.Revision)
			w.ok(err)
			if done.Revision == edited.Revision {
				t.Error("the change of the current revision did nothing")
			}
		})
	}
}

// TestStateChangesAtTheSameTime tests that of ten changes of one revision one
// succeeds.
func TestStateChangesAtTheSameTime(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	looked := w.everyVersion(d)
	var group sync.WaitGroup
	failures := make(chan error, 10)
	for range cap(failures) {
		group.Go(func() {
			_, err := w.Rollback(t.Context(), by, w.ent, looked.ID, looked.Revision)
			failures <- err
		})
	}
	group.Wait()
	close(failures)
	won := 0
	for err := range failures {
		if err == nil {
			won++
		} else {
			w.fails(err, sso.Stale, sso.CodeConnectionChanged)
		}
	}
	w.same("1 of 10", fmt.Sprintf("%d of 10", won))
}

// A pilot is a field of the draft; ending it makes nothing else live.
func TestPilot(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	ctx, live := t.Context(), w.live(d)
	pilot := func(groups, users []string) connections.Edit {
		return connections.Edit{SCIM: &connections.SCIMEdit{Pilot: &connections.PilotEdit{
			Groups: groups,
			Users:  users,
		}}}
	}
	_, warnings, err := w.Edit(ctx, by, w.ent, live.ID, pilot([]string{"grp_pilot"}, nil))
	w.ok(err)
	if len(warnings) != 1 || warnings[0].Field != "scim.pilot.groups" {
		t.Errorf("warns of %+v", warnings)
	}
	c, _, err := w.Edit(ctx, by, w.ent, live.ID, connections.Edit{Provisioning: new(sso.ProvisionSCIM)})
	w.ok(err)
	c, _, err = w.Edit(ctx, by, w.ent, live.ID, pilot(nil, []string{" ada ", "ada", "bob"}))
	w.ok(err)
	w.same(sso.Pilot{Groups: []string{"grp_pilot"}, Users: []string{"ada", "bob"}}, c.Draft.SCIM.Pilot)
	differences := connections.Differences(c.Live, c.Draft)
	w.same("scim.pilot.users", differences[len(differences)-1].Field)
	w.same([]string{"ada", "bob"}, differences[len(differences)-1].New)
	_, err = w.Enable(ctx, by, w.ent, live.ID, 0)
	w.ok(err)
	_, _, err = w.Edit(ctx, by, w.ent, live.ID, connections.Edit{AllowSignIn: new("false")})
	w.ok(err)
	c, err = w.EndPilot(ctx, by, w.ent, live.ID, 0)
	w.ok(err)
	w.same(sso.Pilot{}, c.Live.SCIM.Pilot)
	w.same(sso.Pilot{}, c.Draft.SCIM.Pilot)
	if c.Live.AllowSignIn != "" || c.Draft.AllowSignIn != "false" || c.Previous.SCIM.Pilot.IsZero() {
		t.Errorf("live is %+v, draft %+v", c.Live, c.Draft)
	}
	again, err := w.EndPilot(ctx, by, w.ent, live.ID, 0)
	w.ok(err)
	w.same(c.Revision, again.Revision)
	_, err = w.EndPilot(ctx, by, w.ent, live.ID, c.Revision-1)
	w.fails(err, sso.Stale, sso.CodeConnectionChanged)
}
