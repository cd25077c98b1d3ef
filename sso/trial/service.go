package trial

import (
	"context"
	"log/slog"
	"time"

	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// testRunStore keeps test connections and what they approve.
type testRunStore interface {
	CreateTestRun(ctx context.Context, r sso.TestRun) error
	FinishTestRun(ctx context.Context, r sso.TestRun, pendingID string) (first bool, err error)
	TestRun(ctx context.Context, ent sso.EnterpriseID, id sso.TestRunID) (sso.TestRun, error)
	TestRunByToken(ctx context.Context, token sso.Hash) (sso.TestRun, error)
	SavePendingLogin(ctx context.Context, p sso.PendingLogin) error
	UsePendingLogin(ctx context.Context, p sso.PendingLogin) (first bool, err error)
	PendingTest(
		ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, browser sso.Hash,
	) (sso.PendingLogin, error)
	UpdateTrust(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, action string,
		fn func(sso.Connection) (sso.Trust, error),
	) (sso.Connection, error)
	RecordShadow(ctx context.Context, d sso.ShadowDifference) error
}

// factReader reads the facts that a sign-in would be decided from.
type factReader interface {
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	ConnectionByID(ctx context.Context, id sso.ConnectionID) (sso.Connection, error)
	AuthnNeed(ctx context.Context, ent sso.EnterpriseID) (sso.AuthnNeed, error)
	EnterpriseByDomain(ctx context.Context, name string) (sso.Enterprise, error)
	SignInFacts(
		ctx context.Context, ent sso.EnterpriseID, id sso.Identity, brake sso.Brake, defaults []sso.GroupID,
	) (sso.SignInFacts, error)
	Snapshot(
		ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, user sso.UserID, login string, names []string,
		brake sso.Brake, defaults []sso.GroupID,
	) (sso.User, sso.GroupSnapshot, error)
	AttributesAmong(
		ctx context.Context, ent sso.EnterpriseID, users []sso.UserID,
	) (map[sso.UserID][]sso.UserAttribute, error)
	LoginClaim(ctx context.Context, ent sso.EnterpriseID, u sso.User, id sso.Identity) (sso.LoginClaim, error)
	AnswerUsed(ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, responseID string) (bool, error)
	AssertedAttempt(ctx context.Context, ent sso.EnterpriseID, id sso.AttemptID) (sso.Attempt, error)
	BrowserUser(
		ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, browser sso.Hash, since time.Time,
	) (sso.UserID, error)
	UserByLogin(ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, login string) (sso.UserID, error)
}

// Options configures a Service; all of it is required unless said.
type Options struct {
	TestRuns  testRunStore
	Facts     factReader
	Evaluator *evaluate.Evaluator
	SAML      *saml.ServiceProvider
	OIDC      *oidc.RelyingParty
	// Refresh fetches the IdP metadata of the tested configuration again, because a
	// response was signed with an unknown key. It limits its own rate and reports
	// whether anything changed. Optional.
	Refresh func(ctx context.Context, c sso.Connection) (sso.Connection, bool, error)
	Log     *slog.Logger
	Now     func() time.Time
}

// Service runs trials. It is safe for concurrent use.
type Service struct {
	Options
	// shadowing bounds how many sign-ins are compared with a draft at once.
	shadowing chan struct{}
}

// New makes a Service.
func New(o Options) *Service {
	return &Service{
		Options:   o,
		shadowing: make(chan struct{}, shadowsAtOnce),
	}
}

// beginAt makes the request that sends the browser to the identity provider.
func (s *Service) beginAt(
	ctx context.Context, c sso.Connection, cfg sso.Config, p sso.PendingLogin,
) (sso.Redirect, error) {
	if c.Protocol == sso.OIDC {
		return s.OIDC.Begin(ctx, c, cfg, p)
	}
	return s.SAML.Begin(ctx, c, cfg, p)
}
