package assistant_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/sso/provisioning"
	"gatehouse/sso/trial"
	"gatehouse/store"
	"gatehouse/store/storetest"
	pages "gatehouse/web/assistant"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// visitors accepts the visitor that the header names; roles are tested elsewhere.
type visitors map[string]*sso.Visitor

func (v visitors) Visitor(r *http.Request) (sso.Visitor, error) {
	if known, ok := v[r.Header.Get("Visitor")]; ok {
		return *known, nil
	}
	return sso.Visitor{}, &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Please sign in.",
	}
}

type fixture struct {
	*testing.T
	router  *route.Router
	db      *store.DB
	service *connections.Service
	tokens  *provisioning.Tokens
	ent     sso.Enterprise
	who     visitors
	idp     *demoidp.IdP
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		T: t,
		who: visitors{"operator": {
			Role:  sso.RoleOperator,
			Actor: "adm-olive",
			Name:  "Olive",
		}},
	}
	f.db = storetest.Open(
		t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, nil,
	)
	var err error
	f.ent, err = f.db.CreateEnterprise(t.Context(), "adm-olive", sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	f.ok(err)
	all, err := ui.New(ui.Options{}, console.Templates(), pages.Templates())
	f.ok(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	f.router, err = route.New(route.Options{
		BaseURL: "https://sso.example.com",
		Now:     time.Now,
		Log:     log,
	})
	f.ok(err)
	client := outbound.NewClient(outbound.Options{AllowPrivate: true})
	sp := saml.New(saml.Options{
		BaseURL: "https://sso.example.com",
		Client:  client,
	})
	rp := oidc.New(oidc.Options{
		BaseURL: "https://sso.example.com",
		Client:  client,
	})
	f.service = connections.New(connections.Options{
		Connections: f.db,
		Groups:      f.db,
		Domains:     f.db,
		Trials:      f.db,
		Trusts:      f.db,

		SAML:          sp,
		OIDC:          rp,
		Log:           log,
		AllowLoopback: true,
	})
	desk := console.New(console.Options{
		Access:    f.who,
		Directory: f.db,
		Pages:     all,
		Now:       time.Now,
	})
	f.tokens = provisioning.NewTokens(f.db, time.Now)
	pages.New(pages.Options{
		Console:      desk,
		Service:      f.service,
		Store:        f.db,
		Traces:       trial.New(trial.Options{Facts: f.db}),
		Provisioning: f.db,
		Tokens:       f.tokens,
		Tester:       f.tester(log),
		Now:          time.Now,
		Values: func(e sso.Enterprise, c sso.Connection) map[guide.Kind]string {
			return map[guide.Kind]string{
				guide.ACSURL:      sp.ACSURL(c.ID),
				guide.EntityID:    sp.EntityID(c.ID),
				guide.RedirectURI: rp.RedirectURI(c.ID),
				guide.SCIMURL:     "https://sso.example.com/scim/v2/connections/" + string(c.ID),
				pages.Link:        "https://sso.example.com/login/sso?enterprise_key=" + e.Key,
			}
		},
	}).Register(f.router)
	server := httptest.NewUnstartedServer(nil)
	f.idp, err = demoidp.New(demoidp.Options{
		BaseURL: "http://" + server.Listener.Addr().String(),
	})
	f.ok(err)
	server.Config.Handler = f.idp.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return f
}

// tester tests connections as in production.
func (f *fixture) tester(log *slog.Logger) *provisioning.Service {
	return provisioning.New(provisioning.Options{
		Users:       f.db,
		Groups:      f.db,
		Connections: f.db,
		Tokens:      f.tokens,
		Checks:      f.tokens,
		CursorKeys:  []sso.Secret{"key"},
		Log:         log,
		Now:         time.Now,
		Rehearse: func(
			ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, provisioning.Records) error,
		) error {
			return f.db.Rehearse(ctx, ent, func(ctx context.Context, db *store.DB) error {
				return fn(ctx, provisioning.Records{
					Users:       db,
					Groups:      db,
					Connections: db,
				})
			})
		},
	})
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) send(who, method, path, media string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(f.Context(), method, path, body)
	r.Host = "sso.example.com"
	r.Header.Set("Visitor", who)
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	return w
}

func (f *fixture) get(path string) string {
	f.Helper()
	w := f.send("operator", http.MethodGet, path, "", http.NoBody)
	if w.Code != http.StatusOK {
		f.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (f *fixture) post(who, path string, form url.Values) *httptest.ResponseRecorder {
	return f.send(
		who, http.MethodPost, path, "application/x-www-form-urlencoded",
		strings.NewReader(form.Encode()),
	)
}

// make begins a connection and is the address of its assistant.
func (f *fixture) make(provider sso.Provider, protocol sso.Protocol) (sso.Connection, string) {
	f.Helper()
	w := f.post("operator", "/admin/enterprises/acme/connections/new", url.Values{
		"provider": {string(provider)},
		"protocol": {string(protocol)},
		"name":     {" “Employees” "},
	})
	parts := strings.Split(w.Header().Get("Location"), "/")
	if w.Code != http.StatusSeeOther ||
		len(parts) != 8 ||
		parts[7] != "create" {
		f.Fatalf(
			"make a connection: %d to %q %s", w.Code, w.Header().Get("Location"),
			w.Body,
		)
	}
	c := f.load(sso.ConnectionID(parts[5]))
	if c.Name != "Employees" ||
		c.Provider != provider ||
		c.Protocol != protocol {
		f.Fatalf("made %+v", c)
	}
	return c, strings.Join(parts[:7], "/")
}

func (f *fixture) load(id sso.ConnectionID) sso.Connection {
	f.Helper()
	c, err := f.db.Connection(f.Context(), f.ent.ID, id)
	f.ok(err)
	return c
}

func (f *fixture) revision(c sso.Connection) []string {
	return []string{fmt.Sprint(f.load(c.ID).Revision)}
}

// says asserts a status and what is on the page.
func (f *fixture) says(w *httptest.ResponseRecorder, status int, texts ...string) {
	f.Helper()
	if w.Code != status {
		f.Errorf(
			"status %d to %q, wanted %d", w.Code, w.Header().Get("Location"), status,
		)
	}
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			f.Errorf(
				"the page does not say %q; what is wrong is said to be %q",
				text,
				regexp.MustCompile(`(?s)role="alert".*?</ul>`).FindString(w.Body.String()),
			)
		}
	}
}

// leads asserts a redirect.
func (f *fixture) leads(w *httptest.ResponseRecorder, to string) {
	f.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		f.Errorf(
			"%d to %q, wanted %s\n%s", w.Code, w.Header().Get("Location"), to,
			w.Body,
		)
	}
}

// run records a test connection that ended.
func (f *fixture) run(c sso.Connection, state sso.TestState, revision int64) {
	f.Helper()
	r := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](time.Now()),
		Enterprise: f.ent.ID,
		Connection: c.ID,
		Kind:       sso.TestLive,
		State:      sso.TestWaiting,
		By:         "adm-olive",
		Token:      sso.NewSecret().Hash(),
		CreatedAt:  time.Now(),
		ExpiresAt:  time.Now().Add(time.Minute),
	}
	f.ok(f.db.CreateTestRun(f.Context(), r))
	r.State = state
	r.Revision = revision
	r.EndedAt = time.Now()
	r.Detail = "a wrong key"
	if state == sso.TestPassed {
		r.Result.Identity = &sso.Identity{
			Subject: "1",
			Login:   "ada",
			Email:   "ada@acme.example",
			Claims: sso.Claims{
				"login":     {"ada"},
				"email":     {"ada@acme.example"},
				"firstName": {"Ada"},
				"groups":    {"engineering"},
			},
			Groups: sso.AssertedGroups{
				State: sso.GroupsValues,
				Names: []string{"engineering"},
			},
		}
	}
	_, err := f.db.FinishTestRun(f.Context(), r, "")
	f.ok(err)
	time.Sleep(2 * time.Millisecond) // the newest is the newest by its ID
}
