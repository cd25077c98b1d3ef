package login_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

func TestSignIn(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.ok(c.idp.SetGroups("id-ada", []string{"dev", "sre", "nowhere"}))
			redirect := w.begin(c)
			w.clock.Move(time.Minute)
			r, err := w.complete(c, w.answer(c, "ada", redirect))
			w.ok(err)
			now := w.clock.Now()
			wantSession := sso.Session{
				ID:           r.Session.ID,
				Token:        r.Token.Hash(),
				Browser:      w.browser.Hash(),
				Enterprise:   c.ID,
				Connection:   c.conn.ID,
				User:         r.User.ID,
				Attempt:      r.Session.Attempt,
				Subject:      "id-ada",
				NameIDFormat: r.Session.NameIDFormat,
				SessionIndex: r.Session.SessionIndex,
				Authn:        r.Session.Authn,
				Remote:       "192.0.2.7",
				UserAgent:    "Browser/1",
				CreatedAt:    now,
				LastSeenAt:   now,
				IdleTimeout:  time.Hour,
				ExpiresAt:    r.Session.ExpiresAt,
			}
			if diff := cmp.Diff(wantSession, r.Session); diff != "" || r.Session.SessionIndex == "" {
				w.Error(diff)
			}
			if c.conn.Protocol == sso.SAML && r.Session.Authn.Acr == "" || r.Session.Authn.AuthnAt.IsZero() {
				w.Errorf("the session does not say how the user authenticated: %+v", r.Session.Authn)
			}
			wantUser := sso.User{
				ID:            r.User.ID,
				Enterprise:    c.ID,
				Login:         "ada",
				Email:         "ada@" + c.Key + ".example",
				EmailVerified: true,
				Name:          "ADA X",
				Status:        sso.UserActive,
				CreatedAt:     now,
				LastSignInAt:  now,
			}
			if diff := cmp.Diff(wantUser, r.User); diff != "" {
				w.Error(diff)
			}
			if r.Enterprise != c.Enterprise ||
				r.ReturnTo != "/wiki?p=1" ||
				r.Start != nil {
				w.Errorf("%+v", r)
			}
			opened := w.principal(r)
			if len(opened.Groups) != 5 {
				w.Errorf("it speaks for %+v", opened.Groups)
			}
			opened.Groups = nil
			if diff := cmp.Diff(sso.Principal{
				Session:    r.Session,
				User:       r.User,
				Enterprise: c.Enterprise,
				Protocol:   c.conn.Protocol,
			}, opened); diff != "" {
				w.Errorf("what the session opens: %s", diff)
			}
			w.in(
				c, r.User.ID, "web/dev=jit", "web/sre=jit", "web/Members=default",
				"app/dev=jit", "app/Members=default",
			)
			attempt, err := w.db.Attempt(w.Context(), c.ID, r.Session.Attempt)
			w.ok(err)
			if attempt.Outcome != sso.OutcomeSucceeded ||
				attempt.Code != "" ||
				attempt.User != r.User.ID ||
				attempt.Login != "ada" ||
				attempt.Remote != "192.0.2.7" ||
				attempt.UserAgent != "Browser/1" ||
				attempt.Groups.State != sso.GroupsValues {
				w.Errorf("the attempt says %+v", attempt)
			}
			// Protocol, then mapping: the order in which they were made.
			var names []string
			for _, check := range attempt.Checks {
				names = append(names, check.Name)
				if !check.OK {
					w.Errorf("failed: %+v", check)
				}
			}
			if all := strings.Join(names, " "); !strings.HasSuffix(all, " subject login email name groups") ||
				!strings.Contains(all, "audience") {
				w.Errorf("checks %s", all)
			}
			if r.Sync.Attempt != attempt.ID ||
				len(r.Sync.Added) != 5 ||
				len(r.Sync.Unmatched) != 1 ||
				r.Sync.Unmatched[0] != "nowhere" {
				w.Errorf("sync record %+v", r.Sync)
			}
		}
		if diff := cmp.Diff(
			[]string{"saml:", "oidc:"}, w.observed,
		); diff != "" ||
			w.added != 10 ||
			w.removed != 0 {
			w.Errorf("%d added, %d removed, %s", w.added, w.removed, diff)
		}
	})
}

// TestSignInChangesGroups: removed as well as added, in every organization, and
// each sign-in leaves a record.
func TestSignInChangesGroups(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			user := w.enters(c, "ada").User.ID
			w.ok(c.idp.SetGroups("id-ada", []string{"Dev", "sre"}))
			w.enters(c, "ada")
			w.in(
				c, user, "app/Dev=jit", "app/Members=default", "web/sre=jit",
				"web/Members=default",
			)
			w.ok(c.idp.SetGroups("id-ada", []string{"sre"}))
			w.enters(c, "ada")
			w.in(c, user, "web/sre=jit", "web/Members=default")
			w.enters(c, "ada")
			for _, unknown := range []demoidp.Fault{
				demoidp.NoGroups, demoidp.Overage,
			} {
				c.idp.SetFaultOnce(unknown)
				w.enters(c, "ada")
			}
			w.in(c, user, "web/sre=jit", "web/Members=default")
			c.idp.SetFaultOnce(demoidp.EmptyGroups)
			w.enters(c, "ada")
			w.in(c, user)
			if n := len(w.syncRecords(c, user)); n != 7 {
				w.Errorf("%d sync records of 7 sign-ins", n)
			}
		}
	})
}

func TestAnswersThatAreNotAccepted(t *testing.T) {
	each(t, func(w *world) {
		stateExpired := func(c *company, err error) {
			w.Helper()
			if a := w.recorded(c, err, sso.Invalid, "login_state_expired"); len(a.Checks) != 0 {
				w.Errorf("something was checked: %+v", a.Checks)
			}
		}
		for _, c := range []*company{w.acme, w.globex} {
			mine := w.answer(c, "ada", w.begin(c))

			other := mine
			other.Browser = sso.NewSecret()
			_, err := w.complete(c, other)
			stateExpired(c, err)
			other.Browser = ""
			_, err = w.complete(c, other)
			stateExpired(c, err)

			// A request of another browser does not use the sign-in up.
			if _, err := w.complete(c, mine); err != nil {
				w.Errorf("%s: another browser's try used up the sign-in: %v", c.Key, err)
			}

			late := w.answer(c, "ada", w.begin(c))
			w.clock.Move(10*time.Minute - time.Second)
			soon := w.answer(c, "ada", w.begin(c))
			w.clock.Move(time.Second)
			_, err = w.complete(c, late)
			stateExpired(c, err)
			if _, err := w.complete(c, soon); err != nil {
				w.Errorf("%s: %v", c.Key, err)
			}
		}
	})
}

// TestAnswerWithoutABrowserIsNobodys: a pending login that was begun without a
// cookie is not for everybody who has none either.
func TestAnswerWithoutABrowserIsNobodys(t *testing.T) {
	each(t, func(w *world) {
		w.browser = ""
		for _, c := range []*company{w.acme, w.globex} {
			_, err := w.signIn(c, "ada")
			w.recorded(c, err, sso.Invalid, "login_state_expired")
		}
	})
}

func TestAnswerTwice(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			cb := w.answer(c, "ada", w.begin(c))
			first, err := w.complete(c, cb)
			w.ok(err)
			_, err = w.complete(c, cb)
			if c.conn.Protocol == sso.SAML {
				w.recorded(c, err, sso.Conflict, "saml_replayed")
			} else {
				w.recorded(c, err, sso.Invalid, "login_state_expired")
			}
			if !w.alive(first) {
				w.Error("the replay ended the session of the first")
			}
			sessions, err := w.db.UserSessions(w.Context(), c.ID, first.User.ID)
			w.ok(err)
			if len(sessions) != 1 {
				w.Errorf("%d sessions", len(sessions))
			}
		}
	})
}

// TestFailureUsesUpTheSignIn: what was refused is not tried again with another
// answer.
func TestFailureUsesUpTheSignIn(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			redirect := w.begin(c)
			c.idp.SetFaultOnce(demoidp.Denied)
			_, err := w.complete(c, w.answer(c, "ada", redirect))
			w.recorded(c, err, sso.Forbidden, "idp_denied")
			_, err = w.complete(c, w.answer(c, "ada", redirect))
			w.recorded(c, err, sso.Invalid, "login_state_expired")
			if n := len(w.users(c)); n != 0 {
				w.Errorf("%d users", n)
			}
		}
	})
}

func TestAnswerThatCannotBeRead(t *testing.T) {
	each(t, func(w *world) {
		for form, code := range map[string]string{
			"":                 "saml_malformed",
			"SAMLResponse=%21": "saml_malformed",
			"SAMLResponse=" +
				url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(
					"<a/>",
				))): "saml_malformed",
		} {
			values, err := url.ParseQuery(form)
			w.ok(err)
			_, err = w.complete(w.acme, sso.Callback{
				Form:    values,
				Browser: w.browser,
			})
			w.fails(err, sso.Invalid, code)
		}
		_, err := w.complete(w.globex, sso.Callback{
			Form:    url.Values{"state": {"a", "b"}},
			Browser: w.browser,
		})
		w.fails(err, sso.Invalid, "duplicate_parameter")
		_, err = w.complete(w.globex, sso.Callback{
			Form:    url.Values{"state": {strings.Repeat("a", 1000)}},
			Browser: w.browser,
		})
		w.fails(err, sso.Invalid, "login_state_expired")
		// Responses that name no user do not fill the list of attempts.
		if n := w.attempts(w.acme, sso.OutcomeFailed) + w.attempts(w.globex, sso.OutcomeFailed); n != 0 {
			w.Errorf("%d attempts", n)
		}
		_, err = w.complete(w.globex, sso.Callback{
			Form:    url.Values{"code": {"x"}},
			Browser: w.browser,
		})
		w.recorded(w.globex, err, sso.Invalid, "login_state_expired")
		for _, state := range []string{
			"gh-unknown", "a'; --", "\x00", "\xff", "gh\u202e",
		} {
			_, err = w.complete(w.globex, sso.Callback{
				Form:    url.Values{"code": {"x"}, "state": {state}},
				Browser: w.browser,
			})
			w.recorded(w.globex, err, sso.Invalid, "login_state_expired")
		}
	})
}

func TestUnknownConnection(t *testing.T) {
	each(t, func(w *world) {
		cb := w.answer(w.acme, "ada", w.begin(w.acme))
		for _, id := range []sso.ConnectionID{
			"", "conn-x", sso.NewID[sso.ConnectionID](start()),
		} {
			_, err := w.login.Complete(w.Context(), id, cb)
			w.fails(err, sso.NotFoundKind, "not_found")
		}
		if len(w.observed) != 0 {
			w.Errorf("counted: %v", w.observed)
		}
	})
}

func TestUnsolicited(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.complete(w.acme, w.unsolicited(w.acme, "ada"))
		w.recorded(w.acme, err, sso.Forbidden, "idp_initiated_disabled")

		w.idpInitiated(w.acme, sso.IDPInitiatedRebounce)
		w.observed = nil
		result, err := w.complete(w.acme, w.unsolicited(w.acme, "ada"))
		w.ok(err)
		if want := (login.Start{
			Enterprise: w.acme.ID,
			Connection: w.acme.conn.ID,
		}); result.Start == nil ||
			*result.Start != want ||
			result.Token != "" ||
			result.Session.ID != "" {
			w.Errorf("got %+v", result)
		}
		if len(w.users(w.acme)) != 0 ||
			w.attempts(w.acme, sso.OutcomeSucceeded) != 0 {
			w.Error("an answer that was dropped did something")
		}
		if len(w.observed) != 0 {
			w.Errorf("a sign-in that only begins is counted as %v", w.observed)
		}

		w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
		cb := w.unsolicited(w.acme, "ada")
		cb.Browser = "" // nothing was begun, so the browser has no cookie
		result, err = w.complete(w.acme, cb)
		w.ok(err)
		if !w.alive(result) || result.ReturnTo != "/" {
			w.Errorf("got %+v", result)
		}
		_, err = w.complete(w.acme, cb)
		w.recorded(w.acme, err, sso.Conflict, "saml_replayed")
		cb = w.unsolicited(w.acme, "ada")
		w.clock.Move(7 * time.Minute)
		_, err = w.complete(w.acme, cb)
		w.failedCheck(w.recorded(w.acme, err, sso.Forbidden, "saml_expired"))
		// An answer to a request is one also where none is needed.
		solicited := w.answer(w.acme, "ada", w.begin(w.acme))
		solicited.Browser = sso.NewSecret()
		_, err = w.complete(w.acme, solicited)
		w.recorded(w.acme, err, sso.Invalid, "login_state_expired")
	})
}
