package signin

import "gatehouse/web/ui"

// logoutConfirmPage asks, because a link alone must not sign anybody out.
type logoutConfirmPage struct{ ui.Base }

func (logoutConfirmPage) Title() string { return "Sign out?" }
