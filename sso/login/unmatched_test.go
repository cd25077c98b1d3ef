package login_test

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store"
)

// TestGarbageIsSummedUp sends garbage of several kinds to two nodes for three
// minutes. What is kept is one attempt for each kind and minute, with the number
// it stands for, and none of it counts as a sign-in that failed.
func TestGarbageIsSummedUp(t *testing.T) {
	each(t, func(w *world) {
		nodes := []*services{w.login, w.with(func(*options) {})}
		const perMinute = 50
		genuine := w.answer(w.acme, "ada", w.begin(w.acme))
		kinds := map[string]sso.Callback{
			"saml_malformed":      {Form: url.Values{"SAMLResponse": {"x"}}},
			"login_state_expired": {Form: genuine.Form}, // a captured response, without its browser
		}
		for range 3 {
			for i := range perMinute {
				for code, cb := range kinds {
					_, err := nodes[i%2].Complete(w.Context(), w.acme.conn.ID, cb)
					if !login.Unmatched(err) {
						w.Fatalf("%s: %v", code, err)
					}
					w.recorded(w.acme, err, sso.Invalid, code)
				}
			}
			w.clock.Move(time.Minute)
		}
		for _, n := range nodes {
			w.ok(n.Flush(w.Context()))
		}
		rows, _, err := w.db.Attempts(
			w.Context(), w.acme.ID, sso.AttemptFilter{}, sso.Page{Limit: 200},
		)
		w.ok(err)
		counted := map[string]int{}
		for _, a := range rows {
			counted[a.Code] += 1 + a.More
			if a.Outcome != sso.OutcomeUnmatched || 1+a.More != perMinute {
				w.Errorf("%s %s stands for %d", a.Outcome, a.Code, 1+a.More)
			}
		}
		if len(rows) != 3*len(kinds) ||
			counted["saml_malformed"] != 3*perMinute ||
			counted["login_state_expired"] != 3*perMinute {
			w.Errorf("%d attempts, which stand for %v", len(rows), counted)
		}
		v, err := w.db.Vitals(w.Context(), w.acme.ID, sso.VitalsQuery{
			Since:  start().Add(-time.Hour),
			Days:   start().Add(-48 * time.Hour),
			Newest: 5,
		})
		w.ok(err)
		if len(v.Days)+len(v.Last)+len(v.Newest) != 0 {
			w.Errorf("garbage counts as sign-ins: %+v", v)
		}
		w.clock.Move(4 * 24 * time.Hour)
		w.ok(w.db.Sweep(w.Context(), store.Retention{Attempts: 90 * 24 * time.Hour}))
		if n := w.attempts(w.acme, ""); n != 0 {
			w.Errorf("%d are kept after four days", n)
		}
	})
}

// TestUnverifiedFailuresAreLimited: a client that begins sign-ins and answers
// them with garbage does not fill the list of attempts, and each sign-in ends. A
// verified response always has its own record.
func TestUnverifiedFailuresAreLimited(t *testing.T) {
	each(t, func(w *world) {
		left := 3
		w.login = w.with(func(o *options) {
			o.MayRecord = func(context.Context, sso.ConnectionID) bool {
				left--
				return left >= 0
			}
		})
		for range 10 {
			cb := w.answer(w.acme, "ada", w.begin(w.acme))
			genuine := cb.Form
			cb.Form = url.Values{
				"RelayState":   genuine["RelayState"],
				"SAMLResponse": {tampered(w, genuine.Get("SAMLResponse"))},
			}
			_, err := w.complete(w.acme, cb)
			w.fails(err, sso.Forbidden, "saml_signature_invalid")
			if login.Unmatched(err) {
				w.Error("a failure of the browser that began counts as garbage")
			}
			cb.Form = genuine
			if _, err := w.complete(w.acme, cb); err == nil {
				w.Error("the sign-in is not over")
			}
		}
		rows, _, err := w.db.Attempts(
			w.Context(), w.acme.ID, sso.AttemptFilter{Outcome: sso.OutcomeFailed},
			sso.Page{Limit: 200},
		)
		w.ok(err)
		if len(rows) != 3 || w.failures(w.acme) != 20 {
			w.Errorf(
				"%d recorded one by one; %d in all", len(rows), w.failures(w.acme),
			)
		}
	})
}

// tampered returns a response that names another user.
func tampered(w *world, response string) string {
	w.Helper()
	doc, err := base64.StdEncoding.DecodeString(response)
	w.ok(err)
	changed := strings.Replace(string(doc), "id-ada", "id-bob", 1)
	if changed == string(doc) {
		w.Fatal("nothing to change")
	}
	return base64.StdEncoding.EncodeToString([]byte(changed))
}
