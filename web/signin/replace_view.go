package signin

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
)

// replacePage asks a signed-in user whether to sign in elsewhere instead, which
// ends the current session.
type replacePage struct {
	ui.Base
	Current ui.Person
	At      string // the company where they are signed in
	Login   string // login of the new session; "" if not known yet
	Same    bool   // as another person of the same company
	Action  string
	Fields  []ui.HiddenField
}

// newReplace returns the page. Agreeing posts the form of yes.
func newReplace(current sso.Principal, to sso.Enterprise, login string, yes sso.Redirect) *replacePage {
	next := ui.NewContinue(to, yes, false)
	return &replacePage{
		Base:    ui.BaseOf(to),
		Current: ui.Person{Name: current.User.Name, Login: current.User.Login},
		At:      current.Enterprise.Name,
		Login:   login,
		Same:    current.Enterprise.ID == to.ID,
		Action:  next.Action,
		Fields:  next.Fields,
	}
}

func (p *replacePage) Title() string {
	if p.Same {
		return "Sign in as another person?"
	}
	return "Sign in at another company?"
}
