package login_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

// begin starts a sign-in in the world's browser.
func (w *world) begin(c *company) sso.Redirect {
	w.Helper()
	var current sso.SessionID
	w.locked(func() { current = w.sessions[w.browser.Hash()] })
	redirect, err := w.login.Begin(w.Context(), login.Start{
		Enterprise: c.ID,
		Connection: c.conn.ID,
		ReturnTo:   "/wiki?p=1",
		Browser:    w.browser,
		Replaces:   current,
	})
	w.ok(err)
	return redirect
}

// answer returns the response of the identity provider for a user.
func (w *world) answer(c *company, person string, r sso.Redirect) sso.Callback {
	w.Helper()
	cb := sso.Callback{
		Browser:   w.browser,
		Remote:    "192.0.2.7",
		UserAgent: "Browser/1",
	}
	var err error
	if c.conn.Protocol == sso.SAML {
		cb.Form, _, err = c.idp.RespondSAML(person, r)
		w.ok(err)
		return cb
	}
	back, err := c.idp.RespondOIDC(person, r)
	w.ok(err)
	u, err := url.Parse(back)
	w.ok(err)
	cb.Form = u.Query()
	return cb
}

// unsolicited returns a response without a request.
func (w *world) unsolicited(c *company, person string) sso.Callback {
	w.Helper()
	form, _, err := c.idp.InitiateSAML(person, w.sp.EntityID(c.conn.ID))
	w.ok(err)
	return sso.Callback{Form: form, Browser: w.browser}
}

func (w *world) complete(c *company, cb sso.Callback) (login.Result, error) {
	return w.login.Complete(w.Context(), c.conn.ID, cb)
}

// signIn is a whole sign-in, in another browser than the ones before: a second
// one in the same browser ends its session.
func (w *world) signIn(c *company, person string) (login.Result, error) {
	w.Helper()
	if w.browser != "" {
		w.browser = sso.NewSecret()
	}
	return w.complete(c, w.answer(c, person, w.begin(c)))
}

// enters is a sign-in that must succeed.
func (w *world) enters(c *company, person string) login.Result {
	w.Helper()
	result, err := w.signIn(c, person)
	w.ok(err)
	return result
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fails asserts the kind and code of an error.
func (w *world) fails(err error, kind sso.Kind, code string) {
	w.Helper()
	if err == nil || sso.KindOf(err) != kind || sso.CodeOf(err) != code {
		w.Errorf("got %v; want %s, code %s", err, kind, code)
	}
}

// recorded asserts that an error is of a kind and code, and that the attempt it
// refers to says the same. It returns the attempt.
func (w *world) recorded(c *company, err error, kind sso.Kind, code string) sso.Attempt {
	w.Helper()
	w.fails(err, kind, code)
	e, ok := errors.AsType[*sso.Error](err)
	if !ok || e.Reference == "" {
		w.Fatalf("no reference: %v", err)
	}
	a, findErr := w.db.Attempt(w.Context(), c.ID, e.Reference)
	w.ok(findErr)
	want := sso.OutcomeFailed
	again := code == "saml_replayed" || code == "login_state_expired" // a replay answers no sign-in any more
	if login.Unmatched(err) || again && a.Outcome == sso.OutcomeUnmatched {
		want = sso.OutcomeUnmatched
	}
	if a.Outcome != want ||
		a.Code != code ||
		a.Connection != c.conn.ID ||
		a.Detail == "" ||
		(a.User != "") != (code == "vouch_required" || code == "login_in_use") {
		w.Errorf("the attempt says %+v", a)
	}
	return a
}

// failedCheck is the last check of an attempt, which has to be the only one that
// failed.
func (w *world) failedCheck(a sso.Attempt) sso.Check {
	w.Helper()
	if len(a.Checks) == 0 {
		w.Fatalf("attempt %s has no checks", a.Code)
	}
	for _, c := range a.Checks[:len(a.Checks)-1] {
		if !c.OK {
			w.Errorf("a check failed before the last: %+v", c)
		}
	}
	last := a.Checks[len(a.Checks)-1]
	if last.OK || last.Want == "" || last.Got == "" {
		w.Errorf("the last check is %+v", last)
	}
	return last
}

// in asserts the groups of a user, as in "web/dev=jit".
func (w *world) in(c *company, user sso.UserID, want ...string) {
	w.Helper()
	all, err := w.db.UserMemberships(w.Context(), c.ID, user)
	w.ok(err)
	got := []string{}
	for _, m := range all {
		got = append(
			got,
			fmt.Sprintf(
				"%s/%s=%s", m.Organization.Key, m.Group.Name, m.Membership.Source,
			),
		)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.Errorf("in %v, want %v", got, want)
	}
}

// alive reports whether a session's token still opens anything.
func (w *world) alive(r login.Result) bool {
	w.Helper()
	_, err := w.db.Principal(w.Context(), r.Token.Hash())
	if err != nil && sso.CodeOf(err) != "session_ended" {
		w.Fatal(err)
	}
	return err == nil
}

func (w *world) principal(r login.Result) sso.Principal {
	w.Helper()
	p, err := w.db.Principal(w.Context(), r.Token.Hash())
	w.ok(err)
	return p
}

func (w *world) users(c *company) []sso.User {
	w.Helper()
	all, _, err := w.db.Users(
		w.Context(), c.ID, sso.UserFilter{}, sso.Page{Limit: 200},
	)
	w.ok(err)
	return all
}

// attempts counts them, with those that others stand for.
func (w *world) attempts(c *company, outcome sso.Outcome) int {
	w.Helper()
	w.ok(w.login.Flush(w.Context()))
	all, _, err := w.db.Attempts(
		w.Context(), c.ID, sso.AttemptFilter{Outcome: outcome}, sso.Page{Limit: 200},
	)
	w.ok(err)
	n := len(all)
	for _, a := range all {
		n += a.More
	}
	return n
}

// failures are all that failed, recorded one by one or summed up.
func (w *world) failures(c *company) int {
	w.Helper()
	return w.attempts(c, sso.OutcomeFailed) + w.attempts(c, sso.OutcomeUnmatched)
}

func (w *world) syncRecords(c *company, user sso.UserID) []sso.SyncRecord {
	w.Helper()
	all, _, err := w.db.SyncRecords(
		w.Context(), c.ID, sso.SyncFilter{User: user}, sso.Page{Limit: 200},
	)
	w.ok(err)
	return all
}

// pendingOf is the pending login that a redirect of ours stands for.
func (w *world) pendingOf(r sso.Redirect) sso.PendingLogin {
	w.Helper()
	u, err := url.Parse(r.URL)
	w.ok(err)
	q := u.Query()
	id := q.Get("state")
	if id == "" {
		id = q.Get("RelayState")
	}
	p, err := w.db.PendingLogin(w.Context(), id)
	w.ok(err)
	return p
}
