package saml

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// hostile are posts of some 350 kB, which is as much as a form lets through,
// made to cost. The first kind needs nothing; the second needs a signature of
// the identity provider, which anybody who can sign in has: it is good, only
// what it is said to be over is not.
func hostile(t testing.TB) map[string][]byte {
	t.Helper()
	const size = 255 << 10
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	numbered := func(format string, n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, format, i)
		}
		return s.String()
	}
	all := map[string][]byte{
		"deep":           []byte(strings.Repeat("<x>", size/7) + strings.Repeat("</x>", size/7)),
		"wide":           []byte("<x>" + fill("<y/>") + "</x>"),
		"text":           []byte("<x>" + fill("a") + "</x>"),
		"references":     []byte("<x>" + fill("&#x41;") + "</x>"),
		"value":          []byte(`<x y="` + fill("&amp;") + `"/>`),
		"attributes":     []byte("<x " + numbered(`a%d="" `, size/12) + "/>"),
		"namespaces":     []byte("<x " + numbered(`xmlns:a%d="u" `, size/18) + "/>"),
		"name":           []byte("<" + fill("x") + "/>"),
		"unclosed":       []byte(fill("<x>")),
		"comments":       []byte("<x>" + fill("<!-- -->") + "</x>"),
		"spaces":         []byte(fill(" ") + "<x/>"),
		"not-base64":     []byte(fill("\xff")),
		"many-ids":       []byte("<x>" + numbered(`<y ID="i%d"/>`, 4300) + "</x>"),
		"same-attribute": []byte("<x>" + strings.Repeat("<y "+manyPrefixed(46)+"/>", 250<<10/len("<y "+manyPrefixed(46)+"/>")) + "</x>"),
	}
	for name, what := range map[string]string{
		"references-many":  numbered(`<ds:Reference xmlns:ds="`+nsDSig+`" URI="#a%d"/>`, 2000),
		"transforms-many":  strings.Repeat(`<ds:Transform xmlns:ds="`+nsDSig+`" Algorithm="`+nsExcC14N+`"/>`, 2000),
		"signatures-many":  strings.Repeat(`<ds:Signature xmlns:ds="`+nsDSig+`"/>`, 2000),
		"assertions-many":  strings.Repeat(`<saml:Assertion/>`, 4000),
		"elements":         strings.Repeat(`<y/>`, 4200),
		"elements-spaced":  `<y ` + spaces(40) + `>` + strings.Repeat(`<y/>`, 4000) + `</y>`,
		"elements-nested":  strings.Repeat(strings.Repeat("<y>", 55)+strings.Repeat("</y>", 55), 25),
		"elements-scoped":  strings.Repeat(`<y `+spaces(40)+`/>`, 230),
		"attributes-many":  strings.Repeat("<y "+manyPrefixed(40)+"/>", 250),
		"attribute-chains": strings.Repeat("<y "+numbered(`a%d="&#10;" `, 60)+"/>", 250),
		"text-escaped":     `<y>` + strings.Repeat("&#13;", 50_000) + `</y>`,
		"ids":              numbered(`<y ID="i%d"/>`, 4200),
	} {
		for _, where := range []string{"</samlp:Status>", "</saml:Subject>"} {
			doc := string(reply{knobs: signing("assertion", "response")}.build(t))
			all["signed-"+name+"-at-"+strings.Trim(where, "</>")] = []byte(strings.Replace(doc, where, what+where, 1))
		}
	}
	// Inclusive canonicalization copies every subtree.
	for name, what := range map[string]string{
		"nested":            strings.Repeat(strings.Repeat("<y>", 55)+strings.Repeat("</y>", 55), 25),
		"nested-attributes": strings.Repeat("<y>", 55) + strings.Repeat("<y "+numbered(`a%d="" `, 60)+"/>", 400) + strings.Repeat("</y>", 55),
		"nested-text":       strings.Repeat("<y>", 55) + strings.Repeat("<y/>x", 800) + strings.Repeat("</y>", 55),
		"spaced":            `<y ` + spaces(40) + `>` + strings.Repeat(`<y/>`, 4000) + `</y>`,
	} {
		for _, uri := range []string{"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"} {
			doc := string(reply{knobs: knobs{Sign: []string{"response"}, Form: sigForm{C14N: uri}}}.build(t))
			all["inclusive-"+name+"-"+uri[len(uri)-5:]] = []byte(strings.Replace(doc, "</samlp:Status>", what+"</samlp:Status>", 1))
		}
	}
	// Every key is tried.
	for _, key := range []string{"attacker", "idp-p521"} {
		forged := string(reply{knobs: knobs{Sign: []string{"response"}, Form: sigForm{Key: key}}}.build(t))
		for name, what := range map[string]string{
			"elements":   strings.Repeat(`<y/>`, 4200),
			"attributes": strings.Repeat("<y "+numbered(`a%d="" `, 60)+"/>", 380),
			"text":       strings.Repeat("&lt;", 50_000),
		} {
			all["forged-"+name+"-"+key] = []byte(strings.Replace(forged, "</samlp:Status>", what+"</samlp:Status>", 1))
		}
	}
	all["encrypted-large"] = reply{knobs: encrypting(encryption{To: "attacker"}, "assertion"), before: []string{"engineering", strings.Repeat("x", 180_000)}}.build(t)
	all["encrypted-elements"] = reply{knobs: encrypting(encryption{}), before: []string{"engineering", "x</saml:AttributeValue>" + strings.Repeat("<saml:AttributeValue/>", 4000) + "<saml:AttributeValue>"}}.build(t)
	all["encrypted-keys"] = reply{knobs: encrypting(encryption{}, "assertion"), after: func(root *etree.Element) {
		key := find(root, "EncryptedKey")
		for range 200 {
			key.Parent().AddChild(key.Copy())
		}
	}}.build(t)
	return all
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

// TestHostile bounds what a refusal allocates, which does not depend on how busy
// the machine is: BenchmarkHostile tells the time.
func TestHostile(t *testing.T) {
	p := manyTrusted().party(t)
	p.accept(t, reply{knobs: signing("assertion")}.build(t))
	for name, doc := range hostile(t) {
		if len(doc) > messageLimits().bytes {
			t.Errorf("%s: %d bytes are too large to be read at all", name, len(doc))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p.refuse(t, doc, "saml_malformed", "saml_too_complex", "saml_signature_invalid", "saml_decryption_failed")
		runtime.ReadMemStats(&after)
		most := uint64(28 << 20) // in all; what is alive at one time is far less
		if strings.HasPrefix(name, "forged-") {
			most = 12 << 20
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > most {
			t.Errorf("%s: %.1f MB", name, float64(spent)/(1<<20))
		}
	}
	p.refuse(t, []byte(strings.Repeat("<x>", 400_000)), "saml_too_complex")
}
