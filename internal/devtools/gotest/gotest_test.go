package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun runs the real go test on small packages.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		name  string
		body  string
		args  []string
		ok    bool
		want  []string
		never []string
	}{
		{
			name:  "passes",
			ok:    true,
			body:  `func TestA(t *testing.T) { t.Log("quiet"); t.Run("b", func(*testing.T) {}) }`,
			want:  []string{"ok  \ttried", "2 passed, 0 failed, 0 skipped\n"},
			never: []string{"quiet"},
		},
		{
			name: "fails",
			body: `func TestA(t *testing.T) { t.Error("this is wrong") }`,
			want: []string{
				"this is wrong", "FAIL\ttried", "0 passed, 1 failed, 0 skipped\n",
			},
		},
		{
			name: "a skipped subtest",
			body: `func TestA(t *testing.T) { t.Run("b", func(t *testing.T) { t.Skip("no database") }) }`,
			want: []string{"SKIPPED tried TestA/b: a_test.go:3: no database\n", "1 passed, 0 failed, 1 skipped\n"},
		},
		{
			name: "a skip without a reason",
			body: `func TestA(t *testing.T) { t.SkipNow() }`,
			want: []string{"SKIPPED tried TestA: no reason given\n"},
		},
		{
			name: "does not compile",
			body: `func TestA(t *testing.T) { undefined() }`,
			want: []string{"undefined: undefined", "FAIL\ttried [build failed]"},
		},
		{
			name: "dies",
			body: `func TestA(t *testing.T) { t.Log("before"); panic("oh") }`,
			want: []string{"before", "panic: oh", "FAIL\ttried"},
		},
		{
			name: "flags of go test",
			args: []string{"-run", "B"},
			ok:   true,
			body: `func TestA(t *testing.T) { t.Error("not me") }; func TestB(*testing.T) {}`,
			want: []string{"1 passed, 0 failed, 0 skipped\n"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "go.mod", "module tried\n\ngo 1.26\n")
			write(
				t, dir, "a_test.go",
				"package tried\n"+"import \"testing\"\n"+c.body+"\n",
			)
			t.Chdir(dir)
			var out strings.Builder
			ok, err := run(c.args, &out)
			if err != nil {
				t.Fatal(err)
			}
			if ok != c.ok {
				t.Errorf("ok is %v\n%s", ok, out.String())
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
			for _, never := range c.never {
				if strings.Contains(out.String(), never) {
					t.Errorf("%q in\n%s", never, out.String())
				}
			}
		})
	}
}

func TestGarbage(t *testing.T) {
	if err := newReport(&strings.Builder{}).read(strings.NewReader(
		`{"Action":"pass"} not JSON`,
	)); err == nil {
		t.Error("took it")
	}
}

func write(t *testing.T, dir, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
