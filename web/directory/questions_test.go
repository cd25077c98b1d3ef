package directory_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestQuestions shows both records side by side, and does what is decided.
func TestQuestions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list := f.acme.at("questions")
	person := f.acme.at("people", string(f.acme.user.ID))
	f.shows(f.get(list), 200, "Nothing to decide")
	f.shows(f.get(f.acme.at("people")), 200, "Login conflicts")
	claimant := f.claims(f.acme.user.Login)
	all, _, err := f.db.IdentityQuestions(
		t.Context(), f.acme.ent.ID, sso.QuestionFilter{State: sso.QuestionWaiting},
		sso.Page{},
	)
	f.ok(err)
	if len(all) != 1 {
		t.Fatalf("%d questions", len(all))
	}
	at := f.acme.at("questions", string(all[0].ID))
	f.shows(
		f.get(list), 200, "Claimant", "Current holder", string(claimant.ID),
		string(f.acme.user.ID), "Give this person another login",
		"Deactivate this person",
	)
	f.shows(f.get(person), 200, "Two people claim the login")
	taken := f.post(at, "answer", "another", "of", "holder", "login", f.acme.user.Login)
	f.shows(taken, 422, "Another active person of this enterprise has the login")
	for _, kept := range []string{`<a href="#login-holder-` + string(all[0].ID) + `">`, `value="` + f.acme.user.Login + `"`} {
		if !strings.Contains(taken.body, kept) {
			t.Errorf("the form with the refused login does not have %s", kept)
		}
	}
	f.shows(f.post(at, "answer", "another", "login", " x"), 422, "Remove the space")
	f.shows(f.post(at, "answer", "both"), 422, "Choose what to do")
	f.shows(
		f.done(
			f.post(at, "answer", "another", "of", "claimant", "login", "ada.king"),
			list,
		),
		200,
		"Nothing to decide",
	)
	f.shows(f.post(at, "answer", "refuse"), 422, "does not wait any more")

	f.shows(
		f.post(person+"/login", "login", "ADA.KING"), 422, "Another active person",
	)
	f.shows(
		f.done(f.post(person+"/login", "login", "ada.first"), person),
		200,
		"ada.first",
		"An admin set this person’s login",
	)
	f.shows(
		f.done(f.post(person+"/login", "login", ""), person), 200,
		"The identity provider sends the login",
	)
}

// claims records the sign-in of a new user with a login that is taken.
func (f *fixture) claims(login string) sso.User {
	f.Helper()
	place := f.acme
	second, err := f.db.CreateConnection(
		f.Context(), sso.ActorOperator,
		sso.Connection{
			Enterprise: place.ent.ID,
			Name:       "Second",
			Protocol:   sso.SAML,
			Provider:   sso.Okta,
			State:      sso.ConnectionEnabled,
			Live:       place.conn.Live,
		},
	)
	f.ok(err)
	place.conn = second
	f.enter(&place, login, "Ada King")
	users, _, err := f.db.Users(
		f.Context(), f.acme.ent.ID, sso.UserFilter{Status: sso.UserPending},
		sso.Page{},
	)
	f.ok(err)
	if len(users) != 1 {
		f.Fatalf("%d people wait", len(users))
	}
	return users[0]
}
