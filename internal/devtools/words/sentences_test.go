package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/devtools/structure"
)

// moduleOf writes a small module with packages of our names.
func moduleOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module gatehouse\n\ngo 1.26.0\n"
	files["sso/error.go"] = `package sso
type Kind int
const (
	Invalid Kind = iota
	Unauthenticated
)
type Values map[string]string
type Text struct { Pattern string; Values Values }
type Error struct { Kind Kind; Code, Public string; Values Values }
func (e *Error) Error() string { return e.Public }
func NotFound(code, public string) *Error { return &Error{Code: code, Public: public} }
`
	for name, data := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestSentences: a sentence is found however it reaches its error.
func TestSentences(t *testing.T) {
	t.Parallel()
	root := moduleOf(t, map[string]string{
		"saml/errors.go": `package saml
import "gatehouse/sso"
const codeA, ask = "a", " Ask."
func literal() error { return &sso.Error{Code: codeA, Public: "Literal." + ask} }
func refusal(code, public string) *sso.Error { return &sso.Error{Code: code, Public: public} }
func called() { refusal("b", "Called."); sso.NotFound("c", "Through another package.") }
func twice(code string) *sso.Error { return refusal(code, "Through two calls.") }
func two() { twice("d") }
func variable(x bool) *sso.Error {
	public := "One."
	if x { public = "Other." }
	return &sso.Error{Code: "e", Public: public}
}
func assigned(code string) *sso.Error {
	e := &sso.Error{Code: "f", Public: "First {n}.", Values: sso.Values{"n": code}}
	e.Public = "Assigned."
	if text := status(code); text != "" { e.Public = text }
	return e
}
func status(code string) string {
	if code == "x" { return "Returned." }
	return ""
}
func built(name string) *sso.Error { return &sso.Error{Code: "g", Public: "Built " + name} }
func redirected() *sso.Error { return &sso.Error{Kind: sso.Unauthenticated, Code: "h", Public: "Sign in."} }
func text() sso.Text { return sso.Text{Pattern: "Text."} }
func read(e *sso.Error) string { return e.Public }
`,
	})
	m, err := structure.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	all := sentencesOf(m)
	var found []string
	for _, s := range all.found {
		if slices.Contains(s.packages, "saml") {
			found = append(found, s.code+": "+s.pattern)
		}
	}
	slices.Sort(found)
	want := []string{
		": Assigned.", ": Returned.", ": Text.", "a: Literal. Ask.", "b: Called.", "c: Through another package.",
		"d: Through two calls.", "e: One.", "e: Other.", "f: First {n}.", "g: ",
	}
	if !slices.Equal(found, want) {
		t.Errorf("want %q\ngot  %q", want, found)
	}
	if !all.values["saml n"] || len(all.values) != 1 {
		t.Errorf("values: %v", all.values)
	}
	if len(all.read) != 1 {
		t.Errorf("patterns are read at %v", all.read)
	}
}

// TestFailures: a sentence that people read is needed in each language. One that only
// admins read is not.
func TestFailures(t *testing.T) {
	t.Parallel()
	root := moduleOf(t, map[string]string{
		"saml/errors.go": `package saml
import "gatehouse/sso"
func people() *sso.Error { return &sso.Error{Code: "idp_denied", Public: "Of people."} }
func unknown() *sso.Error { return &sso.Error{Code: "new_code", Public: "Of a new code."} }
func admins() *sso.Error { return &sso.Error{Code: "key_taken", Public: "Of admins."} }
func built(by string) *sso.Error { return &sso.Error{Code: "idp_denied", Public: "By " + by} }
func lost() *sso.Error { return &sso.Error{Code: "idp_denied", Public: "By {by}."} }
`,
		"web/signin/page.go": `package signin
import "gatehouse/sso"
func Choose() *sso.Error { return sso.NotFound("validation_failed", "Of a page.") }
`,
		"web/api/api.go": `package api
import "gatehouse/sso"
func Refuse() *sso.Error { return sso.NotFound("idp_denied", "Of the API.") }
`,
	})
	found := &texts{used: map[string]bool{}}
	if err := found.failures(root); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Of people.", "Of a new code.", "Of a page.", "Let’s start again", "Try again"} {
		if !slices.Contains(found.needed, text) {
			t.Errorf("%q is not needed", text)
		}
	}
	for _, text := range []string{"Of admins.", "Of the API."} {
		if slices.Contains(found.needed, text) || !found.used[text] {
			t.Errorf("%q is needed, or not used", text)
		}
	}
	wrong := strings.Join(found.wrong, "\n")
	for _, says := range []string{"is no constant", `has no value "by"`} {
		if strings.Count(wrong, says) != 1 {
			t.Errorf("not once %q in:\n%s", says, wrong)
		}
	}
}
