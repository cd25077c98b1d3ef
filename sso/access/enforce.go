package access

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/sso"
)

// evidence reads the facts that prove that sign-in works; store.DB implements
// it.
type evidence interface {
	TestRuns(ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, p sso.Page) ([]sso.TestRun, string, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	HasRecovery(ctx context.Context) (bool, error)
}

// maxTestsSearched limits the passed tests that are searched for one that counts.
const maxTestsSearched = 200

func errTestNeeded() *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   sso.CodeTestNeeded,
		Public: "First, pass a test yourself on an enabled connection that hasn’t changed since.",
	}
}

// Proof finds the test that lets an admin enforce single sign-on: a live test
// that they passed themselves, of the live configuration of an enabled
// connection. Another admin's test does not prove that they can sign in; a
// pasted or replayed response proves nothing about the identity provider; and a
// test before the last change proves nothing about the current configuration.
func Proof(by sso.Actor, connections []sso.Connection, runs []sso.TestRun) (sso.TestRunID, bool) {
	serving := map[sso.ConnectionID]int{}
	for _, c := range connections {
		if cfg, err := c.Serving(); err == nil {
			serving[c.ID] = cfg.Version
		}
	}
	for _, run := range runs {
		version, ok := serving[run.Connection]
		if ok &&
			run.State == sso.TestPassed &&
			run.Kind == sso.TestLive &&
			run.By == by &&
			by != "" &&
			run.Version == version {
			return run.ID, true
		}
	}
	return "", false
}

// proof reads the connections and tests, and searches them with Proof.
func (s *Service) proof(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) (sso.TestRunID, error) {
	connections, err := s.Evidence.Connections(ctx, ent)
	if err != nil {
		return "", fmt.Errorf("list connections: %w", err)
	}
	runs, _, err := s.Evidence.TestRuns(
		ctx, ent, sso.TestFilter{State: sso.TestPassed}, sso.Page{Limit: maxTestsSearched},
	)
	if err != nil {
		return "", fmt.Errorf("list test connections: %w", err)
	}
	run, ok := Proof(by, connections, runs)
	if !ok {
		return "", errTestNeeded()
	}
	return run, nil
}

// Enforce makes single sign-on the only way to sign in for an enterprise's own
// admins. It requires a test that the visitor passed ("test_needed") and a
// recovery admin who is not disabled ("no_recovery_admin"), so that it can
// always be switched off again.
func (s *Service) Enforce(ctx context.Context, v sso.Visitor, ent sso.EnterpriseID) error {
	run, err := s.proof(ctx, v.Actor, ent)
	if err != nil {
		return err
	}
	if err := s.Access.EnforceSSO(ctx, v.Actor, ent, true, run); err != nil {
		return fmt.Errorf("enforce single sign-on: %w", err)
	}
	return nil
}

// Relax lets an enterprise's admins sign in without single sign-on again.
func (s *Service) Relax(ctx context.Context, v sso.Visitor, ent sso.EnterpriseID) error {
	if err := s.Access.EnforceSSO(ctx, v.Actor, ent, false, ""); err != nil {
		return fmt.Errorf("stop enforcing single sign-on: %w", err)
	}
	return nil
}

// MissingToEnforce returns what must be done before Enforce succeeds.
func (s *Service) MissingToEnforce(
	ctx context.Context, v sso.Visitor, ent sso.EnterpriseID,
) (missing []*sso.Error, err error) {
	if _, err := s.proof(ctx, v.Actor, ent); err != nil {
		known, ok := errors.AsType[*sso.Error](err)
		if !ok || known.Code != sso.CodeTestNeeded {
			return nil, err
		}
		missing = append(missing, known)
	}
	exists, err := s.Evidence.HasRecovery(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for a recovery admin: %w", err)
	}
	if !exists {
		missing = append(missing, &sso.Error{
			Kind:   sso.Conflict,
			Code:   sso.CodeNoRecoveryAdmin,
			Public: "There has to be a recovery admin who gets in if single sign-on fails.",
		})
	}
	return missing, nil
}
