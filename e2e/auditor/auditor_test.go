package auditor_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// secret is a value that must not be stored anywhere.
const secret = "canary-5f0c1a7e44b2-canary"

// installation is a database with two enterprises, each with one user who has signed
// in once.
type installation struct {
	*auditor.Auditor
	journal *auditor.Journal
	person  auditor.Person // of the first enterprise
	raw     *sql.Conn      // without foreign keys in the way
	dir     string
}

func newInstallation(t *testing.T, dsn string, postgres bool) *installation {
	t.Helper()
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	in := &installation{journal: auditor.NewJournal(), dir: t.TempDir()}
	in.person = signIn(t, db, in.journal, "acme")
	signIn(t, db, in.journal, "globex")
	raw := storetest.Raw(t, dsn)
	in.Auditor = &auditor.Auditor{
		DB:       raw,
		Postgres: postgres,
		Store:    db,
		Journal:  in.journal,
		Alive:    map[string]func() bool{},
		Dead:     map[string]func() bool{},
		Secrets:  []string{secret},
		Texts:    map[string]string{},
		Files:    []string{in.dir},
	}
	var err error
	if in.raw, err = raw.Conn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.raw.Close() })
	if postgres {
		in.exec(t, "set session_replication_role = replica")
	}
	return in
}

func (in *installation) exec(t *testing.T, text string) {
	t.Helper()
	if _, err := in.raw.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// signIn creates an enterprise with a group and signs its only user in.
func signIn(t *testing.T, db *store.DB, journal *auditor.Journal, key string) auditor.Person {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ent, err := db.CreateEnterprise(ctx, sso.ActorOperator, sso.Enterprise{
		Key:  key,
		Name: key,
	})
	must(err)
	org, err := db.CreateOrganization(ctx, sso.ActorOperator, sso.Organization{
		Enterprise: ent.ID,
		Key:        "web",
		Name:       "Web",
	})
	must(err)
	var groups []sso.GroupID
	for _, name := range []string{"developers", "testers"} {
		group, err := db.CreateGroup(ctx, sso.ActorOperator, ent.ID, sso.Group{
			Organization: org.ID,
			Name:         name,
		})
		must(err)
		groups = append(groups, group.ID)
	}
	conn, err := db.CreateConnection(ctx, sso.ActorOperator, sso.Connection{
		Enterprise: ent.ID,
		Name:       "Directory",
		Protocol:   sso.OIDC,
		Provider:   sso.Custom,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version: 1,
			OIDC:    &sso.OIDCConfig{Issuer: "https://idp.test", ClientID: "x"},
		},
	})
	must(err)
	person := auditor.Person{Enterprise: string(ent.ID), Login: "ada@" + key}
	attempt := sso.Attempt{
		ID:         sso.NewID[sso.AttemptID](now),
		Enterprise: ent.ID,
		Connection: conn.ID,
		Login:      person.Login,
		Outcome:    sso.OutcomeSucceeded,
		At:         now,
	}
	journal.Asserts(person, []string{"testers", "developers"})
	_, _, err = db.RecordLogin(ctx, sso.SignIn{
		Identity: sso.Identity{
			Connection: conn.ID,
			Subject:    "s-1",
			Login:      person.Login,
		},
		Attempt: attempt,
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  ent.ID,
			Connection:  conn.ID,
			Attempt:     attempt.ID,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
		Replay: sso.ReplayMark{
			Connection: conn.ID,
			ResponseID: "answer of " + key,
			Until:      now.Add(time.Hour),
		},
	}, func(sso.SignInFacts) (sso.Verdict, error) {
		var v sso.Verdict
		for _, g := range append(groups, org.DefaultGroup) {
			v.Memberships.Add = append(v.Memberships.Add, sso.Membership{
				Group:  g,
				Source: sso.SourceJIT,
			})
		}
		return v, nil
	})
	must(err)
	journal.SignedIn(person, "answer of "+key)
	return person
}

// TestAuditorCanFail breaks one invariant at a time and expects the auditor to report
// that one only.
func TestAuditorCanFail(t *testing.T) {
	run := func(text string) func(*testing.T, *installation) {
		return func(t *testing.T, in *installation) { in.exec(t, text) }
	}
	const copySession = `insert into sessions (enterprise_id, id, token, connection_id, user_id, attempt_id, subject,
		name_id_format, session_index, remote, user_agent, created_at, last_seen_at, idle_timeout, expires_at, browser)
		select enterprise_id, 'ses-copy', 'copy', connection_id, user_id, attempt_id, subject, name_id_format,
		session_index, remote, user_agent, created_at, last_seen_at, idle_timeout, expires_at, browser from sessions limit 1`
	for name, c := range map[string]struct {
		breaks func(*testing.T, *installation)
		want   []auditor.Invariant
	}{
		"nothing": {func(*testing.T, *installation) {}, nil},
		"an answer is forgotten": {
			run("delete from replay_marks where response = (select min(response) from replay_marks)"),
			is(auditor.Kept),
		},
		"an attempt is forgotten": {
			run("delete from attempts where login = 'ada@acme'"),
			is(auditor.Kept),
		},
		"a visitor is signed out": {
			func(_ *testing.T, in *installation) {
				in.Alive["ada"] = no
			},
			is(auditor.Kept),
		},
		"a visitor is signed in": {
			func(_ *testing.T, in *installation) {
				in.Alive["ada"], in.Dead["bob"] = yes, no
			},
			nil,
		},
		"a user is gone": {
			run("delete from users where login = 'ada@acme'"),
			is(auditor.One, auditor.Sound),
		},
		"half a set of groups": {
			run("delete from memberships where group_id in (select min(id) from groups where name = 'testers')"),
			is(auditor.Whole),
		},
		"no default group": {
			run("delete from memberships where group_id in (select id from groups where is_default)"),
			is(auditor.Whole),
		},
		"two users of one login": {
			run(`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
				select enterprise_id, connection_id, 'user-2', 's-2', login, created_at, last_seen_at
				from identities where login = 'ada@acme'`),
			is(auditor.One, auditor.Sound),
		},
		"an answer acknowledged": {
			func(_ *testing.T, in *installation) {
				in.journal.SignedIn(in.person, "answer of acme")
			},
			is(auditor.Once, auditor.Kept),
		},
		"two sessions of an attempt": {
			run(copySession), is(auditor.Once, auditor.Audited),
		},
		"a revoked session": {
			run("insert into revocations (sequence, session_id, user_id, enterprise_id, at) " +
				"select 1, id, user_id, enterprise_id, 0 from sessions limit 1"),
			is(auditor.Refused),
		},
		"a session of no one": {
			run("update users set status = 'deactivated' where login = 'ada@acme'"),
			is(auditor.Refused),
		},
		"a session of no connection": {
			run("update connections set state = 'disabled'"), is(auditor.Refused),
		},
		"a revoked visitor": {
			func(_ *testing.T, in *installation) {
				in.Dead["bob"] = yes
			},
			is(auditor.Refused),
		},
		"an event changed": {
			run("update audit_events set actor = 'someone else' where action = 'group.created'"),
			is(auditor.Audited),
		},
		"the last event cut off": {
			run("delete from audit_events where action = 'session.created'"),
			is(auditor.Audited),
		},
		"a reference to nowhere": {
			run("update memberships set user_id = 'user-gone' where source = 'jit' and group_id in (select min(id) from groups where is_default)"),
			is(auditor.Sound, auditor.Whole),
		},
		"another's group": {
			run("update sync_records set connection_id = (select max(id) from connections)"),
			is(auditor.Separate),
		},
		"another's session": {
			run(`update sessions set connection_id = (select c.id from connections c where c.enterprise_id <> sessions.enterprise_id)`),
			is(auditor.Separate, auditor.Sound),
		},
		"a secret in a log": {
			func(_ *testing.T, in *installation) {
				in.Texts["the log"] = "token=" + secret + "\n"
			},
			is(auditor.Discreet),
		},
		"a secret in a file": {
			func(t *testing.T, in *installation) {
				in.write(t, "xx"+secret)
			},
			is(auditor.Discreet),
		},
		"a secret in a table": {
			run("insert into meta (key, value) values ('x', '" + secret + "')"),
			is(auditor.Discreet),
		},
		"the beginning of a secret": {
			func(t *testing.T, in *installation) {
				in.write(t, secret[:len(secret)-1])
			},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("SQLite", func(t *testing.T) {
				in := newInstallation(t, storetest.SQLite(t), false)
				c.breaks(t, in)
				in.finds(t, c.want)
			})
			t.Run("PostgreSQL", func(t *testing.T) {
				in := newInstallation(t, storetest.Postgres(t), true)
				c.breaks(t, in)
				in.finds(t, c.want)
			})
		})
	}
}

func is(all ...auditor.Invariant) []auditor.Invariant { return all }
func yes() bool                                       { return true }
func no() bool                                        { return false }

func (in *installation) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(in.dir, "gatehouse.db-wal"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (in *installation) finds(t *testing.T, want []auditor.Invariant) {
	t.Helper()
	found, err := in.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []auditor.Invariant
	for _, v := range found {
		t.Log(v)
		if !slices.Contains(got, v.Invariant) {
			got = append(got, v.Invariant)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %v, not %v", got, want)
	}
}

// TestTornPage tests that a corrupt SQLite file is reported as a violation, not as an
// error of Check.
func TestTornPage(t *testing.T) {
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	signIn(t, db, auditor.NewJournal(), "acme")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := storetest.Raw(t, dsn).Exec("pragma wal_checkpoint(truncate)"); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(dsn[len("sqlite:"):], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	page := make([]byte, 4096)
	for i := range page {
		page[i] = byte(i)
	}
	for n := int64(5); n < 15; n++ {
		if _, err := file.WriteAt(page, n*4096); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := (&auditor.Auditor{DB: storetest.Raw(t, dsn)}).Check(t.Context())
	t.Log(err) // the file may be too corrupt for the other checks
	if !slices.ContainsFunc(found, func(v auditor.Violation) bool {
		return v.Invariant == auditor.Sound
	}) {
		t.Errorf("found %v", found)
	}
}
