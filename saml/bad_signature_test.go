package saml

import (
	"strings"

	"github.com/beevik/etree"
)

const badSignature = "saml_signature_invalid"

func badSignatures() map[string]badCase {
	form := func(f sigForm) badCase {
		return badCase{
			code:  badSignature,
			reply: reply{knobs: knobs{Sign: []string{"assertion"}, Form: f}},
		}
	}
	tampered := func(sign string, pairs ...string) badCase {
		return badCase{
			code:  badSignature,
			reply: reply{knobs: signing(sign), text: pairs},
		}
	}
	remove := func(tag string) func(*etree.Element) {
		return func(root *etree.Element) {
			el := find(root, tag)
			el.Parent().RemoveChild(el)
		}
	}
	const more = "http://www.w3.org/2001/04/xmldsig-more#"
	return map[string]badCase{
		"unsigned": {code: badSignature},
		"signature-removed": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion"),
				after: remove("Signature"),
			},
		},
		"signature-emptied": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion"),
				after: func(root *etree.Element) {
					find(root, "Signature").Child = nil
				},
			},
		},
		"signature-in-no-namespace": tampered(
			"assertion", `xmlns:ds="`+nsDSig+`"`, `xmlns:ds="urn:x"`,
		),
		"signature-by-another-name": tampered(
			"assertion", `<ds:Signature `, `<ds:signature `, `</ds:Signature>`,
			`</ds:signature>`,
		),
		"signature-value-empty": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion"),
				after: func(root *etree.Element) {
					find(root, "SignatureValue").Child = nil
				},
			},
		},
		"signature-value-flipped": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion"),
				after: flip("SignatureValue"),
			},
		},
		"signature-value-not-base64": tampered(
			"assertion", `<ds:SignatureValue>`, `<ds:SignatureValue>!`,
		),
		"digest-flipped": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion"),
				after: flip("DigestValue"),
			},
		},
		"name-id-tampered": tampered(
			"assertion", testPerson, testAttacker,
		),
		"name-id-tampered-in-response": tampered(
			"response", testPerson, testAttacker,
		),
		"group-added": tampered(
			"assertion", `<saml:AttributeValue>staff`,
			`<saml:AttributeValue>admins</saml:AttributeValue><saml:AttributeValue>staff`,
		),
		"one-of-two-broken-assertion": {
			code: badSignature,
			reply: reply{
				knobs:  signing("assertion", "response"),
				signed: flip("SignatureValue"),
			},
		},
		"one-of-two-broken-response": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion", "response"),
				after: flip("SignatureValue"),
			},
		},
		"key-unknown": form(sigForm{Key: "attacker"}),
		"key-unknown-with-certificate": form(sigForm{
			Key:     "attacker",
			KeyInfo: []string{"attacker"},
		}),
		"key-unknown-with-ours-named": form(sigForm{
			Key:     "attacker",
			KeyInfo: []string{"idp"},
		}),
		"key-unknown-elliptic":        form(sigForm{Key: "idp-p256"}),
		"key-of-the-service-provider": form(sigForm{Key: "sp"}),
		"key-weak": {
			code: badSignature,
			reply: reply{
				knobs: knobs{
					Sign: []string{"assertion"},
					Form: sigForm{Key: "idp-weak"},
				},
			},
			setup: setup{Trusted: []string{"idp-weak"}},
		},
		"algorithm-rsa-sha1": form(sigForm{
			Algorithm: nsDSig + "rsa-sha1",
		}),
		"algorithm-digest-sha1": form(sigForm{Digest: nsDSig + "sha1"}),
		"algorithm-rsa-md5":     form(sigForm{Algorithm: more + "rsa-md5"}),
		"algorithm-digest-md5":  form(sigForm{Digest: more + "md5"}),
		"algorithm-hmac-of-public-key": form(sigForm{
			Algorithm: more + "hmac-sha256",
		}),
		"algorithm-none": form(sigForm{Algorithm: "none"}),
		"algorithm-rsa-pss": form(sigForm{
			Algorithm: "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
		}),
		"algorithm-of-another-key-type": {
			code: badSignature,
			reply: reply{
				knobs: signing("assertion"),
				text:  []string{more + "rsa-sha256", more + "ecdsa-sha256"},
			},
			setup: setup{Trusted: []string{"idp", "idp-p256"}},
		},
		"algorithm-dsa": form(sigForm{Algorithm: nsDSig + "dsa-sha1"}),
		"algorithm-c14n-unknown": tampered(
			"assertion", `CanonicalizationMethod Algorithm="`+nsExcC14N,
			`CanonicalizationMethod Algorithm="urn:x`,
		),
		"algorithm-sha1-allowed-key-not": {
			code: badSignature,
			reply: reply{knobs: knobs{
				Sign: []string{"assertion"},
				Form: sigForm{Key: "attacker", Algorithm: nsDSig + "rsa-sha1"},
			}},
			setup: setup{AllowSHA1: true},
		},
	}
}

// flip changes a character of the base64 text of the first element with a name.
func flip(tag string) func(*etree.Element) {
	return func(root *etree.Element) {
		el := find(root, tag)
		s := []byte(el.Text())
		if s[10] == 'A' {
			s[10] = 'B'
		} else {
			s[10] = 'A'
		}
		el.SetText(string(s))
	}
}

// badSignatureForms are vouched for by the right key: what is wrong is the form
// of the signature alone.
func badSignatureForms() map[string]badCase {
	info := func(pairs ...string) badCase {
		return badCase{
			code: badSignature,
			reply: reply{knobs: knobs{
				Sign: []string{"assertion"},
				Form: sigForm{info: func(s string) string {
					for i := 0; i+1 < len(pairs); i += 2 {
						if !strings.Contains(s, pairs[i]) {
							panic("nothing to replace: " + pairs[i])
						}
						s = strings.Replace(s, pairs[i], pairs[i+1], 1)
					}
					return s
				}},
			}},
		}
	}
	text := func(pairs ...string) badCase {
		return afterwards(badSignature, pairs...)
	}
	const (
		enveloped = `<ds:Transform Algorithm="` + nsDSig + `enveloped-signature"/>`
		exclusive = `<ds:Transform Algorithm="` + nsExcC14N + `"></ds:Transform>`
		reference = `<ds:Reference URI="#_assertion1">`
		other     = `<ds:Reference URI="#_other"><ds:Transforms>` + enveloped +
			exclusive + `</ds:Transforms><ds:DigestMethod Algorithm="` + nsEnc +
			`sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>`
	)
	transform := func(uri string) string {
		return `<ds:Transform Algorithm="` + uri + `"/>`
	}
	return map[string]badCase{
		"reference-empty":       info(`URI="#_assertion1"`, `URI=""`),
		"reference-missing-uri": info(` URI="#_assertion1"`, ``),
		"reference-to-the-response": info(
			`URI="#_assertion1"`, `URI="#_response1"`,
		),
		"reference-to-nothing": info(
			`URI="#_assertion1"`, `URI="#_nothing"`,
		),
		"reference-xpointer": info(
			`URI="#_assertion1"`, `URI="#xpointer(id('_assertion1'))"`,
		),
		"reference-elsewhere": info(
			`URI="#_assertion1"`, `URI="https://evil.example/a.xml"`,
		),
		"reference-without-hash": info(
			`URI="#_assertion1"`, `URI="_assertion1"`,
		),
		"reference-type-manifest": info(
			reference, `<ds:Reference URI="#_assertion1" Type="`+nsDSig+`Manifest">`,
		),
		"references-two-ours-first": info(
			`</ds:Reference>`, `</ds:Reference>`+other,
		),
		"references-two-ours-last": info(reference, other+reference),
		"references-none": info(
			`<ds:Reference `, `<ds:Other `, `</ds:Reference>`, `</ds:Other>`,
		),
		"transforms-none": info(enveloped, ``, exclusive, ``),
		"transforms-missing": info(
			`<ds:Transforms>`+enveloped+exclusive+`</ds:Transforms>`, ``,
		),
		"transforms-c14n-only": info(enveloped, ``),
		"transforms-wrong-order": info(
			enveloped+exclusive, exclusive+enveloped,
		),
		"transforms-three":           info(exclusive, exclusive+exclusive),
		"transforms-enveloped-twice": info(exclusive, enveloped),
		"transform-xpath": info(
			exclusive,
			`<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>self::text()</ds:XPath></ds:Transform>`,
		),
		"transform-xpath-filter": info(
			exclusive, transform("http://www.w3.org/2002/06/xmldsig-filter2"),
		),
		"transform-xslt": info(
			exclusive, transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
		),
		"transform-base64": info(exclusive, transform(nsDSig+"base64")),
		"transform-decrypt": info(
			exclusive, transform("http://www.w3.org/2002/07/decrypt#XML"),
		),
		"transform-unknown":           info(exclusive, transform("urn:x")),
		"transform-without-algorithm": info(exclusive, `<ds:Transform/>`),
		"transform-with-text": info(
			exclusive, `<ds:Transform Algorithm="`+nsExcC14N+`">x</ds:Transform>`,
		),
		"inclusive-namespaces-twice": info(
			exclusive,
			`<ds:Transform Algorithm="`+nsExcC14N+
				`"><e:InclusiveNamespaces xmlns:e="`+nsExcC14N+
				`" PrefixList=""/><e:InclusiveNamespaces xmlns:e="`+nsExcC14N+`" PrefixList=""/></ds:Transform>`,
		),
		"digest-values-two": info(
			`</ds:DigestValue>`, `</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>`,
		),
		"digest-value-missing": info(
			`<ds:DigestValue>`, `<ds:Value>`, `</ds:DigestValue>`, `</ds:Value>`,
		),
		"digest-value-with-an-element": text(
			`<ds:DigestValue>`, `<ds:DigestValue><x/>`,
		),
		"digest-value-in-an-element": text(
			`<ds:DigestValue>`, `<ds:DigestValue><ds:X>`, `</ds:DigestValue>`,
			`</ds:X></ds:DigestValue>`,
		),
		"digest-value-of-other-length": info(
			`<ds:DigestValue>`, `<ds:DigestValue>AAAA`,
		),
		"signed-infos-two": text(
			`</ds:SignedInfo>`, `</ds:SignedInfo><ds:SignedInfo/>`,
		),
		"signed-info-second-first": text(
			`<ds:SignedInfo>`, `<ds:SignedInfo/><ds:SignedInfo>`,
		),
		"signed-info-in-no-namespace": text(
			`<ds:SignedInfo>`, `<SignedInfo xmlns=""/><ds:SignedInfo>`,
		),
		"signature-values-two": text(
			`</ds:SignatureValue>`,
			`</ds:SignatureValue><ds:SignatureValue>AAAA</ds:SignatureValue>`,
		),
		"signature-with-object": text(
			`</ds:Signature>`, `<ds:Object/></ds:Signature>`,
		),
		"signature-with-manifest": text(`</ds:Signature>`, `<ds:Object><ds:Manifest/></ds:Object></ds:Signature>`),
		"signature-with-text":     text(`<ds:SignedInfo>`, `x<ds:SignedInfo>`),
		"signature-with-attribute": text(
			`<ds:SignedInfo>`, `<ds:SignedInfo x="y">`,
		),
		"signature-method-with-length": info(
			`rsa-sha256"/>`,
			`rsa-sha256"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>`,
		),
		"key-infos-two": text(
			`</ds:SignatureValue>`, `</ds:SignatureValue><ds:KeyInfo/><ds:KeyInfo/>`,
		),
		"digest-of-the-void": {
			code: badSignature,
			reply: reply{knobs: knobs{
				Sign: []string{"assertion"},
				Form: sigForm{plain: func([]byte) []byte { return nil }},
			}},
		},
		"digest-of-something-else": {
			code: badSignature,
			reply: reply{knobs: knobs{
				Sign: []string{"assertion"},
				Form: sigForm{plain: func(b []byte) []byte {
					return b[:len(b)-1]
				}},
			}},
		},
		"enveloped-with-another-prefix": text(
			`URI="#_assertion1"`, `URI="#_assertion1 "`,
		),
	}
}

// badShapes have more in them than there may be; the response or the assertion
// around it is signed as it should be.
func badShapes() map[string]badCase {
	const evil = `<saml:Assertion ID="_evil" Version="2.0" IssueInstant="2026-11-24T12:00:00Z"><saml:Issuer>` +
		testIssuer + `</saml:Issuer></saml:Assertion>`
	add := func(sign, at, what string) badCase {
		return badCase{
			code:  badSignature,
			reply: reply{knobs: signing(sign), before: []string{at, what + at}},
		}
	}
	text := func(at, what string) badCase {
		return afterwards(badSignature, at, what+at)
	}
	return map[string]badCase{
		"assertions-two-unsigned-first": text(
			`<saml:Assertion ID="_assertion1"`, evil,
		),
		"assertions-two-unsigned-last": text(`</samlp:Response>`, evil),
		"assertions-two-in-signed-response": add(
			"response", `</samlp:Response>`, evil,
		),
		"assertions-none": {
			code: badSignature,
			reply: reply{
				knobs: signing("response"),
				tree: func(root *etree.Element) {
					root.RemoveChild(find(root, "Assertion"))
				},
			},
		},
		"assertion-of-saml-1.1": text(
			`</samlp:Response>`, `<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/>`,
		),
		"assertion-in-no-namespace": text(`</samlp:Response>`, `<Assertion/>`),
		"assertion-in-extensions": text(
			`<samlp:Status>`, `<samlp:Extensions>`+evil+`</samlp:Extensions>`,
		),
		"assertion-in-status": text(
			`</samlp:Status>`, `<samlp:StatusDetail>`+evil+`</samlp:StatusDetail>`,
		),
		"assertion-in-advice": add(
			"assertion", `<saml:AuthnStatement`,
			`<saml:Advice>`+evil+`</saml:Advice>`,
		),
		"assertion-in-an-attribute": add(
			"assertion", `</saml:AttributeValue>`, evil,
		),
		"response-in-extensions": text(
			`<samlp:Status>`, `<samlp:Extensions><samlp:Response/></samlp:Extensions>`,
		),
		"metadata-in-extensions": text(
			`<samlp:Status>`,
			`<samlp:Extensions><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/></samlp:Extensions>`,
		),
		"signature-in-extensions": text(
			`<samlp:Status>`,
			`<samlp:Extensions><Signature xmlns="`+nsDSig+`"/></samlp:Extensions>`,
		),
		"signature-in-the-subject": text(
			`<saml:NameID `, `<Signature xmlns="`+nsDSig+`"/>`,
		),
		"signatures-two": text(
			`<saml:Subject>`, `<Signature xmlns="`+nsDSig+`"/>`,
		),
		"digest-in-status": text(
			`</samlp:Status>`,
			`<samlp:StatusDetail><DigestValue xmlns="`+nsDSig+
				`">AAAA</DigestValue></samlp:StatusDetail>`,
		),
		"digest-in-extensions": text(
			`<samlp:Status>`,
			`<samlp:Extensions><DigestValue>AAAA</DigestValue></samlp:Extensions>`,
		),
		"encrypted-beside-plain": text(
			`</samlp:Response>`, `<saml:EncryptedAssertion/>`,
		),
		"id-twice": text(
			`</samlp:Response>`, `<samlp:Extensions ID="_assertion1"/>`,
		),
		"id-twice-in-another-spelling": text(
			`</samlp:Response>`, `<samlp:Extensions Id="_assertion1"/>`,
		),
		"id-twice-of-the-signature": text(
			`</ds:Signature>`, `<ds:KeyInfo Id="_assertion1"/>`,
		),
		"id-in-two-spellings": afterwards(
			badSignature, ` ID="_assertion1"`, ` ID="_assertion1" Id="_other"`,
		),
		"response-and-assertion-of-one-id": {
			code: badSignature,
			reply: reply{
				knobs:  signing("assertion"),
				before: []string{`_response1`, `_assertion1`},
			},
		},
	}
}
