package directory

import "gatehouse/web/ui"

// subjectsRow is a connection whose identity provider sends new subjects for known
// logins.
type subjectsRow struct {
	ID         string
	Connection ui.Link
	People     string // such as "137 people"
	Logins     []string
	More       int    // people beside those of Logins
	Known      string // such as "3 people", who signed in as before; "" for nobody
	Since      ui.Time
	Refused    bool   // an admin has answered so
	Action     string // where the answer is posted
}
