package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/groupsync/entra"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/sso/connections"
	"gatehouse/sso/directory"
	"gatehouse/sso/drift"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/idempotency"
	"gatehouse/sso/provisioning"
	"gatehouse/sso/tokens"
	ssotrial "gatehouse/sso/trial"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/route"
)

const host = "sso.example"

// Secrets that no answer may ever have in it.
const (
	canarySecret = "canary-client-secret"
	canaryCookie = "canary-session-bearer"
)

// fixture is the API over a real store and the real setup service, mounted as
// in production, with two enterprises that have one of everything.
type fixture struct {
	testing.TB
	*route.Router
	api     *API
	db      *store.DB
	dsn     string
	log     *bytes.Buffer
	token   sso.Secret
	actor   sso.Actor
	records map[string][]string // TXT records
	revoked int
	// tellNodes, if set, is called with each announcement.
	tellNodes func(context.Context)
	acme      world
	other     world
}

// world is one enterprise by the wildcards of the document's paths.
type world map[string]string

// keyPair is one for all: making one takes longer than any of these tests.
var keyPair = sync.OnceValues(func() (sso.KeyPair, error) {
	return saml.NewKeyPair("Gatehouse", time.Now())
})

func newFixture(t testing.TB, database func(testing.TB) string) *fixture {
	t.Helper()
	f := &fixture{
		TB:      t,
		dsn:     database(t),
		log:     new(bytes.Buffer),
		token:   sso.APIToken.New(),
		records: map[string][]string{},
	}
	f.db = storetest.Open(
		t, f.dsn, store.Keyring{Current: store.NewKey()}, nil,
	)
	k, err := f.db.CreateToken(t.Context(), sso.ActorOperator, sso.Token{
		Name:   "test",
		Hash:   f.token.Hash(),
		Scopes: []sso.Scope{sso.ScopeAll},
	})
	f.ok(err)
	f.db.OnRevocation(f.announce)
	f.actor = sso.Actor(k.ID)
	log := slog.New(slog.NewJSONHandler(f.log, &slog.HandlerOptions{
		Level: slog.LevelDebug,
	}))
	sp := saml.New(saml.Options{
		BaseURL: "https://" + host,
		Client:  http.DefaultClient,
	})
	rp := oidc.New(oidc.Options{
		BaseURL: "https://" + host,
		Client:  http.DefaultClient,
	})
	service := connections.New(connections.Options{
		Connections: f.db,
		Groups:      f.db,
		Domains:     f.db,
		Trials:      f.db,
		Trusts:      f.db,
		Moves:       f.db,

		SAML:          sp,
		OIDC:          rp,
		Resolver:      f,
		Log:           log,
		AllowLoopback: true,
	})
	rules := directory.New(directory.Options{
		Enterprises:  f.db,
		Groups:       f.db,
		Admins:       f.db,
		Users:        f.db,
		Sessions:     f.db,
		Applications: f.db,
		Roles:        f.db,
		Rules:        f.db,
		Questions:    f.db,
		Attributes:   f.db,
		Lifetimes: directory.Lifetimes{
			Idle:     time.Hour,
			Lifetime: 8 * time.Hour,
		},
		InReach: func(sso.Application) bool { return true },
		Now:     time.Now,
	})
	graph, err := entra.New(entra.Options{
		HTTP:     http.DefaultClient,
		LoginURL: "http://127.0.0.1:1", // which refuses connections
	})
	f.ok(err)
	f.api, err = New(Options{
		Structure: f.db,
		Members:   f.db,
		Records:   f.db,
		Roles:     f.db,
		Moves:     f.db,
		Merges:    f.db,
		Erasures:  f.db,

		Identities: f.db,

		Tokens:    tokens.NewAPI(f.db, time.Now),
		Requests:  idempotency.New(f.db, log),
		Directory: rules,
		Setup:     service,
		Preview: ssotrial.New(ssotrial.Options{
			Facts:     f.db,
			Evaluator: evaluate.New(evaluate.Options{}),
		}),
		Tests: ssotrial.New(ssotrial.Options{
			Facts:    f.db,
			TestRuns: f.db,
			Now:      time.Now,
		}),
		Links:          access.New(access.Options{Links: f.db, Now: time.Now}),
		Admins:         access.New(access.Options{Organizations: f.db, Now: time.Now}),
		Appointments:   f.db,
		Provisioning:   f.db,
		SCIMTokens:     provisioning.NewTokens(f.db, time.Now),
		PersonalTokens: tokens.New(f.db, nil, time.Now),
		ServiceTokens:  tokens.New(f.db, nil, time.Now),
		Brands:         f.brander(log),
		Tester:         f.tester(log),
		Drift: drift.New(drift.Options{
			Facts:  f.db,
			Writer: f.db,
			Graph:  graph,
			Now:    time.Now,
		}),
		SAML:    sp,
		OIDC:    rp,
		BaseURL: "https://" + host + "/",
		Log:     log,
	})
	f.ok(err)
	f.Router, err = route.New(route.Options{
		BaseURL: "https://" + host,
		Log:     log,
		Now:     time.Now,
	})
	f.ok(err)
	f.API(Prefix, f.api.Handler(), MaxBody)
	f.acme, f.other = f.world("acme"), f.world("other")
	f.revoked = 0
	return f
}

// LookupTXT implements connections.TXTResolver.
func (f *fixture) LookupTXT(_ context.Context, name string) ([]string, error) {
	if found := f.records[name]; found != nil {
		return found, nil
	}
	return nil, &net.DNSError{
		Err:        "no such host",
		Name:       name,
		IsNotFound: true,
	}
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// world makes an enterprise with one of everything, by the store alone.
func (f *fixture) world(key string) world {
	f.Helper()
	ctx, now := f.Context(), time.Now()
	e, err := f.db.CreateEnterprise(ctx, sso.ActorOperator, sso.Enterprise{
		Key:  key,
		Name: "Company " + key,
	})
	f.ok(err)
	o, err := f.db.CreateOrganization(ctx, sso.ActorOperator, sso.Organization{
		Enterprise: e.ID,
		Key:        "research",
		Name:       "Research",
	})
	f.ok(err)
	g, err := f.db.CreateGroup(ctx, sso.ActorOperator, e.ID, sso.Group{
		Organization: o.ID,
		Name:         "engineering",
	})
	f.ok(err)
	cfg := sso.Config{
		Version: 1,
		OIDC: &sso.OIDCConfig{
			Issuer:       "https://idp.test",
			ClientID:     "gatehouse",
			ClientSecret: canarySecret,
			AuthMethod:   sso.ClientSecretBasic,
		},
		Mapping:      sso.Mapping{Login: []string{"sub"}},
		Provisioning: sso.ProvisionJIT,
		Directory: &sso.Directory{
			Tenant:       "acme.test",
			ClientID:     "reader",
			ClientSecret: canarySecret,
		},
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
		EmailVerification: sso.EmailVerification{Mode: "never"},
	}
	draft, previous := cfg, cfg
	draft.Version, previous.Version = 3, 2
	draft.OIDC, previous.OIDC = elsewhere(
		cfg.OIDC, "by-link",
	), elsewhere(cfg.OIDC, "before")
	asked := func(of sso.Config) *sso.TrustChange {
		return &sso.TrustChange{
			Digest:  of.TrustDigest(),
			Authors: []sso.Actor{"link-1"},
			AskedBy: "link-1",
			AskedAt: now,
		}
	}
	c, err := f.db.CreateConnection(ctx, sso.ActorOperator, sso.Connection{
		Enterprise: e.ID,
		Name:       "Directory",
		Protocol:   sso.OIDC,
		Provider:   sso.Custom,
		State:      sso.ConnectionEnabled,
		Live:       &cfg,
		Draft:      &draft,
		Previous:   &previous,
		Keys:       []sso.KeyPair{f.pair()},
		Trust:      sso.Trust{Draft: asked(draft), Back: asked(previous)},
	})
	f.ok(err)
	d, err := f.db.CreateDomain(ctx, sso.ActorOperator, sso.Domain{
		Enterprise: e.ID,
		Name:       key + ".test",
		TXTRecord:  "gatehouse-verification=" + key,
	})
	f.ok(err)
	s := signIn(e, c, "ada", now)
	_, err = f.db.RecordHealth(ctx, e.ID, []sso.Finding{
		{
			HealthKey:     sso.HealthKey{Kind: sso.HealthGroups},
			FindingDetail: sso.FindingDetail{Side: "company"},
		},
		{
			HealthKey:     sso.HealthKey{Kind: sso.HealthErrors},
			FindingDetail: sso.FindingDetail{Side: "you"},
		},
	})
	f.ok(err)
	u, r, err := f.db.RecordLogin(ctx, s, holding(s.Identity.Groups))
	f.ok(err)
	app, err := f.db.CreateApplication(ctx, sso.ActorOperator, sso.Application{
		Key:     key,
		Name:    "Wiki",
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://wiki." + key + ".test"},
	})
	f.ok(err)
	role, err := f.db.CreateRole(ctx, sso.ActorOperator, sso.ProductRole{
		Key:        "reader-of-" + key,
		Name:       "Reader",
		Precedence: 900 + len(key), // of the two enterprises, each another
	})
	f.ok(err)
	l, err := f.db.CreateSetupLink(ctx, sso.ActorOperator, sso.SetupLink{
		Enterprise: e.ID,
		Token:      sso.NewSecret().Hash(),
		For:        "Grace",
		MaxOpens:   1,
		ExpiresAt:  now.Add(time.Hour),
	})
	f.ok(err)
	run := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: e.ID,
		Connection: c.ID,
		Kind:       sso.TestLive,
		State:      sso.TestWaiting,
		By:         sso.ActorOperator,
		CreatedAt:  now,
		ExpiresAt:  now.Add(time.Hour),
	}
	f.ok(f.db.CreateTestRun(ctx, run))
	f.appoint(e.ID, string(o.ID), u.ID)
	provisioned := world{"enterprise": string(e.ID), "connection": string(c.ID)}
	f.provisioned(provisioned, "entra")
	return world{
		"scim_token": provisioned["scim_token"],
		"attribute":  "department",

		"personal_token": f.personalToken(u),
		"api_token":      string(f.companyToken(e.ID)),
		"service_token":  f.serviceToken(e.ID, g),
		"resource":       provisioned["resource"],
		"test":           string(run.ID),
		"setup_link":     string(l.ID),
		"application":    string(app.ID),
		"role":           string(role.ID),
		"enterprise":     string(e.ID),
		"organization":   string(o.ID),
		"group":          string(g.ID),
		"connection":     string(c.ID),
		"domain":         string(d.ID),
		"user":           string(u.ID),
		"session":        string(s.Session.ID),
		"attempt":        string(s.Attempt.ID),
		"held_sync":      string(r.Held),
		"question":       string(sso.NewID[sso.QuestionID](now)),
		"subject_change": f.subjectChange(c),
		"move":           string(sso.NewID[sso.MoveID](now)),
		"merge":          string(sso.NewID[sso.MergeID](now)),
		"identity":       string(c.ID),
	}
}

// subjectChange records that all subjects of a connection seem to have changed, and
// returns the ID of the question.
func (f *fixture) subjectChange(c sso.Connection) string {
	f.Helper()
	id := string(sso.NewID[sso.SubjectChangeID](time.Now()))
	_, err := storetest.Raw(f, f.dsn).Exec(
		`insert into subject_changes (enterprise_id, id, connection_id, answer, people, first_at, found_at, decided_by,
			decided_at)
		values ($1, $2, $3, '', 5, 1, 1, '', 0)`,
		string(c.Enterprise), id, string(c.ID),
	)
	f.ok(err)
	return id
}

// companyToken makes an API token of an enterprise.
func (f *fixture) companyToken(ent sso.EnterpriseID) sso.TokenID {
	f.Helper()
	k, err := f.db.CreateToken(f.Context(), sso.ActorOperator, sso.Token{
		Enterprise: ent,
		Name:       "reports",
		Hash:       sso.NewSecret().Hash(),
		Scopes:     []sso.Scope{"users:read"},
	})
	f.ok(err)
	return k.ID
}

// merge merges a new user into that of acme.
func (f *fixture) merge(name string) {
	f.Helper()
	ent, into := sso.EnterpriseID(f.acme["enterprise"]), sso.UserID(f.acme["user"])
	_, err := f.db.MergeUsers(f.Context(), sso.ActorOperator, ent, f.claim(name), into)
	f.ok(err)
}

// elsewhere is a configuration with another client ID, and so of another trust.
func elsewhere(c *sso.OIDCConfig, clientID string) *sso.OIDCConfig {
	other := *c
	other.ClientID = clientID
	return &other
}

// holding is storetest.Reset, with something that waits for an admin besides.
func holding(asserted sso.AssertedGroups) sso.Decide {
	return func(facts sso.SignInFacts) (sso.Verdict, error) {
		v, err := storetest.Reset(asserted)(facts)
		v.Memberships.Held = &sso.HeldChanges{
			Mode:  sso.SyncReset,
			Cause: sso.HeldLastAdmin,
		}
		for _, g := range facts.Groups.Groups {
			v.Memberships.Held.Remove = append(v.Memberships.Held.Remove, g.ID)
			v.Memberships.Held.Removed = append(
				v.Memberships.Held.Removed,
				sso.GroupChange{
					Group:        g.ID,
					Name:         g.Name,
					Organization: g.Organization,
				},
			)
		}
		return v, err
	}
}

func signIn(e sso.Enterprise, c sso.Connection, subject string, now time.Time) sso.SignIn {
	attempt := sso.NewID[sso.AttemptID](now)
	groups := sso.AssertedGroups{
		State:  sso.GroupsValues,
		Names:  []string{"engineering", "unknown"},
		Source: "groups",
	}
	login := subject + "@" + e.Key + ".test"
	return sso.SignIn{
		Identity: sso.Identity{
			Connection: c.ID,
			Subject:    subject,
			Login:      login,
			Email:      login,
			Name:       "Ada Lovelace",
			Groups:     groups,
		},
		Replay: sso.ReplayMark{
			Connection: c.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Minute),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: e.ID,
			Connection: c.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     groups,
			At:         now,
			Checks: []sso.Check{{
				Name: "nonce",
				Want: "x",
				Got:  "x",
				OK:   true,
			}},
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.Secret(canaryCookie + e.Key + subject).Hash(),
			Enterprise:  e.ID,
			Connection:  c.ID,
			Attempt:     attempt,
			Subject:     subject,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(8 * time.Hour),
		},
	}
}

// in fills the wildcards of a path below Prefix.
func (w world) in(path string) string {
	for name, id := range w {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return strings.TrimSuffix(Prefix, "/") + "/" + strings.TrimPrefix(path, "/")
}

// reply is an answer, with its body read as JSON if it is.
type reply struct {
	*httptest.ResponseRecorder
	json map[string]any
}

// code is that of a problem.
func (r reply) code() string {
	s, _ := r.json["code"].(string)
	return s
}

func (r reply) text(member string) string {
	s, _ := r.json[member].(string)
	return s
}

func (r reply) items() []any {
	all, _ := r.json["items"].([]any)
	return all
}

// fields are the names of what a problem says is wrong.
func (r reply) fields() (names []string) {
	all, _ := r.json["errors"].([]any)
	for _, e := range all {
		names = append(names, e.(map[string]any)["field"].(string))
	}
	return names
}

// do sends a request with the token. body may be a string, sent as it is, or
// nil, or anything that is written as JSON; header is name, value, name…
func (f *fixture) do(method, target string, body any, header ...string) reply {
	f.Helper()
	return f.send(f.request(method, target, body, header...))
}

func (f *fixture) request(method, target string, body any, header ...string) *http.Request {
	f.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		f.ok(err)
		reader = bytes.NewReader(text)
	}
	r := httptest.NewRequest(method, target, reader)
	r.Host = host
	r.Header.Set("Authorization", "Bearer "+f.token.Reveal())
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (f *fixture) send(r *http.Request) reply {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	out := reply{ResponseRecorder: w}
	_ = json.Unmarshal(w.Body.Bytes(), &out.json)
	f.documented(r, out)
	f.discreet(out)
	return out
}

// documented asserts that an answer is one that the document announces.
func (f *fixture) documented(r *http.Request, got reply) {
	f.Helper()
	_, pattern := f.api.mux.Handler(r)
	_, path, _ := strings.Cut(pattern, " "+strings.TrimSuffix(Prefix, "/"))
	status, media := strconv.Itoa(got.Code), "application/json"
	if got.Code >= 400 {
		status, media = "default", "application/problem+json"
		if got.text("type") != "urn:gatehouse:problem:"+got.code() ||
			got.text("request_id") != got.Header().Get("X-Request-Id") ||
			got.text("detail") == "" {
			f.Errorf(
				"%s %s: %d is no problem: %s", r.Method, r.URL, got.Code, got.Body,
			)
		}
		path = "/enterprises" // what can go wrong is the same everywhere
	}
	item := f.api.huma.OpenAPI().Paths[path]
	if item == nil {
		return // the document itself
	}
	op := operationsOf(item)[r.Method]
	if got.Code >= 400 {
		op = item.Get
	}
	answer := op.Responses[status]
	switch {
	case answer == nil:
		f.Errorf("%s %s: %s is not in the document", r.Method, r.URL, status)
	case len(answer.Content) == 0 && got.Body.Len() > 0:
		f.Errorf(
			"%s %s: a body that is not in the document: %s", r.Method, r.URL,
			got.Body,
		)
	case len(answer.Content) > 0:
		if got.Header().Get("Content-Type") != media {
			f.Errorf(
				"%s %s: %d is %s", r.Method, r.URL, got.Code,
				got.Header().Get("Content-Type"),
			)
		}
		var body any
		if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
			f.Errorf("%s %s: %v: %s", r.Method, r.URL, err, got.Body)
		}
		wrong := &huma.ValidateResult{}
		huma.Validate(
			f.api.huma.OpenAPI().Components.Schemas, answer.Content[media].Schema,
			huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, wrong,
		)
		for _, err := range wrong.Errors {
			f.Errorf("%s %s: not as the document says: %v", r.Method, r.URL, err)
		}
	}
}

// discreet asserts that neither the answer nor the log has a secret in it.
func (f *fixture) discreet(got reply) {
	f.Helper()
	for name, text := range map[string]string{
		"answer": got.Body.String() + fmt.Sprint(got.Header()),
		"log":    f.log.String(),
	} {
		for _, secret := range []string{
			canarySecret, canaryCookie, "PRIVATE KEY", f.token.Reveal(),
		} {
			if strings.Contains(text, secret) {
				f.Errorf("the %s has a secret in it: %.300s", name, text)
			}
		}
	}
	f.log.Reset()
}

// wants asserts a status, and the code of a problem ("" for none).
func (f *fixture) wants(r reply, status int, code string) {
	f.Helper()
	if r.Code != status || status >= 400 && r.code() != code {
		f.Errorf("got %d %s; want %d %s", r.Code, r.Body, status, code)
	}
}

type m = map[string]any

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, f *fixture)) {
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, database))
		})
	}
}

// announce receives the store's announcements of revocations.
func (f *fixture) announce(ctx context.Context) {
	f.revoked++
	if f.tellNodes != nil {
		f.tellNodes(ctx)
	}
}
