package login_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// TestOneLoginNamesOnePerson: the identity provider, or a second connection,
// asserts the login of another active user. The second user sees one sentence
// with a reference, and signs in once an admin has decided.
func TestOneLoginNamesOnePerson(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			first := w.enters(c, "ada")
			c.idp.AddPerson(demoidp.Person{
				ID:        "id-newcomer",
				Login:     "ADA",
				Email:     "newcomer@" + c.Key + ".example",
				GivenName: "Ada",
				Surname:   "King",
				Groups:    []string{"dev"},
			})
			second := *c
			second.conn = w.connect(c, "Second", c.conn.Protocol)
			for _, x := range []struct {
				at  *company
				who string
			}{
				{c, "ADA"}, {&second, "ada"},
			} {
				_, err := w.signIn(x.at, x.who)
				a := w.recorded(x.at, err, sso.Forbidden, "login_in_use")
				if a.User == first.User.ID || a.Login != x.who {
					w.Errorf("%s: the attempt says %+v", x.at.conn.Name, a)
				}
				if text := err.Error(); !strings.Contains(text, "administrator") {
					w.Errorf("the person reads %q", text)
				}
			}
			if r := w.enters(c, "ada"); r.User.ID != first.User.ID || !w.alive(first) {
				w.Error("the one who has the login is disturbed")
			}
			w.decides(c)
			newcomer := w.enters(c, "ADA")
			if newcomer.User.Login != "ada.2" || newcomer.User.ID == first.User.ID {
				w.Errorf("came in as %+v", newcomer.User)
			}
			if r := w.enters(&second, "ada"); r.User.Login != "ada.1" {
				w.Errorf("came in as %+v", r.User)
			}
			w.same(c, 3)
		}
	})
}

// decides gives each claimant that waits a login of their own.
func (w *world) decides(c *company) {
	w.Helper()
	all, _, err := w.db.IdentityQuestions(
		w.Context(), c.ID, sso.QuestionFilter{State: sso.QuestionWaiting},
		sso.Page{},
	)
	w.ok(err)
	if len(all) != 2 {
		w.Fatalf("%d questions wait; want 2", len(all))
	}
	for _, q := range all {
		login := "ada.1"
		if q.Connection == c.conn.ID {
			login = "ada.2"
		}
		_, err := w.db.AnswerQuestion(
			w.Context(), by, c.ID, q.ID,
			sso.QuestionDecision{
				Answer: sso.AnswerAnother,
				Login:  login,
			},
		)
		w.ok(err)
	}
}

// same asserts how many people there are, no two of them with one login.
func (w *world) same(c *company, want int) {
	w.Helper()
	var logins []string
	for _, u := range w.users(c) {
		logins = append(logins, strings.ToLower(u.Login))
	}
	slices.Sort(logins)
	if len(logins) != want || len(slices.Compact(slices.Clone(logins))) != want {
		w.Errorf("the logins are %q", logins)
	}
}

// TestALoginThatBecomesAnothers: a known user keeps their previous login and
// signs in. A test connection reports both in advance.
func TestALoginThatBecomesAnothers(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		w.enters(c, "ada")
		bob := w.enters(c, "bob")
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-bob",
			Login:     "Ada",
			Email:     "bob@globex.example",
			GivenName: "BOB",
			Surname:   "X",
			Groups:    []string{"dev"},
		})
		if r := w.enters(c, "Ada"); r.User.ID != bob.User.ID || r.User.Login != "bob" {
			w.Errorf("came in as %+v", r.User)
		}
		for who, keeps := range map[string]string{"Ada": "bob", "ada": ""} {
			run, _ := w.beginTest(c)
			browser := sso.NewSecret()
			redirect, _, err := w.login.OpenTestOf(
				w.Context(), by, c.ID, run.ID, browser,
			)
			w.ok(err)
			cb := w.answer(c, who, redirect)
			cb.Browser = browser
			ended := w.ended(c, run, cb)
			warned := slices.ContainsFunc(ended.Result.Warnings, func(said sso.Warning) bool {
				return said.Code == "login_kept" && said.Want == keeps
			})
			if ended.State != sso.TestPassed || warned != (keeps != "") {
				w.Errorf("the test of %s says %+v", who, ended.Result.Warnings)
			}
		}
	})
}
