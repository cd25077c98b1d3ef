package budget

import (
	"go/ast"
	"go/token"
)

// sizes measures a file and what is in it. Tests may have long functions, being
// tables, but no long files.
func (c *check) sizes(f *file) {
	if f.lines > c.limits.FileLines {
		c.find(f, f.tree, "the file has %d lines, more than %d", f.lines, c.limits.FileLines)
	}
	if f.test {
		return
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			c.function(f, n)
		case *ast.InterfaceType:
			if has := methods(n); has > c.limits.InterfaceMethod {
				c.find(f, n, "the interface has %d methods, more than %d", has, c.limits.InterfaceMethod)
			}
		}
		return true
	})
}

func (c *check) function(f *file, d *ast.FuncDecl) {
	if d.Name.Name == "init" && d.Recv == nil {
		c.find(f, d, "an init function runs before anybody can say what it should do")
	}
	c.functions++
	if lines := c.set.Position(d.End()).Line - c.line(d) + 1; lines > c.limits.FunctionLines {
		c.long = append(c.long, Finding{f.path, c.line(d), "too many functions are long; this is one: " + d.Name.Name})
	}
	if n := complexity(d); n > c.limits.Complexity {
		c.find(f, d, "%s has a cyclomatic complexity of %d, more than %d", d.Name.Name, n, c.limits.Complexity)
	}
}

// methods counts those that an interface declares itself; what it embeds is
// counted where that is declared.
func methods(t *ast.InterfaceType) int {
	n := 0
	for _, m := range t.Methods.List {
		n += len(m.Names)
	}
	return n
}

// complexity is the number of ways through a function: one, and one more for
// every branch.
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
