package sso

// GroupTrace is what a mapping makes of the groups that an identity provider
// sent for one person, value by value.
type GroupTrace struct {
	Source string        // the claim that was read; "" if none of those the mapping names was there
	Values []TracedGroup // in the order in which they were sent
}

// TracedGroup is one value on its way to a group.
type TracedGroup struct {
	Sent    string    // after splitting, not escaped
	Name    string    // what is compared with the names of groups; "" if it names none
	LeftOut bool      // by include or exclude
	Why     RawReason // why it names no group; "" if it does
	Groups  []GroupPlace
}

// GroupPlace is a group by the names of it and of its organization.
type GroupPlace struct {
	Group        GroupID
	Name         string
	Organization string
}
