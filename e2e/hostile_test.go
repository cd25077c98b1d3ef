package e2e

import (
	"encoding/base64"
	"net/url"
	"strings"
)

const samlProtocol = `xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"`

// hostileMessages are forms for an assertion consumer service. The largest are
// 350 kB as they are sent, the others just below what is let in.
func hostileMessages() map[string]url.Values {
	wrap := func(inner string) string {
		return `<p:Response ` + samlProtocol + ` ID="_x" Version="2.0">` + inner + `</p:Response>`
	}
	documents := map[string]string{
		"nested elements":   wrap(strings.Repeat("<a>", 24_000) + strings.Repeat("</a>", 24_000)),
		"many elements":     wrap(strings.Repeat("<a/>", 45_000)),
		"many attributes":   `<p:Response ` + samlProtocol + ` ` + attributes(12_000) + `/>`,
		"many namespaces":   wrap("<a " + namespaces(6_000) + "/>"),
		"entity expansion":  `<!DOCTYPE p [<!ENTITY a "` + strings.Repeat("a", 90_000) + `"><!ENTITY b "&a;&a;&a;&a;">]>` + wrap("&b;&b;&b;"),
		"external entity":   `<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + wrap("&a;"),
		"one long text":     wrap(strings.Repeat("a", 180_000)),
		"nothing but open":  strings.Repeat("<", 180_000),
		"not XML":           "hello",
		"no root":           "",
		"350 kB, elements":  wrap(strings.Repeat("<a/>", 65_000)),
		"350 kB, one text":  wrap(strings.Repeat("a", 260_000)),
		"350 kB, namespace": wrap("<a " + namespaces(10_000) + "/>"),
	}
	forms := map[string]url.Values{
		"not base64":           {"SAMLResponse": {"%%%"}},
		"no message":           {"RelayState": {"x"}},
		"an artifact":          {"SAMLart": {base64.StdEncoding.EncodeToString(make([]byte, 44))}},
		"two messages":         {"SAMLResponse": {"PGEvPg==", "PGIvPg=="}},
		"350 kB of RelayState": {"SAMLResponse": {"PGEvPg=="}, "RelayState": {strings.Repeat("r", 350_000)}},
	}
	for name, doc := range documents {
		forms[name] = url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte(doc))}}
	}
	return forms
}

func attributes(n int) string { return numbered(n, func(s string) string { return "a" + s + `="1" ` }) }

func namespaces(n int) string {
	return numbered(n, func(s string) string { return "xmlns:n" + s + `="urn:` + s + `" ` })
}

func numbered(n int, one func(string) string) string {
	const digits = "abcdefghijklmnopqrstuvwxyz"
	var b strings.Builder
	for i := range n {
		b.WriteString(one(string([]byte{digits[i/676%26], digits[i/26%26], digits[i%26]})))
	}
	return b.String()
}
