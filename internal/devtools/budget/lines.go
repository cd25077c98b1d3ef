package budget

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"unicode/utf8"
)

// tab is the width of a tab in columns.
const tab = 4

// Counted is a count for the product, and one for tests and test kits.
type Counted struct{ Product, Tests int }

// WideLines counts the lines of Go that exceed the columns. Lines of a
// declaration with //nolint:lll and a reason are not counted.
func WideLines(s *Source, columns int) Counted {
	var n Counted
	for _, f := range s.Files() {
		excused := s.excusedLines(f)
		line := 0
		for text := range bytes.Lines(f.Text) {
			line++
			if width(text) <= columns || excused[line] {
				continue
			}
			if f.Test || f.Kit {
				n.Tests++
			} else {
				n.Product++
			}
		}
	}
	return n
}

func width(line []byte) int {
	line = bytes.TrimRight(line, "\r\n")
	return utf8.RuneCount(line) + (tab-1)*bytes.Count(line, []byte("\t"))
}

// excusedLines returns the lines of declarations that give a reason for wide
// lines.
func (s *Source) excusedLines(f *File) map[int]bool {
	excused := map[int]bool{}
	for _, d := range f.Tree.Decls {
		if says := docOf(d); says == nil || !strings.Contains(says.List[len(says.List)-1].Text, "nolint:lll //") {
			continue
		}
		for line := s.Set.Position(d.Pos()).Line; line <= s.Set.Position(d.End()).Line; line++ {
			excused[line] = true
		}
	}
	return excused
}

func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// assignments reports assignments with too many targets, and lines with more
// than one statement.
func (c *check) assignments(f *File) {
	ast.Inspect(f.Tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) > c.limits.Targets {
				c.excusable(
					f,
					n,
					listAssignments,
					c.source(f, n.Lhs[0].Pos(), n.Lhs[len(n.Lhs)-1].End()),
					1,
					fmt.Sprintf(
						"assigns to %d targets at once, more than %d", len(n.Lhs), c.limits.Targets,
					),
				)
			}
		case *ast.BlockStmt:
			c.oneEach(f, n.List)
		case *ast.CaseClause:
			c.oneEach(f, n.Body)
		case *ast.CommClause:
			c.oneEach(f, n.Body)
		}
		return true
	})
}

func (c *check) oneEach(f *File, statements []ast.Stmt) {
	for i := 1; i < len(statements); i++ {
		if c.line(statements[i]) == c.Set.Position(statements[i-1].End()).Line {
			c.excusable(
				f, statements[i], listAssignments,
				c.source(f, statements[i-1].Pos(), statements[i].End()), 1,
				"more than one statement stands on this line",
			)
		}
	}
}

// source returns the text between two positions on one line.
func (c *check) source(f *File, from, to token.Pos) string {
	text := f.Text[c.Set.Position(from).Offset:c.Set.Position(to).Offset]
	return strings.Join(strings.Fields(string(text)), " ")
}
