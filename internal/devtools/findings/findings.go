package findings

import "fmt"

// Finding is a violation of a limit or a rule.
type Finding struct {
	File string // relative to the module; empty for a finding about the whole module
	Line int
	What string

	List   string // the list that may excuse it; empty if nothing does
	Key    string // key of the entry in that list
	Weight int    // size, 1 if nothing is measured
}

func (f Finding) String() string {
	if f.File == "" {
		return f.What
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}
