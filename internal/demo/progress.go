package demo

import (
	"context"
	"fmt"
)

// Progress is how far the checklist is done.
type Progress struct {
	Done, Of int
	// Next is the first step that is not done, and Address its place on the checklist;
	// if all are done, what to do for real.
	Next, Address string
}

// Progress returns how far the checklist is done. It asks the store each time, so that the
// page opened after a step shows it done.
func (d *Demo) Progress(ctx context.Context) (Progress, error) {
	f, err := d.loadFacts(ctx)
	if err != nil {
		return Progress{}, err
	}
	return progressOf(d.steps(f)), nil
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
