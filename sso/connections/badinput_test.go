package connections_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// refused is an edit, the code it gets and what is blamed.
type refused struct {
	edit   connections.Edit
	code   string
	fields []string
}

// refuses runs every case against one connection, which stays as it is.
func (w *world) refuses(c sso.Connection, cases map[string]refused) {
	w.Helper()
	c = w.load(c.ID)
	for name, tt := range cases {
		_, warnings, err := w.Edit(w.Context(), by, w.ent, c.ID, tt.edit)
		if warnings != nil ||
			sso.KindOf(err) != sso.Invalid ||
			sso.CodeOf(err) != tt.code {
			w.Errorf("%s: %v, %v; want %s", name, warnings, err, tt.code)
		}
		if got := strings.Join(blamed(err), " "); got != strings.Join(tt.fields, " ") {
			w.Errorf("%s: blames %s; want %s (%v)", name, got, tt.fields, err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			w.Errorf("%s: a secret is in %v", name, err)
		}
	}
	w.same(c, w.load(c.ID))
}

func weak(t *testing.T, bits int) []byte {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, &rsa.PublicKey{
		N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1),
		E: 65537,
	}, signer, 365)
}

func TestBadSAML(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	good := b64(certificate(t, 365))
	with := func(s connections.SAMLEdit) connections.Edit {
		return connections.Edit{SAML: &s}
	}
	xml := func(doc string) connections.Edit {
		return with(connections.SAMLEdit{MetadataXML: new(doc)})
	}
	certs := func(texts ...string) connections.Edit {
		return with(connections.SAMLEdit{Certificates: texts})
	}
	first := []string{"saml.certificates[0]"}
	second := []string{"saml.certificates[1]"}
	metadataXML := []string{"saml.metadata_xml"}
	many := make([]string, 17)
	for i := range many {
		many[i] = b64(certificate(t, 365))
	}
	cases := map[string]refused{
		"another protocol": {
			connections.Edit{OIDC: &connections.OIDCEdit{}},
			"invalid_configuration",
			[]string{"oidc"},
		},
		"address and document": {
			with(connections.SAMLEdit{
				MetadataURL: new(d.metadataURL()),
				MetadataXML: new(metadataOf("e", d.sso, d.certs...)),
			}),
			"invalid_configuration",
			metadataXML,
		},
		"not XML": {xml("hello"), "metadata_unreadable", metadataXML},
		"a document type": {
			xml("<!DOCTYPE x>" + metadataOf("e", d.sso, d.certs...)),
			"metadata_unreadable",
			metadataXML,
		},
		"too long": {
			xml(
				strings.Repeat(" ", 1) + "<a>" + strings.Repeat("x", 512<<10) +
					"</a>",
			),
			"metadata_unreadable",
			metadataXML,
		},
		"no signing key": {
			xml(metadataOf("e", d.sso)), "metadata_no_signing_key", metadataXML,
		},
		"a weak signing key": {
			xml(metadataOf("e", d.sso, weak(t, 1024))), "weak_key", metadataXML,
		},
		"script instead of http": {
			xml(metadataOf("e", "javascript:alert(1)", d.certs...)),
			"metadata_bad_endpoint",
			metadataXML,
		},
		"sign-in without TLS": {
			xml(metadataOf("e", "http://idp.example/sso", d.certs...)),
			"metadata_bad_endpoint",
			metadataXML,
		},
		"of a service provider": {
			xml(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="e"/>`),
			"metadata_unreadable",
			metadataXML,
		},
		"not a certificate": {
			certs(good, "aGVsbG8="), "certificate_unreadable", second,
		},
		"not base64": {
			certs("hello world!"), "certificate_unreadable", first,
		},
		"empty": {certs(""), "certificate_unreadable", first},
		"PEM of something else": {
			certs(string(pem.EncodeToMemory(&pem.Block{
				Type:  "CERTIFICATE REQUEST",
				Bytes: []byte("x"),
			}))),
			"certificate_unreadable",
			first,
		},
		"PEM cut in half": {
			certs("-----BEGIN CERTIFICATE-----\nAAAA"), "certificate_unreadable",
			first,
		},
		"PEM, second cut": {
			certs(string(pem.EncodeToMemory(&pem.Block{
				Type:  "CERTIFICATE",
				Bytes: certificate(t, 9),
			})) + "-----BEGIN CERTIFICATE-----\nAAAA"),
			"certificate_unreadable",
			first,
		},
		"a private key": {
			certs(string(pem.EncodeToMemory(&pem.Block{
				Type:  "PRIVATE KEY",
				Bytes: []byte("canary"),
			}))),
			"certificate_unreadable",
			first,
		},
		"very long": {
			certs(strings.Repeat("A", 65<<10)), "certificate_unreadable", first,
		},
		"RSA with 1024 bits":  {certs(good, b64(weak(t, 1024))), "weak_key", second},
		"RSA with 2047 bits":  {certs(b64(weak(t, 2047))), "weak_key", first},
		"RSA with 16384 bits": {certs(b64(weak(t, 16384))), "weak_key", first},
		"our own certificate": {
			certs(b64(c.Keys[0].Certificate)), "own_certificate", first,
		},
		"seventeen": {
			certs(many...),
			"invalid_configuration",
			[]string{"saml.certificates"},
		},
		"sixteen and the metadata": {
			certs(many[1:]...),
			"invalid_configuration",
			[]string{"saml.certificates"},
		},
		"entity of the metadata": {
			with(connections.SAMLEdit{IDPEntityID: new("https://idp.test/other")}),
			"invalid_configuration",
			[]string{"saml.idp_entity_id"},
		},
		"address of the metadata": {
			with(connections.SAMLEdit{SSOURL: new("https://idp.test/other")}),
			"invalid_configuration",
			[]string{"saml.sso_url"},
		},
		"by hand, without TLS": {
			with(connections.SAMLEdit{
				MetadataURL: new(""),
				SSOURL:      new("http://idp.example/sso"),
			}),
			"metadata_bad_endpoint",
			[]string{"saml.sso_url"},
		},
		"by hand, script": {
			with(connections.SAMLEdit{
				MetadataURL: new(""),
				SLOURL:      new("javascript:alert(1)"),
			}),
			"metadata_bad_endpoint",
			[]string{"saml.slo_url"},
		},
		"by hand, no such binding": {
			with(connections.SAMLEdit{
				MetadataURL: new(""),
				SSOBinding:  new("urn:oasis:names:tc:SAML:2.0:bindings:SOAP"),
			}),
			"invalid_configuration",
			[]string{"saml.sso_binding"},
		},
		"entity with a line break": {
			with(connections.SAMLEdit{
				MetadataURL: new(""),
				IDPEntityID: new("a\nb"),
			}),
			"invalid_configuration",
			[]string{"saml.idp_entity_id"},
		},
		"entity of 1025 bytes": {
			with(connections.SAMLEdit{
				MetadataURL: new(""),
				IDPEntityID: new(strings.Repeat("e", 1025)),
			}),
			"invalid_configuration",
			[]string{"saml.idp_entity_id"},
		},
		"transient subjects": {
			with(connections.SAMLEdit{NameIDFormat: new("urn:oasis:names:tc:SAML:2.0:nameid-format:transient")}),
			"invalid_configuration",
			[]string{"saml.name_id_format"},
		},
		"IdP-initiated maybe": {
			with(connections.SAMLEdit{
				AllowIDPInitiated: new(sso.IDPInitiated("maybe")),
			}),
			"invalid_configuration",
			[]string{"saml.allow_idp_initiated"},
		},
		"skew below zero": {
			with(connections.SAMLEdit{ClockSkew: new(sso.Seconds(-1))}),
			"invalid_configuration",
			[]string{"saml.clock_skew_seconds"},
		},
	}
	w.refuses(c, cases)
}

// What an address may answer, and what may be an address.
func TestBadMetadataAddress(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	field := []string{"saml.metadata_url"}
	two := `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` +
		metadataOf("https://a.test", d.sso, d.certs...) +
		metadataOf("https://b.test", d.sso, d.certs...) + `</EntitiesDescriptor>`
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"missing": {answer(http.StatusNotFound, ""), "metadata_unreadable"},
		"broken": {
			answer(http.StatusInternalServerError, "oops"), "metadata_unavailable",
		},
		"a page": {
			answer(http.StatusOK, "<html><body>Sign in</body></html>"),
			"metadata_unreadable",
		},
		"huge": {
			answer(http.StatusOK, strings.Repeat("<!-- -->", 100_000)),
			"metadata_unreadable",
		},
		"several": {answer(http.StatusOK, two), "metadata_ambiguous"},
		"without a key": {
			answer(http.StatusOK, metadataOf("e", d.sso)), "metadata_no_signing_key",
		},
		"with a weak key": {
			answer(http.StatusOK, metadataOf("e", d.sso, weak(t, 1024))),
			"weak_key",
		},
		"with a bad endpoint": {
			answer(
				http.StatusOK, metadataOf("e", "javascript:alert(1)", d.certs...),
			),
			"metadata_bad_endpoint",
		},
		"our own key": {
			answer(http.StatusOK, metadataOf("e", d.sso, c.Keys[0].Certificate)),
			"own_certificate",
		},
		"round in circles": {
			func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "/again", http.StatusFound)
			},
			"metadata_unreadable",
		},
		"to a private address": {
			func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(
					rw, r, "http://169.254.169.254/latest", http.StatusFound,
				)
			},
			"url_not_allowed",
		},
	} {
		d.set(func(d *directory) { d.override = tt.answer })
		w.refuses(c, map[string]refused{
			name: {
				connections.Edit{
					SAML: &connections.SAMLEdit{
						MetadataURL: new(d.URL + "/new/metadata"),
					},
				},
				tt.code,
				field,
			},
		})
	}
	cases := map[string]refused{}
	for _, address := range []string{
		"http://idp.example/metadata", "file:///etc/passwd", "gopher://idp.example/",
		"https://user:password@idp.example/m", "https://", "metadata",
		"//idp.example/m",
		"https://169.254.169.254/latest", "https://[fd00:ec2::254]/",
		"https://2852039166/", "https://idp.example:0/", "ftp://idp.example",
		"javascript:alert(1)", "https://idp.example/#fragment",
	} {
		cases[address] = refused{
			connections.Edit{SAML: &connections.SAMLEdit{MetadataURL: new(address)}},
			"url_not_allowed",
			field,
		}
	}
	w.refuses(c, cases)
}

func TestSlowMetadata(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	w.Service = w.node(func(o *connections.Options) {
		o.SAML = saml.New(saml.Options{
			BaseURL: "https://gatehouse.test",
			Client: outbound.NewClient(outbound.Options{
				AllowPrivate: true,
				Timeout:      100 * time.Millisecond,
			}),
		})
	})
	d.set(func(d *directory) {
		// until the client gives up
		d.override = func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}
	})
	w.refuses(c, map[string]refused{
		"never": {
			connections.Edit{
				SAML: &connections.SAMLEdit{
					MetadataURL: new(d.URL + "/new/metadata"),
				},
			},
			"metadata_unavailable",
			[]string{"saml.metadata_url"},
		},
	})
}

// In production nothing of this machine may be named, not by hand either.
func TestLoopbackIsForTests(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c, o := w.saml(d), w.oidc(d)
	client := outbound.NewClient(outbound.Options{})
	w.Service = w.node(func(o *connections.Options) {
		o.AllowLoopback = false
		o.SAML = saml.New(saml.Options{
			BaseURL: "https://gatehouse.test",
			Client:  client,
		})
		o.OIDC = oidc.New(oidc.Options{
			BaseURL: "https://gatehouse.test",
			Client:  client,
		})
	})
	cases := map[string]refused{
		"by hand": {
			connections.Edit{SAML: &connections.SAMLEdit{
				MetadataURL: new(""),
				SSOURL:      new("http://localhost/sso"),
			}},
			"metadata_bad_endpoint",
			[]string{"saml.sso_url"},
		},
		"pasted": {
			connections.Edit{
				SAML: &connections.SAMLEdit{
					MetadataXML: new(metadataOf(
						"e", "http://localhost/sso", d.certs...,
					)),
				},
			},
			"metadata_bad_endpoint",
			[]string{"saml.sso_url"},
		},
	}
	asked := d.count("/metadata")
	for _, address := range []string{
		d.metadataURL(), "https://127.0.0.1/m", "https://localhost/m",
		"https://10.0.0.1/m", "https://[::1]/m", "https://[::ffff:127.0.0.1]/m",
		"https://127.1/m", "https://0x7f000001/m", "https://localhost./m",
	} {
		cases[address] = refused{
			connections.Edit{SAML: &connections.SAMLEdit{MetadataURL: new(address)}},
			"url_not_allowed",
			[]string{"saml.metadata_url"},
		}
	}
	w.refuses(c, cases)
	w.refuses(o, map[string]refused{
		"http": {
			connections.Edit{OIDC: &connections.OIDCEdit{
				Issuer:       new(d.URL),
				ClientSecret: new(sso.Secret("again")),
			}},
			"url_not_allowed",
			[]string{"oidc.issuer"},
		},
		"https": {
			connections.Edit{OIDC: &connections.OIDCEdit{
				Issuer:       new("https://127.0.0.1/"),
				ClientSecret: new(sso.Secret("again")),
			}},
			"url_not_allowed",
			[]string{"oidc.issuer"},
		},
	})
	if d.count("/metadata") != asked {
		t.Error("it was called all the same")
	}
}

func TestBadOIDC(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.oidc(d)
	with := func(o connections.OIDCEdit) connections.Edit {
		return connections.Edit{OIDC: &o}
	}
	issuer := func(text string) connections.Edit {
		return with(connections.OIDCEdit{
			Issuer:       new(text),
			ClientSecret: new(sso.Secret("canary")),
		})
	}
	blame := []string{"oidc.issuer"}
	cases := map[string]refused{
		"another protocol": {
			connections.Edit{SAML: &connections.SAMLEdit{}},
			"invalid_configuration",
			[]string{"saml"},
		},
		"without TLS":    {issuer("http://idp.example"), "url_not_allowed", blame},
		"not an address": {issuer("idp.example"), "url_not_allowed", blame},
		"with a query":   {issuer(d.URL + "?x=y"), "url_not_allowed", blame},
		"of no one": {
			issuer(d.URL + "/elsewhere"), "metadata_unreadable", blame,
		},
		"every Entra tenant": {
			issuer("https://login.microsoftonline.com/common/v2.0"),
			"issuer_mismatch",
			blame,
		},
		"every organization": {
			issuer("https://LOGIN.microsoftonline.com/organizations/v2.0/"),
			"issuer_mismatch",
			blame,
		},
		"private accounts": {
			issuer("https://login.microsoftonline.com/consumers/v2.0"),
			"issuer_mismatch",
			blame,
		},
		"the secret shown": {
			with(connections.OIDCEdit{ClientSecret: new(sso.Secret("[redacted]"))}),
			"invalid_configuration",
			[]string{"oidc.client_secret"},
		},
		"secret with a NUL": {
			with(connections.OIDCEdit{ClientSecret: new(sso.Secret("canary\x00"))}),
			"invalid_configuration",
			[]string{"oidc.client_secret"},
		},
		"secret of 1025 bytes": {
			with(connections.OIDCEdit{
				ClientSecret: new(sso.Secret(strings.Repeat("s", 1025))),
			}),
			"invalid_configuration",
			[]string{"oidc.client_secret"},
		},
		"client with a newline": {
			with(connections.OIDCEdit{ClientID: new("a\n")}),
			"invalid_configuration",
			[]string{"oidc.client_id"},
		},
		"a public client": {
			with(connections.OIDCEdit{AuthMethod: new(sso.AuthMethod("none"))}),
			"invalid_configuration",
			[]string{"oidc.token_endpoint_auth_method"},
		},
		"two scopes in one": {
			with(connections.OIDCEdit{Scopes: []string{"openid", "profile email"}}),
			"invalid_configuration",
			[]string{"oidc.scopes[1]"},
		},
		"33 scopes": {
			with(connections.OIDCEdit{
				Scopes: strings.Fields(strings.Repeat("s ", 33)),
			}),
			"invalid_configuration",
			[]string{"oidc.scopes"},
		},
		"prompt none": {
			with(connections.OIDCEdit{Prompt: new("none")}),
			"invalid_configuration",
			[]string{"oidc.prompt"},
		},
	}
	w.refuses(c, cases)

	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"a page":    {answer(http.StatusOK, "<html>"), "metadata_unreadable"},
		"forbidden": {answer(http.StatusForbidden, ""), "metadata_unreadable"},
		"another issuer": {
			answer(http.StatusOK, discovery("https://evil.test", d.URL)),
			"issuer_mismatch",
		},
		"every tenant": {
			answer(http.StatusOK, discovery("https://login.microsoftonline.com/{tenantid}/v2.0", d.URL)),
			"issuer_mismatch",
		},
		"a bad endpoint": {
			answer(http.StatusOK, discovery(d.URL, "http://idp.example")),
			"metadata_bad_endpoint",
		},
		"redirect to cloud": {
			func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "http://169.254.169.254/", http.StatusFound)
			},
			"url_not_allowed",
		},
	} {
		d.set(func(d *directory) { d.override = tt.answer })
		w.refuses(c, map[string]refused{name: {issuer(d.URL), tt.code, blame}})
	}
}

func discovery(issuer, base string) string {
	return fmt.Sprintf(
		`{"issuer":%q,"authorization_endpoint":"%s/a","token_endpoint":"%s/t","jwks_uri":"%s/k"}`,
		issuer, base, base, base,
	)
}

func TestBadRules(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	verification := func(mode, expression string) connections.Edit {
		return connections.Edit{EmailVerification: &connections.EmailVerificationEdit{
			Mode:       &mode,
			Expression: &expression,
		}}
	}
	mapped := func(m connections.MappingEdit) connections.Edit {
		return connections.Edit{Mapping: &m}
	}
	w.refuses(w.oidc(d), map[string]refused{
		"blank name": {
			connections.Edit{Name: new(" ")},
			"invalid_configuration",
			[]string{"name"},
		},
		"name from the right": {
			connections.Edit{Name: new("a\u202eb")},
			"invalid_configuration",
			[]string{"name"},
		},
		"no such provider": {
			connections.Edit{Provider: new(sso.Provider("Okta"))},
			"invalid_configuration",
			[]string{"provider"},
		},
		"no login": {
			mapped(connections.MappingEdit{Login: []string{}}),
			"invalid_configuration",
			[]string{"mapping.login"},
		},
		"half a template": {
			mapped(connections.MappingEdit{Name: []string{"name", "{given"}}),
			"invalid_configuration",
			[]string{"mapping.name[1]"},
		},
		"no expression": {
			mapped(connections.MappingEdit{Exclude: new("[")}),
			"invalid_configuration",
			[]string{"mapping.exclude"},
		},
		"limit below zero": {
			mapped(connections.MappingEdit{GroupLimit: new(-1)}),
			"invalid_configuration",
			[]string{"mapping.group_limit"},
		},
		"no such mode": {
			connections.Edit{
				GroupSync: &connections.GroupSyncEdit{Mode: new(sso.SyncMode(""))},
			},
			"invalid_configuration",
			[]string{"group_sync.mode"},
		},
		"absent maybe": {
			connections.Edit{
				GroupSync: &connections.GroupSyncEdit{
					OnAbsent: new(sso.WhenUnknown("maybe")),
				},
			},
			"invalid_configuration",
			[]string{"group_sync.on_absent"},
		},
		"overage clears": {
			connections.Edit{
				GroupSync: &connections.GroupSyncEdit{
					OnOverage: new(sso.ClearGroups),
				},
			},
			"invalid_configuration",
			[]string{"group_sync.on_overage"},
		},
		"no such owner": {
			connections.Edit{Provisioning: new(sso.Provisioning("SCIM"))},
			"invalid_configuration",
			[]string{"provisioning"},
		},
		"no such policy": {
			verification("sometimes", ""),
			"invalid_configuration",
			[]string{"email_verification.mode"},
		},
		"no expression there": {
			verification("expression", " "),
			"invalid_configuration",
			[]string{"email_verification.expression"},
		},
		"mistyped expression": {
			verification("expression", `"contractors" in identity.gropus`),
			"invalid_configuration",
			[]string{"email_verification.expression"},
		},
		"endless expression": {
			verification(
				"expression",
				`identity.groups.all(a, identity.groups.all(b, identity.groups.all(c, a + b == c)))`,
			),
			"invalid_configuration",
			[]string{"email_verification.expression"},
		},
		"long expression": {
			verification("expression", strings.Repeat("a", 4097)),
			"invalid_configuration",
			[]string{"email_verification.expression"},
		},
		"binary expression": {
			verification("expression", "a\xff"),
			"invalid_configuration",
			[]string{"email_verification.expression"},
		},
	})
}
