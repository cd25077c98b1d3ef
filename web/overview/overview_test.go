package overview_test

import (
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/drift"
	"gatehouse/sso/firststeps"
	"gatehouse/sso/health"
	"gatehouse/sso/launch"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/console"
	"gatehouse/web/overview"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// visitors let in whom the header names: the roles are others' tests.
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

// fixture is the real wiring, on a company without a connection.
type fixture struct {
	*testing.T
	router *route.Router
	db     *store.DB
	ent    sso.Enterprise
	conn   sso.Connection
	who    visitors
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t}
	f.db = storetest.Open(
		t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, nil,
	)
	var err error
	f.ent, err = f.db.CreateEnterprise(
		t.Context(), sso.ActorOperator,
		sso.Enterprise{
			Key:  "acme",
			Name: "Acme",
		},
	)
	f.ok(err)
	other, err := f.db.CreateEnterprise(
		t.Context(), sso.ActorOperator,
		sso.Enterprise{
			Key:  "globex",
			Name: "Globex",
		},
	)
	f.ok(err)
	f.who = visitors{
		"olive": {Role: sso.RoleOperator, Actor: "adm-olive", Name: "Olive"},
		"ada":   {Role: sso.RoleEnterpriseAdmin, Actor: "user-ada", Enterprise: f.ent.ID},
		"gus":   {Role: sso.RoleEnterpriseAdmin, Actor: "user-gus", Enterprise: other.ID},
	}
	pages, err := ui.New(ui.Options{}, console.Templates(), overview.Templates())
	f.ok(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	f.router, err = route.New(route.Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log:     log,
	})
	f.ok(err)
	applications, err := launch.New(launch.Options{
		Applications: f.db,
		Enterprises:  f.db,
		Groups:       f.db,
		BaseURL:      "https://sso.example",
		CookieDomain: "example",
		Log:          log,
	})
	f.ok(err)
	overview.New(overview.Options{
		Store:  f.db,
		Launch: applications,
		First:  &firststeps.Service{Store: f.db},
		Service: directory.New(directory.Options{
			Enterprises:  f.db,
			Applications: f.db,
			InReach:      applications.InReach,
		}),
		Health: health.New(health.Options{
			Facts:  f.db,
			Rules:  f.db,
			Ledger: f.db,
			Drift: drift.New(drift.Options{
				Facts:  f.db,
				Writer: f.db,
				Now:    time.Now,
			}),
			Log: log,
			Now: time.Now,
		}),
		Console: console.New(console.Options{
			Access:    f.who,
			Directory: f.db,
			Pages:     pages,
			Now:       time.Now,
		}),
		BaseURL: "https://sso.example",
		Now:     time.Now,
	}).Register(f.router)
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) do(who, method, path string, form url.Values) (int, string) {
	f.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = "sso.example"
	r.Header.Set("Visitor", who)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	return w.Code, html.UnescapeString(w.Body.String()) + w.Header().Get("Location")
}

const home = "/admin/enterprises/acme"

// verdict asserts the badge beside the heading and what else the page says.
func (f *fixture) verdict(state, label string, words ...string) {
	f.Helper()
	code, body := f.do("ada", http.MethodGet, home, nil)
	if code != http.StatusOK {
		f.Fatalf("the overview answers %d", code)
	}
	_, head, _ := strings.Cut(body, "<h1")
	head, _, _ = strings.Cut(head, "<section")
	badge := fmt.Sprintf(`data-state="%s">`, state)
	if state == "" {
		badge = `class="tag">`
	}
	if !strings.Contains(head, badge+label+"<") {
		f.Errorf("the verdict is not %q in %q:\n%s", label, state, head)
	}
	for _, word := range words {
		if !strings.Contains(body, word) {
			f.Errorf("the overview does not say %q", word)
		}
	}
}

// connect adds a connection in a state.
func (f *fixture) connect(state sso.ConnectionState) {
	f.Helper()
	cfg := &sso.Config{
		Version: 1,
		OIDC: &sso.OIDCConfig{
			Issuer:     "https://idp.example",
			ClientID:   "x",
			AuthMethod: sso.ClientSecretBasic,
		},
		Mapping: sso.Mapping{
			Login:  []string{"sub"},
			Groups: []string{"groups"},
		},
		Provisioning:      sso.ProvisionJIT,
		EmailVerification: sso.EmailVerification{Mode: "never"},
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
	}
	c := sso.Connection{
		Enterprise: f.ent.ID,
		Name:       "Okta",
		Protocol:   sso.OIDC,
		Provider:   sso.Okta,
		State:      state,
	}
	if state == sso.ConnectionDraft {
		c.Draft = cfg
	} else {
		c.Live = cfg
	}
	var err error
	f.conn, err = f.db.CreateConnection(f.Context(), sso.ActorOperator, c)
	f.ok(err)
}

// signIn signs a person in with the planner of sign-ins.
func (f *fixture) signIn(subject string, groups ...string) {
	f.Helper()
	now := time.Now()
	asserted := sso.AssertedGroups{
		State:  sso.GroupsValues,
		Names:  groups,
		Source: "groups",
	}
	attempt := sso.NewID[sso.AttemptID](now)
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: f.conn.ID,
			Subject:    subject,
			Login:      subject,
			Name:       subject,
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: f.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			Login:      subject,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     asserted,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  f.ent.ID,
			Connection:  f.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	_, _, err := f.db.RecordLogin(f.Context(), s, func(facts sso.SignInFacts) (sso.Verdict, error) {
		changes, err := groupsync.Plan(
			sso.GroupSync{Mode: sso.SyncReset}, asserted, facts.Groups,
		)
		return sso.Verdict{Memberships: changes}, err
	})
	f.ok(err)
}

// fail records sign-ins that failed.
func (f *fixture) fail(n int, code string) {
	f.Helper()
	for range n {
		now := time.Now()
		f.ok(f.db.RecordAttempt(f.Context(), sso.Attempt{
			ID:         sso.NewID[sso.AttemptID](now),
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			Outcome:    sso.OutcomeFailed,
			Code:       code,
			At:         now,
		}, ""))
	}
}

// group creates the group that people are in, and a domain that is not verified.
func (f *fixture) group(names ...string) {
	f.Helper()
	org, err := f.db.CreateOrganization(
		f.Context(), sso.ActorOperator,
		sso.Organization{
			Enterprise: f.ent.ID,
			Key:        "web",
			Name:       "Web",
		},
	)
	f.ok(err)
	for _, name := range names {
		_, err = f.db.CreateGroup(
			f.Context(), sso.ActorOperator, f.ent.ID,
			sso.Group{
				Organization: org.ID,
				Name:         name,
			},
		)
		f.ok(err)
	}
}

// TestVerdicts: what is not set up, amber, green and red, and why.
func TestVerdicts(t *testing.T) {
	t.Run("nothing is set up", func(t *testing.T) {
		f := newFixture(t)
		f.verdict(
			"", "not set up", "No one can sign in yet.", home+"/connections/new",
		)
	})
	t.Run("a draft alone is amber", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionDraft)
		f.verdict(
			"warn", "not enabled", "No connection is enabled",
			"A draft of Okta is not tested and enabled yet.",
		)
	})
	t.Run("a connection that was disabled is amber", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionDisabled)
		f.verdict("warn", "not enabled")
	})
	t.Run("enabled and unused is green", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionEnabled)
		f.verdict("ok", "no sign-ins yet")
	})
	t.Run("used is green, and what waits is listed", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionEnabled)
		_, err := f.db.CreateDomain(t.Context(), sso.ActorOperator, sso.Domain{
			Enterprise: f.ent.ID,
			Name:       "acme.example",
			TXTRecord:  "x",
		})
		f.ok(err)
		f.signIn("ada", "nowhere")
		f.verdict(
			"ok", "healthy", "Sign-in works",
			"1 group name from the identity provider matches no group here.",
			"The domain acme.example is not verified yet",
		)
	})
	t.Run("failures of people alone stay green", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionEnabled)
		f.signIn("ada")
		f.fail(8, "login_state_expired")
		f.verdict("ok", "healthy")
	})
	t.Run("failures of the company are red", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionEnabled)
		f.signIn("ada")
		f.fail(4, "id_token_invalid")
		f.verdict("ok", "healthy") // too few to say anything
		f.fail(4, "id_token_invalid")
		f.verdict(
			"error", "failing", "8 of the last day’s 9 sign-ins through Okta failed",
			"id_token_invalid", "See failures",
		)
	})
	t.Run("one person's held sync is amber", func(t *testing.T) {
		f := newFixture(t)
		f.connect(sso.ConnectionEnabled)
		f.group("dev")
		f.signIn("ada", "dev")
		f.signIn("ada", "d-e-v")
		f.verdict("warn", "needs attention", "None of the group names that Okta sent matches a group here.", "Decide")
	})
}

// TestStopStaysVisible: removals of many are red until an admin decides, amber
// while they stay stopped after a discard, and green once they are approved.
func TestStopStaysVisible(t *testing.T) {
	f := newFixture(t)
	f.connect(sso.ConnectionEnabled)
	f.group("dev", "ops")
	people := []string{"p1", "p2", "p3", "p4", "p5"}
	for _, p := range people {
		f.signIn(p, "dev", "ops")
	}
	f.verdict("ok", "healthy")
	for _, p := range people {
		f.signIn(p, "DEV-2", "OPS-2")
	}
	f.verdict("error", "removals held", "The group names that Okta sends no longer match the groups here", "Decide")
	decide := func(approve bool) {
		_, err := f.db.DecideHeldSyncs(
			t.Context(), "adm-olive", f.ent.ID,
			sso.HeldDecision{
				Cause:      sso.HeldNamesChanged,
				Connection: f.conn.ID,
				Approve:    approve,
				Restore:    !approve,
			},
		)
		f.ok(err)
	}
	decide(false)
	f.verdict(
		"warn", "removals stopped", "Sign-in works",
		"Removals through Okta stay stopped", "See what is stopped", home+"/held",
	)
	f.signIn("p1", "DEV-2", "OPS-2") // held again, and red again
	f.verdict("error", "removals held")
	decide(true)
	f.verdict("ok", "healthy")
}

// TestWhoSeesTheOverview: forms for operators, the page for the admins of the
// enterprise, nothing for others.
func TestWhoSeesTheOverview(t *testing.T) {
	f := newFixture(t)
	f.connect(sso.ConnectionEnabled)
	f.who["link"] = sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      "link-x",
		Intents:    sso.DefaultIntents(),
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
	}
	if _, body := f.do(
		"olive", http.MethodGet, home, nil,
	); !strings.Contains(body, "Delete this enterprise") {
		t.Error("an operator is not offered to delete the enterprise")
	}
	_, body := f.do("ada", http.MethodGet, home, nil)
	if strings.Contains(body, "Delete this enterprise") ||
		!strings.Contains(body, "enterprise_key=acme") {
		t.Error("an admin of the enterprise sees the operator's forms, or no sign-in link")
	}
	for _, who := range []string{"gus", "link"} {
		if code, _ := f.do(who, http.MethodGet, home, nil); code != http.StatusNotFound {
			t.Errorf("%s: %d", who, code)
		}
	}
	for _, who := range []string{"ada", "gus", "link"} {
		if code, _ := f.do(who, http.MethodPost, home+"/delete", url.Values{
			"confirm": {"acme"},
		}); code != http.StatusNotFound {
			t.Errorf("%s deletes the enterprise: %d", who, code)
		}
	}
}

// TestEnterprises: the list, and what cannot be entered.
func TestEnterprises(t *testing.T) {
	f := newFixture(t)
	const all = "/admin/enterprises"
	says := func(status int, method, path string, form url.Values, words ...string) {
		t.Helper()
		code, body := f.do("olive", method, path, form)
		if code != status {
			t.Errorf("%s %s: %d, want %d", method, path, code, status)
		}
		for _, word := range words {
			if !strings.Contains(body, word) {
				t.Errorf("%s %s does not say %q", method, path, word)
			}
		}
	}
	says(200, "GET", all, nil, "Acme", "Globex", "not set up")
	says(200, "GET", all+"?q=acm", nil, "Acme")
	if _, body := f.do("olive", "GET", all+"?q=acm", nil); strings.Contains(body, "Globex") {
		t.Error("a search shows what does not match")
	}
	says(422, "POST", all, url.Values{
		"name": {""},
		"key":  {"New Key"},
	}, "Enter a name.", "Use 1 to 63 lower-case letters")
	says(422, "POST", all, url.Values{"name": {"Acme 2"}, "key": {"acme"}}, "Acme 2")
	says(303, "POST", all, url.Values{
		"name": {"Initech"},
		"key":  {"initech"},
	}, "/admin/enterprises/initech?done=created")
	says(
		422, "POST", home+"/rename",
		url.Values{"name": {"Acme"}, "key": {"initech"}}, "Key",
	)
	says(
		422, "POST", home+"/delete", url.Values{"confirm": {"acm"}},
		"This is not the key of the enterprise. Nothing was deleted.",
	)
	says(
		303, "POST", home+"/delete", url.Values{"confirm": {"acme"}},
		"?done=deleted",
	)
	says(404, "GET", home, nil)
}

// TestArrival chooses where people arrive: among the applications that admit the enterprise,
// and again once that one is gone.
func TestArrival(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	home := "/admin/enterprises/acme"
	application := func(key, origin string, enterprises ...sso.EnterpriseID) sso.Application {
		a, err := f.db.CreateApplication(t.Context(), sso.ActorSystem, sso.Application{
			Key:         key,
			Name:        "The " + key,
			Kind:        sso.ForwardAuth,
			Origins:     []string{origin},
			Enterprises: enterprises,
		})
		f.ok(err)
		return a
	}
	globex, err := f.db.CreateEnterprise(t.Context(), sso.ActorSystem, sso.Enterprise{
		Key:  "globex-2",
		Name: "Globex",
	})
	f.ok(err)
	wiki := application("wiki", "https://wiki.example")
	other := application("other", "https://other.example", globex.ID)
	shows := func(want string, not ...string) {
		t.Helper()
		_, body := f.do("olive", "GET", home, nil)
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
		for _, n := range not {
			if strings.Contains(body, n) {
				t.Errorf("the page has %q", n)
			}
		}
	}
	far := application("far", "https://far.test")
	shows("The wiki", "The other")
	shows("Left out: The far. The session cookie is not sent there", `>The far</option>`)
	shows("People arrive at: <strong><bdi>the list of their applications</bdi></strong>")
	choose := func(id sso.ApplicationID) (int, string) {
		return f.do("olive", "POST", home+"/arrival", url.Values{"default_application": {string(id)}})
	}
	if status, body := choose(other.ID); status != 422 || !strings.Contains(body, "does not admit the enterprise") {
		t.Errorf("the application of another enterprise: %d", status)
	}
	if status, body := choose(far.ID); status != 422 || !strings.Contains(body, "The session cookie is not sent to") {
		t.Errorf("an application out of reach: %d", status)
	}
	if status, _ := choose(wiki.ID); status != 303 {
		t.Errorf("the wiki: %d", status)
	}
	shows(`selected>The wiki`)
	shows("People arrive at: <strong><bdi>The wiki</bdi></strong>, <code>https://wiki.example/</code>", "was chosen")
	move := func(origin string) {
		_, err := f.db.UpdateApplication(t.Context(), sso.ActorSystem, wiki.ID,
			func(a sso.Application) (sso.Application, error) {
				a.Origins = []string{origin}
				return a, nil
			})
		f.ok(err)
	}
	move("https://wiki.test")
	shows("<bdi>the list of their applications</bdi></strong>. <span class=\"soft\">The wiki was chosen. The session", "selected>The wiki")
	move("https://wiki.example")
	f.ok(f.db.DeleteApplication(t.Context(), sso.ActorSystem, wiki.ID))
	shows("no longer admits the enterprise", "The wiki")
	if status, _ := choose(""); status != 303 {
		t.Errorf("the list: %d", status)
	}
	shows("Choose where people arrive", "no longer admits the enterprise")
}
