package budget

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits are what the source may come to.
type Limits struct {
	FileLines       int
	FunctionLines   int
	LongFunctions   float64 // share of functions that may be longer than that
	Complexity      int     // cyclomatic, of one function
	InterfaceMethod int     // how many an interface may have
}

// Ours are the limits of this module.
func Ours() Limits {
	return Limits{FileLines: 400, FunctionLines: 60, LongFunctions: 0.02, Complexity: 15, InterfaceMethod: 8}
}

// Finding is one thing that is over budget or out of place.
type Finding struct {
	File string // relative to the module
	Line int
	What string
}

func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What) }

// file is a Go file that was read.
type file struct {
	path  string // relative to the module
	test  bool
	lines int
	tree  *ast.File
}

// check is one reading of a module.
type check struct {
	root      string
	limits    Limits
	set       *token.FileSet
	packages  map[string][]*file // by directory
	functions int
	long      []Finding
	findings  []Finding
}

// Check reads every file of the module in root, and returns what is not as it
// should be, in the order of files and lines.
func Check(root string, limits Limits) ([]Finding, error) {
	c := &check{root: root, limits: limits, set: token.NewFileSet(), packages: map[string][]*file{}}
	if err := filepath.WalkDir(root, c.visit); err != nil {
		return nil, err
	}
	for dir, files := range c.packages {
		c.documented(dir, files)
		c.variables(files)
		for _, f := range files {
			c.sizes(f)
			c.forbidden(f)
		}
	}
	if float64(len(c.long)) > c.limits.LongFunctions*float64(c.functions) {
		c.findings = append(c.findings, c.long...)
	}
	slices.SortFunc(c.findings, func(a, b Finding) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return c.findings, nil
}

// visit reads one file, or says which directories are not the module's.
func (c *check) visit(path string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(c.root, path)
	if err != nil {
		return err
	}
	if entry.IsDir() {
		if slices.Contains([]string{".git", "var", "bin"}, relative) {
			return fs.SkipDir
		}
		return nil
	}
	if !entry.Type().IsRegular() || relative == ".git" { // a file in a linked worktree
		return nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // somebody is working here
	}
	if err != nil {
		return err
	}
	c.machinePaths(relative, text)
	if !strings.HasSuffix(relative, ".go") || strings.Contains(filepath.ToSlash("/"+relative), "/testdata/") {
		return nil
	}
	return c.parse(relative, text)
}

func (c *check) parse(path string, text []byte) error {
	tree, err := parser.ParseFile(c.set, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	c.packages[dir] = append(c.packages[dir], &file{
		path: path, test: strings.HasSuffix(path, "_test.go"), lines: bytes.Count(text, []byte("\n")), tree: tree,
	})
	return nil
}

func (c *check) find(f *file, at ast.Node, format string, args ...any) {
	c.findings = append(c.findings, Finding{f.path, c.line(at), fmt.Sprintf(format, args...)})
}

func (c *check) line(at ast.Node) int { return c.set.Position(at.Pos()).Line }

// documented wants a doc.go that says what a package is for. A package of tests
// alone needs none.
func (c *check) documented(dir string, files []*file) {
	tests := true
	for _, f := range files {
		tests = tests && f.test
		if filepath.Base(f.path) == "doc.go" && f.tree.Doc != nil {
			return
		}
	}
	if !tests {
		c.findings = append(c.findings, Finding{dir, 0, "has no doc.go that says what lives here and what must not"})
	}
}
