package address_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso/address"
)

func TestURLHasAnASCIIHost(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"https://bücher.example":                      "https://xn--bcher-kva.example",
		"https://BÜCHER.example/":                     "https://xn--bcher-kva.example/",
		"https://bu\u0308cher.example/a":              "https://xn--bcher-kva.example/a",
		"https://sso.bücher.example:8443/saml?x=ü#ä":  "https://sso.xn--bcher-kva.example:8443/saml?x=ü#ä",
		"https://b%C3%BCcher.example/p%C3%BC":         "https://xn--bcher-kva.example/p%C3%BC",
		"https://例え.テスト/realms/a":                     "https://xn--r8jz45g.xn--zckzah/realms/a",
		"https://ada:x@bücher.example/":               "https://ada:x@xn--bcher-kva.example/",
		"https://straße.example?to=https://ü.example": "https://xn--strae-oqa.example?to=https://ü.example",
		"https://xn--bcher-kva.example/ü":             "https://xn--bcher-kva.example/ü",
		"https://Login.Example/A":                     "https://Login.Example/A",
		"https://[::1]:8443/":                         "https://[::1]:8443/",
		"https://ü@login.example/":                    "https://ü@login.example/",
		"bücher.example":                              "bücher.example", // no address: refused by who asks for one
		"":                                            "",
	} {
		got, err := address.URL(typed)
		if err != nil || got != want {
			t.Errorf("%q: got %q (%v); want %q", typed, got, err, want)
		}
	}
}

func TestURLUnicodeTricks(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"https://аcme.example/",
		"https://acmе.example",
		"https://bücher\u200b.example",
		"https://acme。example/",
		"https://ac\u212ae.example/",
		"https://１２７.0.0.1/",
		"https://①②⑦.0.0.1/",
		"https://℀.example",
		"https://b%FCcher.example/",
		"https://-bücher.example",
		"https://bücher..example",
		"https://" + strings.Repeat("ü", 64) + ".example/",
		"https://bücher.exa mple/",
		"https://\u202ebücher.example",
		"https://b%C3%BCcher%2fevil.example/",
		"https://bücher%zz.example/",
		"https://bü:cher.example:1/",
	} {
		if got, err := address.URL(bad); err == nil {
			t.Errorf("%q is taken for %q", bad, got)
		}
	}
}

func TestSameIssuer(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{
		{"https://bücher.example", "https://xn--bcher-kva.example/"},
		{"https://xn--bcher-kva.example/a", "https://Bücher.example/a"},
		{"https://a.example", "https://a.example/"},
	} {
		if !address.SameIssuer(same[0], same[1]) {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{"https://bücher.example/a", "https://xn--bcher-kva.example/A"},
		{"https://bucher.example", "https://bücher.example"},
		{"https://аcme.example", "https://аcme.example"}, // no host: Latin with a Cyrillic letter
		{"https://a.example", "http://a.example"},
	} {
		if address.SameIssuer(other[0], other[1]) {
			t.Errorf("%q and %q are the same", other[0], other[1])
		}
	}
}

func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"https://bücher.example:1/ü", "https://a@b%C3%BC.example",
		"https://[::1%ü]/", "//ü", "a://b://ü",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := address.URL(s)
		if err != nil {
			return
		}
		if again, err := address.URL(got); err != nil || again != got {
			t.Errorf("%q is %q, then %q (%v)", s, got, again, err)
		}
		u, err := url.Parse(got)
		if err != nil ||
			u.Host == "" ||
			u.Scheme == "" ||
			strings.HasPrefix(u.Host, "[") {
			return
		}
		if strings.ContainsFunc(u.Hostname(), func(r rune) bool {
			return r >= 0x80
		}) {
			t.Errorf("%q still has a host that is not ASCII: %q", s, u.Hostname())
		}
	})
}
