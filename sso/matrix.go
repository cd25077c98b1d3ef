package sso

// SaidName is a name of a group as the identity provider knows it, and of how
// many people it last said it.
type SaidName struct {
	Name   string
	People int
}

// GroupTally is how many people are in a group.
type GroupTally struct {
	Group   Group
	Members int
}
