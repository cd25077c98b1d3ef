package budget

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// variables finds package variables that may change: without a value, of a type
// from sync or atomic, exported and neither an error nor an array, or written
// to in the package.
func (c *check) variables(files []*File) {
	var trees []*ast.File
	declared := map[string]*File{}
	for _, f := range files {
		if f.Test {
			continue
		}
		trees = append(trees, f.Tree)
		for _, d := range f.Tree.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, s := range g.Specs {
					c.variable(f, g, s.(*ast.ValueSpec))
				}
			}
		}
		declared[f.Path] = f
	}
	if len(trees) == 0 {
		return
	}
	// Imports are not resolved: only the package's own declarations matter.
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Error: func(error) {}, Importer: nothing{}}
	pkg, _ := conf.Check(trees[0].Name.Name, c.Set, trees, info) // its errors are about imports
	for _, tree := range trees {
		f := declared[c.Set.Position(tree.Pos()).Filename]
		ast.Inspect(tree, func(n ast.Node) bool {
			for _, target := range written(n) {
				id := root(target)
				if v, ok := info.Uses[id].(*types.Var); ok && v.Parent() == pkg.Scope() {
					c.find(f, id, "writes to the package variable %s", id.Name)
				}
			}
			return true
		})
	}
}

func (c *check) variable(f *File, g *ast.GenDecl, s *ast.ValueSpec) {
	embedded := g.Doc != nil && strings.Contains(g.Doc.List[len(g.Doc.List)-1].Text, "go:embed")
	for i, name := range s.Names {
		var value ast.Expr
		if i < len(s.Values) {
			value = s.Values[i]
		}
		switch {
		case name.Name == "_" || embedded:
		case value == nil && len(s.Values) == 0:
			c.find(f, name, "the package variable %s has no value yet, so it is meant to change", name.Name)
		case madeToChange(s.Type) || madeToChange(typeOf(value)):
			c.find(f, name, "the package variable %s is made to change", name.Name)
		case name.IsExported() &&
			!strings.HasPrefix(name.Name, "Err") &&
			!isArray(typeOf(value)):
			c.find(f, name, "the exported package variable %s can be changed by other packages", name.Name)
		}
	}
}

// typeOf returns the type of a composite literal, nil for another expression.
func typeOf(value ast.Expr) ast.Expr {
	if ref, ok := value.(*ast.UnaryExpr); ok {
		value = ref.X
	}
	if literal, ok := value.(*ast.CompositeLit); ok {
		return literal.Type
	}
	return nil
}

func isArray(t ast.Expr) bool {
	array, ok := t.(*ast.ArrayType)
	return ok && array.Len != nil
}

func madeToChange(t ast.Expr) bool {
	selector, ok := t.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && (pkg.Name == "sync" || pkg.Name == "atomic")
}

// written returns what a node writes to, or passes on in a way that permits a write.
func written(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return n.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		return []ast.Expr{n.Key, n.Value}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok &&
			(f.Name == "delete" || f.Name == "clear" || f.Name == "copy") &&
			len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// root returns the variable that an expression is a part of, or nil.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// nothing is an importer that returns empty packages.
type nothing struct{}

func (nothing) Import(importPath string) (*types.Package, error) {
	pkg := types.NewPackage(importPath, path.Base(importPath))
	pkg.MarkComplete()
	return pkg, nil
}
