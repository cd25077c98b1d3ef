package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func peopleTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"exported":              testUserExport,
		"deleted, a long trail": testErasedLongTrail,
		"deleted at once":       testErasedAtOnce,
		"deleted everywhere":    testErased,
		"deleted, trail holds":  testErasedTrail,
		"deleted, forged":       testErasedForgery,
		"deleted, stays out":    testErasedStaysOut,
		"deleted, others stay":  testErasedSparesOthers,
		"deleted, next person":  testErasedFindsNoUser,
		"deletion is forbidden": testErasureForbidden,
	}
}

// marker is in every personal value of the user who is deleted.
const marker = "zyxmarker"

func (w *world) erase(user sso.UserID) sso.Erasure {
	w.Helper()
	e, err := w.db.EraseUser(w.Context(), by, w.ent.ID, user)
	w.ok(err)
	return e
}

// newMarked makes a user with the marker in every value and a row in every table about people,
// whom the identity provider deactivated.
func newMarked(t *testing.T, fresh fresh) (w *world, user sso.User) {
	w = newWorld(t, fresh)
	other := *w
	other.conn = w.connection("Second")
	w.provision()
	resource := w.provisionUser(marker)
	user = w.accountOf(resource)
	group := w.provisionGroup("dev", resource.ID)
	w.define(attributesOf()...)
	w.record(w.sends(w.signIn(marker, "dev"), text("department", "of "+marker)))
	w.setActive(resource, false)
	w.setActive(resource, true)
	_, _, err := w.db.ChangeProvisionedUser(t.Context(), w.scimPush(), resource.ID,
		func(sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u := pushed(marker)
			u.UserName, u.Name = "new-"+marker+"@acme.test", "Other "+marker
			return u, nil
		})
	w.ok(err)
	second, _ := other.enter(marker+"-second", "ops")
	w.merge(second.ID, user.ID)
	w.personalToken(user, marker+" laptop")
	w.markedRecords(resource)
	w.markedRows(user, resource, group)
	w.setActive(resource, false)
	return w, w.userOf(user.ID)
}

// markedRecords records failures and tests of the marked user.
func (w *world) markedRecords(resource sso.ProvisionedUser) {
	w.Helper()
	failed := w.signIn(marker).Attempt
	failed.Outcome, failed.Code, failed.Detail = sso.OutcomeFailed, "sign_in_denied", marker+"@acme.test is not allowed"
	w.ok(w.db.RecordAttempt(w.Context(), failed, ""))
	w.proof(marker)
	w.ok(w.db.CountCode(w.Context(), sso.CodeRequest{
		Enterprise: w.ent.ID,
		Account:    sso.CodeAccount(w.conn.ID, marker),
		Remote:     "192.0.2.1",
		Recipient:  sso.MailboxOf(marker + "@acme.test"),
	}))
	event := w.pushed("PUT", sso.ScopeUsersWrite, marker+"@acme.test")
	event.Resource = resource.ID
	w.recordPushes(
		event, refusedWith(w.pushed("POST", sso.ScopeUsersWrite, marker+"@acme.test"), 409, "uniqueness"),
	)
	run := finished(w.testRun(sso.NewSecret()), sso.TestFailed, "sign_in_denied")
	run.Result.Identity.Login = marker + "@acme.test"
	_, err := w.db.FinishTestRun(w.Context(), run, "")
	w.ok(err)
}

// markedRows writes rows of tables that other tests fill by long ways.
func (w *world) markedRows(user sso.User, resource sso.ProvisionedUser, group sso.ProvisionedGroup) {
	w.Helper()
	db := Raw(w, w.dsn)
	defer db.Close() //nolint:errcheck // a connection of a test
	ent, conn, login := string(w.ent.ID), string(w.conn.ID), marker+"@acme.test"
	for _, row := range []struct {
		table string
		args  []any
	}{
		{"shadow_differences (enterprise_id, connection_id, person, user_id, attempt_id, at, times, live_code, " +
			"draft_code, detail)", []any{ent, conn, login, string(user.ID), "", 1, 1, "", "x", "of " + login}},
		{"subject_signs (enterprise_id, connection_id, login_key, login, user_id, at)",
			[]any{ent, conn, login, login, string(user.ID), 1}},
		{"provisioned_waiting (enterprise_id, connection_id, group_id, member, since)",
			[]any{ent, conn, string(group.ID), "ext-" + marker, 1}},
		{"provisioned_gone (enterprise_id, connection_id, id, seq, name, deleted_at)",
			[]any{ent, conn, "user-0", 9000, login, 1}},
		{"provisioned_tombstones (enterprise_id, connection_id, id, login_key, external_id, account_id, applied, " +
			"deleted_at, adopted, released)",
			[]any{ent, conn, "user-1", login, "ext-old-" + marker, string(user.ID), true, 1, true, false}},
		{"former_identities (enterprise_id, user_id, connection_id, connection_name, subject, external_id, login, " +
			"why, ended_by, ended_at)",
			[]any{ent, string(user.ID), conn, "", "sub-" + marker, "ext-former-" + marker, login, "unlinked", "", 1}},
		{"idempotency_keys (token_id, key, request, status, header, body, expires_at)",
			[]any{"tok-x", "k", "", 200, "{}", `{"id":"` + string(user.ID) + `","login":"` + login + `"}`, 1 << 60}},
	} {
		w.insert(db, row.table, row.args)
	}
}

// insert writes a row of a table, which is given with its columns.
func (w *world) insert(db *sql.DB, table string, args []any) {
	w.Helper()
	_, columns, _ := strings.Cut(table, "(")
	var params []string
	for i := range strings.Split(columns, ",") {
		params = append(params, fmt.Sprintf("$%d", i+1))
	}
	insert := "insert into " + table + " values (" + strings.Join(params, ", ") + ")"
	if _, err := db.Exec(insert, args...); err != nil {
		w.Fatalf("%s: %v", table, err)
	}
}

// stored returns the rows of all tables in which a text is, by table.
func (w *world) stored(text string) map[string][]string {
	w.Helper()
	db := Raw(w, w.dsn)
	defer db.Close() //nolint:errcheck // a connection of a test
	names := "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
	if !strings.HasPrefix(w.dsn, "sqlite:") {
		names = "select table_name from information_schema.tables where table_schema = current_schema()"
	}
	hits := map[string][]string{}
	for _, table := range rows(w, db, names) {
		table = strings.Trim(table, "[]")
		for _, row := range rows(w, db, "select * from "+table) {
			if strings.Contains(strings.ToLower(row), text) {
				hits[table] = append(hits[table], row)
			}
		}
	}
	return hits
}

// testErased: nothing that identifies a deleted user is left in any table.
func testErased(t *testing.T, fresh fresh) {
	w, user := newMarked(t, fresh)
	before := w.stored(marker)
	for _, table := range []string{
		"users", "identities", "attempts", "audit_events", "provisioned_users", "provisioned_emails",
		"provisioning_events", "provisioning_refusals", "provisioned_receipts", "merges", "personal_tokens",
		"provisioned_tombstones", "provisioned_gone", "subject_signs", "shadow_differences", "idempotency_keys",
		"user_attributes",
	} {
		if len(before[table]) == 0 {
			t.Errorf("%s has nothing of the user: this test sees too little", table)
		}
	}
	p, err := w.db.PreviewErasure(t.Context(), w.ent.ID, user.ID)
	w.ok(err)
	w.same([]int{2, 0, 1}, []int{p.Accounts, len(p.Forbidden), p.Tokens})
	w.erase(user.ID)
	for table, all := range w.stored(marker) {
		t.Errorf("%s still has %s", table, strings.Join(all, "\n"))
	}
	w.nothingSealed(user)
	w.same([]string{"user.erased"}, w.actions(1))
}

// nothingSealed tests what [world.stored] cannot read.
func (w *world) nothingSealed(user sso.User) {
	w.Helper()
	t := w.T
	db := Raw(t, w.dsn)
	defer db.Close() //nolint:errcheck // a connection of a test
	for _, table := range []string{"email_proofs", "email_codes", "sessions"} {
		w.same([]string{"[0]"}, rows(t, db, "select count(*) from "+table))
	}
	runs, _, err := w.db.TestRuns(t.Context(), w.ent.ID, sso.TestFilter{}, sso.Page{})
	w.ok(err)
	run, err := w.db.TestRun(t.Context(), w.ent.ID, runs[0].ID)
	w.ok(err)
	if run.Result.Identity != nil || run.Result.Raw != "" {
		t.Errorf("the test has %+v", run.Result)
	}
	_, err = w.db.User(t.Context(), w.ent.ID, user.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testErasedTrail: the trail verifies after a deletion, keeps its events and hashes, and
// a second deletion of someone in the same event does, too.
func testErasedTrail(t *testing.T, fresh fresh) {
	w, user := newMarked(t, fresh)
	king, _ := w.enter("king", "dev")
	other := *w
	other.conn = w.connection("Third")
	queen, _ := other.enter("queen", "dev")
	w.merge(queen.ID, king.ID)
	length := w.chainHolds()
	heads, err := w.db.AuditHeadsToLog(t.Context(), 100)
	w.ok(err)
	w.erase(user.ID)
	w.same(length+1, w.chainHolds())
	w.deactivate(king.ID)
	w.erase(king.ID)
	w.same(length+3, w.chainHolds())
	for _, h := range heads {
		w.ok(w.db.VerifyLoggedHead(t.Context(), h))
	}
	events, _, err := w.db.AuditEvents(t.Context(), w.ent.ID, sso.AuditFilter{Action: "user.created"}, sso.Page{})
	w.ok(err)
	for _, e := range events {
		if e.ErasedBy == "" || e.Detail["login"] != sso.Erased || e.Detail["status"] == sso.Erased {
			t.Errorf("the event is %+v", e)
		}
	}
	_, err = w.db.VerifyAudit(t.Context(), "")
	w.ok(err)
}

// testErasedForgery: a change of what a deletion left is found, a deletion that was made
// by hand is found, and a deletion hides no earlier forgery.
func testErasedForgery(t *testing.T, fresh fresh) {
	for name, forge := range map[string]struct{ before, after string }{
		"detail":     {after: `update audit_events set detail = '{"login":"x"}' where erased_by <> ''`},
		"actor":      {after: "update audit_events set actor = 'user-x' where erased_by <> ''"},
		"erased_by":  {after: "update audit_events set erased_by = 'user-x' where erased_by <> ''"},
		"undone":     {after: "update audit_events set erased_by = '' where erased_by <> ''"},
		"by hand":    {after: "update audit_events set detail = '{}', erased_by = 'user-x' where erased_by = ''"},
		"before":     {before: "update audit_events set actor = 'user-x' where action = 'user.created'"},
		"mac reused": {after: "update audit_events set erased_mac = (select max(m.erased_mac) from audit_events m)"},
	} {
		t.Run(name, func(t *testing.T) {
			w, user := newMarked(t, fresh)
			db := Raw(t, w.dsn)
			defer db.Close() //nolint:errcheck // a connection of a test
			w.forge(db, forge.before)
			w.erase(user.ID)
			w.forge(db, forge.after)
			_, err := w.db.VerifyAudit(t.Context(), w.ent.ID)
			if _, broken := errors.AsType[*store.BrokenChainError](err); !broken {
				t.Errorf("got %v; want a broken chain", err)
			}
		})
	}
}

func (w *world) forge(db *sql.DB, text string) {
	w.Helper()
	if text == "" {
		return
	}
	if _, err := db.Exec(text); err != nil {
		w.Fatal(err)
	}
}

// testErasedStaysOut: no sign-in and no push makes a deleted user again, by subject or by
// login, until an admin allows it; then it is another user.
func testErasedStaysOut(t *testing.T, fresh fresh) {
	w, user := newMarked(t, fresh)
	login := user.Login
	w.erase(user.ID)
	w.refused(w.signIn(marker), "account_deleted")
	w.refused(w.claims("another", strings.ToUpper(login)), "account_deleted")
	w.refused(w.claims(marker, "quite-another@acme.test"), "account_deleted")
	again := pushed(marker)
	_, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), again)
	w.fails(err, sso.Conflict, "account_deleted")
	again.ExternalID, again.UserName = "ext-fresh", login
	_, err = w.db.CreateProvisionedUser(t.Context(), w.scimPush(), again)
	w.fails(err, sso.Conflict, "account_deleted")
	newcomer, _ := w.record(w.claims("newcomer", "newcomer@acme.test"))
	w.same(sso.UserActive, newcomer.Status)

	all, _, err := w.db.Erasures(t.Context(), w.ent.ID, sso.Page{})
	w.ok(err)
	w.same([]sso.Erasure{{
		Enterprise: w.ent.ID,
		User:       user.ID,
		By:         by,
		At:         all[0].At,
		Accounts:   2,
	}}, all)
	w.clock.Move(time.Second)
	for range 2 {
		e, err := w.db.LiftErasure(t.Context(), by, w.ent.ID, user.ID)
		w.ok(err)
		w.same(by, e.LiftedBy)
	}
	fresher, _ := w.record(w.signIn(marker, "dev"))
	if fresher.ID == user.ID {
		t.Error("the user came back")
	}
}

// testErasedFindsNoUser: the subject of a deleted user does not lead to the account that
// the next person with the login has.
func testErasedFindsNoUser(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	gone, _ := w.record(w.claims("s-1", "\u0430da@acme.test")) // with a Cyrillic letter
	w.deactivate(gone.ID)
	w.provision()
	next := w.accountOf(w.provisionUser("ada"))
	w.erase(gone.ID)
	w.refused(w.claims("s-1", "ada@acme.test"), "account_deleted")
	u, _ := w.record(w.claims("s-2", "ada@acme.test"))
	w.same(next.ID, u.ID)
}

// testErasedSparesOthers: what another person has as well stays: a login that was given
// to them, and a group that is named like the user.
func testErasedSparesOthers(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	bare := w.claims("s-1", "ops")
	bare.Identity.Email, bare.Identity.Name = "", ""
	first, _ := w.record(bare)
	w.deactivate(first.ID)
	second, _ := w.record(w.claims("s-2", "ops"))
	attempts := func(user sso.UserID) int {
		all, _, err := w.db.Attempts(t.Context(), w.ent.ID, sso.AttemptFilter{User: user}, sso.Page{})
		w.ok(err)
		return len(all)
	}
	w.erase(first.ID)
	w.same([]int{0, 1, 1}, []int{attempts(first.ID), attempts(second.ID), w.sessions(second.ID)})
	w.record(w.claims("s-2", "ops"))
	events, _, err := w.db.AuditEvents(t.Context(), w.ent.ID, sso.AuditFilter{}, sso.Page{Limit: 200})
	w.ok(err)
	for _, e := range events {
		if e.ErasedBy != "" && e.Target != string(first.ID) {
			t.Errorf("an event about something else was changed: %+v", e)
		}
	}
	w.chainHolds()
}

// testErasureForbidden: a deletion is refused with the reason, and changes nothing.
func testErasureForbidden(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	_, err := w.db.EraseUser(t.Context(), by, w.ent.ID, w.ada.ID)
	w.fails(err, sso.Conflict, "user_active")
	w.merge(w.king.ID, w.ada.ID)
	_, err = w.db.EraseUser(t.Context(), by, w.ent.ID, w.king.ID)
	w.fails(err, sso.Conflict, "user_merged")
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, w.ada.ID))
	w.deactivate(w.ada.ID)
	_, err = w.db.EraseUser(t.Context(), by, w.ent.ID, w.ada.ID)
	w.fails(err, sso.Conflict, "erase_admin")
	w.provision()
	pushed := w.provisionUser("pushed")
	account := w.accountOf(pushed)
	w.deactivate(account.ID)
	_, err = w.db.EraseUser(t.Context(), by, w.ent.ID, account.ID)
	w.fails(err, sso.Conflict, "still_provisioned")
	_, err = w.db.EraseUser(t.Context(), by, w.ent.ID, "user-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
	w.chainHolds()
}

// testErasedLongTrail: a trail that is read in several parts has nothing of the user.
func testErasedLongTrail(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	gone, _ := w.enter(marker, "dev")
	w.deactivate(gone.ID)
	const long = 12_000
	db := Raw(t, w.dsn)
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := db.Exec(query, args...)
		w.ok(err)
	}
	hash := sso.Hash{1}.String()
	exec(fmt.Sprintf(`with recursive s(n) as (select 1 union all select n + 1 from s where n < %d)
		insert into audit_events (enterprise_id, sequence, strand, position, id, actor, action, target, detail, at, hash)
		select $1, 1000000 + n, 77, n, 'evt-' || n, 'by', 'tested', 'other',
			case when n %% 1000 = 0 then $2 else '{"login":"other@acme.test"}' end, 1, $3 from s`, long),
		string(w.ent.ID), `{"about":"of `+marker+`@acme.test"}`, hash)
	exec(`insert into audit_heads (enterprise_id, strand, strands, position, sequence, hash, mac, logged)
		values ($1, 77, 1, $2, $3, $4, '', 0)`, string(w.ent.ID), long, 1_000_000+long, hash)
	w.erase(gone.ID)
	if hits := w.stored(marker); len(hits) > 0 {
		t.Errorf("left of the user: %v", hits)
	}
	w.same(long/1000, len(rows(w, db, "select id from audit_events where strand = 77 and erased_by <> ''")))
}

// testErasedAtOnce: people whom the same events name are deleted at once, while others sign
// in; each deletion is whole.
func testErasedAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people = 4
	var all []sso.User
	for i := range people {
		u, _ := w.enter(fmt.Sprintf("%s-%d", marker, i), "dev")
		all = append(all, u)
	}
	for i, u := range all[1:] {
		m := w.merge(u.ID, all[i].ID)
		_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
		w.ok(err)
	}
	for _, u := range all {
		w.deactivate(u.ID)
	}
	for _, err := range atOnce(2*people, func(i int) error {
		if i%2 == 0 {
			s := w.signIn(fmt.Sprintf("other-%d", i), "dev")
			_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
			return err
		}
		_, err := w.db.EraseUser(t.Context(), by, w.ent.ID, all[i/2].ID)
		return err
	}) {
		w.ok(err)
	}
	if hits := w.stored(marker); len(hits) > 0 {
		t.Errorf("left of the users: %v", hits)
	}
	w.chainHolds()
}
