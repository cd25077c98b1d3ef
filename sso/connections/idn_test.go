package connections_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// byHost is a network of servers with one document each; hosts it was asked for
// must be in ASCII.
type byHost struct {
	t         *testing.T
	documents map[string]string
}

func (n byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	doc, known := n.documents[r.URL.Host]
	if !known {
		n.t.Errorf("host %q was asked", r.URL.Host)
		return nil, io.ErrUnexpectedEOF
	}
	body := io.NopCloser(bytes.NewReader([]byte(doc)))
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{},
		Body:       body,
		Request:    r,
	}, nil
}

// TestHostsAreStoredInASCII enters addresses at internationalized domains.
func TestHostsAreStoredInASCII(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const host, other = "sso.xn--bcher-kva.example", "xn--r8jz45g.xn--zckzah:8443"
	const entity = "https://bücher.example/entity"
	cert := certificate(t, 365)
	network := byHost{
		t: t,
		documents: map[string]string{
			host:  metadataOf(entity, "https://BÜCHER.example/sso?app=ü", cert),
			other: metadataOf(entity, "https://аcme.example/sso", cert), // Latin with a Cyrillic letter
		},
	}
	s := w.node(func(o *connections.Options) {
		o.SAML = saml.New(saml.Options{
			BaseURL: "https://gatehouse.test",
			Client:  &http.Client{Transport: network},
			Now:     w.clock.Now,
		})
	})
	create := func(e connections.SAMLEdit) (sso.Connection, error) {
		c, _, err := s.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
			Name: new("x"),
			SAML: &e,
		})
		return c, err
	}
	c, err := create(connections.SAMLEdit{
		MetadataURL: new(" https://sso.bücher.example/metadata?x=ü "),
	})
	w.ok(err)
	w.same("https://"+host+"/metadata?x=ü", c.Draft.SAML.MetadataURL)
	w.same("https://xn--bcher-kva.example/sso?app=ü", c.Draft.SAML.SSO.URL)
	w.same(entity, c.Draft.SAML.IDPEntityID) // compared byte by byte, so kept
	same, _, err := s.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{SSOURL: new("https://bücher.example/sso?app=ü")},
	})
	w.ok(err)
	w.same(c.Revision, same.Revision) // another spelling is no change, and no other address than the metadata's

	_, err = create(connections.SAMLEdit{
		MetadataURL: new("https://例え.テスト:8443/metadata"),
	})
	w.fails(err, sso.Invalid, "metadata_bad_endpoint", "saml.metadata_url")
	byHand := connections.SAMLEdit{
		IDPEntityID:  new(entity),
		SSOURL:       new("https://b%C3%BCcher.example/sso"),
		SLOURL:       new("https://STRASSE.bu\u0308cher.example/slo"),
		Certificates: []string{base64.StdEncoding.EncodeToString(cert)},
	}
	c, err = create(byHand)
	w.ok(err)
	w.same("https://xn--bcher-kva.example/sso", c.Draft.SAML.SSO.URL)
	w.same("https://strasse.xn--bcher-kva.example/slo", c.Draft.SAML.SLO.URL)
	w.same(entity, c.Draft.SAML.IDPEntityID)

	for _, bad := range []string{
		"https://acmе.example/x", "https://bücher\u200b.example/x",
		"https://１２７.0.0.1/x", "https://-bücher.example/x",
	} {
		_, err = create(connections.SAMLEdit{MetadataURL: new(bad)})
		w.fails(err, sso.Invalid, "url_not_allowed", "saml.metadata_url")
		_, err = create(connections.SAMLEdit{
			SSOURL: new(bad),
			SLOURL: new(bad),
		})
		w.fails(
			err, sso.Invalid, "metadata_bad_endpoint", "saml.sso_url",
			"saml.slo_url",
		)
	}
}

// TestIssuerAtAnInternationalizedDomain: the address is converted, and the issuer
// is what the document states.
func TestIssuerAtAnInternationalizedDomain(t *testing.T) {
	t.Parallel()
	const unicode, ascii = "https://bücher.example/a", "https://xn--bcher-kva.example/a"
	for _, c := range []struct{ name, entered, states, issuer, code string }{
		{"ASCII stated", unicode, ascii, ascii, ""},
		{"Unicode stated", ascii, unicode, unicode, ""},
		{"both Unicode", "https://BÜCHER.example/a/", unicode, unicode, ""},
		{"percent signs", "https://b%C3%BCcher.example/a", ascii + "/", ascii + "/", ""},
		{"another path", unicode, ascii + "b", "", "issuer_mismatch"},
		{
			"look-alike stated", "https://acme.example/a", "https://аcme.example/a",
			"", "issuer_mismatch",
		},
		{
			"look-alike entered", "https://аcme.example/a", "https://аcme.example/a",
			"", "url_not_allowed",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			doc, err := json.Marshal(map[string]any{
				"issuer":                 c.states,
				"authorization_endpoint": "https://login.bücher.example/authorize",
				"token_endpoint":         "https://login.bücher.example/token",
				"jwks_uri":               "https://login.bücher.example/keys",
			})
			w.ok(err)
			network := byHost{
				t: t,
				documents: map[string]string{
					"xn--bcher-kva.example": string(doc),
					"acme.example":          string(doc),
				},
			}
			s := w.node(func(o *connections.Options) {
				o.OIDC = oidc.New(oidc.Options{
					BaseURL: "https://gatehouse.test",
					Client:  &http.Client{Transport: network},
					Now:     w.clock.Now,
				})
			})
			made, _, err := s.Create(
				t.Context(), by, w.ent, sso.OIDC,
				connections.Edit{
					Name: new("x"),
					OIDC: &connections.OIDCEdit{
						Issuer:       &c.entered,
						ClientID:     new("gatehouse"),
						ClientSecret: new(sso.Secret("canary")),
					},
				},
			)
			if c.code != "" {
				w.fails(err, sso.Invalid, c.code, "oidc.issuer")
				return
			}
			w.ok(err)
			w.same(c.issuer, made.Draft.OIDC.Issuer)
			live, err := s.Enable(t.Context(), by, w.ent, made.ID, 0)
			w.ok(err)
			w.same(c.issuer, live.Live.OIDC.Issuer)
			redirect, err := s.OIDC.Begin(
				t.Context(), live, *live.Live,
				sso.PendingLogin{
					ID:       "p",
					Nonce:    "n",
					Verifier: "v",
				},
			)
			w.ok(err)
			if !strings.HasPrefix(
				redirect.URL, "https://login.xn--bcher-kva.example/authorize?",
			) {
				t.Errorf("sent to %s", redirect.URL)
			}
		})
	}
}
