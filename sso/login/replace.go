package login

import (
	"errors"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// Question asks a user to agree that a sign-in replaces the session of their
// browser.
type Question struct {
	Current    sso.Principal // the user whose session would end; without groups
	Enterprise sso.Enterprise
	Connection sso.ConnectionID
	Login      string // as asserted by the identity provider
	ReturnTo   string
	// Unused says that the response was not used up, so that the browser may
	// deliver it once more with the answer. Otherwise a new sign-in has to begin.
	Unused bool
}

// errHeldBack defers an unsolicited response that came without the browser's
// cookies, so that the session it would replace is unknown.
var errHeldBack = errors.New("the browser held its cookies back")

// occupied is the error of a sign-in that would end the session of another user
// without asking.
type occupied struct{ current sso.Principal }

func (o *occupied) Error() string {
	return "the browser is signed in as " + string(o.current.User.ID)
}

// mayReplace refuses a sign-in that would end a session of this browser without
// its user's agreement.
//
// A link alone never ends a session of another company. Within a company the
// identity provider decides which user is signed in, so a sign-in that this
// browser began replaces any session. Any site could have posted an unsolicited
// response, for an account of its own: it replaces only a session of the same
// user.
func (t *try) mayReplace(facts sso.SignInFacts) error {
	agreed := t.cb.Replaces
	if t.pending != nil && agreed == "" {
		agreed = t.pending.Replaces
	}
	var current *sso.Principal
	for i, p := range facts.Replaced {
		foreign := p.Enterprise.ID != t.c.Enterprise
		other := p.User.ID != facts.User.ID && t.pending == nil
		if !p.Session.Alive(t.svc.Now()) || !foreign && !other {
			continue
		}
		if p.Session.ID == agreed {
			return nil // the user agreed to end any of several sessions
		}
		if current == nil {
			current = &facts.Replaced[i]
		}
	}
	switch {
	case current != nil:
		return &occupied{*current}
	case t.pending == nil && t.cb.HeldBack:
		return errHeldBack
	}
	return nil
}

// orAsk returns refused, the error of a decision, or if the decision allows the
// sign-in, now or after a code, the error of mayReplace. proven reports that the
// user entered a code, on a page that names the company.
func (t *try) orAsk(d evaluate.Decision, proven bool, refused error) error {
	r := d.Refusal()
	if !proven && (r == nil || r.Until == evaluate.UntilCode) {
		if asks := t.mayReplace(d.Facts); asks != nil {
			return asks
		}
	}
	return refused
}

// question is the result of a sign-in that mayReplace refused; ok is false for any
// other error.
func (t *try) question(err error, ent sso.Enterprise, identity sso.Identity, returnTo string) (_ Result, ok bool) {
	if errors.Is(err, errHeldBack) {
		return Result{Outcome: Redeliver}, true
	}
	o, ok := errors.AsType[*occupied](err)
	if !ok {
		return Result{}, false
	}
	return Result{
		Outcome: Asks,
		Question: &Question{
			Current:    o.current,
			Enterprise: ent,
			Connection: t.c.ID,
			Login:      identity.Login,
			ReturnTo:   returnTo,
			Unused:     t.c.Protocol == sso.SAML,
		},
	}, true
}
