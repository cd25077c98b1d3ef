package overview_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestTodoOfTheRule leads to the login conflicts by a link that says so.
func TestTodoOfTheRule(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect(sso.ConnectionEnabled)
	turn := func(on bool, want string) {
		t.Helper()
		_, err := f.db.SwitchIdentityRule(t.Context(), sso.ActorOperator, f.ent.ID, &on,
			func(sso.RuleSwitch) error { return nil })
		f.ok(err)
		_, body := f.do("ada", http.MethodGet, home, nil)
		link := `<a href="` + home + `/questions">See the login conflicts</a>`
		if !strings.Contains(body, want) || !strings.Contains(body, link) || strings.Contains(body, "See the connection") {
			t.Errorf("on: %v, %q\n%s", on, want, body)
		}
	}
	turn(true, "belong to one person, unless one of them is an admin’s. An admin, here in the console: Check that")
	turn(false, "the accounts are merged. An admin, here in the console: Check that")
}

// TestNothingToDoWhileThereIsNoConnection: the setup is what is to do.
func TestNothingToDoWhileThereIsNoConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	shown := func(want bool) {
		t.Helper()
		if _, body := f.do("ada", http.MethodGet, home, nil); strings.Contains(body, "Nothing to do") != want {
			t.Errorf("says that there is nothing to do: %v", !want)
		}
	}
	shown(false)
	f.connect(sso.ConnectionEnabled)
	shown(true)
}
