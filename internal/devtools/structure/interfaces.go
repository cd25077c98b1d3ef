package structure

import (
	"fmt"
	"go/ast"
	"go/types"

	"gatehouse/internal/devtools/findings"
)

// methodSets reports the interfaces that require more methods than limit,
// embedded ones included.
func (m *Module) methodSets(limit int) []findings.Finding {
	var found []findings.Finding
	for _, p := range m.Packages {
		for _, f := range p.Files {
			names := map[ast.Expr]string{}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.TypeSpec:
					names[n.Type] = n.Name.Name
				case *ast.InterfaceType:
					if has := methods(p.Info.TypeOf(n)); has > limit {
						found = append(
							found,
							m.finding(n.Pos(), ListMethodSets, p.Types.Name()+"."+names[n], has,
								"the interface %s requires %d methods, more than %d", names[n], has, limit),
						)
					}
				}
				return true
			})
		}
	}
	return sorted(found)
}

func methods(t types.Type) int {
	if i, ok := t.(*types.Interface); ok {
		return i.NumMethods()
	}
	return 0
}

// Exports counts the exported names of a package.
func (p *Package) Exports() int {
	n := 0
	for _, name := range p.Types.Scope().Names() {
		if ast.IsExported(name) {
			n++
		}
	}
	return n
}

// exportsOfKit reports the number of names that web/ui exports if it exceeds
// limit.
func (m *Module) exportsOfKit(limit int) []findings.Finding {
	kit := m.Kit()
	if kit == nil {
		return []findings.Finding{{What: "web/ui does not exist"}}
	}
	n := kit.Exports()
	if n <= limit {
		return nil
	}
	return []findings.Finding{{
		What:   fmt.Sprintf("%s exports %d names, more than %d", kit.Path, n, limit),
		List:   listKit,
		Key:    "exports",
		Weight: n,
	}}
}

// Kit is the path of the package that all pages are built with.
func (m *Module) Kit() *Package {
	if kit := m.find("web/ui"); kit != nil {
		return kit
	}
	return m.find("web/page")
}
