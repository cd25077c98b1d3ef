package main

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/store"
	"gatehouse/web/console"
	"gatehouse/web/route"
)

// consoleTest is a gateway in this process with two enterprises and a signed-in
// browser for every role.
type consoleTest struct {
	*testing.T
	g       *gateway
	acme    sso.Enterprise
	conn    sso.Connection
	other   sso.Connection // also of acme
	cookies map[string][]*http.Cookie
	values  map[string]string // by wildcard
	asked   int
}

// The roles that request a page.
const (
	visitor      = "visitor without a session"
	stranger     = "admin of another enterprise"
	bystander    = "someone of the enterprise who administers nothing"
	otherLink    = "setup link of another connection"
	foreignLink  = "setup link of another enterprise"
	link         = "setup link of this connection"
	newLinkOf    = "setup link for a new connection"
	onlySignOn   = "setup link of this connection for single sign-on"
	onlySCIM     = "setup link of this connection for provisioning"
	onlyDomains  = "setup link of this connection for domains"
	onlyGroups   = "setup link of this connection for Verify groups"
	named        = "named admin"
	byGroup      = "admin by a group"
	operatorSSO  = "operator by single sign-on alone"
	operatorTwo  = "operator by single sign-on and a password"
	operator     = "operator"
	disabledUser = "named admin who is deactivated"
	ofThis       = "admin of this organization"
	ofOther      = "admin of another organization"
	ofForeign    = "admin of an organization of another enterprise"
	ofLinked     = "admin of this organization with a setup link of this connection"
	ofBoth       = "admin of this organization who is named admin, too"
	ofGone       = "admin of this organization who is deactivated"
	ofDismissed  = "admin of this organization until a moment ago"
)

func roles() []string {
	return []string{
		visitor, stranger, bystander, otherLink, foreignLink, link, newLinkOf, onlySignOn,
		onlySCIM, onlyDomains, onlyGroups, named,
		byGroup, operatorSSO, operatorTwo, operator, disabledUser,
		ofThis, ofOther, ofForeign, ofLinked, ofBoth, ofGone, ofDismissed,
	}
}

// admits reports whether a page with this need is open to a role. connection is
// whether its path names a connection, which tells the setup links apart.
func admits(need console.Need, who string, connection bool) bool {
	ofEnterprise := slices.Contains([]string{named, byGroup, operator, operatorTwo, ofBoth}, who)
	switch need {
	case console.Operator:
		return who == operator || who == operatorTwo
	case console.Enterprise:
		return ofEnterprise
	case console.Organization:
		return ofEnterprise || who == ofThis
	case console.AnyAdmin:
		return ofEnterprise || who == stranger
	}
	switch who {
	case link, ofLinked:
		return need != console.Provisioning // today's links open all others
	case otherLink, newLinkOf:
		return !connection && need != console.Provisioning
	}
	if only := onlyIntents()[who]; only != 0 {
		return need == only
	}
	return ofEnterprise
}

// onlyIntents are the setup links with one intent, and what they open.
func onlyIntents() map[string]console.Need {
	return map[string]console.Need{
		onlySignOn:  console.SignOn,
		onlySCIM:    console.Provisioning,
		onlyDomains: console.Domains,
		onlyGroups:  console.Groups,
	}
}

func newConsoleTest(t *testing.T) *consoleTest {
	t.Helper()
	return newConsoleTestLogging(t, slog.New(slog.DiscardHandler))
}

func newConsoleTestLogging(t *testing.T, log *slog.Logger) *consoleTest {
	t.Helper()
	d := newEmptyConsoleTest(t, log)
	d.seed()
	return d
}

// newEmptyConsoleTest returns a gateway with a new database.
func newEmptyConsoleTest(t *testing.T, log *slog.Logger) *consoleTest {
	t.Helper()
	d := &consoleTest{T: t, cookies: map[string][]*http.Cookie{}}
	c := config.Default()
	c.DataDir, c.BaseURL = t.TempDir(), "http://localhost:8080"
	keys := store.Keyring{Current: store.NewKey()}
	db, err := store.Open(t.Context(), store.Options{
		DSN:  "sqlite:" + c.DataDir + "/gatehouse.db",
		Keys: keys,
	})
	d.ok(err)
	d.g, err = newGateway(parts{
		config: c,
		db:     db,
		keys:   keys,
		log:    log,
	})
	d.ok(err)
	t.Cleanup(func() {
		if err := d.g.close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *consoleTest) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// seed creates an enterprise with one object of each kind, and every role.
func (d *consoleTest) seed() {
	d.Helper()
	ctx, db, by := d.Context(), d.g.db, sso.ActorSystem
	var err error
	d.acme, d.conn = d.enterprise("acme")
	globex, globexConn := d.enterprise("globex")
	d.other, err = db.CreateConnection(ctx, by, sso.Connection{
		Enterprise: d.acme.ID,
		Name:       "Other",
		Protocol:   sso.SAML,
		Provider:   sso.Custom,
		State:      sso.ConnectionDraft,
		Draft:      &sso.Config{Version: 1, SAML: &sso.SAMLConfig{}},
	})
	d.ok(err)
	org, err := db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: d.acme.ID,
		Key:        "web",
		Name:       "Web",
	})
	d.ok(err)
	d.push("admins")
	group, err := db.CreateGroup(ctx, by, d.acme.ID, sso.Group{
		Organization: org.ID,
		Name:         "admins",
		Admin:        true,
	})
	d.ok(err)
	ada := d.user(named, d.acme, d.conn)
	d.ok(db.AddEnterpriseAdmin(ctx, by, d.acme.ID, ada.User))
	d.ok(db.AddMember(
		ctx, by, d.acme.ID, group.ID, d.user(byGroup, d.acme, d.conn).User,
	))
	d.user(bystander, d.acme, d.conn)
	gone := d.user(disabledUser, d.acme, d.conn)
	d.ok(db.AddEnterpriseAdmin(ctx, by, d.acme.ID, gone.User))
	_, err = db.UpdateUser(ctx, by, d.acme.ID, gone.User, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	d.ok(err)
	d.ok(db.AddEnterpriseAdmin(
		ctx, by, globex.ID, d.user(stranger, globex, globexConn).User,
	))
	d.organizationAdmins(org, globex, globexConn)
	d.ok(db.AddMember(ctx, by, d.acme.ID, org.DefaultGroup, ada.User)) // whose page the admins see
	me := d.account("olive", "")
	d.account("tied", operatorSSO)
	made := d.link(link, d.acme, d.conn.ID)
	d.cookies[ofLinked] = append(d.cookies[ofLinked], d.cookies[link]...)
	d.link(otherLink, d.acme, d.other.ID)
	d.link(newLinkOf, d.acme, "")
	d.link(foreignLink, globex, globexConn.ID)
	d.link(onlySignOn, d.acme, d.conn.ID, sso.IntentSignOn)
	d.link(onlySCIM, d.acme, d.conn.ID, sso.IntentProvisioning)
	d.link(onlyDomains, d.acme, d.conn.ID, sso.IntentDomain)
	d.link(onlyGroups, d.acme, d.conn.ID, sso.IntentGroups)
	domain, err := db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: d.acme.ID,
		Name:       "acme.test",
		TXTRecord:  "x",
	})
	d.ok(err)
	application, err := db.CreateApplication(ctx, by, sso.Application{
		Key:     "wiki",
		Name:    "Wiki",
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://wiki.acme.test"},
	})
	d.ok(err)
	records, _, err := db.SyncRecords(ctx, d.acme.ID, sso.SyncFilter{}, sso.Page{})
	d.ok(err)
	d.values = map[string]string{
		"enterprise":   d.acme.Key,
		"connection":   string(d.conn.ID),
		"user":         string(ada.User),
		"group":        string(group.ID),
		"organization": string(org.ID),
		"admin":        string(me.ID),
		"link":         string(made.ID),
		"domain":       string(domain.ID),
		"application":  string(application.ID),
		"attempt":      string(ada.Attempt),
		"record":       string(records[0].ID),
	}
}

// organizationAdmins creates admins of an organization of acme, of another one, and of
// one of globex.
func (d *consoleTest) organizationAdmins(org sso.Organization, globex sso.Enterprise, at sso.Connection) {
	d.Helper()
	ctx, db, by := d.Context(), d.g.db, sso.ActorSystem
	organization := func(e sso.Enterprise, key string) sso.OrganizationID {
		o, err := db.CreateOrganization(ctx, by, sso.Organization{
			Enterprise: e.ID,
			Key:        key,
			Name:       key,
		})
		d.ok(err)
		return o.ID
	}
	appoint := func(who string, e sso.Enterprise, c sso.Connection, o sso.OrganizationID) sso.UserID {
		u := d.user(who, e, c).User
		_, err := db.AddOrganizationAdmin(ctx, by, e.ID, o, u, false)
		d.ok(err)
		return u
	}
	appoint(ofThis, d.acme, d.conn, org.ID)
	appoint(ofLinked, d.acme, d.conn, org.ID)
	appoint(ofOther, d.acme, d.conn, organization(d.acme, "app"))
	appoint(ofForeign, globex, at, organization(globex, "web"))
	d.ok(db.AddEnterpriseAdmin(ctx, by, d.acme.ID, appoint(ofBoth, d.acme, d.conn, org.ID)))
	_, err := db.UpdateUser(
		ctx, by, d.acme.ID, appoint(ofGone, d.acme, d.conn, org.ID), func(u sso.User) (sso.User, error) {
			u.Status = sso.UserDeactivated
			return u, nil
		})
	d.ok(err)
	d.ok(db.RemoveOrganizationAdmin(ctx, by, d.acme.ID, org.ID, appoint(ofDismissed, d.acme, d.conn, org.ID)))
}

// push provisions a group, which the pages about provisioning then know.
func (d *consoleTest) push(name string) {
	d.Helper()
	_, _, err := d.g.db.CreateProvisionedGroup(d.Context(), sso.Push{
		Enterprise: d.acme.ID,
		Connection: d.conn.ID,
		Event:      sso.NewID[sso.ProvisioningEventID](time.Now()),
	}, sso.ProvisionedGroup{
		DisplayName: name,
		Document:    []byte(`{"displayName": "` + name + `"}`),
	}, sso.MemberChange{})
	d.ok(err)
}

func (d *consoleTest) enterprise(key string) (sso.Enterprise, sso.Connection) {
	d.Helper()
	e, err := d.g.db.CreateEnterprise(d.Context(), sso.ActorSystem, sso.Enterprise{
		Key:  key,
		Name: "Enterprise " + key,
	})
	d.ok(err)
	pair, err := saml.NewKeyPair("Gatehouse", time.Now())
	d.ok(err)
	c, err := d.g.db.CreateConnection(d.Context(), sso.ActorSystem, sso.Connection{
		Enterprise: e.ID,
		Name:       "Directory",
		Protocol:   sso.SAML,
		Provider:   sso.Custom,
		State:      sso.ConnectionEnabled,
		Keys:       []sso.KeyPair{pair},
		Live: &sso.Config{
			Version: 1,
			SAML: &sso.SAMLConfig{
				IDPEntityID: "https://idp.test",
				SSO: sso.Endpoint{
					URL:     "https://idp.test/sso",
					Binding: sso.BindingRedirect,
				},
				Certificates: []sso.Certificate{{Raw: pair.Certificate}},
			},
		},
	})
	d.ok(err)
	return e, c
}

// user signs a user in by single sign-on and keeps the cookies under who.
func (d *consoleTest) user(who string, e sso.Enterprise, c sso.Connection) sso.Session {
	d.Helper()
	now := time.Now()
	token := sso.NewSecret()
	login := strings.ReplaceAll(who, " ", "-") + "@" + e.Key + ".test"
	attempt := sso.NewID[sso.AttemptID](now)
	groups := sso.AssertedGroups{State: sso.GroupsAbsent}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: c.ID,
			Subject:    login,
			Login:      login,
			Email:      login,
			Name:       "Name of " + who,
			Groups:     groups,
		},
		Replay: sso.ReplayMark{
			Connection: c.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: e.ID,
			Connection: c.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     groups,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       token.Hash(),
			Enterprise:  e.ID,
			Connection:  c.ID,
			Attempt:     attempt,
			Subject:     login,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	u, _, err := d.g.db.RecordLogin(d.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{Memberships: sso.MembershipChanges{Record: sso.SyncRecord{
			Mode:     sso.SyncReset,
			Asserted: groups,
		}}}, nil
	})
	d.ok(err)
	s.Session.User = u.ID
	d.keep(who, func(w http.ResponseWriter) error {
		return d.g.sessions.Start(
			w, httptest.NewRequest(http.MethodGet, "/", nil), token,
		)
	})
	return s.Session
}

// account creates a local admin with a session of its own or, if tied is not
// empty, one tied to the single sign-on user of that name.
func (d *consoleTest) account(login, tied string) sso.Admin {
	d.Helper()
	_, token, err := d.g.admin.Invite(d.Context(), sso.ActorOperator, true)
	d.ok(err)
	a, session, err := d.g.admin.Accept(d.Context(), token, access.NewAccount{
		Name:     login,
		Login:    login,
		Password: "correct horse battery",
	}, access.SignIn{})
	d.ok(err)
	if tied == "" {
		d.keep(operator, func(w http.ResponseWriter) error {
			return d.g.sessions.Admin().Set(w, session)
		})
		return a
	}
	s := d.user(tied, d.acme, d.conn)
	p, err := d.g.db.Principal(d.Context(), s.Token)
	d.ok(err)
	d.ok(d.g.admin.Tie(d.Context(), a.ID, &p))
	who, err := d.g.admin.Confirmation(d.Context(), access.Browser{Principal: &p})
	d.ok(err)
	second, err := d.g.admin.Confirm(d.Context(), who, access.SignIn{
		Password: "correct horse battery",
	})
	d.ok(err)
	d.keep(operatorTwo, func(w http.ResponseWriter) error {
		return d.g.sessions.Admin().Set(w, second)
	})
	d.cookies[operatorTwo] = append(d.cookies[operatorTwo], d.cookies[tied]...)
	return a
}

func (d *consoleTest) link(
	who string, e sso.Enterprise, c sso.ConnectionID, intents ...sso.Intent,
) sso.SetupLink {
	d.Helper()
	l, token, err := d.g.admin.CreateLink(
		d.Context(), sso.ActorOperator, e,
		access.NewLink{
			For:        who,
			Connection: c,
			Intents:    intents,
		},
	)
	d.ok(err)
	session, err := d.g.admin.OpenLink(d.Context(), token, "")
	d.ok(err)
	d.keep(who, func(w http.ResponseWriter) error {
		return d.g.sessions.Setup().Set(w, session)
	})
	return l
}

// keep stores the cookies that give sets under who.
func (d *consoleTest) keep(who string, give func(http.ResponseWriter) error) {
	d.Helper()
	w := httptest.NewRecorder()
	d.ok(give(w))
	d.cookies[who] = w.Result().Cookies()
}

// ask sends a request with the cookies of who; site is its Sec-Fetch-Site header.
func (d *consoleTest) ask(h http.Handler, who, method, path, site string) *httptest.ResponseRecorder {
	r := d.request(method, path, site)
	for _, c := range d.cookies[who] {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// askWith is ask with an Authorization header and no cookie.
func (d *consoleTest) askWith(h http.Handler, method, path, authorization string) *httptest.ResponseRecorder {
	r := d.request(method, path, "same-origin")
	r.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (d *consoleTest) request(method, path, site string) *http.Request {
	r := httptest.NewRequest(method, d.g.config.BaseURL+path, http.NoBody)
	if method == http.MethodPost {
		r = httptest.NewRequest(
			method, d.g.config.BaseURL+path,
			strings.NewReader(url.Values{"x": {"y"}}.Encode()),
		)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", site)
	d.asked++ // each from an address of its own, for the rate limits
	r.RemoteAddr = fmt.Sprintf("10.0.%d.%d:1024", d.asked/256, d.asked%256)
	return r
}

var wildcard = regexp.MustCompile(`\{([a-z_]+)\}`)

// fill replaces the wildcards of a pattern by seeded values, or by "unknown".
func (d *consoleTest) fill(path string) string {
	return wildcard.ReplaceAllStringFunc(path, func(s string) string {
		if v := d.values[s[1:len(s)-1]]; v != "" {
			return v
		}
		return "unknown"
	})
}

// TestConsoleAccess requests every registered page of the console in every role and
// expects an answer only in the roles that the page's need admits.
func TestConsoleAccess(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	handler := d.g.handler()
	needs := d.g.console.Needs()
	if len(needs) < 15 {
		t.Fatalf("only %d pages: this test sees too little", len(needs))
	}
	nothing := body(d.ask(
		handler, operator, http.MethodGet, "/admin/nothing-here", "same-origin",
	))
	stubs := d.stubPages(needs)
	for pattern, need := range needs {
		method, path, _ := strings.Cut(pattern, " ")
		path = d.fill(path)
		for _, who := range roles() {
			if admits(need, who, strings.Contains(pattern, "{connection}")) {
				if w := d.ask(stubs, who, method, path, "same-origin"); w.Code != http.StatusNoContent {
					t.Errorf(
						"%s is closed to %s: %d %s", pattern, who, w.Code,
						w.Header().Get("Location"),
					)
				}
				continue
			}
			d.refuses(handler, pattern, path, who, nothing)
		}
		if method != http.MethodPost {
			continue
		}
		if w := d.ask(handler, operator, method, path, "cross-site"); w.Code != http.StatusForbidden {
			t.Errorf("%s takes a form of another site: %d", pattern, w.Code)
		}
	}
}

// refuses asserts how a page refuses a role: visitors are sent to sign in, users who
// administer nothing are told so, and all others get the page for unknown paths.
func (d *consoleTest) refuses(h http.Handler, pattern, path, who, nothing string) {
	d.Helper()
	method, _, _ := strings.Cut(pattern, " ")
	w := d.ask(h, who, method, path, "same-origin")
	switch who {
	case visitor, disabledUser, ofGone:
		if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther ||
			!strings.HasPrefix(at, "/admin/sign-in") {
			d.Errorf("%s sends %s to %q with %d", pattern, who, at, w.Code)
		}
	case operatorSSO:
		if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther ||
			!strings.HasPrefix(at, "/admin/confirm?return_to=") {
			d.Errorf("%s sends %s to %q with %d", pattern, who, at, w.Code)
		}
	case bystander, ofDismissed:
		if w.Code != http.StatusForbidden ||
			!strings.Contains(w.Body.String(), "not_an_admin") {
			d.Errorf("%s answers %s with %d", pattern, who, w.Code)
		}
	default:
		if got := body(w); w.Code != http.StatusNotFound || got != nothing {
			d.Errorf("%s answers %s with %d, or not as if there were nothing:\n%s", pattern, who, w.Code, w.Body)
		}
	}
}

// stubPages registers every page of the real console with an empty handler.
func (d *consoleTest) stubPages(needs map[string]console.Need) http.Handler {
	d.Helper()
	rt, err := route.New(route.Options{
		BaseURL: d.g.config.BaseURL,
		Log:     slog.New(slog.DiscardHandler),
		Now:     time.Now,
	})
	d.ok(err)
	c := console.New(d.g.console.Options)
	for pattern, need := range needs {
		c.Add(rt, console.Page{
			Pattern: pattern,
			Need:    need,
			Handle: func(w http.ResponseWriter, _ *http.Request, v console.Visit) error {
				if key := d.fill("{enterprise}"); strings.Contains(pattern, "{enterprise}") &&
					v.Enterprise.Key != key {
					d.Errorf("%s is about %q", pattern, v.Enterprise.Key)
				}
				w.WriteHeader(http.StatusNoContent)
				return nil
			},
		})
	}
	return rt
}

var varying = regexp.MustCompile(`req-[a-z0-9]+|\d{4}-\d\d-\d\dT[0-9:.]+Z|\d+ \w+ \d{4}, \d\d:\d\d UTC`)

// body returns a response body without the parts that differ on every request.
func body(w *httptest.ResponseRecorder) string {
	return varying.ReplaceAllString(w.Body.String(), "·")
}

// TestConsolePagesAnswer opens every page as an operator and as the least privileged
// role that it admits.
func TestConsolePagesAnswer(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	seen := map[[sha256.Size]byte]bool{}
	for pattern, need := range d.g.console.Needs() {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet || strings.Contains(d.fill(path), "unknown") {
			continue
		}
		who := []string{operator}
		switch need {
		case console.Enterprise, console.AnyAdmin:
			who = append(who, named)
		case console.Organization:
			who = append(who, named, ofThis)
		case console.SignOn, console.Domains, console.Groups:
			who = append(who, named, link)
		case console.Provisioning:
			who = append(who, named, onlySCIM)
		}
		for _, role := range who {
			w := d.ask(d.g.handler(), role, method, d.fill(path), "same-origin")
			// Pages that need an input first, such as a day, answer 422.
			if w.Code != http.StatusOK &&
				w.Code != http.StatusSeeOther &&
				w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s answers %s with %d", pattern, role, w.Code)
			}
			seen[sha256.Sum256(w.Body.Bytes())] = true
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d answers differ", len(seen))
	}
}

// TestSetupLinksOpenTheirParts: the menu of a setup link has the parts that it opens,
// and each entry of it can be opened.
func TestSetupLinksOpenTheirParts(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	entry := regexp.MustCompile(`<li><a href="(/admin/[^"]+)"[^>]*>([^<]+)</a></li>`)
	for who, want := range map[string]string{
		link:        "Setup assistant, Test connections, Verify groups, Domains",
		onlySignOn:  "Setup assistant, Test connections",
		onlySCIM:    "SCIM assistant",
		onlyDomains: "Domains",
		onlyGroups:  "Verify groups",
		newLinkOf:   "Setup assistant, Domains",
	} {
		w := d.ask(d.g.handler(), who, http.MethodGet, console.Prefix, "same-origin")
		start := w.Header().Get("Location")
		for range 3 { // the assistant leads on to a step
			if w = d.ask(d.g.handler(), who, http.MethodGet, start, "same-origin"); w.Code != http.StatusSeeOther {
				break
			}
			start = w.Header().Get("Location")
		}
		if w.Code != http.StatusOK {
			t.Errorf("%s begins at %s: %d", who, start, w.Code)
			continue
		}
		menu, _, _ := strings.Cut(w.Body.String(), `class="spread"`)
		var labels []string
		for _, found := range entry.FindAllStringSubmatch(menu, -1) {
			labels = append(labels, found[2])
			if got := d.ask(d.g.handler(), who, http.MethodGet, found[1], "same-origin"); got.Code >= http.StatusBadRequest {
				t.Errorf("%s: %s is %d", who, found[1], got.Code)
			}
		}
		if got := strings.Join(labels, ", "); got != want {
			t.Errorf("%s has %s, want %s", who, got, want)
		}
	}
}
