package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// texts are the texts of a repository.
type texts struct {
	needed []string        // on ordinary pages, in the order of occurrence
	plural map[string]bool // those of needed that are about a number of things
	used   map[string]bool // all texts of templates, and all strings of Go
	wrong  []string        // calls that fail
}

// ordinary are the directories with pages and mail in every language.
func ordinary() []string {
	return []string{"web/ui", "web/signin", "web/account", "web/forwardauth", "internal/mail/templates"}
}

// scan reads the templates of pages and mail, and the strings of all packages that these
// show: errors of the store reach them too.
func scan(root string) (*texts, error) {
	t := &texts{
		plural: map[string]bool{},
		used:   map[string]bool{},
	}
	for _, top := range []string{"internal/words", "internal/mail", "sso", "store", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return filepath.SkipDir
			case strings.HasSuffix(path, "_test.go"):
				return nil
			case strings.HasSuffix(path, ".go"):
				return t.source(path)
			case strings.HasSuffix(path, ".html"), top == "internal/mail" && strings.HasSuffix(path, ".txt"):
				return t.template(root, path)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", top, err)
		}
	}
	return t, nil
}

// source notes every string of a Go file: which of them reach a page is not known.
func (t *texts) source(path string) error {
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				t.used[text] = true
			}
		}
		return true
	})
	return nil
}

// template notes the texts of a template.
func (t *texts) template(root, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	all := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(data), "", "", all); err != nil {
		return err
	}
	all[name] = tree
	c := calls{texts: t, file: name, needed: slices.Contains(ordinary(), filepath.ToSlash(filepath.Dir(name)))}
	for _, define := range ordered(all) {
		c.walk(define.Root)
	}
	return nil
}

// ordered returns the templates of a file in the order of their text.
func ordered(all map[string]*parse.Tree) (trees []*parse.Tree) {
	for _, tree := range all {
		if tree.Root != nil {
			trees = append(trees, tree)
		}
	}
	slices.SortFunc(trees, func(a, b *parse.Tree) int { return int(a.Root.Pos - b.Root.Pos) })
	return trees
}

// calls are those of t and n in one file.
type calls struct {
	*texts
	file   string
	needed bool
}

func (c calls) walk(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			c.walk(child)
		}
	case *parse.ActionNode:
		c.walk(n.Pipe)
	case *parse.TemplateNode:
		c.walk(n.Pipe)
	case *parse.IfNode:
		c.branch(&n.BranchNode)
	case *parse.RangeNode:
		c.branch(&n.BranchNode)
	case *parse.WithNode:
		c.branch(&n.BranchNode)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, cmd := range n.Cmds {
			c.command(cmd.Args)
		}
	}
}

func (c calls) branch(n *parse.BranchNode) {
	c.walk(n.Pipe)
	c.walk(n.List)
	c.walk(n.ElseList)
}

// command notes the text of a call. Its values are checked where the text is a literal.
func (c calls) command(args []parse.Node) {
	for _, a := range args {
		c.walk(a) // calls in parentheses
	}
	id, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return
	}
	switch {
	case id.Ident == "t" && len(args) > 1:
		if text, ok := literal(args[1]); ok {
			c.note(text, text, args[2:], false)
		}
	case id.Ident == "n" && len(args) > 3:
		one, ok := literal(args[2])
		other, both := literal(args[3])
		if ok && both {
			c.note(one, other, args[4:], true)
		}
	}
}

func (c calls) note(text, other string, pairs []parse.Node, plural bool) {
	c.used[text] = true
	if c.needed && !slices.Contains(c.texts.needed, text) {
		c.texts.needed = append(c.texts.needed, text)
		c.plural[text] = plural
	}
	given := []string{}
	if plural {
		given = append(given, "n")
	}
	for i := 0; i < len(pairs); i += 2 {
		name, _ := literal(pairs[i])
		given = append(given, name)
	}
	slices.Sort(given)
	for _, form := range []string{text, other} {
		if named := names(form); !slices.Equal(named, given) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: %q is given the values %v", c.file, form, given))
			return
		}
	}
}

var placeholder = regexp.MustCompile(`\{([A-Za-z0-9]+)\}`)

// names returns the names of the values of a text, sorted.
func names(text string) []string {
	found := []string{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// literal returns a string of a template.
func literal(n parse.Node) (string, bool) {
	s, ok := n.(*parse.StringNode)
	if !ok {
		return "", false
	}
	return s.Text, true
}
