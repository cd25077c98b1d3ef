package access

import (
	"context"
	"time"

	"gatehouse/sso"
)

// How long a local admin stays signed in: in total, and without activity (NIST
// SP 800-63B, §4.2.3).
const (
	SessionLength = 12 * time.Hour
	idleTimeout   = 30 * time.Minute
)

// accounts keeps local admins and invitations; store.DB implements it.
type accounts interface {
	Admin(ctx context.Context, id sso.AdminID) (sso.Admin, error)
	AdminByLogin(ctx context.Context, login string) (sso.Admin, error)
	AdminByUser(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (sso.Admin, error)
	Admins(ctx context.Context, page sso.Page) ([]sso.Admin, string, error)
	UpdateAdmin(
		ctx context.Context,
		by sso.Actor,
		id sso.AdminID,
		action string,
		keep sso.Hash,
		fn func(sso.Admin) (sso.Admin, error),
	) (sso.Admin, error)
	CreateInvitation(ctx context.Context, by sso.Actor, i sso.Invitation) (sso.Invitation, error)
	Invitation(ctx context.Context, token sso.Hash) (sso.Invitation, error)
	AcceptInvitation(ctx context.Context, token sso.Hash, a sso.Admin) (sso.Admin, error)
}

// sessions keeps the sessions of local admins; store.DB implements it.
type sessions interface {
	HasAdmin(ctx context.Context) (bool, error)
	StartAdminSession(ctx context.Context, s sso.AdminSession, how string) error
	AdminSession(ctx context.Context, token sso.Hash, idle time.Duration) (sso.AdminSession, sso.Admin, error)
	EndAdminSession(ctx context.Context, token sso.Hash) error
	ConfirmAdminSession(ctx context.Context, token sso.Hash, how string) error
	RefusedAdmin(ctx context.Context, login, remote, why string) error
}

// access knows who administers an enterprise; store.DB implements it.
type access interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	Administers(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (bool, error)
	EnterpriseAdmins(ctx context.Context, ent sso.EnterpriseID, page sso.Page) ([]sso.EnterpriseAdmin, string, error)
	AdminGroups(ctx context.Context, ent sso.EnterpriseID) ([]sso.Group, error)
	AddEnterpriseAdmin(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) error
	RemoveEnterpriseAdmin(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) error
	EnforceSSO(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, on bool, test sso.TestRunID) error
}

// links keeps setup links; store.DB implements it.
type links interface {
	CreateSetupLink(ctx context.Context, by sso.Actor, l sso.SetupLink) (sso.SetupLink, error)
	SetupLinks(ctx context.Context, ent sso.EnterpriseID, page sso.Page) ([]sso.SetupLink, string, error)
	RevokeSetupLink(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SetupLinkID) error
	SetupLinkByToken(ctx context.Context, token sso.Hash) (sso.SetupLink, error)
	OpenSetupLink(
		ctx context.Context, token, session sso.Hash, most time.Duration, remote string,
	) (sso.SetupLink, error)
	SetupSession(ctx context.Context, token sso.Hash) (sso.SetupLink, error)
	EndSetupSession(ctx context.Context, token sso.Hash) error
}

// limiter counts what a key did within a minute.
type limiter interface {
	// Allow returns how long to wait; 0 means that the action was counted.
	Allow(ctx context.Context, key string, perMinute int) (retryAfter time.Duration, err error)
}

// Options configure a Service; all but Names are required.
type Options struct {
	Accounts accounts
	Sessions sessions
	Access   access
	// Organizations is a store.DB, too.
	Organizations organizationAdmins
	Links         links
	Evidence      evidence
	Limiter       limiter
	Names         []string // of the product and its host; no password is made of them
	Now           func() time.Time
}

// Service manages access to the console. It is safe for concurrent use.
type Service struct {
	Options
	hasher *hasher
}

// New returns a Service.
func New(o Options) *Service { return &Service{o, newHasher()} }
