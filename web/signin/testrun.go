package signin

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/route"
)

// tests carries test connections through; login.Service does.
type tests interface {
	OpenTest(ctx context.Context, token, browser sso.Secret) (sso.Redirect, sso.TestRun, error)
	TestOf(ctx context.Context, c sso.ConnectionID, id sso.TestRunID) (sso.TestRun, error)
}

// openTest is the link of a test connection. It is one that people pass on, so
// it asks for no session: whoever opens it learns no more than whether the
// sign-in would do.
func (s *Signin) openTest(w http.ResponseWriter, r *http.Request) error {
	redirect, run, err := s.Tests.OpenTest(
		r.Context(), sso.Secret(r.PathValue("token")), s.Sessions.Browser(w, r),
	)
	switch {
	case err != nil:
		return fmt.Errorf("open test connection: %w", err)
	case redirect.URL == "":
		return route.SeeOther(w, testedLink(run))
	case redirect.Form == nil:
		return route.SeeOther(w, redirect.URL)
	}
	return s.leave(w, "", redirect, false)
}

// testedLink is where the browser lands after a test connection.
func testedLink(run sso.TestRun) string {
	return "/login/tested/" + string(run.Connection) + "/" + string(run.ID)
}

// tested says in one line how a test connection went. What was found is for
// those who administer the connection.
func (s *Signin) tested(w http.ResponseWriter, r *http.Request) error {
	connection, err := sso.ParseID[sso.ConnectionID](r.PathValue("connection"))
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.TestRunID](r.PathValue("test"))
	if err != nil {
		return err
	}
	run, err := s.Tests.TestOf(r.Context(), connection, id)
	if err != nil {
		return fmt.Errorf("find test connection: %w", err)
	}
	ent, err := s.Enterprise(r.Context(), connection)
	if err != nil {
		return fmt.Errorf("find company: %w", err)
	}
	return s.Pages.Render(w, http.StatusOK, newTested(ent, run))
}
