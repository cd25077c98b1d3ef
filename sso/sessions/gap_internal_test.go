package sessions

import (
	"math/rand/v2" // in which order transactions are committed
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

func numbered(numbers ...int64) []sso.Revocation {
	all := make([]sso.Revocation, len(numbers))
	for i, n := range numbers {
		all[i].Sequence = n
	}
	return all
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		applied int64
		missing []sso.RevocationGap
		read    []int64
		added   []int64
		left    []sso.RevocationGap
	}{
		"the next":       {3, nil, []int64{3, 4, 5}, []int64{4, 5}, nil},
		"none":           {3, nil, []int64{3}, nil, nil},
		"one is skipped": {3, nil, []int64{3, 5}, []int64{5}, []sso.RevocationGap{{First: 4, Last: 4}}},
		"some, in places": {0, nil, []int64{3, 4, 8}, []int64{3, 4, 8},
			[]sso.RevocationGap{{First: 1, Last: 2}, {First: 5, Last: 7}}},
		"a gap's first": {9, []sso.RevocationGap{{First: 4, Last: 6}}, []int64{4, 9}, []int64{4},
			[]sso.RevocationGap{{First: 5, Last: 6}}},
		"a gap's last": {9, []sso.RevocationGap{{First: 4, Last: 6}}, []int64{6, 9}, []int64{6},
			[]sso.RevocationGap{{First: 4, Last: 5}}},
		"within a gap": {9, []sso.RevocationGap{{First: 4, Last: 6}}, []int64{5, 9}, []int64{5},
			[]sso.RevocationGap{{First: 4, Last: 4}, {First: 6, Last: 6}}},
		"all of a gap": {9, []sso.RevocationGap{{First: 4, Last: 6}}, []int64{4, 5, 6, 9, 10}, []int64{4, 5, 6, 10}, nil},
	} {
		p := newPosition()
		p.applied = c.applied
		for _, g := range c.missing {
			p.gaps = append(p.gaps, gap{RevocationGap: g})
		}
		if diff := cmp.Diff(numbered(c.added...), p.advance(numbered(c.read...), 0)); len(c.added) > 0 && diff != "" {
			t.Errorf("%s: added %s", name, diff)
		}
		left := p.missing()
		if len(left) == 0 {
			left = nil
		}
		if diff := cmp.Diff(c.left, left); diff != "" {
			t.Errorf("%s: missing %s", name, diff)
		}
	}
}

// TestEveryNumberIsReadOnce commits numbers in random order, a few at a time, and
// reads after each time as the store would answer.
func TestEveryNumberIsReadOnce(t *testing.T) {
	t.Parallel()
	const numbers = 1000
	order := rand.Perm(numbers)
	p := newPosition()
	p.applied = 0
	committed, reads := map[int64]bool{}, map[int64]int{}
	for len(order) > 0 {
		n := min(1+rand.N(7), len(order))
		for _, i := range order[:n] {
			committed[int64(i)+1] = true
		}
		order = order[n:]
		var read []sso.Revocation
		for number := range committed {
			asked := number >= p.applied || slices.ContainsFunc(p.gaps, func(g gap) bool {
				return g.First <= number && number <= g.Last
			})
			if asked {
				read = append(read, sso.Revocation{Sequence: number})
			}
		}
		slices.SortFunc(read, func(a, b sso.Revocation) int { return int(a.Sequence - b.Sequence) })
		for _, r := range p.advance(read, 0) {
			reads[r.Sequence]++
		}
		if len(p.gaps) > maxGaps {
			t.Fatalf("%d gaps", len(p.gaps))
		}
	}
	for number := range int64(numbers) {
		if reads[number+1] == 0 {
			t.Errorf("%d was never read", number+1)
		}
	}
	if len(p.gaps) > 0 {
		t.Errorf("missing at the end: %v", p.gaps)
	}
}

func TestGapsAreForgotten(t *testing.T) {
	t.Parallel()
	p := newPosition()
	p.applied = 0
	p.advance(numbered(2), time.Minute)
	p.advance(numbered(4), 2*time.Minute)
	p.forgetGaps(3*time.Minute - 1)
	if len(p.gaps) != 2 {
		t.Errorf("missing after two minutes less a moment: %v", p.gaps)
	}
	p.forgetGaps(3 * time.Minute)
	if len(p.gaps) != 1 || p.gaps[0].First != 3 {
		t.Errorf("missing after two minutes: %v", p.gaps)
	}
}

// TestMarksInLayers adds many marks a few at a time, beside few that are many:
// each is found, and what a lookup examines stays small.
func TestMarksInLayers(t *testing.T) {
	t.Parallel()
	var m marks
	crowd := make([]sso.Revocation, 50_000)
	for i := range crowd {
		crowd[i].User = sso.NewID[sso.UserID](time.Now())
	}
	m.add(crowd, 0)
	large := m.load().layers[0].byID
	for i := range 1000 {
		m.add([]sso.Revocation{{Session: sso.SessionID(crowd[i].User) + "-s"}}, time.Duration(i))
	}
	n := m.load()
	if len(n.layers) > 16 || len(n.layers[0].byID) != len(large) {
		t.Errorf("%d layers, %d in the first", len(n.layers), len(n.layers[0].byID))
	}
	for i, r := range crowd {
		if !n.revokedAfter(string(r.User), 0) || n.revokedAfter(string(r.User), 1) {
			t.Fatalf("user %d is not marked once", i)
		}
		if i < 1000 && !n.revokedAfter(string(r.User)+"-s", 1) {
			t.Fatalf("session %d is not marked", i)
		}
	}
	m.add([]sso.Revocation{{Session: "late"}}, lifetime+time.Second)
	if got := m.load().size(); got != 1 {
		t.Errorf("%d marks are kept after the lifetime of all entries", got)
	}
}
