package connections

import (
	"context"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/singleflight"

	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
)

// connectionStore keeps connections.
type connectionStore interface {
	CreateConnection(ctx context.Context, by sso.Actor, c sso.Connection) (sso.Connection, error)
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	ConnectionByID(ctx context.Context, id sso.ConnectionID) (sso.Connection, error)
	ConnectionsToRefresh(ctx context.Context, checkedBefore time.Time) ([]sso.Connection, error)
	UpdateConnection(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, action string,
		fn func(sso.Connection) (sso.Connection, error)) (sso.Connection, error)
	CreatedGroups(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) ([]sso.Group, error)
	LinkProvisioned(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		conn sso.ConnectionID,
		id sso.ResourceID,
		account sso.UserID,
	) error
	UndoCreatedGroups(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
	) (deleted, kept int, err error)
	SetMetadataStatus(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, s sso.MetadataStatus) error
	DeleteConnection(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		id sso.ConnectionID,
		allow func(sso.ConnectionReach) error,
	) error
}

// domainStore keeps domains.
type domainStore interface {
	CreateDomain(ctx context.Context, by sso.Actor, d sso.Domain) (sso.Domain, error)
	Domain(ctx context.Context, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, error)
	UpdateDomain(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		id sso.DomainID,
		fn func(sso.Domain) (sso.Domain, error),
	) (sso.Domain, error)
}

// groupReader looks up default groups, the groups whose members are admins, and
// organizations.
type groupReader interface {
	AdminGroups(ctx context.Context, ent sso.EnterpriseID) ([]sso.Group, error)
	Group(ctx context.Context, ent sso.EnterpriseID, id sso.GroupID) (sso.Group, error)
	GroupNamed(ctx context.Context, ent sso.EnterpriseID, organization, name string) (sso.Group, error)
	OrganizationNamed(ctx context.Context, ent sso.EnterpriseID, idOrKey string) (sso.Organization, error)
}

// TXTResolver looks up TXT records; *net.Resolver is one.
type TXTResolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Options configures a Service.
type Options struct {
	// Connections to Moves are implemented by store.DB.
	Connections connectionStore
	Groups      groupReader
	Domains     domainStore
	Trials      trialReader
	Trusts      trustStore
	Moves       moveStore

	Brands   sso.BrandFinder // nil: metadata has no brand
	SAML     *saml.ServiceProvider
	OIDC     *oidc.RelyingParty
	Resolver TXTResolver // nil: net.DefaultResolver
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	// AllowLoopback accepts http addresses of this machine, for the demo and for
	// tests. The client that fetches has its own rule, and both have to agree.
	AllowLoopback bool
	// NoMail says that no mail server is configured; a policy that sends codes
	// then gets a warning.
	NoMail bool
}

// Service changes connections and domains. It is safe for concurrent use.
type Service struct {
	Options
	refreshes singleflight.Group // by connection
}

// New makes a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	return &Service{Options: o}
}

// WarningCode identifies a warning that other code depends on.
type WarningCode string

// IDPUnanswered says that the identity provider did not answer, and that the
// entered or previous values were kept.
const IDPUnanswered WarningCode = "idp_unanswered"

// Warning reports a value that works and should still be changed: a certificate
// that expires soon, an address without encryption. Field is named as in the REST
// API.
type Warning struct {
	Code    WarningCode `json:"-"` // "" for one that is only shown
	Field   string      `json:"field"`
	Message string      `json:"message"`
}
