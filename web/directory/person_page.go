package directory

import "gatehouse/web/ui"

// personDetailPage is all that is known about somebody.
type personDetailPage struct {
	ui.Base
	Name       string // or login
	Wrong      []ui.Wrong
	Status     ui.Badge
	Facts      []ui.Fact
	Contested  string  // the login that this person and another one claim; "" for none
	Question   ui.Link // where that is decided
	GiveLogin  string  // where another login is posted
	LoginGiven bool    // an admin gave the login
	Login      ui.Field
	Waits      *ui.Press // to vouch for somebody who waits for it; nil if they do not
	Sees       string    // what their own page says, in a sentence
	Groups     []groupRow
	AddHref    string
	Lasting    []string // what becomes of changes by hand, connection by connection
	Identities []identityRow
	SignIns    []attemptRow
	SignInsAll string // address of all of them
	Syncs      []syncRow
	SyncsAll   string
	Sessions   []sessionRow
	EndAll     *ui.Press // nil if there are none
	Restore    momentForm
	Vouch      *ui.Press   // for somebody who does not wait for it; nil if it was done
	Reactivate *ui.Press   // nil if they may act
	Deactivate *ui.Confirm // nil if they may not
}

func (p *personDetailPage) Title() string { return p.Name }

// groupRow is a group somebody is in.
type groupRow struct {
	Organization ui.Link
	Group        ui.Link
	Source       string
	Since        ui.Time
	Cause        causeLink
	Remove       *ui.Press // nil where it goes with another one
}

// identityRow is who somebody is at one identity provider.
type identityRow struct {
	Connection ui.Link
	Subject    string // "" while none is bound
	Login      string
	Since      ui.Time
	LastSeen   ui.Time
}

// attemptRow is one try to sign in.
type attemptRow struct {
	At        ui.Time
	Result    ui.Badge
	Code      string
	Remote    string
	Reference ui.Link
}

// syncRow is what one sign-in, or one admin, changed about somebody's groups.
type syncRow struct {
	At     ui.Time
	What   string // in a sentence
	State  ui.Badge
	Record ui.Link
}

// sessionRow is a browser in which somebody is signed in.
type sessionRow struct {
	Browser string
	Remote  string
	Began   ui.Time
	Seen    ui.Time
	End     ui.Press
}
