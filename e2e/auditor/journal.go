package auditor

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Person identifies a user of an enterprise.
type Person struct {
	Enterprise string // its ID
	Login      string
}

func (p Person) String() string { return p.Login + " of " + p.Enterprise }

// Journal records what clients sent to an installation and what it acknowledged. It
// is safe for concurrent use.
type Journal struct {
	mu       sync.Mutex
	asserted map[Person]map[string][]string // sets of group names, by key
	answers  map[string]int                 // number of acknowledgements by response
	fresh    []string                       // responses acknowledged since the last audit
	signIns  map[Person]int
}

// NewJournal returns an empty journal.
func NewJournal() *Journal {
	return &Journal{
		asserted: map[Person]map[string][]string{},
		answers:  map[string]int{},
		signIns:  map[Person]int{},
	}
}

// Asserts records the groups that an identity provider is about to assert. Call it
// before the response can arrive.
func (j *Journal) Asserts(p Person, groups []string) {
	set := slices.Clone(groups)
	slices.Sort(set)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.asserted[p] == nil {
		j.asserted[p] = map[string][]string{}
	}
	j.asserted[p][strings.Join(set, "\x00")] = set
}

// SignedIn records an acknowledged sign-in. answer is the response's ID, by which the
// gateway detects replays.
func (j *Journal) SignedIn(p Person, answer string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answers[answer]++
	j.fresh = append(j.fresh, answer)
	j.signIns[p]++
}

// Count returns the number of acknowledged sign-ins.
func (j *Journal) Count() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, times := range j.answers {
		n += times
	}
	return n
}

// told is a copy of the journal; each acknowledged response is fresh once.
type told struct {
	asserted map[Person]map[string][]string
	fresh    []string
	signIns  map[Person]int
	twice    []string
}

func (j *Journal) read() told {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := told{
		asserted: map[Person]map[string][]string{},
		fresh:    j.fresh,
		signIns:  map[Person]int{},
	}
	j.fresh = nil
	for p, sets := range j.asserted {
		t.asserted[p] = map[string][]string{}
		for spelling, set := range sets {
			t.asserted[p][spelling] = set
		}
	}
	for p, n := range j.signIns {
		t.signIns[p] = n
	}
	for answer, n := range j.answers {
		if n > 1 {
			t.twice = append(
				t.twice,
				fmt.Sprintf("the answer %s signed someone in %d times", answer, n),
			)
		}
	}
	slices.Sort(t.twice)
	return t
}
