package account

import "gatehouse/web/ui"

// accountPage is what somebody is told about themselves.
type accountPage struct {
	ui.Base
	Profile       profileFacts
	Organizations []organization
	Sessions      []session
	SignIns       []signInRow
}

func (accountPage) Title() string { return "My account" }

// Others reports whether there are sessions besides this one.
func (p *accountPage) Others() bool { return len(p.Sessions) > 1 }

// profileFacts is who somebody is and how their company vouches for them.
type profileFacts struct {
	Name, Login, Email string
	EmailVerified      bool
	Connection         string // "Okta (SAML)"
	SignedInAt         ui.Time
}

// organization is one with its groups.
type organization struct {
	Name   string
	Groups []group
}

// group is a membership.
type group struct {
	Name   string
	Source string // in words: "from your company's sign-in"
	Since  ui.Time
}

// session is a signed-in browser.
type session struct {
	ID      string
	Browser string // "Firefox on Windows"
	Remote  string
	Current bool
	Began   ui.Time
	Seen    ui.Time
}

// signInRow is one try to sign in.
type signInRow struct {
	At        ui.Time
	Succeeded bool
	Result    string
	Remote    string
	Reference string
}

// noAccessPage is the account of somebody whom no group of theirs lets in anywhere.
type noAccessPage struct {
	ui.Base
	Profile  profileFacts
	Asserted []string   // group names the company did send
	Near     []nearName // what some of them nearly are
	Told     bool       // the company sent groups, if only an empty list
}

// nearName is a group name the company sent and the one here that it nearly is, for
// the IT team: the difference can be hard to see.
type nearName struct{ Asserted, Name string }

func (noAccessPage) Title() string { return "No access yet" }
