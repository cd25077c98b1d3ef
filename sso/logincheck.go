package sso

// LoginCheck compares the logins of people who signed in with the users that the
// identity provider pushed.
type LoginCheck struct {
	Pushed  int // users, in total
	SignIns int // people compared: those who signed in last
	Matched int // of SignIns: a pushed user has the login as userName
	// Different are pushed users who seem to be one of SignIns, under another
	// userName; at most 20, of DifferentCount.
	Different      []LoginDifference
	DifferentCount int
	// Missing are logins that no pushed user seems to have; at most 20, of
	// MissingCount.
	Missing      []string
	MissingCount int
}

// LoginDifference is a pushed user whose userName is not the login of the person.
type LoginDifference struct {
	Login    string
	UserName string
	By       string // what both have: "e-mail address" or "externalId"
}
