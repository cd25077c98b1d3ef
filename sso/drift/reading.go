package drift

import (
	"sync"

	"gatehouse/sso"
)

// listsAtOnce is how many lists a node reads at the same time. Each may take some ten
// megabytes, for as long as a server takes that an admin names.
const listsAtOnce = 4

// reading is whose lists are being read: one of each company. The zero value is none.
type reading struct {
	mu sync.Mutex
	of map[sso.EnterpriseID]bool
}

// begin notes that a list is being read until done is called. The error is Conflict
// "directory_busy".
func (r *reading) begin(ent sso.EnterpriseID) (done func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of[ent] || len(r.of) == listsAtOnce {
		return nil, &sso.Error{
			Kind:   sso.Conflict,
			Code:   "directory_busy",
			Public: "Another list is being read from a directory. Nothing was changed. Try again in a moment.",
		}
	}
	if r.of == nil {
		r.of = map[sso.EnterpriseID]bool{}
	}
	r.of[ent] = true
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.of, ent)
	}, nil
}
