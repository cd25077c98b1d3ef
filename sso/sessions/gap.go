package sessions

import (
	"slices"
	"time"

	"gatehouse/sso"
)

// Transactions are not committed in the order of their numbers. A number that is
// not there yet may be of a transaction that is still running, so it is asked for
// again until no transaction that took it can be running.

const (
	gapKept = 2 * time.Minute // twice what the longest transaction may take
	maxGaps = 1000            // more are joined: numbers in between are read once more
)

// gap is a range of numbers that were not in the list.
type gap struct {
	sso.RevocationGap
	since time.Duration // since the cache was created
}

// forgetGaps removes the numbers of transactions that were rolled back.
func (p *position) forgetGaps(now time.Duration) {
	kept := p.gaps[:0]
	for _, g := range p.gaps {
		if now-g.since < gapKept {
			kept = append(kept, g)
		}
	}
	p.gaps = kept
}

func (p *position) missing() []sso.RevocationGap {
	all := make([]sso.RevocationGap, len(p.gaps))
	for i, g := range p.gaps {
		all[i] = g.RevocationGap
	}
	return all
}

// restart goes back a little from the newest number: transactions that took a
// smaller one may be running.
func (p *position) restart(newest int64) {
	p.applied, p.gaps = max(newest-readAtStart, 0), nil
}

// follows reports whether what was read from the last number applied on has that
// number. If it was swept, those after it may have been swept as well.
func (p *position) follows(read []sso.Revocation) bool {
	for _, r := range read {
		if r.Sequence >= max(p.applied, 1) {
			return r.Sequence == max(p.applied, 1)
		}
	}
	return p.applied == 0
}

// advance notes which numbers were read, and which of those in between were not
// there. It returns the revocations that had not been read before.
func (p *position) advance(read []sso.Revocation, now time.Duration) (added []sso.Revocation) {
	for _, r := range read {
		switch {
		case r.Sequence > p.applied:
			if r.Sequence > p.applied+1 {
				p.gaps = append(p.gaps, gap{
					RevocationGap: sso.RevocationGap{
						First: p.applied + 1,
						Last:  r.Sequence - 1,
					},
					since: now,
				})
			}
			p.applied = r.Sequence
		case !p.fill(r.Sequence):
			continue
		}
		added = append(added, r)
	}
	p.gaps = joinGaps(p.gaps)
	return added
}

// fill removes a number from the gaps, and reports whether it was in one.
func (p *position) fill(number int64) bool {
	i, found := slices.BinarySearchFunc(p.gaps, number, func(g gap, number int64) int {
		switch {
		case g.Last < number:
			return -1
		case g.First > number:
			return 1
		}
		return 0
	})
	if !found {
		return false
	}
	before, after := p.gaps[i], p.gaps[i]
	before.Last, after.First = number-1, number+1
	p.gaps = slices.Replace(p.gaps, i, i+1, nonEmpty(before, after)...)
	return true
}

func nonEmpty(gaps ...gap) []gap {
	return slices.DeleteFunc(gaps, func(g gap) bool { return g.First > g.Last })
}

// joinGaps makes one gap of neighbours if there are too many.
func joinGaps(gaps []gap) []gap {
	for len(gaps) > maxGaps {
		joined := gaps[:0]
		for i := 0; i < len(gaps); i += 2 {
			g := gaps[i]
			if i+1 < len(gaps) {
				g.Last, g.since = gaps[i+1].Last, max(g.since, gaps[i+1].since)
			}
			joined = append(joined, g)
		}
		gaps = joined
	}
	return gaps
}
