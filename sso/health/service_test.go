package health_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/mail"
	"gatehouse/internal/testkit/smtptest"
	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/sso/health"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// world is an enterprise with a certificate, and two nodes that look after it.
type world struct {
	*testing.T
	clock *storetest.Clock
	db    *store.DB
	ent   sso.Enterprise
	conn  sso.Connection
	smtp  *smtptest.Server
	nodes []*health.Service
}

func newWorld(t *testing.T, fresh func(testing.TB) string, certificate time.Duration) *world {
	t.Helper()
	w := &world{
		T:     t,
		clock: storetest.NewClock(begin),
		smtp:  smtptest.Start(t, smtptest.Options{}),
	}
	dsn, keys := fresh(t), store.Keyring{Current: store.NewKey()}
	for range 2 {
		db := storetest.Open(t, dsn, keys, w.clock.Now)
		if w.db == nil {
			w.db = db
		}
		w.nodes = append(w.nodes, w.node(db))
	}
	ctx := t.Context()
	var err error
	w.ent, err = w.db.CreateEnterprise(ctx, sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme Corporation",
	})
	w.ok(err)
	c := samlConnection(expires(t, begin.Add(certificate)))
	c.Enterprise = w.ent.ID
	w.conn, err = w.db.CreateConnection(ctx, sso.ActorSystem, c)
	w.ok(err)
	return w
}

func (w *world) node(db *store.DB) *health.Service {
	w.Helper()
	post, err := mail.NewSMTP(mail.Config{
		Addr: w.smtp.Addr,
		TLS:  mail.NoTLS,
		From: "Sign-in <sso@example.com>",
	})
	w.ok(err)
	return health.New(health.Options{
		Facts:  db,
		Rules:  db,
		Ledger: db,
		Drift: drift.New(drift.Options{
			Facts:  db,
			Writer: db,
			Now:    w.clock.Now,
		}),
		Mail: post,
		Site: "sso.example.com",
		Log:  slog.New(slog.DiscardHandler),
		Now:  w.clock.Now,
		Link: func(e sso.Enterprise, path string) string {
			return "https://sso.example.com/admin/enterprises/" + e.Key + "/" + path
		},
	})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// admin creates a user who administers the enterprise.
func (w *world) admin(login, email string) {
	w.Helper()
	now := w.clock.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	groups := sso.AssertedGroups{State: sso.GroupsAbsent}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: w.conn.ID,
			Subject:    login,
			Login:      login,
			Email:      email,
			Name:       login,
			Groups:     groups,
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
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     groups,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  w.ent.ID,
			Connection:  w.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	u, _, err := w.db.RecordLogin(w.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{}, nil
	})
	w.ok(err)
	w.ok(w.db.AddEnterpriseAdmin(w.Context(), sso.ActorSystem, w.ent.ID, u.ID))
}

// hour lets all nodes look at once, an hour later.
func (w *world) hour() {
	w.Helper()
	w.clock.Move(time.Hour)
	var all sync.WaitGroup
	for _, n := range w.nodes {
		all.Go(func() {
			if err := n.Run(w.Context()); err != nil {
				w.Errorf("look: %v", err)
			}
		})
	}
	all.Wait()
}

// mails are all messages, as people read them, with whom
// each is to.
func (w *world) mails() (all []string) {
	w.Helper()
	for _, m := range w.smtp.Messages() {
		_, body, _ := strings.Cut(m.Raw, "\r\n\r\n")
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
		w.ok(err)
		all = append(all, fmt.Sprint(m.To, " ", string(text)))
	}
	return all
}

func databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{
		"SQLite":     storetest.SQLite,
		"PostgreSQL": storetest.Postgres,
	}
}

// TestFindingIsMailedOnce has two nodes look every hour at a certificate that expires: each
// threshold is told once to each admin, and what to do is in it.
func TestFindingIsMailedOnce(t *testing.T) {
	for name, fresh := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fresh, 61*day)
			w.admin("ada", "ada@acme.test")
			w.admin("grace", "grace@acme.test")
			w.admin("linus", "not an address")
			w.hour()
			if got := w.mails(); len(got) != 0 {
				t.Fatalf("told too early: %q", got)
			}
			want := 0
			for _, after := range []time.Duration{
				day, 30 * day, 16 * day, 7 * day, 6 * day, day,
			} {
				// 60, 30, 14, 7, 1, 0 days left
				w.clock.Move(after)
				want += 2
				for range 3 {
					w.hour()
				}
				if got := w.mails(); len(got) != want {
					t.Fatalf(
						"after another %v there are %d mails, wanted %d", after,
						len(got), want,
					)
				}
			}
			first := w.mails()[0]
			for _, part := range []string{
				"@acme.test",
				"Acme Corporation",
				"The certificate of Okta expires on 24 January 2027.",
				"by 24 January 2027",
				"Your IT admin, at the identity provider",
				"https://sso.example.com/admin/enterprises/acme/connections/" + string(w.conn.ID),
			} {
				if !strings.Contains(first, part) {
					t.Errorf("the mail does not say %q:\n%s", part, first)
				}
			}
			if n, err := w.db.VerifyAudit(t.Context(), w.ent.ID); err != nil || n == 0 {
				t.Errorf("the chain: %d %v", n, err)
			}
		})
	}
}

// TestResolved: what is put right is told no more, and told again when it is
// back.
func TestResolved(t *testing.T) {
	w := newWorld(t, storetest.SQLite, 20*day)
	w.admin("ada", "ada@acme.test")
	w.hour()
	open := func(want int) {
		t.Helper()
		all, _, err := w.db.HealthEvents(
			t.Context(), w.ent.ID, sso.HealthFilter{Open: true}, sso.Page{},
		)
		w.ok(err)
		if len(all) != want {
			t.Errorf("%d are open, wanted %d", len(all), want)
		}
	}
	open(1)
	renew := func(after time.Duration) {
		t.Helper()
		_, err := w.db.UpdateConnection(
			t.Context(),
			sso.ActorSystem,
			w.ent.ID,
			w.conn.ID,
			"connection.edited",
			func(c sso.Connection) (sso.Connection, error) {
				live := *c.Live
				live.SAML = samlConnection(expires(
					t, w.clock.Now().Add(after),
				)).Live.SAML
				c.Live = &live
				return c, nil
			},
		)
		w.ok(err)
		w.hour()
	}
	renew(400 * day)
	open(0)
	if got := len(w.mails()); got != 1 {
		t.Errorf("%d mails", got)
	}
	renew(20 * day)
	open(1)
	if got := len(w.mails()); got != 2 {
		t.Errorf("%d mails", got)
	}
}

// refusing is a mail server that takes nothing until it is mended.
type refusing struct {
	mail.Sender
	mu   sync.Mutex
	down bool
	seen []string
}

func (r *refusing) Send(ctx context.Context, m mail.Message) error {
	r.mu.Lock()
	r.seen = append(r.seen, m.To)
	down := r.down
	r.mu.Unlock()
	if down {
		return &sso.Error{
			Kind:   sso.Upstream,
			Code:   "mail_unavailable",
			Public: "No.",
		}
	}
	return r.Sender.Send(ctx, m)
}

// TestMailServerDown checks that unsent findings are sent later.
func TestMailServerDown(t *testing.T) {
	w := newWorld(t, storetest.SQLite, 20*day)
	w.admin("ada", "ada@acme.test")
	post := &refusing{Sender: w.nodes[0].Mail, down: true}
	for _, n := range w.nodes {
		n.Mail = post
	}
	w.clock.Move(time.Hour)
	if err := w.nodes[0].Run(t.Context()); err == nil || len(post.seen) != 1 {
		t.Errorf("%v, tried for %v", err, post.seen)
	}
	post.down = false
	w.hour()
	w.hour()
	if got := w.mails(); len(got) != 1 {
		t.Errorf("%d mails", len(got))
	}
}

// TestRecipients checks that operators are told if no admin has an address, and
// that a finding is only recorded without mail or recipients.
func TestRecipients(t *testing.T) {
	w := newWorld(t, storetest.SQLite, 20*day)
	w.hour()
	all, _, err := w.db.HealthEvents(
		t.Context(), w.ent.ID, sso.HealthFilter{Open: true}, sso.Page{},
	)
	w.ok(err)
	if len(w.mails()) != 0 || len(all) != 1 || !all[0].MailedAt.IsZero() {
		t.Fatalf("%q, %+v", w.mails(), all)
	}
	token := sso.NewSecret()
	_, err = w.db.CreateInvitation(t.Context(), sso.ActorOperator, sso.Invitation{
		Token:     token.Hash(),
		Recovery:  true,
		CreatedBy: sso.ActorOperator,
		ExpiresAt: w.clock.Now().Add(day),
	})
	w.ok(err)
	_, err = w.db.AcceptInvitation(t.Context(), token.Hash(), sso.Admin{
		Login:    "olive@vendor.test",
		Password: "x",
	})
	w.ok(err)
	w.hour()
	if got := w.mails(); len(got) != 1 || !strings.Contains(got[0], "olive@vendor.test") {
		t.Errorf("%q", got)
	}
	for _, n := range w.nodes {
		n.Mail = nil
	}
	w.clock.Move(10 * day)
	w.hour()
	if got := w.mails(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// TestHostileNames: what tenants chose cannot make a mail say something else.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	m, err := mail.Health{
		To:      "ada@acme.test",
		Company: "{{.To}} <b>",
		Site:    "sso.example.com",
		Items: []mail.HealthItem{{
			Text: "The certificate of a\r\nBcc: eve@evil.test\n\n* Fine expires.",
			Do:   "x",
			Link: "https://sso.example.com/x",
		}},
	}.Message()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(m.Text, "\n")
	if slices.ContainsFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "Bcc:") || strings.HasPrefix(l, "* Fine")
	}) || !strings.Contains(m.Text, "{{.To}} <b>") {
		t.Errorf("the mail is\n%s", m.Text)
	}
	if _, err := (mail.Health{
		To:      "ada@acme.test",
		Company: "a\nb",
		Site:    "x",
	}).Message(); sso.CodeOf(err) != "mail_invalid" {
		t.Errorf("two lines in a subject: %v", err)
	}
}
