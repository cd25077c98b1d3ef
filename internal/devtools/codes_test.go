package devtools

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// notOurs lists directories whose codes users never see, and the catalogue, which
// does not show which codes are in use.
const notOurs = "sso/catalog e2e internal/demo internal/demo/demoidp internal/devtools store/storetest store/nodetest tools"

// collector finds error codes: values assigned to a field, a parameter, a variable or
// a constant named code.
type collector struct {
	takes map[string]int // index of the parameter code, by function or method
	codes map[string]bool
}

func errorCodes(root string) ([]string, error) {
	c := collector{takes: map[string]int{}, codes: map[string]bool{}}
	var files []*ast.File
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "testdata" ||
				slices.Contains(
					strings.Fields(notOurs), filepath.ToSlash(relative),
				) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" ||
			strings.HasSuffix(path, "_test.go") ||
			entry.Name() == "gallery.go" {
			return nil
		}
		f, err := parser.ParseFile(
			token.NewFileSet(), path, nil, parser.SkipObjectResolution,
		)
		files = append(files, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				c.learn(fn)
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, c.visit)
	}
	var all []string
	for code := range c.codes {
		all = append(all, code)
	}
	slices.Sort(all)
	return all, nil
}

// learn notes which parameter of a function is a code. It keeps methods and functions
// of the same name apart.
func (c *collector) learn(fn *ast.FuncDecl) {
	n := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if isText, ok := field.Type.(*ast.Ident); ok &&
				isText.Name == "string" &&
				name.Name == "code" {
				c.takes[callName(fn.Recv != nil, fn.Name.Name)] = n
			}
			n++
		}
	}
}

func callName(method bool, name string) string { return fmt.Sprint(method, name) }

func (c *collector) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			c.add(n.Value)
		}
	case *ast.CallExpr:
		c.call(n)
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) &&
				(strings.HasPrefix(strings.ToLower(name.Name), "code") ||
					name.Name == "invalid") {
				c.add(n.Values[i])
			}
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			if name, ok := to.(*ast.Ident); ok &&
				name.Name == "code" &&
				i < len(n.Rhs) {
				c.add(n.Rhs[i])
			}
		}
	}
	return true
}

func (c *collector) call(n *ast.CallExpr) {
	var names []string
	switch fn := n.Fun.(type) {
	case *ast.Ident:
		names = []string{callName(false, fn.Name)}
	case *ast.SelectorExpr: // a method, or a function of another package
		names = []string{callName(true, fn.Sel.Name)}
		if fn.Sel.IsExported() {
			names = append(names, callName(false, fn.Sel.Name))
		}
	}
	for _, name := range names {
		if i, ok := c.takes[name]; ok && i < len(n.Args) {
			c.add(n.Args[i])
		}
	}
}

func (c *collector) add(value ast.Expr) {
	switch value := value.(type) {
	case *ast.BasicLit:
		if code, err := strconv.Unquote(value.Value); err == nil &&
			value.Kind == token.STRING &&
			code != "" {
			c.codes[code] = true
		}
	case *ast.BinaryExpr: // the protocol and the problem
		if suffix, ok := value.Y.(*ast.BasicLit); ok && value.Op == token.ADD {
			if text, err := strconv.Unquote(suffix.Value); err == nil {
				c.codes["saml"+text], c.codes["oidc"+text] = true, true
			}
		}
	}
}

// TestDocErrorCodesAreFound tests that the collector finds every way to pass a code.
func TestDocErrorCodesAreFound(t *testing.T) {
	dir := t.TempDir()
	const source = `package tried
const codeA = "a"
const invalid = "b"
type e struct{ Code string }
func refuse(code, public string) e { return e{Code: code} }
func (e) put(n int, code string) {}
func other(name string) {}
func f(p string) {
	_ = e{Code: "c"}
	refuse("d", "not this")
	e{}.put(1, "e")
	other("nor this")
	put := func(string, string) {}
	put("nor", "that")
	code := p + "_f"
	code = "g"
	sso.NotFound(code, "")
	x.Refuse("h")
}
func Refuse(code string) {}
`
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := errorCodes(dir)
	if want := "a b c d e g h oidc_f saml_f"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

// comparedCodes returns where a code is compared with a literal.
func comparedCodes(root string) ([]string, error) {
	var found []string
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "testdata":
			return fs.SkipDir
		case entry.IsDir(), filepath.Ext(path) != ".go", strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if comparesCode(n) {
				found = append(found, files.Position(n.Pos()).String())
			}
			return true
		})
		return nil
	})
	return found, err
}

// comparesCode reports whether n is a comparison of a code with a literal, or a
// switch on a code with one.
func comparesCode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		return (n.Op == token.EQL || n.Op == token.NEQ) &&
			(isCode(n.X) && isText(n.Y) || isCode(n.Y) && isText(n.X))
	case *ast.SwitchStmt:
		return isCode(n.Tag) && slices.ContainsFunc(n.Body.List, func(s ast.Stmt) bool {
			clause, ok := s.(*ast.CaseClause)
			return ok && slices.ContainsFunc(clause.List, isText)
		})
	}
	return false
}

// isCode reports whether e is a field named Code or a call of CodeOf. A variable
// may hold the code of a protocol.
func isCode(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name == "Code"
	case *ast.CallExpr:
		fn, ok := e.Fun.(*ast.SelectorExpr)
		return ok && fn.Sel.Name == "CodeOf"
	}
	return false
}

// isText reports whether e is a literal text that is not empty.
func isText(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && literal.Kind == token.STRING && literal.Value != `""`
}

// TestArrowsCodesAreNamed tests that no code decides by the literal of an error
// code: a misspelt constant does not compile.
func TestArrowsCodesAreNamed(t *testing.T) {
	for _, product := range []string{"cmd", "sso", "saml", "oidc", "groupsync", "store", "web"} {
		found, err := comparedCodes(filepath.Join("..", "..", product))
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range found {
			if !strings.Contains(place, "storetest") {
				t.Errorf("%s: compare with a constant of sso, such as sso.CodeReplayed", place)
			}
		}
	}
}

// TestDocComparedCodesAreFound tests that every way to compare a code is found.
func TestDocComparedCodesAreFound(t *testing.T) {
	dir := t.TempDir()
	const source = `package tried
func f(err error, e sso.Error) bool {
	switch sso.CodeOf(err) {
	case "":
	case codeKnown, "a":
	}
	switch e.Code {
	case "":
	}
	code := sso.CodeOf(err)
	return code == "of a protocol" || "c" != e.Code || e.Code == "" || e.Code == codeKnown
}
`
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := comparedCodes(dir); err != nil || len(found) != 2 {
		t.Errorf("found %q (%v), want 2 places", found, err)
	}
}
