package saml

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// withKeys replaces @name@ by that test key's certificate; @name,wrapped@ breaks
// its lines.
func withKeys(t testing.TB, doc string) []byte {
	t.Helper()
	return []byte(regexp.MustCompile(`@[a-z0-9-]+(,wrapped)?@`).ReplaceAllStringFunc(doc, func(s string) string {
		name, wrapped := strings.CutSuffix(strings.Trim(s, "@"), ",wrapped")
		encoded := base64.StdEncoding.EncodeToString(keyNamed(t, name).cert.Raw)
		if wrapped {
			encoded = strings.Join(slices.Collect(func(yield func(string) bool) {
				for c := range slices.Chunk([]byte(encoded), 64) {
					if !yield(string(c)) {
						return
					}
				}
			}), "\n")
		}
		return encoded
	}))
}

// seenMetadata is Metadata as golden files have it: certificates by the names
// of their keys.
type seenMetadata struct {
	EntityID      string        `json:"entity_id"`
	SSO           sso.Endpoint  `json:"sso"`
	SLO           *sso.Endpoint `json:"slo,omitempty"`
	Certificates  []string      `json:"certificates"`
	WantSigned    bool          `json:"want_signed"`
	NameIDFormats []string      `json:"name_id_formats,omitempty"`
	ValidUntil    *time.Time    `json:"valid_until,omitempty"`
	Warnings      []string      `json:"warnings,omitempty"`
}

func seen(t testing.TB, m Metadata) seenMetadata {
	t.Helper()
	s := seenMetadata{
		EntityID:      m.EntityID,
		SSO:           m.SSO,
		SLO:           m.SLO,
		WantSigned:    m.WantSigned,
		NameIDFormats: m.NameIDFormats,
	}
	if !m.ValidUntil.IsZero() {
		s.ValidUntil = &m.ValidUntil
	}
	for _, w := range m.Warnings {
		s.Warnings = append(
			s.Warnings, regexp.MustCompile(`[0-9a-f]{16}…`).ReplaceAllString(w, "#"),
		)
	}
	for _, c := range m.Certificates {
		if c.Source != sso.FromMetadata {
			t.Errorf("source %q", c.Source)
		}
		s.Certificates = append(s.Certificates, nameOf(t, c))
	}
	return s
}

func nameOf(t testing.TB, c sso.Certificate) string {
	t.Helper()
	for name := range testKeyForms() {
		if bytes.Equal(keyNamed(t, name).cert.Raw, c.Raw) {
			return name
		}
	}
	t.Fatal("a certificate of no key")
	return ""
}

// TestParseMetadata reads what the products publish. Adding a case is adding a
// document.
func TestParseMetadata(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(
		"testdata", "metadata", "good", "*.xml",
	))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".xml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := New(Options{
				BaseURL: testBase,
				Now:     testNow,
			}).ReadMetadata(withKeys(t, string(text)), "")
			if err != nil {
				t.Fatal(err)
			}
			got := seen(t, m)
			golden := strings.TrimSuffix(file, ".xml") + ".json"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				out, err := json.MarshalIndent(got, "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, append(out, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			text, err = os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			var want seenMetadata
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const (
	keyDescriptor = `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>@idp@</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
	ssoService    = `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>`
	sloService    = `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/slo"/>`
	idpRole       = `<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		keyDescriptor + sloService + ssoService + `</md:IDPSSODescriptor>`
	idpEntity = `<md:EntityDescriptor entityID="` + testIssuer +
		`" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` +
		idpRole + `</md:EntityDescriptor>`
)

// federation puts entities that are like idpEntity in one document.
func federation(ids ...string) string {
	all := ""
	for _, id := range ids {
		all += strings.Replace(idpEntity, testIssuer, id, 1)
	}
	return `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` + all + `</md:EntitiesDescriptor>`
}

func key(attributes, certificates string) string {
	return `<md:KeyDescriptor` + attributes + `><ds:KeyInfo><ds:X509Data>` +
		certificates + `</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
}

func x509Certificate(content string) string {
	return `<ds:X509Certificate>` + content + `</ds:X509Certificate>`
}

func TestParseMetadataRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		doc    string   // idpEntity if empty
		change []string // pairs of old and new
		code   string
	}{
		"nothing": {doc: " ", code: "metadata_unreadable"},
		"HTML": {
			doc:  "<!DOCTYPE html><html><body>Sign in</body></html>",
			code: "metadata_unreadable",
		},
		"JSON": {
			doc:  `{"issuer":"https://idp.example.com"}`,
			code: "metadata_unreadable",
		},
		"a response": {doc: testMessage, code: "metadata_unreadable"},
		"document type": {
			doc:  `<!DOCTYPE md:EntityDescriptor [<!ENTITY x "y">]>` + idpEntity,
			code: "metadata_unreadable",
		},
		"processing instruction": {
			doc:  `<?xml-stylesheet href="x"?>` + idpEntity,
			code: "metadata_unreadable",
		},
		"UTF-16": {
			doc:  `<?xml version="1.0" encoding="UTF-16"?>` + idpEntity,
			code: "metadata_unreadable",
		},
		"two roots": {
			doc:  idpEntity + idpEntity,
			code: "metadata_unreadable",
		},
		"cut off": {
			doc:  idpEntity[:len(idpEntity)-10],
			code: "metadata_unreadable",
		},
		"too large": {
			doc:  idpEntity + strings.Repeat(" ", maxMetadata),
			code: "metadata_unreadable",
		},
		"too deep": {
			doc: strings.Repeat(`<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">`, 70) +
				strings.Repeat("</md:EntitiesDescriptor>", 70),
			code: "metadata_unreadable",
		},
		"empty federation": {doc: federation(), code: "metadata_unreadable"},
		"several": {
			doc:  federation("https://a.example", "https://b.example"),
			code: "metadata_ambiguous",
		},
		"the same twice": {
			doc:  federation(testIssuer, testIssuer),
			code: "metadata_ambiguous",
		},
		"two roles that differ": {
			change: []string{
				idpRole, idpRole + strings.Replace(idpRole, "/sso", "/sso2", 1),
			},
			code: "metadata_unreadable",
		},
		"application": {
			change: []string{
				"<md:IDPSSODescriptor", "<md:SPSSODescriptor",
				"</md:IDPSSODescriptor", "</md:SPSSODescriptor",
			},
			code: "metadata_unreadable",
		},
		"SAML 1.1 only": {
			change: []string{
				`protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`,
				`protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"`,
			},
			code: "metadata_unreadable",
		},
		"foreign namespace": {
			change: []string{"SAML:2.0:metadata", "SAML:9.9:metadata"},
			code:   "metadata_unreadable",
		},
		"no entityID": {
			change: []string{` entityID="` + testIssuer + `"`, ""},
			code:   "metadata_unreadable",
		},
		"empty entityID": {
			change: []string{testIssuer, ""},
			code:   "metadata_unreadable",
		},
		"entityID with a line break": {
			change: []string{testIssuer, "https://idp.example.com/&#10;x"},
			code:   "metadata_unreadable",
		},
		"entityID too long": {
			change: []string{
				testIssuer, "https://" + strings.Repeat("a", maxEntityIDLength),
			},
			code: "metadata_unreadable",
		},
		"validUntil is no time": {
			change: []string{
				"<md:EntityDescriptor", `<md:EntityDescriptor validUntil="tomorrow"`,
			},
			code: "metadata_unreadable",
		},
		"no signing key": {
			change: []string{keyDescriptor, ""},
			code:   "metadata_no_signing_key",
		},
		"only an encryption key": {
			change: []string{`use="signing"`, `use="encryption"`},
			code:   "metadata_no_signing_key",
		},
		"unknown use": {
			change: []string{`use="signing"`, `use="Signing"`},
			code:   "metadata_no_signing_key",
		},
		"key without certificate": {
			change: []string{
				`<ds:X509Data><ds:X509Certificate>@idp@</ds:X509Certificate></ds:X509Data>`,
				`<ds:KeyName>k</ds:KeyName>`,
			},
			code: "metadata_no_signing_key",
		},
		"certificate is not base64": {
			change: []string{"@idp@", "%%%"},
			code:   "metadata_no_signing_key",
		},
		"certificate is no X.509": {
			change: []string{"@idp@", "AAAA"},
			code:   "metadata_no_signing_key",
		},
		"empty certificate": {
			change: []string{"@idp@", " "},
			code:   "metadata_no_signing_key",
		},
		"comment in the certificate": {
			change: []string{"@idp@", "<!-- x -->@idp@"},
			code:   "metadata_no_signing_key",
		},
		"weak key": {
			change: []string{"@idp@", "@idp-weak@"},
			code:   "weak_key",
		},
		// the same one
		"too many keys": {
			change: []string{keyDescriptor, strings.Repeat(keyDescriptor, 20)},
			code:   "",
		},
		"no sign-in address": {
			change: []string{ssoService, ""},
			code:   "metadata_bad_endpoint",
		},
		"sign-in by SOAP only": {
			change: []string{
				"HTTP-Redirect\" Location=\"https://idp.example.com/sso",
				"SOAP\" Location=\"https://idp.example.com/sso",
			},
			code: "metadata_bad_endpoint",
		},
		"no Location": {
			change: []string{` Location="https://idp.example.com/sso"`, ""},
			code:   "metadata_bad_endpoint",
		},
		"http": {
			change: []string{
				"https://idp.example.com/sso", "http://idp.example.com/sso",
			},
			code: "metadata_bad_endpoint",
		},
		"javascript": {
			change: []string{
				"https://idp.example.com/sso", "javascript:alert(document.domain)//",
			},
			code: "metadata_bad_endpoint",
		},
		"data": {
			change: []string{
				"https://idp.example.com/sso", "data:text/html,&lt;script>",
			},
			code: "metadata_bad_endpoint",
		},
		"relative": {
			change: []string{"https://idp.example.com/sso", "/sso"},
			code:   "metadata_bad_endpoint",
		},
		"user name": {
			change: []string{
				"https://idp.example.com/sso",
				"https://idp.example.com@evil.example/sso",
			},
			code: "metadata_bad_endpoint",
		},
		"javascript for logout": {
			change: []string{"https://idp.example.com/slo", "javascript:alert(1)"},
			code:   "metadata_bad_endpoint",
		},
		"javascript in the other one": {
			change: []string{
				ssoService,
				ssoService +
					`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="javascript:alert(1)"/>`,
			},
			code: "metadata_bad_endpoint",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := withKeys(t, replaced(t, or(tt.doc, idpEntity), tt.change))
			m, err := ParseMetadata(doc)
			if got := sso.CodeOf(err); got != tt.code {
				t.Fatalf("code %q, want %q: %v", got, tt.code, err)
			}
			if err == nil {
				return
			}
			if sso.KindOf(err) != sso.Invalid ||
				m.EntityID != "" ||
				m.Certificates != nil {
				t.Errorf("kind %s, gives %+v", sso.KindOf(err), m)
			}
		})
	}
}

// TestReadMetadataChooses is about documents with more than one identity
// provider, and about how long a document is good for.
func TestReadMetadataChooses(t *testing.T) {
	t.Parallel()
	three := federation(
		"https://a.example", "https://b.example", "https://c.example",
	)
	inner := strings.Replace(
		three, "<md:EntitiesDescriptor",
		`<md:EntitiesDescriptor validUntil="2026-11-24T11:00:00Z"`,
		1,
	)
	nested := `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` +
		federation("https://n.example") + inner + `</md:EntitiesDescriptor>`
	until := func(s string) string {
		return replaced(t, idpEntity, []string{
			"<md:EntityDescriptor", `<md:EntityDescriptor validUntil="` + s + `"`,
		})
	}
	tests := map[string]struct {
		doc, entity string
		want        string // entityID, or the code
	}{
		"one, none asked for": {doc: idpEntity, want: testIssuer},
		"one, another asked for": {
			doc:    idpEntity,
			entity: "https://a.example",
			want:   testIssuer,
		},
		"three": {doc: three, want: "metadata_ambiguous"},
		"three, one asked for": {
			doc:    three,
			entity: "https://b.example",
			want:   "https://b.example",
		},
		"three, another asked for": {
			doc:    three,
			entity: "https://d.example",
			want:   "metadata_ambiguous",
		},
		"case differs": {
			doc:    three,
			entity: "https://B.example",
			want:   "metadata_ambiguous",
		},
		"nested": {
			doc:    nested,
			entity: "https://n.example",
			want:   "https://n.example",
		},
		"nested in something expired": {
			doc:    nested,
			entity: "https://a.example",
			want:   "metadata_expired",
		},
		"valid for a moment": {
			doc:  until("2026-11-24T12:00:01Z"),
			want: testIssuer,
		},
		"valid until now": {
			doc:  until("2026-11-24T12:00:00Z"),
			want: "metadata_expired",
		},
		"valid until now elsewhere": {
			doc:  until("2026-11-24T13:00:00+01:00"),
			want: "metadata_expired",
		},
		"long expired": {
			doc:  until("2020-01-01T00:00:00.000Z"),
			want: "metadata_expired",
		},
		"role expired": {
			doc: replaced(t, idpEntity, []string{
				"<md:IDPSSODescriptor",
				`<md:IDPSSODescriptor validUntil="2026-01-01T00:00:00Z"`,
			}),
			want: "metadata_expired",
		},
		"role expired, entity not": {
			doc: replaced(t, until("2030-01-01T00:00:00Z"), []string{
				"<md:IDPSSODescriptor",
				`<md:IDPSSODescriptor validUntil="2026-01-01T00:00:00Z"`,
			}),
			want: "metadata_expired",
		},
		"entity expired, role not": {
			doc: replaced(t, until("2026-01-01T00:00:00Z"), []string{
				"<md:IDPSSODescriptor",
				`<md:IDPSSODescriptor validUntil="2030-01-01T00:00:00Z"`,
			}),
			want: "metadata_expired",
		},
		"an application besides": {
			doc: replaced(t, federation(testIssuer), []string{
				"</md:EntitiesDescriptor>",
				`<md:EntityDescriptor entityID="https://app.example"><md:SPSSODescriptor/></md:EntityDescriptor></md:EntitiesDescriptor>`,
			}),
			want: testIssuer,
		},
		"the application asked for by mistake": {
			doc: replaced(t, federation(testIssuer), []string{
				"</md:EntitiesDescriptor>",
				`<md:EntityDescriptor entityID="https://app.example"><md:SPSSODescriptor/></md:EntityDescriptor></md:EntitiesDescriptor>`,
			}),
			entity: "https://app.example",
			want:   testIssuer,
		},
	}
	sp := New(Options{BaseURL: testBase, Now: testNow})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := sp.ReadMetadata(withKeys(t, tt.doc), tt.entity)
			if got := m.EntityID + sso.CodeOf(err); got != tt.want {
				t.Errorf("got %q, want %q: %v", got, tt.want, err)
			}
			if tt.want == "metadata_ambiguous" &&
				!strings.Contains(err.Error(), "https://a.example, https://b.example, https://c.example") {
				t.Errorf("does not name them: %v", err)
			}
		})
	}
}

// TestWantSigned is about the two ways of writing a boolean (XML Schema §3.2.2).
func TestWantSigned(t *testing.T) {
	t.Parallel()
	for attribute, want := range map[string]bool{
		"":                                false,
		`WantAuthnRequestsSigned="true"`:  true,
		`WantAuthnRequestsSigned="1"`:     true,
		`WantAuthnRequestsSigned="false"`: false,
		`WantAuthnRequestsSigned="0"`:     false,
		`x:WantAuthnRequestsSigned="true" xmlns:x="urn:x"`: false,
	} {
		m, err := ParseMetadata(withKeys(
			t,
			replaced(t, idpEntity, []string{
				"<md:IDPSSODescriptor", "<md:IDPSSODescriptor " + attribute,
			}),
		))
		if err != nil || m.WantSigned != want {
			t.Errorf("%s: %t, %v", attribute, m.WantSigned, err)
		}
	}
}

// TestUnusableAddressesAreLeftOut: an unusable address is left out with a warning, as long as
// people can be sent somewhere.
func TestUnusableAddressesAreLeftOut(t *testing.T) {
	t.Parallel()
	const redirect, post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	service := func(name, binding, location string) string {
		return `<md:` + name + ` Binding="` + binding + `" Location="` + location +
			`"/>`
	}
	for name, c := range map[string]struct {
		logout, more string
		slo          string
		warnings     []string
	}{
		"logout empty": {
			service("SingleLogoutService", redirect, ""),
			"",
			"",
			[]string{"SingleLogoutService by HTTP-Redirect was left out: its address is empty", "Signing out here"},
		},
		"logout relative": {
			service("SingleLogoutService", post, "/slo"),
			"",
			"",
			[]string{"/slo cannot be used", "Signing out here"},
		},
		"logout http": {
			service("SingleLogoutService", redirect, "http://idp.example.com/slo"),
			"",
			"",
			[]string{"http://idp.example.com/slo cannot be used (not https)", "Signing out here"},
		},
		"logout at a bad port": {
			service(
				"SingleLogoutService", redirect, "https://idp.example.com:99999/slo",
			),
			"",
			"",
			[]string{"a port that is none", "Signing out here"},
		},
		"logout with a user name": {
			service(
				"SingleLogoutService", redirect, "https://user@idp.example.com/slo",
			),
			"",
			"",
			[]string{"user name", "Signing out here"},
		},
		"logout http beside https": {
			service("SingleLogoutService", redirect, "http://idp.example.com/slo") +
				service("SingleLogoutService", post, "https://idp.example.com/slo"),
			"",
			"https://idp.example.com/slo",
			[]string{"http://idp.example.com/slo"},
		},
		"sign-in by POST http": {
			sloService,
			service("SingleSignOnService", post, "http://idp.example.com/sso"),
			"https://idp.example.com/slo",
			[]string{"SingleSignOnService by HTTP-POST was left out: http://idp.example.com/sso"},
		},
		"sign-in by POST empty": {
			sloService,
			service("SingleSignOnService", post, ""),
			"https://idp.example.com/slo",
			[]string{"SingleSignOnService by HTTP-POST was left out: its address is empty"},
		},
		"sign-in twice, one http": {
			sloService,
			service("SingleSignOnService", redirect, "http://idp.example.com/other"),
			"https://idp.example.com/slo",
			[]string{"http://idp.example.com/other"},
		},
		"unknown bindings": {
			sloService,
			service(
				"SingleSignOnService",
				"urn:mace:shibboleth:1.0:profiles:AuthnRequest",
				"http://idp.example.com/shib",
			),
			"https://idp.example.com/slo",
			nil,
		},
		"an artifact at no address": {
			sloService,
			`<md:ArtifactResolutionService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location=""/>`,
			"https://idp.example.com/slo",
			nil,
		},
	} {
		doc := strings.Replace(
			strings.Replace(idpEntity, sloService, c.logout, 1), ssoService,
			ssoService+c.more, 1,
		)
		m, err := ParseMetadata(withKeys(t, doc))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		slo := ""
		if m.SLO != nil {
			slo = m.SLO.URL
		}
		if m.SSO.URL != "https://idp.example.com/sso" ||
			slo != c.slo ||
			len(m.Warnings) != len(c.warnings) {
			t.Errorf("%s: %+v", name, m)
			continue
		}
		for i, want := range c.warnings {
			if !strings.Contains(m.Warnings[i], want) {
				t.Errorf("%s: warning %q, want %q", name, m.Warnings[i], want)
			}
		}
	}
}

// TestRolesMustAgree: two descriptions of one identity provider are one, if they
// say the same.
func TestRolesMustAgree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ second, want string }{
		"the same":    {idpRole, ""},
		"three times": {idpRole + idpRole, ""},
		"another order": {
			strings.Replace(
				idpRole, sloService+ssoService, ssoService+sloService, 1,
			),
			"",
		},
		"signed requests wanted": {
			strings.Replace(idpRole, "<md:IDPSSODescriptor", `<md:IDPSSODescriptor WantAuthnRequestsSigned="true"`, 1),
			"",
		},
		"an older protocol": {
			strings.ReplaceAll(
				strings.Replace(
					idpRole, "SAML:2.0:protocol", "SAML:1.1:protocol", 1,
				),
				"/sso",
				"/saml1",
			),
			"",
		},
		"an unusable address more": {
			strings.Replace(
				idpRole, sloService,
				sloService+strings.Replace(sloService, "https", "http", 1), 1,
			),
			"",
		},
		"another sign-in address": {
			strings.Replace(idpRole, "/sso", "/other", 1),
			"single sign-on addresses",
		},
		"another logout address": {
			strings.Replace(idpRole, "/slo", "/other", 1), "single logout addresses",
		},
		"no logout address": {
			strings.Replace(idpRole, sloService, "", 1), "single logout addresses",
		},
		"another certificate": {
			strings.Replace(idpRole, "@idp@", "@idp-next@", 1),
			"certificates",
		},
	} {
		m, err := ParseMetadata(withKeys(
			t, strings.Replace(idpEntity, idpRole, idpRole+c.second, 1),
		))
		if c.want == "" &&
			(err != nil ||
				m.SSO.URL != "https://idp.example.com/sso" ||
				len(m.Certificates) != 1) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
		if c.want != "" &&
			(sso.CodeOf(err) != "metadata_unreadable" ||
				!strings.Contains(err.Error(), "with different "+c.want)) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestMetadataWithAByteOrderMark: the mark is no part of the document. Another
// encoding is named.
func TestMetadataWithAByteOrderMark(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	doc := string(withKeys(t, idpEntity))
	const declaration = `<?xml version="1.0" encoding="utf-8"?>`
	for _, form := range []string{
		mark + doc, mark + declaration + doc, "\n" + mark + doc, mark + "\r\n" + doc,
		" " + declaration + doc,
	} {
		if m, err := ParseMetadata([]byte(form)); err != nil || m.EntityID != testIssuer {
			t.Errorf("%.40q: %v", form, err)
		}
	}
	for _, form := range []string{
		"\xff\xfe<\x00a\x00", "\xfe\xff\x00<\x00a", "<\x00E\x00", "\x00<\x00E",
	} {
		_, err := ParseMetadata([]byte(form))
		if sso.CodeOf(err) != "metadata_unreadable" ||
			!strings.Contains(
				err.Error(), "The document is UTF-16; save it as UTF-8.",
			) {
			t.Errorf("%q: %v", form, err)
		}
	}
	if _, err := ParseMetadata([]byte(mark + mark + doc)); sso.CodeOf(err) != "metadata_unreadable" {
		t.Errorf("two marks: %v", err)
	}
}
