package saml

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestAccepted is the ground on which the tests of refusals stand.
func TestAccepted(t *testing.T) {
	t.Parallel()
	for _, b := range bases() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			setup{}.party(t).accept(t, b.build(t))
		})
	}
}

// TestManyGroups signs in a user with many groups. goxmldsig gives up after
// 1,000 elements, which a user with 950 groups exceeds, or with 490 if each is
// an attribute.
func TestManyGroups(t *testing.T) {
	t.Parallel()
	values := func(n int) string {
		var s strings.Builder
		s.WriteString(`first</saml:AttributeValue>`)
		for i := range n - 3 {
			fmt.Fprintf(&s, `<saml:AttributeValue>group-%d</saml:AttributeValue>`, i)
		}
		return s.String() + `<saml:AttributeValue>`
	}
	attributes := func(n int) string {
		var s strings.Builder
		s.WriteString(`first</saml:AttributeValue></saml:Attribute>`)
		for i := range n - 3 {
			fmt.Fprintf(
				&s,
				`<saml:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema"`+
					` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">g%d</saml:AttributeValue></saml:Attribute>`,
				i,
			)
		}
		return s.String() + `<saml:Attribute Name="groups"><saml:AttributeValue>`
	}
	longTyped := func(each string) func(int) string {
		return func(n int) string {
			const begin = `<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">`
			var s strings.Builder
			s.WriteString(`first</saml:AttributeValue>`)
			for i := range n - 3 {
				fmt.Fprintf(&s, each+begin+`CN=%0247d</saml:AttributeValue>`, i)
			}
			if each == "" {
				return s.String() + `<saml:AttributeValue>`
			}
			return s.String() + each + `<saml:AttributeValue>`
		}
	}
	const another = `</saml:Attribute><saml:Attribute Name="groups" FriendlyName="isMemberOf" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">`
	for name, c := range map[string]struct {
		n    int
		make func(int) string
		knobs
	}{
		"2,000 of 250 bytes, typed": {
			2000, longTyped(""), signing("assertion", "response"),
		},
		"2,000 of 250 bytes, typed, encrypted": {
			2000, longTyped(""), encrypting(encryption{}, "assertion"),
		},
		"2,000 of 250 bytes, typed, each alone, encrypted": {
			2000,
			longTyped(another),
			encrypting(encryption{Data: "aes256-cbc"}, "assertion", "response"),
		},
		"4,000 of 250 bytes, typed, to be counted": {
			4000, longTyped(""), signing("assertion"),
		},
		"9,000 values, to be counted": {
			9000, values, signing("response"),
		},
		"1,200 values, assertion": {
			1200, values, signing("assertion"),
		},
		"1,200 values, both": {
			1200, values, signing("assertion", "response"),
		},
		"1,200 values, encrypted": {
			1200, values, encrypting(encryption{}, "assertion"),
		},
		"1,200 values, signature last": {1200, values, knobs{
			Sign: []string{"assertion", "response"},
			Form: sigForm{Last: true},
		}},
		"1,200 values, inclusive": {1200, values, knobs{
			Sign: []string{"assertion"},
			Form: sigForm{C14N: "http://www.w3.org/2006/12/xml-c14n11"},
		}},
		"700 attributes, both": {
			700, attributes, signing("assertion", "response"),
		},
		"as many values as may be": {
			sso.MaxGroups, values, signing("assertion", "response"),
		},
		"more than may be, to be counted": {
			sso.MaxGroups + 1, values, signing("assertion"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			more := []string{
				`engineering</saml:AttributeValue><saml:AttributeValue>`,
				c.make(c.n) + `engineering</saml:AttributeValue><saml:AttributeValue>`,
			}
			doc := reply{knobs: c.knobs, before: more}.build(t)
			got := setup{}.party(t).accept(t, doc).Claims["groups"]
			if len(got) != c.n {
				t.Errorf("%d groups in %d bytes", len(got), len(doc))
			}
		})
	}
}

// TestLimits: a response beyond a limit is refused as too complex.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{
		"values": strings.Repeat(
			"x</saml:AttributeValue><saml:AttributeValue>", 20_000,
		),
		"bytes": strings.Repeat("x", 2<<20),
	} {
		doc := reply{
			knobs:  signing("assertion"),
			before: []string{"engineering", more},
		}.build(
			t,
		)
		t.Run(name, func(t *testing.T) {
			setup{}.party(t).refuse(t, doc, "saml_too_complex")
		})
	}
}

// TestCertificateRollover: while an identity provider changes its key, either is accepted,
// in any order and again and again.
func TestCertificateRollover(t *testing.T) {
	t.Parallel()
	p := setup{
		Trusted: []string{"idp-expired", "idp", "idp-next", "idp-p256"},
	}.party(
		t,
	)
	for i, key := range []string{
		"idp-next", "idp", "idp-p256", "idp-next", "idp", "idp", "idp-expired",
		"idp-p256",
	} {
		a := p.accept(
			t,
			reply{
				knobs: knobs{
					Sign: []string{"assertion", "response"},
					Form: sigForm{Key: key},
				},
			}.build(
				t,
			),
		)
		want := sso.Certificate{Raw: keyNamed(t, key).cert.Raw}.Fingerprint()
		if a.Certificate != want {
			t.Errorf("%d: verified by %s, want %s (%s)", i, a.Certificate, want, key)
		}
	}
	mixed := reply{knobs: knobs{
		Sign:  []string{"assertion", "response"},
		Form:  sigForm{Key: "idp"},
		Outer: &sigForm{Key: "idp-next"},
	}}.build(t)
	p.accept(t, mixed)

	p.connection.Revision++
	p.config.SAML.Certificates = p.config.SAML.Certificates[2:3]
	p.refuse(t, mixed, badSignature)
	p.connection.Revision-- // a revision that stayed the same by mistake changes nothing
	p.refuse(t, mixed, badSignature)
}

// TestResponseForAnotherConnection: a response for one connection is refused at another, even if
// both trust the same identity provider.
func TestResponseForAnotherConnection(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	doc := reply{knobs: signing("assertion")}.build(t)
	p.accept(t, doc)
	p.connection.ID = "conn-01k0000000000000000000000b"
	p.refuse(t, doc, "saml_wrong_recipient")
}

func TestCorrelate(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	for doc, want := range map[string]string{
		testMessage: testRequest,
		`<p:Response xmlns:p="` + nsProtocol +
			`"/>`: "",
		`<p:Response xmlns:p="` + nsProtocol +
			`" p:InResponseTo="x"/>`: "",
		`<Response xmlns="` + nsProtocol +
			`" InResponseTo='y'><x InResponseTo="z"/></Response>`: "y",
		`<Response xmlns="` + nsProtocol +
			`"><SubjectConfirmationData InResponseTo="z"/></Response>`: "z",
		`<Response xmlns="` + nsProtocol +
			`" InResponseTo=""><SubjectConfirmationData/><SubjectConfirmationData InResponseTo="z"/></Response>`: "z",
		`<Response xmlns="` + nsProtocol +
			`"><EncryptedAssertion/></Response>`: "",
		"\ufeff" + testMessage: testRequest,
	} {
		if got, err := p.Correlate(post([]byte(doc))); err != nil || got != want {
			t.Errorf("%s: %q, %v", doc, got, err)
		}
	}
	for doc, code := range map[string]string{
		``:            "saml_malformed",
		`x`:           "saml_malformed",
		`<x/>`:        "saml_malformed",
		`<Response/>`: "saml_malformed",
		`<LogoutRequest xmlns="` + nsProtocol + `"/>`: "saml_malformed",
		strings.Repeat("<x>", 65):                     "saml_too_complex",
		strings.Repeat(" ", 2<<20+1):                  "saml_too_complex",
		strings.Repeat(" ", 4<<20):                    "saml_too_complex",
	} {
		if got, err := p.Correlate(post([]byte(doc))); sso.CodeOf(err) != code || got != "" {
			t.Errorf("%.40s: %q, %v", doc, got, err)
		}
	}
	hidden := post([]byte(
		`<Response xmlns="` + nsProtocol + `"><EncryptedAssertion/></Response>`,
	))
	hidden.Form.Set("RelayState", "r")
	plain := post([]byte(
		`<Response xmlns="` + nsProtocol + `"><Assertion/></Response>`,
	))
	plain.Form.Set("RelayState", "r")
	for cb, want := range map[*sso.Callback]string{&hidden: "r", &plain: ""} {
		if got, err := p.Correlate(*cb); err != nil || got != want {
			t.Errorf("by RelayState: %q, %v; want %q", got, err, want)
		}
	}
	for name, cb := range map[string]sso.Callback{
		"no field": {},
		"two fields": {
			Form: map[string][]string{"SAMLResponse": {"PHgvPg==", "PHgvPg=="}},
		},
		"not base64": {Form: map[string][]string{"SAMLResponse": {"<x/>"}}},
		"artifact":   {Form: map[string][]string{"SAMLart": {"PHgvPg=="}}},
	} {
		if _, err := p.Correlate(cb); sso.CodeOf(err) != "saml_malformed" {
			t.Errorf("%s: %v", name, err)
		}
		if x, err := p.Complete(
			t.Context(), p.connection, p.config, p.pending, cb,
		); sso.CodeOf(err) != "saml_malformed" || len(x.Checks) != 1 {
			t.Errorf("%s: %v, %v", name, err, x.Checks)
		}
	}
}
