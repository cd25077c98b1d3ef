package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"gatehouse/internal/devtools/golist"
	"gatehouse/internal/devtools/structure"
)

// said is a sentence that a page of a failure may show, as Go has it.
type said struct {
	at        token.Position
	packages  []string // the one that makes the error, and those of the calls that lead there
	functions []string // the same, with the functions: "sso.LoginExpired"
	code      string   // of the error; "" if it is not constant, or the sentence is of no error
	pattern   string   // "" if it is not constant
}

// What a field of a type is to a sentence.
const (
	itsSentence = "sentence"
	itsCode     = "code"
	itsKind     = "kind"
	itsValue    = "value"
)

// shown returns what a field of a type is to a sentence; "" for nothing.
func shown(of *types.Named, field string) string {
	if of == nil || of.Obj().Pkg() == nil {
		return ""
	}
	switch of.Obj().Pkg().Path() + "." + of.Obj().Name() {
	case golist.Module + "/sso.Error":
		return map[string]string{
			"Public": itsSentence,
			"Code":   itsCode,
			"Kind":   itsKind,
		}[field]
	case golist.Module + "/sso.Text":
		return map[string]string{"Pattern": itsSentence}[field]
	case golist.Module + "/sso.Values":
		return itsValue
	case golist.Module + "/web/route.Way", golist.Module + "/web/ui.Failure":
		return map[string]string{"Label": itsSentence}[field]
	}
	return ""
}

// sentences finds the sentences of a module.
type sentences struct {
	module  *structure.Module
	callers map[types.Object][]frame
	bodies  map[types.Object]frame
	assigns map[*ast.SelectorExpr]bool // fields that are assigned and not read

	found  []said
	values map[string]bool  // package and name of a value: "web/session host"
	read   []token.Position // where a pattern is read in place of the sentence
}

// frame is a function, or a declaration outside of one.
type frame struct {
	*structure.Package
	fn   *ast.FuncDecl
	call *ast.CallExpr // in fn, of the frame before; nil in the first frame
}

func (f frame) name() string {
	if f.fn == nil {
		return f.Path
	}
	return f.Path + "." + f.fn.Name.Name
}

// sentencesOf finds the sentences of a module. Where a function has the code or the
// sentence as a parameter, each of its calls has a sentence of its own.
func sentencesOf(m *structure.Module) *sentences {
	s := &sentences{
		module:  m,
		callers: map[types.Object][]frame{},
		bodies:  map[types.Object]frame{},
		assigns: map[*ast.SelectorExpr]bool{},
		values:  map[string]bool{},
	}
	s.each(s.note)
	s.each(s.collect)
	return s
}

func (s *sentences) each(visit func(frame, ast.Node)) {
	for _, p := range s.module.Packages {
		for _, file := range p.Files {
			for _, d := range file.Decls {
				fn, _ := d.(*ast.FuncDecl)
				f := frame{
					Package: p,
					fn:      fn,
				}
				ast.Inspect(d, func(n ast.Node) bool {
					visit(f, n)
					return true
				})
			}
		}
	}
}

// note remembers a function and its callers.
func (s *sentences) note(f frame, n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		s.bodies[f.Info.Defs[n.Name]] = f
	case *ast.CallExpr:
		if called := f.used(n.Fun); called != nil {
			f.call = n
			s.callers[called] = append(s.callers[called], f)
		}
	}
}

// used returns the object that an expression names; nil for none.
func (f frame) used(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		return f.Info.Uses[e.Sel]
	case *ast.Ident:
		return f.Info.Uses[e]
	}
	return nil
}

// collect finds the sentences of literals and those that are assigned, the names of values,
// and where a pattern is read in place of its sentence.
func (s *sentences) collect(f frame, n ast.Node) {
	switch n := n.(type) {
	case *ast.CompositeLit:
		s.literal(f, n)
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			to, ok := to.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			s.assigns[to] = true
			if shown(structOf(f.Info.TypeOf(to.X)), to.Sel.Name) == itsSentence && len(n.Lhs) == len(n.Rhs) {
				s.add([]frame{f}, nil, n.Rhs[i])
			}
		}
	case *ast.SelectorExpr:
		at := s.module.Set.Position(n.Pos())
		if n.Sel.Name == "Public" && shown(structOf(f.Info.TypeOf(n.X)), "Public") == itsSentence &&
			!s.assigns[n] && f.Path != "sso" && !strings.Contains(filepath.Base(at.Filename), "gallery") {
			s.read = append(s.read, at)
		}
	}
}

// literal finds the sentence of a literal. A visitor who is not signed in is sent to sign
// in and reads none.
func (s *sentences) literal(f frame, literal *ast.CompositeLit) {
	of := structOf(f.Info.TypeOf(literal))
	fields := map[string]ast.Expr{}
	for _, e := range literal.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return
		}
		if key, ok := pair.Key.(*ast.Ident); ok {
			fields[shown(of, key.Name)] = pair.Value
		}
		if name := f.Info.Types[pair.Key].Value; name != nil && shown(of, "") == itsValue {
			s.values[f.Path+" "+constant.StringVal(name)] = true
		}
	}
	kind := f.used(fields[itsKind])
	if fields[itsSentence] == nil || kind != nil && kind.Name() == "Unauthenticated" {
		return
	}
	s.add([]frame{f}, fields[itsCode], fields[itsSentence])
}

func structOf(t types.Type) *types.Named {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, _ := t.(*types.Named)
	return named
}

// deepest is how many calls may lead to a sentence.
const deepest = 5

// add adds the sentences that an expression in the first frame can be. way are the
// function of the expression and the calls that lead there.
func (s *sentences) add(way []frame, code, sentence ast.Expr) {
	codes, ofCode := s.constants(way, 0, code)
	patterns, ofPattern := s.constants(way, 0, sentence)
	if last := way[len(way)-1]; max(ofCode, ofPattern) == ofCallers && len(way) < deepest {
		for _, caller := range s.callers[last.Info.Defs[last.fn.Name]] {
			s.add(append(way[:len(way):len(way)], caller), code, sentence)
		}
		return
	}
	at := sentence.Pos()
	if last := way[len(way)-1]; last.call != nil {
		at = last.call.Pos()
	}
	found := said{at: s.module.Set.Position(at)}
	for _, f := range way {
		found.packages = append(found.packages, f.Path)
		found.functions = append(found.functions, f.name())
	}
	for _, found.code = range orNone(codes) {
		for _, found.pattern = range orNone(patterns) {
			s.found = append(s.found, found)
		}
	}
}

func orNone(texts []string) []string {
	if len(texts) == 0 {
		return []string{""}
	}
	return texts
}

// known is how much is known about the strings that an expression can be.
type known int

const (
	complete  known = iota
	ofCallers       // the callers know
	unknown
)

// constants returns the strings that an expression in way[i] can be. A string that is not
// known is "".
func (s *sentences) constants(way []frame, i int, e ast.Expr) ([]string, known) {
	if e == nil {
		return nil, complete
	}
	f := way[i]
	if v := f.Info.Types[e].Value; v != nil && v.Kind() == constant.String {
		return []string{constant.StringVal(v)}, complete
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		n := f.parameter(f.Info.Uses[e])
		switch {
		case n < 0:
			return s.assigned(way, i, f.Info.Uses[e])
		case i+1 == len(way):
			return nil, ofCallers
		case n < len(way[i+1].call.Args):
			return s.constants(way, i+1, way[i+1].call.Args[n])
		}
	case *ast.CallExpr:
		if len(e.Args) == 1 && f.Info.Types[e.Fun].IsType() {
			return s.constants(way, i, e.Args[0])
		}
		if called, ok := s.bodies[f.used(e.Fun)]; ok {
			return s.returned(called)
		}
	}
	return []string{""}, unknown
}

// parameter returns the index of a parameter of the function; -1 for another object.
func (f frame) parameter(o types.Object) int {
	if f.fn == nil || o == nil {
		return -1
	}
	signature, ok := f.Info.Defs[f.fn.Name].Type().(*types.Signature)
	for i := 0; ok && i < signature.Params().Len(); i++ {
		if signature.Params().At(i) == o {
			return i
		}
	}
	return -1
}

// assigned returns the strings that a variable of a function can have.
func (s *sentences) assigned(way []frame, i int, o types.Object) (found []string, all known) {
	f := way[i]
	if f.fn == nil || o == nil {
		return []string{""}, unknown
	}
	ast.Inspect(f.fn, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != len(a.Rhs) {
			return true
		}
		for k, to := range a.Lhs {
			if id, ok := to.(*ast.Ident); ok && (f.Info.Defs[id] == o || f.Info.Uses[id] == o) {
				texts, how := s.constants(way, i, a.Rhs[k])
				found, all = append(found, texts...), max(all, how)
			}
		}
		return true
	})
	if len(found) == 0 && all == complete {
		return []string{""}, unknown
	}
	return found, all
}

// returned returns the strings that a function without parameters of its own in them
// returns. Its "" stands for no sentence.
func (s *sentences) returned(f frame) (found []string, all known) {
	ast.Inspect(f.fn, func(n ast.Node) bool {
		r, ok := n.(*ast.ReturnStmt)
		if !ok || len(r.Results) != 1 {
			return true
		}
		texts, how := s.constants([]frame{f}, 0, r.Results[0])
		for _, text := range texts {
			if text != "" || how != complete {
				found = append(found, text)
			}
		}
		all = max(all, how)
		return true
	})
	if all == ofCallers {
		all = unknown
	}
	return found, all
}
