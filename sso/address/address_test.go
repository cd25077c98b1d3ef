package address_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

func TestEmailAtInternationalizedDomain(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ada@bücher.example":          "ada@xn--bcher-kva.example",
		"ada@bu\u0308cher.example":    "ada@xn--bcher-kva.example", // decomposed, as macOS writes it
		"ada@BÜCHER.example":          "ada@xn--bcher-kva.example",
		"Ada.L+x@Bücher.Example":      "Ada.L+x@xn--bcher-kva.example",
		"ada@mail.bücher.example":     "ada@mail.xn--bcher-kva.example",
		"ada@straße.example":          "ada@xn--strae-oqa.example",
		"ada@例え.テスト":                  "ada@xn--r8jz45g.xn--zckzah",
		"ada@пример.испытание":        "ada@xn--e1afmkfd.xn--80akhbyknj4f",
		"ada@παράδειγμα.δοκιμή":       "ada@xn--hxajbheg2az3al.xn--jxalpdlp",
		"ada@مثال.إختبار":             "ada@xn--mgbh0fb.xn--kgbechtv",
		"ada@xn--bcher-kva.bücher.de": "ada@xn--bcher-kva.xn--bcher-kva.de",
		"ada@xn--bcher-kva.example":   "ada@xn--bcher-kva.example",
		"Ada@ACME.Example":            "Ada@ACME.Example", // kept as asserted
		"ada@東京tower.example":         "ada@xn--tower-w91hq39l.example",
	} {
		got, err := address.Email(typed)
		if err != nil || !strings.EqualFold(got, want) || !sso.ValidEmail(got) {
			t.Errorf("%q: got %q (%v); want %q", typed, got, err, want)
		}
	}
}

// TestEmailUnicodeTricks has what looks like an address, or becomes another one
// when it is normalised (CVE-2026-73420).
func TestEmailUnicodeTricks(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "@", "ada", "ada@", "@bücher.example", "a@b@bücher.example",
		"ada＠bücher.example", "ada@bücher.example＠acme.test",
		"ада@bücher.example", "ａda@acme.test", "jürgen@acme.test",
		"ada\u200b@acme.test", "ad\u00ada@acme.test",
		"ada@bücher\u200b.example", "ada@\u200bacme.test", "ada@ac\u212ae.test",
		"ada@bü\u212aer.example", "ada@acme.te\u017ft", "ada@\u017fso.test",
		"ada@ａcme.test", "ada@acme。test", "ada@bücher．example", "ada@℀.test",
		"ada@acme.test\u2100", "ada@\u2488.example",
		"ada@аcme.test", "ada@acmе.test", "ada@αcme.example", // Latin with a Cyrillic or Greek letter
		"ada@bü cher.example", "ada@bücher.example\n", "ada@bücher..example",
		"ada@.bücher.example", "ada@-bücher.example", "ada@bücher-.example",
		"ada@bücher", "ada@b\xfccher.example", "ada@bücher.example.",
		"ada@xn--zzzzzz99999.bücher.example", "ada@\u202ebücher.example",
		"ada@bücher.example,eve@evil.test", "<ada@bücher.example>",
		"ada@" + strings.Repeat("ü", 64) + ".example", "ada@fa\ufb01.example",
		"ada@İstanbul.example",
	} {
		if got, err := address.Email(bad); err == nil {
			t.Errorf("%q is taken for %q", bad, got)
		}
	}
}

func TestEmailNamesTheReason(t *testing.T) {
	t.Parallel()
	for bad, want := range map[string]string{
		"jürgen@acme.test":      "before the @",
		"ada@\u200bbücher.test": "after the @",
		"ada":                   "plain",
	} {
		if _, err := address.Email(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{
		"ada@bücher.example", "ada@xn--bcher-kva.example", "a@аcme.test", "a@℀.x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := address.Email(s)
		if err != nil {
			return
		}
		if again, err := address.Email(got); !sso.ValidEmail(got) ||
			err != nil ||
			again != got {
			t.Errorf("%q is %q, then %q (%v)", s, got, again, err)
		}
	})
}
