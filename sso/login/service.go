package login

import (
	"context"
	"log/slog"
	"time"

	"gatehouse/internal/mail"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/trial"
)

// protocol begins sign-ins by SAML or OpenID Connect and correlates their
// responses.
type protocol interface {
	// Begin makes the request that sends the browser to the identity provider.
	Begin(ctx context.Context, c sso.Connection, cfg sso.Config, p sso.PendingLogin) (sso.Redirect, error)
	// Correlate returns the pending login that a response names, "" if none. It
	// verifies nothing; an unreadable response is an Invalid error.
	Correlate(cb sso.Callback) (pending string, err error)
}

// enterpriseFinder finds enterprises and their connections.
type enterpriseFinder interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	EnterpriseByKey(ctx context.Context, key string) (sso.Enterprise, error)
	EnterpriseByDomain(ctx context.Context, name string) (sso.Enterprise, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	ConnectionByID(ctx context.Context, id sso.ConnectionID) (sso.Connection, error)
	AuthnNeed(ctx context.Context, ent sso.EnterpriseID) (sso.AuthnNeed, error)
}

// signInStore stores pending logins, sign-ins that wait for a code, and their
// results.
type signInStore interface {
	SavePendingLogin(ctx context.Context, p sso.PendingLogin) error
	PendingLogin(ctx context.Context, id string) (sso.PendingLogin, error)
	UsePendingLogin(ctx context.Context, p sso.PendingLogin) (first bool, err error)
	RecordLogin(ctx context.Context, s sso.SignIn, decide sso.Decide) (sso.User, sso.SyncRecord, error)
	RecordAttempt(ctx context.Context, a sso.Attempt, pending string) error
	CountUnmatched(ctx context.Context, a sso.Attempt, n int) error
	codeStore
}

// codeStore stores sign-ins that wait for a code.
type codeStore interface {
	SaveEmailProof(ctx context.Context, p sso.EmailProof) error
	EmailProof(ctx context.Context, id sso.EmailProofID) (sso.EmailProof, error)
	SaveCode(ctx context.Context, ent sso.EnterpriseID, id sso.EmailProofID, code sso.Secret, problem string) error
	TryCode(ctx context.Context, ent sso.EnterpriseID, id sso.EmailProofID, code sso.Secret) error
	CountCode(ctx context.Context, c sso.CodeRequest) error
}

// sessionRevoker ends sessions.
type sessionRevoker interface {
	RevokeSession(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SessionID) error
	RevokeSubjectSessions(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, c sso.ConnectionID,
		subject, sessionIndex string, once sso.ReplayMark,
	) (int, error)
}

// Options configures a Service; all of it is required unless said.
type Options struct {
	Enterprises enterpriseFinder
	SignIns     signInStore
	Sessions    sessionRevoker
	Evaluator   *evaluate.Evaluator
	// Trials takes responses to test connections, and compares sign-ins with drafts.
	Trials *trial.Service
	// Mail sends codes in the name of Site, the public host name. If nil, users
	// who need a code are not let in.
	Mail   mail.Sender
	Site   string
	Brands sso.BrandFinder // nil: mail has no brand
	SAML   *saml.ServiceProvider
	OIDC   *oidc.RelyingParty
	// Refresh fetches a connection's IdP metadata again because a response was
	// signed with an unknown key. It limits its own rate and reports whether
	// anything changed.
	Refresh func(ctx context.Context, c sso.Connection) (sso.Connection, bool, error)
	// MayRecord reports whether another unverified failure of a connection may
	// have an attempt of its own; if not, it is counted in a summary. Optional.
	MayRecord func(ctx context.Context, c sso.ConnectionID) bool
	// Observe counts an outcome; code is empty on success. Optional.
	Observe func(protocol sso.Protocol, code string)
	// Synced counts memberships changed by a sign-in. Optional.
	Synced func(added, removed int)

	Log       *slog.Logger
	Now       func() time.Time
	SignedOut string // absolute URL the identity provider sends the browser back to after sign-out
	// CodesPerRecipient limits the codes sent to one mailbox in a minute; 0 is no
	// limit.
	CodesPerRecipient int
	IdleTimeout       time.Duration // of a session
	MaxAge            time.Duration // of a session
}

// Service runs sign-ins. It is safe for concurrent use.
type Service struct {
	Options
	tallies tallies
}

// New makes a Service.
func New(o Options) *Service {
	if o.Observe == nil {
		o.Observe = func(sso.Protocol, string) {}
	}
	if o.MayRecord == nil {
		o.MayRecord = func(context.Context, sso.ConnectionID) bool { return true }
	}
	if o.Synced == nil {
		o.Synced = func(int, int) {}
	}
	return &Service{Options: o}
}

func (s *Service) protocol(c sso.Connection) protocol {
	if c.Protocol == sso.OIDC {
		return s.OIDC
	}
	return s.SAML
}
