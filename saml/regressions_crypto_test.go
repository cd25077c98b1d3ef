package saml

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// donors are signatures of our identity provider over something else than an
// answer, used in one.
func donors(t *testing.T) {
	t.Helper()
	for _, root := range []string{
		`<md:EntityDescriptor xmlns:md="` + nsMetadata + `" ID="_donor" entityID="` +
			testIssuer + `"/>`,
		`<samlp:AuthnRequest xmlns:samlp="` + nsProtocol +
			`" ID="_donor" Version="2.0"/>`,
		`<samlp:LogoutResponse xmlns:samlp="` + nsProtocol +
			`" ID="_donor" Version="2.0"/>`,
	} {
		donor := parseText(t, root)
		sigForm{}.sign(t, donor)
		signature := find(donor, "Signature")
		setup{}.party(t).refuse(t, []byte(written(t, donor)), "saml_malformed")
		for _, id := range []string{"_assertion1", "_donor"} {
			use := reply{
				before: []string{"_assertion1", id},
				after: func(root *etree.Element) {
					insertSignature(find(root, "Assertion"), signature.Copy(), false)
				},
			}
			setup{}.party(t).refuse(t, use.build(t), badSignature)
			use.after = func(root *etree.Element) {
				insertSignature(find(root, "Assertion"), signature.Copy(), false)
				within(root, "Extensions").AddChild(donor.Copy())
			}
			setup{}.party(t).refuse(t, use.build(t), badSignature)
		}
	}
}

// roundTrips are documents that encoding/xml wrote in another way than it read.
func roundTrips(t *testing.T) {
	t.Helper()
	for _, evil := range []string{
		`<x::y/>`, `<:y/>`, `<x:/>`, `<::/>`, `<x xmlns:="urn:y"/>`,
		`<x :attr="y"/>`, `<x y:="z"/>`, `<x xmlns:y:z="u"/>`,
		`<! <<!-- -->!-->"--> " >`, `<!x <!-- --> >`, `<x y="&lt;" y="&gt;"/>`,
		`<x xmlns="urn:a" xmlns="urn:b"/>`, `<xmlns:x/>`, `<x xmlns:xmlns="y"/>`,
		`<?xml x?>`, `<?x: y?>`, `<x y='"' z="'"" />`,
	} {
		refused(t, "saml_malformed", "<samlp:Status>", evil+"<samlp:Status>")
	}
}

// lastReference: the fix is in goxmldsig since 1.6.0 and another one since
// 1.6.1, so nothing older may be built with.
func lastReference(t *testing.T) {
	t.Helper()
	badNamed(
		"references-two-ours-first", "references-two-ours-last", "references-none",
	)(
		t,
	)
	atLeast(t, `github.com/russellhaering/goxmldsig v(\d+)\.(\d+)\.(\d+)`, 1, 6, 1)
}

// atLeast compares a version in go.mod.
func atLeast(t *testing.T, pattern string, want ...int) {
	t.Helper()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(pattern).FindSubmatch(mod)
	if found == nil {
		t.Fatalf("go.mod has no %s", pattern)
	}
	for i, w := range want {
		got, err := strconv.Atoi(string(found[i+1]))
		if err != nil || got < w {
			t.Fatalf("%s is older than %v", found[0], want)
		}
		if got > w {
			return
		}
	}
}

func malformedSignatures(t *testing.T) {
	t.Helper()
	for _, pairs := range [][]string{
		{`URI="#_assertion1"`, `URI="#"`},
		{`URI="#_assertion1"`, `URI=""`},
		{`URI="#_assertion1"`, `URI="x"`},
		{`<ds:SignatureValue>`, `<ds:SignatureValue>====`},
		{`<ds:DigestValue>`, `<ds:DigestValue>=`},
		{`<ds:SignedInfo>`, `<ds:Other>`, `</ds:SignedInfo>`, `</ds:Other>`},
		{`Algorithm="` + nsExcC14N + `"/>`, `/>`},
		{`<ds:Reference `, `<ds:Reference xmlns:ds="urn:x" `},
	} {
		setup{}.party(t).refuse(t, reply{
			knobs: signing("assertion"),
			text:  pairs,
		}.build(t), badSignature)
	}
	badNamed(
		"signature-emptied", "signature-value-empty", "references-none",
		"transforms-missing", "digest-value-missing",
	)(
		t,
	)
}

func malformedPadding(t *testing.T) {
	t.Helper()
	key := keyNamed(t, "sp").pair(t, "sp")
	trusted, err := newTrust(
		sso.Connection{Keys: []sso.KeyPair{key}}, sso.SAMLConfig{},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{
		"aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm", "aes192-gcm",
		"aes256-gcm",
	} {
		e, err := readEncrypted(
			encryption{Data: data}.element(t, []byte("<x/>"), "saml"), testEntityID,
		)
		if err != nil {
			t.Fatal(err)
		}
		whole := e.ciphertext
		for n := range len(whole) {
			e.ciphertext = whole[:n]
			if plain, err := e.open(trusted.keys, new(int)); err == nil && !e.data.cbc {
				t.Errorf("%s: %d octets open as %q", data, n, plain)
			}
		}
	}
}

// nothingTrusted: a connection without a key for signatures accepts nothing, and
// none of its settings makes it.
func nothingTrusted(t *testing.T) {
	t.Helper()
	for _, k := range []knobs{
		{},
		signing("assertion"),
		signing("response"),
		encrypting(encryption{}),
		encrypting(encryption{}, "assertion"),
	} {
		p := setup{
			AllowSHA1:    true,
			IDPInitiated: sso.IDPInitiatedDirect,
			Skew:         300,
		}.party(t)
		p.config.SAML.Certificates = nil
		p.refuse(t, reply{knobs: k}.build(t), badSignature)
		p.config.SAML.Certificates = []sso.Certificate{
			{Raw: []byte("not a certificate")},
		}
		p.refuse(t, reply{knobs: k}.build(t), badSignature)
	}
}

func signatureMissing(t *testing.T) {
	t.Helper()
	badNamed(
		"unsigned", "signature-removed", "signature-emptied",
		"signature-in-no-namespace", "signature-by-another-name",
		"signature-value-empty",
		"algorithm-none", "algorithm-hmac-of-public-key",
		"encrypted-unsigned", "unsolicited-rebounce",
	)(
		t,
	)
}

// identified: what the caller remembers of an answer is signed, and the same
// whatever is changed around it.
func identified(t *testing.T) {
	t.Helper()
	p := setup{}.party(t)
	r := reply{knobs: signing("assertion")}
	first := p.accept(t, r.build(t))
	r.text = []string{
		`ID="_response1"`, `ID="_response2"`,
		`IssueInstant="2026-11-24T12:00:00Z" Dest`,
		`IssueInstant="2026-11-24T12:00:01Z" Dest`,
	}
	second := p.accept(t, r.build(t))
	if first.ResponseID != "_assertion1" ||
		second.ResponseID != first.ResponseID ||
		!second.NotOnOrAfter.Equal(testNow().Add(5*time.Minute)) {
		t.Errorf(
			"%q until %s, then %q until %s", first.ResponseID, first.NotOnOrAfter,
			second.ResponseID, second.NotOnOrAfter,
		)
	}
	r = reply{
		knobs: signing("assertion"),
		before: []string{
			`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T12:05:00Z"`,
			`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T13:00:00Z"`,
		},
	}
	if longer := p.accept(t, r.build(t)); !longer.NotOnOrAfter.Equal(testNow().Add(time.Hour)) {
		t.Errorf("until %s", longer.NotOnOrAfter)
	}
}

func depth(t *testing.T) {
	t.Helper()
	badNamed("depth-65", "encrypted-too-deep")(t)
	atLeast(t, `toolchain go(\d+)\.(\d+)\.(\d+)`, 1, 26, 8)
	for n, code := range map[int]string{
		60:     badSignature,
		61:     "saml_too_complex",
		1000:   "saml_too_complex",
		20_000: "saml_too_complex",
	} {
		refused(
			t, code, "engineering",
			"engineering"+strings.Repeat("<x>", n-1)+strings.Repeat("</x>", n-1),
		)
	}
}
