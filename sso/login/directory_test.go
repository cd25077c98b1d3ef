package login_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/groupsync/entra"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

const tenant = "5b973f99-77df-4beb-b27d-aa0c70b8482c"

// graph is Microsoft Graph as far as the development provider plays it, with a
// way to spoil what it says.
type graph struct {
	*httptest.Server
	spoil atomic.Pointer[http.HandlerFunc] // answers for pages in its place
	asked atomic.Int32
}

// directory makes a company one of Entra ID, with its own Graph, and gives the
// service that asks it.
func (w *world) directory(c *company, budget time.Duration) (*graph, *services) {
	w.Helper()
	rsa, err := rsaKey()
	w.ok(err)
	ec, err := ecKey()
	w.ok(err)
	path := "/" + c.Key + "-entra"
	c.idp, err = demoidp.New(demoidp.Options{
		BaseURL: w.idpBase + path,
		Now:     w.clock.Now,
		Tenant:  tenant,
		Keys:    demoidp.Keys{SAML: rsa, OIDC: ec},
	})
	w.ok(err)
	w.mux.Handle(path+"/", c.idp.Handler())
	for _, name := range []string{"ada", "bob"} {
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-" + name,
			Login:     name,
			Email:     name + "@" + c.Key + ".example",
			GivenName: name,
			Surname:   "X",
			Groups:    []string{"dev"},
		})
	}
	c.idp.LetRead("reader", "canary-directory-secret")
	c.conn = w.connect(c, "Entra", c.conn.Protocol)
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.Directory = &sso.Directory{
			Tenant:       tenant,
			ClientID:     "reader",
			ClientSecret: "canary-directory-secret",
		}
	})
	g := &graph{}
	real := c.idp.Graph()
	g.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if spoil := g.spoil.Load(); spoil != nil && r.Method == http.MethodGet {
			(*spoil)(rw, r)
			return
		}
		g.asked.Add(1)
		real.ServeHTTP(rw, r)
	}))
	w.Cleanup(g.Close)
	client, err := entra.New(entra.Options{
		HTTP:     g.Client(),
		LoginURL: g.URL,
		GraphURL: g.URL,
	})
	w.ok(err)
	return g, w.with(func(o *options) {
		o.evaluate.Graph, o.evaluate.DirectoryBudget = client, budget
	})
}

// overage puts a user into groups and into more groups than a response holds.
func (c *company) overage(name string, groups ...string) {
	c.idp.AddPerson(demoidp.Person{
		ID:         "id-" + name,
		Login:      name,
		Email:      name + "@" + c.Key + ".example",
		GivenName:  name,
		Surname:    "X",
		Groups:     groups,
		MoreGroups: 250,
	})
}

// entersBy is enters over another service.
func (w *world) entersBy(s *services, c *company, person string) (login.Result, sso.Attempt) {
	w.Helper()
	r, err := s.Complete(w.Context(), c.conn.ID, w.answer(c, person, w.begin(c)))
	w.ok(err)
	a, err := w.db.Attempt(w.Context(), c.ID, r.Session.Attempt)
	w.ok(err)
	return r, a
}

// directoryCheck returns the check of the directory that an attempt records.
func directoryCheck(a sso.Attempt) (found sso.Check) {
	for _, c := range a.Checks {
		if c.Name == "directory" {
			found = c
		}
	}
	return found
}

// TestOverageIsAskedFor: people with more groups than fit are treated like
// everybody else.
func TestOverageIsAskedFor(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			g, s := w.directory(c, time.Minute)
			c.overage("ada", "dev", "sre")
			r, a := w.entersBy(s, c, "ada")
			w.in(
				c, r.User.ID, "web/dev=jit", "web/sre=jit", "web/Members=default",
				"app/dev=jit", "app/Members=default",
			)
			if check := directoryCheck(a); !check.OK ||
				check.Warning ||
				check.Got != "252 groups" {
				w.Errorf("the attempt says %+v", check)
			}
			if a.Groups.State != sso.GroupsValues ||
				len(a.Groups.Names) != 252 ||
				!strings.HasPrefix(a.Groups.Source, g.URL) ||
				r.Sync.Note != "" ||
				r.Sync.Mode != sso.SyncReset {
				w.Errorf(
					"asserted %s from %s, %s %q", a.Groups.State, a.Groups.Source,
					r.Sync.Mode, r.Sync.Note,
				)
			}
			c.overage("ada", "ops")
			r, _ = w.entersBy(s, c, "ada")
			w.in(c, r.User.ID, "app/ops=jit", "app/Members=default")
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Include = "^dev$"
			})
			r, a = w.entersBy(s, c, "ada")
			w.in(c, r.User.ID, "app/ops=jit", "app/Members=default")
			if a.Groups.State != sso.GroupsValues || r.Sync.Mode != sso.SyncKeep {
				w.Errorf(
					"narrowed to nothing, which is held as it is for an asserted list: %s, %s",
					a.Groups.State, r.Sync.Mode,
				)
			}
			before := g.asked.Load()
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Include = ""
			})
			w.entersBy(s, c, "bob") // whose groups fit
			if g.asked.Load() != before {
				w.Error("asked for groups that were known")
			}
		}
	})
}

// TestDirectoryThatFails: when Graph fails, no user loses a group, everyone is
// signed in, and the admin is told.
func TestDirectoryThatFails(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			g, s := w.directory(c, time.Minute)
			c.overage("ada", "dev")
			user := w.first(s, c)
			c.overage("ada") // in nothing of ours any more, as far as one could know
			hasty := w.with(func(o *options) {
				o.evaluate.Graph = s.Service.Evaluator.Graph
				o.evaluate.DirectoryBudget = 50 * time.Millisecond
			})
			for name, f := range map[string]struct {
				by   *services
				page http.HandlerFunc
				turn string
			}{
				"hanging": {
					hasty,
					func(_ http.ResponseWriter, r *http.Request) {
						<-r.Context().Done()
					},
					"in time",
				},
				"throttled": {s, status(http.StatusTooManyRequests, "3600"), "in time"},
				"broken":    {s, status(http.StatusInternalServerError, ""), "in time"},
				"refused": {
					s, status(http.StatusForbidden, ""), "GroupMember.Read.All",
				},
				"garbage":   {s, text("<html>canary"), "in time"},
				"cut short": {s, text(`{"value":[{"id":"`), "in time"},
				"no list":   {s, text(`{}`), "in time"},
				"elsewhere": {s, text(`{"value":[],"@odata.nextLink":"https://evil.example/v1.0"}`), "in time"},
			} {
				g.spoil.Store(&f.page)
				r, a := w.entersBy(f.by, c, "ada")
				w.keeps(c, user, name, f.turn, r, a)
			}
			g.spoil.Store(nil)
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Directory = &sso.Directory{
					Tenant:       tenant,
					ClientID:     "reader",
					ClientSecret: "expired",
				}
			})
			r, a := w.entersBy(s, c, "ada")
			w.keeps(c, user, "a wrong secret", "client secret", r, a)
			g.Close()
			r, a = w.entersBy(s, c, "ada")
			w.keeps(c, user, "gone", "in time", r, a)
			if strings.Contains(w.log.String(), "canary") {
				w.Error("a secret is in the log")
			}
		}
	})
}

func (w *world) first(s *services, c *company) sso.UserID {
	w.Helper()
	r, _ := w.entersBy(s, c, "ada")
	w.in(
		c, r.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
		"app/Members=default",
	)
	return r.User.ID
}

func (w *world) keeps(c *company, user sso.UserID, name, turn string, r login.Result, a sso.Attempt) {
	w.Helper()
	if r.User.ID != user {
		w.Errorf("%s: somebody else signed in", name)
	}
	w.in(
		c, user, "web/dev=jit", "web/Members=default", "app/dev=jit",
		"app/Members=default",
	)
	check := directoryCheck(a)
	if !check.OK ||
		!check.Warning ||
		check.Got == "" ||
		strings.Contains(check.Got, "canary") {
		w.Errorf("%s: the attempt says %+v", name, check)
	}
	if r.Sync.Mode != sso.SyncKeep ||
		!strings.Contains(r.Sync.Note, turn) ||
		!strings.Contains(r.Sync.Note, "kept") {
		w.Errorf("%s: the record says %s, %q", name, r.Sync.Mode, r.Sync.Note)
	}
}

func status(code int, retryAfter string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			rw.Header().Set("Retry-After", retryAfter)
		}
		rw.WriteHeader(code)
		_, _ = io.WriteString(rw, "canary")
	}
}

func text(s string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, s)
	}
}

// TestNobodyIsAskedWithoutObjectID: a provider that is not Entra ID and still
// points somewhere is not followed.
func TestNobodyIsAskedWithoutObjectID(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			asked := &fakeGraph{}
			s := w.with(func(o *options) { o.evaluate.Graph = asked })
			r, _ := w.entersBy(s, c, "ada")
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Directory = &sso.Directory{
					Tenant:   tenant,
					ClientID: "reader",
				}
			})
			c.idp.SetFaultOnce(demoidp.Overage)
			again, a := w.entersBy(s, c, "ada")
			w.keeps(c, r.User.ID, "no object ID", "object ID", again, a)
			if asked.calls.Load() != 0 {
				w.Error("somebody was asked")
			}
		}
	})
}

// fakeGraph answers when it is let.
type fakeGraph struct {
	calls, most atomic.Int32
	let         chan struct{} // nil: at once
	now         atomic.Int32
}

func (f *fakeGraph) Memberships(ctx context.Context, _ entra.Application, _ string) (entra.Memberships, error) {
	f.calls.Add(1)
	if n := f.now.Add(1); n > f.most.Load() {
		f.most.Store(n)
	}
	defer f.now.Add(-1)
	if f.let != nil {
		select {
		case <-f.let:
		case <-ctx.Done():
			return entra.Memberships{}, ctx.Err()
		}
	}
	return entra.Memberships{
		Groups: sso.AssertedGroups{
			State: sso.GroupsValues,
			Names: []string{"dev"},
		},
		Duplicates: []string{"dev"},
	}, nil
}

// TestDirectoryIsNotFlooded: of one connection few are asked about at a time,
// others wait, and a connection that hangs takes nothing from another.
func TestDirectoryIsNotFlooded(t *testing.T) {
	each(t, func(w *world) {
		held := &fakeGraph{let: make(chan struct{})}
		for _, c := range []*company{w.acme, w.globex} {
			w.directory(c, time.Minute)
			c.overage("ada", "dev")
		}
		slow := w.with(func(o *options) {
			o.evaluate.Graph, o.evaluate.DirectoryBudget = held, time.Minute
		})
		var answers []sso.Callback
		for range 20 {
			answers = append(answers, w.answer(w.globex, "ada", w.begin(w.globex)))
		}
		var all sync.WaitGroup
		var failed atomic.Int32
		for _, cb := range answers {
			all.Go(func() {
				if _, err := slow.Complete(w.Context(), w.globex.conn.ID, cb); err != nil {
					failed.Add(1)
				}
			})
		}
		for held.now.Load() < 8 {
			time.Sleep(time.Millisecond)
		}
		free := make(chan error)
		go func() {
			_, err := slow.Complete(
				w.Context(), w.acme.conn.ID,
				w.answer(w.acme, "bob", w.begin(w.acme)),
			)
			free <- err
		}()
		w.ok(<-free)
		close(held.let)
		all.Wait()
		if failed.Load() != 0 ||
			held.most.Load() > 8 ||
			held.calls.Load() != 20 {
			w.Errorf(
				"%d failed; %d at once, %d in all", failed.Load(), held.most.Load(),
				held.calls.Load(),
			)
		}
	})
}

// TestUnknownRemovesNobody is F-51 over the whole of a sign-in: a thousand
// answers with no list, with a pointer, and with a list cut off, and a Graph
// that says nothing, and no one loses a group.
func TestUnknownRemovesNobody(t *testing.T) {
	t.Parallel()
	for name, fresh := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fresh(t))
			times := 1000
			if testing.Short() || name != "SQLite" {
				times = 100
			}
			g, s := w.directory(w.globex, time.Minute)
			down := status(http.StatusBadGateway, "")
			g.spoil.Store(&down)
			companies := []*company{w.globex, w.acme}
			var users []sso.UserID
			for _, c := range companies {
				r, _ := w.entersBy(s, c, "ada")
				users = append(users, r.User.ID)
			}
			warned := 0
			for i := range times {
				c, user := companies[i%2], users[i%2]
				w.ok(c.idp.SetGroups("id-ada", []string{fmt.Sprint("other-", i)}))
				c.idp.SetFaultOnce(
					[]demoidp.Fault{
						demoidp.NoGroups, demoidp.Overage, demoidp.Truncated,
					}[i%3],
				)
				r, a := w.entersBy(s, c, "ada")
				if r.User.ID != user ||
					len(r.Sync.Removed) != 0 ||
					r.Sync.Note == "" {
					t.Fatalf("sign-in %d: %+v", i, r.Sync)
				}
				if slices.ContainsFunc(a.Checks, func(c sso.Check) bool {
					return c.Warning
				}) {
					warned++
				}
			}
			for i, c := range companies {
				w.in(
					c, users[i], "web/dev=jit", "web/Members=default", "app/dev=jit",
					"app/Members=default",
				)
			}
			if warned != times {
				t.Errorf("%d of %d attempts warn", warned, times)
			}
		})
	}
}
