package saml

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// TestWrapping moves the signed element to where a reader might find the
// signature good, and puts a forged one where a reader might look for the
// identity: the eight classic forms and what lies between them, for each way of
// signing, plain and encrypted. An attacker can encrypt to us, because the key
// is public.
func TestWrapping(t *testing.T) {
	t.Parallel()
	vectors := 0
	for _, b := range bases() {
		p := setup{}.party(t)
		p.accept(t, b.build(t)) // so that what is refused is the wrapping
		for _, v := range b.wrapped(t, "") {
			vectors++
			t.Run(b.name+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				p.refuse(
					t, v.doc, "saml_signature_invalid", "saml_malformed",
					"saml_decryption_failed",
				)
			})
		}
	}
	if vectors < 300 {
		t.Errorf("%d vectors", vectors)
	}
	t.Logf("%d vectors", vectors)
}

// base is an answer that is accepted as it stands.
type base struct {
	name string
	reply
}

func bases() []base {
	var all []base
	for _, sign := range [][]string{
		{"assertion"},
		{"response"},
		{"assertion", "response"},
	} {
		for _, e := range []*encryption{nil, {}} {
			name := strings.Join(sign, "+")
			if e != nil {
				name += "-encrypted"
			}
			all = append(all, base{name, reply{knobs: knobs{
				Sign:    sign,
				Encrypt: e,
			}}})
		}
	}
	return all
}

type vector struct {
	name string
	doc  []byte
}

// wrapped makes the vectors of a base, for the places with this in their name.
func (b base) wrapped(t *testing.T, named string) []vector {
	t.Helper()
	var all []vector
	for _, level := range b.Sign {
		r, places := b.reply, responsePlaces()
		if level == "assertion" {
			r.knobs, places = signing("assertion"), assertionPlaces()
		}
		doc := string(r.build(t))
		for _, place := range slices.Sorted(maps.Keys(places)) {
			if !strings.Contains(place, named) {
				continue
			}
			for _, id := range []string{"same", "other", "absent"} {
				for _, signature := range []string{
					"on-evil", "on-original", "on-both",
				} {
					name := strings.Join(
						[]string{level, place, "id-" + id, "signature-" + signature},
						"/",
					)
					all = append(all, vector{
						name, b.wrap(t, level, doc, places[place], id, signature),
					})
				}
			}
		}
	}
	return all
}

// wrap makes one vector. Encryption comes last, as it does for an attacker who
// got hold of a signed assertion; an assertion that the identity provider
// encrypted inside of a signed response stays as it is.
func (b base) wrap(t *testing.T, level, doc string, place func(wrapping), id, signature string) []byte {
	t.Helper()
	w := wrapping{root: parseText(t, doc)}
	w.original = w.root
	if level == "assertion" {
		w.original = find(w.root, "Assertion")
		w.at = w.original.Index()
		w.root.RemoveChild(w.original)
	}
	w.evil = forged(t, w.original)
	switch id {
	case "other":
		w.evil.CreateAttr("ID", "_evil")
	case "absent":
		w.evil.RemoveAttr("ID")
	}
	addDeclarations(w.evil, namespacesInScope(w.root))
	if signature == "on-evil" {
		unsign(w.original)
	} else if signature == "on-original" {
		unsign(w.evil)
	}
	place(w)
	root := w.root
	if level == "response" && w.original.Parent() != nil {
		root = w.evil
	}
	if b.Encrypt != nil && level == "assertion" {
		b.hideAll(t, root)
	}
	return []byte(written(t, root))
}

// forged returns a copy that claims another identity.
func forged(t *testing.T, original *etree.Element) *etree.Element {
	t.Helper()
	evil := original.Copy()
	if name := find(evil, "NameID"); name != nil {
		name.SetText(testAttacker)
		return evil
	}
	hidden := find(evil, "EncryptedAssertion")
	parent, at := hidden.Parent(), hidden.Index()
	parent.RemoveChild(hidden)
	plain := parseText(
		t, strings.ReplaceAll(string(reply{}.build(t)), testPerson, testAttacker),
	)
	assertion := find(plain, "Assertion")
	parent.InsertChildAt(
		at,
		encryption{}.element(t, []byte(written(t, withScope(assertion))), "saml"),
	)
	return evil
}

func withScope(el *etree.Element) *etree.Element {
	alone := el.Copy()
	addDeclarations(alone, namespacesInScope(el))
	return alone
}

func unsign(el *etree.Element) {
	for _, child := range el.ChildElements() {
		if child.Tag == "Signature" {
			el.RemoveChild(child)
		}
	}
}

// hideAll encrypts the outermost assertions.
func (b base) hideAll(t *testing.T, el *etree.Element) {
	t.Helper()
	for _, child := range el.ChildElements() {
		if child.Tag == "Assertion" {
			b.Encrypt.hide(t, child)
			continue
		}
		b.hideAll(t, child)
	}
}

// wrapping has the parts to put together. At the level of the assertion the
// original was taken out of root at a place; at that of the response it is root.
type wrapping struct {
	root, evil, original *etree.Element
	at                   int
}

func (w wrapping) place(all ...*etree.Element) {
	for i, el := range all {
		w.root.InsertChildAt(w.at+i, el)
	}
}

// within gives the element at a path of local names, made where it is missing.
func within(el *etree.Element, path ...string) *etree.Element {
	for _, tag := range path {
		var next *etree.Element
		for _, child := range el.ChildElements() {
			if child.Tag == tag {
				next = child
				break
			}
		}
		if next == nil {
			prefix := "saml:"
			switch tag {
			case "Signature", "Object", "KeyInfo", "SignatureValue", "SignedInfo",
				"Reference":
				next = el.CreateElement("ds:" + tag)
				next.CreateAttr("xmlns:ds", nsDSig)
			case "Extensions", "Status", "StatusDetail":
				prefix = "samlp:"
				fallthrough
			default:
				next = el.CreateElement(prefix + tag)
			}
		}
		el = next
	}
	return el
}

// unsignedParts are where a signature does not look: the signature itself is
// taken out before its digest is made.
func unsignedParts() map[string][]string {
	return map[string][]string{
		"signature":       {"Signature"},
		"object":          {"Signature", "Object"},
		"key-info":        {"Signature", "KeyInfo"},
		"signature-value": {"Signature", "SignatureValue"},
		"signed-info":     {"Signature", "SignedInfo"},
		"reference":       {"Signature", "SignedInfo", "Reference"},
	}
}

func assertionPlaces() map[string]func(wrapping) {
	all := map[string]func(wrapping){
		"XSW3-evil-before": func(w wrapping) { w.place(w.evil, w.original) },
		"XSW5-evil-after":  func(w wrapping) { w.place(w.original, w.evil) },
		"original-first": func(w wrapping) {
			w.evil.InsertChildAt(0, w.original)
			w.place(w.evil)
		},
		"evil-first": func(w wrapping) {
			w.original.InsertChildAt(0, w.evil)
			w.place(w.original)
		},
	}
	inEvil := map[string][]string{
		"XSW4-original-inside": {},
		"original-in-advice":   {"Advice"},
		"original-in-subject":  {"Subject"},
		"original-in-confirmation": {
			"Subject", "SubjectConfirmation", "SubjectConfirmationData",
		},
		"original-in-attribute": {"AttributeStatement", "Attribute", "AttributeValue"},
		"original-in-audience":  {"Conditions", "AudienceRestriction", "Audience"},
	}
	for name, path := range unsignedParts() {
		prefix := map[string]string{"signature": "XSW6-", "object": "XSW8-"}[name]
		inEvil[prefix+"original-in-"+name] = path
		all["evil-in-"+name] = func(w wrapping) {
			within(w.original, path...).AddChild(w.evil)
			w.place(w.original)
		}
	}
	for name, path := range inEvil {
		all[name] = func(w wrapping) {
			within(w.evil, path...).AddChild(w.original)
			w.place(w.evil)
		}
	}
	for name, path := range map[string][]string{
		"extensions":    {"Extensions"},
		"status":        {"Status"},
		"status-detail": {"Status", "StatusDetail"},
		"issuer":        {"Issuer"},
	} {
		prefix := map[string]string{"extensions": "XSW7-"}[name]
		all[prefix+"evil-in-"+name] = func(w wrapping) {
			w.place(w.original)
			within(w.root, path...).AddChild(w.evil)
		}
		all["original-in-"+name] = func(w wrapping) {
			w.place(w.evil)
			within(w.root, path...).AddChild(w.original)
		}
	}
	return all
}

func responsePlaces() map[string]func(wrapping) {
	all := map[string]func(wrapping){
		"XSW2-original-before-signature": func(w wrapping) {
			w.evil.InsertChildAt(0, w.original)
		},
		"original-last": func(w wrapping) {
			w.evil.AddChild(w.original)
		},
	}
	places := map[string][]string{
		"extensions":    {"Extensions"},
		"status":        {"Status"},
		"status-detail": {"Status", "StatusDetail"},
		"issuer":        {"Issuer"},
		"advice":        {"Assertion", "Advice"},
		"attribute": {
			"Assertion", "AttributeStatement", "Attribute", "AttributeValue",
		},
	}
	maps.Copy(places, unsignedParts())
	for name, path := range places {
		prefix := map[string]string{"signature": "XSW1-"}[name]
		all[prefix+"original-in-"+name] = func(w wrapping) {
			within(w.evil, path...).AddChild(w.original)
		}
		all["evil-in-"+name] = func(w wrapping) {
			within(w.original, path...).AddChild(w.evil)
		}
	}
	return all
}

// TestChangedMessages changes what was signed, or what is around it, in ways that are
// to make two readers read two things.
func TestChangedMessages(t *testing.T) {
	t.Parallel()
	vectors := 0
	for _, b := range bases() {
		p := setup{}.party(t)
		original := b.build(t)
		p.accept(t, original)
		for name, change := range defacements() {
			doc := change(string(original))
			if doc == string(original) {
				continue // nothing in it to change: what would be is encrypted
			}
			vectors++
			t.Run(fmt.Sprintf("%s/%s", b.name, name), func(t *testing.T) {
				t.Parallel()
				p.refuse(
					t, []byte(doc), "saml_signature_invalid", "saml_malformed",
					"saml_wrong_recipient", "login_state_expired",
					"saml_decryption_failed",
				)
			})
		}
	}
	if vectors < 150 {
		t.Errorf("%d vectors", vectors)
	}
	t.Logf("%d vectors", vectors)
}

func defacements() map[string]func(string) string {
	all := map[string]func(string) string{
		"entity": func(s string) string {
			return `<!DOCTYPE r [<!ENTITY a "` + testAttacker + `">]>` +
				strings.Replace(s, testPerson, "&a;", 1)
		},
		"entity-external": func(s string) string {
			return `<!DOCTYPE r SYSTEM "https://evil.example/d.dtd">` + s
		},
		"default-attribute": func(s string) string {
			return `<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID "_evil">]>` + s
		},
		"xinclude": func(s string) string {
			return strings.Replace(
				s, "<samlp:Status>",
				`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" xml:base="/"/><samlp:Status>`,
				1,
			)
		},
		"second-root": func(s string) string { return s + s },
		"c14n-void": func(s string) string {
			return strings.Replace(s, nsExcC14N, "urn:nothing", 1)
		},
		"c14n-relative": func(s string) string {
			return strings.Replace(
				s, `<saml:Assertion `,
				`<saml:Assertion xmlns:rel="relative" xmlns:x="" `, 1,
			)
		},
		"digest-comment": func(s string) string {
			return strings.Replace(
				s, `<ds:DigestValue>`, `<ds:DigestValue><!--AAAA-->`, 1,
			)
		},
		"digest-second": func(s string) string {
			return strings.Replace(s, `</ds:DigestValue>`, `</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>`, 1)
		},
		"reference-second": func(s string) string {
			return strings.Replace(
				s, `</ds:Reference>`, `</ds:Reference><ds:Reference URI="#_evil"/>`,
				1,
			)
		},
		"reference-nothing": func(s string) string {
			return strings.Replace(s, `URI="#_`, `URI="#_x`, 1)
		},
		"reference-empty": func(s string) string {
			return strings.Replace(s, `URI="#_assertion1"`, `URI=""`, 1)
		},
		"id-renamed": func(s string) string {
			return strings.Replace(s, ` ID="_`, ` Id="_`, 1)
		},
		"id-of-assertion": func(s string) string {
			return strings.Replace(s, `ID="_assertion1"`, `ID="_evil"`, 1)
		},
		"id-namespaced": func(s string) string {
			return strings.Replace(
				s, `ID="_assertion1"`, `saml:ID="_evil" ID="_assertion1"`, 1,
			)
		},
		"issuer-changed": func(s string) string {
			return strings.Replace(s, testIssuer, "https://evil.example", 1)
		},
		"acs-changed": func(s string) string {
			return strings.Replace(s, testACS, "https://evil.example", 1)
		},
		"request-changed": func(s string) string {
			return strings.Replace(s, testRequest, "_other", 1)
		},
		"prefix-rebound": func(s string) string {
			return strings.Replace(
				s, `<saml:NameID `, `<saml:NameID xmlns:saml="urn:x" `, 1,
			)
		},
		"default-rebound": func(s string) string {
			return strings.Replace(
				s, `<saml:Assertion `, `<saml:Assertion xmlns="`+nsAssertion+`" `, 1,
			) +
				"<!-- -->"
		},
		"root-rebound": func(s string) string {
			return strings.Replace(
				s, `xmlns:samlp="`+nsProtocol, `xmlns:samlp="urn:x`, 1,
			)
		},
		"assertion-rebound": func(s string) string {
			return strings.ReplaceAll(
				s, `xmlns:saml="`+nsAssertion, `xmlns:saml="urn:x`,
			)
		},
		"signature-rebound": func(s string) string {
			return strings.Replace(s, `xmlns:ds="`+nsDSig, `xmlns:ds="urn:x`, 1)
		},
		"foreign-name-id": func(s string) string {
			return strings.Replace(
				s, `<saml:NameID `,
				`<NameID xmlns="urn:x">`+testAttacker+`</NameID><saml:NameID `,
				1,
			)
		},
		"foreign-subject": func(s string) string {
			return strings.Replace(
				s, `<saml:Subject>`,
				`<saml:Subject><saml:NameID>`+testAttacker+
					`</saml:NameID></saml:Subject><saml:Subject>`,
				1,
			)
		},
		"foreign-assertion": func(s string) string {
			return strings.Replace(
				s, `</samlp:Response>`,
				`<x:Assertion xmlns:x="urn:x"/></samlp:Response>`, 1,
			)
		},
		"assertion-renamed": func(s string) string {
			return strings.ReplaceAll(s, `saml:Assertion`, `saml:assertion`)
		},
		"audience-widened": func(s string) string {
			return strings.Replace(
				s, `</saml:Audience>`,
				`</saml:Audience><saml:Audience>https://evil.example</saml:Audience>`,
				1,
			)
		},
		"attribute-renamed": func(s string) string {
			return strings.Replace(s, `Name="groups"`, `Name="email"`, 1)
		},
		"cipher-swapped": func(s string) string {
			return strings.Replace(s, `aes256-gcm`, `aes256-cbc`, 1)
		},
	}
	// What does not end a text for one reader ends it for another.
	for where, at := range map[string]string{
		"name-id":         testPerson,
		"issuer":          testIssuer + "</saml:Issuer><saml:Subject",
		"audience":        testEntityID + "</saml:Audience>",
		"attribute":       "engineering",
		"digest":          "</ds:DigestValue>",
		"signature-value": "</ds:SignatureValue>",
		"status":          "<samlp:StatusCode",
		"cipher":          "</xenc:CipherValue>",
	} {
		for kind, what := range map[string]string{
			"comment":     "<!-- -->",
			"instruction": "<?x?>",
			"cdata":       "<![CDATA[]]>",
			"element":     "<x/>",
			"nul":         "\x00",
			"entity":      "&x;",
		} {
			all[kind+"-in-"+where] = func(s string) string {
				return strings.Replace(s, at, what+at, 1)
			}
		}
	}
	delete(all, "element-in-status") // the schema forbids it, and no code reads it
	return all
}
