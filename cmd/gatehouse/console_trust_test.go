package main

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// send posts a form as who, from a page of the console.
func (d *consoleTest) send(who, path string, form url.Values) *httptest.ResponseRecorder {
	d.Helper()
	r := httptest.NewRequest(
		http.MethodPost, d.g.config.BaseURL+path, strings.NewReader(form.Encode()),
	)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	d.asked++
	r.RemoteAddr = "10.1." + strconv.Itoa(d.asked/256) + "." +
		strconv.Itoa(d.asked%256) + ":1024"
	for _, c := range d.cookies[who] {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	d.g.handler().ServeHTTP(w, r)
	return w
}

// live gives acme's connection a valid configuration and enables it.
func (d *consoleTest) live() {
	d.Helper()
	_, _, err := d.g.setup.Edit(
		d.Context(), sso.ActorOperator, d.acme.ID, d.conn.ID,
		connections.Edit{
			SAML: &connections.SAMLEdit{
				IDPEntityID:       new("https://idp.test"),
				SSOURL:            new("https://idp.test/sso"),
				Certificates:      []string{d.certificate()},
				AllowIDPInitiated: new(sso.IDPInitiatedOff),
				NameIDFormat:      new("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
			},
			Mapping: &connections.MappingEdit{Login: []string{"login"}},
			GroupSync: &connections.GroupSyncEdit{
				Mode:      new(sso.SyncReset),
				OnAbsent:  new(sso.KeepGroups),
				OnOverage: new(sso.KeepGroups),
			},
			Provisioning: new(sso.ProvisionJIT),
			EmailVerification: &connections.EmailVerificationEdit{
				Mode: new("never"),
			},
		},
	)
	d.ok(err)
	// The configuration counts as live from the beginning, so all sessions were
	// started through it.
	swap := func(c sso.Connection) (sso.Connection, error) {
		c.Live, c.Draft, c.Trust = c.Draft, nil, sso.Trust{}
		return c, nil
	}
	_, err = d.g.db.UpdateConnection(
		d.Context(), sso.ActorOperator, d.acme.ID, d.conn.ID, "connection.enabled",
		swap,
	)
	d.ok(err)
}

func (d *consoleTest) certificate() string {
	d.Helper()
	pair, err := saml.NewKeyPair("idp", time.Now())
	d.ok(err)
	return base64.StdEncoding.EncodeToString(pair.Certificate)
}

func (d *consoleTest) now() sso.Connection {
	d.Helper()
	c, err := d.g.db.Connection(d.Context(), d.acme.ID, d.conn.ID)
	d.ok(err)
	return c
}

// current returns the field by which a form names the connection's revision.
func (d *consoleTest) current() url.Values {
	return url.Values{"revision": {strconv.FormatInt(d.now().Revision, 10)}}
}

// evil enters another identity provider in the assistant, as who.
func (d *consoleTest) evil(who, entity string) {
	d.Helper()
	at := "/admin/enterprises/acme/connections/" + string(d.conn.ID) +
		"/setup/configure"
	w := d.send(who, at, url.Values{
		"revision":           {strconv.FormatInt(d.now().Revision, 10)},
		"how":                {"manual"},
		"saml.idp_entity_id": {entity},
		"saml.sso_url":       {"https://evil.test/sso"},
		"saml.certificates":  {d.certificate()},
	})
	if w.Code != http.StatusSeeOther {
		d.Fatalf("%s cannot edit the draft: %d %s", who, w.Code, w.Body)
	}
}

// enable posts the assistant's enable form as who.
func (d *consoleTest) enable(who string) *httptest.ResponseRecorder {
	d.Helper()
	at := "/admin/enterprises/acme/connections/" + string(d.conn.ID) +
		"/setup/enable"
	return d.send(who, at, url.Values{
		"revision": {strconv.FormatInt(d.now().Revision, 10)},
		"confirm":  {d.conn.Name},
	})
}

// TestSetupLinkTrustChange tries every way through the real pages by which the holder
// of a setup link could make another identity provider live without an admin's
// approval.
func TestSetupLinkTrustChange(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	d.live()
	home := "/admin/enterprises/acme/connections/" + string(d.conn.ID)
	refused := func(what string, w *httptest.ResponseRecorder) {
		t.Helper()
		live := d.now().Live.SAML.IDPEntityID
		if w.Code != http.StatusUnprocessableEntity ||
			!strings.Contains(w.Body.String(), "waits for approval") ||
			live != "https://idp.test" {
			t.Errorf("%s: %d, and %s is live", what, w.Code, live)
		}
	}
	d.evil(link, "https://evil.test")
	refused("enable", d.enable(link))
	digest := d.now().Draft.TrustDigest()
	// The pages that approve it or move it to another connection answer 404.
	for path, form := range map[string]url.Values{
		home + "/trust/approve":                 {"digest": {digest}},
		home + "/disable":                       d.current(),
		home + "/rollback":                      d.current(),
		home + "/enable":                        d.current(),
		home + "/delete":                        {"name": {d.conn.Name}},
		"/admin/enterprises/acme/access/admins": {"login": {"bystander@acme.test"}},
		"/admin/enterprises/acme/access/links": {
			"for":        {"me"},
			"expires_in": {"5"},
			"max_opens":  {"5"},
		},
	} {
		if w := d.send(link, path, form); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	// A connection created by a second link needs approval as well.
	beside := url.Values{
		"provider": {"custom"},
		"protocol": {"saml"},
		"name":     {"Beside"},
	}
	w := d.send(newLinkOf, "/admin/enterprises/acme/connections/new", beside)
	parts := strings.Split(w.Header().Get("Location"), "/")
	if w.Code != http.StatusSeeOther || len(parts) < 7 {
		t.Fatalf("a new connection: %d %s", w.Code, w.Body)
	}
	first := d.conn
	d.conn.ID, d.conn.Name = sso.ConnectionID(parts[5]), "Beside"
	d.evil(newLinkOf, "https://evil.test")
	if w := d.enable(newLinkOf); w.Code != http.StatusUnprocessableEntity ||
		d.now().State != sso.ConnectionDraft {
		t.Errorf("a connection beside the live one: %d, %s", w.Code, d.now().State)
	}
	d.conn = first
	// A changed draft is another change and needs its own approval.
	if w := d.send(
		named, home+"/trust/approve", url.Values{"digest": {digest}},
	); w.Code != http.StatusSeeOther {
		t.Fatalf("an admin cannot approve: %d %s", w.Code, w.Body)
	}
	d.evil(link, "https://evil.test/other")
	refused("edit after the approval", d.enable(link))
	digest = d.now().Draft.TrustDigest()
	// An admin cannot approve in a browser that has the link open.
	d.cookies["both"] = slices.Concat(d.cookies[named], d.cookies[link])
	if w := d.send(
		"both", home+"/trust/approve", url.Values{"digest": {digest}},
	); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an admin with the link approves: %d", w.Code)
	}
	if w := d.send(
		byGroup, home+"/trust/approve", url.Values{"digest": {digest}},
	); w.Code != http.StatusSeeOther {
		t.Fatalf("another admin cannot approve: %d", w.Code)
	}
	if w := d.enable(link); w.Code != http.StatusSeeOther ||
		d.now().Live.SAML.IDPEntityID != "https://evil.test/other" {
		t.Fatalf("once it is approved: %d %s", w.Code, w.Body)
	}
	// The operator tied through it is an ordinary user of the enterprise now.
	for _, who := range []string{operatorSSO, operatorTwo} {
		if w := d.ask(
			d.g.handler(), who, http.MethodGet, "/admin/enterprises", "same-origin",
		); w.Code != http.StatusForbidden {
			t.Errorf("%s gets %d", who, w.Code)
		}
	}
	// A session from before the change still counts for the previous trust.
	d.evil(link, "https://evil.test/third")
	refusedNow := d.enable(link)
	if refusedNow.Code != http.StatusUnprocessableEntity {
		t.Errorf("the next change: %d", refusedNow.Code)
	}
	w = d.send(named, home+"/trust/approve", url.Values{
		"digest": {d.now().Draft.TrustDigest()},
	})
	if w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "Sign in again") {
		t.Errorf("an admin of before approves: %d", w.Code)
	}
}

// TestOneAdminTrustChange tries every way by which one enterprise admin alone could
// change the trust: disabling, deleting and recreating the connection, rolling back,
// or approving their own change.
func TestOneAdminTrustChange(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	d.live()
	home := "/admin/enterprises/acme/connections/" + string(d.conn.ID)
	d.evil(named, "https://evil.test")
	for what, w := range map[string]*httptest.ResponseRecorder{
		"enable in the assistant": d.enable(named),
		"enable on the page":      d.send(named, home+"/enable", d.current()),
		"approve their own": d.send(named, home+"/trust/approve", url.Values{
			"digest": {d.now().Draft.TrustDigest()},
		}),
	} {
		if w.Code != http.StatusUnprocessableEntity ||
			d.now().Live.SAML.IDPEntityID != "https://idp.test" {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
	overview := d.ask(
		d.g.handler(), byGroup, http.MethodGet, "/admin/enterprises/acme",
		"same-origin",
	).Body.String()
	if !strings.Contains(overview, "waits for approval") {
		t.Error("the overview does not say what waits")
	}
	if w := d.send(byGroup, home+"/disable", d.current()); w.Code != http.StatusSeeOther {
		t.Fatalf("disable: %d", w.Code)
	}
	// The change ended their sessions; an operator refuses it.
	if w := d.send(operator, home+"/trust/refuse", url.Values{
		"digest": {d.now().Draft.TrustDigest()},
	}); w.Code != http.StatusSeeOther {
		t.Errorf("an operator cannot refuse: %d", w.Code)
	}
	ada := sso.Actor("user-ada")
	if _, err := d.g.setup.Enable(
		t.Context(), ada, d.acme.ID, d.conn.ID, 0,
	); sso.CodeOf(err) != "trust_approval_needed" {
		t.Errorf("enable what was disabled: %v", err)
	}
	d.ok(d.g.setup.Delete(t.Context(), ada, d.acme.ID, d.conn.ID))
	c, _, err := d.g.setup.Create(
		t.Context(), ada, d.acme.ID, sso.SAML,
		connections.Edit{
			Name: new("Directory"),
			SAML: &connections.SAMLEdit{
				IDPEntityID:  new("https://evil.test"),
				SSOURL:       new("https://evil.test/sso"),
				Certificates: []string{d.certificate()},
			},
		},
	)
	d.ok(err)
	if _, err := d.g.setup.Enable(
		t.Context(), ada, d.acme.ID, c.ID, 0,
	); sso.CodeOf(err) != "trust_approval_needed" {
		t.Errorf("made anew: %v", err)
	}
}

// TestAdminCannotApproveOwnSetupLink tests that an admin who creates a setup link and
// changes the trust through it in another browser cannot approve that change.
func TestAdminCannotApproveOwnSetupLink(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	d.live()
	home := "/admin/enterprises/acme/connections/" + string(d.conn.ID)
	w := d.send(named, "/admin/enterprises/acme/access/links", url.Values{
		"for":        {"a colleague"},
		"connection": {string(d.conn.ID)},
		"expires_in": {"5"},
		"max_opens":  {"5"},
		"intents":    {"sign-on"},
	})
	token :=
		regexp.MustCompile(`/setup/([\w-]+)`).FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || token == nil {
		t.Fatalf("create a link: %d %s", w.Code, w.Body)
	}
	d.cookies["second browser"] = d.send(
		"second browser", "/setup/"+token[1], nil,
	).Result().Cookies()
	d.evil("second browser", "https://evil.test")
	if w := d.enable("second browser"); w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("enable through the link: %d", w.Code)
	}
	digest := url.Values{"digest": {d.now().Draft.TrustDigest()}}
	if w := d.send(named, home+"/trust/approve", digest); w.Code != http.StatusUnprocessableEntity ||
		d.now().Trust.Draft.Approved {
		t.Errorf("who created the link approves: %d", w.Code)
	}
	if w := d.enable("second browser"); w.Code != http.StatusUnprocessableEntity ||
		d.now().Live.SAML.IDPEntityID != "https://idp.test" {
		t.Errorf("enable afterwards: %d", w.Code)
	}
	// A revoked link still counts as theirs; another admin can approve its change.
	links, _, err := d.g.db.SetupLinks(t.Context(), d.acme.ID, sso.Page{})
	d.ok(err)
	d.send(
		named, "/admin/enterprises/acme/access/links/"+string(links[0].ID)+"/revoke",
		nil,
	)
	if w := d.send(named, home+"/trust/approve", digest); w.Code != http.StatusUnprocessableEntity ||
		d.now().Trust.Draft.Approved {
		t.Errorf("who revoked the link approves: %d", w.Code)
	}
	if w := d.send(byGroup, home+"/trust/approve", digest); w.Code != http.StatusSeeOther ||
		!d.now().Trust.Draft.Approved {
		t.Errorf("another admin cannot approve: %d", w.Code)
	}
}

// TestTyingNeedsAPassword tests that an unattended console session can neither tie an
// account nor add a passkey without the password.
func TestTyingNeedsAPassword(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	d.cookies["left open"] = slices.Concat(d.cookies[operator], d.cookies[bystander])
	d.g.admin.Now = func() time.Time { return time.Now().Add(6 * time.Minute) }
	const tie, me = "/admin/admins/me/tie", "/admin/admins/me"
	for _, path := range []string{tie, me + "/passkeys"} {
		w := d.send("left open", path, nil)
		if w.Code != http.StatusSeeOther ||
			!strings.HasPrefix(w.Header().Get("Location"), "/admin/confirm?") {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	olive, err := d.g.db.AdminByLogin(t.Context(), "olive")
	d.ok(err)
	if olive.User != "" || len(olive.Passkeys) != 0 {
		t.Fatalf("%+v", olive)
	}
	w := d.send("left open", "/admin/confirm", url.Values{
		"password":  {"wrong"},
		"return_to": {me},
	})
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", w.Code)
	}
	w = d.send("left open", "/admin/confirm", url.Values{
		"password":  {"correct horse battery"},
		"return_to": {"https://evil.test"},
	})
	if w.Header().Get("Location") != "/admin" {
		t.Errorf("the right one leads to %q", w.Header().Get("Location"))
	}
	d.g.admin.Now = time.Now
	if w := d.send("left open", tie, nil); w.Header().Get("Location") != me+"?done=tied" {
		t.Errorf("tie after that: %d to %q", w.Code, w.Header().Get("Location"))
	}
	// A user without an admin account is not asked for a password.
	if w := d.ask(
		d.g.handler(), stranger, http.MethodGet, "/admin/confirm", "same-origin",
	); w.Header().Get("Location") != "/admin/sign-in" {
		t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
	}
}
