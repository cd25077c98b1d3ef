package saml

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

func badEncryption() map[string]badCase {
	const failed = "saml_decryption_failed"
	with := func(e encryption, sign ...string) badCase {
		return badCase{
			code:  failed,
			reply: reply{knobs: encrypting(e, sign...)},
		}
	}
	changed := func(code string, change func(root *etree.Element)) badCase {
		return badCase{
			code: code,
			reply: reply{
				knobs: encrypting(encryption{}, "assertion"),
				after: change,
			},
		}
	}
	dataOf := func(root *etree.Element) *etree.Element {
		return find(find(root, "EncryptedData"), "CipherData")
	}
	plain := func(code string, sign string, change func(string) string) badCase {
		return badCase{
			code:  code,
			reply: reply{knobs: encrypting(encryption{plain: change}, sign)},
		}
	}
	return map[string]badCase{
		"encrypted-unsigned": {
			code:  badSignature,
			reply: reply{knobs: encrypting(encryption{})},
		},
		"encrypted-signed-by-attacker": {
			code: badSignature,
			reply: reply{knobs: knobs{
				Sign:    []string{"assertion"},
				Form:    sigForm{Key: "attacker"},
				Encrypt: &encryption{},
			}},
		},
		"encrypted-to-another-key": with(encryption{To: "attacker"}, "assertion"),
		"encrypted-to-another-key-cbc": with(encryption{
			To:   "attacker",
			Data: "aes128-cbc",
		}, "response"),
		"encrypted-rsa-1.5": with(
			encryption{Transport: "rsa-1_5"}, "assertion",
		),
		"encrypted-rsa-1.5-signed-response": with(
			encryption{Transport: "rsa-1_5"}, "response",
		),
		"encrypted-3des": with(
			encryption{Data: "tripledes-cbc"}, "response",
		),
		"encrypted-cbc": with(
			encryption{Data: "aes256-cbc"}, "assertion",
		),
		"encrypted-cbc-unsigned": with(encryption{Data: "aes128-cbc"}),
		"encrypted-with-our-key-gone": {
			code:  failed,
			reply: reply{knobs: encrypting(encryption{}, "assertion")},
			setup: setup{Keys: []string{"sp-old", "sp-p256"}},
		},
		"encrypted-keys-nine": with(
			encryption{Also: slices.Repeat([]string{"attacker"}, maxKeys)},
			"assertion",
		),
		"encrypted-keys-all-for-others": with(encryption{
			Also: []string{"attacker", "idp", "idp-next"},
			To:   "attacker",
		}, "assertion"),
		"encrypted-keys-named-for-us-wrong": with(encryption{
			Also:  []string{"attacker"},
			To:    "sp-old",
			Named: true,
		}, "assertion"),
		"encrypted-cbc-key-for-another": with(encryption{
			Also: []string{"attacker"},
			Data: "aes256-cbc",
		}, "assertion"),
		"encrypted-keys-none": changed(failed, func(root *etree.Element) {
			key := find(root, "EncryptedKey")
			key.Parent().RemoveChild(key)
		}),
		"encrypted-tag-flipped": changed(failed, func(root *etree.Element) {
			value := find(dataOf(root), "CipherValue")
			s := value.Text()
			value.SetText(s[:len(s)-8] + "AAAAAAA=")
		}),
		"encrypted-key-flipped": changed(failed, func(root *etree.Element) {
			flip("CipherValue")(find(root, "EncryptedKey"))
		}),
		"encrypted-too-short": changed(failed, func(root *etree.Element) {
			find(dataOf(root), "CipherValue").SetText("AAAAAAAAAAAAAAAA")
		}),
		"encrypted-nothing": changed(failed, func(root *etree.Element) {
			find(dataOf(root), "CipherValue").SetText("")
		}),
		"encrypted-not-base64": changed(failed, func(root *etree.Element) {
			find(dataOf(root), "CipherValue").SetText("!")
		}),
		"encrypted-data-missing": changed(failed, func(root *etree.Element) {
			find(root, "EncryptedAssertion").Child = nil
		}),
		"encrypted-content-only": changed(failed, func(root *etree.Element) {
			find(root, "EncryptedData").CreateAttr("Type", nsEnc+"Content")
		}),
		"encrypted-algorithm-absent": changed(failed, func(root *etree.Element) {
			find(root, "EncryptionMethod").RemoveAttr("Algorithm")
		}),
		"encrypted-key-size-wrong": changed(failed, func(root *etree.Element) {
			find(root, "EncryptionMethod").CreateAttr(
				"Algorithm", nsEnc11+"aes128-gcm",
			)
		}),
		"encrypted-cipher-reference": changed(failed, func(root *etree.Element) {
			dataOf(root).Child = nil
			dataOf(root).CreateElement("xenc:CipherReference").CreateAttr(
				"URI", "https://evil.example/",
			)
		}),
		"encrypted-data-twice": changed(failed, func(root *etree.Element) {
			data := find(root, "EncryptedData")
			data.Parent().AddChild(data.Copy())
		}),
		"encrypted-plain-beside": changed(badSignature, func(root *etree.Element) {
			root.CreateElement("saml:Assertion").CreateAttr("ID", "_evil")
		}),
		"encrypted-twice": changed(badSignature, func(root *etree.Element) {
			root.AddChild(find(root, "EncryptedAssertion").Copy())
		}),
		"encrypted-is-not-an-assertion": plain(badSignature, "response", func(string) string {
			return `<saml:Attribute xmlns:saml="` + nsAssertion + `" Name="x"/>`
		}),
		"encrypted-is-a-response": plain(badSignature, "response", func(string) string {
			return `<samlp:Response xmlns:samlp="` + nsProtocol + `"/>`
		}),
		"encrypted-is-two-assertions": plain("saml_malformed", "response", func(s string) string {
			return s + s
		}),
		"encrypted-has-document-type": plain("saml_malformed", "response", func(s string) string {
			return `<!DOCTYPE x>` + s
		}),
		"encrypted-has-a-comment": plain("saml_malformed", "response", func(s string) string {
			return strings.Replace(s, testPerson, testPerson+"<!-- -->", 1)
		}),
		"encrypted-has-an-assertion": plain(badSignature, "response", func(s string) string {
			return strings.Replace(
				s, `<saml:AuthnStatement`,
				`<saml:Advice><saml:Assertion/></saml:Advice><saml:AuthnStatement`,
				1,
			)
		}),
		"encrypted-has-an-id-twice": plain(badSignature, "response", func(s string) string {
			return strings.Replace(
				s, `<saml:Subject>`, `<saml:Subject ID="_assertion1">`, 1,
			)
		}),
		"encrypted-has-the-responses-id": plain(badSignature, "response", func(s string) string {
			return strings.Replace(s, `_assertion1`, `_response1`, 1)
		}),
		"encrypted-prefix-undeclared": plain("saml_malformed", "response", func(s string) string {
			return strings.Replace(s, `</saml:Subject>`, `<x:y/></saml:Subject>`, 1)
		}),
		"encrypted-too-deep": plain("saml_too_complex", "response", func(s string) string {
			return strings.Replace(
				s, `</saml:Subject>`,
				strings.Repeat(`<x>`, 63)+strings.Repeat(`</x>`, 63)+
					`</saml:Subject>`,
				1,
			)
		}),
		"encrypted-tampered": plain(badSignature, "assertion", func(s string) string {
			return strings.Replace(s, testPerson, testAttacker, 1)
		}),
	}
}

func badAddressees() map[string]badCase {
	const recipient, state = "saml_wrong_recipient", "login_state_expired"
	audience := `<saml:AudienceRestriction><saml:Audience>` + testEntityID +
		`</saml:Audience></saml:AudienceRestriction>`
	confirmation := ` Recipient="` + testACS + `" InResponseTo="` + testRequest +
		`"/>`
	other := `<saml:Audience>https://other.example.com</saml:Audience>`
	method := func(m string) badCase {
		return before(recipient, `cm:bearer`, `cm:`+m)
	}
	irt := ` InResponseTo="` + testRequest + `"`
	return map[string]badCase{
		"issuer-wrong": before(
			recipient, testIssuer+`</saml:Issuer><saml:Subject`,
			`https://other-idp.example.com</saml:Issuer><saml:Subject`,
		),
		"issuer-missing": before(
			recipient, `<saml:Issuer>`+testIssuer+`</saml:Issuer><saml:Subject`,
			`<saml:Subject`,
		),
		"issuer-twice": before(
			recipient, `<saml:Subject>`,
			`<saml:Issuer>`+testIssuer+`</saml:Issuer><saml:Subject>`,
		),
		"issuer-in-another-case": before(
			recipient, `>`+testIssuer, `>`+strings.ToUpper(testIssuer), testIssuer,
			strings.ToUpper(testIssuer),
		),
		"issuer-longer": before(
			recipient, testIssuer+`</saml:Issuer><saml:Subject`,
			testIssuer+`/</saml:Issuer><saml:Subject`,
		),
		"issuer-of-another-format": before(
			recipient, `<saml:Issuer>`,
			`<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">`,
		),
		"issuer-of-response-wrong": before(
			recipient, testIssuer, `https://other-idp.example.com`,
		),
		"destination-wrong": before(
			recipient, `Destination="`+testACS,
			`Destination="https://other.example.com/acs`,
		),
		"destination-of-another-connection": before(
			recipient, `Destination="`+testACS,
			`Destination="`+strings.Replace(testACS, "0a/", "0b/", 1),
		),
		"destination-missing-in-signed": {
			code: recipient,
			reply: reply{
				knobs:  signing("response"),
				before: []string{` Destination="` + testACS + `"`, ``},
			},
		},
		"recipient-wrong": before(
			recipient, `Recipient="`+testACS,
			`Recipient="https://other.example.com/acs`,
		),
		"recipient-missing": before(
			recipient, ` Recipient="`+testACS+`"`, ``,
		),
		"recipient-longer": before(
			recipient, `Recipient="`+testACS, `Recipient="`+testACS+`/`,
		),
		"confirmation-missing": before(
			recipient, `<saml:SubjectConfirmation `, `<saml:Other `,
			`</saml:SubjectConfirmation>`, `</saml:Other>`,
		),
		"confirmation-data-missing": before(
			recipient, `<saml:SubjectConfirmationData `, `<saml:Other `,
		),
		"confirmation-data-twice": before(
			recipient, confirmation,
			confirmation+`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T12:05:00Z"`+confirmation,
		),
		"confirmation-holder-of-key":  method("holder-of-key"),
		"confirmation-sender-vouches": method("sender-vouches"),
		"audience-wrong": before(
			recipient, `<saml:Audience>`+testEntityID,
			`<saml:Audience>https://other.example.com/metadata`,
		),
		"audience-of-another-connection": before(
			recipient, `<saml:Audience>`+testEntityID,
			`<saml:Audience>`+strings.Replace(testEntityID, "0a/", "0b/", 1),
		),
		"audience-is-a-prefix-of-ours": before(
			recipient, `<saml:Audience>`+testEntityID, `<saml:Audience>`+testBase,
		),
		"audience-begins-with-ours": before(
			recipient, testEntityID+`</saml:Audience>`,
			testEntityID+`.evil.example</saml:Audience>`,
		),
		"audience-empty": before(
			recipient, `<saml:Audience>`+testEntityID, `<saml:Audience>`,
		),
		"audience-restriction-empty": before(
			recipient, `<saml:Audience>`+testEntityID+`</saml:Audience>`, ``,
		),
		"audience-restriction-missing": before(recipient, audience, ``),
		"audience-restrictions-one-wrong-first": before(
			recipient, audience,
			`<saml:AudienceRestriction>`+other+`</saml:AudienceRestriction>`+
				audience,
		),
		"audience-restrictions-one-wrong-last": before(
			recipient, audience,
			audience+`<saml:AudienceRestriction>`+other+
				`</saml:AudienceRestriction>`,
		),
		"audience-in-another-namespace": before(
			recipient, `<saml:Audience>`+testEntityID+`</saml:Audience>`,
			other+`<Audience xmlns="urn:x">`+testEntityID+`</Audience>`,
		),
		"conditions-missing": before(
			recipient, `<saml:Conditions `, `<saml:Other `, `</saml:Conditions>`,
			`</saml:Other>`,
		),
		"in-response-to-another": before(
			state, `InResponseTo="`+testRequest, `InResponseTo="_another`,
		),
		"in-response-to-in-neither": before(state, irt, ``, irt, ``),
		"in-response-to-confirmed-for-another": before(
			state, irt, ``, irt, ` InResponseTo="_another"`,
		),
		"in-response-to-of-response-only": {
			code: state,
			reply: reply{
				knobs:  signing("assertion", "response"),
				before: []string{irt + `/>`, `/>`},
			},
		},
		"in-response-to-contradicts": {
			code: state,
			reply: reply{
				knobs: signing("assertion"),
				text:  []string{irt, ` InResponseTo="_another"`},
			},
		},
		"in-response-to-of-confirmation-other": before(
			state, `InResponseTo="`+testRequest+`"/>`, `InResponseTo="_another"/>`,
		),
		"in-response-to-of-confirmation-absent": before(state, irt+`/>`, `/>`),
		"unsolicited": {
			code: "idp_initiated_disabled",
			reply: reply{
				knobs:  signing("assertion"),
				before: []string{irt, ``, irt, ``},
			},
			setup: setup{Unsolicited: true},
		},
		"unsolicited-rebounce": {
			code: "idp_initiated_disabled",
			reply: reply{
				knobs:  signing("assertion"),
				before: []string{irt, ``, irt, ``},
			},
			setup: setup{
				Unsolicited:  true,
				IDPInitiated: sso.IDPInitiatedRebounce,
			},
		},
		"unsolicited-with-a-request": {
			code:  state,
			reply: reply{knobs: signing("assertion")},
			setup: setup{
				Unsolicited:  true,
				IDPInitiated: sso.IDPInitiatedDirect,
			},
		},
		"unsolicited-confirmed-for-a-request": {
			code: state,
			reply: reply{
				knobs:  signing("assertion"),
				before: []string{irt, ``},
			},
			setup: setup{
				Unsolicited:  true,
				IDPInitiated: sso.IDPInitiatedDirect,
			},
		},
		"denied": before(
			"idp_denied", `status:Success`, `status:Responder`,
		),
		"denied-request-denied": before(
			"idp_denied",
			`<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`,
			`<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></samlp:StatusCode><samlp:StatusMessage>alice is not assigned</samlp:StatusMessage>`,
		),
		"denied-without-a-code": before(
			"idp_denied",
			`<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`,
			``,
		),
		"denied-success-inside": before(
			"idp_denied",
			`<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`,
			`<samlp:StatusCode Value="urn:x"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:StatusCode>`,
		),
	}
}

func badTimes() map[string]badCase {
	const expired = "saml_expired"
	conditions := `NotBefore="2026-11-24T11:55:00Z" NotOnOrAfter="2026-11-24T12:05:00Z"`
	confirmation := `<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T12:05:00Z"`
	issued := `ID="_assertion1" Version="2.0" IssueInstant="2026-11-24T12:00:00Z"`
	response := `Version="2.0" IssueInstant="2026-11-24T12:00:00Z" Dest`
	return map[string]badCase{
		"conditions-ended": before(
			expired, conditions,
			`NotBefore="2026-11-24T11:55:00Z" NotOnOrAfter="2026-11-24T11:59:00Z"`,
		),
		"conditions-not-begun": before(
			expired, conditions,
			`NotBefore="2026-11-24T12:01:01Z" NotOnOrAfter="2026-11-24T12:05:00Z"`,
		),
		"conditions-for-a-year-from-tomorrow": before(
			expired, conditions,
			`NotBefore="2026-11-25T12:00:00Z" NotOnOrAfter="2027-11-24T12:00:00Z"`,
		),
		"conditions-long-confirmation-ended": before(
			expired, conditions,
			`NotBefore="2026-11-24T11:55:00Z" NotOnOrAfter="2026-11-27T12:00:00Z"`,
			confirmation,
			`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T11:58:00Z"`,
		),
		"confirmation-for-25-hours": before(
			expired, confirmation,
			`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-25T13:00:00Z"`,
		),
		"confirmation-ended": before(
			expired, confirmation,
			`<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T11:59:00Z"`,
		),
		"confirmation-not-begun": before(
			expired, confirmation,
			`<saml:SubjectConfirmationData NotBefore="2026-11-24T12:01:01Z" NotOnOrAfter="2026-11-24T12:05:00Z"`,
		),
		"confirmation-without-end": before(
			expired, confirmation, `<saml:SubjectConfirmationData`,
		),
		"confirmation-for-a-year": before(
			expired, confirmation,
			`<saml:SubjectConfirmationData NotOnOrAfter="2027-11-24T12:00:00Z"`,
		),
		"issued-in-the-future": before(
			expired, issued, `ID="_assertion1" Version="2.0" IssueInstant="2026-11-24T12:01:01Z"`,
		),
		"issued-a-day-ago": before(
			expired, issued, `ID="_assertion1" Version="2.0" IssueInstant="2026-11-23T12:00:00Z"`,
		),
		"response-issued-in-the-future": before(
			expired, response, `Version="2.0" IssueInstant="2026-11-24T12:01:01Z" Dest`,
		),
		"response-issued-a-day-ago": before(
			expired, response, `Version="2.0" IssueInstant="2026-11-23T11:00:00Z" Dest`,
		),
		"session-ended": before(
			expired, `SessionIndex=`, `SessionNotOnOrAfter="2026-11-24T11:59:00Z" SessionIndex=`,
		),
		"session-of-second-statement-ended": before(
			expired, `<saml:AttributeStatement>`,
			`<saml:AuthnStatement AuthnInstant="2026-11-24T11:59:58Z" SessionNotOnOrAfter="2026-11-24T11:59:00Z"/><saml:AttributeStatement>`,
		),
	}
}

func badSubjects() map[string]badCase {
	const invalid, failed = "saml_attribute_invalid", "saml_decryption_failed"
	name := `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` +
		testPerson + `</saml:NameID>`
	second := strings.Replace(name, testPerson, testAttacker, 1)
	return map[string]badCase{
		"subject-missing": before(
			invalid, `<saml:Subject>`, `<saml:Other>`, `</saml:Subject>`,
			`</saml:Other>`,
		),
		"subject-twice": before(
			invalid, `<saml:Conditions `,
			`<saml:Subject>`+second+`</saml:Subject><saml:Conditions `,
		),
		"name-id-missing": before(invalid, name, ``),
		"name-id-empty": before(
			invalid, `>`+testPerson+`</saml:NameID>`, `></saml:NameID>`,
		),
		"name-id-blank": before(
			invalid, `>`+testPerson+`</saml:NameID>`, "> \n\t</saml:NameID>",
		),
		"name-id-twice": before(invalid, name, name+second),
		"name-id-with-an-element": before(
			invalid, `>`+testPerson+`</saml:NameID>`,
			`>`+testPerson+`<x/>.evil.example</saml:NameID>`,
		),
		"name-id-transient": before(
			invalid, `format:persistent`, `format:transient`,
		),
		"name-id-in-another-namespace": before(
			invalid, name, `<NameID xmlns="urn:x">`+testPerson+`</NameID>`,
		),
		"name-id-encrypted-empty": before(failed, name, `<saml:EncryptedID/>`),
		"name-id-encrypted-and-plain": before(
			invalid, name, name+`<saml:EncryptedID/>`,
		),
		"name-id-encrypted-twice": before(
			invalid, name, `<saml:EncryptedID/><saml:EncryptedID/>`,
		),
		"name-id-encrypted-to-another-key": {
			code:  failed,
			reply: reply{knobs: hiding(encryption{To: "attacker"})},
		},
		"name-id-encrypted-rsa-1.5": {
			code:  failed,
			reply: reply{knobs: hiding(encryption{Transport: "rsa-1_5"})},
		},
		"name-id-encrypted-is-an-attribute": {
			code: invalid,
			reply: reply{knobs: hiding(encryption{plain: func(string) string {
				return `<saml:Attribute xmlns:saml="` + nsAssertion + `" Name="x"/>`
			}})},
		},
		"name-id-encrypted-has-a-comment": {
			code: invalid,
			reply: reply{knobs: hiding(encryption{plain: func(s string) string {
				return strings.Replace(s, testPerson, testPerson+"<!-- -->", 1)
			}})},
		},
		"name-id-encrypted-is-transient": {
			code: invalid,
			reply: reply{
				knobs:  hiding(encryption{}),
				before: []string{`format:persistent`, `format:transient`},
			},
		},
		"name-id-encrypted-tampered": {
			code: badSignature,
			reply: reply{
				knobs: hiding(encryption{}),
				signed: func(root *etree.Element) {
					flip("CipherValue")(find(root, "EncryptedKey"))
				},
			},
		},
		"name-id-is-a-base-id": before(
			invalid, name, `<saml:BaseID>`+testPerson+`</saml:BaseID>`,
		),
		"name-id-of-the-confirmation-only": before(
			invalid, name, ``, `<saml:SubjectConfirmationData `,
			name+`<saml:SubjectConfirmationData `,
		),
	}
}
