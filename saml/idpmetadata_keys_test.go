package saml

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// TestMetadataUse is CVE-2026-16443: what a key descriptor says about its use
// decides which keys are trusted, never whether any is.
func TestMetadataUse(t *testing.T) {
	t.Parallel()
	one := x509Certificate("@idp@")
	tests := map[string]struct {
		keys     string
		want     []string
		warnings int
	}{
		"no use": {keys: key("", one), want: []string{"idp"}},
		"signing": {
			keys: key(` use="signing"`, one),
			want: []string{"idp"},
		},
		"encryption besides": {
			keys: key(` use="encryption"`, x509Certificate("@attacker@")) +
				key("", one),
			want: []string{"idp"},
		},
		"in a foreign namespace": {
			keys: key("", one) +
				`<x:KeyDescriptor xmlns:x="urn:x"><ds:KeyInfo><ds:X509Data>` +
				x509Certificate("@attacker@") +
				`</ds:X509Data></ds:KeyInfo></x:KeyDescriptor>`,
			want: []string{"idp"},
		},
		"several": {
			keys: key("", one) +
				key(` use="signing"`, x509Certificate("@idp-next@")),
			want: []string{"idp", "idp-next"},
		},
		"twice the same": {
			keys: key("", one) + key(` use="signing"`, one),
			want: []string{"idp"},
		},
		"expired": {
			keys:     key("", x509Certificate("@idp-expired@")),
			want:     []string{"idp-expired"},
			warnings: 1,
		},
		"begins later": {
			keys:     key("", x509Certificate("@idp-future@")),
			want:     []string{"idp-future"},
			warnings: 1,
		},
		"ECDSA": {
			keys: key("", x509Certificate("@idp-p256@")),
			want: []string{"idp-p256"},
		},
		"a weak one besides": {
			keys:     key("", x509Certificate("@idp-weak@")) + key("", one),
			want:     []string{"idp"},
			warnings: 1,
		},
		"an unreadable one besides": {
			keys:     key("", x509Certificate("AAAA")) + key("", one),
			want:     []string{"idp"},
			warnings: 1,
		},
		"one without certificate": {
			keys:     `<md:KeyDescriptor/>` + key("", one),
			want:     []string{"idp"},
			warnings: 1,
		},
		"PEM": {
			keys: key("", x509Certificate("\n-----BEGIN CERTIFICATE-----\n@idp,wrapped@\n-----END CERTIFICATE-----\n")),
			want: []string{"idp"},
		},
		"two that are no chain": {
			keys: key("", one+x509Certificate("@idp-next@")),
			want: []string{"idp", "idp-next"},
		},
		"in two X509Data of one key": {
			keys: key(
				"", one+`</ds:X509Data><ds:X509Data>`+x509Certificate("@idp-next@"),
			),
			want: []string{"idp", "idp-next"},
		},
		"in several keys of one role": {
			keys: strings.Repeat(key("", one), 30),
			want: []string{"idp"},
		},
	}
	sp := New(Options{BaseURL: testBase, Now: testNow})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := sp.ReadMetadata(
				withKeys(
					t, replaced(t, idpEntity, []string{keyDescriptor, tt.keys}),
				),
				"",
			)
			if err != nil {
				t.Fatal(err)
			}
			got := seen(t, m)
			if diff := cmp.Diff(tt.want, got.Certificates); diff != "" {
				t.Error(diff)
			}
			if len(m.Warnings) != tt.warnings {
				t.Errorf("warnings: %q", m.Warnings)
			}
		})
	}
}

// TestMetadataChain: a key that issues certificates is none that signs messages.
func TestMetadataChain(t *testing.T) {
	t.Parallel()
	issue := func(serial int64, name string, subject, issuer testKey) string {
		t.Helper()
		template := &x509.Certificate{
			SerialNumber: big.NewInt(serial),
			Subject:      pkix.Name{CommonName: name},
			NotBefore:    testNow(),
			NotAfter:     testNow().AddDate(1, 0, 0),
		}
		der, err := x509.CreateCertificate(
			rand.Reader, template, issuer.cert, subject.private.Public(),
			issuer.private,
		)
		if err != nil {
			t.Fatal(err)
		}
		return x509Certificate(base64.StdEncoding.EncodeToString(der))
	}
	idp, root := keyNamed(t, "idp"), keyNamed(t, "attacker")
	leaf := issue(7, "leaf", idp, root)
	for name, chain := range map[string]string{
		"leaf first": leaf + x509Certificate("@attacker@"),
		"root first": x509Certificate("@attacker@") + leaf,
	} {
		m, err := ParseMetadata(withKeys(
			t, replaced(t, idpEntity, []string{keyDescriptor, key("", chain)}),
		))
		if err != nil || len(m.Certificates) != 1 {
			t.Fatalf("%s: %d certificates, %v", name, len(m.Certificates), err)
		}
		if cert, err := m.Certificates[0].Parse(); err != nil || cert.Subject.CommonName != "leaf" {
			t.Errorf("%s: trusts %s", name, cert.Subject)
		}
	}
	var many strings.Builder
	for serial := range int64(maxCertificates + 1) {
		many.WriteString(key("", issue(serial+1, "leaf", idp, idp)))
	}
	if _, err := ParseMetadata(withKeys(
		t, replaced(t, idpEntity, []string{keyDescriptor, many.String()}),
	)); sso.CodeOf(err) != "metadata_unreadable" {
		t.Errorf("%d certificates: %v", maxCertificates+1, err)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	m, err := ParseMetadata(withKeys(t, idpEntity))
	if err != nil {
		t.Fatal(err)
	}
	certificate := func(name string, source sso.CertificateSource) sso.Certificate {
		return sso.Certificate{Raw: keyNamed(t, name).cert.Raw, Source: source}
	}
	var many []sso.Certificate
	for i := range maxCertificates {
		many = append(many, sso.Certificate{
			Raw:    []byte{byte(i)},
			Source: sso.FromAdmin,
		})
	}
	tests := map[string]struct {
		cfg  sso.SAMLConfig
		want []string // certificates
		sign bool
		code string
	}{
		"new": {want: []string{"idp metadata"}},
		"again": {
			cfg: sso.SAMLConfig{
				IDPEntityID: testIssuer,
				Certificates: []sso.Certificate{
					certificate("idp", sso.FromMetadata),
				},
			},
			want: []string{"idp metadata"},
		},
		"rotated": {
			cfg: sso.SAMLConfig{
				IDPEntityID: testIssuer,
				Certificates: []sso.Certificate{
					certificate("idp-next", sso.FromMetadata),
				},
			},
			want: []string{"idp metadata"},
		},
		"one by hand": {
			cfg: sso.SAMLConfig{
				IDPEntityID: testIssuer,
				Certificates: []sso.Certificate{
					certificate("idp-next", sso.FromAdmin),
				},
			},
			want: []string{"idp metadata", "idp-next manual"},
		},
		"by hand and now in metadata": {
			cfg: sso.SAMLConfig{
				Certificates: []sso.Certificate{certificate("idp", sso.FromAdmin)},
			},
			want: []string{"idp metadata"},
		},
		"signs already": {
			cfg:  sso.SAMLConfig{SignRequests: true},
			want: []string{"idp metadata"},
			sign: true,
		},
		"another identity provider": {
			cfg:  sso.SAMLConfig{IDPEntityID: "https://other.example"},
			code: "metadata_entity_changed",
		},
		"the name in another case": {
			cfg:  sso.SAMLConfig{IDPEntityID: strings.ToUpper(testIssuer)},
			code: "metadata_entity_changed",
		},
		"too many": {
			cfg:  sso.SAMLConfig{Certificates: many},
			code: "metadata_unreadable",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := slices.Clone(tt.cfg.Certificates)
			got, err := m.Apply(tt.cfg)
			if sso.CodeOf(err) != tt.code {
				t.Fatalf("code %q, want %q", sso.CodeOf(err), tt.code)
			}
			if !cmp.Equal(before, tt.cfg.Certificates) {
				t.Error("changes what it was given")
			}
			if err != nil {
				if got.IDPEntityID != "" || got.Certificates != nil {
					t.Errorf("gives %+v", got)
				}
				return
			}
			var names []string
			for _, c := range got.Certificates {
				names = append(names, nameOf(t, c)+" "+string(c.Source))
			}
			if !slices.Equal(names, tt.want) || got.SignRequests != tt.sign {
				t.Errorf("certificates %q, sign %t", names, got.SignRequests)
			}
			if got.IDPEntityID != testIssuer ||
				got.SSO.URL != "https://idp.example.com/sso" ||
				got.SSO.Binding != sso.BindingRedirect ||
				got.SLO == nil {
				t.Errorf("takes over %q, %v, %v", got.IDPEntityID, got.SSO, got.SLO)
			}
		})
	}
	strict := m
	strict.WantSigned, strict.SLO = true, nil
	got, err := strict.Apply(sso.SAMLConfig{
		SLO:          &sso.Endpoint{URL: "https://old.example/slo"},
		NameIDFormat: formatEmail,
		AllowSHA1:    true,
	})
	if err != nil ||
		!got.SignRequests ||
		got.SLO != nil ||
		got.NameIDFormat != formatEmail ||
		!got.AllowSHA1 {
		t.Errorf(
			"sign %t, logout %v, format %s, SHA-1 %t: %v", got.SignRequests, got.SLO,
			got.NameIDFormat, got.AllowSHA1, err,
		)
	}
}
