package store

import (
	"testing"
	"time"
)

// TestGrowth counts the analyses of a first synchronization, of a few rows after a
// pause, and of a list of members.
func TestGrowth(t *testing.T) {
	t.Parallel()
	var g growth
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	push := func(n int) (analyses []int) {
		for i := range n {
			g.add(1)
			if g.take(now) {
				analyses = append(analyses, i+1)
			}
			now = now.Add(10 * time.Millisecond)
		}
		return analyses
	}
	if all := push(firstRows - 1); len(all) != 0 {
		t.Errorf("a few pushes: analyzed after %v", all)
	}
	if all := push(20_000); len(all) != 7 || all[0] != 1 || all[1] != 1+2*firstRows {
		t.Errorf("a first synchronization: analyzed after %v", all)
	}
	now = now.Add(rowsPause)
	if all := push(3 * firstRows); len(all) != 2 || all[0] != 1 {
		t.Errorf("after a pause: analyzed after %v", all)
	}
	now = now.Add(rowsPause)
	g.add(10_000)
	if !g.take(now) {
		t.Error("a list of 10,000 members is not analyzed")
	}
}
