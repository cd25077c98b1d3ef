package login_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

// TestSignInEndsTheBrowsersSession: over SAML the identity provider's page posts
// the answer, so the session cookie does not come with it; over OpenID Connect it
// does.
func TestSignInEndsTheBrowsersSession(t *testing.T) {
	each(t, func(w *world) {
		w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
		for _, c := range []*company{w.acme, w.globex} {
			elsewhere := w.enters(c, "ada")
			w.browser = sso.NewSecret()
			before := w.revoked
			first := w.again(c, "ada")
			if w.revoked != before {
				w.Error("nodes are told of nothing")
			}
			w.clock.Move(time.Minute)
			second := w.again(c, "bob")
			third := w.again(c, "bob")
			if w.alive(first) ||
				w.alive(second) ||
				!w.alive(third) ||
				w.revoked != before+2 {
				w.Errorf(
					"%s: first %v, second %v, third %v; nodes told %d times",
					c.Key, w.alive(first), w.alive(second), w.alive(third),
					w.revoked-before,
				)
			}
			if !w.alive(elsewhere) {
				w.Errorf("%s: another browser was signed out", c.Key)
			}
			events, _, err := w.db.AuditEvents(
				w.Context(), c.ID, sso.AuditFilter{Action: "session.replaced"},
				sso.Page{},
			)
			w.ok(err)
			if len(events) != 2 ||
				events[1].Target != string(first.Session.ID) ||
				events[1].Actor != string(first.User.ID) {
				w.Errorf("%s: %+v", c.Key, events)
			}
		}

		w.browser = sso.NewSecret()
		ours := w.again(w.acme, "ada")
		theirs := w.again(w.globex, "ada")
		if w.alive(ours) || !w.alive(theirs) {
			w.Error("signing in at another company leaves the old session alive")
		}
		events, _, err := w.db.AuditEvents(
			w.Context(), w.acme.ID, sso.AuditFilter{Action: "session.replaced"},
			sso.Page{Limit: 1},
		)
		w.ok(err)
		if len(events) != 1 || events[0].Target != string(ours.Session.ID) {
			w.Errorf("the audit log of the other company has %+v", events)
		}

		// A tile in the identity provider's portal: only the cookie of the browser
		// comes along, or that of the session alone.
		tile := w.unsolicited(w.acme, "bob")
		tile.Replaces = theirs.Session.ID
		r, err := w.complete(w.acme, tile)
		w.ok(err)
		if w.alive(theirs) || !w.alive(r) {
			w.Error("the tile leaves the old session alive")
		}
		cb := w.unsolicited(w.acme, "bob")
		cb.Browser, cb.Sessions = "", []sso.Secret{r.Token, sso.NewSecret()}
		last, err := w.complete(w.acme, cb)
		w.ok(err)
		if w.alive(r) || !w.alive(last) {
			w.Error("the session whose cookie came is alive")
		}
		other, err := w.complete(w.acme, func() sso.Callback {
			cb := w.unsolicited(w.acme, "eve")
			cb.Browser = ""
			return cb
		}())
		w.ok(err)
		if !w.alive(last) || !w.alive(other) {
			w.Error("a browser without cookies ends somebody's session")
		}
	})
}

// TestFailedSignInEndsNothing: what is written is written together.
func TestFailedSignInEndsNothing(t *testing.T) {
	each(t, func(w *world) {
		cb := w.answer(w.acme, "ada", w.begin(w.acme))
		first, err := w.complete(w.acme, cb)
		w.ok(err)
		if _, err := w.complete(w.acme, cb); sso.CodeOf(err) != "saml_replayed" {
			w.Errorf("%v", err)
		}
		if !w.alive(first) {
			w.Error("a sign-in that failed ended a session")
		}
	})
}

// again is a sign-in in the browser that was used last.
func (w *world) again(c *company, person string) login.Result {
	w.Helper()
	r, err := w.complete(c, w.answer(c, person, w.begin(c)))
	w.ok(err)
	return r
}
