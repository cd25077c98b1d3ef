package health_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestRuleIsReported: the admins of a company and the operators are told once that a rule
// answers login conflicts, and that it did so when it is off again, be it on between two checks only. The overview says
// so for a week.
func TestRuleIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, 900*day)
	w.admin("ada", "ada@acme.test")
	token := sso.NewSecret()
	_, err := w.db.CreateInvitation(t.Context(), sso.ActorOperator, sso.Invitation{
		Token:     token.Hash(),
		ExpiresAt: w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	_, err = w.db.AcceptInvitation(t.Context(), token.Hash(), sso.Admin{
		Login:    "olive@host.test",
		Name:     "Olive",
		Password: "x",
	})
	w.ok(err)
	turn := func(on bool) {
		t.Helper()
		_, err := w.db.SwitchIdentityRule(
			t.Context(), sso.ActorOperator, w.ent.ID, &on, func(sso.RuleSwitch) error { return nil },
		)
		w.ok(err)
	}
	w.minute()
	if mails := w.mails(); len(mails) != 0 {
		t.Fatalf("mailed %q before the rule", mails)
	}
	turn(true)
	for range 3 {
		w.minute()
	}
	if n := len(w.mails()); n != 2 {
		t.Errorf("%d mails", n)
	}
	mails := strings.ReplaceAll(strings.Join(w.mails(), "\n"), "\r\n", " ")
	for _, want := range []string{"ada@acme.test", "olive@host.test", "Login conflicts are answered by a rule"} {
		if strings.Count(mails, want) == 0 {
			t.Errorf("no %q in the mails %q", want, mails)
		}
	}
	open := func(want int) {
		t.Helper()
		events, _, err := w.db.HealthEvents(t.Context(), w.ent.ID, sso.HealthFilter{
			Kind: sso.HealthRule,
			Open: true,
		}, sso.Page{})
		w.ok(err)
		if len(events) != want {
			t.Errorf("%d open; want %d", len(events), want)
		}
	}
	open(1)
	turn(false)
	w.minute()
	open(1) // that it was on
	before := len(w.mails())
	w.clock.Move(time.Minute)
	turn(true)
	w.clock.Move(time.Second)
	turn(false) // before a check
	w.minute()
	open(1)
	if mails := strings.ReplaceAll(strings.Join(w.mails()[before:], "\n"), "\r\n", " "); !strings.Contains(mails, "until") {
		t.Errorf("after a short while on, mailed %q", mails)
	}
	w.clock.Move(8 * day)
	w.hour()
	open(0)
}
