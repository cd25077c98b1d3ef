package budget

import (
	"cmp"
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/internal/devtools/findings"
)

// Limits are the limits of a module's source.
type Limits struct {
	Tokens     int     // per function
	Complexity int     // cyclomatic, per function
	Columns    int     // per line
	TestColumn int     // per line of a test or a test kit
	Targets    int     // per assignment
	Duplicates float64 // share of the tokens in functions that are duplicates
	Pronouns   int     // pronouns in comments that stand for a role
}

// Ours returns the limits of this module.
func Ours() Limits {
	return Limits{
		Tokens:     400,
		Complexity: 15,
		Columns:    120,
		TestColumn: 140,
		Targets:    3,
		Duplicates: 0.01,
		Pronouns:   40,
	}
}

// The lists of exceptions.
const (
	listFunctions   = "functions"
	listAssignments = "assignments"
	listComments    = "comments"
)

// Lists returns the names of the lists that findings of this package refer to.
func Lists() []string {
	return []string{listFunctions, listAssignments, listComments, findings.Ceilings}
}

// check is one run over a module.
type check struct {
	*Source
	limits   Limits
	findings []findings.Finding
}

// Check returns all findings in the order of files and lines.
func Check(source *Source, limits Limits) []findings.Finding {
	c := &check{Source: source, limits: limits}
	for path, text := range source.Texts {
		c.machinePaths(path, text)
	}
	for dir, files := range source.Packages {
		c.documented(dir, files)
		c.variables(files)
	}
	for _, f := range source.Files() {
		c.machinePaths(f.Path, f.Text)
		c.functions(f)
		c.assignments(f)
		c.docComments(f)
		c.forbidden(f)
	}
	c.counts()
	slices.SortFunc(c.findings, func(a, b findings.Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	return c.findings
}

// counts adds the findings about the module as a whole.
func (c *check) counts() {
	lines := WideLines(c.Source, c.limits.Columns)
	inTests := WideLines(c.Source, c.limits.TestColumn)
	c.count(
		"wide lines",
		lines.Product,
		0,
		fmt.Sprintf("lines are wider than %d columns", c.limits.Columns),
	)
	c.count("wide lines in tests", inTests.Tests, 0,
		fmt.Sprintf("lines of tests are wider than %d columns", c.limits.TestColumn))
	c.count("pronouns", Pronouns(c.Source), c.limits.Pronouns,
		`comments say "whoever", "somebody", "nobody" or "anybody" where a role has a name`)
	all, duplicate := Duplicates(c.Source)
	if most := int(c.limits.Duplicates * float64(all)); duplicate > most {
		c.count(
			"duplicate tokens", duplicate, most, "tokens in functions repeat what stands elsewhere",
		)
	}
}

// count reports a number over its limit, which the list of ceilings may excuse.
func (c *check) count(key string, n, limit int, what string) {
	if n > limit {
		c.findings = append(c.findings, findings.Finding{
			What:   fmt.Sprintf("%d %s; the limit is %d", n, what, limit),
			List:   findings.Ceilings,
			Key:    key,
			Weight: n,
		})
	}
}

func (c *check) find(f *File, at ast.Node, format string, args ...any) {
	c.findings = append(c.findings, findings.Finding{
		File: f.Path,
		Line: c.line(at),
		What: fmt.Sprintf(format, args...),
	})
}

// excusable reports a finding that an entry of a list may excuse.
func (c *check) excusable(f *File, at ast.Node, list, key string, weight int, what string) {
	c.findings = append(c.findings, findings.Finding{
		File:   f.Path,
		Line:   c.line(at),
		What:   what,
		List:   list,
		Key:    key,
		Weight: weight,
	})
}

// documented requires a doc.go that says what a package is for. A package with
// tests only needs none.
func (c *check) documented(dir string, files []*File) {
	tests := true
	for _, f := range files {
		tests = tests && f.Test
		if filepath.Base(f.Path) == "doc.go" && f.Tree.Doc != nil {
			return
		}
	}
	if !tests {
		c.findings = append(c.findings, findings.Finding{
			File: dir,
			What: "has no doc.go that says what lives here and what must not",
		})
	}
}
