package login

import (
	"errors"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// Question is what a person has to agree to before a sign-in replaces the
// session that their browser has.
type Question struct {
	Current    sso.Principal // whose session would end; without groups
	Enterprise sso.Enterprise
	Connection sso.ConnectionID
	Login      string // who the identity provider says they are
	ReturnTo   string
	// Unused says that the response was not used up, so that the browser may
	// deliver it once more with the answer. Otherwise a new sign-in has to begin.
	Unused bool
}

// errHeldBack is why an unsolicited response is not acted on yet: whose session it
// would replace is known only with the browser's cookies.
var errHeldBack = errors.New("the browser held its cookies back")

// occupied is why a sign-in does not go on: the browser is signed in as somebody
// else, who was not asked.
type occupied struct{ current sso.Principal }

func (o *occupied) Error() string {
	return "the browser is signed in as " + string(o.current.User.ID)
}

// mayReplace refuses a sign-in that would end a live session of this browser
// which its owner did not agree to end.
//
// A session of another company is never ended by a link alone. Within a company,
// the identity provider decides who is there, so a sign-in that this browser
// began replaces whatever session it has. A response that nobody asked for could
// have been posted by any site, with an account of its own: it replaces only a
// session of the same person.
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
			return nil // of several they agreed to end what they have
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

// orAsk returns refused, the error of a decision; or where the user is let in, now
// or after a code, that of mayReplace. proven reports that they entered a code, on
// a page that names where it leads.
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
