package sso

// SaidName is a name of a group as the identity provider knows it, and of how
// many people it last said it.
type SaidName struct {
	Name   string
	People int
}

// GroupTally is how many people are in a group, and how many the identity
// providers last named into it by one of its names. Group has its IdP names.
type GroupTally struct {
	Group    Group
	Members  int
	Expected int // 0 for a default group
}
