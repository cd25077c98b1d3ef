package devtools

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/devtools/golist"
)

// TestDocErrorCodes compares the codes in the source with the documented ones.
func TestDocErrorCodes(t *testing.T) {
	codes, err := errorCodes(root(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) < 50 {
		t.Fatalf("found only %q", codes)
	}
	compare(t, "error code", codes, firstColumn(t, "docs/troubleshooting.md"))
}

func TestDocSettings(t *testing.T) {
	var names []string
	for _, s := range config.Settings() {
		names = append(names, s.Name)
	}
	compare(t, "setting", names, firstColumn(t, "docs/configuration.md"))
}

// TestDocDependencies compares the modules that this module's packages import
// with the documented ones.
func TestDocDependencies(t *testing.T) {
	modules, err := golist.Required(root(t))
	if err != nil {
		t.Fatal(err)
	}
	packages, err := golist.Packages(root(t))
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, p := range packages {
		for _, path := range append(p.Imports, p.InTests()...) {
			if !golist.Standard(path) && !golist.Within(path, "gatehouse") {
				direct[moduleOf(path, modules)] = true
			}
		}
	}
	compare(
		t, "dependency", slices.Collect(maps.Keys(direct)),
		firstColumn(t, "docs/dependencies.md"),
	)
}

// moduleOf returns the longest of modules that contains an import path.
func moduleOf(path string, modules []string) string {
	best := path
	for _, m := range modules {
		if golist.Within(path, m) && (best == path || len(m) > len(best)) {
			best = m
		}
	}
	return best
}

// TestDocDecisions compares the decisions with their index.
func TestDocDecisions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(
		root(t), "docs", "decisions", "[0-9]*.md",
	))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		files[i] = filepath.Base(f)
	}
	var listed []string
	for _, m := range regexp.MustCompile(`\]\((\d[^)]*)\)`).FindAllStringSubmatch(
		read(t, "docs/decisions/README.md"), -1,
	) {
		listed = append(listed, m[1])
	}
	compare(t, "decision", files, listed)
}

// TestDocLinks tests that every link from one document to another has a target.
func TestDocLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)]+)\)`)
	seen := 0
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			target, section, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			seen++
			to := file
			if target != "" {
				to = filepath.Join(filepath.Dir(file), target)
			}
			if _, err := os.Stat(filepath.Join(root(t), to)); err != nil {
				t.Errorf("%s: %s leads nowhere", file, m[1])
			} else if section != "" && !slices.Contains(sections(t, to), section) {
				t.Errorf("%s: %s has no such section", file, m[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("found only %d links", seen)
	}
}

// documents returns the Markdown files, relative to the root.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			relative, err := filepath.Rel(root(t), f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, relative)
		}
	}
	return all
}

// sections returns the anchors of a document's headings.
func sections(t *testing.T, file string) []string {
	t.Helper()
	var all []string
	dropped := regexp.MustCompile(`[^\p{L}\p{N}\- ]`)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(
		read(t, file), -1,
	) {
		all = append(
			all,
			strings.ReplaceAll(
				dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-",
			),
		)
	}
	return all
}

// firstColumn returns the distinct first cells of a document's tables.
func firstColumn(t *testing.T, file string) []string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`[^|]*\\|").FindAllStringSubmatch(read(t, file), -1) {
		if slices.Contains(names, m[1]) {
			t.Errorf("%s has %s twice", file, m[1])
		}
		names = append(names, m[1])
	}
	return names
}

func compare(t *testing.T, what string, there, documented []string) {
	t.Helper()
	for _, name := range there {
		if !slices.Contains(documented, name) {
			t.Errorf("%s %s is not documented", what, name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(there, name) {
			t.Errorf("%s %s is documented and does not exist", what, name)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := golist.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
