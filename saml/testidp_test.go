package saml

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

const (
	testBase       = "https://gate.example.com"
	testConnection = sso.ConnectionID("conn-01k0000000000000000000000a")
	testEntityID   = testBase + "/saml/" + string(testConnection) + "/metadata"
	testACS        = testBase + "/saml/" + string(testConnection) + "/acs"
	testRequest    = "_5f0c2b7be4a94d1d8f66"
	testIssuer     = "https://idp.example.com/metadata"
	testPerson     = "alice@example.com"
	testAttacker   = "mallory@example.com"
)

// testNow is the time of all clocks in these tests.
func testNow() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// testMessage is an answer as most identity providers write it, before anything
// is signed.
const testMessage = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
	` ID="_response1" Version="2.0" IssueInstant="2026-11-24T12:00:00Z" Destination="` +
	testACS + `" InResponseTo="` + testRequest + `">` +
	`<saml:Issuer>` + testIssuer + `</saml:Issuer>` +
	`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
	`<saml:Assertion ID="_assertion1" Version="2.0" IssueInstant="2026-11-24T12:00:00Z">` +
	`<saml:Issuer>` + testIssuer + `</saml:Issuer>` +
	`<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` +
	testPerson + `</saml:NameID>` +
	`<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
	`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T12:05:00Z" Recipient="` +
	testACS + `" InResponseTo="` + testRequest + `"/>` +
	`</saml:SubjectConfirmation></saml:Subject>` +
	`<saml:Conditions NotBefore="2026-11-24T11:55:00Z" NotOnOrAfter="2026-11-24T12:05:00Z">` +
	`<saml:AudienceRestriction><saml:Audience>` + testEntityID +
	`</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
	`<saml:AuthnStatement AuthnInstant="2026-11-24T11:59:58Z" SessionIndex="_session1"><saml:AuthnContext>` +
	`<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>` +
	`</saml:AuthnContext></saml:AuthnStatement>` +
	`<saml:AttributeStatement>` +
	`<saml:Attribute Name="email"><saml:AttributeValue>` + testPerson + `</saml:AttributeValue></saml:Attribute>` +
	`<saml:Attribute Name="groups"><saml:AttributeValue>engineering</saml:AttributeValue><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>` +
	`</saml:AttributeStatement></saml:Assertion></samlp:Response>`

// reply is an answer and what is done to it. The zero value with something to
// Sign is one that has to be accepted.
type reply struct {
	knobs
	message string // testMessage if empty
	// pairs of old and new text, replaced before signing; every old text has to be there
	before []string
	tree   func(root *etree.Element) // before signing
	signed func(root *etree.Element) // after signing, before encryption
	after  func(root *etree.Element) // at the end
	text   []string                  // as before, in the finished document
	bytes  func(document []byte) []byte
}

// knobs are how an identity provider is configured; in golden directories they
// are JSON.
type knobs struct {
	Sign    []string    `json:"sign,omitempty"` // "assertion", "response"
	Form    sigForm     `json:"form,omitzero"`
	Outer   *sigForm    `json:"outer,omitempty"` // of the response, if it differs
	Encrypt *encryption `json:"encrypt,omitempty"`
	Name    *encryption `json:"name,omitempty"` // of the NameID
}

func signing(what ...string) knobs { return knobs{Sign: what} }

// hiding encrypts the NameID in a signed assertion.
func hiding(e encryption) knobs {
	return knobs{
		Sign: []string{"assertion"},
		Name: &e,
	}
}

func encrypting(e encryption, sign ...string) knobs {
	return knobs{
		Sign:    sign,
		Encrypt: &e,
	}
}

// build makes the document.
func (r reply) build(t testing.TB) []byte {
	t.Helper()
	message := r.message
	if message == "" {
		message = testMessage
	}
	root := parseText(t, replaced(t, message, r.before))
	edit(root, r.tree)
	if r.Name != nil {
		hidden := *r.Name
		hidden.Container = "EncryptedID"
		hidden.hide(t, theElement(t, root, "NameID"))
	}
	if slices.Contains(r.Sign, "assertion") {
		r.Form.sign(t, theElement(t, root, "Assertion"))
	}
	edit(root, r.signed)
	if r.Encrypt != nil {
		r.Encrypt.hide(t, theElement(t, root, "Assertion"))
	}
	if slices.Contains(r.Sign, "response") {
		if r.Outer != nil {
			r.Outer.sign(t, root)
		} else {
			r.Form.sign(t, root)
		}
	}
	edit(root, r.after)
	doc := []byte(replaced(t, declarationOf(message)+written(t, root), r.text))
	if r.bytes != nil {
		doc = r.bytes(doc)
	}
	return doc
}

func declarationOf(message string) string {
	if end := strings.Index(message, "?>"); strings.HasPrefix(message, "<?xml") {
		return message[:end+len("?>")]
	}
	return ""
}

func edit(root *etree.Element, change func(*etree.Element)) {
	if change != nil {
		change(root)
	}
}

func replaced(t testing.TB, s string, pairs []string) string {
	t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("nothing to replace: %s", pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return s
}

// parseText keeps whatever etree can keep, so that what the scan refuses can be
// made.
func parseText(t testing.TB, s string) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	doc.ReadSettings.PreserveDuplicateAttrs = true
	if err := doc.ReadFromString(s); err != nil {
		t.Fatalf("parse: %v\n%s", err, s)
	}
	root := doc.Root()
	doc.RemoveChild(root)
	return root
}

func written(t testing.TB, el *etree.Element) string {
	t.Helper()
	doc := etree.NewDocument()
	// a carriage return stays one
	doc.WriteSettings = etree.WriteSettings{
		CanonicalText:    true,
		CanonicalAttrVal: true,
	}
	doc.SetRoot(el.Copy())
	s, err := doc.WriteToString()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// theElement is the first of that local name.
func theElement(t testing.TB, root *etree.Element, tag string) *etree.Element {
	t.Helper()
	if el := find(root, tag); el != nil {
		return el
	}
	t.Fatalf("no %s", tag)
	return nil
}

func find(el *etree.Element, tag string) *etree.Element {
	if el.Tag == tag {
		return el
	}
	for _, child := range el.ChildElements() {
		if found := find(child, tag); found != nil {
			return found
		}
	}
	return nil
}

// setup is the connection an answer is for; in golden directories it is JSON.
type setup struct {
	Provider     sso.Provider     `json:"provider,omitempty"`
	Issuer       string           `json:"issuer,omitempty"`  // testIssuer if empty
	Trusted      []string         `json:"trusted,omitempty"` // names of keys; "idp" if empty
	Keys         []string         `json:"keys,omitempty"`    // names of ours; "sp" if empty
	AllowSHA1    bool             `json:"allow_sha1,omitempty"`
	Skew         sso.Seconds      `json:"skew,omitempty"`
	Unsolicited  bool             `json:"unsolicited,omitempty"` // without a request
	IDPInitiated sso.IDPInitiated `json:"idp_initiated,omitempty"`
	Subject      string           `json:"subject,omitempty"` // of the mapping
	ForceAuthn   bool             `json:"force_authn,omitempty"`
}

// party is a service provider with a connection and a sign-in under way.
type party struct {
	*ServiceProvider
	connection sso.Connection
	config     sso.Config
	pending    *sso.PendingLogin
}

func (s setup) party(t testing.TB) party {
	t.Helper()
	cfg := &sso.SAMLConfig{
		IDPEntityID:  s.Issuer,
		AllowSHA1:    s.AllowSHA1,
		ClockSkew:    s.Skew,
		IDPInitiated: s.IDPInitiated,
		ForceAuthn:   s.ForceAuthn,
	}
	if cfg.IDPEntityID == "" {
		cfg.IDPEntityID = testIssuer
	}
	for _, name := range orDefault(s.Trusted, "idp") {
		cfg.Certificates = append(cfg.Certificates, sso.Certificate{
			Raw: keyNamed(t, name).cert.Raw,
		})
	}
	c := sso.Connection{
		ID:       testConnection,
		Protocol: sso.SAML,
		Provider: s.Provider,
		State:    sso.ConnectionEnabled,
		Revision: 1,
	}
	for _, name := range orDefault(s.Keys, "sp") {
		c.Keys = append(c.Keys, keyNamed(t, name).pair(t, name))
	}
	p := party{
		ServiceProvider: New(Options{BaseURL: testBase, Now: testNow}),
		connection:      c,
		config: sso.Config{
			SAML:    cfg,
			Mapping: sso.Mapping{Subject: s.Subject},
		},
	}
	if !s.Unsolicited {
		p.pending = &sso.PendingLogin{
			ID:         testRequest,
			Connection: testConnection,
			CreatedAt:  testNow().Add(-10 * time.Second),
		}
	}
	return p
}

func orDefault(all []string, one string) []string {
	if len(all) == 0 {
		return []string{one}
	}
	return all
}

func post(doc []byte) sso.Callback {
	return sso.Callback{
		Form: url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(doc)}},
	}
}

func (p party) complete(t testing.TB, doc []byte) (sso.Assertion, []sso.Check, error) {
	t.Helper()
	x, err := p.Complete(t.Context(), p.connection, p.config, p.pending, post(doc))
	return x.Assertion, x.Checks, err
}

// accept fails the test unless doc is accepted, with the subject unchanged.
func (p party) accept(t testing.TB, doc []byte) sso.Assertion {
	t.Helper()
	a, checks, err := p.complete(t, doc)
	if err != nil {
		t.Fatalf("refused: %v\n%s", err, lastCheck(checks))
	}
	if a.Subject != testPerson {
		t.Fatalf("subject %q", a.Subject)
	}
	return a
}

// refuse fails the test unless doc is refused with one of the codes, and unless
// the list of checks ends with the one that failed.
func (p party) refuse(t testing.TB, doc []byte, codes ...string) {
	t.Helper()
	a, checks, err := p.complete(t, doc)
	if err == nil {
		t.Fatalf("accepted, as %q", a.Subject)
	}
	if code := sso.CodeOf(err); !slices.Contains(codes, code) {
		t.Errorf("code %s, want %v: %v", code, codes, err)
	}
	if kind := sso.KindOf(err); kind != kindOf(sso.CodeOf(err)) {
		t.Errorf("code %s is %s", sso.CodeOf(err), kind)
	}
	if a.Subject != "" || a.Claims != nil || a.ResponseID != "" {
		t.Errorf("a refused answer gives %v", a)
	}
	if len(checks) == 0 || checks[len(checks)-1].OK {
		t.Errorf("the last check did not fail: %s; %v", lastCheck(checks), err)
	}
	for i, c := range checks {
		if !c.OK &&
			i < len(checks)-1 &&
			!strings.HasPrefix(c.Name, "confirmation") &&
			c.Name != "recipient" {
			t.Errorf("check %s failed and did not end it", c.Name)
		}
	}
}

// kindOf returns the kind of a code: Invalid is 400, Forbidden 403.
func kindOf(code string) sso.Kind {
	switch code {
	case "saml_malformed", "saml_too_complex", "login_state_expired":
		return sso.Invalid
	}
	return sso.Forbidden
}

func lastCheck(checks []sso.Check) string {
	if len(checks) == 0 {
		return "no checks"
	}
	c := checks[len(checks)-1]
	return c.Name + ": want " + c.Want + ", got " + c.Got
}
