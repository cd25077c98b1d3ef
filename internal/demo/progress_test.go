package demo

import (
	"fmt"
	"testing"
)

// TestProgressLeadsOn does one step after the other: each leads to the next, and the last to
// what to do for real.
func TestProgressLeadsOn(t *testing.T) {
	t.Parallel()
	steps := (&Demo{}).steps(facts{})
	for i := range steps {
		steps[i].Done = false
	}
	for i := range steps {
		want := Progress{
			Done:    i,
			Of:      len(steps),
			Next:    "Next: " + steps[i].Title,
			Address: fmt.Sprintf("/demo#step-%d", i),
		}
		if got := progressOf(steps); got != want {
			t.Errorf("%+v instead of %+v", got, want)
		}
		steps[i].Done = true
	}
	if got := progressOf(steps); got.Done != len(steps) || got.Address != "/demo#for-real" {
		t.Errorf("at the end: %+v", got)
	}
}
