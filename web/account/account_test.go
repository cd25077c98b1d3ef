package account

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/launch"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// records stands for the store.
type records struct {
	connection  sso.Connection
	memberships []sso.UserMembership
	sessions    []sso.Session
	attempts    []sso.Attempt
	synced      []sso.SyncRecord
	err         error
	stuck       error // of RevokeSession alone
	revoked     []sso.SessionID
	by          []sso.Actor
	filter      sso.AttemptFilter
	reach       []launch.Launch
}

func (s *records) Reach(context.Context, sso.Principal) ([]launch.Launch, error) {
	return s.reach, s.err
}

func (s *records) Connection(context.Context, sso.EnterpriseID, sso.ConnectionID) (sso.Connection, error) {
	if s.connection.ID == "" {
		return sso.Connection{}, sso.NothingHere()
	}
	return s.connection, nil
}

func (s *records) UserMemberships(context.Context, sso.EnterpriseID, sso.UserID) ([]sso.UserMembership, error) {
	return s.memberships, s.err
}

func (s *records) UserSessions(context.Context, sso.EnterpriseID, sso.UserID) ([]sso.Session, error) {
	return s.sessions, s.err
}

func (s *records) RevokeSession(_ context.Context, by sso.Actor, _ sso.EnterpriseID, id sso.SessionID) error {
	s.revoked, s.by = append(s.revoked, id), append(s.by, by)
	return errors.Join(s.err, s.stuck)
}

func (s *records) RevokeUserSessions(context.Context, sso.Actor, sso.EnterpriseID, sso.UserID) (int, error) {
	return 0, errors.New("all sessions would end")
}

func (s *records) Attempts(
	_ context.Context, _ sso.EnterpriseID, f sso.AttemptFilter, _ sso.Page,
) ([]sso.Attempt, string, error) {
	s.filter = f
	return s.attempts, "", s.err
}

func (s *records) SyncRecords(
	_ context.Context, _ sso.EnterpriseID, f sso.SyncFilter, p sso.Page,
) ([]sso.SyncRecord, string, error) {
	if f.User == "" || p.Limit != 1 {
		return nil, "", errors.New("asked for the records of others, or for many")
	}
	return s.synced, "", s.err
}

type browser struct {
	principal sso.Principal
	err       error
	ended     int
}

func (b *browser) Principal(*http.Request) (sso.Principal, error) { return b.principal, b.err }
func (b *browser) End(http.ResponseWriter, *http.Request)         { b.ended++ }

type fixture struct {
	*route.Router
	*records
	*browser
	tokens              *tokenRecords
	mine, phone, theirs sso.SessionID
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	pages, err := ui.New(ui.Options{}, Templates())
	if err != nil {
		t.Fatal(err)
	}
	return newFixtureOf(t, pages)
}

// newFixtureOf returns the handlers with pages.
func newFixtureOf(t *testing.T, pages *ui.Renderer) *fixture {
	t.Helper()
	now := time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC)
	f := &fixture{
		records: &records{},
		browser: &browser{},
		tokens:  &tokenRecords{},
		mine:    sso.NewID[sso.SessionID](now),
		phone:   sso.NewID[sso.SessionID](now),
		theirs:  sso.NewID[sso.SessionID](now),
	}
	user := sso.User{
		ID:    sso.NewID[sso.UserID](now),
		Name:  "Ada Lovelace",
		Login: "ada",
		Email: "ada@acme.example",
	}
	session := func(id sso.SessionID, seen time.Duration, ua string) sso.Session {
		return sso.Session{
			ID:          id,
			UserAgent:   ua,
			Remote:      "192.0.2.1",
			CreatedAt:   now.Add(-3 * time.Hour),
			LastSeenAt:  now.Add(-seen),
			IdleTimeout: 8 * time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		}
	}
	f.sessions = []sso.Session{
		session(f.phone, time.Hour, "Mozilla/5.0 (iPhone) Safari/605"),
		session(f.mine, 0, "Mozilla/5.0 (X11; Linux) Firefox/140.0"),
		session(sso.NewID[sso.SessionID](now), 9*time.Hour, "idle for too long"),
	}
	f.principal = sso.Principal{
		Enterprise: sso.Enterprise{ID: "ent", Name: "Acme Corporation"},
		User:       user,
		Session:    f.sessions[1],
	}
	f.connection = sso.Connection{
		ID:       "conn",
		Name:     "Employees",
		Protocol: sso.SAML,
		Provider: sso.Okta,
	}
	research := sso.Organization{ID: "org-r", Name: "Research"}
	operations := sso.Organization{ID: "org-o", Name: "Operations"}
	f.memberships = []sso.UserMembership{
		{
			Membership:   sso.Membership{Source: sso.SourceJIT, Since: now},
			Group:        sso.Group{Name: "engineering"},
			Organization: research,
		},
		{
			Membership:   sso.Membership{Source: sso.SourceManual, Since: now},
			Group:        sso.Group{Name: "on-call"},
			Organization: operations,
		},
		{
			Membership:   sso.Membership{Source: sso.SourceDefault, Since: now},
			Group:        sso.Group{Name: "Members", Default: true},
			Organization: research,
		},
	}
	f.attempts = []sso.Attempt{
		{
			ID:      "att-2",
			Outcome: sso.OutcomeFailed,
			Code:    "saml_expired",
			At:      now,
		},
		{
			ID:      "att-1",
			Outcome: sso.OutcomeSucceeded,
			At:      now,
			Groups: sso.AssertedGroups{
				State: sso.GroupsValues,
				Names: []string{"Engineering"},
			},
		},
	}
	var err error
	f.Router, err = route.New(route.Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	New(Options{
		Store:    f.records,
		Launch:   f.records,
		Service:  directory.New(directory.Options{Sessions: f.records}),
		Sessions: f.browser,
		Tokens:   f.tokens,
		Pages:    pages,
		Now:      func() time.Time { return now },
	}).Register(f.Router)
	return f
}

func (f *fixture) do(method, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	r.Host = "sso.example"
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func TestAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.do("GET", "/account")
	body := w.Body.String()
	if w.Code != 200 || f.filter.User != f.principal.User.ID {
		t.Fatalf("%d, attempts of %q", w.Code, f.filter.User)
	}
	at := -1
	for _, next := range []string{
		"Acme Corporation", "Ada Lovelace", "ada@acme.example", "not verified",
		"Employees (Okta, SAML)", "Operations", "on-call", "added by hand",
		"Research", "Members", "for everyone here", "engineering",
		"from your company’s sign-in", "<bdi>Firefox</bdi> on <bdi>Linux</bdi>", "this one",
		"<bdi>Safari</bdi> on <bdi>iPhone</bdi>", string(f.phone), "att-2", "att-1",
	} {
		i := strings.Index(body[at+1:], next)
		if i < 0 {
			t.Fatalf("%q is missing, or out of order:\n%s", next, body)
		}
		at += 1 + i
	}
	if strings.Contains(body, "Unknown browser") ||
		strings.Contains(body, "/account/sessions/"+string(f.mine)) ||
		strings.Contains(body, "saml_expired") {
		t.Errorf("shows a dead session, a button to end this one, or a code:\n%s", body)
	}
}

func TestNoGroupsIsNoAccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		groups sso.AssertedGroups
		want   string
	}{
		"none matched": {
			sso.AssertedGroups{
				State: sso.GroupsValues,
				Names: []string{"Engineering"},
			},
			"None of these is the name of a group here",
		},
		"empty":  {sso.AssertedGroups{State: sso.GroupsEmpty}, "you are in no group"},
		"absent": {sso.AssertedGroups{}, "sent no group information"},
		"overage": {
			sso.AssertedGroups{State: sso.GroupsOverage},
			"sent no group information",
		},
	} {
		f := newFixture(t)
		f.memberships, f.attempts[1].Groups = nil, c.groups
		w := f.do("GET", "/account")
		for _, want := range []string{
			"No access yet", "Acme Corporation", "ada", "IT team", c.want,
		} {
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d, lacks %q:\n%s", name, w.Code, want, w.Body)
			}
		}
	}
}

// TestNearMissIsSaid: a user who is in no group because of a capital letter can
// show their IT team which one.
func TestNearMissIsSaid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	near := sso.NearMiss{
		Asserted: "<Engineering>",
		Name:     "<engineering>",
		Why:      sso.DiffersInCase,
	}
	f.memberships = nil
	f.synced = []sso.SyncRecord{{NearMisses: []sso.NearMiss{near, near, {
		Asserted: "Members",
		Name:     "Members",
		Why:      sso.IsDefaultGroup,
	}}}}
	body := f.do("GET", "/account").Body.String()
	if strings.Count(body, "Near miss:") != 1 ||
		!strings.Contains(body, "&lt;engineering&gt;") ||
		strings.Contains(body, "<engineering>") ||
		strings.Contains(body, ">Members<") {
		t.Errorf("got %s", body)
	}
}

func TestAccountNeedsASession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.err = &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Sign in.",
	}
	for target, method := range map[string]string{
		"/account": "GET",
		"/account/sessions/" + string(f.phone) + "/revoke": "POST",
		"/account/sessions/revoke-others":                  "POST",
		"/account/tokens":                                  "GET",
		"/account/tokens/pat-x/revoke":                     "POST",
	} {
		if w := f.do(method, target); w.Code != 303 ||
			!strings.HasPrefix(w.Header().Get("Location"), "/login") ||
			len(f.revoked) != 0 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	f.browser.err = &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Later.",
	}
	if w := f.do("GET", "/account"); w.Code != 503 || len(w.Result().Cookies()) != 0 {
		t.Errorf("store down: %d", w.Code)
	}
	f.browser.err, f.records.err = nil, io.ErrUnexpectedEOF
	if w := f.do("GET", "/account"); w.Code != 500 || bytes.Contains(w.Body.Bytes(), []byte("EOF")) {
		t.Errorf("broken store: %d %s", w.Code, w.Body)
	}
}

func TestConnectionDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connection = sso.Connection{}
	if w := f.do("GET", "/account"); w.Code != 200 || strings.Contains(w.Body.String(), "Signed in through") {
		t.Errorf("%d", w.Code)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, id := range []string{string(f.theirs), "ses-x", "user-x"} {
		if w := f.do("POST", "/account/sessions/"+id+"/revoke"); w.Code != 404 || len(f.revoked) != 0 {
			t.Errorf("%s: %d, ended %v", id, w.Code, f.revoked)
		}
	}
	w := f.do("POST", "/account/sessions/"+string(f.phone)+"/revoke")
	if w.Code != 303 ||
		w.Header().Get("Location") != "/account?done=session" ||
		!slices.Equal(f.revoked, []sso.SessionID{f.phone}) ||
		f.by[0] != sso.Actor(f.principal.User.ID) ||
		f.browser.ended != 0 {
		t.Errorf("%d %v by %v", w.Code, f.revoked, f.by)
	}
	if w := f.do("GET", "/account?done=session"); !strings.Contains(w.Body.String(), `role="status"`) ||
		!strings.Contains(w.Body.String(), "The session has ended.") {
		t.Error("what was done is not said")
	}
	if w := f.do(
		"POST", "/account/sessions/"+string(f.mine)+"/revoke",
	); w.Header().Get("Location") != "/logout" || f.browser.ended != 1 {
		t.Errorf(
			"this one: %s, ended %d", w.Header().Get("Location"), f.browser.ended,
		)
	}
	if w := f.do("GET", "/account/sessions/"+string(f.phone)+"/revoke"); w.Code != 405 {
		t.Errorf("a link ends a session: %d", w.Code)
	}
}

func TestRevokeOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.do("POST", "/account/sessions/revoke-others")
	if w.Code != 303 ||
		len(f.revoked) != 2 ||
		slices.Contains(f.revoked, f.mine) {
		t.Errorf("%d %v", w.Code, f.revoked)
	}
}

// TestRevokeThatDidNotHappen is T-REVOKE-ERR (CVE-2020-15223): the page does
// not report a session as ended that still exists.
func TestRevokeThatDidNotHappen(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]int{
		errors.New("the disk is full"): 500,
		&sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "Later.",
		}: 503,
	} {
		f := newFixture(t)
		f.stuck = cause
		for _, target := range []string{
			"/account/sessions/" + string(f.phone) + "/revoke",
			"/account/sessions/" + string(f.mine) + "/revoke",
			"/account/sessions/revoke-others",
		} {
			w := f.do("POST", target)
			if w.Code != want ||
				w.Header().Get("Location") != "" ||
				len(w.Result().Cookies()) != 0 ||
				f.browser.ended != 0 ||
				len(f.revoked) == 0 {
				t.Errorf(
					"%s: %d to %q, ended %d", target, w.Code,
					w.Header().Get("Location"), f.browser.ended,
				)
			}
		}
	}
}
