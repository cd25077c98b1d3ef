package directory_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	rules "gatehouse/sso/directory"
	"gatehouse/sso/drift"
	"gatehouse/sso/launch"
	"gatehouse/sso/tokens"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/console"
	"gatehouse/web/directory"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// visitors accepts the visitor that the header names; roles are tested elsewhere.
type visitors map[string]sso.Visitor

func (v visitors) Visitor(r *http.Request) (sso.Visitor, error) {
	if known, ok := v[r.Header.Get("Visitor")]; ok {
		return known, nil
	}
	return sso.Visitor{}, &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Please sign in.",
	}
}

// Administers lets the users of the visitors act, also on their own accounts; who
// administers an enterprise is tested elsewhere.
func (f *fixture) Administers(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (bool, error) {
	if user == f.acme.user.ID || user == f.globex.user.ID {
		return true, nil
	}
	return f.db.Administers(ctx, ent, user)
}

// records are a DNS of one's own.
type records map[string][]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if all, ok := r[name]; ok {
		if all == nil {
			return nil, errors.New("server misbehaving")
		}
		return all, nil
	}
	return nil, &net.DNSError{
		Err:        "no such host",
		Name:       name,
		IsNotFound: true,
	}
}

// place is an enterprise with one of everything.
type place struct {
	ent    sso.Enterprise
	org    sso.Organization
	group  sso.Group
	conn   sso.Connection
	domain sso.Domain
	user   sso.User
	sess   sso.SessionID
	signIn sso.SignIn
}

type fixture struct {
	*testing.T
	router  *route.Router
	console *console.Console
	db      *store.DB
	dns     records
	who     visitors
	told    int // how often sessions were said to be other ones
	acme    place
	globex  place
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, dns: records{}}
	f.db = storetest.Open(
		t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, nil,
	)
	f.acme, f.globex = f.place("acme"), f.place("globex")
	pages, err := ui.New(ui.Options{}, console.Templates(), directory.Templates())
	f.ok(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	f.router, err = route.New(route.Options{
		BaseURL: "https://sso.example.com",
		Now:     time.Now,
		Log:     log,
	})
	f.ok(err)
	f.who = visitors{
		"operator": {Role: sso.RoleOperator, Actor: "adm-olive", Name: "Olive"},
		"acme": {
			Role:       sso.RoleEnterpriseAdmin,
			Actor:      sso.Actor(f.acme.user.ID),
			Enterprise: f.acme.ent.ID,
			User:       f.acme.user.ID,
			Name:       "Ada",
		},
		"globex": {
			Role:       sso.RoleEnterpriseAdmin,
			Actor:      sso.Actor(f.globex.user.ID),
			Enterprise: f.globex.ent.ID,
			User:       f.globex.user.ID,
			Name:       "Gus",
		},
		"link": {
			Role:       sso.RoleSetupLink,
			Actor:      "link-x",
			Intents:    sso.DefaultIntents(),
			Enterprise: f.acme.ent.ID,
			Connection: f.acme.conn.ID,
		},
	}
	f.console = console.New(console.Options{
		Access:    f.who,
		Directory: f.db,
		Pages:     pages,
		Now:       time.Now,
	})
	service := rules.New(rules.Options{
		Enterprises:  f.db,
		Groups:       f.db,
		Admins:       f,
		Users:        f.db,
		Sessions:     f.db,
		Applications: f.db,
		Roles:        f.db,
		Rules:        f.db,
		Questions:    f.db,
		Attributes:   f.db,
		Lifetimes: rules.Lifetimes{
			Idle:     time.Hour,
			Lifetime: 8 * time.Hour,
		},
		Now: time.Now,
	})
	proving := connections.New(connections.Options{
		Connections: f.db,
		Groups:      f.db,
		Domains:     f.db,
		Trials:      f.db,
		Trusts:      f.db,

		Resolver: f.dns,
		Log:      log,
	})
	f.db.OnRevocation(func(context.Context) { f.told++ })
	programs := tokens.New(f.db, nil, time.Now)
	applications, err := launch.New(launch.Options{
		Applications: f.db,
		Enterprises:  f.db,
		Groups:       f.db,
		BaseURL:      "https://sso.example.com",
		CookieDomain: "example.com",
		Log:          log,
	})
	f.ok(err)
	directory.New(directory.Options{
		Console:   f.console,
		Launch:    applications,
		Service:   service,
		Domains:   proving,
		Members:   f.db,
		Structure: f.db,
		Roles:     f.db,
		Merges:    f.db,
		Erasures:  f.db,
		Arrivals:  f.db,

		Identities: f.db,

		Pushes: f.db,
		Drift: drift.New(drift.Options{
			Facts:  f.db,
			Writer: f.db,
			Now:    time.Now,
		}),
		Tokens:        programs,
		Services:      programs,
		SessionCookie: "__Secure-gatehouse",
		CookieDomain:  "example.com",
		Host:          "sso.example.com",
		Now:           time.Now,
	}).Register(f.router)
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) place(key string) (p place) {
	f.Helper()
	ctx, by := f.Context(), sso.ActorOperator
	var err error
	p.ent, err = f.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  key,
		Name: strings.ToUpper(key),
	})
	f.ok(err)
	p.org, err = f.db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: p.ent.ID,
		Key:        "research",
		Name:       "Research",
	})
	f.ok(err)
	p.group, err = f.db.CreateGroup(ctx, by, p.ent.ID, sso.Group{
		Organization: p.org.ID,
		Name:         "engineering",
	})
	f.ok(err)
	cfg := &sso.Config{GroupSync: sso.GroupSync{Mode: sso.SyncReset}}
	p.conn, err = f.db.CreateConnection(ctx, by, sso.Connection{
		Enterprise: p.ent.ID,
		Name:       "Okta",
		Protocol:   sso.SAML,
		Provider:   sso.Okta,
		State:      sso.ConnectionEnabled,
		Live:       cfg,
	})
	f.ok(err)
	p.domain, err = f.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: p.ent.ID,
		Name:       key + ".example",
		TXTRecord:  "gatehouse-verification=" + key,
	})
	f.ok(err)
	p.user, p.sess = f.enter(&p, "ada", "Ada Lovelace", "engineering")
	return p
}

// enter records a sign-in of a user.
func (f *fixture) enter(p *place, login, name string, groups ...string) (sso.User, sso.SessionID) {
	f.Helper()
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	asserted := sso.AssertedGroups{State: sso.GroupsValues, Names: groups}
	if len(groups) == 0 {
		asserted.State = sso.GroupsEmpty
	}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: p.conn.ID,
			Subject:    login,
			Login:      login,
			Email:      login + "@acme.example",
			Name:       name,
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: p.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: p.ent.ID,
			Connection: p.conn.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  p.ent.ID,
			Connection:  p.conn.ID,
			Attempt:     attempt,
			UserAgent:   "Mozilla/5.0 (X11; Linux) Firefox/140.0",
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	u, _, err := f.db.RecordLogin(f.Context(), s, storetest.Reset(s.Identity.Groups))
	f.ok(err)
	p.signIn = s
	return u, s.Session.ID
}

// answer is what a browser gets.
type answer struct {
	status   int
	location string
	body     string
}

// do sends a request. A form that edits an object and names no revision names the
// current one, as the form on its page does.
func (f *fixture) do(who, method, path string, form url.Values) answer {
	f.Helper()
	if revision := f.revision(path); method == http.MethodPost &&
		revision != 0 &&
		!form.Has("revision") {
		form = maps.Clone(form)
		if form == nil {
			form = url.Values{}
		}
		form.Set("revision", fmt.Sprint(revision))
	}
	r := httptest.NewRequestWithContext(
		f.Context(), method, "https://sso.example.com"+path,
		strings.NewReader(form.Encode()),
	)
	r.Header.Set("Visitor", who)
	r.Header.Set("X-Request-Id", "the-same-each-time")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://sso.example.com")
	}
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Body.String()}
}

// revision returns the revision of the object at a path, 0 for any other path.
func (f *fixture) revision(path string) int64 {
	f.Helper()
	path = strings.TrimSuffix(path, "/roles")
	id := path[strings.LastIndex(path, "/")+1:]
	if a, err := f.db.Application(f.Context(), sso.ApplicationID(id)); err == nil {
		return a.Revision
	}
	for _, p := range []place{f.acme, f.globex} {
		if o, err := f.db.Organization(f.Context(), p.ent.ID, sso.OrganizationID(id)); err == nil {
			return o.Revision
		}
		if g, err := f.db.Group(f.Context(), p.ent.ID, sso.GroupID(id)); err == nil {
			return g.Revision
		}
	}
	return 0
}

func (f *fixture) get(path string) answer {
	f.Helper()
	return f.do("acme", "GET", path, nil)
}

func (f *fixture) post(path string, pairs ...string) answer {
	f.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return f.do("acme", "POST", path, form)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// shows fails unless the page has every text, as a reader sees it.
func (f *fixture) shows(a answer, status int, texts ...string) {
	f.Helper()
	if a.status != status {
		f.Errorf("status %d; want %d: %s", a.status, status, a.location)
	}
	seen := html.UnescapeString(tags.ReplaceAllString(a.body, ""))
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			f.Errorf("the page does not say %q:\n%s", text, seen)
		}
	}
}

// done fails unless something was done, and gives the page it leads to.
func (f *fixture) done(a answer, path string) answer {
	f.Helper()
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, path) {
		f.Fatalf("%d to %q; want %s\n%s", a.status, a.location, path, a.body)
	}
	return f.get(a.location)
}

func (p place) at(parts ...string) string { return console.At(p.ent, parts...) }
