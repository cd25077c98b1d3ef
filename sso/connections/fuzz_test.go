package connections

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// Whatever was typed, what is accepted has one form, and is accepted in it.
func FuzzDomainName(f *testing.F) {
	for _, seed := range []string{
		"acme.example", " ACME.Test. ", "Bücher.example", "xn--bcher-kva.test",
		"ＡＣＭＥ.org", "co.uk", "1.2.3.4", "a\u200db.example", "..", "ß.de",
		"K.example",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := domainName(typed)
		if err != nil {
			if sso.CodeOf(err) != "domain_invalid" {
				t.Fatalf("%q: %v", typed, err)
			}
			return
		}
		if again, err := domainName(name); err != nil ||
			again != name ||
			name != strings.ToLower(name) ||
			strings.ContainsFunc(name, func(r rune) bool {
				return r >= 0x80
			}) {
			t.Fatalf("%q became %q, and that %q (%v)", typed, name, again, err)
		}
	})
}

func FuzzReadCertificates(f *testing.F) {
	for _, seed := range []string{
		"",
		"AAAA",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"-----BEGIN",
		" A A A A ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, wrong := readCertificates(text)
		if (wrong == "") == (len(all) == 0) {
			t.Fatalf("%q: %d certificates, and %q", text, len(all), wrong)
		}
	})
}
