package fold_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sso/fold"
)

func TestName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"sre":             "sre",
		"SRE":             "sre",
		" On  call\u00a0": "on call",
		"ѕrе":             "sre",
		"ＨＲ":              "hr",
		"s\u200bre":       "sre",
		"Straße":          "strasse",
		"":                "",
		" ":               "",
		"\xff":            "",
		"a-b_c/d.1":       "a-b_c/d.1",
		"oﬃce":            "office",
		"A\tB":            "a b",
		"a\vb\f":          "a b",
		"\x00A":           "\x00a",
		"a\r\nb":          "a b",
	} {
		if got := fold.Name(name); got != want {
			t.Errorf("%q folds to %q; want %q", name, got, want)
		}
	}
}

func TestNameProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.OneOf(
			rapid.Rune(), rapid.RuneFrom([]rune("aA ѕеНΗο\u200bﬁßᎠꭰ")),
		)).Draw(t, "name")
		if once, again := fold.Name(name), fold.Name(fold.Name(name)); once != again {
			t.Fatalf("%q folds to %q, that to %q", name, once, again)
		}
		if fold.Name(" "+name+"\t") != fold.Name(name) {
			t.Fatalf("space around %q counts", name)
		}
		if slices.ContainsFunc(strings.Fields(fold.Name(name)), func(s string) bool {
			return s == ""
		}) {
			t.Fatal("an empty word")
		}
	})
}

func BenchmarkName(b *testing.B) {
	for name, text := range map[string]string{
		"plain":    "app-engineering-platform",
		"capitals": "App Engineering Platform",
		"foreign":  "ѕrе",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				fold.Name(text)
			}
		})
	}
}
