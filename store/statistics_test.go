package store

import (
	"testing"
	"time"
)

// TestGrowth counts the analyses of a million pushes, and those of a few after a pause.
func TestGrowth(t *testing.T) {
	t.Parallel()
	var g growth
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	push := func(n int) (analyses []int) {
		for i := range n {
			g.add()
			if g.take(now) {
				analyses = append(analyses, i+1)
			}
			now = now.Add(10 * time.Millisecond)
		}
		return analyses
	}
	if all := push(firstPushes - 1); len(all) != 0 {
		t.Errorf("a few pushes: analyzed after %v", all)
	}
	if all := push(20_000); len(all) != 7 || all[0] != 1 || all[1] != 1+2*firstPushes {
		t.Errorf("a first synchronization: analyzed after %v", all)
	}
	now = now.Add(pushesPause)
	if all := push(3 * firstPushes); len(all) != 2 || all[0] != 1 {
		t.Errorf("after a pause: analyzed after %v", all)
	}
}
