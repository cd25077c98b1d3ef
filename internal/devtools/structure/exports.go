package structure

import (
	"go/ast"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gatehouse/internal/devtools/findings"
)

// unusedExports reports exported names and methods that no other package uses;
// tests of other packages and external tests (package p_test) count as users.
// It ignores methods that an interface requires or a template may call, and
// types that are part of another export, unless they are interfaces.
func (m *Module) unusedExports() ([]findings.Finding, error) {
	templates, err := m.templateNames()
	if err != nil {
		return nil, err
	}
	u := &usage{
		module:    m,
		used:      map[types.Object]bool{},
		inTests:   map[string]bool{},
		required:  map[string]bool{},
		templates: templates,
	}
	u.collect()
	var found []findings.Finding
	for _, p := range m.Packages {
		if p.Types.Name() == "main" {
			continue
		}
		for _, object := range u.unused(p) {
			name := object.Name()
			if fn, ok := object.(*types.Func); ok {
				name = nameOf(fn)
			}
			found = append(found, m.finding(object.Pos(), ListExports, p.Types.Name()+"."+name, 1,
				"no other package uses %s: unexport or delete it", name))
		}
	}
	return sorted(found), nil
}

// usage records what packages use of each other.
type usage struct {
	module    *Module
	used      map[types.Object]bool // by another package
	inTests   map[string]bool       // import path and name, or only the name of a method
	required  map[string]bool       // names of methods that interfaces have
	templates map[string]bool       // names that follow a dot in a template
}

// implicit returns the methods that the standard library calls without an
// interface, or through fmt.
var implicit = [...]string{"As", "Is", "String", "Unwrap"}

func (u *usage) collect() {
	for _, name := range implicit {
		u.required[name] = true
	}
	seen := map[*types.Package]bool{}
	for _, p := range u.module.Packages {
		for _, object := range p.Info.Uses {
			if object.Pkg() != nil && object.Pkg() != p.Types {
				u.used[origin(object)] = true
			}
		}
		for _, t := range p.Info.Types {
			if i, ok := t.Type.(*types.Interface); ok {
				u.require(i)
			}
		}
		for _, imported := range p.Types.Imports() {
			u.interfaces(imported, seen)
		}
		for _, f := range p.Tests {
			u.test(f)
		}
	}
}

func origin(object types.Object) types.Object {
	if fn, ok := object.(*types.Func); ok {
		return fn.Origin()
	}
	return object
}

// interfaces records the methods of an imported package's interfaces.
func (u *usage) interfaces(p *types.Package, seen map[*types.Package]bool) {
	if seen[p] {
		return
	}
	seen[p] = true
	for _, name := range p.Scope().Names() {
		if t, ok := p.Scope().Lookup(name).(*types.TypeName); ok {
			if i, ok := t.Type().Underlying().(*types.Interface); ok {
				u.require(i)
			}
		}
	}
	for _, imported := range p.Imports() {
		u.interfaces(imported, seen)
	}
}

func (u *usage) require(i *types.Interface) {
	for method := range i.Methods() {
		u.required[method.Name()] = true
	}
}

// test records the names that a test file uses of other packages.
func (u *usage) test(f *ast.File) {
	imported := map[string]string{}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = path
	}
	ast.Inspect(f, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := selector.X.(*ast.Ident); ok && imported[id.Name] != "" {
			u.inTests[imported[id.Name]+"."+selector.Sel.Name] = true
			return true
		}
		u.inTests[methodIn(f.Name.Name, selector.Sel.Name)] = true
		return true
	})
}

// methodIn returns the key of a method that the tests of a package may call.
func methodIn(testPackage, name string) string {
	return "tests of " + testPackage + " call " + name
}

// methodInTests reports whether the tests of another package may call a method
// with this name.
func (u *usage) methodInTests(home *Package, name string) bool {
	for _, p := range u.module.Packages {
		if p != home && u.inTests[methodIn(p.Types.Name(), name)] ||
			u.inTests[methodIn(p.Types.Name()+"_test", name)] {
			return true
		}
	}
	return false
}

func (u *usage) unused(p *Package) []types.Object {
	var all []types.Object
	parts := partsOf(p.Types)
	for _, name := range p.Types.Scope().Names() {
		object := p.Types.Scope().Lookup(name)
		t, isType := object.(*types.TypeName)
		if isType {
			all = append(all, u.unusedMethods(p, t)...)
		}
		switch {
		case !object.Exported() ||
			u.used[object] ||
			u.inTests[p.Types.Path()+"."+name]:
		case isType && parts[object] && !types.IsInterface(t.Type()):
		case isValueOf(p, object):
		default:
			all = append(all, object)
		}
	}
	return all
}

// isValueOf reports whether an object is a constant of one of the package's
// types: a type is exported with all its values.
func isValueOf(p *Package, object types.Object) bool {
	if _, ok := object.(*types.Const); !ok {
		return false
	}
	named, ok := object.Type().(*types.Named)
	return ok && named.Obj().Pkg() == p.Types
}

func (u *usage) unusedMethods(p *Package, t *types.TypeName) []types.Object {
	named, ok := t.Type().(*types.Named)
	if !ok || types.IsInterface(named) {
		return nil
	}
	var all []types.Object
	for method := range named.Methods() {
		name := method.Name()
		if method.Exported() &&
			!u.used[method] &&
			!u.required[name] &&
			!u.templates[name] &&
			!u.methodInTests(p, name) {
			all = append(all, method)
		}
	}
	return all
}

// templateNames returns the names that templates of the module may call.
func (m *Module) templateNames() (map[string]bool, error) {
	names := map[string]bool{}
	called := regexp.MustCompile(`\.([A-Z]\w*)`)
	err := filepath.WalkDir(m.Root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil &&
			slices.Contains([]string{".git", "bin", "testdata", "var"}, entry.Name()) &&
			path != m.Root {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range called.FindAllSubmatch(text, -1) {
			names[string(match[1])] = true
		}
		return nil
	})
	return names, err
}
