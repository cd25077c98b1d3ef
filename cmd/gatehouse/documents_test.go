package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocPages opens each page that docs/identity-providers/coverage.md names, and
// looks for its name on it.
func TestDocPages(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/identity-providers/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| \\*([^*]+)\\*[^|]*\\| `([^`]+)` \\|$").
		FindAllStringSubmatch(string(text), -1)
	if len(rows) < 20 {
		t.Errorf("found only %d pages", len(rows))
	}
	d := newConsoleTest(t)
	for _, row := range rows {
		path := strings.NewReplacer(
			"…", "/admin/enterprises/"+d.acme.Key,
			"{connection}", string(d.conn.ID),
		).Replace(row[2])
		d.get(operator, path, http.StatusOK, row[1])
	}
}
