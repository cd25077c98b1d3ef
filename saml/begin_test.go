package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

const (
	testSSO = "https://idp.example.com/sso"
	testSLO = "https://idp.example.com/slo"
	testID  = "gh0123456789abcdef0123456789abcdef01234567"
)

// asks is a party whose identity provider takes requests at to.
func (p party) asks(to sso.Endpoint, signed bool) party {
	config := *p.config.SAML
	config.SSO, config.SignRequests = to, signed
	config.SLO = &sso.Endpoint{URL: testSLO, Binding: to.Binding}
	p.config.SAML = &config
	return p
}

func (p party) begin(t testing.TB) (sso.Redirect, error) {
	t.Helper()
	return p.asking(t, sso.AuthnNeed{})
}

func (p party) asking(t testing.TB, need sso.AuthnNeed) (sso.Redirect, error) {
	t.Helper()
	return p.Begin(t.Context(), p.connection, p.config, sso.PendingLogin{
		ID:        testID,
		CreatedAt: testNow(),
		Need:      need,
	})
}

// delivered is a message as the other side sees it, read and verified with
// nothing of this package.
type delivered struct {
	doc        []byte
	relayState string
	signed     bool
}

// deliver reads a message that was sent with our key "sp".
func deliver(t testing.TB, r sso.Redirect, to, field string) delivered {
	t.Helper()
	if r.Form != nil {
		if r.URL != to {
			t.Errorf("posted to %s, want %s", r.URL, to)
		}
		doc, err := base64.StdEncoding.DecodeString(r.Form.Get(field))
		if err != nil {
			t.Fatal(err)
		}
		return delivered{doc, r.Form.Get("RelayState"), verifiedByGoxmldsig(t, doc)}
	}
	query, ok := strings.CutPrefix(r.URL, to)
	if !ok || query == "" || query[0] != '?' && query[0] != '&' {
		t.Fatalf("goes to %s, want %s", r.URL, to)
	}
	values, err := url.ParseQuery(query[1:])
	if err != nil {
		t.Fatal(err)
	}
	packed, err := base64.StdEncoding.DecodeString(values.Get(field))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return delivered{
		doc, values.Get("RelayState"), verifiedQuery(t, query[1:], values),
	}
}

// verifiedQuery checks the signature of bindings §3.4.4.1: everything before
// it, in the order in which it is sent.
func verifiedQuery(t testing.TB, query string, values url.Values) bool {
	t.Helper()
	before, _, signed := strings.Cut(query, "&Signature=")
	if !signed {
		if values.Has("SigAlg") {
			t.Error("an algorithm without a signature")
		}
		return false
	}
	names := ""
	for pair := range strings.SplitSeq(before, "&") {
		name, _, _ := strings.Cut(pair, "=")
		names += name + " "
	}
	if names != "SAMLRequest RelayState SigAlg " &&
		names != "SAMLRequest SigAlg " &&
		names != "SAMLResponse RelayState SigAlg " &&
		names != "SAMLResponse SigAlg " {
		t.Errorf("parameters: %s", names)
	}
	if values.Get("SigAlg") != "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" {
		t.Errorf("algorithm %s", values.Get("SigAlg"))
	}
	signature, err := base64.StdEncoding.DecodeString(values.Get("Signature"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(before))
	if err := rsa.VerifyPKCS1v15(
		keyNamed(t, "sp").cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:],
		signature,
	); err != nil {
		t.Errorf("signature: %v", err)
	}
	return true
}

func verifiedByGoxmldsig(t testing.TB, doc []byte) bool {
	t.Helper()
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(doc); err != nil {
		t.Fatal(err)
	}
	sig := tree.Root().FindElement("./Signature")
	if sig == nil {
		return false
	}
	if at := sig.Index(); at != 1 || tree.Root().ChildElements()[0].Tag != "Issuer" {
		t.Errorf("the signature is child %d, not after the Issuer", at)
	}
	check := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{
		Roots: []*x509.Certificate{keyNamed(t, "sp").cert},
	})
	check.Clock = dsig.NewFakeClockAt(testNow())
	if _, err := check.Validate(tree.Root()); err != nil {
		t.Errorf("signature: %v", err)
	}
	return true
}

// TestBegin reads what is asked as an identity provider does.
func TestBegin(t *testing.T) {
	t.Parallel()
	redirect := sso.Endpoint{URL: testSSO, Binding: sso.BindingRedirect}
	post := sso.Endpoint{URL: testSSO, Binding: sso.BindingPOST}
	tests := map[string]struct {
		to     sso.Endpoint
		signed bool
		change func(*sso.Config)
		need   sso.AuthnNeed
		format string // formatUnspec if empty
		force  bool
	}{
		"redirect":         {to: redirect},
		"redirect, signed": {to: redirect, signed: true},
		"post":             {to: post},
		"post, signed":     {to: post, signed: true},
		"persistent": {
			to: redirect,
			change: func(c *sso.Config) {
				c.SAML.NameIDFormat = formatPersistent
			},
			format: formatPersistent,
		},
		"transient, mapped": {
			to: redirect,
			change: func(c *sso.Config) {
				c.SAML.NameIDFormat = formatTransient
				c.Mapping.Subject = "uid"
			},
			format: formatTransient,
		},
		"a new sign-in": {
			to:     post,
			signed: true,
			change: func(c *sso.Config) { c.SAML.ForceAuthn = true },
			force:  true,
		},
		"a recent sign-in": {
			to:    redirect,
			need:  sso.AuthnNeed{MaxAge: time.Hour},
			force: true,
		},
		"one of two contexts": {
			to:     redirect,
			signed: true,
			need:   sso.AuthnNeed{Acr: "urn:one urn:two"},
		},
		"an address with a query": {
			to: sso.Endpoint{
				URL:     testSSO + "?idpid=C01&x=a%20b",
				Binding: sso.BindingRedirect,
			},
			signed: true,
		},
		"an address to escape": {
			to: sso.Endpoint{
				URL:     testSSO + `?a=1&b="<>'`,
				Binding: sso.BindingPOST,
			},
			signed: true,
		},
		"this machine, for the demo": {
			to: sso.Endpoint{
				URL:     "http://127.0.0.1:8080/sso",
				Binding: sso.BindingRedirect,
			},
			signed: true,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup{}.party(t).asks(tt.to, tt.signed)
			if tt.change != nil {
				tt.change(&p.config)
			}
			r, err := p.asking(t, tt.need)
			if err != nil {
				t.Fatal(err)
			}
			got := deliver(t, r, tt.to.URL, "SAMLRequest")
			if got.signed != tt.signed || got.relayState != testID {
				t.Errorf("signed %t, RelayState %q", got.signed, got.relayState)
			}
			var request crewjam.AuthnRequest
			if err := xml.Unmarshal(got.doc, &request); err != nil {
				t.Fatal(err)
			}
			if request.ID != testID ||
				request.Version != "2.0" ||
				!request.IssueInstant.Equal(testNow()) ||
				request.Destination != tt.to.URL {
				t.Errorf(
					"ID %s, version %s, at %s, for %s", request.ID, request.Version,
					request.IssueInstant, request.Destination,
				)
			}
			if request.Issuer.Value != testEntityID ||
				request.AssertionConsumerServiceURL != testACS ||
				request.ProtocolBinding != sso.BindingPOST {
				t.Errorf(
					"from %s, answer to %s by %s", request.Issuer.Value,
					request.AssertionConsumerServiceURL, request.ProtocolBinding,
				)
			}
			if policy := request.NameIDPolicy; *policy.Format != or(tt.format, formatUnspec) ||
				!*policy.AllowCreate {
				t.Errorf(
					"format %s, allow create %t", *policy.Format,
					*policy.AllowCreate,
				)
			}
			if force := request.ForceAuthn != nil && *request.ForceAuthn; force != tt.force {
				t.Errorf("force %t", force)
			}
			var contexts []string
			if asked := request.RequestedAuthnContext; asked != nil {
				contexts = asked.ClassRefs()
				if asked.Comparison != "exact" {
					t.Errorf("contexts are compared %q", asked.Comparison)
				}
			}
			if !slices.Equal(contexts, tt.need.Contexts()) {
				t.Errorf("contexts %q are asked for", contexts)
			}
		})
	}
}

// TestHintsAreInTheAddress: the message and what is signed stay as they are.
func TestHintsAreInTheAddress(t *testing.T) {
	t.Parallel()
	const hints = "login_hint=ada%2B1%40acme.example&domain_hint=acme.example"
	for _, binding := range []string{sso.BindingRedirect, sso.BindingPOST} {
		for address, separator := range map[string]string{
			testSSO:          "?",
			testSSO + "?x=1": "&",
		} {
			p := setup{}.party(t).asks(sso.Endpoint{URL: address, Binding: binding}, true)
			p.connection.Provider = sso.Entra
			plain, err := p.begin(t)
			if err != nil {
				t.Fatal(err)
			}
			r, err := p.Begin(t.Context(), p.connection, p.config, sso.PendingLogin{
				ID:        testID,
				CreatedAt: testNow(),
				Hint: sso.LoginHint{
					Login:  "ada+1@acme.example",
					Domain: "acme.example",
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if binding == sso.BindingRedirect {
				separator = "&"
			}
			if r.URL != plain.URL+separator+hints || r.Form.Encode() != plain.Form.Encode() {
				t.Errorf("%s to %s goes to %s", binding, address, r.URL)
			}
		}
	}
}

// TestBeginWrites is the message to the byte.
func TestBeginWrites(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t).asks(
		sso.Endpoint{URL: testSSO, Binding: sso.BindingRedirect}, true,
	)
	r, err := p.begin(t)
	if err != nil {
		t.Fatal(err)
	}
	want := `<samlp:AuthnRequest xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"` +
		` ID="` + testID + `" Version="2.0" IssueInstant="2026-11-24T12:00:00Z" Destination="` + testSSO + `"` +
		` AssertionConsumerServiceURL="` + testACS +
		`" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST">` +
		`<saml:Issuer>` + testEntityID + `</saml:Issuer>` +
		`<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" AllowCreate="true"></samlp:NameIDPolicy></samlp:AuthnRequest>`
	if got := string(deliver(t, r, testSSO, "SAMLRequest").doc); strings.ReplaceAll(
		got, "/>", "></samlp:NameIDPolicy>",
	) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if r.Form != nil {
		t.Error("a redirect with a form")
	}
}

func TestBeginRefuses(t *testing.T) {
	t.Parallel()
	to := func(address, binding string) sso.Endpoint {
		return sso.Endpoint{
			URL:     address,
			Binding: binding,
		}
	}
	tests := map[string]struct {
		change func(*party)
		code   string
	}{
		"transient": {
			change: func(p *party) {
				p.config.SAML.NameIDFormat = formatTransient
			},
			code: "saml_transient_name_id",
		},
		"no key": {
			change: func(p *party) { p.connection.Keys = nil },
			code:   "internal",
		},
		"no RSA key": {
			change: func(p *party) {
				p.connection.Keys = []sso.KeyPair{
					keyNamed(t, "sp-p256").pair(t, "sp-p256"),
				}
			},
			code: "internal",
		},
		"broken key": {
			change: func(p *party) { p.connection.Keys[0].Private = "x" },
			code:   "internal",
		},
		"not SAML": {
			change: func(p *party) { p.config.SAML = nil },
			code:   "internal",
		},
		"no address": {
			change: func(p *party) { p.config.SAML.SSO = sso.Endpoint{} },
			code:   "internal",
		},
		"another binding": {
			change: func(p *party) {
				p.config.SAML.SSO.Binding =
					"urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
			},
			code: "internal",
		},
		"javascript, post": {
			change: func(p *party) {
				p.config.SAML.SSO = to("javascript:alert(1)", sso.BindingPOST)
			},
			code: "internal",
		},
		"javascript": {
			change: func(p *party) {
				p.config.SAML.SSO = to("javascript:alert(1)", sso.BindingRedirect)
			},
			code: "internal",
		},
		"http": {
			change: func(p *party) {
				p.config.SAML.SSO = to(
					"http://idp.example.com/", sso.BindingRedirect,
				)
			},
			code: "internal",
		},
		"with a fragment": {
			change: func(p *party) {
				p.config.SAML.SSO = to(testSSO+"#x", sso.BindingRedirect)
			},
			code: "internal",
		},
		"with a line break": {
			change: func(p *party) {
				p.config.SAML.SSO = to(testSSO+"\r\nx: y", sso.BindingRedirect)
			},
			code: "internal",
		},
		"with a user's name": {
			change: func(p *party) {
				p.config.SAML.SSO = to("https://a@idp.example.com/", sso.BindingPOST)
			},
			code: "internal",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup{}.party(t).asks(sso.Endpoint{
				URL:     testSSO,
				Binding: sso.BindingRedirect,
			}, true)
			tt.change(&p)
			r, err := p.begin(t)
			if sso.CodeOf(err) != tt.code || r.URL != "" || r.Form != nil {
				t.Errorf(
					"code %q, want %q; goes to %q", sso.CodeOf(err), tt.code, r.URL,
				)
			}
			if err != nil && strings.Contains(err.Error(), "PRIVATE") {
				t.Error("shows a key")
			}
		})
	}
}

// TestWritingEscapesText is CVE-2026-46490 for messages: text cannot become markup, signed
// or not, and survives the way.
func TestWritingEscapesText(t *testing.T) {
	t.Parallel()
	const text = "</saml:NameID><x y=\"z\">&amp;<![CDATA[]]>\r\n\té"
	for _, binding := range []string{sso.BindingRedirect, sso.BindingPOST} {
		p := setup{}.party(t).asks(
			sso.Endpoint{URL: testSSO, Binding: binding}, true,
		)
		r, err := p.BeginLogout(p.connection, p.config, sso.Session{
			Subject:      text,
			SessionIndex: text,
			NameIDFormat: formatPersistent,
		})
		if err != nil {
			t.Fatal(err)
		}
		got := deliver(t, r, testSLO, "SAMLRequest")
		if !got.signed {
			t.Error("not signed")
		}
		var request crewjam.LogoutRequest
		if err := xml.Unmarshal(got.doc, &request); err != nil {
			t.Fatal(err)
		}
		if request.NameID.Value != text || request.SessionIndex.Value != text {
			t.Errorf(
				"%s: %q, %q", binding, request.NameID.Value,
				request.SessionIndex.Value,
			)
		}
	}
}
