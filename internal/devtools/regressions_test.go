package devtools

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocRegressions tests that every test named in the list of published flaws
// exists. A row without a test must give a reason.
func TestDocRegressions(t *testing.T) {
	rows, named := 0, 0
	for _, m := range regexp.MustCompile(
		`(?m)^\| (\d+) \|.*\| (.+) \|$`,
	).FindAllStringSubmatch(
		read(t, "docs/regressions.md"), -1,
	) {
		rows++
		tests := regexp.MustCompile(
			"`([a-z/]+): ([Tt]est\\w+)(?:/([^`]+))?`",
		).FindAllStringSubmatch(m[2], -1)
		excused :=
			regexp.MustCompile(`^not (yet|applicable|a test): `).MatchString(m[2])
		if excused == (len(tests) > 0) ||
			!excused && len(tests) != strings.Count(m[2], "`")/2 {
			t.Errorf("row %s names no test that can be read, or one and an excuse: %s", m[1], m[2])
		}
		for _, name := range tests {
			named++
			source := sources(t, name[1])
			if !strings.Contains(source, "\nfunc "+name[2]+"(") {
				t.Errorf("row %s: %s has no %s", m[1], name[1], name[2])
			}
			if row := name[3]; row != "" && !strings.Contains(source, `"`+row+`"`) {
				t.Errorf(
					"row %s: %s of %s has no row %q", m[1], name[2], name[1], row,
				)
			}
		}
	}
	if rows != 154 || named < 160 {
		t.Errorf("%d rows and %d tests were found", rows, named)
	}
}

// sources returns the Go files of a directory, concatenated.
func sources(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
