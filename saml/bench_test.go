//go:build unix

package saml

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

// processor is the processor time this process has used, which other work on
// the machine does not add to.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measure reports processor time, garbage collection included, besides what
// benchmarks report.
func measure(b *testing.B, run func() error) {
	b.Helper()
	b.ReportAllocs()
	before := processor(b)
	for b.Loop() {
		if err := run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(
		float64((processor(b)-before).Microseconds())/float64(b.N), "cpu-µs/op",
	)
}

// BenchmarkHostile is what one hostile post costs.
func BenchmarkHostile(b *testing.B) {
	p := manyTrusted().party(b)
	all := map[string]sso.Callback{
		"form": {
			Form: url.Values{
				"SAMLResponse": {
					strings.Repeat(
						base64.StdEncoding.EncodeToString([]byte("<x>")), 700_000,
					),
				},
			},
		},
	}
	for name, doc := range hostile(b) {
		all[name] = post(doc)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) {
			measure(b, func() error {
				if _, err := p.Complete(
					b.Context(), p.connection, p.config, p.pending, all[name],
				); err == nil {
					return fmt.Errorf("accepted")
				}
				return nil
			})
		})
	}
}

// BenchmarkComplete verifies one answer, and has crewjam/saml verify the very
// same one in the same run.
func BenchmarkComplete(b *testing.B) {
	for _, m := range []struct {
		name   string
		groups int
		knobs
	}{
		{"assertion-10", 10, signing("assertion")},
		{"assertion-150", 150, signing("assertion")},
		{"response-10", 10, signing("response")},
		{"both-10", 10, signing("assertion", "response")},
		{"both-150", 150, signing("assertion", "response")},
		{"encrypted-10", 10, encrypting(encryption{
			Data:   "aes128-gcm",
			Digest: nsDSig + "sha1",
		}, "assertion")},
	} {
		m.Form.KeyInfo = []string{"idp"} // crewjam/saml needs it
		doc := reply{
			knobs:  m.knobs,
			before: []string{"engineering</saml:AttributeValue>", groups(m.groups)},
		}.build(b)
		p := setup{}.party(b)
		if a := p.accept(b, doc); len(a.Claims["groups"]) != m.groups+1 {
			b.Fatalf("%d groups", len(a.Claims["groups"]))
		}
		cb := post(doc)
		b.Run(m.name+"/gatehouse", func(b *testing.B) {
			measure(b, func() error {
				_, err := p.Complete(
					b.Context(), p.connection, p.config, p.pending, cb,
				)
				return err
			})
		})
		theirs := crewjamParty(b)
		here := url.URL{
			Scheme: "https",
			Host:   "gate.example.com",
			Path:   strings.TrimPrefix(testACS, testBase),
		}
		b.Run(m.name+"/crewjam", func(b *testing.B) {
			measure(b, func() error {
				_, err := theirs.ParseXMLResponse(doc, []string{testRequest}, here)
				return err
			})
		})
	}
}

func groups(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "engineering-team-%03d</saml:AttributeValue><saml:AttributeValue>", i)
	}
	return strings.TrimSuffix(all.String(), "<saml:AttributeValue>")
}

// crewjamParty is crewjam/saml with the same keys and clock.
func crewjamParty(b *testing.B) *crewjam.ServiceProvider {
	b.Helper()
	metadata := `<EntityDescriptor xmlns="` + nsMetadata + `" entityID="` +
		testIssuer + `"><IDPSSODescriptor protocolSupportEnumeration="` +
		nsProtocol +
		`"><KeyDescriptor use="signing"><KeyInfo xmlns="` + nsDSig +
		`"><X509Data><X509Certificate>` +
		base64.StdEncoding.EncodeToString(keyNamed(b, "idp").cert.Raw) +
		`</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>`
	idp := &crewjam.EntityDescriptor{}
	if err := xml.Unmarshal([]byte(metadata), idp); err != nil {
		b.Fatal(err)
	}
	address := func(s string) url.URL {
		u, err := url.Parse(s)
		if err != nil {
			b.Fatal(err)
		}
		return *u
	}
	key := keyNamed(b, "sp")
	return &crewjam.ServiceProvider{
		EntityID:    testEntityID,
		Key:         key.private,
		Certificate: key.cert,
		IDPMetadata: idp,
		AcsURL:      address(testACS),
		MetadataURL: address(testEntityID),
		Clock:       dsig.NewFakeClockAt(testNow()),
	}
}
