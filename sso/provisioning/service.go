package provisioning

import (
	"context"
	"log/slog"
	"time"

	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// users keeps provisioned users; store.DB does.
type users interface {
	CreateProvisionedUser(ctx context.Context, p sso.Push, u sso.ProvisionedUser) (sso.ProvisionedUser, error)
	ChangeProvisionedUser(ctx context.Context, p sso.Push, id sso.ResourceID,
		fn func(sso.ProvisionedUser) (sso.ProvisionedUser, error)) (before, after sso.ProvisionedUser, err error)
	DeleteProvisionedUser(ctx context.Context, p sso.Push, id sso.ResourceID,
		conditions ...func(sso.ProvisionedUser) error) error
	ProvisionedUser(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ResourceID) (
		sso.ProvisionedUser, error,
	)
	ProvisionedUsers(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr,
		page sso.ResourcePage) (sso.ResourceList[sso.ProvisionedUser], error)
	ProvisionedUserGroups(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
		ids ...sso.ResourceID) (map[sso.ResourceID][]sso.ProvisionedMember, error)
}

// groups keeps provisioned groups; store.DB does.
type groups interface {
	CreateProvisionedGroup(ctx context.Context, p sso.Push, g sso.ProvisionedGroup, c sso.MemberChange) (
		sso.ProvisionedGroup, sso.MemberEffect, error,
	)
	ChangeProvisionedGroup(ctx context.Context, p sso.Push, id sso.ResourceID,
		fn func(sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error)) (
		sso.ProvisionedGroup, sso.MemberEffect, error,
	)
	DeleteProvisionedGroup(ctx context.Context, p sso.Push, id sso.ResourceID,
		conditions ...func(sso.ProvisionedGroup) error) error
	ProvisionedGroup(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ResourceID) (
		sso.ProvisionedGroup, error,
	)
	ProvisionedGroups(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr,
		page sso.ResourcePage) (sso.ResourceList[sso.ProvisionedGroup], error)
	// ProvisionedGroupMembers returns members in a stable order: those behind
	// after, at most limit.
	ProvisionedGroupMembers(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.ResourceID,
		after sso.ResourceID, limit int) ([]sso.ProvisionedMember, error)
}

// connections finds the connection of a token; store.DB does.
type connections interface {
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
}

// tokens authenticates identity providers; [Tokens] does.
type tokens interface {
	Authorize(
		ctx context.Context, connection sso.ConnectionID, bearer, client string,
	) (sso.ProvisioningToken, error)
}

// ledger keeps what came of requests.
type ledger interface {
	// Record keeps the outcome of a request. It does not fail: a request that was
	// carried out is answered as such.
	Record(ctx context.Context, o Outcome)
}

// limiter counts requests per minute.
type limiter interface {
	Allow(ctx context.Context, key string, perMinute int) (retryAfter time.Duration, err error)
}

// Options are the parts of a Service; Ledger, Contacts, Limiter, and Rehearse with
// Checks may be nil. One
// store.DB serves as Users, Groups and Connections.
type Options struct {
	Users       users
	Groups      groups
	Connections connections
	Tokens      tokens
	Ledger      ledger    // nil: nothing is recorded
	Contacts    *Contacts // nil: nothing is recorded
	Limiter     limiter   // nil: no limit
	PerMinute   int       // requests per connection; 0: no limit
	Rehearse    Rehearse  // nil: Test must not be called
	Checks      *Tokens   // of Test
	// CursorKeys sign the cursors of lists: the first one new ones, all are
	// accepted. Empty ones are skipped.
	CursorKeys []sso.Secret
	Log        *slog.Logger
	Now        func() time.Time
}

// Service carries out what identity providers ask. Its methods return errors of
// type [sso.Error], made from those of the store and of package scim; their texts
// are for the admin of the identity provider.
type Service struct {
	Options
	cursors cursors
}

// New returns a Service.
func New(o Options) *Service {
	return &Service{
		Options: o,
		cursors: newCursors(o.CursorKeys, o.Now),
	}
}
