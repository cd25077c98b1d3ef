package access

import "gatehouse/web/ui"

// adminSignInPage is how local admins get into the console.
type adminSignInPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Login    ui.Field
	Password ui.Field
	ReturnTo string // "" for nowhere in particular
	// Company leads to the single sign-on that the login's company insists on;
	// nil if it does not, or none is known.
	Company *ui.Choice
	Passkey *passkeyChallenge // nil where passkeys cannot be used
}

func (adminSignInPage) Title() string { return "Sign in to the console" }

// passkeyChallenge is what a passkey answers, as the browser's interface wants it.
type passkeyChallenge struct {
	Action  string // where the answer is posted
	Options string // JSON
	Token   string // by which we know the challenge again
}

// adminConfirmPage asks an operator for a password or passkey once more.
type adminConfirmPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Login    string
	Password ui.Field
	ReturnTo string
	Passkey  *passkeyChallenge // nil where the account has none
}

func (adminConfirmPage) Title() string { return "Confirm that it is you" }
