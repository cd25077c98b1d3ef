package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gatehouse/sso"
	"gatehouse/store"
)

// by is who makes what tests make.
const by = sso.ActorOperator

// newClock returns the clock of tests of this package.
func newClock() *Clock { return NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)) }

// world is one enterprise with two organizations, groups, and a connection.
type world struct {
	*testing.T
	dsn   string
	keys  store.Keyring
	db    *store.DB
	clock *Clock
	ent   sso.Enterprise
	orgs  map[string]sso.Organization
	group map[string]sso.Group // "org/name"
	conn  sso.Connection
}

// newWorld makes an enterprise in a new database.
func newWorld(t *testing.T, fresh fresh) *world {
	t.Helper()
	clock, dsn, keys := newClock(), fresh(t), store.Keyring{Current: store.NewKey()}
	w := addWorld(t, Open(t, dsn, keys, clock.Now), clock, "acme")
	w.dsn, w.keys = dsn, keys
	return w
}

// addWorld makes an enterprise.
func addWorld(t *testing.T, db *store.DB, clock *Clock, key string) *world {
	t.Helper()
	ctx := t.Context()
	w := &world{
		T:     t,
		db:    db,
		clock: clock,
		orgs:  map[string]sso.Organization{},
		group: map[string]sso.Group{},
	}
	var err error
	w.ent, err = db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  key,
		Name: "Enterprise " + key,
	})
	w.ok(err)
	for org, groups := range map[string][]string{
		"web": {"dev", "sre"},
		"app": {"dev", "Dev", "ops"},
	} {
		o, err := db.CreateOrganization(ctx, by, sso.Organization{
			Enterprise: w.ent.ID,
			Key:        org,
			Name:       "Org " + org,
		})
		w.ok(err)
		w.orgs[org] = o
		for _, name := range groups {
			g, err := db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
				Organization: o.ID,
				Name:         name,
			})
			w.ok(err)
			w.group[org+"/"+name] = g
		}
		w.group[org+"/Members"], err = db.Group(ctx, w.ent.ID, o.DefaultGroup)
		w.ok(err)
	}
	w.conn = w.connection("Directory")
	return w
}

func (w *world) connection(name string) sso.Connection {
	w.Helper()
	c, err := w.db.CreateConnection(w.Context(), by, sso.Connection{
		Enterprise: w.ent.ID,
		Name:       name,
		Protocol:   sso.OIDC,
		Provider:   sso.Custom,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version: 1,
			OIDC: &sso.OIDCConfig{
				Issuer:       "https://idp.test",
				ClientID:     "gatehouse",
				ClientSecret: "canary-client-secret",
			},
			Directory: &sso.Directory{
				Tenant:       "acme.test",
				ClientID:     "reader",
				ClientSecret: "canary-directory-secret",
			},
		},
		Keys: []sso.KeyPair{{
			Certificate: []byte{1, 2, 3},
			Private:     "canary-private-key",
		}},
	})
	w.ok(err)
	return c
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fails asserts that err is of a kind and code.
func (w *world) fails(err error, kind sso.Kind, code string) {
	w.Helper()
	if err == nil || sso.KindOf(err) != kind || sso.CodeOf(err) != code {
		w.Errorf("got %v; want %s, code %s", err, kind, code)
	}
}

// signIn returns a sign-in of a user; each call has a new response.
func (w *world) signIn(subject string, groups ...string) sso.SignIn {
	now := w.clock.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	state := sso.GroupsValues
	if len(groups) == 0 {
		state = sso.GroupsEmpty
	}
	asserted := sso.AssertedGroups{
		State:  state,
		Names:  groups,
		Source: "groups",
	}
	return sso.SignIn{
		Identity: sso.Identity{
			Connection: w.conn.ID,
			Subject:    subject,
			Login:      subject + "@acme.test",
			Email:      subject + "@acme.test",
			Name:       "Name of " + subject,
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: w.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(10 * time.Minute),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: w.ent.ID,
			Connection: w.conn.ID,
			Login:      subject + "@acme.test",
			Outcome:    sso.OutcomeSucceeded,
			Checks: []sso.Check{{
				Name: "signature",
				Want: "valid",
				Got:  "valid",
				OK:   true,
			}},
			Groups:    asserted,
			Remote:    "192.0.2.1",
			UserAgent: "test",
			At:        now,
		},
		Session: sso.Session{
			ID:           sso.NewID[sso.SessionID](now),
			Token:        sso.NewSecret().Hash(),
			Enterprise:   w.ent.ID,
			Connection:   w.conn.ID,
			Attempt:      attempt,
			Subject:      subject,
			SessionIndex: "index-" + subject,
			Authn: sso.Authn{
				AuthnAt: now.Add(-time.Minute),
				Acr:     "urn:example:two factors",
				Amr:     []string{"pwd", "face, or finger"},
			},
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(8 * time.Hour),
		},
	}
}

// pending saves a sign-in that was started, and makes s answer it.
func (w *world) pending(s *sso.SignIn) sso.PendingLogin {
	w.Helper()
	now := w.clock.Now()
	p := sso.PendingLogin{
		ID:         "gh" + sso.NewSecret().Hash().String()[:40],
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Browser:    sso.Secret("browser").Hash(),
		Nonce:      "canary-nonce",
		Verifier:   "canary-verifier",
		ReturnTo:   "/x",
		CreatedAt:  now,
		ExpiresAt:  now.Add(10 * time.Minute),
	}
	w.ok(w.db.SavePendingLogin(w.Context(), p))
	s.Pending = p.ID
	return p
}

// enter records a sign-in that must succeed.
func (w *world) enter(subject string, groups ...string) (sso.User, sso.SyncRecord) {
	w.Helper()
	return w.record(w.signIn(subject, groups...))
}

func (w *world) record(s sso.SignIn) (sso.User, sso.SyncRecord) {
	w.Helper()
	u, r, err := w.db.RecordLogin(w.Context(), s, Reset(s.Identity.Groups))
	w.ok(err)
	return u, r
}

// Reset plans that the person is in the groups of the asserted names and in no
// other, as far as these tests need it.
func Reset(asserted sso.AssertedGroups) sso.Decide {
	return func(facts sso.SignInFacts) (sso.Verdict, error) {
		s := facts.Groups
		c := sso.MembershipChanges{Record: sso.SyncRecord{
			Mode:     sso.SyncReset,
			Asserted: asserted,
		}}
		is := map[sso.GroupID]bool{}
		for _, m := range s.Memberships {
			is[m.Group] = true
		}
		in := map[sso.OrganizationID]bool{}
		for _, g := range s.Groups {
			in[g.Organization] = in[g.Organization] ||
				slices.ContainsFunc(asserted.Names, g.Named)
		}
		for _, g := range s.Groups {
			wanted, source := slices.ContainsFunc(
				asserted.Names, g.Named,
			), sso.SourceJIT
			if g.Default {
				wanted, source = in[g.Organization], sso.SourceDefault
			}
			change := sso.GroupChange{
				Group:            g.ID,
				Name:             g.Name,
				Organization:     g.Organization,
				OrganizationName: s.Organizations[g.Organization],
			}
			switch {
			case wanted && !is[g.ID]:
				c.Add = append(c.Add, sso.Membership{
					Group:  g.ID,
					Source: source,
				})
				c.Record.Added = append(c.Record.Added, change)
			case !wanted && is[g.ID]:
				c.Remove = append(c.Remove, g.ID)
				c.Record.Removed = append(c.Record.Removed, change)
			}
		}
		return sso.Verdict{Memberships: c}, nil
	}
}

// memberships lists a user's groups as "org/name=source".
func (w *world) memberships(u sso.UserID) []string {
	w.Helper()
	all, err := w.db.UserMemberships(context.Background(), w.ent.ID, u)
	w.ok(err)
	names := []string{}
	for _, m := range all {
		names = append(
			names,
			fmt.Sprintf(
				"%s/%s=%s", m.Organization.Key, m.Group.Name, m.Membership.Source,
			),
		)
	}
	slices.Sort(names)
	return names
}

// in asserts what memberships gives.
func (w *world) in(u sso.UserID, want ...string) {
	w.Helper()
	if want == nil {
		want = []string{}
	}
	w.same(want, w.memberships(u))
}

// same asserts that two values are equal.
func (w *world) same(want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)); diff != "" {
		w.Errorf("wanted (-) is not what came (+):\n%s", diff)
	}
}

// chainHolds asserts that the audit chain verifies and returns its length.
func (w *world) chainHolds() int {
	w.Helper()
	n, err := w.db.VerifyAudit(context.Background(), w.ent.ID)
	w.ok(err)
	return n
}

// actions are those of the newest events, newest first.
func (w *world) actions(n int) []string {
	w.Helper()
	events, _, err := w.db.AuditEvents(
		context.Background(), w.ent.ID, sso.AuditFilter{}, sso.Page{Limit: n},
	)
	w.ok(err)
	var actions []string
	for _, e := range events {
		actions = append(actions, e.Action)
	}
	return actions
}

// dump is all that is stored about the enterprise, as text.
func (w *world) dump() map[string][]string {
	w.Helper()
	db := Raw(w, w.dsn)
	defer db.Close() //nolint:errcheck // a connection of a test
	all := map[string][]string{}
	for _, table := range tenantTables() {
		column := "enterprise_id"
		if table == "enterprises" {
			column = "id"
		}
		all[table] = rows(
			w, db, "select * from "+table+" where "+column+" = $1", string(w.ent.ID),
		)
	}
	return all
}

func tenantTables() []string {
	return []string{
		"enterprises", "audit_trails", "audit_heads", "audit_events", "audit_set_aside",
		"organizations", "groups", "group_idp_names", "users", "memberships",
		"connections", "connection_keys",
		"certificates", "identities", "domains", "pending_logins", "replay_marks",
		"sessions", "attempts", "sync_records",
		"provisioned_users", "provisioned_emails", "provisioned_groups", "provisioned_members",
		"provisioned_waiting", "provisioned_gone", "provisioned_former", "provisioned_counters", "provisioned_blocks",
		"provisioned_renames",
		"asserted_names", "membership_history", "former_groups", "held_syncs",
		"identity_questions", "subject_changes", "subject_signs", "moves", "move_entries",
		"brake_signs", "brake_losses", "brake_stops",
		"health_events", "email_proofs", "email_codes",
		"enterprise_admins", "organization_admins", "setup_links", "setup_sessions", "test_runs",
		"provisioning_tokens", "personal_tokens", "token_rules", "session_rules", "identity_rules",
		"provisioning_events", "provisioning_refusals",
		"provisioning_lists", "provisioning_ledgers",
		"enterprise_brands", "enterprise_brand_images",
	}
}

// rows is an answer as sorted lines of text.
func rows(t testing.TB, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	answer, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close() //nolint:errcheck // read to the end below
	columns, err := answer.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for answer.Next() {
		values := make([]any, len(columns))
		dest := make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := answer.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%v", values))
	}
	if err := answer.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}
