package sessions_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

func newClock() *storetest.Clock {
	return storetest.NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
}

// faulty is the store as a node reaches it: it counts, and can be cut off.
type faulty struct {
	*store.DB
	down    atomic.Bool
	loads   atomic.Int64
	touched atomic.Int64
	// deaf is whether confirmations fail, and unconfirmed how many did.
	deaf        atomic.Bool
	unconfirmed atomic.Int64
	answered    func(sso.Principal) sso.Principal // after the store answered, before the cache learns it; may be nil
}

func (f *faulty) cut() error {
	if f.down.Load() {
		return &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "Later.",
		}
	}
	return nil
}

func (f *faulty) Principal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	f.loads.Add(1)
	if err := f.cut(); err != nil {
		return sso.Principal{}, err
	}
	p, err := f.DB.Principal(ctx, token)
	if f.answered != nil && err == nil {
		p = f.answered(p)
	}
	return p, err
}

func (f *faulty) TokenPrincipal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	f.loads.Add(1)
	if err := f.cut(); err != nil {
		return sso.Principal{}, err
	}
	return f.DB.TokenPrincipal(ctx, token)
}

func (f *faulty) TouchSessions(ctx context.Context, seen map[sso.SessionID]time.Time) error {
	if err := f.cut(); err != nil {
		return err
	}
	f.touched.Add(int64(len(seen)))
	return f.DB.TouchSessions(ctx, seen)
}

func (f *faulty) ConfirmDepartures(ctx context.Context, node string, all []sso.Departure) error {
	if f.deaf.Load() {
		f.unconfirmed.Add(1)
		return errors.New("no space left on device")
	}
	return f.DB.ConfirmDepartures(ctx, node, all)
}

func (f *faulty) LastRevocation(ctx context.Context) (int64, error) {
	if err := f.cut(); err != nil {
		return 0, err
	}
	return f.DB.LastRevocation(ctx)
}

func (f *faulty) Revocations(
	ctx context.Context, from int64, missing ...sso.RevocationGap,
) ([]sso.Revocation, error) {
	if err := f.cut(); err != nil {
		return nil, err
	}
	return f.DB.Revocations(ctx, from, missing...)
}

// inMemory is a database that nothing outside of the test reaches.
const inMemory = "sqlite::memory:"

// world is one enterprise in a database.
type world struct {
	testing.TB
	db   *store.DB
	dsn  string
	keys store.Keyring
	now  func() time.Time
	ent  sso.Enterprise
	conn sso.Connection
}

func newWorld(t testing.TB, dsn string, now func() time.Time) *world {
	t.Helper()
	w := &world{
		TB:   t,
		dsn:  dsn,
		keys: store.Keyring{Current: store.NewKey()},
		now:  now,
	}
	w.db = storetest.Open(t, dsn, w.keys, now)
	var err error
	w.ent, err = w.db.CreateEnterprise(
		t.Context(), sso.ActorOperator,
		sso.Enterprise{
			Key:  "acme",
			Name: "Acme",
		},
	)
	w.ok(err)
	w.conn, err = w.db.CreateConnection(
		t.Context(), sso.ActorOperator,
		sso.Connection{
			Enterprise: w.ent.ID,
			Protocol:   sso.OIDC,
			State:      sso.ConnectionEnabled,
			Live: &sso.Config{
				Version: 1,
				OIDC: &sso.OIDCConfig{
					Issuer:   "https://idp.test",
					ClientID: "gatehouse",
				},
			},
		},
	)
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// signIn makes a session that may be idle for an hour and lives for eight.
func (w *world) signIn(subject string) sso.Session {
	w.Helper()
	return w.signInFor(subject, time.Hour)
}

func (w *world) signInFor(subject string, idle time.Duration) sso.Session {
	w.Helper()
	now := w.now()
	attempt := sso.NewID[sso.AttemptID](now)
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: w.conn.ID,
			Subject:    subject,
			Login:      subject,
			Email:      subject + "@acme.test",
			Name:       subject,
		},
		Replay: sso.ReplayMark{
			Connection: w.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: w.ent.ID,
			Connection: w.conn.ID,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  w.ent.ID,
			Connection:  w.conn.ID,
			Attempt:     attempt,
			Subject:     subject,
			UserAgent:   "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
			Remote:      "192.0.2.1",
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: idle,
			ExpiresAt:   now.Add(8 * time.Hour),
		},
	}
	user, _, err := w.db.RecordLogin(
		w.Context(), s, storetest.Reset(s.Identity.Groups),
	)
	w.ok(err)
	s.Session.User = user.ID
	return s.Session
}

// node is one of several that share a database.
type node struct {
	*sessions.Cache
	store *faulty
	log   *lines
}

func (w *world) node(bus sessions.Bus) *node {
	n := &node{store: &faulty{DB: w.db}, log: &lines{}}
	n.Cache = sessions.New(sessions.Options{
		Store: n.store,
		Bus:   bus,
		Log:   slog.New(slog.NewTextHandler(n.log, nil)),
		Now:   w.now,
	})
	return n
}

// caching is a node that has read the list of revocations, and so caches.
func (w *world) caching() *node {
	n := w.node(nil)
	n.Revoked(w.Context())
	return n
}

// runs lets a node run until the test ends or the returned function is called.
func (w *world) runs(n *node) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	w.Cleanup(stop)
	return stop
}

// lines is a log that is read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// alive asserts that a node knows whose session it is.
func (w *world) alive(n *node, all ...sso.Session) {
	w.Helper()
	for _, s := range all {
		p, err := n.Principal(w.Context(), s.Token)
		if err != nil ||
			p.Session.ID != s.ID ||
			p.User.ID != s.User ||
			p.Enterprise.ID != s.Enterprise {
			w.Errorf("session of %s: %v, %s", s.Subject, err, p.User.ID)
		}
	}
}

// over asserts that a node accepts none of the sessions.
func (w *world) over(n *node, all ...sso.Session) {
	w.Helper()
	for _, s := range all {
		w.fails(n, s, sso.Unauthenticated, "session_ended")
	}
}

func (w *world) fails(n *node, s sso.Session, kind sso.Kind, code string) {
	w.Helper()
	if p, err := n.Principal(w.Context(), s.Token); err == nil ||
		sso.KindOf(err) != kind ||
		sso.CodeOf(err) != code ||
		p.User.ID != "" {
		w.Errorf(
			"session of %s: got %v, %q; want %s %s", s.Subject, err, p.User.ID, kind,
			code,
		)
	}
}

// asks asserts how often f makes a node ask the store.
func (w *world) asks(n *node, want int64, f func()) {
	w.Helper()
	before := n.store.loads.Load()
	f()
	if got := n.store.loads.Load() - before; got != want {
		w.Errorf("asked the store %d times; want %d", got, want)
	}
}

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint("person-", i)
	}
	return all
}

// exec changes a database in a file behind the store's back.
func (w *world) exec(text string) {
	w.Helper()
	path, ok := strings.CutPrefix(w.dsn, "sqlite:")
	if !ok {
		w.Fatal("this is for SQLite")
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=synchronous(off)")
	w.ok(err)
	defer db.Close() //nolint:errcheck // a connection of a test
	_, err = db.ExecContext(w.Context(), text)
	w.ok(err)
}
