package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// atOnce runs fn n times, all begun at one moment, and returns the errors.
func atOnce(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func testReplayRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for round := range 4 {
		s := w.signIn(fmt.Sprintf("person-%d", round), "dev")
		w.pending(&s)
		succeeded := 0
		for _, err := range atOnce(50, func(i int) error {
			s := s // every node would make an attempt and a session of its own
			s.Attempt.ID = sso.NewID[sso.AttemptID](w.clock.Now())
			s.Session.ID, s.Session.Token, s.Session.Attempt = sso.NewID[sso.SessionID](
				w.clock.Now(),
			), sso.NewSecret().Hash(), s.Attempt.ID
			_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
			return err
		}) {
			if err == nil {
				succeeded++
				continue
			}
			w.fails(err, sso.Conflict, "saml_replayed")
		}
		if succeeded != 1 {
			t.Errorf("%d of 50 succeeded; want 1", succeeded)
		}
	}
	users, _, err := w.db.Users(t.Context(), w.ent.ID, sso.UserFilter{}, sso.Page{})
	w.ok(err)
	if len(users) != 4 {
		t.Errorf("%d users; want 4", len(users))
	}
	w.chainHolds()
}

func testFirstSignInRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for _, err := range atOnce(100, func(int) error {
		s := w.signIn("ada", "dev", "sre")
		_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		return err
	}) {
		w.ok(err)
	}
	users, _, err := w.db.Users(t.Context(), w.ent.ID, sso.UserFilter{}, sso.Page{})
	w.ok(err)
	if len(users) != 1 {
		t.Fatalf("%d users; want 1", len(users))
	}
	sessions, err := w.db.UserSessions(t.Context(), w.ent.ID, users[0].ID)
	w.ok(err)
	if len(sessions) != 100 {
		t.Errorf("%d sessions; want 100", len(sessions))
	}
	w.in(
		users[0].ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit", "web/sre=jit",
	)
	w.chainHolds()
}

// testSyncRace lets one person sign in with different groups at once: what is
// there afterwards is one of the sets, never a mixture.
func testSyncRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada")
	sets := [][]string{{"dev"}, {"sre"}, {"ops", "Dev"}, {}}
	for range 5 {
		for _, err := range atOnce(16, func(i int) error {
			s := w.signIn("ada", sets[i%len(sets)]...)
			_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
			return err
		}) {
			w.ok(err)
		}
		switch got := fmt.Sprint(w.memberships(u.ID)); got {
		case "[app/Members=default app/dev=jit web/Members=default web/dev=jit]", "[web/Members=default web/sre=jit]",
			"[app/Dev=jit app/Members=default app/ops=jit]", "[]":
		default:
			t.Errorf("a mixture: %s", got)
		}
	}
	w.chainHolds()
}

// testFailuresAmongOthers mixes transactions that fail with others: each has
// its own outcome, whatever shares a commit with it.
func testFailuresAmongOthers(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	fault := errors.New("the plan failed")
	for i, err := range atOnce(90, func(i int) error {
		s := w.signIn(fmt.Sprintf("person-%d", i), "dev")
		switch i % 3 {
		case 1:
			_, _, err := w.db.RecordLogin(t.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
				return sso.Verdict{}, fault
			})
			return err
		case 2:
			_, err := w.db.CreateEnterprise(t.Context(), by, sso.Enterprise{
				Key:  "acme",
				Name: "Again",
			})
			return err
		}
		_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		return err
	}) {
		switch i % 3 {
		case 0:
			w.ok(err)
		case 1:
			if !errors.Is(err, fault) {
				t.Errorf("got %v", err)
			}
		case 2:
			w.fails(err, sso.Conflict, "key_taken")
		}
	}
	users, _, err := w.db.Users(
		t.Context(), w.ent.ID, sso.UserFilter{}, sso.Page{Limit: 200},
	)
	w.ok(err)
	if len(users) != 30 {
		t.Errorf("%d users; want 30", len(users))
	}
	w.chainHolds()
}

// testRevocationOrder polls while sessions of two enterprises are revoked, and
// asks again for the numbers that are missing: each revocation is found.
func testRevocationOrder(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	worlds := []*world{w, addWorld(t, w.db, w.clock, "other")}
	const each = 20
	var ids [2][]sso.SessionID
	for i, w := range worlds {
		for range each {
			s := w.signIn("ada")
			w.record(s)
			ids[i] = append(ids[i], s.Session.ID)
		}
	}
	done := make(chan []error)
	go func() {
		done <- atOnce(2*each, func(i int) error {
			return w.db.RevokeSession(
				t.Context(), by, worlds[i%2].ent.ID, ids[i%2][i/2],
			)
		})
	}()
	list := revocationReader{world: w}
	for running := true; running; {
		select {
		case errs := <-done:
			for _, err := range errs {
				w.ok(err)
			}
			running = false
		default:
		}
		list.poll()
	}
	if len(list.seen) != 2*each {
		t.Errorf("%d revocations were seen; want %d", len(list.seen), 2*each)
	}
	if n, err := w.db.LastRevocation(t.Context()); err != nil || n != list.last {
		t.Errorf("the last revocation is %d (%v); want %d", n, err, list.last)
	}
}

// revocationReader reads the list of revocations as a node does.
type revocationReader struct {
	*world
	last    int64
	missing []sso.RevocationGap
	seen    []sso.SessionID
}

func (l *revocationReader) poll() {
	some, err := l.db.Revocations(l.Context(), l.last+1, l.missing...)
	l.ok(err)
	for _, r := range some {
		for ; l.last < r.Sequence; l.last++ {
			l.missing = append(l.missing, sso.RevocationGap{
				First: l.last + 1,
				Last:  l.last + 1,
			})
		}
		l.missing = slices.DeleteFunc(l.missing, func(g sso.RevocationGap) bool {
			return g.First == r.Sequence
		})
		l.seen = append(l.seen, r.Session)
	}
}

func testOpenAtOnce(t *testing.T, fresh fresh) {
	dsn, keys := fresh(t), store.Keyring{Current: store.NewKey()}
	stores := make([]*store.DB, 5)
	for _, err := range atOnce(len(stores), func(i int) (err error) {
		stores[i], err = store.Open(t.Context(), store.Options{
			DSN:  dsn,
			Keys: keys,
			Now:  time.Now,
		})
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for i, db := range stores {
		if db == nil {
			continue
		}
		ent, err := db.CreateEnterprise(t.Context(), by, sso.Enterprise{
			Key:  fmt.Sprintf("e%d", i),
			Name: "E",
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stores[0].VerifyAudit(t.Context(), ent.ID); err != nil {
			t.Errorf("one opener does not know the audit key of another: %v", err)
		}
	}
	for _, db := range stores {
		if db != nil {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
