package structure

import "go/types"

// parts returns the types that the exports of a package consist of.
type parts struct {
	named   map[types.Object]bool
	visited map[types.Type]bool
}

func partsOf(p *types.Package) map[types.Object]bool {
	all := parts{named: map[types.Object]bool{}, visited: map[types.Type]bool{}}
	for _, name := range p.Scope().Names() {
		object := p.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		if t, ok := object.(*types.TypeName); ok {
			all.declared(t.Type())
		} else {
			all.visit(object.Type())
		}
	}
	return all.named
}

// declared visits the types that a type consists of, but not the type itself.
func (p parts) declared(t types.Type) {
	p.visit(t.Underlying())
	named, ok := t.(*types.Named)
	if !ok {
		return
	}
	for method := range named.Methods() {
		if method.Exported() {
			p.visit(method.Type())
		}
	}
}

func (p parts) visit(t types.Type) {
	if p.visited[t] {
		return
	}
	p.visited[t] = true
	switch t := t.(type) {
	case *types.Named:
		p.named[t.Obj()] = true
		for argument := range t.TypeArgs().Types() {
			p.visit(argument)
		}
	case *types.Alias:
		p.visit(types.Unalias(t))
	case *types.Map:
		p.visit(t.Key())
		p.visit(t.Elem())
	case interface{ Elem() types.Type }: // a pointer, a slice, an array or a channel
		p.visit(t.Elem())
	case *types.Signature:
		p.tuple(t.Params())
		p.tuple(t.Results())
	case *types.Struct:
		for field := range t.Fields() {
			if field.Exported() {
				p.visit(field.Type())
			}
		}
	case *types.Interface:
		for method := range t.Methods() {
			p.visit(method.Type())
		}
	}
}

func (p parts) tuple(t *types.Tuple) {
	for v := range t.Variables() {
		p.visit(v.Type())
	}
}
