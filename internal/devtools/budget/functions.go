package budget

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"strings"
)

// Function is a measured function declaration.
type Function struct {
	Name       string // prefixed by the receiver's type: T.f
	Tokens     int
	Complexity int
	decl       *ast.FuncDecl
}

// Functions measures the functions of a file.
func (f *File) Functions(set *token.FileSet) []Function {
	var all []Function
	for _, d := range f.Tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			from, to := set.Position(fn.Pos()).Offset, set.Position(fn.End()).Offset
			all = append(all, Function{
				Name:       name(fn),
				Tokens:     len(tokens(f.Text[from:to])),
				Complexity: complexity(fn),
				decl:       fn,
			})
		}
	}
	return all
}

func name(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	receiver := fn.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	if id, ok := receiver.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// lexeme is a token of the source with its text.
type lexeme struct {
	kind token.Token
	text string
}

// tokens returns the tokens of a piece of source without comments, semicolons
// inserted at the ends of lines, and the commas that end a list: spreading a
// function over lines does not make it larger.
func tokens(text []byte) []lexeme {
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile("", -1, len(text)), text, func(token.Position, string) {}, 0)
	var all []lexeme
	for {
		_, kind, literal := s.Scan()
		switch {
		case kind == token.EOF:
			return all
		case kind == token.SEMICOLON && literal != ";":
		default:
			if literal == "" {
				literal = kind.String()
			}
			if closes(kind) && len(all) > 0 && all[len(all)-1].kind == token.COMMA {
				all = all[:len(all)-1]
			}
			all = append(all, lexeme{kind, literal})
		}
	}
}

// closes reports whether a token ends a list.
func closes(kind token.Token) bool {
	return kind == token.RPAREN || kind == token.RBRACE || kind == token.RBRACK
}

// functions checks the functions of a file. Tests may be long: they are tables.
func (c *check) functions(f *File) {
	if f.Test {
		return
	}
	for _, fn := range f.Functions(c.Set) {
		if fn.Name == "init" {
			c.find(f, fn.decl, "an init function runs before main can say what it should do")
		}
		if fn.Tokens > c.limits.Tokens {
			c.excusable(f, fn.decl, listFunctions, fn.Name, fn.Tokens,
				fmt.Sprintf("%s has %d tokens, more than %d", fn.Name, fn.Tokens, c.limits.Tokens))
		}
		if fn.Complexity > c.limits.Complexity {
			short := fn.Name[strings.LastIndex(fn.Name, ".")+1:]
			c.find(
				f, fn.decl, "%s has a cyclomatic complexity of %d, more than %d",
				short, fn.Complexity, c.limits.Complexity,
			)
		}
	}
}

// complexity returns the cyclomatic complexity of a function: one, and one more
// for every branch.
func complexity(d *ast.FuncDecl) int {
	n := 1
	ast.Inspect(d, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if node.List != nil {
				n++
			}
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

// Code counts the lines of a file that contain code, and the tokens in them.
func (f *File) Code() (lines, all int) {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(f.Text))
	var s scanner.Scanner
	s.Init(file, f.Text, func(token.Position, string) {}, 0)
	last := 0
	for {
		at, kind, literal := s.Scan()
		if kind == token.EOF {
			return lines, all
		}
		if kind == token.SEMICOLON && literal != ";" {
			continue
		}
		all++
		first := file.Line(at)
		end := first + strings.Count(literal, "\n")
		lines += max(0, end-max(last, first-1))
		last = max(last, end)
	}
}
