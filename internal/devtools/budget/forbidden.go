package budget

import (
	"bytes"
	"go/ast"
	"regexp"
	"strconv"
	"strings"

	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
)

// forbidden finds constructs that this module does not allow.
func (c *check) forbidden(f *File) {
	if f.Test {
		return
	}
	for _, spec := range f.Tree.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil &&
			golist.Within(path, "math/rand") &&
			spec.Comment == nil {
			c.find(
				f, spec,
				"imports %s, which can be guessed: use crypto/rand, or say beside it why guessing does no harm",
				path,
			)
		}
	}
	ast.Inspect(f.Tree, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "InsecureSkipVerify" {
			c.find(f, id, "InsecureSkipVerify accepts any certificate")
		}
		return true
	})
	for _, group := range f.Tree.Comments {
		for _, comment := range group.List {
			c.excuse(f, comment)
		}
	}
}

// nolint matches a comment that silences exactly one linter, with the reason.
var nolint = regexp.MustCompile(`^//nolint:[a-z]+ // \S`)

func (c *check) excuse(f *File, comment *ast.Comment) {
	if strings.HasPrefix(comment.Text, "//nolint") && !nolint.MatchString(comment.Text) {
		c.find(f, comment, "a nolint names one linter and gives a reason: //nolint:errcheck // the reason")
	}
}

// machinePath matches a path below a directory that exists on one machine only.
// A path of SCIM, such as /Users/ID, is none.
var machinePath = regexp.MustCompile(`(?m)(?:^|[^\w.:/~-])/(?:(?:work|root|home)/[\w.]|Users/[\w.]+/[\w.])`)

func (c *check) machinePaths(path string, text []byte) {
	if bytes.IndexByte(text, 0) >= 0 {
		return // not text
	}
	for _, at := range machinePath.FindAllIndex(text, -1) {
		line := 1 + bytes.Count(text[:at[1]], []byte("\n"))
		c.findings = append(c.findings, findings.Finding{
			File: path,
			Line: line,
			What: "names a path of one machine",
		})
	}
}
