package demo

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Progress is how far the checklist is done.
type Progress struct {
	Done, Of int
	// Next is the first step that is not done, and Address its place on the checklist;
	// if all are done, what to do for real.
	Next, Address string
}

// progressFor is how long the progress counts as unchanged: a page asks for it at each
// visit.
const progressFor = time.Second

// progress remembers the progress for a moment.
type progress struct {
	mu   sync.Mutex
	at   time.Time
	last Progress
}

// Progress returns how far the checklist is done, as of a second ago at most.
func (d *Demo) Progress(ctx context.Context) (Progress, error) {
	d.progress.mu.Lock()
	defer d.progress.mu.Unlock()
	if time.Since(d.progress.at) < progressFor {
		return d.progress.last, nil
	}
	f, err := d.loadFacts(ctx)
	if err != nil {
		return Progress{}, err
	}
	d.progress.last, d.progress.at = progressOf(d.steps(f)), time.Now()
	return d.progress.last, nil
}

func progressOf(steps []step) Progress {
	p := Progress{Of: len(steps)}
	for i, s := range steps {
		if s.Done {
			p.Done++
			continue
		}
		if p.Next == "" {
			p.Next = "Next: " + s.Title
			p.Address = fmt.Sprintf("/demo#step-%d", i)
		}
	}
	if p.Next == "" {
		p.Next, p.Address = "Now for real", "/demo#for-real"
	}
	return p
}
