package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const twoFlaws = `{"config":{"scanner_name":"govulncheck"}}
{"osv":{"id":"GO-1","summary":"it leaks"}}
{"osv":{"id":"GO-2","summary":"it hangs"}}
{"finding":{"osv":"GO-1","fixed_version":"v1.2.0","trace":[{"module":"example.test/m","version":"v1.1.0"}]}}
{"finding":{"osv":"GO-2","fixed_version":"go1.99.1","trace":[{"module":"stdlib","version":"go1.99.0","function":"Read"}]}}
`

func TestTell(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		ok           bool
		want         []string
	}{
		{"nothing", `{"config":{}}`, true, []string{"0 more"}},
		{
			"required but not reached, and the standard library",
			twoFlaws,
			true,
			[]string{
				"GO-2: stdlib@go1.99.0, fixed in go1.99.1 (build releases with a newer Go)\n    it hangs\n",
				"1 more",
			},
		},
		{
			"reached, whatever comes first",
			twoFlaws +
				`{"finding":{"osv":"GO-1","trace":[{"module":"example.test/m","version":"v1.1.0","function":"F"}]}}
				{"finding":{"osv":"GO-1","trace":[{"module":"example.test/m","version":"v1.1.0"}]}}`,
			false,
			[]string{"GO-1: example.test/m@v1.1.0, fixed in no version yet (mend it here)\n    it leaks\n", "0 more"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := parse(strings.NewReader(c.answer))
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if ok := tell(&out, found); ok != c.ok {
				t.Errorf("ok is %v", ok)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
		})
	}
	if _, err := parse(strings.NewReader(`{"finding":`)); err == nil {
		t.Error("took half an answer")
	}
}

func TestWriteIndex(t *testing.T) {
	entries, dir := t.TempDir(), filepath.Join(t.TempDir(), "index")
	if err := writeIndex(entries, dir); err == nil {
		t.Error("an empty database is none")
	}
	for name, text := range map[string]string{
		"GO-1.json": `{"id":"GO-1","modified":"2026-01-02T03:04:05Z","affected":[{"package":{"name":"z.test"}},{"package":{"name":"z.test"}},{"package":{"name":"a.test"}}]}`,
		"GO-2.json": `{"id":"GO-2","modified":"2026-01-02T03:04:05Z","affected":[{"package":{"name":"a.test"}}]}`,
	} {
		if err := os.WriteFile(filepath.Join(entries, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeIndex(entries, dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "modules.json"))
	if err != nil {
		t.Fatal(err)
	}
	const one, two = `{"id":"GO-1","modified":"2026-01-02T03:04:05Z"}`, `{"id":"GO-2","modified":"2026-01-02T03:04:05Z"}`
	if want := `[{"path":"a.test","vulns":[` + one + `,` + two +
		`]},{"path":"z.test","vulns":[` + one + `]}]`; string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := os.WriteFile(filepath.Join(entries, "GO-3.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeIndex(
		entries, filepath.Join(t.TempDir(), "index"),
	); err == nil || !strings.Contains(err.Error(), "GO-3.json") {
		t.Errorf("a broken entry: %v", err)
	}
}
