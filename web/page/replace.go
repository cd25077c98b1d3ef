package page

import (
	"gatehouse/sso"
)

// Replace asks a person who is signed in whether they want to sign in elsewhere
// instead, which ends the session they have.
type Replace struct {
	Base
	Current Person
	At      string // the company where they are signed in
	Login   string // whom they would be signed in as; "" if that is not known yet
	Same    bool   // as another person of the same company
	Action  string
	Fields  []HiddenField
}

// NewReplace makes the page. Agreeing posts the form of yes.
func NewReplace(current sso.Principal, to sso.Enterprise, login string, yes sso.Redirect) *Replace {
	next := NewContinue(to.Name, yes, false)
	return &Replace{
		Base:    Base{Enterprise: to.Name},
		Current: Person{current.User.Name, current.User.Login},
		At:      current.Enterprise.Name,
		Login:   login,
		Same:    current.Enterprise.ID == to.ID,
		Action:  next.Action,
		Fields:  next.Fields,
	}
}

func (p *Replace) title() string {
	if p.Same {
		return "Sign in as another person?"
	}
	return "Sign in at " + p.Enterprise + " instead?"
}
