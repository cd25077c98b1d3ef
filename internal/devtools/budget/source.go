package budget

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/internal/devtools/golist"
)

// Source is every Go file of a module, parsed.
type Source struct {
	Root     string
	Set      *token.FileSet
	Packages map[string][]*File // by directory, relative to Root
	Texts    map[string][]byte  // all other files
}

// File is one Go file.
type File struct {
	Path string // relative to the module
	Test bool   // its name ends in _test.go
	Kit  bool   // in a package for tests only
	Text []byte
	Tree *ast.File
}

// kits returns the packages that only tests import.
var kits = [...]string{"e2e", "internal/testkit", "store/storetest", "store/nodetest"}

// Read parses the module in root.
func Read(root string) (*Source, error) {
	s := &Source{
		Root:     root,
		Set:      token.NewFileSet(),
		Packages: map[string][]*File{},
		Texts:    map[string][]byte{},
	}
	return s, filepath.WalkDir(root, s.visit)
}

// visit reads one file, and skips directories that are not part of the module.
func (s *Source) visit(path string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(s.Root, path)
	if err != nil {
		return err
	}
	relative = filepath.ToSlash(relative)
	if entry.IsDir() {
		if slices.Contains([]string{".git", "var", "bin"}, relative) {
			return fs.SkipDir
		}
		return nil
	}
	if !entry.Type().IsRegular() || relative == ".git" { // .git is a file in a linked worktree
		return nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	if !strings.HasSuffix(relative, ".go") || strings.Contains("/"+relative, "/testdata/") {
		s.Texts[relative] = text
		return nil
	}
	return s.parse(relative, text)
}

func (s *Source) parse(path string, text []byte) error {
	tree, err := parser.ParseFile(
		s.Set, path, text, parser.ParseComments|parser.SkipObjectResolution,
	)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	s.Packages[dir] = append(s.Packages[dir], &File{
		Path: path,
		Test: strings.HasSuffix(path, "_test.go"),
		Kit: slices.ContainsFunc(kits[:], func(kit string) bool {
			return golist.Within(dir, kit)
		}),
		Text: text,
		Tree: tree,
	})
	return nil
}

// Files returns all Go files, sorted by path.
func (s *Source) Files() []*File {
	var all []*File
	for _, files := range s.Packages {
		all = append(all, files...)
	}
	slices.SortFunc(all, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return all
}

func (s *Source) line(at ast.Node) int { return s.Set.Position(at.Pos()).Line }
