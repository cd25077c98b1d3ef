package structure

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
)

// Module is every package of a module, type-checked without its tests.
type Module struct {
	Root     string
	Set      *token.FileSet
	Packages []*Package // each after those that it imports
}

// Package is one package of the module.
type Package struct {
	Path  string // without the path of the module
	Dir   string
	Files []*ast.File
	Types *types.Package
	Info  *types.Info
	Tests []*ast.File // parsed only
}

// Load loads the module in root, which must compile.
func Load(root string) (*Module, error) {
	listed, err := golist.Compiled(root)
	if err != nil {
		return nil, err
	}
	m := &Module{Root: root, Set: token.NewFileSet()}
	l := &loader{
		module:  m,
		checked: map[string]*types.Package{},
		exports: map[string]string{},
	}
	for _, p := range listed {
		l.exports[p.ImportPath] = p.Export
	}
	l.others = importer.ForCompiler(m.Set, "gc", l.export)
	for _, p := range listed {
		if !golist.Within(p.ImportPath, golist.Module) {
			continue
		}
		if err := l.load(p); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// loader is an importer that returns the packages checked so far.
type loader struct {
	module  *Module
	checked map[string]*types.Package
	exports map[string]string // files with export data, by import path
	others  types.Importer
}

func (l *loader) export(path string) (io.ReadCloser, error) { return os.Open(l.exports[path]) }

// Import returns a package of the module, or reads the export data of another
// package.
func (l *loader) Import(path string) (*types.Package, error) {
	if p, ok := l.checked[path]; ok {
		return p, nil
	}
	return l.others.Import(path)
}

func (l *loader) load(listed golist.CompiledPackage) error {
	p := &Package{
		Path: strings.TrimPrefix(listed.ImportPath, golist.Module+"/"),
		Dir:  listed.Dir,
		Info: &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Defs:       map[*ast.Ident]types.Object{},
			Uses:       map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
	}
	var err error
	if p.Files, err = l.parse(p.Dir, listed.GoFiles); err != nil {
		return err
	}
	if p.Tests, err = l.parse(p.Dir, slices.Concat(listed.TestGoFiles, listed.XTestGoFiles)); err != nil {
		return err
	}
	config := types.Config{Importer: l}
	if p.Types, err = config.Check(listed.ImportPath, l.module.Set, p.Files, p.Info); err != nil {
		return err
	}
	l.checked[listed.ImportPath] = p.Types
	l.module.Packages = append(l.module.Packages, p)
	return nil
}

func (l *loader) parse(dir string, names []string) ([]*ast.File, error) {
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(
			l.module.Set, filepath.Join(dir, name), nil, parser.SkipObjectResolution,
		)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// find returns the package with this path, or nil.
func (m *Module) find(path string) *Package {
	i := slices.IndexFunc(m.Packages, func(p *Package) bool { return p.Path == path })
	if i < 0 {
		return nil
	}
	return m.Packages[i]
}

// finding returns a finding at a position, which a list may excuse.
func (m *Module) finding(at token.Pos, list, key string, weight int, format string, args ...any) findings.Finding {
	position := m.Set.Position(at)
	file, err := filepath.Rel(m.Root, position.Filename)
	if err != nil {
		file = position.Filename
	}
	return findings.Finding{
		File:   file,
		Line:   position.Line,
		What:   fmt.Sprintf(format, args...),
		List:   list,
		Key:    key,
		Weight: weight,
	}
}

func sorted(found []findings.Finding) []findings.Finding {
	slices.SortFunc(found, func(a, b findings.Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Key, b.Key))
	})
	return found
}
