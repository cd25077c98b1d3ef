package saml

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// goldenCase is the case.json of a golden directory.
type goldenCase struct {
	setup
	knobs
	Warnings []string `json:"warnings,omitempty"` // names of the checks that passed with one
}

func readCase(t *testing.T, dir string) goldenCase {
	t.Helper()
	var c goldenCase
	doc, err := os.ReadFile(filepath.Join(dir, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(doc)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return c
}

// golden gives the content of a file. UPDATE_GOLDEN=1 writes what make gives
// first; look at the difference then.
func golden(t *testing.T, path string, make func() []byte) []byte {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func goldenDirectories(t *testing.T, kind string, least int) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join("testdata", kind, "*", "case.json"))
	if err != nil || len(dirs) < least {
		t.Fatalf("%d directories, %v", len(dirs), err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs
}

func TestGoldenResponses(t *testing.T) {
	t.Parallel()
	for _, dir := range goldenDirectories(t, "good", 50) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			c := readCase(t, dir)
			doc := golden(t, filepath.Join(dir, "response.xml"), func() []byte {
				message, _ := os.ReadFile(filepath.Join(dir, "message.xml")) // without one, the usual message
				return reply{
					knobs:   c.knobs,
					message: strings.TrimRight(string(message), "\n"),
				}.build(t)
			})
			p := c.party(t)
			a, checks, err := p.complete(t, doc)
			if err != nil {
				t.Fatalf("%v\n%s", err, lastCheck(checks))
			}
			compareAssertion(t, filepath.Join(dir, "assertion.json"), a)
			compareWarnings(t, c.Warnings, checks)
			if c.Provider != "" {
				if _, _, err := mapping.Apply(
					sso.Config{Mapping: mapping.Preset(c.Provider, sso.SAML)},
					p.connection, a,
				); err != nil {
					t.Errorf("the preset cannot read it: %v", err)
				}
			}
		})
	}
}

func compareAssertion(t *testing.T, path string, a sso.Assertion) {
	t.Helper()
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s\n", text)
	want := golden(t, path, func() []byte { return []byte(got) })
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("assertion (-want +got):\n%s", diff)
	}
}

func compareWarnings(t *testing.T, want []string, checks []sso.Check) {
	t.Helper()
	var got []string
	for _, c := range checks {
		if !c.OK {
			t.Errorf("check %s failed: want %s, got %s", c.Name, c.Want, c.Got)
		}
		if c.Warning && !slices.Contains(got, c.Name) {
			got = append(got, c.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
