package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	xrv "github.com/mattermost/xml-roundtrip-validator"

	"gatehouse/sso"
)

// FuzzComplete: nothing panics, and what is accepted says what an untouched
// answer of that ID says. Besides what the fuzzer does to the document, a part
// of it is copied to another place, since that is how wrapping begins.
func FuzzComplete(f *testing.F) {
	p := setup{}.party(f)
	signed := map[string]sso.Assertion{}
	for _, b := range bases() {
		doc := b.build(f)
		a := p.accept(f, doc)
		signed[a.ResponseID] = a
		at := bytes.Index(doc, []byte("Assertion ID="))
		f.Add(doc, uint16(0), uint16(0), uint16(0))
		f.Add(
			doc, uint16(max(at-6, 0)), uint16(len(doc)-len("</samlp:Response>")),
			uint16(bytes.Index(doc, []byte("<samlp:Status>"))),
		)
	}
	for _, name := range []string{
		"okta", "entra", "signature-last",
		"inclusive-namespaces-of-the-assertion-only",
	} {
		doc, err := os.ReadFile(filepath.Join(
			"testdata", "good", name, "response.xml",
		))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc, uint16(0), uint16(0), uint16(0))
	}
	f.Fuzz(func(t *testing.T, doc []byte, from, to, at uint16) {
		if from < to && int(to) <= len(doc) && int(at) <= len(doc) {
			doc = append(append(bytes.Clone(doc[:at]), doc[from:to]...), doc[at:]...)
		}
		a, checks, err := p.complete(t, doc)
		if err != nil {
			if sso.KindOf(err) == sso.Internal {
				t.Fatalf("not an error that may be shown: %v", err)
			}
			if len(checks) == 0 || checks[len(checks)-1].OK {
				t.Fatalf("no failed check: %v", err)
			}
			return
		}
		if diff := cmp.Diff(signed[a.ResponseID], a); diff != "" {
			t.Fatalf("(-signed +accepted):\n%s", diff)
		}
	})
}

// FuzzScan: what the scan accepts, encoding/xml, etree and another validator
// accept as well; all see the same root, the same InResponseTo and the same IDs,
// and writing it out again changes nothing of that.
func FuzzScan(f *testing.F) {
	f.Add([]byte(testMessage))
	for _, seed := range []string{
		`<?xml version='1.0' encoding="UTF-8" standalone='yes'?><a:b xmlns:a="u" InResponseTo="x&#x79;" ID="q"><c a:d=''/>&lt;]]</a:b >`,
		`<a xml:lang="en" ID="a"><b id="a" xmlns="x"/></a>`,
		`<a xmlns=""><b xmlns="y">ÿ</b></a>`,
		"<a\tb\n=\r'c'/>\n",
		`<a b="'"/>`,
		`<a b='"&quot;&apos;&amp;'></a >`,
		`<!-- --><a/>`,
		`<a>&#x10ffff;</a>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		seen, err := scan(doc, messageLimits(), nil)
		if err != nil {
			var e *scanError
			if !errors.As(err, &e) || e.offset > len(doc) {
				t.Fatalf("%v", err)
			}
			return
		}
		if err := xrv.Validate(bytes.NewReader(doc)); err != nil {
			t.Fatalf("another validator: %v", err)
		}
		sameOutline(t, seen, decoded(t, doc))
		root, err := parse(doc, messageLimits())
		if err != nil {
			t.Fatalf("etree: %v", err)
		}
		if root.Tag != seen.tag || root.NamespaceURI() != seen.space {
			t.Fatalf("etree reads %s in %q", root.Tag, root.NamespaceURI())
		}
		sameOutline(t, seen, decoded(t, []byte(written(t, root))))
	})
}

func sameOutline(t *testing.T, ours, theirs outline) {
	t.Helper()
	// As written and as read differ where a reference stands in the attribute;
	// what is compared with an ID of ours never has one.
	if strings.ContainsAny(ours.inResponseTo, "&\t\r\n") {
		theirs.inResponseTo = ours.inResponseTo
	}
	// Hints and costs are of this scan alone.
	ours.confirmed, ours.encrypted, ours.work = "", false, 0
	if ours != theirs {
		t.Fatalf("we read %+v, encoding/xml %+v", ours, theirs)
	}
}

// decoded is the outline of a document according to encoding/xml.
func decoded(t *testing.T, doc []byte) outline {
	t.Helper()
	var out outline
	ids := map[string]bool{}
	d := xml.NewDecoder(bytes.NewReader(doc))
	for n := 0; ; {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("encoding/xml: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		n++
		if n == 1 {
			out.space, out.tag = start.Name.Space, start.Name.Local
		}
		here := 0
		for _, a := range start.Attr {
			if n == 1 && a.Name.Space == "" && a.Name.Local == "InResponseTo" {
				out.inResponseTo = a.Value
			}
			if a.Name.Space == "xmlns" || !strings.EqualFold(a.Name.Local, "id") {
				continue
			}
			here++
			out.duplicateID = out.duplicateID || ids[a.Value] || here > 1
			ids[a.Value] = true
		}
	}
}

// FuzzDecrypt: nothing panics, whatever is said to be encrypted and whatever
// comes out; authenticated encryption opens as what was sealed or not at all.
func FuzzDecrypt(f *testing.F) {
	const plain = `<saml:Assertion xmlns:saml="` + nsAssertion +
		`" ID="a"><saml:Issuer>x</saml:Issuer></saml:Assertion>`
	key := keyNamed(f, "sp").pair(f, "sp")
	trusted, err := newTrust(
		sso.Connection{Keys: []sso.KeyPair{key}}, sso.SAMLConfig{},
	)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range []encryption{
		{},
		{Data: "aes128-gcm"},
		{
			Data:      "aes192-gcm",
			Transport: "rsa-oaep",
			Digest:    nsEnc + "sha256",
			MGF:       "mgf1sha256",
		},
		{Data: "aes128-cbc"},
		{
			Data:  "aes256-cbc",
			Label: "x",
		},
		{Beside: true},
		{Ambiguous: true},
		{Transport: "rsa-1_5"},
		{Data: "tripledes-cbc"},
		{To: "attacker"},
		{
			Also:      []string{"attacker", "sp-old"},
			Retrieval: true,
		},
	} {
		f.Add([]byte(written(f, e.element(f, []byte(plain), "saml"))), []byte(plain))
	}
	f.Fuzz(func(t *testing.T, doc, inside []byte) {
		around := []etree.Attr{{Space: "xmlns", Key: "saml", Value: nsAssertion}}
		read := func(plain []byte) {
			if el, _, err := fragment(
				plain, around, "Assertion", messageLimits(),
			); err == nil && !hasName(el, nsAssertion, "Assertion") {
				t.Fatalf("%s passes for an assertion", plain)
			}
		}
		read(inside)
		if _, err := scan(doc, messageLimits(), nil); err != nil {
			return
		}
		el, err := parse(doc, messageLimits())
		if err != nil {
			t.Fatal(err)
		}
		e, err := readEncrypted(el, testEntityID)
		if err != nil {
			return
		}
		opened, err := e.open(trusted.keys, new(int))
		if err != nil {
			return
		}
		if !e.data.cbc && string(opened) != plain {
			t.Fatalf("opened as %q", opened)
		}
		read(opened)
	})
}
