package devtools

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/devtools/golist"
)

// counted matches a spelled-out number of things in the code, which the next
// change may make wrong. Two, and digits, are allowed: they are usually meant
// as such, or limits.
var counted = regexp.MustCompile(`(?i)\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|` +
	`(?:twen|thir|for|fif|six|seven|eigh|nine)ty)(?: [a-z-]+)? (?:kinds|scripts|pages|settings|commands|packages|migrations|states|` +
	`surfaces|presets|products|templates|endpoints|tables|documents|decisions|tests|benchmarks|error codes|fuzz targets)\b`)

// TestDocCounts tests that no document, and no comment outside tests, counts
// things in the code. Decisions and the list of published flaws are exempt:
// they are dated records.
func TestDocCounts(t *testing.T) {
	for _, file := range documents(t) {
		if golist.Within(filepath.ToSlash(file), "docs/decisions") ||
			file == filepath.Join("docs", "regressions.md") {
			continue
		}
		for _, found := range counts(read(t, file)) {
			t.Errorf("%s counts %q: leave the number out", file, found)
		}
	}
	packages, err := golist.Packages(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(
				token.NewFileSet(), file, nil,
				parser.ParseComments|parser.SkipObjectResolution,
			)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range counts(comments(f)) {
				t.Errorf("%s counts %q: leave the number out", file, found)
			}
		}
	}
}

func comments(f *ast.File) string {
	var all strings.Builder
	for _, group := range f.Comments {
		all.WriteString(group.Text())
		all.WriteString("\n\n")
	}
	return all.String()
}

// counts returns the counts in a text, whose lines may be wrapped anywhere.
func counts(text string) []string {
	return counted.FindAllString(
		regexp.MustCompile(`[ \n]+`).ReplaceAllString(text, " "), -1,
	)
}

// TestDocCountsAreFound tests what is recognised as a count.
func TestDocCountsAreFound(t *testing.T) {
	text := "The nine\nkinds of error, two databases, three small scripts, 3 codes an hour, " +
		"five wrong codes, Forty error codes, thirty minutes, four pages"
	want := []string{
		"nine kinds", "three small scripts", "Forty error codes", "four pages",
	}
	if got := counts(text); !slices.Equal(got, want) {
		t.Errorf("counts = %q, want %q", got, want)
	}
}
