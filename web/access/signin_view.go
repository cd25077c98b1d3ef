package access

import "gatehouse/web/ui"

// adminSignInPage is the sign-in page of local admins.
type adminSignInPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Login    ui.Field
	Password ui.Field
	ReturnTo string // "" for the first page
	// Company links to the single sign-on that the login's company enforces; nil
	// without one.
	Company *ui.Choice
	Passkey *passkeyChallenge // nil where passkeys cannot be used
}

func (adminSignInPage) Title() string { return "Sign in to the console" }

// passkeyChallenge is a WebAuthn challenge for the browser.
type passkeyChallenge struct {
	Action  string // posts the assertion
	Options string // JSON
	Token   string // identifies the challenge
}

// adminConfirmPage asks an operator for a password or passkey once more.
type adminConfirmPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Login    string
	Password ui.Field
	ReturnTo string
	Passkey  *passkeyChallenge // nil if the account has none
}

func (adminConfirmPage) Title() string { return "Confirm that it is you" }
