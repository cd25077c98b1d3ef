package saml

import (
	"runtime"
	"strings"
	"testing"

	"gatehouse/sso"
)

// hostileMetadata are documents as large as metadata may be, made to cost.
func hostileMetadata() map[string]string {
	size := metadataLimits().bytes - 4096
	fill := func(unit string) string {
		return strings.Repeat(unit, size/len(unit))
	}
	within := func(content string) string {
		return `<md:EntityDescriptor xmlns:md="` + nsMetadata +
			`" entityID="https://idp.example.com">` + content +
			`</md:EntityDescriptor>`
	}
	all := map[string]string{
		"entities that expand": `<!DOCTYPE a [<!ENTITY a "` +
			strings.Repeat("a", 90_000) +
			`"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` + within("&b;&b;&b;&b;"),
		"an entity of a file": `<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + within("&a;"),
		"deep": strings.Repeat("<x>", size/7) +
			strings.Repeat("</x>", size/7),
		"unclosed":       fill("<x>"),
		"one name":       "<" + fill("x") + "/>",
		"one text":       within(fill("a")),
		"references":     within(fill("&#x41;")),
		"comments":       within(fill("<!-- -->")),
		"attributes":     "<x " + manyPrefixed(size/40) + "/>",
		"space":          fill(" ") + "<x/>",
		"no text at all": fill("\xff"),
		"certificates": within(`<md:IDPSSODescriptor protocolSupportEnumeration="` +
			nsProtocol + `">` + fill(`<md:KeyDescriptor/>`) +
			`</md:IDPSSODescriptor>`),
	}
	for name, unit := range units() {
		all["units of "+name] = within(fill(unit))
	}
	return all
}

// TestHostileMetadata bounds what refusing metadata allocates, in all. Nothing of
// a document that is refused stays.
func TestHostileMetadata(t *testing.T) {
	for name, doc := range hostileMetadata() {
		if len(doc) > metadataLimits().bytes {
			t.Errorf("%s: %d bytes are too large to be read at all", name, len(doc))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseMetadata([]byte(doc))
		runtime.ReadMemStats(&after)
		if sso.KindOf(err) != sso.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 32<<20 {
			t.Errorf("%s: %.1f MB", name, float64(spent)/(1<<20))
		}
	}
}
