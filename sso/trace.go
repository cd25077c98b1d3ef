package sso

// GroupTrace is the result of mapping the groups that an identity provider sent
// for one user, value by value.
type GroupTrace struct {
	Source string        // the claim that was read; "" if no claim of the mapping was present
	Values []TracedGroup // in the order in which they were sent
}

// TracedGroup is one value and its result.
type TracedGroup struct {
	Sent    string    // after splitting, not escaped
	Name    string    // what is compared with names of groups; "" if it names none
	LeftOut bool      // by include or exclude
	Why     RawReason // why it names no group; "" if it does
	Groups  []GroupPlace
}

// GroupPlace is a group by its name and that of its organization.
type GroupPlace struct {
	Group        GroupID
	Name         string
	Organization string
}
