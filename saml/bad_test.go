package saml

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// A badCase is the usual answer with one thing wrong.
type badCase struct {
	code string
	reply
	setup setup
}

// badCases are the ones that are made; a directory may hold any other.
func badCases() map[string]badCase {
	all := map[string]badCase{}
	for _, some := range []map[string]badCase{
		badDocuments(), badSignatures(), badSignatureForms(), badShapes(),
		badEncryption(), badAddressees(), badTimes(), badSubjects(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// before is the usual answer with something replaced before the assertion is
// signed, so that what is wrong is vouched for by the identity provider.
func before(code string, pairs ...string) badCase {
	return badCase{
		code:  code,
		reply: reply{knobs: signing("assertion"), before: pairs},
	}
}

// afterwards is the usual answer with something replaced in what was signed.
func afterwards(code string, pairs ...string) badCase {
	return badCase{
		code:  code,
		reply: reply{knobs: signing("assertion"), text: pairs},
	}
}

// TestGoldenRefusals refuses every directory under testdata/bad with the code it names.
func TestGoldenRefusals(t *testing.T) {
	t.Parallel()
	for _, dir := range goldenDirectories(t, "bad", 100) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			doc, err := os.ReadFile(filepath.Join(dir, "response.xml"))
			if err != nil {
				t.Fatal(err)
			}
			code, err := os.ReadFile(filepath.Join(dir, "code"))
			if err != nil {
				t.Fatal(err)
			}
			readCase(t, dir).party(t).refuse(t, doc, strings.TrimSpace(string(code)))
		})
	}
}

// TestRefusalsHaveGoldenFiles refuses every case as it is made now, and sees to it that it has
// a directory. That the same answer with nothing wrong is accepted, TestAccepted
// makes sure of.
func TestRefusalsHaveGoldenFiles(t *testing.T) {
	t.Parallel()
	for name, c := range badCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := c.build(t)
			c.setup.party(t).refuse(t, doc, c.code)
			if os.Getenv("UPDATE_GOLDEN") != "" {
				dir := filepath.Join("testdata", "bad", name)
				golden(t, filepath.Join(dir, "response.xml"), func() []byte {
					return doc
				})
				golden(t, filepath.Join(dir, "code"), func() []byte {
					return []byte(c.code + "\n")
				})
				golden(t, filepath.Join(dir, "case.json"), func() []byte {
					return caseJSON(t, c.setup)
				})
				return
			}
			if _, err := os.Stat(filepath.Join("testdata", "bad", name, "response.xml")); err != nil {
				t.Errorf("no directory: %v", err)
			}
		})
	}
}

func caseJSON(t *testing.T, s setup) []byte {
	t.Helper()
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func badDocuments() map[string]badCase {
	const malformed, tooComplex = "saml_malformed", "saml_too_complex"
	whole := func(code string, change func(string) string) badCase {
		return badCase{
			code: code,
			reply: reply{
				knobs: signing("assertion"),
				bytes: func(b []byte) []byte {
					return []byte(change(string(b)))
				},
			},
		}
	}
	name := `>` + testPerson + `</saml:NameID>`
	return map[string]badCase{
		"document-type": whole(malformed, func(s string) string {
			return `<!DOCTYPE samlp:Response>` + s
		}),
		"document-type-with-entity": whole(malformed, func(s string) string {
			return `<!DOCTYPE r [<!ENTITY who "` + testPerson + `">]>` +
				strings.Replace(s, name, `>&who;</saml:NameID>`, 1)
		}),
		"entity-undefined": afterwards(
			malformed, name, `>&who;</saml:NameID>`,
		),
		"processing-instruction": afterwards(
			malformed, name, `>`+testPerson+`<?x y?></saml:NameID>`,
		),
		"comment-in-name-id": afterwards(
			malformed, name, `>`+testPerson+`<!-- -->.evil.example</saml:NameID>`,
		),
		"comment-before-root": whole(malformed, func(s string) string {
			return `<!-- -->` + s
		}),
		"cdata-in-name-id": afterwards(
			malformed, name, `><![CDATA[`+testPerson+`]]></saml:NameID>`,
		),
		"cdata-end-in-text": afterwards(
			malformed, name, `>`+testPerson+`]]></saml:NameID>`,
		),
		"character-reference-to-nul": afterwards(
			malformed, name, `>`+testPerson+`&#0;</saml:NameID>`,
		),
		"character-reference-to-control": afterwards(
			malformed, name, `>`+testPerson+`&#x1f;</saml:NameID>`,
		),
		"character-reference-too-large": afterwards(
			malformed, name, `>`+testPerson+`&#x110000;</saml:NameID>`,
		),
		"character-reference-upper-x": afterwards(
			malformed, name, `>`+testPerson+`&#X41;</saml:NameID>`,
		),
		"control-character": afterwards(
			malformed, name, ">"+testPerson+"\x01</saml:NameID>",
		),
		"invalid-utf-8": afterwards(
			malformed, name, ">"+testPerson+"\xff\xfe</saml:NameID>",
		),
		"overlong-utf-8": afterwards(
			malformed, name, ">"+testPerson+"\xc0\xbc</saml:NameID>",
		),
		"surrogate-in-utf-8": afterwards(
			malformed, name, ">"+testPerson+"\xed\xa0\x80</saml:NameID>",
		),
		"byte-order-mark-twice": whole(malformed, func(s string) string {
			return "\ufeff\ufeff" + s
		}),
		"byte-order-mark-after-a-space": whole(malformed, func(s string) string {
			return " \ufeff" + s
		}),
		"byte-order-mark-of-utf-16": whole(malformed, func(s string) string {
			return "\xff\xfe" + s
		}),
		"iso-8859-1": whole(malformed, func(s string) string {
			return `<?xml version="1.0" encoding="ISO-8859-1"?>` + s
		}),
		"iso-8859-1-undeclared": afterwards(
			malformed, name, ">Andr\xe9</saml:NameID>",
		),
		"cdata-in-an-attribute": afterwards(
			malformed, `>engineering<`, `><![CDATA[engineering]]><`,
		),
		"comment-in-an-attribute": afterwards(
			malformed, `>engineering<`, `>engineering<!-- x --><`,
		),
		"comment-between-elements": afterwards(
			malformed, `<saml:Subject>`, `<!-- x --><saml:Subject>`,
		),
		"utf-16-declared": whole(malformed, func(s string) string {
			return `<?xml version="1.0" encoding="UTF-16"?>` + s
		}),
		"utf-7-declared": whole(malformed, func(s string) string {
			return `<?xml version="1.0" encoding="UTF-7"?>` + s
		}),
		"xml-version-1.1": whole(malformed, func(s string) string {
			return `<?xml version="1.1"?>` + s
		}),
		"declaration-not-first": whole(malformed, func(s string) string {
			return ` <?xml version="1.0"?>` + s
		}),
		"declaration-twice": whole(malformed, func(s string) string {
			return `<?xml version="1.0"?><?xml version="1.0"?>` + s
		}),
		"roots-two": whole(malformed, func(s string) string {
			return s + s
		}),
		"element-after-root": whole(malformed, func(s string) string {
			return s + `<x/>`
		}),
		"text-before-root": whole(malformed, func(s string) string {
			return `x` + s
		}),
		"text-after-root": whole(malformed, func(s string) string {
			return s + `x`
		}),
		"truncated": whole(malformed, func(s string) string {
			return s[:len(s)-1]
		}),
		"empty": whole(malformed, func(string) string {
			return ""
		}),
		"not-xml": whole(malformed, func(string) string {
			return `{"SAMLResponse":true}`
		}),
		"attribute-twice": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID Format="a" `,
		),
		"attribute-twice-by-two-prefixes": afterwards(
			malformed, `<saml:NameID `,
			`<saml:NameID xmlns:a="urn:x" xmlns:b="urn:x" a:y="1" b:y="2" `,
		),
		"attribute-without-quotes": afterwards(
			malformed, `Version="2.0" Issue`, `Version=2.0 Issue`,
		),
		"attributes-not-separated": afterwards(
			malformed, `Version="2.0" Issue`, `Version="2.0"Issue`,
		),
		"prefix-undeclared": afterwards(
			malformed, name, `>`+testPerson+`</saml:NameID><x:y/>`,
		),
		"prefix-of-attribute-undeclared": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID x:y="" `,
		),
		"prefix-undone": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID xmlns:samlp="" `,
		),
		"prefix-xml-redeclared": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID xmlns:xml="urn:x" `,
		),
		"prefix-xmlns-declared": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID xmlns:xmlns="urn:x" `,
		),
		"name-not-ascii": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID ÿ="" `,
		),
		"name-with-two-colons": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID a:b:c="" `,
		),
		"xml-base": afterwards(
			malformed, `<saml:NameID `,
			`<saml:NameID xml:base="https://evil.example/" `,
		),
		"xml-id": afterwards(
			malformed, `<saml:NameID `, `<saml:NameID xml:id="_assertion1" `,
		),
		"id-in-a-namespace": afterwards(
			malformed, `<saml:Subject>`, `<saml:Subject saml:ID="_x">`,
		),
		"id-with-quotes": afterwards(
			malformed, `<saml:Subject>`, `<saml:Subject ID="'or'1'='1 ">`,
		),
		"id-with-references": afterwards(
			malformed, `<saml:Subject>`, `<saml:Subject ID="&#95;assertion1">`,
		),
		"id-empty": afterwards(
			malformed, `<saml:Subject>`, `<saml:Subject ID="">`,
		),
		"namespace-with-references": afterwards(
			malformed, `<saml:Subject>`, `<saml:Subject xmlns:x="urn:&#x6f;asis">`,
		),
		"end-tag-of-another-element": afterwards(
			malformed, `</saml:Subject>`, `</saml:subject>`,
		),
		"end-tag-by-another-prefix": afterwards(
			malformed, `</saml:Subject>`, `</samlp:Subject>`,
		),
		"depth-65": afterwards(
			tooComplex, name,
			`>`+testPerson+`</saml:NameID>`+strings.Repeat(`<x>`, 62)+
				strings.Repeat(`</x>`, 62),
		),
		"attributes-65": afterwards(
			tooComplex, `<saml:NameID `, `<saml:NameID `+manyAttributes(65),
		),
		"namespaces-49": afterwards(
			tooComplex, `<saml:NameID `, `<saml:NameID `+manyNamespaces(49),
		),
		"root-is-not-a-response": {
			code: malformed,
			reply: reply{
				knobs: signing("response"),
				tree: func(root *etree.Element) {
					root.Tag = "LogoutResponse"
				},
			},
		},
		"root-in-another-namespace": {
			code: malformed,
			reply: reply{
				knobs: signing("assertion"),
				tree: func(root *etree.Element) {
					root.CreateAttr(
						"xmlns:samlp", "urn:oasis:names:tc:SAML:1.0:protocol",
					)
				},
			},
		},
		"status-missing": before(
			malformed,
			`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`,
			``,
		),
		"status-twice": before(
			malformed, `<samlp:Status>`,
			`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><samlp:Status>`,
		),
		"status-code-twice": before(
			malformed, `</samlp:Status>`,
			`<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`,
		),
		"audience-with-an-element": before(
			malformed, `</saml:Audience>`, `<x/></saml:Audience>`,
		),
		"version-1.1": before(
			malformed, `Version="2.0"`, `Version="1.1"`,
		),
		"version-of-assertion-missing": before(
			malformed, `ID="_assertion1" Version="2.0"`, `ID="_assertion1"`,
		),
		"id-of-response-missing": before(malformed, ` ID="_response1"`, ``),
		"id-of-assertion-missing": {
			code: malformed,
			reply: reply{
				knobs:  signing("response"),
				before: []string{` ID="_assertion1"`, ``},
			},
		},
		"issue-instant-missing": before(
			malformed, ` IssueInstant="2026-11-24T12:00:00Z"`, ``,
		),
		"issue-instant-is-no-time": before(
			malformed, `IssueInstant="2026-11-24T12:00:00Z"`,
			`IssueInstant="yesterday"`,
		),
		"issuer-of-response-twice": before(
			malformed, `<samlp:Status>`,
			`<saml:Issuer>`+testIssuer+`</saml:Issuer><samlp:Status>`,
		),
		"issuer-with-an-element": before(
			malformed, `</saml:Issuer><samlp:Status>`,
			`<x/></saml:Issuer><samlp:Status>`,
		),
		"authn-statement-missing": before(
			malformed, `<saml:AuthnStatement`, `<saml:Statement`,
			`</saml:AuthnStatement>`, `</saml:Statement>`,
		),
		"authn-instant-missing": before(
			malformed, `AuthnInstant="2026-11-24T11:59:58Z" `, ``,
		),
		"attribute-without-a-name": before(
			malformed, `<saml:Attribute Name="email">`, `<saml:Attribute>`,
		),
		"condition-unknown": before(
			malformed, `<saml:AudienceRestriction>`,
			`<saml:Condition/><saml:AudienceRestriction>`,
		),
		"conditions-twice": before(
			malformed, `<saml:AuthnStatement`,
			`<saml:Conditions/><saml:AuthnStatement`,
		),
		"instant-of-second-statement-is-no-time": before(
			malformed, `<saml:AttributeStatement>`,
			`<saml:AuthnStatement AuthnInstant="today"/><saml:AttributeStatement>`,
		),
		"session-end-is-no-time": before(
			malformed, `SessionIndex=`,
			`SessionNotOnOrAfter="tomorrow" SessionIndex=`,
		),
		"conditions-end-is-no-time": before(
			malformed, `NotOnOrAfter="2026-11-24T12:05:00Z"><saml:Aud`,
			`NotOnOrAfter="12:05"><saml:Aud`,
		),
		"confirmation-begin-is-no-time": before(
			malformed, `<saml:SubjectConfirmationData `,
			`<saml:SubjectConfirmationData NotBefore="-" `,
		),
	}
}

func manyAttributes(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString("a" + strings.Repeat("b", i) + `="" `)
	}
	return s.String()
}

func manyNamespaces(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString("xmlns:a" + strings.Repeat("b", i) + `="urn:x" `)
	}
	return s.String()
}
