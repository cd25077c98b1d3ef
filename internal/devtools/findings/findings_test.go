package findings

import (
	"slices"
	"strings"
	"testing"
)

// TestBudgetLists tests what an entry excuses, and when it is superfluous.
func TestBudgetLists(t *testing.T) {
	size := func(weight int, key string) Finding {
		return Finding{
			File:   "a.go",
			Line:   1,
			What:   key,
			List:   "sizes",
			Key:    key,
			Weight: weight,
		}
	}
	count := func(weight int) Finding {
		return Finding{
			What:   "too many",
			List:   Ceilings,
			Key:    "words",
			Weight: weight,
		}
	}
	lists := func() Lists {
		return Lists{
			"sizes":  {{500, "f"}, {450, "f"}, {600, "g"}},
			Ceilings: {{100, "words"}},
		}
	}
	all := []Finding{size(500, "f"), size(450, "f"), size(600, "g"), count(100)}
	for _, c := range []struct {
		name  string
		found []Finding
		want  []string
	}{
		{"all are excused", all, nil},
		{
			"one grew a little",
			[]Finding{size(510, "f"), size(450, "f"), size(600, "g"), count(100)},
			nil,
		},
		{
			"one grew",
			[]Finding{size(700, "f"), size(450, "f"), size(600, "g"), count(100)},
			[]string{"a.go:1: f"},
		},
		{
			"one was renamed",
			[]Finding{size(500, "f"), size(450, "f"), size(610, "h"), count(100)},
			nil,
		},
		{"a third f", append(slices.Clone(all), size(440, "f")), []string{"a.go:1: f"}},
		{"one is gone", all[1:], []string{"450 f"}},
		{
			"nothing excuses it",
			append(slices.Clone(all), Finding{
				File: "b.go",
				What: "x",
			}),
			[]string{"b.go:0: x"},
		},
		{
			"more words",
			[]Finding{all[0], all[1], all[2], count(101)},
			[]string{"too many"},
		},
		{"a few words fewer", []Finding{all[0], all[1], all[2], count(60)}, nil},
		{
			"many words fewer",
			[]Finding{all[0], all[1], all[2], count(40)},
			[]string{"100 words"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lists()
			got := l.Judge(c.found, "sizes", Ceilings)
			if len(got) != len(c.want) {
				t.Fatalf("Judge = %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.Contains(got[i], c.want[i]) {
					t.Errorf("failure %d is %q, want %q", i, got[i], c.want[i])
				}
			}
		})
	}
}

// TestBudgetListsShrink tests that lists are written and read, and that
// shrinking never adds an entry.
func TestBudgetListsShrink(t *testing.T) {
	dir := t.TempDir()
	lists := Lists{
		"a": {{500, "f"}, {450, "g"}, {410, "k"}, {600, "grown"}},
		"b": {{1, "x y"}},
	}
	if err := lists.Save(dir, "a", "b"); err != nil {
		t.Fatal(err)
	}
	lists, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := []Finding{
		{List: "a", Key: "f", Weight: 420},
		{List: "a", Key: "renamed", Weight: 455},
		{List: "a", Key: "new", Weight: 900},
		{List: "a", Key: "grown", Weight: 800},
	}
	lists.Shrink(found, "a", "b")
	if err := lists.Save(dir, "a", "b"); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{{420, "f"}, {600, "grown"}, {450, "renamed"}}
	if len(got) != 1 || !slices.Equal(got["a"], want) {
		t.Errorf("after shrinking: %v, want %v", got, want)
	}
	if _, err := parse("no weight"); err == nil {
		t.Error("a line without a weight was read")
	}
}
