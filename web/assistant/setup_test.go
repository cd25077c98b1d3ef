package assistant_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

const summary = `role="alert" tabindex="-1" autofocus`

// TestResume: the assistant goes on where it was left.
func TestResume(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Keycloak, sso.SAML)
	f.leads(f.send("operator", "GET", at, "", http.NoBody), at+"/create")
	f.leads(f.post("operator", at+"/configure", url.Values{
		"saml.metadata_url": {"\ufeff<" + f.idp.MetadataURL() + "> "},
		"revision":          f.revision(c),
	}), at+"/configure?done=saved")
	body := f.get(at + "/configure?done=saved")
	for _, text := range []string{
		"The metadata was read", f.idp.EntityID(), "RSA, 2048 bits", "a redirect",
		"picked up automatically", `aria-current="step"`, "Next: attribute mapping",
	} {
		if !strings.Contains(body, text) {
			t.Errorf("what was read lacks %q:\n%s", text, body)
		}
	}
	f.leads(f.send("operator", "GET", at, "", http.NoBody), at+"/attributes")
	f.run(c, sso.TestFailed, 0)
	f.leads(f.send("operator", "GET", at, "", http.NoBody), at+"/test")
	if body = f.get(at + "/test"); !strings.Contains(body, "failed") ||
		!strings.Contains(body, "a wrong key") ||
		strings.Contains(body, "Next: enable") {
		t.Errorf("after a test that failed:\n%s", body)
	}
	f.run(c, sso.TestPassed, f.load(c.ID).Revision)
	f.leads(f.send("operator", "GET", at, "", http.NoBody), at+"/enable")
	if body = f.get(at + "/attributes"); strings.Count(body, ">seen<") != 4 ||
		strings.Count(body, ">not sent<") != 1 ||
		!strings.Contains(body, "engineering") {
		t.Errorf("what came is not ticked off:\n%s", body)
	}
	if n := strings.Count(f.get(at+"/test"), ", done"); n != 5 {
		t.Errorf("%d steps are done", n)
	}
	f.leads(
		f.post("operator", at+"/enable", url.Values{"revision": f.revision(c)}),
		at+"/done?done=enabled",
	)
	if c = f.load(c.ID); c.State != sso.ConnectionEnabled || c.Live == nil {
		t.Errorf("it is %s", c.State)
	}
	f.leads(f.send("operator", "GET", at, "", http.NoBody), at+"/done")
}

// TestBadEntries: each is told at its field, with what was entered kept.
func TestBadEntries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	over, overAt := f.make(sso.Okta, sso.SAML)
	open, openAt := f.make(sso.Okta, sso.OIDC)
	own := string(pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: over.Keys[0].Certificate,
	}))
	for name, tt := range map[string]struct {
		c     sso.Connection
		at    string
		form  url.Values
		wants []string
	}{
		"the address of the application": {
			over,
			overAt,
			url.Values{"saml.metadata_url": {"https://acme.okta.com.invalid/app/acme_1/exk1/sso/saml"}},
			[]string{
				"people sign in at",
				"did you mean this?",
				"/app/exk1/sso/saml/metadata",
				`value="https://acme.okta.com.invalid/app/acme_1/exk1/sso/saml"`,
			},
		},
		"without encryption": {
			over,
			overAt,
			url.Values{"saml.metadata_url": {"http://idp.example/metadata"}},
			[]string{"not encrypted", "https://idp.example/metadata"},
		},
		"a private address": {
			over,
			overAt,
			url.Values{"saml.metadata_url": {"https://169.254.169.254/latest"}},
			[]string{`id="saml.metadata_url-error"`},
		},
		"our own address": {
			over,
			overAt,
			url.Values{"saml.metadata_url": {"https://127.0.0.1:1/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/metadata"}},
			[]string{"address of Gatehouse"},
		},
		"nothing of ours": {
			over,
			overAt,
			url.Values{"saml.metadata_url": {f.idp.Issuer() + "/pick"}},
			[]string{"There is a problem with 1 field"},
		},
		"metadata that is not": {
			over,
			overAt,
			url.Values{
				"how":               {"manual"},
				"saml.metadata_xml": {" <html>\n"},
			},
			[]string{"This is a web page", "&lt;html&gt;</textarea>"},
		},
		"our own certificate": {
			over,
			overAt,
			url.Values{
				"how":                {"manual"},
				"saml.idp_entity_id": {"idp"},
				"saml.sso_url":       {"https://idp.example/sso"},
				"saml.certificates":  {own},
			},
			[]string{
				"certificate that Gatehouse gave", `value="https://idp.example/sso"`,
				"BEGIN CERTIFICATE",
			},
		},
		"a private key": {
			over,
			overAt,
			url.Values{
				"how":               {"manual"},
				"saml.certificates": {"-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----"},
			},
			[]string{"This is a private key"},
		},
		"a sign-in address that is a script": {
			over,
			overAt,
			url.Values{
				"how":          {"manual"},
				"saml.sso_url": {"javascript:alert(1)"},
			},
			[]string{"https address"},
		},
		"a domain without https": {
			open,
			openAt,
			url.Values{
				"oidc.issuer":    {"acme.okta.com"},
				"oidc.client_id": {"c"},
			},
			[]string{"begins with https", "https://acme.okta.com"},
		},
		"every tenant": {
			open,
			openAt,
			url.Values{
				"oidc.issuer": {"https://login.microsoftonline.com/common/v2.0"},
			},
			[]string{"serves every Entra tenant"},
		},
		"a scope that is none": {
			open,
			openAt,
			url.Values{
				"oidc.issuer": {f.idp.Issuer()},
				"oidc.scopes": {`openid a"b`},
			},
			[]string{"Enter one scope"},
		},
	} {
		tt.form.Set("revision", f.revision(tt.c)[0])
		before := f.load(tt.c.ID)
		w := f.post("operator", tt.at+"/configure", tt.form)
		t.Log(name)
		f.says(w, http.StatusUnprocessableEntity, append(tt.wants, summary)...)
		if after := f.load(tt.c.ID); after.Revision != before.Revision {
			t.Errorf("%s: it was changed", name)
		}
	}
}

// TestSuggestion: a correction is one button away, and the button does it.
func TestSuggestion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Custom, sso.OIDC)
	form := url.Values{
		"oidc.issuer":        {"idp.example"},
		"oidc.client_id":     {"gatehouse"},
		"oidc.client_secret": {"canary-secret"},
		"revision":           f.revision(c),
	}
	w := f.post("operator", at+"/configure", form)
	f.says(
		w, http.StatusUnprocessableEntity, "did you mean this?",
		"Kept, and not shown again", `value="gatehouse"`,
	)
	if strings.Contains(w.Body.String(), "canary") ||
		f.load(c.ID).Draft.OIDC.ClientSecret.Reveal() != "canary-secret" {
		t.Error("the secret is shown, or not kept")
	}
	revision := regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(w.Body.String())
	form = url.Values{
		"oidc.issuer":    {"idp.example"},
		"oidc.client_id": {"gatehouse"},
		"revision":       {revision[1]},
		"use":            {"oidc.issuer=" + f.idp.Issuer()},
	}
	f.leads(f.post("operator", at+"/configure", form), at+"/configure?done=saved")
	if c = f.load(c.ID); c.Draft.OIDC.Issuer != f.idp.Issuer() ||
		c.Draft.OIDC.ClientSecret.Reveal() != "canary-secret" {
		t.Errorf("saved %+v", c.Draft.OIDC)
	}
	for _, path := range []string{
		"/create", "/configure", "/configure?how=x", "/attributes", "/assign",
		"/test", "/enable", "/done",
	} {
		if strings.Contains(f.get(at+path), "canary") {
			t.Errorf("%s shows the secret", path)
		}
	}
	// Another issuer must not get what was meant for this one.
	w = f.post("operator", at+"/configure", url.Values{
		"oidc.issuer":    {"https://127.0.0.1:1"},
		"oidc.client_id": {"gatehouse"},
		"revision":       f.revision(c),
	})
	f.says(w, http.StatusUnprocessableEntity, "Enter the client secret again")
}

// TestFiles: metadata and certificates come as files.
func TestFiles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Google, sso.SAML)
	doc, err := f.idp.Metadata()
	f.ok(err)
	upload := func(fields map[string]string, files map[string][]byte) *httptest.ResponseRecorder {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		fields["how"], fields["revision"] = "manual", f.revision(c)[0]
		for name, value := range fields {
			f.ok(form.WriteField(name, value))
		}
		for name, content := range files {
			part, err := form.CreateFormFile(name, "x.bin")
			f.ok(err)
			_, err = part.Write(content)
			f.ok(err)
		}
		f.ok(form.Close())
		return f.send(
			"operator", http.MethodPost, at+"/configure", form.FormDataContentType(),
			&body,
		)
	}
	for name, content := range map[string]string{
		"file.metadata":     "\xff\xfe<\x00a\x00/\x00>\x00",
		"file.certificates": "\xfe\xff\x00-\x00-\x00-",
	} {
		f.says(
			upload(map[string]string{"saml.idp_entity_id": "idp"}, map[string][]byte{
				name: []byte(content),
			}),
			http.StatusUnprocessableEntity,
			"The document is UTF-16; save it as UTF-8.",
		)
	}
	const private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI\n-----END PRIVATE KEY-----"
	refused := upload(
		map[string]string{"saml.idp_entity_id": "idp"},
		map[string][]byte{"file.certificates": []byte(private)},
	)
	f.says(
		refused, http.StatusUnprocessableEntity, "This is a private key",
		"It was not saved",
	)
	if strings.Contains(refused.Body.String(), "MC4CAQAwBQYDK2VwBCIEI") {
		t.Error("the private key is on the page")
	}
	f.says(
		upload(map[string]string{}, map[string][]byte{
			"file.metadata": []byte("<a>not metadata</a>"),
		}),
		http.StatusUnprocessableEntity,
		"&lt;a&gt;not metadata&lt;/a&gt;</textarea>",
		summary,
	)
	f.leads(
		upload(
			map[string]string{"saml.metadata_xml": "<a>from before</a>"},
			map[string][]byte{
				"file.metadata": append([]byte("\xef\xbb\xbf"), doc...),
			},
		),
		at+"/configure?done=saved",
	)
	read := f.load(c.ID).Draft.SAML
	if read.IDPEntityID != f.idp.EntityID() ||
		len(read.Certificates) == 0 ||
		read.MetadataURL != "" {
		t.Fatalf("read %+v", read)
	}
	if body := f.get(at + "/configure"); !strings.Contains(body, "must be entered here by hand") ||
		strings.Contains(body, "?how=automatic") {
		t.Errorf("Google has no metadata address:\n%s", body)
	}
	f.leads(upload(map[string]string{
		"saml.idp_entity_id": "https://idp.example",
		"saml.sso_url":       "https://idp.example/sso",
		"saml.sso_binding":   sso.BindingPOST,
	}, map[string][]byte{"file.certificates": read.Certificates[0].Raw}),
		at+"/configure?done=saved")
	byHand := f.load(c.ID).Draft.SAML
	if byHand.IDPEntityID != "https://idp.example" ||
		byHand.SSO.Binding != sso.BindingPOST ||
		len(byHand.Certificates) != 1 ||
		byHand.Certificates[0].Source != sso.FromAdmin {
		t.Errorf("by hand: %+v", byHand)
	}
	for path, want := range map[string]string{
		"/files/metadata.xml":    "EntityDescriptor",
		"/files/certificate.pem": "BEGIN CERTIFICATE",
	} {
		w := f.send("operator", http.MethodGet, at+path, "", http.NoBody)
		if w.Code != 200 ||
			!strings.Contains(w.Body.String(), want) ||
			!strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

// TestMeanwhile: two people at the same step lose nothing of each other's.
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Okta, sso.SAML)
	old := f.revision(c)
	f.leads(f.post("operator", at+"/attributes", url.Values{
		"mapping.login":        {"uid\r\n\r\n login "},
		"group_sync.on_absent": {"clear"},
		"revision":             old,
	}), at+"/attributes?done=saved")
	if m := f.load(c.ID).Draft; strings.Join(m.Mapping.Login, ",") != "uid,login" ||
		len(m.Mapping.Email) != 0 ||
		m.GroupSync.OnAbsent != sso.ClearGroups {
		t.Errorf("saved %+v", m.Mapping)
	}
	f.leads(f.post("operator", at+"/configure", url.Values{
		"saml.metadata_url": {f.idp.MetadataURL()},
		"revision":          f.revision(c),
	}), at+"/configure?done=saved")
	for path, form := range map[string]url.Values{
		"/attributes": {"mapping.login": {"theirs"}, "group_sync.on_absent": {"keep"}},
		"/configure":  {"saml.metadata_url": {f.idp.MetadataURL()}},
		"/enable":     {"confirm": {"Employees"}},
		"/provider":   {"provider": {"entra"}, "protocol": {"saml"}},
	} {
		form["revision"] = old
		before := f.load(c.ID)
		w := f.post("operator", at+path, form)
		f.says(
			w, http.StatusConflict, "in the meantime", summary,
			`name="revision" value="`+fmt.Sprint(before.Revision)+`"`,
		)
		if after := f.load(c.ID); after.Revision != before.Revision {
			t.Errorf("%s changed it", path)
		}
		if path == "/attributes" && !strings.Contains(w.Body.String(), "theirs") ||
			path == "/configure" &&
				!strings.Contains(w.Body.String(), f.idp.MetadataURL()) {
			t.Errorf("%s: what was entered is lost", path)
		}
	}
	w := f.post("operator", at+"/attributes", url.Values{
		"mapping.login":        {"ok\n{first"},
		"mapping.include":      {"("},
		"group_sync.on_absent": {"keep"},
		"revision":             f.revision(c),
	})
	f.says(
		w, http.StatusUnprocessableEntity, "Line 2: a { without its }.", "{first",
		summary,
	)
}

// TestEnableNeedsATestOrAWord: by accident nothing is switched on.
func TestEnableNeedsATestOrAWord(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Okta, sso.SAML)
	if body := f.get(at + "/enable"); !strings.Contains(body, "Something is missing") ||
		strings.Contains(body, "Proceed") {
		t.Errorf("what lacks everything can be enabled:\n%s", body)
	}
	f.says(f.post("operator", at+"/enable", url.Values{
		"confirm":  {"Employees"},
		"revision": f.revision(c),
	}), http.StatusUnprocessableEntity, "Enter the identity provider")
	f.leads(f.post("operator", at+"/configure", url.Values{
		"saml.metadata_url": {f.idp.MetadataURL()},
		"revision":          f.revision(c),
	}), at+"/configure?done=saved")
	f.run(c, sso.TestPassed, f.load(c.ID).Revision-1) // it was changed since
	for _, typed := range []string{"", "employees", "yes"} {
		f.says(f.post("operator", at+"/enable", url.Values{
			"confirm":  {typed},
			"revision": f.revision(c),
		}), http.StatusUnprocessableEntity, "exactly as it is", summary)
	}
	if f.load(c.ID).State != sso.ConnectionDraft {
		t.Fatal("it is enabled")
	}
	f.leads(f.post("operator", at+"/enable", url.Values{
		"confirm":  {"Employees"},
		"revision": f.revision(c),
	}), at+"/done?done=enabled")
	f.leads(f.post("operator", at+"/attributes", url.Values{
		"mapping.login":        {"uid"},
		"group_sync.on_absent": {"keep"},
		"revision":             f.revision(c),
	}), at+"/attributes?done=saved")
	if body := f.get(at + "/enable"); !strings.Contains(
		body, "Changes from the live configuration",
	) ||
		!strings.Contains(body, ">Login from<") {
		t.Errorf("what is new is not told:\n%s", body)
	}
}

// TestEnableAfterAnEditOfAnotherAdmin tests that what a colleague edits after the
// last look is not enabled, whether the edit makes the passed test an old one or
// not, and that a form without a revision is refused.
func TestEnableAfterAnEditOfAnotherAdmin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Okta, sso.SAML)
	f.leads(f.post("operator", at+"/configure", url.Values{
		"saml.metadata_url": {f.idp.MetadataURL()},
		"revision":          f.revision(c),
	}), at+"/configure?done=saved")
	f.run(c, sso.TestPassed, f.load(c.ID).Revision)
	looked := f.revision(c)
	f.leads(f.post("operator", at+"/attributes", url.Values{
		"mapping.login":        {"uid"},
		"group_sync.on_absent": {"keep"},
		"revision":             looked,
	}), at+"/attributes?done=saved")
	f.says(f.post("operator", at+"/enable", url.Values{
		"revision": looked,
	}), http.StatusConflict, "in the meantime", summary, "has not passed a test")
	f.run(c, sso.TestPassed, f.load(c.ID).Revision)
	for _, revision := range []url.Values{{"revision": looked}, {}} {
		f.says(
			f.post("operator", at+"/enable", revision), http.StatusConflict,
			"in the meantime", summary,
		)
	}
	if state := f.load(c.ID).State; state != sso.ConnectionDraft {
		t.Errorf("the connection is %s", state)
	}
	f.leads(f.post("operator", at+"/enable", url.Values{
		"revision": f.revision(c),
	}), at+"/done?done=enabled")
}

// TestChangeProvider: another product keeps what was entered, another protocol
// says that it does not.
func TestChangeProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Okta, sso.SAML)
	f.leads(f.post("operator", at+"/configure", url.Values{
		"saml.metadata_url": {f.idp.MetadataURL()},
		"revision":          f.revision(c),
	}), at+"/configure?done=saved")
	if body := f.get(at + "/provider"); !strings.Contains(body, "Chosen now") ||
		!strings.Contains(body, "Keycloak") {
		t.Error("the products are not offered")
	}
	if body := f.get(
		at + "/provider?provider=keycloak&protocol=oidc",
	); !strings.Contains(body, "different protocol") {
		t.Error("nothing is said about what is lost")
	}
	f.leads(f.post("operator", at+"/provider", url.Values{
		"provider": {"keycloak"},
		"protocol": {"saml"},
		"revision": f.revision(c),
	}), at+"/create")
	if now := f.load(c.ID); now.Provider != sso.Keycloak || now.Draft.SAML.IDPEntityID == "" {
		t.Errorf("over the same protocol: %+v", now.Draft.SAML)
	}
	f.leads(f.post("operator", at+"/provider", url.Values{
		"provider": {"custom"},
		"protocol": {"oidc"},
		"revision": f.revision(c),
	}), at+"/create")
	if body := f.get(at + "/create"); !strings.Contains(body, "/callback") {
		t.Errorf("the values are those of before:\n%s", body)
	}
	f.leads(f.post("operator", at+"/provider", url.Values{
		"provider": {"nobody"},
		"protocol": {"saml"},
		"revision": f.revision(c),
	}), at+"/provider")
}

// TestSetupLinkMakesOneConnection: its holder makes one, and that alone is
// theirs.
func TestSetupLinkMakesOneConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	link, err := f.db.CreateSetupLink(f.Context(), "adm-olive", sso.SetupLink{
		Enterprise: f.ent.ID,
		Token:      sso.NewSecret().Hash(),
		For:        "IT",
		MaxOpens:   3,
		CreatedBy:  "adm-olive",
		ExpiresAt:  time.Now().Add(time.Hour),
	})
	f.ok(err)
	holder := &sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      sso.Actor(link.ID),
		Name:       "IT",
		Enterprise: f.ent.ID,
		Link:       link.ID,
		Intents:    sso.DefaultIntents(),
	}
	f.who["link"] = holder
	const start = "/admin/enterprises/acme/connections/new"
	f.says(
		f.send("link", http.MethodGet, start, "", http.NoBody), http.StatusOK,
		"Microsoft Entra ID",
	)
	f.says(f.post("link", start, url.Values{
		"provider": {"okta"},
		"protocol": {"saml"},
		"name":     {" "},
	}), http.StatusUnprocessableEntity, summary)
	w := f.post("link", start, url.Values{
		"provider": {"okta"},
		"protocol": {"saml"},
		"name":     {"Okta"},
	})
	bound, err := f.db.SetupLink(f.Context(), f.ent.ID, link.ID)
	f.ok(err)
	at := "/admin/enterprises/acme/connections/" + string(bound.Connection) +
		"/setup"
	f.leads(w, at+"/create")
	holder.Connection = bound.Connection
	w = f.send("link", http.MethodGet, at+"/create", "", http.NoBody)
	f.says(w, http.StatusOK, "Single sign-on URL", "by a setup link")
	if strings.Contains(w.Body.String(), "/access") {
		t.Error("they are led where they may not go")
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		f.leads(
			f.send(
				"link", method, start, "application/x-www-form-urlencoded",
				strings.NewReader("provider=okta&protocol=saml&name=x"),
			),
			at,
		)
	}
	_, other := f.make(sso.Okta, sso.SAML)
	f.says(
		f.send("link", http.MethodGet, other+"/create", "", http.NoBody),
		http.StatusNotFound,
	)
	if all, err := f.db.Connections(context.Background(), f.ent.ID); err != nil || len(all) != 2 {
		t.Errorf("%d connections, %v", len(all), err)
	}
}

// TestConfirmedIssuer: an address that states another issuer asks for a tick, and
// what is saved then is the stated issuer.
func TestConfirmedIssuer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Custom, sso.OIDC)
	var own string
	stated := func() string { return own + "/tenant/v2.0/" }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/policy/v2.0/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(
			w,
			`{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`,
			stated(), own+"/a", own+"/t", own+"/k",
		)
	}))
	defer server.Close()
	own = server.URL
	form := url.Values{
		"oidc.issuer":        {own + "/policy/v2.0"},
		"oidc.client_id":     {"gatehouse"},
		"oidc.client_secret": {"canary"},
		"revision":           f.revision(c),
	}
	box := `name="oidc.confirmed_issuer" value="` + stated() + `"`
	w := f.post("operator", at+"/configure", form)
	f.says(
		w, http.StatusUnprocessableEntity, "states another issuer", box,
		"The issuer is "+stated(),
	)
	if strings.Contains(w.Body.String(), "Enter it again") {
		t.Error("the secret that is saved has to be entered again")
	}
	form.Set("oidc.confirmed_issuer", "https://other.example/")
	form["revision"] = f.revision(c)
	f.says(
		f.post("operator", at+"/configure", form), http.StatusUnprocessableEntity,
		box, "Enter it again",
	)
	form.Set("oidc.confirmed_issuer", stated())
	form["revision"] = f.revision(c)
	f.leads(f.post("operator", at+"/configure", form), at+"/configure?done=saved")
	if o := f.load(c.ID).Draft.OIDC; o.Issuer != stated() ||
		o.DiscoveryURL != own+"/policy/v2.0/.well-known/openid-configuration" {
		t.Errorf("%+v", o)
	}
	f.says(
		f.send(
			"operator", http.MethodGet, at+"/configure?done=saved", "", http.NoBody,
		),
		http.StatusOK,
		"The discovery document was read",
		"The test checks the client ID",
	)
}
