package saml

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"

	"gatehouse/sso"
)

// TestMetadata compares the document byte for byte: identity providers have
// stored it, so a change must be meant.
func TestMetadata(t *testing.T) {
	t.Parallel()
	p := setup{Keys: []string{"sp", "sp-old"}}.party(t)
	c := p.connection
	c.Live = &p.config
	c.Live.SAML.SignRequests, c.Live.SAML.NameIDFormat = true, formatPersistent
	got, err := p.Metadata(c, sso.Brand{})
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "metadata", "ours.xml")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestMetadataIsRead reads our metadata with crewjam/saml.
func TestMetadataIsRead(t *testing.T) {
	t.Parallel()
	p := setup{Keys: []string{"sp", "sp-old"}}.party(t)
	tests := map[string]struct {
		live, draft *sso.SAMLConfig
		keys        int
		signed      bool
		formats     []string
	}{
		"nothing configured yet": {
			keys:    2,
			signed:  true,
			formats: []string{formatPersistent, formatEmail, formatUnspec},
		},
		"no keys": {
			keys:    0,
			formats: []string{formatPersistent, formatEmail, formatUnspec},
		},
		"only a draft": {
			draft:   &sso.SAMLConfig{NameIDFormat: formatEmail},
			keys:    1,
			formats: []string{formatEmail},
		},
		"live goes before draft": {
			live:    &sso.SAMLConfig{SignRequests: true},
			draft:   &sso.SAMLConfig{NameIDFormat: formatEmail},
			keys:    2,
			signed:  true,
			formats: []string{formatPersistent, formatEmail, formatUnspec},
		},
		"transient is never published": {
			live:    &sso.SAMLConfig{NameIDFormat: formatTransient},
			keys:    1,
			formats: []string{formatPersistent, formatEmail, formatUnspec},
		},
		// What stands in the configuration is data, whatever it looks like (CVE-2026-46490).
		"markup in a value": {
			live: &sso.SAMLConfig{
				NameIDFormat: `</md:NameIDFormat><x a="&quot;">&amp;]]>` + "\r\n",
			},
			keys:    1,
			formats: []string{`</md:NameIDFormat><x a="&quot;">&amp;]]>` + "\r\n"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := p.connection
			c.Keys = c.Keys[:tt.keys]
			if tt.live != nil {
				c.Live = &sso.Config{SAML: tt.live}
			}
			if tt.draft != nil {
				c.Draft = &sso.Config{SAML: tt.draft}
			}
			doc, err := p.Metadata(c, sso.Brand{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := scan(doc, metadataLimits(), nil); err != nil {
				t.Errorf("our own scan refuses it: %v", err)
			}
			var entity crewjam.EntityDescriptor
			if err := xml.Unmarshal(doc, &entity); err != nil {
				t.Fatal(err)
			}
			role := entity.SPSSODescriptors[0]
			if entity.EntityID != testEntityID ||
				*role.AuthnRequestsSigned != tt.signed ||
				!*role.WantAssertionsSigned {
				t.Errorf(
					"entity %s, requests signed %t, wants signed %t",
					entity.EntityID, *role.AuthnRequestsSigned,
					*role.WantAssertionsSigned,
				)
			}
			var formats []string
			for _, f := range role.NameIDFormats {
				formats = append(formats, string(f))
			}
			if strings.Join(formats, "|") != strings.Join(tt.formats, "|") {
				t.Errorf("formats %q, want %q", formats, tt.formats)
			}
			if acs := role.AssertionConsumerServices; len(acs) != 1 ||
				acs[0].Location != testACS ||
				acs[0].Binding != sso.BindingPOST {
				t.Errorf("answers go to %v", acs)
			}
			if slo := role.SingleLogoutServices; len(slo) != 2 ||
				slo[0].Binding != sso.BindingRedirect ||
				slo[1].Binding != sso.BindingPOST ||
				slo[0].Location != p.SLOURL(c.ID) {
				t.Errorf("logout goes to %v", slo)
			}
			checkKeys(t, role.KeyDescriptors, c.Keys)
		})
	}
}

func checkKeys(t *testing.T, got []crewjam.KeyDescriptor, want []sso.KeyPair) {
	t.Helper()
	if len(got) != 2*len(want) {
		t.Fatalf("%d key descriptors for %d keys", len(got), len(want))
	}
	for i, use := range []string{"signing", "encryption"} {
		for j, pair := range want {
			descriptor := got[i*len(want)+j]
			der, err := decodeBase64(
				descriptor.KeyInfo.X509Data.X509Certificates[0].Data,
			)
			if err != nil ||
				descriptor.Use != use ||
				!bytes.Equal(der, pair.Certificate) {
				t.Errorf(
					"descriptor %d is of another key or use (%s): %v", i*len(want)+j,
					descriptor.Use, err,
				)
			}
			for _, m := range descriptor.EncryptionMethods {
				if _, known := dataEncryption(m.Algorithm); !known &&
					!strings.Contains(m.Algorithm, "#rsa-oaep") {
					t.Errorf("offers %s, which is refused", m.Algorithm)
				}
				if strings.Contains(m.Algorithm, "cbc") {
					t.Errorf("offers %s", m.Algorithm)
				}
			}
			if offered := len(descriptor.EncryptionMethods) > 0; offered != (use == "encryption") {
				t.Errorf(
					"%s key with %d encryption methods", use,
					len(descriptor.EncryptionMethods),
				)
			}
		}
	}
}

// TestMetadataOfABrand: an identity provider reads the product's name, logo, links and
// support address, where a brand has them.
func TestMetadataOfABrand(t *testing.T) {
	t.Parallel()
	p := setup{Keys: []string{"sp"}}.party(t)
	full := sso.Brand{
		Product: "Northwind & Sons <beta>",
		Logo: sso.ImageRef{
			Hash:   strings.Repeat("a", 64),
			Media:  "image/svg+xml",
			Width:  120,
			Height: 40,
		},
		Support: "help@northwind.example",
		Privacy: "https://northwind.example/privacy?a=1&b=2",
	}
	linked := sso.Brand{Support: "https://northwind.example/help"}
	for name, test := range map[string]struct {
		brand sso.Brand
		want  map[string]string // texts by the path of an element
	}{
		"full": {full, map[string]string{
			"//mdui:DisplayName[@xml:lang='en']":                         full.Product,
			"//mdui:Logo[@width='120'][@height='40']":                    p.base + full.Logo.Path(),
			"//mdui:PrivacyStatementURL":                                 full.Privacy,
			"//md:ContactPerson[@contactType='support']/md:Company":      full.Product,
			"//md:ContactPerson[@contactType='support']/md:EmailAddress": "mailto:help@northwind.example",
		}},
		"a link for support": {linked, map[string]string{"//mdui:InformationURL": linked.Support}},
		"none":               {sso.Brand{}, nil},
	} {
		doc, err := p.Metadata(p.connection, test.brand)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scan(doc, metadataLimits(), nil); err != nil {
			t.Errorf("%s: our own scan refuses it: %v", name, err)
		}
		tree := etree.NewDocument()
		if err := tree.ReadFromBytes(doc); err != nil {
			t.Fatal(err)
		}
		for path, want := range test.want {
			if e := tree.FindElement(path); e == nil || e.Text() != want {
				t.Errorf("%s: %s is not %q in\n%s", name, path, want, doc)
			}
		}
		named := strings.Contains(string(doc), "md:Extensions")
		called := strings.Contains(string(doc), "ContactPerson")
		if named != (len(test.want) > 0) || called != (name == "full") {
			t.Errorf("%s:\n%s", name, doc)
		}
		role := tree.FindElement("//md:SPSSODescriptor")
		if named && role.ChildElements()[0].Tag != "Extensions" {
			t.Errorf("%s: the extensions come after %s (schema of metadata)", name, role.ChildElements()[0].Tag)
		}
	}
}
