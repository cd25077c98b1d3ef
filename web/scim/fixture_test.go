package scim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/route"
)

const host = "sso.example"

// fixture is the endpoints over a real store, mounted as in production, with a
// company and a connection that provisions by SCIM.
type fixture struct {
	testing.TB
	*route.Router
	db         *store.DB
	tokens     *provisioning.Tokens
	ledger     *provisioning.Ledger
	contacts   *provisioning.Contacts
	counted    *counted
	handlers   *Handlers
	log        *bytes.Buffer
	clock      *storetest.Clock
	enterprise sso.Enterprise
	connection sso.Connection
	token      sso.ProvisioningToken
	bearer     sso.Secret
}

// another returns a fixture of another company in the same database.
func (f *fixture) another(o options) *fixture {
	f.Helper()
	other := *f
	other.company(o)
	return &other
}

// options of a fixture.
type options struct {
	key       string                  // of the company; "": acme
	scopes    []sso.ProvisioningScope // none: scim
	provider  sso.Provider
	perMinute int
	limiter   route.Limiter
	state     sso.ConnectionState // "": enabled
	base      string              // URL; "": https://sso.example
	users     []string            // logins of people who signed in before
	groups    []string            // of the organization research
}

func newFixture(t testing.TB, database func(testing.TB) string, o options) *fixture {
	t.Helper()
	f := &fixture{
		TB:    t,
		log:   new(bytes.Buffer),
		clock: storetest.NewClock(time.Now()),
	}
	keys := store.Keyring{Current: store.NewKey()}
	f.db = storetest.Open(t, database(t), keys, f.clock.Now)
	f.counted = &counted{DB: f.db}
	f.tokens = provisioning.NewTokens(f.db, f.clock.Now)
	log := slog.New(slog.NewJSONHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.ledger = provisioning.NewLedger(provisioning.LedgerOptions{
		Store:   f.db,
		Observe: func(string, string, int) {},
		Log:     log,
	})
	f.contacts = provisioning.NewContacts(f.db, log, f.clock.Now)
	service := provisioning.New(provisioning.Options{
		Users:       f.db,
		Groups:      f.counted,
		Connections: f.db,
		Tokens:      f.tokens,
		Ledger:      f.ledger,
		Contacts:    f.contacts,
		Limiter:     o.limiter,
		PerMinute:   o.perMinute,
		CursorKeys:  []sso.Secret{keys.Current, keys.Previous},
		Log:         log,
		Now:         f.clock.Now,
	})
	f.handlers = New(Options{
		Admission: service,
		Users:     service,
		Groups:    service,
		BaseURL:   cmp.Or(o.base, "https://"+host),
	})
	var err error
	f.Router, err = route.New(route.Options{
		BaseURL: cmp.Or(o.base, "https://"+host),
		Log:     log,
		Now:     time.Now,
	})
	f.ok(err)
	f.handlers.Register(f.Router)
	f.company(o)
	return f
}

// company makes the company, its connection and the token.
func (f *fixture) company(o options) {
	f.Helper()
	var err error
	f.enterprise, err = f.db.CreateEnterprise(f.Context(), sso.ActorOperator, sso.Enterprise{
		Key:  cmp.Or(o.key, "acme"),
		Name: "Acme",
	}, sso.Organization{
		Key:  "research",
		Name: "Research",
	})
	f.ok(err)
	f.connection = f.connect(f.enterprise.ID, o.provider)
	if o.state != "" {
		f.connection, err = f.db.UpdateConnection(f.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID, "test",
			func(c sso.Connection) (sso.Connection, error) {
				c.State = o.state
				if o.state == sso.ConnectionDraft {
					c.Live, c.Draft = nil, c.Live
				}
				return c, nil
			})
		f.ok(err)
	}
	f.token, f.bearer = f.newToken(f.connection, "entra-1", o.scopes...)
}

func (f *fixture) connect(ent sso.EnterpriseID, provider sso.Provider) sso.Connection {
	f.Helper()
	if provider == "" {
		provider = sso.Custom
	}
	c, err := f.db.CreateConnection(f.Context(), sso.ActorOperator, sso.Connection{
		Enterprise: ent,
		Name:       "Directory",
		Protocol:   sso.OIDC,
		Provider:   provider,
		State:      sso.ConnectionEnabled,
		Live:       config(),
	})
	f.ok(err)
	return c
}

// config returns a configuration that provisions by SCIM.
func config() *sso.Config {
	return &sso.Config{
		Version: 1,
		OIDC: &sso.OIDCConfig{
			Issuer:       "https://idp.test",
			ClientID:     "gatehouse",
			ClientSecret: "secret",
			AuthMethod:   sso.ClientSecretBasic,
		},
		Mapping:      sso.Mapping{Login: []string{"sub"}},
		Provisioning: sso.ProvisionSCIM,
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
		EmailVerification: sso.EmailVerification{Mode: "never"},
	}
}

func (f *fixture) newToken(c sso.Connection, name string, scopes ...sso.ProvisioningScope) (
	sso.ProvisioningToken, sso.Secret,
) {
	f.Helper()
	k, secret, err := f.tokens.Create(
		f.Context(), sso.ActorOperator, c.Enterprise, c.ID, provisioning.NewToken{
			Name:   name,
			Scopes: scopes,
		},
	)
	f.ok(err)
	return k, secret
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// base is the path of the connection.
func (f *fixture) base() string { return "/scim/v2/connections/" + string(f.connection.ID) }

// reply is a response, with its body decoded if it is an object.
type reply struct {
	*httptest.ResponseRecorder
	json map[string]any
}

func (r reply) text(name string) string {
	s, _ := r.json[name].(string)
	return s
}

// detail is the text of an error without the ID of the request.
func (r reply) detail() string {
	before, _, _ := strings.Cut(r.text("detail"), " [request ")
	return before
}

// do sends a request to a path below the connection. Headers are "Name: value";
// without Authorization the fixture's token is sent.
func (f *fixture) do(method, path, body string, headers ...string) reply {
	f.Helper()
	return f.send(method, f.base()+path, body, headers...)
}

func (f *fixture) send(method, target, body string, headers ...string) reply {
	f.Helper()
	out := reply{ResponseRecorder: f.sendAny(method, target, body, headers...)}
	if out.Body.Len() > 0 {
		f.ok(json.Unmarshal(out.Body.Bytes(), &out.json))
	}
	return out
}

// sendAny is send for a response that need not be JSON.
func (f *fixture) sendAny(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	f.Helper()
	r := httptest.NewRequest(method, "https://"+host+"/", strings.NewReader(body))
	f.ok(setTarget(r, target))
	r.Header.Set("Authorization", "Bearer "+f.bearer.Reveal())
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		value = strings.TrimSpace(value)
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if r.Header.Get("Transfer-Encoding") == "chunked" {
		r.ContentLength = -1
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// setTarget sets the request target as a server reads it from the wire, where
// quotation marks and two slashes can be.
func setTarget(r *http.Request, target string) error {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return err
	}
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = u.Path, u.RawPath, u.RawQuery
	r.URL.Scheme, r.URL.Host = "", ""
	r.RequestURI = target
	return nil
}

func (f *fixture) want(r reply, status int) reply {
	f.Helper()
	if r.Code != status {
		f.Fatalf("status %d, want %d: %s", r.Code, status, r.Body.String())
	}
	return r
}

// signIn signs a person in at the connection, as before provisioning.
func (f *fixture) signIn(login string, groups ...string) sso.User {
	f.Helper()
	return f.signInAs(login, sso.NewSecret(), groups...)
}

// signInAs is signIn with a session of a given token.
func (f *fixture) signInAs(login string, session sso.Secret, groups ...string) sso.User {
	f.Helper()
	attempt := sso.NewID[sso.AttemptID](f.clock.Now())
	asserted := sso.AssertedGroups{
		State:  sso.GroupsValues,
		Names:  groups,
		Source: "groups",
	}
	u, _, err := f.db.RecordLogin(f.Context(), sso.SignIn{
		Identity: sso.Identity{
			Connection: f.connection.ID,
			Subject:    login,
			Login:      login,
			Email:      login,
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: f.connection.ID,
			ResponseID: string(attempt),
			Until:      f.clock.Now().Add(time.Minute),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.enterprise.ID,
			Connection: f.connection.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     asserted,
			At:         f.clock.Now(),
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](f.clock.Now()),
			Token:       session.Hash(),
			Enterprise:  f.enterprise.ID,
			Connection:  f.connection.ID,
			Attempt:     attempt,
			Subject:     login,
			CreatedAt:   f.clock.Now(),
			LastSeenAt:  f.clock.Now(),
			IdleTimeout: time.Hour,
			ExpiresAt:   f.clock.Now().Add(8 * time.Hour),
		},
	}, storetest.Reset(asserted))
	f.ok(err)
	return u
}

// group makes a group of the organization research.
func (f *fixture) group(name string) sso.Group {
	f.Helper()
	organizations, _, err := f.db.Organizations(f.Context(), f.enterprise.ID, sso.Page{})
	f.ok(err)
	g, err := f.db.CreateGroup(f.Context(), sso.ActorOperator, f.enterprise.ID, sso.Group{
		Organization: organizations[0].ID,
		Name:         name,
	})
	f.ok(err)
	return g
}

// newUser provisions a user.
func (f *fixture) newUser(name string) reply {
	f.Helper()
	return f.want(f.do("POST", "/Users", `{"userName": "`+name+`"}`), 201)
}

// databases are those that a test runs on.
func databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	}
}
