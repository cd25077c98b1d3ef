package keycloak

import (
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/sso"
)

// assistant connects Keycloak in the setup assistant: over SAML by its metadata
// and by hand, and over OpenID Connect by its discovery document.
func (s *suite) assistant(t *testing.T) {
	operator := s.browser.Another(t)
	operator.Operator(s.g)
	for key, how := range map[string]string{
		"assisted-saml":   "automatic",
		"assisted-manual": "manual",
		"assisted-oidc":   "oidc",
	} {
		t.Run(key, func(t *testing.T) {
			c := harness.NewCompany(s.g, s.g.API(), key, map[string][]string{
				"Platform": {"developers", "Forschung & Entwicklung"},
				"Data":     {"developers", "開発"},
			})
			b := operator
			s.connectBy(t, b, key, how)
			b.Submit(onward) // attributes
			b.Submit(onward) // assign
			b.Submit(onward) // test
			page := b.At()
			b.Submit("main form button")
			tester := s.browser.Another(t)
			tester.Open(b.One(".value code"))
			tester.Arrive(s.realm.URL())
			s.giveTo(tester, zoe, zoe)
			tester.Arrive(s.g.URL)
			tester.Says("passed")
			b.Open(page)
			b.Says("passed")
			b.Open(strings.TrimSuffix(page, "test") + "attributes")
			if n := strings.Count(strings.Join(b.List("table td"), "\n"), "not "); n != 0 {
				t.Errorf("%d of the attributes are not ticked off:\n%s", n, b.Text())
			}
			b.Open(strings.TrimSuffix(page, "test") + "enable")
			b.Submit("main form button")
			b.Says("is enabled")
			person := s.browser.Another(t)
			s.as(person, c, zoe)
			wantGroups(
				t, c, zoe, "Data/Members", "Data/developers", "Data/開発",
				"Platform/Forschung & Entwicklung", "Platform/Members",
				"Platform/developers",
			)
		})
	}
}

// onward is the assistant's primary button where it is a link.
const onward = ".actions a.button:not(.quiet)"

// connectBy proceeds to the review of the identity provider's data, and
// registers the gateway at Keycloak with the values that the assistant shows.
func (s *suite) connectBy(t *testing.T, b *harness.Browser, key, how string) {
	t.Helper()
	protocol := sso.SAML
	if how == "oidc" {
		protocol = sso.OIDC
	}
	b.Open(s.g.URL + "/admin/enterprises/" + key + "/connections/new")
	b.Submit(`a.choice[href$="provider=keycloak&protocol=` + string(protocol) + `"]`)
	b.Submit("main form button") // keeps the name Keycloak
	shown := b.List(".entries .value code")
	find := func(end string) string {
		i := slices.IndexFunc(shown, func(v string) bool {
			return strings.HasSuffix(v, end)
		})
		if i < 0 {
			t.Fatalf("nothing that ends with %s is shown: %q", end, shown)
		}
		return shown[i]
	}
	field := func(name string) string { return `[name="` + name + `"]` }
	secret := sso.NewSecret().Reveal()
	if how == "oidc" {
		s.realm.addOIDC(client{
			ID:             key,
			Secret:         secret,
			Redirect:       find("/callback"),
			SignedOut:      find("/logout"),
			BackchannelURL: find("/backchannel-logout"),
		})
	} else {
		s.realm.addSAML(
			fetch(
				t, "http://"+s.g.Addr+strings.TrimPrefix(find("/metadata"), s.g.URL),
			),
			provider{},
		)
	}
	b.Submit(onward)
	switch how {
	case "oidc":
		b.Fill(
			field("oidc.issuer"), s.realm.URL()+"/.well-known/openid-configuration",
		)
		b.Fill(field("oidc.client_id"), key)
		b.Fill(field("oidc.client_secret"), secret)
	case "manual":
		b.Submit(`.tabs a[href$="manual"]`)
		entity, signOn, certificate := described(t, fetch(t, s.realm.MetadataURL()))
		b.Fill(field("saml.idp_entity_id"), entity)
		b.Fill(field("saml.sso_url"), signOn)
		file := filepath.Join(t.TempDir(), "keycloak.pem")
		if err := os.WriteFile(file, []byte(certificate), 0o600); err != nil {
			t.Fatal(err)
		}
		b.Upload(field("file.certificates"), file)
	default:
		b.Fill(field("saml.metadata_url"), s.realm.MetadataURL())
	}
	b.Submit("main form.form button:not([name])")
	b.Says("What was read")
	b.Shoot("read-" + how)
}

// described returns the three values that an admin copies by hand.
func described(t *testing.T, doc []byte) (entity, signOn, certificate string) {
	t.Helper()
	var m struct {
		EntityID string `xml:"entityID,attr"`
		Role     struct {
			Keys []struct {
				Certificate string `xml:"KeyInfo>X509Data>X509Certificate"`
			} `xml:"KeyDescriptor"`
			SignOn []struct {
				Binding  string `xml:",attr"`
				Location string `xml:",attr"`
			} `xml:"SingleSignOnService"`
		} `xml:"IDPSSODescriptor"`
	}
	if err := xml.Unmarshal(doc, &m); err != nil ||
		len(m.Role.Keys) == 0 ||
		len(m.Role.SignOn) == 0 {
		t.Fatalf("Keycloak's metadata: %v %s", err, doc)
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(
		strings.Fields(m.Role.Keys[0].Certificate), "",
	))
	if err != nil {
		t.Fatal(err)
	}
	return m.EntityID, m.Role.SignOn[0].Location,
		string(pem.EncodeToMemory(&pem.Block{
			Type:  "CERTIFICATE",
			Bytes: der,
		}))
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, resp.Status, err)
	}
	return doc
}
