package access

import "gatehouse/web/ui"

// adminWelcomePage makes somebody who was invited an admin.
type adminWelcomePage struct {
	ui.Base
	Wrong    []ui.Wrong
	Action   string
	Recovery bool
	Expires  ui.Time
	Fields   []ui.Field
}

func (adminWelcomePage) Title() string { return "Create your admin account" }

// adminAccountPage is what an admin is told about their own account.
type adminAccountPage struct {
	ui.Base
	Next     *ui.Link // what comes after the account was created; nil later
	Wrong    []ui.Wrong
	Facts    []ui.Fact
	Fields   []ui.Field // of another password
	Passkeys []passkeyRow
	Add      *passkeyChallenge // nil where passkeys cannot be used
	Tied     *tiedTo           // nil if the account is nobody's by single sign-on
	CanTie   *tiedTo           // who is signed in by single sign-on in this browser; nil for nobody
	// Confirm is where the password or a passkey is given again, which tying and
	// adding a passkey need; "" if that was done lately.
	Confirm string
}

func (adminAccountPage) Title() string { return "Your admin account" }

// tiedTo is who somebody is by single sign-on.
type tiedTo struct{ Name, Login, Enterprise string }

// passkeyRow is one of somebody's passkeys.
type passkeyRow struct {
	Name   string
	Made   ui.Time
	Used   ui.Time
	Remove ui.Confirm
}
