package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCatalogue: every text of an ordinary page and every sentence of an error that people
// read is in every language, and no file has a text that no page shows.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	found, err := collect(root)
	if err != nil {
		t.Fatal(err)
	}
	files, err := readFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.needed) < 10 || len(files) < 5 {
		t.Fatalf("found %d texts and %d files", len(found.needed), len(files))
	}
	for _, problem := range slices.Concat(found.wrong, compare(found, files)) {
		t.Error(problem)
	}
}

// repository writes a small repository.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{
		"sso", "store", "web/signin", "web/access", "internal/words/lang", "internal/mail/templates",
	} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestScan(t *testing.T) {
	t.Parallel()
	root := repository(t, map[string]string{
		"web/signin/A.html": `{{define "content"}}{{if .X}}{{t "One"}}{{else}}{{t "At {x}" "x" .X}}{{end}}
			{{range .Y}}{{n (len .) "{n} day" "{n} days"}}{{end}}{{t "See {it}" "it" (link "/" (t "this"))}}
			{{t .Data}}{{template "x" (t "Called")}}{{t "One"}}{{end}}`,
		"web/signin/B.html": `{{t "At {x}" "y" .X}}{{n 1 "{n} day" "days"}}{{t "Bare"  "x" 1}}`,
		"web/access/C.html": `{{t "Console"}}`,
		"web/access/c.txt":  `{{t "Snippet"}}`,

		"internal/mail/templates/a.txt": `{{n .X "{n} try" "{n} tries"}}`,
		"web/access/c.go":               "package access\n\nconst title = \"Title\"\n",
	})
	found, err := scan(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"{n} try", "One", "At {x}", "{n} day", "this", "See {it}", "Called", "Bare"}
	if !slices.Equal(found.needed, want) {
		t.Errorf("needed %q", found.needed)
	}
	if len(found.wrong) != 3 {
		t.Errorf("wrong: %q", found.wrong)
	}
	if found.used["Snippet"] {
		t.Error("a text file beside pages is a template")
	}
	for _, text := range []string{"Console", "Title", "One"} {
		if !found.used[text] {
			t.Errorf("%q is unused", text)
		}
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	root := repository(t, map[string]string{
		"web/signin/A.html":           `{{t "One"}}{{n .X "{n} \"day\"" "{n} days"}}`,
		"internal/words/lang/de.json": "{\n  \"@\": {},\n  \"Old\": \"Alt\"\n}\n",
		"sso/sso.go":                  "package sso\n\nconst text = \"Of Go\"\n",
	})
	again := func() *texts {
		found, err := scan(root)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if err := run(root, again(), true, []string{"Of Go"}); err == nil {
		t.Error("empty texts and an unused one are no problem")
	}
	data, err := os.ReadFile(filepath.Join(root, "internal/words/lang/de.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "@": {},
  "Old": "Alt",
  "One": "",
  "{n} \"day\"": {"one": "", "other": ""},
  "Of Go": ""
}
`
	if string(data) != want {
		t.Errorf("file:\n%s", data)
	}
	filled := strings.NewReplacer(`"One": ""`, `"One": "Eins"`, `"one": ""`, `"one": "x"`,
		`"other": ""`, `"other": "x"`, `"Of Go": ""`, `"Of Go": "x"`, `  "Old": "Alt",`+"\n", "").Replace(want)
	if err := os.WriteFile(filepath.Join(root, "internal/words/lang/de.json"), []byte(filled), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(root, again(), false, nil); err != nil {
		t.Error(err)
	}
}
