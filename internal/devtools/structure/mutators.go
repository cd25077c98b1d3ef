package structure

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
)

// changing matches an SQL statement that changes rows.
var changing = regexp.MustCompile(`(?i)\b(?:insert\s+into|update\s+\w+\s+set|delete\s+from)\b`)

// mutators returns the names of the methods of store.DB that change rows: those
// that reach such a statement, through other functions of the store too.
func (m *Module) mutators() map[string]bool {
	changes := map[types.Object]bool{}
	refers := map[types.Object][]types.Object{} // what a function, variable or constant refers to
	for _, p := range m.Packages {
		if !golist.Within(p.Path, "store") {
			continue
		}
		for _, f := range p.Files {
			for _, d := range f.Decls {
				p.refersTo(d, changes, refers)
			}
		}
	}
	for grown := true; grown; {
		grown = false
		for object, others := range refers {
			for _, other := range others {
				if changes[other] && !changes[object] {
					changes[object], grown = true, true
				}
			}
		}
	}
	mutators := map[string]bool{}
	for method := range m.storeMethods() {
		if changes[method] {
			mutators[method.Name()] = true
		}
	}
	return mutators
}

// refersTo records what the objects of a declaration refer to, and whether it
// contains a statement that changes rows.
func (p *Package) refersTo(d ast.Decl, changes map[types.Object]bool, refers map[types.Object][]types.Object) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.objectRefersTo(p.Info.Defs[d.Name], d, changes, refers)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if values, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range values.Names {
					p.objectRefersTo(p.Info.Defs[id], spec, changes, refers)
				}
			}
		}
	}
}

func (p *Package) objectRefersTo(
	object types.Object,
	declaration ast.Node,
	changes map[types.Object]bool,
	refers map[types.Object][]types.Object,
) {
	ast.Inspect(declaration, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING && changing.MatchString(n.Value) {
				changes[object] = true
			}
		case *ast.Ident:
			if other := p.Info.Uses[n]; other != nil && other.Pkg() != nil {
				refers[object] = append(refers[object], other)
			}
		}
		return true
	})
}

// storeMethods returns the methods of *store.DB.
func (m *Module) storeMethods() map[*types.Func]bool {
	methods := map[*types.Func]bool{}
	db := m.db()
	if db == nil {
		return methods
	}
	set := types.NewMethodSet(db)
	for i := range set.Len() {
		if method, ok := set.At(i).Obj().(*types.Func); ok {
			methods[method] = true
		}
	}
	return methods
}

// db returns the type *store.DB, or nil.
func (m *Module) db() types.Type {
	store := m.find("store")
	if store == nil {
		return nil
	}
	object := store.Types.Scope().Lookup("DB")
	if object == nil {
		return nil
	}
	return types.NewPointer(object.Type())
}

// changesInWeb reports calls in packages under web of store methods that change
// rows: direct calls, and calls through an interface that a store.DB is passed
// as.
func (m *Module) changesInWeb() []findings.Finding {
	mutators := m.mutators()
	if len(mutators) == 0 {
		return []findings.Finding{{What: "no method of store.DB changes anything: the check has to be mended"}}
	}
	methods := m.storeMethods()
	for i := range m.passedStores() {
		for method := range i.Methods() {
			methods[method] = true
		}
	}
	var found []findings.Finding
	for _, p := range m.Packages {
		if !golist.Within(p.Path, "web") {
			continue
		}
		once := map[string]bool{}
		for id, object := range p.Info.Uses {
			method, ok := object.(*types.Func)
			if !ok ||
				!methods[method] ||
				!mutators[method.Name()] ||
				once[method.Name()] {
				continue
			}
			once[method.Name()] = true
			found = append(found, m.finding(id.Pos(), ListWebChanges, p.Path+" "+method.Name(), 1,
				"%s calls %s of the store, which changes something: a service in sso should", p.Path, method.Name()))
		}
	}
	return sorted(found)
}

// passedStores returns the interfaces that a *store.DB is passed as, directly
// or as one of the others.
func (m *Module) passedStores() map[*types.Interface]bool {
	db := m.db()
	passed := map[*types.Interface]bool{}
	var conversions []conversion
	for _, p := range m.Packages {
		conversions = append(conversions, p.conversions()...)
	}
	for grown := true; grown; {
		grown = false
		for _, c := range conversions {
			to, ok := c.to.Underlying().(*types.Interface)
			if !ok || passed[to] || to.NumMethods() == 0 {
				continue
			}
			from, _ := c.from.Underlying().(*types.Interface)
			if types.Identical(c.from, db) || from != nil && passed[from] {
				passed[to], grown = true, true
			}
		}
	}
	return passed
}
