package devtools

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// place is one answer of the map in the architecture document: a file, and what
// it declares.
type place struct {
	file  string
	names []string
}

var (
	question = regexp.MustCompile(`(?m)^\d+\. ([^<\n]+\?)(?:<br>(.+))?$`)
	linked   = regexp.MustCompile(`^\[[^\]]+\]\(\.\./([^)]+)\)`)
	quoted   = regexp.MustCompile("`([^`]+)`")
)

// TestDocPlaces checks the answers to "Where is …" in docs/architecture.md: each
// question has one, each file exists and declares what the answer names.
func TestDocPlaces(t *testing.T) {
	_, section, found := strings.Cut(read(t, "docs/architecture.md"), "## Where is …\n")
	if !found {
		t.Fatal("docs/architecture.md has no such section")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for _, problem := range checkPlaces(root(t), section) {
		t.Error(problem)
	}
}

// checkPlaces returns what is wrong with the answers in a section; their files
// are relative to dir.
func checkPlaces(dir, section string) []string {
	var problems []string
	questions := question.FindAllStringSubmatch(section, -1)
	if len(questions) == 0 {
		return []string{"there is no question"}
	}
	for _, q := range questions {
		places := answers(q[2])
		if len(places) == 0 {
			problems = append(problems, q[1]+" has no answer")
		}
		for _, p := range places {
			if err := p.check(dir); err != nil {
				problems = append(problems, fmt.Sprint(q[1], " ", err))
			}
		}
	}
	return problems
}

// answers returns the places that the text after a question names.
func answers(text string) []place {
	var all []place
	for part := range strings.SplitSeq(text, "; ") {
		link := linked.FindStringSubmatch(part)
		if link == nil {
			continue
		}
		p := place{file: link[1]}
		for _, name := range quoted.FindAllStringSubmatch(part, -1) {
			p.names = append(p.names, name[1])
		}
		all = append(all, p)
	}
	return all
}

func (p place) check(dir string) error {
	file := filepath.Join(dir, filepath.FromSlash(p.file))
	if len(p.names) == 0 {
		_, err := os.Stat(file)
		return err
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, name := range p.names {
		if !slices.Contains(declared(f), name) {
			return fmt.Errorf("%s does not declare %s", p.file, name)
		}
	}
	return nil
}

// declared returns the names of a file's functions and types, and its methods as
// Type.Method.
func declared(f *ast.File) []string {
	var names []string
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			names = append(names, receiver(d)+d.Name.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok {
					names = append(names, s.Name.Name)
				}
			}
		}
	}
	return names
}

// receiver returns the type of a method with a dot behind it, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

// TestDocPlacesAreChecked tries answers that are right and answers that are not.
func TestDocPlacesAreChecked(t *testing.T) {
	dir := t.TempDir()
	source := "package p\n\ntype T struct{}\n\nfunc (t *T) Run() {}\n\nfunc start() {}\n"
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	for section, want := range map[string]string{
		"1. Where is it?<br>[p.go](../p.go): `T.Run`, `start`; [p.go](../p.go)\n": "",
		"1. Where is it?\n":                               "no answer",
		"1. Where is it?<br>in p.go\n":                    "no answer",
		"1. Where is it?<br>[q.go](../q.go)\n":            "q.go",
		"1. Where is it?<br>[p.go](../p.go): `Run`\n":     "does not declare Run",
		"1. Where?<br>[p.go](../p.go); [q.go](../q.go)\n": "q.go",
		"Nothing is asked.\n":                             "no question",
	} {
		got := strings.Join(checkPlaces(dir, section), "\n")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", section, got, want)
		}
	}
}
