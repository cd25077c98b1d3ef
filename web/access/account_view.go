package access

import "gatehouse/web/ui"

// adminWelcomePage creates the account of an invited admin.
type adminWelcomePage struct {
	ui.Base
	Wrong    []ui.Wrong
	Action   string
	Recovery bool
	Expires  ui.Time
	Fields   []ui.Field
}

func (adminWelcomePage) Title() string { return "Create your admin account" }

// adminAccountPage shows an admin's own account.
type adminAccountPage struct {
	ui.Base
	Next     *ui.Link // next step after the account was created; nil later
	Wrong    []ui.Wrong
	Facts    []ui.Fact
	Fields   []ui.Field // of the new password
	Passkeys []passkeyRow
	Add      *passkeyChallenge // nil if passkeys cannot be used
	Tied     *tiedTo           // nil if not linked to a single sign-on user
	CanTie   *tiedTo           // the single sign-on user of this browser; nil for none
	// Confirm is the page that asks for the password or a passkey again, which
	// linking and adding a passkey need; "" if confirmed recently.
	Confirm string
}

func (adminAccountPage) Title() string { return "Your admin account" }

// tiedTo is a single sign-on user.
type tiedTo struct{ Name, Login, Enterprise string }

// passkeyRow is one passkey of the account.
type passkeyRow struct {
	Name   string
	Made   ui.Time
	Used   ui.Time
	Remove ui.Confirm
}
