package signin

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/route"
)

// testRunner carries out test connections; trial.Service does.
type testRunner interface {
	OpenTest(ctx context.Context, token, browser sso.Secret) (sso.Redirect, sso.TestRun, error)
	TestOf(ctx context.Context, c sso.ConnectionID, id sso.TestRunID) (sso.TestRun, error)
}

// openTest handles the link of a test connection. People pass it on, so it needs
// no session; it tells the visitor only whether the sign-in would work.
func (s *Signin) openTest(w http.ResponseWriter, r *http.Request) error {
	redirect, run, err := s.Tests.OpenTest(
		r.Context(), sso.Secret(r.PathValue("token")), s.Sessions.Browser(w, r),
	)
	switch {
	case err != nil:
		return fmt.Errorf("open test connection: %w", err)
	case redirect.URL == "":
		return route.SeeOther(w, testResultLink(run))
	case redirect.Form == nil:
		return route.SeeOther(w, redirect.URL)
	}
	return s.renderContinue(w, r, sso.Enterprise{ID: run.Enterprise}, redirect, false)
}

// testResultLink returns the address of the page after a test connection.
func testResultLink(run sso.TestRun) string {
	return "/login/tested/" + string(run.Connection) + "/" + string(run.ID)
}

// showTestResult shows whether a test connection passed. Its findings are for
// admins of the connection.
func (s *Signin) showTestResult(w http.ResponseWriter, r *http.Request) error {
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
	return s.Pages.Render(w, r, http.StatusOK, newTested(ent, run))
}
