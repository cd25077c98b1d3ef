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
	mu  sync.Mutex // held by writers
	now atomic.Pointer[noted]
}

// noted is immutable: readers take it without a lock, and adding makes a new
// one.
type noted struct {
	generation uint64 // grows with every addition
	floor      uint64 // entries read before this generation are stale
	of         map[string]note
}

type note struct {
	generation uint64
	at         time.Duration
}

func (m *marks) load() *noted {
	if n := m.now.Load(); n != nil {
		return n
	}
	return &noted{}
}

func (m *marks) generation() uint64 { return m.load().generation }

// pass reports whether an entry is not revoked, and remembers the generation
// examined, so that the next check costs one comparison.
func (m *marks) pass(e *entry) bool {
	n, checked := m.load(), e.checked.Load()
	if checked == n.generation {
		return true
	}
	if checked < n.floor ||
		n.after(e.own(sessionText), checked) ||
		n.after(e.own(userText), checked) ||
		n.after(string(e.common.Value().enterprise.ID), checked) {
		return false
	}
	e.checked.Store(n.generation)
	return true
}

func (n *noted) after(id string, generation uint64) bool {
	found, ok := n.of[id]
	return ok && found.generation > generation
}

// add records revocations as of the moment they can be seen here, which is not
// before any entry that lacks them was read. The identifiers of sessions, users
// and enterprises have different prefixes, so one map holds them all.
func (m *marks) add(revoked []sso.Revocation, at time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.load()
	n := &noted{
		generation: old.generation + 1,
		floor:      old.floor,
		of:         make(map[string]note, len(old.of)+len(revoked)),
	}
	for id, found := range old.of {
		if at-found.at <= lifetime {
			n.of[id] = found
		}
	}
	for _, r := range revoked {
		for _, id := range [...]string{string(r.Session), string(r.User), string(r.Enterprise)} {
			if id != "" {
				n.of[id] = note{n.generation, at}
			}
		}
	}
	if len(n.of) > maxMarks {
		n.floor, n.of = n.generation, nil
	}
	m.now.Store(n)
}

// all marks every cached entry stale.
func (m *marks) all() {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.load().generation + 1
	m.now.Store(&noted{generation: next, floor: next})
}
