package saml

import (
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// hostile returns posts of some 2.8 MB, the limit of a form, that are made to
// be expensive. The first kind needs nothing; the second needs a signature of
// the identity provider, which every user has: it is good, but it does not
// cover what it claims to cover.
func hostile(t testing.TB) map[string][]byte {
	t.Helper()
	const size = 2040 << 10
	fill := func(unit string) string {
		return strings.Repeat(unit, size/len(unit))
	}
	numbered := func(format string, n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, format, i)
		}
		return s.String()
	}
	all := map[string][]byte{
		"deep": []byte(
			strings.Repeat("<x>", size/7) + strings.Repeat("</x>", size/7),
		),
		"wide":       []byte("<x>" + fill("<y/>") + "</x>"),
		"text":       []byte("<x>" + fill("a") + "</x>"),
		"references": []byte("<x>" + fill("&#x41;") + "</x>"),
		"value":      []byte(`<x y="` + fill("&amp;") + `"/>`),
		"attributes": []byte("<x " + numbered(`a%d="" `, size/12) + "/>"),
		"namespaces": []byte("<x " + numbered(`xmlns:a%d="u" `, size/18) + "/>"),
		"name":       []byte("<" + fill("x") + "/>"),
		"unclosed":   []byte(fill("<x>")),
		"comments":   []byte("<x>" + fill("<!-- -->") + "</x>"),
		"spaces":     []byte(fill(" ") + "<x/>"),
		"not-base64": []byte(fill("\xff")),
		"many-ids":   []byte("<x>" + numbered(`<y ID="i%d"/>`, 40_000) + "</x>"),
		"same-attribute": []byte("<x>" +
			strings.Repeat(
				"<y "+manyPrefixed(46)+"/>", size/len("<y "+manyPrefixed(46)+"/>"),
			) +
			"</x>"),
	}
	signed := string(reply{knobs: signing("assertion", "response")}.build(t))
	for name, unit := range units() {
		for _, where := range []string{"</samlp:Status>", "</saml:Subject>"} {
			all["signed-"+name+"-at-"+
				strings.Trim(where, "</>")] = atLimit(t, signed, where, unit)
		}
	}
	// Inclusive canonicalization copies every subtree.
	for _, uri := range []string{
		"http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
		"http://www.w3.org/2006/12/xml-c14n11",
	} {
		doc := string(
			reply{
				knobs: knobs{Sign: []string{"response"}, Form: sigForm{C14N: uri}},
			}.build(
				t,
			),
		)
		for name, unit := range units() {
			all["inclusive-"+name+"-"+
				uri[len(uri)-5:]] = atLimit(t, doc, "</samlp:Status>", unit)
		}
	}
	// Every key is tried.
	for _, key := range []string{"attacker", "idp-p521"} {
		forged := string(
			reply{
				knobs: knobs{Sign: []string{"response"}, Form: sigForm{Key: key}},
			}.build(
				t,
			),
		)
		for name, unit := range units() {
			all["forged-"+name+"-"+key] = atLimit(t, forged, "</samlp:Status>", unit)
		}
	}
	values := func(n int) string {
		return "x</saml:AttributeValue>" +
			strings.Repeat(`<saml:AttributeValue xmlns:xsi="urn:x" xsi:type="xs:string">x</saml:AttributeValue>`, n) +
			"<saml:AttributeValue>"
	}
	all["encrypted-large"] = reply{
		knobs:  encrypting(encryption{To: "attacker"}, "assertion"),
		before: []string{"engineering", strings.Repeat("x", 1_500_000)},
	}.build(t)
	all["encrypted-elements"] = reply{
		knobs:  encrypting(encryption{}),
		before: []string{"engineering", values(5000)},
	}.build(t)
	all["encrypted-elements-tampered"] = reply{
		knobs: encrypting(encryption{plain: func(s string) string {
			return strings.Replace(s, testPerson, testAttacker, 1)
		}}, "assertion"),
		before: []string{"engineering", values(5000)},
	}.build(t)
	all["encrypted-keys"] = reply{
		knobs: encrypting(encryption{}, "assertion"),
		after: func(root *etree.Element) {
			key := find(root, "EncryptedKey")
			for range 200 {
				key.Parent().AddChild(key.Copy())
			}
		},
	}.build(t)
	all["encrypted-keys-eight"] = reply{
		knobs: encrypting(encryption{
			To:   "attacker",
			Also: slices.Repeat([]string{"attacker"}, maxKeys-1),
		}, "assertion"),
		before: []string{"engineering", strings.Repeat("x", 1_400_000)},
	}.build(t)
	return all
}

// units are what a hostile message repeats, each costly in another way.
func units() map[string]string {
	numbered := func(format string, n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, format, i)
		}
		return s.String()
	}
	return map[string]string{
		"references": `<ds:Reference xmlns:ds="` + nsDSig + `" URI="#a"/>`,
		"signatures": `<ds:Signature xmlns:ds="` + nsDSig + `"/>`,
		"assertions": `<saml:Assertion/>`,
		"elements":   `<y/>`,
		"values":     `<saml:AttributeValue>x</saml:AttributeValue>`,
		"typed":      `<saml:AttributeValue xmlns:xsi="urn:x" xsi:type="xs:string">x</saml:AttributeValue>`,
		"nested":     strings.Repeat("<y>", 55) + strings.Repeat("</y>", 55),
		"nested-wide": strings.Repeat("<y>", 55) +
			strings.Repeat("<y/>x", 200) + strings.Repeat("</y>", 55),
		"scoped": `<y ` + spaces(40) + `/>`,
		"scoped-around": `<y ` + spaces(40) + `>` + strings.Repeat(`<y/>`, 500) +
			`</y>`,
		"attributes":       "<y " + manyPrefixed(31) + "/>",
		"attributes-plain": "<y " + numbered(`a%d="" `, 60) + "/>",
		"attributes-long": "<y " + numbered(`a%d="&#10;&lt;&amp;&quot;" `, 60) +
			"/>",
		"text-escaped": `<y>` + strings.Repeat("&#13;&lt;", 500) + `</y>`,
		"text-short":   `<y>&lt;</y>&gt;`,
	}
}

// atLimit puts unit before where as often as the scan lets through.
func atLimit(t testing.TB, doc, where, unit string) []byte {
	t.Helper()
	made := func(n int) []byte {
		return []byte(strings.Replace(doc, where, strings.Repeat(unit, n)+where, 1))
	}
	most := sort.Search(messageLimits().bytes/len(unit), func(n int) bool {
		_, err := scan(made(n+1), messageLimits(), nil)
		return err != nil
	})
	if most == 0 {
		t.Fatalf("%s does not fit even once", unit)
	}
	return made(most)
}

// manyPrefixed are attributes that are one but for their prefix, which makes
// every pair of them worth comparing.
func manyPrefixed(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, `xmlns:a%d="u%d" a%d:b="" `, i, i, i)
	}
	return s.String()
}

func spaces(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, `xmlns:a%d="urn:%d" `, i, i)
	}
	return s.String()
}

// manyTrusted is a connection with as many certificates as there may be.
func manyTrusted() setup {
	trusted := make([]string, 0, maxCertificates)
	for len(trusted) < maxCertificates/2 {
		trusted = append(trusted, "idp-next")
	}
	for len(trusted) < maxCertificates-1 {
		trusted = append(trusted, "idp-p256")
	}
	return setup{Trusted: append(trusted, "idp")}
}

// TestHostileMessagesAreBounded bounds what a refusal allocates, which does not depend on how busy
// the machine is: BenchmarkHostile tells the time.
func TestHostileMessagesAreBounded(t *testing.T) {
	p := manyTrusted().party(t)
	p.accept(t, reply{knobs: signing("assertion")}.build(t))
	for name, doc := range hostile(t) {
		if len(doc) > messageLimits().bytes {
			t.Errorf("%s: %d bytes are too large to be read at all", name, len(doc))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p.refuse(
			t, doc, "saml_malformed", "saml_too_complex", "saml_signature_invalid",
			"saml_decryption_failed",
		)
		runtime.ReadMemStats(&after)
		most := uint64(36 << 20) // in all; what is alive at one time is far less
		if strings.HasPrefix(name, "forged-") {
			most = 16 << 20
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > most {
			t.Errorf("%s: %.1f MB", name, float64(spent)/(1<<20))
		}
	}
	p.refuse(t, []byte(strings.Repeat("<x>", 1_400_000)), "saml_too_complex")
}
