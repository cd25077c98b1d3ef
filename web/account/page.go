package account

import "gatehouse/web/ui"

// accountPage shows a user's own account.
type accountPage struct {
	ui.Base
	Applications  []tile
	Profile       profileFacts
	Organizations []organization
	Sessions      []session
	SignIns       []signInRow
}

func (accountPage) Title() string { return "My account" }

// Others reports whether there are sessions besides this one.
func (p *accountPage) Others() bool { return len(p.Sessions) > 1 }

// tile is an application of the list.
type tile struct {
	Name    string
	Letter  string // in place of a logo
	Href    string // "" if it does not open
	Host    string // with the path, if several are at the host
	path    string
	Closed  bool   // it needs a group that the user is not in
	Missing string // some of these groups, "main/finance, main/board"; "" if none may be named
}

// profileFacts is the user's profile and how they signed in.
type profileFacts struct {
	Name, Login, Email string
	EmailVerified      bool
	Connection         string // "Employees (Okta, SAML)"
	SignedInAt         ui.Time
}

// organization is an organization with the user's groups in it.
type organization struct {
	Name   string
	Groups []group
}

// group is one membership.
type group struct {
	Name   string
	Source string // in words, such as "from your company’s sign-in"
	Since  ui.Time
}

// session is a signed-in browser.
type session struct {
	ID      string
	Browser ui.Browser
	Remote  string
	Current bool
	Began   ui.Time
	Seen    ui.Time
}

// signInRow is one sign-in attempt.
type signInRow struct {
	At        ui.Time
	Succeeded bool
	Remote    string
	Reference string
}

// noAccessPage is shown to a user whose groups give no access.
type noAccessPage struct {
	ui.Base
	Profile  profileFacts
	Asserted []string   // group names that the company sent
	Near     []nearName // near misses of these names
	Told     bool       // the company sent a list of groups, maybe empty
}

// nearName is a near miss: the name that the company sent and the group's name here,
// for its IT team.
type nearName struct{ Asserted, Name string }

func (noAccessPage) Title() string { return "No access yet" }
