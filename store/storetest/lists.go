package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// testPages walks every list that has pages with pages of two.
func testPages(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.fillLists()
	ent := w.ent.ID
	walk(w, "enterprises", 5, func(p sso.Page) ([]sso.Enterprise, string, error) {
		return w.db.Enterprises(ctx, p)
	})
	walk(w, "organizations", 5, func(p sso.Page) ([]sso.Organization, string, error) {
		return w.db.Organizations(ctx, ent, p)
	})
	walk(w, "groups", 10, func(p sso.Page) ([]sso.GroupCount, string, error) {
		return w.db.Groups(ctx, ent, sso.GroupFilter{}, p)
	})
	walk(w, "members", 5, func(p sso.Page) ([]sso.Member, string, error) {
		return w.db.GroupMembers(ctx, ent, w.group["web/dev"].ID, p)
	})
	w.pagesOfEnterprise(ent)
	_, _, err := w.db.AuditEvents(ctx, ent, sso.AuditFilter{}, sso.Page{Cursor: "x"})
	w.fails(err, sso.Invalid, "invalid_cursor")
}

func (w *world) fillLists() {
	ctx := w.Context()
	for i := range 5 {
		w.clock.Move(time.Second)
		w.enter(fmt.Sprintf("person-%d", i), "dev")
		_, err := w.db.CreateToken(ctx, by, sso.Token{
			Name: "t",
			Hash: sso.NewSecret().Hash(),
		})
		w.ok(err)
		if i > 0 {
			_, err = w.db.CreateEnterprise(ctx, by, sso.Enterprise{
				Key: fmt.Sprintf("e%d", i),
			})
			w.ok(err)
		}
		if i > 1 {
			_, err = w.db.CreateOrganization(ctx, by, sso.Organization{
				Enterprise: w.ent.ID,
				Key:        fmt.Sprintf("o%d", i),
			})
			w.ok(err)
		}
	}
}

func (w *world) pagesOfEnterprise(ent sso.EnterpriseID) {
	ctx := w.Context()
	walk(w, "users", 5, func(p sso.Page) ([]sso.User, string, error) {
		return w.db.Users(ctx, ent, sso.UserFilter{}, p)
	})
	walk(w, "tokens", 5, func(p sso.Page) ([]sso.Token, string, error) {
		return w.db.Tokens(ctx, "", p)
	})
	walk(w, "attempts", 5, func(p sso.Page) ([]sso.Attempt, string, error) {
		return w.db.Attempts(ctx, ent, sso.AttemptFilter{}, p)
	})
	walk(w, "sync records", 5, func(p sso.Page) ([]sso.SyncRecord, string, error) {
		return w.db.SyncRecords(ctx, ent, sso.SyncFilter{}, p)
	})
	walk(w, "audit events", w.chainHolds(), func(p sso.Page) ([]sso.AuditEvent, string, error) {
		return w.db.AuditEvents(ctx, ent, sso.AuditFilter{}, p)
	})
}

func walk[T any](w *world, name string, want int, fetch func(sso.Page) ([]T, string, error)) {
	w.Helper()
	seen := map[string]bool{}
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		items, next, err := fetch(sso.Page{Cursor: cursor, Limit: 2})
		w.ok(err)
		if len(items) > 2 || len(items) == 0 || pages > want {
			w.Fatalf("%s: page %d has %d items", name, pages, len(items))
		}
		for _, item := range items {
			seen[fmt.Sprintf("%+v", item)] = true
		}
		cursor = next
	}
	if len(seen) != want {
		w.Errorf("%s: the pages have %d items; want %d", name, len(seen), want)
	}
}

// testOddText stores and looks for what no database may choke on.
func testOddText(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	for i, odd := range []string{
		"\x00", "a\x00b", "\xff\xfe", "'; drop table users --", "$1", "?", "%",
		"\u2028", strings.Repeat("x", 1<<16),
	} {
		s := w.signIn(fmt.Sprintf("person-%d", i), odd)
		s.Session.UserAgent = odd
		s.Attempt.UserAgent = odd
		s.Attempt.Detail = odd
		s.Attempt.Remote = odd
		s.Attempt.Checks = []sso.Check{{Name: "x", Got: odd}}
		w.record(s)
		failed := s.Attempt
		failed.ID, failed.Login = sso.NewID[sso.AttemptID](w.clock.Now()), odd
		w.ok(w.db.RecordAttempt(ctx, failed, odd))
		if _, err := w.db.Attempt(ctx, w.ent.ID, failed.ID); err != nil {
			t.Error(err)
		}
		_, err := w.db.PendingLogin(ctx, odd)
		w.fails(err, sso.Invalid, "login_state_expired")
		if _, _, err := w.db.Attempts(
			ctx, w.ent.ID, sso.AttemptFilter{Login: odd}, sso.Page{Cursor: odd},
		); err != nil && sso.KindOf(err) == sso.Internal {
			t.Errorf("%q: %v", odd, err)
		}
	}
}

func testSweep(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.fillSwept()
	keep := store.Retention{
		Attempts:    10 * time.Hour,
		SyncRecords: 20 * time.Hour,
	}
	for _, step := range []struct {
		after time.Duration
		// pending logins, replay marks, sessions, attempts, sync records, waiting, codes, tests, revocations
		want []int
	}{
		{0, []int{2, 3, 1, 3, 2, 1, 1, 1, 2}},
		{10 * time.Minute, []int{0, 0, 1, 3, 2, 1, 1, 1, 2}},
		{time.Hour, []int{0, 0, 0, 3, 2, 0, 1, 1, 2}}, // idle
		{9 * time.Hour, []int{0, 0, 0, 0, 2, 0, 1, 0, 2}},
		{10 * time.Hour, []int{0, 0, 0, 0, 0, 0, 1, 0, 2}},
		{5 * time.Hour, []int{0, 0, 0, 0, 0, 0, 0, 0, 1}}, // the newest revocation stays
	} {
		w.clock.Move(step.after)
		w.ok(w.db.Sweep(ctx, keep))
		w.same(step.want, w.sweptCounts())
	}
	w.sweepKeeps()
	w.chainHolds()
}

func (w *world) fillSwept() {
	ctx := w.Context()
	gone := w.signIn("ada", "dev")
	u, _ := w.record(gone)
	w.ok(w.db.RevokeSession(ctx, by, w.ent.ID, gone.Session.ID))
	_, err := w.db.RevokeUserSessions(ctx, by, w.ent.ID, u.ID)
	w.ok(err)
	s := w.signIn("ada", "dev")
	w.pending(&s)
	w.record(s)
	w.waitsForACode()
	w.testRun(sso.NewSecret())
}

func (w *world) sweptCounts() (counts []int) {
	dump := w.dump()
	for _, table := range []string{
		"pending_logins", "replay_marks", "sessions", "attempts", "sync_records",
		"email_proofs", "email_codes", "test_runs",
	} {
		counts = append(counts, len(dump[table]))
	}
	revoked, err := w.db.Revocations(w.Context(), 0)
	w.ok(err)
	return append(counts, len(revoked))
}

func (w *world) sweepKeeps() {
	ctx := w.Context()
	if n, err := w.db.LastRevocation(ctx); err != nil || n != 2 {
		w.Errorf("sweeping moved the last revocation to %d (%v)", n, err)
	}
	w.record(func() sso.SignIn {
		s := w.signIn("ada")
		w.clock.Move(2000 * time.Hour)
		return s
	}())
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	if got := len(w.dump()["attempts"]); got != 1 {
		w.Errorf("%d attempts are left although they are kept for ever", got)
	}
}
