package structure

import (
	"go/ast"
	"go/types"

	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
)

// passedMutators reports methods of store.DB that change rows and are passed as
// functions to a package under web: it changes the store then, and its code does not
// show it.
func (m *Module) passedMutators() []findings.Finding {
	mutators, methods := m.mutators(), m.storeMethods()
	var found []findings.Finding
	for _, p := range m.Packages {
		for _, value := range p.passedToWeb() {
			method, ok := p.Info.Uses[value].(*types.Func)
			if ok && methods[method] && mutators[method.Name()] {
				found = append(found, m.finding(value.Pos(), ListWebChanges, p.Path+" "+method.Name(), 1,
					"%s passes %s of the store to a package under web: pass a service of sso",
					p.Path, method.Name()))
			}
		}
	}
	return sorted(found)
}

// passedToWeb returns the methods that the package passes as values to packages under
// web: in a literal of their types, to a field of them or to one of their functions.
func (p *Package) passedToWeb() (values []*ast.Ident) {
	pass := func(passed ...ast.Expr) {
		for _, e := range passed {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				e = pair.Value
			}
			if method, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
				values = append(values, method.Sel)
			}
		}
	}
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if named, ok := p.Info.TypeOf(n).(*types.Named); ok && inWeb(named.Obj()) {
					pass(n.Elts...)
				}
			case *ast.CallExpr:
				if inWeb(p.named(n.Fun)) {
					pass(n.Args...)
				}
			case *ast.AssignStmt:
				if len(n.Lhs) == len(n.Rhs) {
					for i := range n.Lhs {
						if inWeb(p.named(n.Lhs[i])) {
							pass(n.Rhs[i])
						}
					}
				}
			}
			return true
		})
	}
	return values
}

// named returns the object that an expression names, or nil.
func (p *Package) named(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		return p.Info.Uses[e.Sel]
	case *ast.Ident:
		return p.Info.Uses[e]
	}
	return nil
}

func inWeb(o types.Object) bool {
	return o != nil && o.Pkg() != nil && golist.Within(o.Pkg().Path(), golist.Module+"/web")
}
