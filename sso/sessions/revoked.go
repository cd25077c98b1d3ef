package sessions

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sso"
)

// maxMarks is the maximum number of marks, at about 150 bytes each; beyond it,
// every entry becomes stale.
const maxMarks = 200_000

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
	// layers hold the marks, larger layers first. A few marks are added to many
	// without copying the many, and a lookup examines few layers.
	layers []layer
}

// layer is an immutable map of marks.
type layer struct {
	byID   map[string]mark
	newest time.Duration // of its marks
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
	for _, layer := range n.layers {
		if found, ok := layer.byID[id]; ok && found.generation > generation {
			return true
		}
	}
	return false
}

// add records revocations as of the moment they can be seen here, which is not
// before any entry that lacks them was read. The identifiers of sessions, users
// and enterprises have different prefixes, so one map holds them all.
func (m *marks) add(revoked []sso.Revocation, at time.Duration) {
	if len(revoked) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.load()
	n := &markSet{
		generation: old.generation + 1,
		floor:      old.floor,
	}
	top := make(map[string]mark, len(revoked))
	for _, r := range revoked {
		for _, id := range [...]string{string(r.Session), string(r.User), string(r.Enterprise)} {
			if id != "" {
				top[id] = mark{n.generation, at}
			}
		}
	}
	n.layers = mergeLayers(old.layers, top, at)
	if n.size() > maxMarks {
		n.floor, n.layers = n.generation, nil
	}
	m.current.Store(n)
}

// mergeLayers returns layers with a new one on top. Each layer is at least twice
// as large as the next; merging drops marks that are not needed any more.
func mergeLayers(layers []layer, top map[string]mark, at time.Duration) []layer {
	layers = slices.DeleteFunc(slices.Clone(layers), func(l layer) bool { return at-l.newest > lifetime })
	for len(layers) > 0 && len(layers[len(layers)-1].byID) < 2*len(top) {
		last := layers[len(layers)-1]
		merged := make(map[string]mark, len(top)+len(last.byID))
		for id, found := range last.byID {
			if at-found.at <= lifetime {
				merged[id] = found
			}
		}
		maps.Copy(merged, top)
		layers, top = layers[:len(layers)-1], merged
	}
	return append(layers, layer{
		byID:   top,
		newest: at,
	})
}

func (n *markSet) size() (total int) {
	for _, layer := range n.layers {
		total += len(layer.byID)
	}
	return total
}

// invalidateAll marks every cached entry stale.
func (m *marks) invalidateAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.load().generation + 1
	m.current.Store(&markSet{generation: next, floor: next})
}
