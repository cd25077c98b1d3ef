package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

func testSessionLifetime(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada")
	u, _ := w.record(s)
	touch := func(at time.Time) {
		t.Helper()
		w.ok(w.db.TouchSessions(ctx, map[sso.SessionID]time.Time{
			s.Session.ID: at,
			"ses-gone":   at,
		}))
	}
	start := w.clock.Now()
	w.clock.Move(time.Hour - time.Microsecond)
	w.sessionAlive(s, u, true)
	touch(w.clock.Now())
	touch(start) // never backwards
	w.clock.Move(time.Hour - time.Microsecond)
	w.sessionAlive(s, u, true)
	w.clock.Move(time.Microsecond)
	w.sessionAlive(s, u, false)
	touch(start.Add(8*time.Hour - time.Microsecond))
	w.sessionAlive(s, u, true)
	w.clock.now = start.Add(8 * time.Hour)
	w.sessionAlive(s, u, false)
	_, err := w.db.Principal(ctx, sso.NewSecret().Hash())
	w.fails(err, sso.Unauthenticated, "session_ended")
	w.clock.now = start
	w.sessionAlive(s, u, true)
	// whatever path forgot the sessions
	_, err = Raw(t, w.dsn).Exec("update users set status = 'deactivated' where id = $1", string(u.ID))
	w.ok(err)
	_, err = w.db.Principal(ctx, s.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
}

func (w *world) sessionAlive(s sso.SignIn, u sso.User, want bool) {
	w.Helper()
	_, err := w.db.Principal(w.Context(), s.Session.Token)
	list, listErr := w.db.UserSessions(w.Context(), w.ent.ID, u.ID)
	w.ok(listErr)
	if want {
		w.ok(err)
	} else {
		w.fails(err, sso.Unauthenticated, "session_ended")
	}
	if (len(list) == 1) != want {
		w.Errorf("%d sessions are listed; want alive %v", len(list), want)
	}
}

func testRevocation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	one, two, three := w.signIn("ada"), w.signIn("ada"), w.signIn("ada")
	u, _ := w.record(one)
	w.record(two)
	w.record(three)
	if n, err := w.db.LastRevocation(ctx); err != nil || n != 0 {
		t.Errorf("the last revocation is %d (%v) before the first", n, err)
	}
	w.ok(w.db.RevokeSession(ctx, sso.Actor(u.ID), w.ent.ID, one.Session.ID))
	w.same([]string{"session.revoked"}, w.actions(1))
	w.fails(
		w.db.RevokeSession(ctx, by, w.ent.ID, one.Session.ID), sso.NotFoundKind,
		"not_found",
	)
	n, err := w.db.RevokeUserSessions(ctx, by, w.ent.ID, u.ID)
	w.ok(err)
	if n != 2 {
		t.Errorf("%d sessions were ended; want 2", n)
	}
	for _, s := range []sso.SignIn{one, two, three} {
		_, err := w.db.Principal(ctx, s.Session.Token)
		w.fails(err, sso.Unauthenticated, "session_ended")
	}
	w.ok(w.db.TouchSessions(ctx, map[sso.SessionID]time.Time{
		one.Session.ID: w.clock.Now().Add(time.Second),
	}))
	_, err = w.db.Principal(ctx, one.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
	w.revocationsRead(one, u)
}

func (w *world) revocationsRead(one sso.SignIn, u sso.User) {
	ctx := w.Context()
	revoked, err := w.db.Revocations(ctx, 0)
	w.ok(err)
	w.same([]sso.Revocation{
		{
			Sequence: 1,
			Session:  one.Session.ID,
		},
		{
			Sequence: 2,
			User:     u.ID,
		},
	}, revoked)
	revoked, err = w.db.Revocations(ctx, 2)
	w.ok(err)
	w.same([]sso.Revocation{{Sequence: 2, User: u.ID}}, revoked)
	revoked, err = w.db.Revocations(ctx, 3, sso.RevocationGap{
		First: 0,
		Last:  1,
	}, sso.RevocationGap{
		First: 2,
		Last:  2,
	})
	w.ok(err)
	if len(revoked) != 2 || revoked[0].Sequence != 1 || revoked[1].Sequence != 2 {
		w.Errorf("in the gaps are %+v; want the first two", revoked)
	}
	if n, err := w.db.LastRevocation(ctx); err != nil || n != 2 {
		w.Errorf("the last revocation is %d (%v); want 2", n, err)
	}
}

// testDisabledConnection: when a connection is disabled, its sessions end and
// no sign-in that is under way makes another one.
func testDisabledConnection(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	set := func(c sso.ConnectionID, state sso.ConnectionState) {
		t.Helper()
		_, err := w.db.UpdateConnection(
			ctx,
			by,
			w.ent.ID,
			c,
			"connection."+string(state),
			func(c sso.Connection) (sso.Connection, error) {
				c.State = state
				return c, nil
			},
		)
		w.ok(err)
	}
	first := w.conn
	here := w.signIn("ada")
	w.record(here)
	w.conn = w.connection("Second directory")
	elsewhere := w.signIn("ada")
	elsewhere.Identity.Login = "ada.elsewhere"
	w.record(elsewhere)
	w.conn = first
	underWay := w.signIn("bob")
	set(first.ID, sso.ConnectionDisabled)
	_, err := w.db.Principal(ctx, here.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
	_, err = w.db.Principal(ctx, elsewhere.Session.Token)
	w.ok(err)
	revoked, err := w.db.Revocations(ctx, 0)
	w.ok(err)
	w.same([]sso.Revocation{{Sequence: 1, Session: here.Session.ID}}, revoked)
	_, _, err = w.db.RecordLogin(ctx, underWay, Reset(underWay.Identity.Groups))
	w.fails(err, sso.Forbidden, "connection_disabled")
	set(first.ID, sso.ConnectionEnabled)
	w.record(underWay)
	_, err = w.db.Principal(ctx, here.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
}

func testSubjectSessions(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	first := w.conn
	w.conn = w.connection("Second directory")
	elsewhere := w.signIn("ada")
	elsewhere.Identity.Login = "ada.elsewhere"
	w.record(elsewhere)
	second := w.conn.ID
	w.conn = first
	w.enter("ada")
	s := w.signIn("ada")
	s.Session.SessionIndex = "other-index"
	w.record(s)
	w.enter("bob")
	w.enter("bob")
	for _, c := range []struct {
		name           string
		conn           sso.ConnectionID
		subject, index string
		want           int
	}{
		{"nobody named", first.ID, "", "", 0},
		{"unknown subject", first.ID, "eve", "", 0},
		{"subject and another's index", first.ID, "ada", "index-bob", 0},
		{"subject and index", first.ID, "ada", "other-index", 1},
		{"subject", first.ID, "ada", "", 1},
		{"again", first.ID, "ada", "", 0},
		{"index", first.ID, "", "index-bob", 2},
		{"elsewhere", second, "ada", "", 1},
	} {
		n, err := w.db.RevokeSubjectSessions(
			ctx, sso.Actor(c.conn), w.ent.ID, c.conn, c.subject, c.index,
			sso.ReplayMark{},
		)
		w.ok(err)
		if n != c.want {
			t.Errorf("%s: %d sessions were ended; want %d", c.name, n, c.want)
		}
	}
	w.revocationsInOrder()
}

func (w *world) revocationsInOrder() {
	ctx := w.Context()
	revoked, err := w.db.Revocations(ctx, 0)
	w.ok(err)
	for i, r := range revoked {
		if r.Sequence != int64(i)+1 || r.Session == "" {
			w.Errorf("revocation %d is %+v", i, r)
		}
	}
	if n, err := w.db.LastRevocation(ctx); err != nil ||
		n != 5 ||
		len(revoked) != 5 {
		w.Errorf("%d revocations, the last is %d (%v); want 5", len(revoked), n, err)
	}
}

func testPendingLogins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	var s sso.SignIn
	want := w.pending(&s)
	got, err := w.db.PendingLogin(ctx, want.ID)
	w.ok(err)
	w.same(want, got)
	if got.Nonce.Reveal() != "canary-nonce" ||
		got.Verifier.Reveal() != "canary-verifier" {
		t.Error("a secret did not come back")
	}
	w.attemptsUsePending(want)
	w.clock.Move(10 * time.Minute)
	_, err = w.db.PendingLogin(ctx, want.ID)
	w.fails(err, sso.Invalid, "login_state_expired")
	want.ID, want.Connection = "gh-other", "conn-unknown"
	w.fails(w.db.SavePendingLogin(ctx, want), sso.NotFoundKind, "not_found")

	w.usePendingOnce(s)
}

func (w *world) attemptsUsePending(want sso.PendingLogin) {
	ctx := w.Context()
	failed := sso.Attempt{
		ID:         sso.NewID[sso.AttemptID](w.clock.Now()),
		Enterprise: w.ent.ID,
		Connection: w.connection("Second directory").ID,
		Outcome:    sso.OutcomeFailed,
		At:         w.clock.Now(),
	}
	w.ok(w.db.RecordAttempt(ctx, failed, want.ID))
	got, err := w.db.PendingLogin(ctx, want.ID)
	w.ok(err)
	if !got.UsedAt.IsZero() {
		w.Error("the attempt of another connection used up the pending login")
	}
	failed.ID, failed.Connection = sso.NewID[sso.AttemptID](w.clock.Now()), w.conn.ID
	w.ok(w.db.RecordAttempt(ctx, failed, want.ID))
	got, err = w.db.PendingLogin(ctx, want.ID)
	w.ok(err)
	if !got.UsedAt.Equal(w.clock.Now()) {
		w.Error("a failed attempt did not use up its pending login")
	}
}

func (w *world) usePendingOnce(s sso.SignIn) {
	ctx := w.Context()
	want := w.pending(&s)
	for _, first := range []bool{true, false} {
		used, err := w.db.UsePendingLogin(ctx, want)
		w.ok(err)
		if used != first {
			w.Errorf("first %v; want %v", used, first)
		}
	}
	want = w.pending(&s)
	want.Connection = "conn-unknown"
	if used, err := w.db.UsePendingLogin(ctx, want); used || err != nil {
		w.Errorf("used for another connection: %v, %v", used, err)
	}
}

// testLogoutOnce sends the message that ends a session again, after the person
// has signed in anew.
func testLogoutOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	mark := sso.ReplayMark{
		Connection: w.conn.ID,
		ResponseID: "logout:1",
		Until:      w.clock.Now().Add(time.Minute),
	}
	end := func(mark sso.ReplayMark) (int, error) {
		return w.db.RevokeSubjectSessions(
			t.Context(), sso.Actor(w.conn.ID), w.ent.ID, w.conn.ID, "ada", "", mark,
		)
	}
	w.enter("ada")
	if n, err := end(mark); n != 1 || err != nil {
		t.Errorf("%d sessions were ended: %v", n, err)
	}
	w.enter("ada")
	before := w.dump()
	_, err := end(mark)
	w.fails(err, sso.Conflict, "saml_replayed")
	unknown := mark
	unknown.Connection = "conn-unknown"
	_, err = end(unknown)
	w.fails(err, sso.NotFoundKind, "not_found")
	w.same(before, w.dump())
	mark.ResponseID = "logout:2"
	if n, err := end(mark); n != 1 || err != nil {
		t.Errorf("%d sessions were ended: %v", n, err)
	}
}
