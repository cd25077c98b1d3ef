package budget

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// pronoun matches a pronoun that stands for a role that has a name.
var pronoun = regexp.MustCompile(`(?i)\b(?:whoever|somebody|nobody|anybody)\b`)

var testName = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)`)

// Pronouns counts these pronouns in the comments of all Go files.
func Pronouns(s *Source) int {
	n := 0
	for _, f := range s.Files() {
		for _, group := range f.Tree.Comments {
			for _, comment := range group.List {
				n += len(pronoun.FindAllString(comment.Text, -1))
			}
		}
	}
	return n
}

// NamedPronouns counts the declared names, and the names of test cases, that
// contain one of these pronouns.
func NamedPronouns(s *Source) int {
	n := 0
	inName := regexp.MustCompile(`(?i)whoever|somebody|nobody|anybody`)
	for _, f := range s.Files() {
		for _, d := range f.Tree.Decls {
			for _, id := range declared(d) {
				n += len(inName.FindAllString(id.Name, -1))
			}
		}
	}
	return n
}

// declared returns the names that a top-level declaration declares.
func declared(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{d.Name}
	case *ast.GenDecl:
		var names []*ast.Ident
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name)
			case *ast.ValueSpec:
				names = append(names, spec.Names...)
			}
		}
		return names
	}
	return nil
}

// docComments requires a doc comment to begin with the name that it documents.
// The comment of a test may state the rule instead.
func (c *check) docComments(f *File) {
	for _, d := range f.Tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok &&
			f.Test &&
			testName.MatchString(fn.Name.Name) {
			continue
		}
		general, grouped := d.(*ast.GenDecl)
		if !grouped {
			c.begins(f, d, docOf(d), declared(d))
			continue
		}
		if general.Tok == token.IMPORT {
			continue
		}
		if !general.Lparen.IsValid() { // the comment of a group describes the whole group
			c.begins(f, d, general.Doc, declared(d))
			continue
		}
		for _, spec := range general.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				c.begins(f, spec, spec.Doc, []*ast.Ident{spec.Name})
			case *ast.ValueSpec:
				if f.Test || !spec.Names[0].IsExported() {
					continue // a remark is enough within a group
				}
				c.begins(f, spec, spec.Doc, spec.Names)
			}
		}
	}
}

// begins reports a comment whose first word, after an article, is none of the
// names.
func (c *check) begins(f *File, at ast.Node, doc *ast.CommentGroup, names []*ast.Ident) {
	if doc == nil || len(names) == 0 {
		return
	}
	words := strings.Fields(doc.Text())
	if len(words) > 1 && slices.Contains([]string{"A", "An", "The"}, words[0]) {
		words = words[1:]
	}
	if len(words) == 0 || words[0] == "Deprecated:" {
		return
	}
	first := strings.TrimRight(words[0], ",:;.")
	first = strings.TrimSuffix(strings.TrimSuffix(first, "'s"), "’s")
	for _, id := range names {
		if id.Name == first ||
			id.Name == "_" ||
			strings.HasPrefix(first, id.Name+".") {
			return
		}
	}
	if isName := unicode.IsLetter([]rune(first)[0]); isName {
		c.excusable(f, at, listComments, names[0].Name+": "+first, 1,
			fmt.Sprintf("the comment of %s begins with %q", names[0].Name, first))
	}
}
