package structure

import (
	"go/ast"
	"go/types"
	"slices"

	"gatehouse/internal/devtools/findings"
)

// step is a function that performs one step of a sign-in.
type step struct{ Package, Name string }

// steps returns the steps that may have one caller only, so that a sign-in and
// a test connection cannot disagree.
func steps() []step {
	return []step{
		{"sso/mapping", "Apply"},
		{"sso/policy", "SignIn.Check"},
		{"sso/policy", "Verification.Decide"},
		{"groupsync", "Plan"},
	}
}

// stepCallers reports the functions that call a step besides the first one.
// Tests and the step's own package are ignored.
func (m *Module) stepCallers(steps []step) []findings.Finding {
	var found []findings.Finding
	for _, step := range steps {
		callers := m.callers(step)
		if len(callers) == 0 {
			found = append(found, findings.Finding{
				What: step.Package + "." + step.Name + " does not exist or has no caller",
			})
		}
		if len(callers) > 1 {
			found = append(found, callers...)
		}
	}
	return sorted(found)
}

func (m *Module) callers(step step) []findings.Finding {
	home := m.find(step.Package)
	if home == nil {
		return nil
	}
	var found []findings.Finding
	var keys []string
	for _, p := range m.Packages {
		if p == home {
			continue
		}
		for _, f := range p.Files {
			for _, d := range f.Decls {
				ast.Inspect(d, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok ||
						p.Info.Uses[id] == nil ||
						!step.is(home, p.Info.Uses[id]) {
						return true
					}
					key := step.Package + "." + step.Name + " in " + declares(d)
					if slices.Contains(keys, p.Path+key) {
						return true
					}
					keys = append(keys, p.Path+key)
					found = append(found, m.finding(id.Pos(), ListCallers, key, 1,
						"%s calls %s.%s, which one place should", p.Path, step.Package, step.Name))
					return true
				})
			}
		}
	}
	return found
}

func (s step) is(home *Package, object types.Object) bool {
	fn, ok := object.(*types.Func)
	return ok && fn.Pkg() == home.Types && nameOf(fn) == s.Name
}

// nameOf returns the name of a function, prefixed by the type of its receiver.
func nameOf(fn *types.Func) string {
	receiver := fn.Signature().Recv()
	if receiver == nil {
		return fn.Name()
	}
	t := receiver.Type()
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name() + "." + fn.Name()
	}
	return fn.Name()
}

func declares(d ast.Decl) string {
	if fn, ok := d.(*ast.FuncDecl); ok {
		return fn.Name.Name
	}
	return "a declaration"
}
