package budget

import (
	"go/ast"
	"hash/maphash"
)

// window is the number of equal tokens in a row that make a duplicate.
const window = 50

// Duplicates counts the tokens in function bodies outside tests, and those in a
// run of at least window tokens that occurs elsewhere too. Tables are not logic
// and are ignored: variable declarations, and composite literals in functions.
func Duplicates(s *Source) (all, duplicate int) {
	seed := maphash.MakeSeed()
	seen := map[uint64]bool{}
	for _, f := range s.Files() {
		if f.Test {
			continue
		}
		for _, d := range f.Tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			body := s.logic(f, fn.Body)
			all += len(body)
			duplicate += repeated(seed, seen, body)
		}
	}
	return all, duplicate
}

// logic returns the tokens of a body without its tables.
func (s *Source) logic(f *File, body *ast.BlockStmt) []string {
	var tables [][2]int
	ast.Inspect(body, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if ok && len(literal.Elts) > 0 {
			tables = append(tables, [2]int{
				s.Set.Position(literal.Lbrace).Offset + 1, s.Set.Position(literal.Rbrace).Offset,
			})
		}
		return !ok
	})
	var texts []string
	from := s.Set.Position(body.Pos()).Offset
	tables = append(tables, [2]int{s.Set.Position(body.End()).Offset})
	for _, table := range tables {
		for _, t := range tokens(f.Text[from:table[0]]) {
			texts = append(texts, t.text)
		}
		from = table[1]
	}
	return texts
}

// repeated counts the tokens in runs that occurred before, and adds the runs of
// this body.
func repeated(seed maphash.Seed, seen map[uint64]bool, body []string) int {
	n, covered := 0, 0
	for i := 0; i+window <= len(body); i++ {
		sum := maphash.Comparable(seed, [window]string(body[i:i+window]))
		if seen[sum] {
			n += i + window - max(i, covered)
			covered = i + window
		}
		seen[sum] = true
	}
	return n
}
