package budget

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
)

// TestBudget checks this module.
func TestBudget(t *testing.T) {
	root, err := golist.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	source, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := findings.Load(findings.Dir(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, failure := range lists.Judge(Check(source, Ours()), Lists()...) {
		t.Error(failure)
	}
}

// TestBudgetCanFail tests that each check finds what it should and nothing next
// to it.
func TestBudgetCanFail(t *testing.T) {
	limits := Limits{
		Tokens:     60,
		Complexity: 3,
		Columns:    100,
		TestColumn: 110,
		Targets:    3,
		Duplicates: 0.4,
		Pronouns:   1,
	}
	for _, c := range []struct {
		name, body string
		want       []string // nothing else may be found
	}{
		{
			"a long function",
			"func f() {\n" + calls(14) + "\t// a comment\n}",
			[]string{"a.go:3: f has 62 tokens, more than 60"},
		},
		{"as many tokens as may be", "func f() {\n" + calls(13) + "\ta++\n}", nil},
		{
			"a wide line",
			"// " + strings.Repeat("x", 98),
			[]string{"1 lines are wider than 100"},
		},
		{
			"a wide line with tabs",
			"func f() {\n\tg(" + strings.Repeat("x", 94) + ")\n}",
			[]string{"1 lines are wider than 100"},
		},
		{"a line that just fits", "// " + strings.Repeat("é", 97), nil},
		{
			"a wide line with its reason",
			"//nolint:lll // a row each\nvar x = \"" + strings.Repeat("x", 98) +
				"\"",
			nil,
		},
		{
			"many targets",
			"func f() {\n\ta, b, c, d := g()\n\ta, b, c = g()\n}",
			[]string{"a.go:4: assigns to 4 targets at once"},
		},
		{
			"two statements on a line",
			"func f() { g(); h() }\nfunc i() { g() }",
			[]string{"a.go:3: more than one statement"},
		},
		{
			"pronouns",
			"// f is whoever it is.\nfunc f() {}\n\n// g is for Nobody.\nfunc g() {}",
			[]string{"2 comments say"},
		},
		{"a pronoun is allowed", "// f is whoever it is. Nobodies\nfunc f() {}", nil},
		{
			"a comment about another name",
			"// g adds.\nfunc f() {}\n\n// The t is a type.\ntype t int\n\n// A and b are values.\nvar a, b = 1, 2\n\n//go:noinline\nfunc h() {}",
			[]string{
				"a.go:4: the comment of f begins with \"g\"",
				"a.go:10: the comment of a begins with \"and\"",
			},
		},
		{
			"comments in a group",
			"// Values of several kinds.\nconst (\n\t// first is a remark\n\ta = 1\n\t// B is good.\n\tB = 2\n\t// Not good.\n\tC = 3\n)",
			[]string{"a.go:10: the comment of C begins"},
		},
		{
			"the same twice",
			"func f() {\n" + calls(13) + "}\nfunc h(a int) {\n" + calls(13) + "}",
			[]string{"54 tokens in functions repeat"},
		},
		{
			"tables that are the same",
			"func f() {\n\tg(t{" + strings.Repeat("1,\n", 20) +
				"})\n}\nfunc h() {\n\tg(t{" + strings.Repeat("1,\n", 20) + "})\n}",
			nil,
		},
		{
			"an init function",
			"func init() {}\ntype t int\nfunc (t) init() {}",
			[]string{"a.go:3: an init function"},
		},
		{
			"a tangled function",
			"func f(a, b, c bool) bool { \nif a && b || c { return a }\nreturn b }\nfunc g(a, b bool) bool { return a && b || a }",
			[]string{"a.go:3: f has a cyclomatic complexity of 4"},
		},
		{
			"cases count, default does not",
			"func f(a int, c chan int) { \nswitch a {\ncase 1:\ncase 2:\ndefault: }\nselect {\ncase <-c:\ndefault: } }",
			[]string{"a.go:3: f has a cyclomatic complexity of 4"},
		},
		{
			"weak random numbers",
			"import \"math/rand/v2\"\nfunc f() int { return rand.Int() }",
			[]string{"a.go:3: imports math/rand/v2"},
		},
		{"random waiting", "import \"math/rand/v2\" // how long to wait\nfunc f() int { return rand.Int() }", nil},
		{
			"no verification",
			"import \"crypto/tls\"\nfunc f() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }",
			[]string{"a.go:4: InsecureSkipVerify"},
		},
		{
			"a bare nolint",
			"func f() { g() } //nolint\nfunc g() {} //nolint:errcheck // it cannot fail",
			[]string{"a.go:3: a nolint names"},
		},
		{
			"a machine",
			"// see /" + "home/ada/notes\n// and https://example.com/home/page and /var/lib",
			[]string{"a.go:3: names a path"},
		},
		{
			"no value",
			"var x int\nvar _ int",
			[]string{"a.go:3: the package variable x has no value"},
		},
		{
			"a lock",
			"import \"sync\"\nvar mu = sync.Mutex{}",
			[]string{"a.go:4: the package variable mu is made to change"},
		},
		{
			"exported",
			"import \"errors\"\nvar Table = map[int]int{}\nvar Names = [...]string{\"a\"}\nvar ErrX = errors.New(\"x\")",
			[]string{"a.go:4: the exported package variable Table can be changed"},
		},
		{
			"written to",
			"var a, b, c, d, e = 1, []int{1}, map[int]int{}, 1, struct{ x int }{1}\n" +
				"func f() { a = 2 }\nfunc g() { b[0]++ }\nfunc h() { delete(c, 1) }\nfunc i() *int { return &d }\nfunc j() { e.x = 1 }",
			[]string{
				"a.go:4: writes to the package variable a",
				"a.go:5: writes to the package variable b",
				"a.go:6: writes to the package variable c",
				"a.go:7: writes to the package variable d",
				"a.go:8: writes to the package variable e",
			},
		},
		{
			"only read, or another of that name",
			"var a = 1\nfunc f() int {\na := a\na++\nreturn a }\nfunc g(a int) {\na = 2\n_ = a }",
			nil,
		},
		{"a file that is embedded", "import _ \"embed\"\n//go:embed doc.go\nvar text string", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "go.mod", "module tried\n")
			write(t, dir, "doc.go", "// Package tried is tried.\npackage tried\n")
			write(t, dir, "a.go", "package tried\n\n"+c.body+"\n")
			write(t, dir, "a_test.go", "package tried\n\nvar written = 1\n\nfunc init() { written = 2 }\n")
			expect(t, dir, limits, c.want)
		})
	}
}

func TestBudgetPackages(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "none/a.go", "package none\n")
	write(t, dir, "empty/doc.go", "package empty\n")
	write(t, dir, "tests/a_test.go", "package tests\n")
	write(t, dir, "tests/testdata/broken.go", "package {\n")
	write(t, dir, "var/x/a.go", "package {\n")
	expect(t, dir, Ours(), []string{
		"empty:0: has no doc.go", "none:0: has no doc.go",
	})
	write(t, dir, "broken/a.go", "package {\n")
	if _, err := Read(dir); err == nil {
		t.Error("a file that cannot be read was no error")
	}
}

// calls returns n statements of four tokens.
func calls(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "\tg(%d)\n", i)
	}
	return text.String()
}

func expect(t *testing.T, dir string, limits Limits, want []string) {
	t.Helper()
	source, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := Check(source, limits)
	for i, f := range found {
		if i >= len(want) || !strings.HasPrefix(f.String(), want[i]) {
			t.Errorf("found %s", f)
		}
	}
	if len(found) != len(want) {
		t.Errorf("found %d, wanted %q", len(found), want)
	}
}

func write(t *testing.T, dir, file, text string) {
	t.Helper()
	path := filepath.Join(dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
