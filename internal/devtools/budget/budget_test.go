package budget

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/devtools/golist"
)

// TestBudget is the check of this module.
func TestBudget(t *testing.T) {
	root, err := golist.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Check(root, Ours())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// TestBudgetCanFail plants one of everything that is to be found, and its
// neighbours that are fine.
func TestBudgetCanFail(t *testing.T) {
	limits := Limits{FileLines: 20, FunctionLines: 5, LongFunctions: 0.4, Complexity: 3, InterfaceMethod: 2}
	for _, c := range []struct {
		name, body string
		want       []string // nothing else may be found
	}{
		{"a long file", strings.Repeat("// line\n", 20), []string{"a.go:1: the file has 23 lines, more than 20"}},
		{"a wide interface", "type i interface { A(); B(); C() }\ntype j interface { k; D(); E() }\ntype k interface { A(); B() }", []string{"a.go:3: the interface has 3"}},
		{"an init function", "func init() {}\ntype t int\nfunc (t) init() {}", []string{"a.go:3: an init function"}},
		{
			"a tangled function", "func f(a, b, c bool) bool { if a && b || c { return a }; return b }\nfunc g(a, b bool) bool { return a && b || a }",
			[]string{"a.go:3: f has a cyclomatic complexity of 4"},
		},
		{
			"cases count, default does not",
			"func f(a int, c chan int) { switch a { case 1: case 2: default: }; select { case <-c: default: } }", []string{"a.go:3: f has a cyclomatic complexity of 4"},
		},
		{"one long function of two", "func f() {\n\n\n\n\n}\nfunc g() {}", []string{"a.go:3: too many functions are long; this is one: f"}},
		{"one long function of three", "func f() {\n\n\n\n\n}\nfunc g() {}\nfunc h() {}", nil},
		{"weak random numbers", "import \"math/rand/v2\"\nfunc f() int { return rand.Int() }", []string{"a.go:3: imports math/rand/v2"}},
		{"random waiting", "import \"math/rand/v2\" // how long to wait\nfunc f() int { return rand.Int() }", nil},
		{"no verification", "import \"crypto/tls\"\nfunc f() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }", []string{"a.go:4: InsecureSkipVerify"}},
		{"a bare nolint", "func f() { g() } //nolint\nfunc g() {} //nolint:errcheck // it cannot fail", []string{"a.go:3: a nolint names"}},
		{"a machine", "// see /" + "home/ada/notes\n// and https://example.com/home/page and /var/lib", []string{"a.go:3: names a path"}},
		{"no value", "var x int\nvar _ int", []string{"a.go:3: the package variable x has no value"}},
		{"a lock", "import \"sync\"\nvar mu = sync.Mutex{}", []string{"a.go:4: the package variable mu is made to change"}},
		{"exported", "import \"errors\"\nvar Table = map[int]int{}\nvar Names = [...]string{\"a\"}\nvar ErrX = errors.New(\"x\")", []string{"a.go:4: the package variable Table can be written"}},
		{
			"written to", "var a, b, c, d, e = 1, []int{1}, map[int]int{}, 1, struct{ x int }{1}\n" +
				"func f() { a = 2 }\nfunc g() { b[0]++ }\nfunc h() { delete(c, 1) }\nfunc i() *int { return &d }\nfunc j() { e.x = 1 }",
			[]string{"a.go:4: writes to the package variable a", "a.go:5: writes to the package variable b", "a.go:6: writes to the package variable c",
				"a.go:7: writes to the package variable d", "a.go:8: writes to the package variable e"},
		},
		{"only read, or another of that name", "var a = 1\nfunc f() int { a := a; a++; return a }\nfunc g(a int) { a = 2; _ = a }", nil},
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
	expect(t, dir, Ours(), []string{"empty:0: has no doc.go", "none:0: has no doc.go"})
	write(t, dir, "broken/a.go", "package {\n")
	if _, err := Check(dir, Ours()); err == nil {
		t.Error("a file that cannot be read was no error")
	}
}

func expect(t *testing.T, dir string, limits Limits, want []string) {
	t.Helper()
	findings, err := Check(dir, limits)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range findings {
		if i >= len(want) || !strings.HasPrefix(f.String(), want[i]) {
			t.Errorf("found %s", f)
		}
	}
	if len(findings) != len(want) {
		t.Errorf("found %d, wanted %q", len(findings), want)
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
