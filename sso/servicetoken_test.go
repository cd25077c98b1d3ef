package sso_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestServiceLogins: no user has a login of the form of a service's identifier, and
// nothing else is refused.
func TestServiceLogins(t *testing.T) {
	t.Parallel()
	id := string(sso.NewID[sso.ServiceID](time.Now()))
	for _, login := range []string{id, strings.ToUpper(id), " " + id + " ", "Svc-" + id[4:]} {
		if !sso.IsServiceLogin(login) || len(sso.ValidateLogin("login", login)) == 0 {
			t.Errorf("%q is a login of a user", login)
		}
	}
	for _, login := range []string{"svc-backup", id[:29], id + "0", id + "@acme.example", "user-" + id[4:], "svc", ""} {
		if sso.IsServiceLogin(login) {
			t.Errorf("%q is refused", login)
		}
	}
	if problems := sso.ValidateLogin("login", "svc-backup"); len(problems) != 0 {
		t.Errorf("%v", problems)
	}
}
