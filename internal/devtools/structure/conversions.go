package structure

import (
	"go/ast"
	"go/types"
)

// conversion is the use of a value of one type as another type.
type conversion struct{ from, to types.Type }

// conversions finds the values that a package uses as an interface: in calls,
// composite literals, assignments, declarations and results.
func (p *Package) conversions() []conversion {
	var all []conversion
	add := func(value ast.Expr, to types.Type) {
		from := p.Info.TypeOf(value)
		if from == nil ||
			to == nil ||
			types.Identical(from, to) ||
			!types.IsInterface(to) {
			return
		}
		all = append(all, conversion{from, to})
	}
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				p.arguments(n, add)
			case *ast.CompositeLit:
				p.elements(n, add)
			case *ast.AssignStmt:
				if len(n.Lhs) == len(n.Rhs) {
					for i, value := range n.Rhs {
						add(value, p.Info.TypeOf(n.Lhs[i]))
					}
				}
			case *ast.ValueSpec:
				for _, value := range n.Values {
					if n.Type != nil {
						add(value, p.Info.TypeOf(n.Type))
					}
				}
			case *ast.FuncDecl:
				p.results(n, add)
			}
			return true
		})
	}
	return all
}

func (p *Package) arguments(call *ast.CallExpr, add func(ast.Expr, types.Type)) {
	if kind := p.Info.Types[call.Fun]; kind.IsType() && len(call.Args) == 1 {
		add(call.Args[0], kind.Type)
		return
	}
	signature, ok := p.Info.TypeOf(call.Fun).(*types.Signature)
	if !ok {
		return
	}
	parameters := signature.Params()
	for i, argument := range call.Args {
		switch {
		case signature.Variadic() && i >= parameters.Len()-1:
			if slice, ok := parameters.At(parameters.Len() - 1).Type().(*types.Slice); ok {
				add(argument, slice.Elem())
			}
		case i < parameters.Len():
			add(argument, parameters.At(i).Type())
		}
	}
}

func (p *Package) elements(literal *ast.CompositeLit, add func(ast.Expr, types.Type)) {
	t := p.Info.TypeOf(literal)
	if t == nil {
		return
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for i, element := range literal.Elts {
			pair, keyed := element.(*ast.KeyValueExpr)
			if !keyed {
				add(element, t.Field(i).Type())
				continue
			}
			if key, ok := pair.Key.(*ast.Ident); ok && p.Info.Uses[key] != nil {
				add(pair.Value, p.Info.Uses[key].Type())
			}
		}
	case *types.Slice:
		for _, element := range literal.Elts {
			add(element, t.Elem())
		}
	case *types.Map:
		for _, element := range literal.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				add(pair.Value, t.Elem())
			}
		}
	}
}

// results returns the results that a function returns, without those of
// function literals in it.
func (p *Package) results(fn *ast.FuncDecl, add func(ast.Expr, types.Type)) {
	object, ok := p.Info.Defs[fn.Name].(*types.Func)
	if !ok || fn.Body == nil {
		return
	}
	results := object.Signature().Results()
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			for i, value := range n.Results {
				if len(n.Results) == results.Len() {
					add(value, results.At(i).Type())
				}
			}
		}
		return true
	})
}
