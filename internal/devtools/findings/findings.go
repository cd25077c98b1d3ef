package findings

import "fmt"

// Finding is one thing that is over budget or out of place.
type Finding struct {
	File string // relative to the module; empty if the finding is about the module as a whole
	Line int
	What string

	List   string // the list that may excuse it; empty if nothing does
	Key    string // what the entry in that list names
	Weight int    // how large it is, 1 if nothing is measured
}

func (f Finding) String() string {
	if f.File == "" {
		return f.What
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}
