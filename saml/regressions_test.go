package saml

import (
	"regexp"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

// TestRegressions has a row for each published flaw of SAML software that could
// be one of the verification of answers. The number is that of the flaw.
func TestRegressions(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(t *testing.T){
		"CVE-2017-11427 CVE-2017-11428 CVE-2017-11429 CVE-2017-11430 CVE-2026-57580 text cut at a comment": commentsAndSuch,
		"CVE-2024-45409 digest found elsewhere":                                              digestElsewhere,
		"CVE-2025-25291 two parsers, document type":                                          documentTypes,
		"CVE-2025-25292 two parsers, namespaces":                                             namespaces,
		"CVE-2025-66567 CVE-2025-54369 CVE-2025-54419 identity outside of what was verified": reread,
		"CVE-2025-66568 canonicalization of nothing":                                         canonicalNothing,
		"CVE-2022-39299 several roots":                                                       severalRoots,
		"CVE-2025-47949 CVE-2025-46572 CVE-2020-5390 CVE-2020-5407 signature not enveloped":  classicWrapping,
		"CVE-2025-29774 several SignedInfo": badNamed(
			"signed-infos-two", "signed-info-second-first",
			"signed-info-in-no-namespace", "signature-values-two",
			"references-two-ours-first", "references-two-ours-last",
			"digest-values-two", "signatures-two",
		),
		"CVE-2025-29775 comment in DigestValue": commentsInSignature,
		"CVE-2024-8698 what is signed told by its place": badNamed(
			"reference-empty", "reference-missing-uri", "reference-to-the-response",
			"reference-to-nothing", "reference-xpointer", "reference-elsewhere",
			"reference-without-hash",
		),
		"CVE-2026-2092 encrypted assertion added":                                 encryptedAdded,
		"CVE-2024-4985 CVE-2024-9487 CVE-2026-18108 encrypted and unsigned":       encryptedUnsigned,
		"CVE-2024-6800 signed metadata as a donor":                                donors,
		"CVE-2020-15216 CVE-2020-27846 CVE-2020-29509 round trip of encoding/xml": roundTrips,
		"CVE-2022-41912 several assertions": badNamed(
			"assertions-two-unsigned-first", "assertions-two-unsigned-last",
			"assertions-two-in-signed-response", "encrypted-plain-beside",
			"encrypted-twice",
		),
		"CVE-2026-33487 digest of the last reference":                                   lastReference,
		"CVE-2020-7711 malformed signatures panic":                                      malformedSignatures,
		"GHSA-hwqm-qvj9-4jr2 malformed padding panics":                                  malformedPadding,
		"CVE-2020-2021 CVE-2026-89042 CVE-2026-16443 checking can be switched off":      nothingTrusted,
		"CVE-2025-59718 CVE-2025-59719 CVE-2024-41107 CVE-2020-12676 signature missing": signatureMissing,
		"CVE-2026-86304 certificate of the message is trusted": badNamed(
			"key-unknown", "key-unknown-with-certificate",
			"key-unknown-with-ours-named", "key-of-the-service-provider",
		),
		"CVE-2026-9390 look-up of IDs": badNamed(
			"id-twice", "id-twice-in-another-spelling", "id-twice-of-the-signature",
			"id-in-two-spellings", "id-with-quotes", "id-with-references",
			"response-and-assertion-of-one-id",
		),
		"CVE-2026-9487 look-up of IDs": badNamed(
			"id-twice", "xml-id", "id-in-a-namespace", "id-empty",
		),
		"CVE-2026-53424 used twice": identified,
		"CVE-2026-53425 InResponseTo ignored": badNamed(
			"in-response-to-another", "in-response-to-in-neither",
			"in-response-to-contradicts", "in-response-to-of-response-only",
			"in-response-to-of-confirmation-other",
			"in-response-to-of-confirmation-absent", "unsolicited",
			"unsolicited-with-a-request",
		),
		"CVE-2026-9098 InResponseTo ignored": badNamed(
			"unsolicited", "unsolicited-rebounce",
			"unsolicited-confirmed-for-a-request",
		),
		"CVE-2026-9093 audience ignored": badNamed(
			"audience-restriction-missing", "audience-of-another-connection",
			"audience-is-a-prefix-of-ours", "audience-begins-with-ours",
			"audience-restrictions-one-wrong-first",
			"audience-restrictions-one-wrong-last", "conditions-missing",
		),
		"CVE-2026-41577 audience ignored": badNamed(
			"audience-wrong", "audience-empty", "audience-restriction-empty",
			"audience-in-another-namespace",
		),
		"CVE-2026-9096 CVE-2018-21264 times ignored":                             times,
		"CVE-2026-56859 CVE-2022-28131 CVE-2022-30633 GHSA-qhrp-hfff-vphr depth": depth,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t)
		})
	}
}

// badNamed runs cases of the table of bad answers.
func badNamed(names ...string) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		all := badCases()
		for _, name := range names {
			c, ok := all[name]
			if !ok {
				t.Fatalf("no case %s", name)
			}
			c.setup.party(t).refuse(t, c.build(t), c.code)
		}
	}
}

// refused replaces text of an answer signed in each way, after signing.
func refused(t *testing.T, code string, pairs ...string) {
	t.Helper()
	for _, sign := range []string{"assertion", "response"} {
		setup{}.party(t).refuse(
			t, reply{knobs: signing(sign), text: pairs}.build(t), code,
		)
	}
}

func commentsAndSuch(t *testing.T) {
	t.Helper()
	for _, what := range []string{
		"<!---->", "<!-- x -->", "<?x?>", "<?x y?>", "<![CDATA[x]]>", "<![CDATA[]]>",
	} {
		for _, at := range []string{
			"@example.com</saml:NameID>", "ngineering", "</saml:Audience>",
			"</saml:Issuer><samlp:Status", "</saml:Issuer><ds", "taff",
			"</saml:AuthnContextClassRef>",
		} {
			for _, sign := range []string{"assertion", "response"} {
				doc := string(reply{knobs: signing(sign)}.build(t))
				if strings.Contains(doc, at) {
					setup{}.party(t).refuse(
						t, []byte(strings.Replace(doc, at, what+at, 1)),
						"saml_malformed",
					)
				}
			}
		}
	}
}

func commentsInSignature(t *testing.T) {
	t.Helper()
	for _, leaf := range []string{"DigestValue", "SignatureValue"} {
		for _, what := range []string{"<!-- AAAA -->", "<?x?>", "<![CDATA[AAAA]]>"} {
			refused(t, "saml_malformed", "<ds:"+leaf+">", "<ds:"+leaf+">"+what)
			refused(t, "saml_malformed", "</ds:"+leaf+">", what+"</ds:"+leaf+">")
		}
		refused(t, badSignature, "<ds:"+leaf+">", "<ds:"+leaf+"><x/>")
		refused(
			t, badSignature, "<ds:"+leaf+">",
			"<ds:"+leaf+"><ds:"+leaf+">AAAA</ds:"+leaf+">",
		)
	}
}

func digestElsewhere(t *testing.T) {
	t.Helper()
	for _, evil := range []string{
		`<ds:DigestValue xmlns:ds="` + nsDSig + `">AAAA</ds:DigestValue>`,
		`<DigestValue xmlns="` + nsDSig + `">AAAA</DigestValue>`,
		`<DigestValue>AAAA</DigestValue>`,
		`<ds:Signature xmlns:ds="` + nsDSig + `"/>`,
		`<ds:SignedInfo xmlns:ds="` + nsDSig + `"/>`,
		`<ds:SignatureValue xmlns:ds="` + nsDSig + `"/>`,
		`<ds:Manifest xmlns:ds="` + nsDSig + `"/>`,
	} {
		refused(
			t, badSignature, "<samlp:Status>",
			"<samlp:Extensions>"+evil+"</samlp:Extensions><samlp:Status>",
		)
		refused(
			t, badSignature, "</samlp:Status>",
			"<samlp:StatusDetail>"+evil+"</samlp:StatusDetail></samlp:Status>",
		)
		refused(
			t, badSignature, "<saml:AuthnStatement",
			"<saml:Advice>"+evil+"</saml:Advice><saml:AuthnStatement",
		)
		refused(
			t, badSignature, "</ds:Signature>",
			"<ds:Object>"+evil+"</ds:Object></ds:Signature>",
		)
		refused(t, badSignature, "engineering", evil+"engineering")
	}
}

func documentTypes(t *testing.T) {
	t.Helper()
	doc := string(reply{knobs: signing("assertion")}.build(t))
	for _, d := range []string{
		`<!DOCTYPE x>`,
		`<!DOCTYPE samlp:Response [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>`,
		`<!DOCTYPE x [<!ENTITY x "y">]>`,
		`<!doctype x>`,
		`<!DOCTYPE x SYSTEM "file:///etc/passwd">`,
		`<!DOCTYPE x [<!ENTITY % a SYSTEM "https://evil.example/"> %a;]>`,
		`<!ELEMENT x ANY>`,
		`<![CDATA[x]]>`,
		`<?xml version="1.0"?><!DOCTYPE x>`,
		`<?xml version="1.0"?><?xml-stylesheet href="x"?>`,
		`<?xml version="1.0" encoding="iso-8859-1"?>`,
	} {
		setup{}.party(t).refuse(t, []byte(d+doc), "saml_malformed")
	}
	if _, err := scan(
		[]byte(`<?xml version='1.0' encoding="utf-8" standalone='yes' ?>`+"\r\n"+doc+"\n"),
		messageLimits(),
		nil,
	); err != nil {
		t.Errorf("a plain declaration: %v", err)
	}
}

func namespaces(t *testing.T) {
	t.Helper()
	for _, pairs := range [][]string{
		{`<saml:NameID `, `<saml:NameID xmlns:saml="urn:x" `},
		{
			`<saml:Subject>`,
			`<x:Subject xmlns:x="urn:x"><x:NameID>` + testAttacker +
				`</x:NameID></x:Subject><saml:Subject>`,
		},
		{
			`<saml:Subject>`,
			`<Subject xmlns="` + nsAssertion + `"><NameID>` + testAttacker +
				`</NameID></Subject><saml:Subject>`,
		},
		{
			`ID="_assertion1"`,
			`ID="_assertion1" xmlns:x="` + nsAssertion + `" x:Version="1.0"`,
		},
	} {
		refused(t, badSignature, pairs...)
	}
	refused(
		t, "saml_malformed", `<saml:Assertion `,
		`<saml:Assertion xmlns:xmlns="urn:x" `,
	)
	refused(t, "saml_malformed", `<saml:Assertion `, `<saml:Assertion xmlns:x="urn:x" xmlns:y="urn:x" x:a="1" y:a="2" `)
	refused(
		t, "saml_malformed", `<saml:Assertion `,
		`<saml:Assertion xmlns:x="urn:x" xmlns:x="urn:y" `,
	)
}

// reread changes every second octet of an answer: what is accepted says what the
// untouched one says.
func reread(t *testing.T) {
	t.Helper()
	p := setup{}.party(t)
	for i, sign := range []string{"assertion", "response"} {
		doc := reply{knobs: signing(sign)}.build(t)
		want := p.accept(t, doc)
		accepted := 0
		for at := i; at < len(doc); at += 2 {
			changed := []byte(string(doc))
			changed[at] = "x<\" &/"[at%6]
			a, _, err := p.complete(t, changed)
			if err != nil {
				continue
			}
			accepted++
			if diff := cmp.Diff(want, a); diff != "" {
				t.Fatalf("octet %d (-want +got):\n%s", at, diff)
			}
		}
		if accepted == 0 {
			t.Error("nothing was accepted, so nothing was compared")
		}
	}
}

func canonicalNothing(t *testing.T) {
	t.Helper()
	badNamed(
		"digest-of-the-void", "digest-of-something-else", "transforms-none",
		"algorithm-c14n-unknown", "transform-unknown",
	)(
		t,
	)
	refused(t, "saml_malformed", `<saml:Assertion `, `<saml:Assertion xmlns:x="" `)
	refused(
		t, "saml_malformed", testPerson+`</saml:NameID>`,
		testPerson+`<x:y/></saml:NameID>`,
	)
}

func severalRoots(t *testing.T) {
	t.Helper()
	doc := string(reply{knobs: signing("response")}.build(t))
	evil := string(reply{before: []string{testPerson, testAttacker}}.build(t))
	for _, d := range []string{
		doc + doc, evil + doc, doc + evil, doc + "<x/>", "<x/>" + doc, doc + "x",
		"x" + doc, doc + "</x>", doc + "\x00", doc + "&amp;",
	} {
		setup{}.party(t).refuse(t, []byte(d), "saml_malformed")
	}
}

// classicWrapping are the eight forms of the paper "On Breaking SAML"; what lies
// between them is in TestWrapping.
func classicWrapping(t *testing.T) {
	t.Helper()
	seen, form := map[string]bool{}, regexp.MustCompile(`XSW\d`)
	for _, b := range bases() {
		for _, v := range b.wrapped(t, "XSW") {
			seen[form.FindString(v.name)] = true
			setup{}.party(t).refuse(
				t, v.doc, badSignature, "saml_malformed", "saml_decryption_failed",
			)
		}
	}
	if len(seen) != 8 {
		t.Errorf("forms %v", seen)
	}
}

func encryptedAdded(t *testing.T) {
	t.Helper()
	badNamed("encrypted-beside-plain", "encrypted-plain-beside", "encrypted-twice")(
		t,
	)
	evil := encryption{}.element(
		t,
		[]byte(strings.ReplaceAll(
			written(t, withScope(find(parseText(t, testMessage), "Assertion"))),
			testPerson,
			testAttacker,
		)),
		"saml",
	)
	for _, sign := range []string{"assertion", "response"} {
		for _, first := range []bool{true, false} {
			setup{}.party(t).refuse(t, reply{
				knobs: signing(sign),
				after: func(root *etree.Element) {
					if first {
						root.InsertChildAt(0, evil.Copy())
					} else {
						root.AddChild(evil.Copy())
					}
				},
			}.build(t), badSignature)
		}
	}
}

func encryptedUnsigned(t *testing.T) {
	t.Helper()
	badNamed(
		"encrypted-unsigned", "encrypted-signed-by-attacker",
		"encrypted-cbc-unsigned", "encrypted-tampered",
	)(
		t,
	)
}
