package structure

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
)

// checked loads and checks this module once for all tests.
var checked = sync.OnceValues(func() ([]findings.Finding, error) {
	root, err := golist.Root(".")
	if err != nil {
		return nil, err
	}
	m, err := Load(root)
	if err != nil {
		return nil, err
	}
	return Check(m)
})

// judge fails the test for findings that no list excuses.
func judge(t *testing.T, list string) {
	t.Helper()
	found, err := checked()
	if err != nil {
		t.Fatal(err)
	}
	root, err := golist.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	lists, err := findings.Load(findings.Dir(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, failure := range lists.Judge(found, list) {
		t.Error(failure)
	}
}

// TestBudgetMethodSets limits the method sets of interfaces, embedded
// interfaces included.
func TestBudgetMethodSets(t *testing.T) { judge(t, ListMethodSets) }

// TestBudgetExports finds exports that no other package uses.
func TestBudgetExports(t *testing.T) { judge(t, ListExports) }

// TestBudgetKit limits the exports of web/ui.
func TestBudgetKit(t *testing.T) { judge(t, listKit) }

// TestArrowsWebChangesNothing tests that packages under web change the store
// through services only.
func TestArrowsWebChangesNothing(t *testing.T) { judge(t, ListWebChanges) }

// TestArrowsStepsHaveOneCaller tests that each step of a sign-in has one
// caller.
func TestArrowsStepsHaveOneCaller(t *testing.T) { judge(t, ListCallers) }

// TestBudgetCanFail tests that each check reports its finding in a small
// module.
func TestBudgetCanFail(t *testing.T) {
	m := tried(t)
	exports, err := m.unusedExports()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		got  []findings.Finding
		want []string // findings, each with its file and without its line
	}{
		{
			"method sets",
			m.methodSets(3),
			[]string{"web/people/people.go: the interface Store requires 4 methods, more than 3"},
		},
		{
			"changes in web",
			m.changesInWeb(),
			[]string{
				"web/people/people.go: web/people calls Create of the store, which changes something: a service in sso should",
				"web/people/people.go: web/people calls Sweep of the store, which changes something: a service in sso should",
			},
		},
		{
			"changes passed as functions",
			m.passedMutators(),
			[]string{
				"cmd/main.go: cmd passes Create of the store to a package under web: pass a service of sso",
				"cmd/main.go: cmd passes Sweep of the store to a package under web: pass a service of sso",
				"cmd/main.go: cmd passes Sweep of the store to a package under web: pass a service of sso",
			},
		},
		{
			"callers",
			m.stepCallers([]step{
				{"sso/policy", "Rules.Decide"},
				{"sso/policy", "Compile"},
			}),
			[]string{
				"cmd/main.go: cmd calls sso/policy.Rules.Decide, which one place should",
				"web/people/people.go: web/people calls sso/policy.Rules.Decide, which one place should",
			},
		},
		{
			"a caller that is gone",
			m.stepCallers([]step{{"sso/policy", "Gone"}}),
			[]string{"sso/policy.Gone does not exist or has no caller"},
		},
		{"the kit", m.exportsOfKit(1), []string{"web/ui exports 2 names, more than 1"}},
		{
			"unused exports",
			exports,
			[]string{
				"sso/policy/policy.go: no other package uses Rules.Unused: unexport or delete it",
				"store/store.go: no other package uses Limit: unexport or delete it",
				"web/people/people.go: no other package uses Writer: unexport or delete it",
				"web/people/people.go: no other package uses Store: unexport or delete it",
				"web/ui/ui.go: no other package uses Unused: unexport or delete it",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range c.got {
				prefix := ""
				if f.File != "" {
					prefix = filepath.ToSlash(f.File) + ": "
				}
				got = append(got, prefix+f.What)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf(
					"got\n%s\nwant\n%s", strings.Join(got, "\n"),
					strings.Join(c.want, "\n"),
				)
			}
		})
	}
}

// TestArrowsMutators tests which methods of the store count as changing it.
func TestArrowsMutators(t *testing.T) {
	mutators := tried(t).mutators()
	for name, want := range map[string]bool{
		"Create": true,
		"Sweep":  true,
		"Find":   false,
		"List":   false,
	} {
		if mutators[name] != want {
			t.Errorf("%s changes something: %v, want %v", name, mutators[name], want)
		}
	}
}

// tried is the module in testdata, under the name of this one.
func tried(t *testing.T) *Module {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/tried")); err != nil {
		t.Fatal(err)
	}
	gomod := "module " + golist.Module + "\n\ngo 1.26\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(gomod), 0o600); err != nil {
		t.Fatal(err)
	}
	resolved, err := filepath.EvalSymlinks(dir)
	m, failed := Load(resolved)
	if err := cmp.Or(err, failed); err != nil {
		t.Fatal(err)
	}
	return m
}
