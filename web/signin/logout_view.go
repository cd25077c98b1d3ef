package signin

import "gatehouse/web/ui"

// logoutConfirmPage asks for confirmation: a link alone must not sign a user out.
type logoutConfirmPage struct {
	ui.Base
	ReturnTo string // after signing in again
}

func (logoutConfirmPage) Title() string { return "Sign out?" }
