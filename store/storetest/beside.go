package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// Transactions beside each other in one enterprise: none may decide by what
// another is about to change.

// onPostgres reports whether transactions of the database run at once.
func (w *world) onPostgres() bool { return !strings.HasPrefix(w.dsn, "sqlite") }

// overlap gives the audit trail its strands, so that no transaction waits for one.
func (w *world) overlap() {
	w.Helper()
	for strands := 1; w.onPostgres() && strands == 1; {
		for _, err := range atOnce(8, func(i int) error {
			return w.db.CountCode(w.Context(), sso.CodeRequest{
				Enterprise: w.ent.ID,
				Account:    sso.NewSecret().Hash(),
				Recipient:  sso.NewSecret().Hash(),
			})
		}) {
			w.ok(err)
		}
		w.ok(Raw(w.T, w.dsn).QueryRow(
			"select count(*) from audit_heads where enterprise_id = $1", string(w.ent.ID),
		).Scan(&strands))
	}
}

// testSignInsAtOnce lets sign-ins of one enterprise wait for each other within
// their transactions: on PostgreSQL they are all there at once. With one writer
// there is one at a time.
func testSignInsAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	const people = 4 // as many as the pool of a test has connections for
	want := int64(1)
	if w.onPostgres() {
		want = people
	}
	if n := w.signInsInside(people); n != want {
		t.Errorf("%d sign-ins were under way at once; want %d", n, want)
	}
	w.chainHolds()
}

// testFirstSignInsAtOnce begins several sign-ins while the audit trail has one
// strand: on PostgreSQL they wait for the first, and not for each other as well.
func testFirstSignInsAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people = 4
	want := int64(1)
	if w.onPostgres() {
		want = people - 1
	}
	if n := w.signInsInside(people); n != want {
		t.Errorf("%d sign-ins were under way at once; want %d", n, want)
	}
	if n := w.signInsInside(people); w.onPostgres() && n != people {
		t.Errorf("%d sign-ins were under way at once later; want %d", n, people)
	}
	w.chainHolds()
}

// signInsInside begins so many sign-ins, which wait for each other for half a second
// at most, and returns how many were under way at once.
func (w *world) signInsInside(people int64) int64 {
	w.Helper()
	var inside, most atomic.Int64
	for _, err := range atOnce(int(people), func(i int) error {
		s := w.signIn(fmt.Sprint("person-", i), "dev")
		_, _, err := w.db.RecordLogin(w.Context(), s, func(f sso.SignInFacts) (sso.Verdict, error) {
			if n := inside.Add(1); n > most.Load() {
				most.Store(n)
			}
			for wait := 0; wait < 100 && most.Load() < people; wait++ {
				time.Sleep(5 * time.Millisecond)
			}
			inside.Add(-1)
			return Reset(s.Identity.Groups)(f)
		})
		return err
	}) {
		w.ok(err)
	}
	return most.Load()
}

// slowly gives others time to read what is about to change.
func slowly(decide sso.Decide) sso.Decide {
	return func(f sso.SignInFacts) (sso.Verdict, error) {
		time.Sleep(10 * time.Millisecond)
		return decide(f)
	}
}

// testBrakeRace lets twelve people lose one group at once, where a fourth loss is
// held: each counts those before it.
func testBrakeRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	const people, allowed = 12, 3
	dev := w.group["web/dev"]
	rules := sso.Brake{
		People: 1,
		Window: 3600,
		Share:  50,
	}
	for i := range people {
		w.enter(fmt.Sprint("person-", i), "dev")
	}
	for _, err := range atOnce(people, func(i int) error {
		s := w.signIn(fmt.Sprint("person-", i))
		s.Brake = rules
		_, _, err := w.db.RecordLogin(t.Context(), s, slowly(func(f sso.SignInFacts) (v sso.Verdict, err error) {
			b := braked{loses: []sso.Group{dev}}
			if f.Groups.Brake.Losses[dev.ID].People >= allowed {
				b.cause, b.group = sso.HeldGroupShare, dev.ID
			}
			v.Memberships = b.plan(s.Identity.Groups, f.Groups.Brake)
			return v, nil
		}))
		return err
	}) {
		w.ok(err)
	}
	left, _, err := w.db.GroupMembers(t.Context(), w.ent.ID, dev.ID, sso.Page{Limit: 100})
	w.ok(err)
	if len(left) != people-allowed {
		t.Errorf("%d of %d are left; want %d", len(left), people, people-allowed)
	}
	w.chainHolds()
}

// testSignsRace lets eight people say at once that names changed, without losing a
// group: the plan that finds three signs of others begins a stop, and no later one
// does.
func testSignsRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	const people = 8
	for i := range people {
		w.enter(fmt.Sprint("person-", i), "dev")
	}
	var begun atomic.Int64
	for _, err := range atOnce(people, func(i int) error {
		s := w.signIn(fmt.Sprint("person-", i), "dev")
		begins := false
		_, _, err := w.db.RecordLogin(t.Context(), s, slowly(func(f sso.SignInFacts) (v sso.Verdict, err error) {
			facts := f.Groups.Brake
			b := braked{sign: sso.SignRenamed}
			if begins = len(facts.Signs) >= 3 && len(facts.Stops) == 0; begins {
				b.begins = &sso.BrakeStop{
					Cause: sso.HeldNamesChanged,
					At:    facts.At,
					Since: facts.At,
				}
			}
			v.Memberships = b.plan(s.Identity.Groups, facts)
			return v, nil
		}))
		if begins {
			begun.Add(1)
		}
		return err
	}) {
		w.ok(err)
	}
	if begun.Load() != 1 {
		t.Errorf("%d sign-ins began the stop; want 1", begun.Load())
	}
}

// testLastAdminRace lets all admins lose the group of the admins at once: the last
// keeps it.
func testLastAdminRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	const people = 6
	ops, err := w.db.UpdateGroup(
		t.Context(), by, w.ent.ID, w.group["app/ops"].ID, func(g sso.Group) (sso.Group, error) {
			g.Admin = true
			return g, nil
		},
	)
	w.ok(err)
	for i := range people {
		w.enter(fmt.Sprint("admin-", i), "ops")
	}
	for _, err := range atOnce(people, func(i int) error {
		s := w.signIn(fmt.Sprint("admin-", i))
		s.Brake.Off = true
		_, _, err := w.db.RecordLogin(t.Context(), s, slowly(func(f sso.SignInFacts) (sso.Verdict, error) {
			if !f.Groups.OtherAdmins {
				return sso.Verdict{Memberships: sso.MembershipChanges{Record: sso.SyncRecord{
					Mode:     sso.SyncKeep,
					Asserted: s.Identity.Groups,
				}}}, nil
			}
			return Reset(s.Identity.Groups)(f)
		}))
		return err
	}) {
		w.ok(err)
	}
	left, _, err := w.db.GroupMembers(t.Context(), w.ent.ID, ops.ID, sso.Page{})
	w.ok(err)
	if len(left) != 1 {
		t.Errorf("%d admins are left; want 1", len(left))
	}
}

// testTwoConnectionsRace lets one user sign in over two connections at once, with
// different groups: never a mixture.
func testTwoConnectionsRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	ada, _ := w.enter("ada")
	other := w.connection("Other")
	if _, err := Raw(t, w.dsn).Exec(
		`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
		values ($1, $2, $3, 'ada', 'ada@acme.test', 1, 1)`,
		string(w.ent.ID), string(other.ID), string(ada.ID),
	); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		for _, err := range atOnce(6, func(i int) error {
			s := w.signIn("ada", []string{"sre", "ops"}[i%2])
			if i%2 == 1 {
				s.Identity.Connection, s.Replay.Connection = other.ID, other.ID
				s.Attempt.Connection, s.Session.Connection = other.ID, other.ID
			}
			_, _, err := w.db.RecordLogin(t.Context(), s, slowly(Reset(s.Identity.Groups)))
			return err
		}) {
			w.ok(err)
		}
		switch got := fmt.Sprint(w.memberships(ada.ID)); got {
		case "[web/Members=default web/sre=jit]", "[app/Members=default app/ops=jit]":
		default:
			t.Errorf("a mixture: %s", got)
		}
	}
}

// testBrowserRace signs in eight times at once with one browser: one session is
// left.
func testBrowserRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	for _, err := range atOnce(8, func(i int) error {
		s := w.signIn(fmt.Sprint("person-", i), "dev")
		s.Session.Browser = sso.Secret("one browser").Hash()
		_, _, err := w.db.RecordLogin(t.Context(), s, slowly(Reset(s.Identity.Groups)))
		return err
	}) {
		w.ok(err)
	}
	if left := w.dump()["sessions"]; len(left) != 1 {
		t.Errorf("the browser has %d sessions; want 1", len(left))
	}
}

// testCodesRace asks for more codes at once than one account may have.
func testCodesRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	sent := 0
	for _, err := range atOnce(12, func(i int) error {
		return w.db.CountCode(t.Context(), sso.CodeRequest{
			Enterprise: w.ent.ID,
			Account:    codeAccount(1),
			Recipient:  sso.MailboxOf(fmt.Sprintf("%d@elsewhere.example", i)),
		})
	}) {
		if err == nil {
			sent++
		} else if sso.KindOf(err) != sso.TooMany {
			t.Error(err)
		}
	}
	if sent != sso.CodesPerSpell {
		t.Errorf("%d codes were counted; want %d", sent, sso.CodesPerSpell)
	}
}

// testLoginClaimedTwice lets two new subjects with one login sign in at once: one
// user is active.
func testLoginClaimedTwice(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	for round := range 4 {
		login := fmt.Sprintf("shared-%d@acme.test", round)
		for _, err := range atOnce(4, func(i int) error {
			s := w.signIn(fmt.Sprintf("subject-%d-%d", round, i), "dev")
			s.Identity.Login = login
			_, _, err := w.db.RecordLogin(t.Context(), s, slowly(Reset(s.Identity.Groups)))
			return err
		}) {
			if err != nil && sso.KindOf(err) != sso.Conflict && sso.KindOf(err) != sso.Forbidden {
				t.Error(err)
			}
		}
		users, _, err := w.db.Users(t.Context(), w.ent.ID, sso.UserFilter{
			Login:  login,
			Status: sso.UserActive,
		}, sso.Page{})
		w.ok(err)
		if len(users) != 1 {
			t.Errorf("%d active users have the login %s; want 1", len(users), login)
		}
	}
}

// testChangeAlone begins a change by an admin while people sign in: it waits for
// those who are there, and those who come wait for it.
func testChangeAlone(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.overlap()
	const people = 6
	var signingIn, changing atomic.Int64
	for _, err := range atOnce(people+4, func(i int) error {
		if i >= people {
			_, err := w.db.UpdateGroup(
				t.Context(), by, w.ent.ID, w.group["web/dev"].ID, func(g sso.Group) (sso.Group, error) {
					if changing.Add(1) > 1 || signingIn.Load() > 0 {
						t.Error("a change is not alone")
					}
					time.Sleep(5 * time.Millisecond)
					g.Name += "."
					changing.Add(-1)
					return g, nil
				},
			)
			return err
		}
		s := w.signIn(fmt.Sprint("person-", i), "sre")
		_, _, err := w.db.RecordLogin(t.Context(), s, func(f sso.SignInFacts) (sso.Verdict, error) {
			signingIn.Add(1)
			defer signingIn.Add(-1)
			if changing.Load() > 0 {
				t.Error("someone signs in during a change")
			}
			return slowly(Reset(s.Identity.Groups))(f)
		})
		return err
	}) {
		w.ok(err)
	}
}

// testStrands makes a trail of several strands, on PostgreSQL, and changes it
// behind the store's back.
func testStrands(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for range 3 {
		for _, err := range atOnce(8, func(i int) error {
			s := w.signIn(fmt.Sprint("person-", i), "dev")
			_, _, err := w.db.RecordLogin(t.Context(), s, slowly(Reset(s.Identity.Groups)))
			return err
		}) {
			w.ok(err)
		}
	}
	events := w.chainHolds()
	db := Raw(t, w.dsn)
	var strands, used, numbers int
	w.ok(db.QueryRow(
		"select count(*), sum(case when position > 0 then 1 else 0 end) from audit_heads where enterprise_id = $1",
		string(w.ent.ID),
	).Scan(&strands, &used))
	w.ok(db.QueryRow(
		"select count(distinct sequence) from audit_events where enterprise_id = $1", string(w.ent.ID),
	).Scan(&numbers))
	if numbers != events || w.onPostgres() && (strands != 64 || used < 2) || !w.onPostgres() && strands != 1 {
		t.Fatalf("%d events, %d numbers, %d strands of which %d are used", events, numbers, strands, used)
	}
	w.listsInOrder(events)
	w.headsAreLogged()
	if w.onPostgres() {
		w.brokenStrands()
	}
}

// listsInOrder reads the events of several strands page by page.
func (w *world) listsInOrder(events int) {
	w.Helper()
	page, n, last := sso.Page{Limit: 7}, 0, int64(1)<<62
	for {
		some, next, err := w.db.AuditEvents(w.Context(), w.ent.ID, sso.AuditFilter{}, page)
		w.ok(err)
		for _, e := range some {
			if e.Sequence >= last {
				w.Errorf("number %d follows %d", e.Sequence, last)
			}
			last = e.Sequence
			n++
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	if n != events {
		w.Errorf("%d of %d events are listed", n, events)
	}
}

func (w *world) headsAreLogged() {
	w.Helper()
	heads, err := w.db.AuditHeadsToLog(w.Context(), 500)
	w.ok(err)
	for _, h := range heads {
		w.ok(w.db.VerifyLoggedHead(w.Context(), h))
		h.Strand++
		if err := w.db.VerifyLoggedHead(w.Context(), h); !broken(err) {
			w.Errorf("a head with another strand: %v; want a broken chain", err)
		}
	}
}

func (w *world) brokenStrands() {
	w.Helper()
	db := Raw(w, w.dsn)
	var strand int64
	w.ok(db.QueryRow(
		"select strand from audit_heads where enterprise_id = $1 and position > 1 order by strand desc limit 1",
		string(w.ent.ID),
	).Scan(&strand))
	where := fmt.Sprintf(" enterprise_id = '%s' and strand = %d", w.ent.ID, strand)
	last := " and position = (select position from audit_heads where" + where + ")"
	for name, texts := range map[string][]string{
		"last event deleted": {"delete from audit_events where" + where + last},
		"cut off": {
			"delete from audit_events where" + where + last,
			"update audit_heads set position = e.position, sequence = e.sequence, hash = e.hash " +
				"from audit_events e where audit_heads." +
				strings.TrimSpace(strings.ReplaceAll(where, "and strand", "and audit_heads.strand")) +
				" and e.enterprise_id = audit_heads.enterprise_id and e.strand = audit_heads.strand and e.position = audit_heads.position - 1",
		},
		"removed": {"delete from audit_events where" + where, "delete from audit_heads where" + where},
		"removed from the end on": {
			fmt.Sprintf("delete from audit_events where enterprise_id = '%s' and strand > 0", w.ent.ID),
			fmt.Sprintf("delete from audit_heads where enterprise_id = '%s' and strand > 0", w.ent.ID),
		},
		"removed and counted": {
			fmt.Sprintf("delete from audit_events where enterprise_id = '%s' and strand > 0", w.ent.ID),
			fmt.Sprintf("delete from audit_heads where enterprise_id = '%s' and strand > 0", w.ent.ID),
			fmt.Sprintf("update audit_heads set strands = 1 where enterprise_id = '%s'", w.ent.ID),
		},
		"later than it was": {"update audit_events set sequence = sequence + 1000 where" + where + last},
		"in another strand": {"update audit_events set strand = 0 where" + where + last},
		"one too many": {
			"insert into audit_heads (enterprise_id, strand, strands, position, sequence, hash, mac) " +
				"select enterprise_id, 64, 0, 0, 0, '', mac from audit_heads where" + where,
		},
	} {
		undo := remember(w.T, db)
		for _, text := range texts {
			if _, err := db.Exec(text); err != nil {
				w.Fatalf("%s: %v", name, err)
			}
		}
		_, err := w.db.VerifyAudit(w.Context(), w.ent.ID)
		if _, ok := errors.AsType[*store.BrokenChainError](err); !ok {
			w.Errorf("%s: %v; want a broken chain", name, err)
		}
		undo()
		w.chainHolds()
	}
}

// testAuditBesideWrites verifies while events are written: nothing is found that
// is not there.
func testAuditBesideWrites(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	done := make(chan []error)
	go func() {
		done <- atOnce(40, func(i int) error {
			s := w.signIn(fmt.Sprint("person-", i), "dev")
			_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
			return err
		})
	}()
	for {
		select {
		case errs := <-done:
			for _, err := range errs {
				w.ok(err)
			}
			w.chainHolds()
			return
		default:
			w.chainHolds()
		}
	}
}
