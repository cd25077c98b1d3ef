package sso

// AssertedName is an asserted name of a group, and for how many users it was last
// asserted.
type AssertedName struct {
	Name   string
	People int
}

// GroupTally is the number of members of a group, and for how many users one of
// its names was last asserted. Group has its IdP names and roles.
type GroupTally struct {
	Group    Group
	Members  int
	Expected int // 0 for a default group
}
