package sessions

import (
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sso"
)

// maxMarks is the maximum number of marks; beyond it, every entry becomes
// stale.
const maxMarks = 4096

// marks records what was revoked within the lifetime of an entry. Older marks
// are not needed: entries read before them have expired. The zero value is
// empty.
type marks struct {
	mu      sync.Mutex // held by writers
	current atomic.Pointer[markSet]
}

// markSet is immutable: readers take it without a lock, and adding makes a new
// one.
type markSet struct {
	generation uint64 // grows with every addition
	floor      uint64 // entries read before this generation are stale
	byID       map[string]mark
}

type mark struct {
	generation uint64
	at         time.Duration
}

func (m *marks) load() *markSet {
	if n := m.current.Load(); n != nil {
		return n
	}
	return &markSet{}
}

func (m *marks) generation() uint64 { return m.load().generation }

// covers reports whether an entry is not revoked, and remembers the generation
// examined, so that the next check costs one comparison.
func (m *marks) covers(e *entry) bool {
	n, checked := m.load(), e.checked.Load()
	if checked == n.generation {
		return true
	}
	if checked < n.floor ||
		n.revokedAfter(e.ownText(sessionText), checked) ||
		n.revokedAfter(e.ownText(userText), checked) ||
		n.revokedAfter(string(e.common.Value().enterprise.ID), checked) {
		return false
	}
	e.checked.Store(n.generation)
	return true
}

func (n *markSet) revokedAfter(id string, generation uint64) bool {
	found, ok := n.byID[id]
	return ok && found.generation > generation
}

// add records revocations as of the moment they can be seen here, which is not
// before any entry that lacks them was read. The identifiers of sessions, users
// and enterprises have different prefixes, so one map holds them all.
func (m *marks) add(revoked []sso.Revocation, at time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.load()
	n := &markSet{
		generation: old.generation + 1,
		floor:      old.floor,
		byID:       make(map[string]mark, len(old.byID)+len(revoked)),
	}
	for id, found := range old.byID {
		if at-found.at <= lifetime {
			n.byID[id] = found
		}
	}
	for _, r := range revoked {
		for _, id := range [...]string{string(r.Session), string(r.User), string(r.Enterprise)} {
			if id != "" {
				n.byID[id] = mark{n.generation, at}
			}
		}
	}
	if len(n.byID) > maxMarks {
		n.floor, n.byID = n.generation, nil
	}
	m.current.Store(n)
}

// invalidateAll marks every cached entry stale.
func (m *marks) invalidateAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.load().generation + 1
	m.current.Store(&markSet{generation: next, floor: next})
}
