package activity

import "testing"

func TestInert(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"":         "",
		"a":        "a",
		"=1+1":     "'=1+1",
		"+1":       "'+1",
		"-1":       "'-1",
		"@SUM(A1)": "'@SUM(A1)",
		"\t=1":     "'\t=1",
		"\r=1":     "'\r=1",
		"a=1":      "a=1",
		"é":        "é",
	} {
		if got := inert(cell); got != want {
			t.Errorf("%q became %q, not %q", cell, got, want)
		}
	}
}
