package login_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

// asks asserts that a response led to a question about a session and to nothing
// else: the session is alive, and no sign-in happened.
func (w *world) asks(name string, r login.Result, err error, about login.Result, to *company) {
	w.Helper()
	w.ok(err)
	q := r.Question
	if q == nil ||
		r.Token != "" ||
		r.Session.ID != "" ||
		r.Proof != "" ||
		r.Outcome == login.Redeliver {
		w.Fatalf("%s: no question but %+v", name, r)
	}
	now := q.Current
	same := now.Session.ID == about.Session.ID && now.User.Login == about.User.Login
	if !same ||
		now.Enterprise.Name != about.Enterprise.Name ||
		q.Enterprise.ID != to.ID ||
		q.Connection != to.conn.ID ||
		q.Unused != (to.conn.Protocol == sso.SAML) {
		w.Errorf("%s: asks %+v", name, q)
	}
	if !w.alive(about) {
		w.Errorf("%s: the session ended with the question", name)
	}
}

// beginsWith is begin for a browser that agreed to the end of a session, or to
// nothing.
func (w *world) beginsWith(c *company, replaces sso.SessionID) sso.Redirect {
	w.Helper()
	r, err := w.login.Begin(w.Context(), login.Start{
		Enterprise: c.ID,
		Connection: c.conn.ID,
		Browser:    w.browser,
		Replaces:   replaces,
		ReturnTo:   "/back",
	})
	w.ok(err)
	return r
}

// TestAnotherCompanyAsks: a response of another company ends the session of a
// browser only if its owner agreed to the end of that very session.
func TestAnotherCompanyAsks(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []struct{ from, to *company }{{w.acme, w.globex}, {w.globex, w.acme}} {
			w.browser = sso.NewSecret()
			early := w.beginsWith(c.to, "") // before there was anything to ask about
			before := len(w.users(c.to))
			first := w.again(c.from, "ada")

			cb := w.answer(c.to, "bob", early)
			r, err := w.complete(c.to, cb)
			w.asks("begun before", r, err, first, c.to)
			if r.Question.Login != "bob" || r.Question.ReturnTo != "/back" {
				w.Errorf("asks %+v", r.Question)
			}

			r, err = w.complete(c.to, w.answer(c.to, "bob", w.beginsWith(c.to, "")))
			w.asks("agreed to nothing", r, err, first, c.to)
			r, err = w.complete(
				c.to,
				w.answer(
					c.to, "bob",
					w.beginsWith(c.to, sso.NewID[sso.SessionID](start())),
				),
			)
			w.asks("agreed to another session", r, err, first, c.to)

			agreed := w.beginsWith(c.to, first.Session.ID)
			second := w.again(c.from, "ada") // meanwhile, in another tab
			r, err = w.complete(c.to, w.answer(c.to, "bob", agreed))
			w.asks("agreed to the session before", r, err, second, c.to)

			r, err = w.complete(
				c.to, w.answer(c.to, "bob", w.beginsWith(c.to, second.Session.ID)),
			)
			w.ok(err)
			if !w.alive(r) || w.alive(second) || r.Enterprise.ID != c.to.ID {
				w.Errorf("agreed: %+v", r)
			}
			if n := len(w.users(c.to)) - before; n != 1 {
				w.Errorf("%d new users; want only the one who signed in", n)
			}
		}
	})
}

// TestAgreedResponseIsUsedOnce: a SAML response that led to a question is good for
// the answer, and then for nothing.
func TestAgreedResponseIsUsedOnce(t *testing.T) {
	each(t, func(w *world) {
		first := w.again(w.globex, "ada")
		cb := w.answer(w.acme, "ada", w.beginsWith(w.acme, ""))
		r, err := w.complete(w.acme, cb)
		w.asks("at first", r, err, first, w.acme)
		if len(w.users(w.acme)) != 0 || w.attempts(w.acme, "") != 0 {
			w.Error("a question left something behind")
		}
		cb.Replaces = first.Session.ID
		r, err = w.complete(w.acme, cb)
		w.ok(err)
		if !w.alive(r) || w.alive(first) {
			w.Errorf("agreed: %+v", r)
		}
		_, err = w.complete(w.acme, cb)
		w.recorded(w.acme, err, sso.Conflict, "saml_replayed")
	})
}

// TestFailedSwitchEndsNothing: agreeing ends no session; only the one that begins
// does.
func TestFailedSwitchEndsNothing(t *testing.T) {
	each(t, func(w *world) {
		first := w.again(w.globex, "ada")
		redirect := w.beginsWith(w.acme, first.Session.ID)
		cb := w.answer(w.acme, "ada", redirect)
		w.clock.Move(11 * time.Minute)
		if _, err := w.complete(w.acme, cb); err == nil {
			w.Error("a sign-in that took too long succeeded")
		}
		if !w.alive(first) {
			w.Error("the session ended with a sign-in that failed")
		}
	})
}

// TestSameCompanyIsNotAsked: within a company, the identity provider decides whose
// session a sign-in of this browser becomes; and a session that is over is asked
// about nowhere.
func TestSameCompanyIsNotAsked(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.browser = sso.NewSecret()
			first := w.again(c, "ada")
			for _, person := range []string{"ada", "bob"} {
				r, err := w.complete(c, w.answer(c, person, w.beginsWith(c, "")))
				w.ok(err)
				if r.Question != nil || !w.alive(r) || w.alive(first) {
					w.Errorf("%s: %+v", person, r)
				}
				first = r
			}
		}
		w.browser = sso.NewSecret()
		w.again(w.globex, "ada")
		w.clock.Move(2 * time.Hour) // it was not used for longer than it may be idle
		r, err := w.complete(
			w.acme, w.answer(w.acme, "ada", w.beginsWith(w.acme, "")),
		)
		w.ok(err)
		if r.Question != nil || !w.alive(r) {
			w.Errorf("asked about a session that is over: %+v", r)
		}
		ended := r
		w.ok(w.db.RevokeSession(w.Context(), by, w.acme.ID, ended.Session.ID))
		r, err = w.complete(
			w.globex, w.answer(w.globex, "ada", w.beginsWith(w.globex, "")),
		)
		w.ok(err)
		if r.Question != nil || !w.alive(r) {
			w.Errorf("asked about a session that was ended: %+v", r)
		}
	})
}

// TestPostedResponseReplacesNobody is login cross-site request forgery: a site
// posts an IdP-initiated response, captured or of an account of its own, in the
// browser of a person who is signed in, as another person of the same company or
// elsewhere.
func TestPostedResponseReplacesNobody(t *testing.T) {
	each(t, func(w *world) {
		w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
		for name, victim := range map[string]*company{
			"the same company": w.acme,
			"another company":  w.globex,
		} {
			w.browser = sso.NewSecret()
			first := w.again(victim, "ada")
			own := w.unsolicited(w.acme, "eve")
			r, err := w.complete(w.acme, own)
			w.asks(name, r, err, first, w.acme)
			own.Replaces = sso.NewID[sso.SessionID](start())
			r, err = w.complete(w.acme, own)
			w.asks(name+", another session named", r, err, first, w.acme)

			// With the session's cookie and not the browser's, it is the same.
			tokens := w.unsolicited(w.acme, "eve")
			tokens.Browser, tokens.Sessions = "", []sso.Secret{first.Token}
			r, err = w.complete(w.acme, tokens)
			w.asks(name+", by the session cookie", r, err, first, w.acme)

			own.Replaces = first.Session.ID
			r, err = w.complete(w.acme, own)
			w.ok(err)
			if !w.alive(r) || w.alive(first) {
				w.Errorf("%s, agreed: %+v", name, r)
			}
		}
		w.browser = sso.NewSecret()
		first := w.again(w.acme, "ada")
		r, err := w.complete(w.acme, w.unsolicited(w.acme, "ada"))
		w.ok(err)
		if r.Question != nil || !w.alive(r) || w.alive(first) {
			w.Errorf("a click on the tile by the same person: %+v", r)
		}
	})
}

// TestHeldBackCookies: an unsolicited response that another site posts is acted on
// only once the browser has sent its cookies; garbage never gets that far.
func TestHeldBackCookies(t *testing.T) {
	each(t, func(w *world) {
		w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
		w.browser = ""
		cb := w.unsolicited(w.acme, "ada")
		cb.HeldBack = true
		r, err := w.complete(w.acme, cb)
		w.ok(err)
		if r.Outcome != login.Redeliver ||
			r.Token != "" ||
			len(w.users(w.acme)) != 0 {
			w.Fatalf("acted on: %+v", r)
		}
		cb.HeldBack, cb.Browser = false, sso.NewSecret()
		r, err = w.complete(w.acme, cb)
		w.ok(err)
		if !w.alive(r) {
			w.Errorf("delivered again: %+v", r)
		}
		forged := w.unsolicited(w.acme, "bob")
		forged.HeldBack = true
		forged.Form.Set("SAMLResponse", "PHg+")
		if r, err := w.complete(w.acme, forged); err == nil || r.Outcome == login.Redeliver {
			w.Errorf("garbage is delivered again: %+v, %v", r, err)
		}
	})
}

// TestCodeIsAskedForAfterTheQuestion: the question comes before a code is sent, and
// is not repeated when the code was entered.
func TestCodeIsAskedForAfterTheQuestion(t *testing.T) {
	each(t, func(w *world) {
		w.outside(w.acme, "always", "")
		first := w.again(w.globex, "ada")
		cb := w.answer(w.acme, "out", w.beginsWith(w.acme, ""))
		r, err := w.complete(w.acme, cb)
		w.asks("before the code", r, err, first, w.acme)
		if len(w.box.letters) != 0 {
			w.Errorf("%d codes were sent before the question", len(w.box.letters))
		}
		cb.Replaces = first.Session.ID
		r, err = w.complete(w.acme, cb)
		w.ok(err)
		if r.Proof == "" || !w.alive(first) {
			w.Fatalf("agreed: %+v", r)
		}
		done, err := w.verify(r.Proof, w.code())
		w.ok(err)
		if done.Question != nil || !w.alive(done) || w.alive(first) {
			w.Errorf("the code was entered: %+v", done)
		}
	})
}
