package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/route"
)

// Store is what the API reads and writes; store.DB is one. It is made of the
// small interfaces beside the handlers that use them.
type Store interface {
	Tokens
	Directory
	People
	Connections
	Domains
	Records
	Restoring
	Holding
	Questions
	Tested
	Shadows
	Applications
	SetupLinks
	Health
}

// Directory keeps what an enterprise consists of.
type Directory interface {
	Enterprises
	Organizations
	Groups
	Members
}

// People keeps who is there, and who is signed in.
type People interface {
	Users
	Sessions
}

// Setup carries out what an admin does to connections and domains; connections.Service
// does.
type Setup interface {
	Connecting
	trustDecider
	Confirming
	Deleting
	Shadowing
	Proving
	Trying
}

// Connecting changes connections.
type Connecting interface {
	Create(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, protocol sso.Protocol, e connections.Edit,
	) (sso.Connection, []connections.Warning, error)
	Edit(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, e connections.Edit,
	) (sso.Connection, []connections.Warning, error)
	Enable(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Disable(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Rollback(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	DiscardDraft(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	RotateKey(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	RefreshMetadata(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
	) (sso.Connection, bool, error)
}

// Confirming trusts what waited for an admin.
type Confirming interface {
	ConfirmKeys(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
}

// Deleting removes connections.
type Deleting interface {
	Delete(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) error
}

// Proving adds domains and looks for their proof.
type Proving interface {
	AddDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, name string) (sso.Domain, error)
	VerifyDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, error)
}

// SAMLAddresses says where our end of a SAML connection is; saml.ServiceProvider
// does.
type SAMLAddresses interface {
	EntityID(id sso.ConnectionID) string
	ACSURL(id sso.ConnectionID) string
	SLOURL(id sso.ConnectionID) string
}

// OIDCAddresses says where our end of an OpenID Connect connection is;
// oidc.RelyingParty does.
type OIDCAddresses interface {
	RedirectURI(id sso.ConnectionID) string
}

// Options are what the API is made of. Without a Limiter there are no rates;
// all else is required.
type Options struct {
	Store   Store
	Setup   Setup
	Preview Previewer
	Tests   Tester
	Links   Linking
	SAML    SAMLAddresses
	OIDC    OIDCAddresses
	BaseURL string // begins sign-in links
	Limiter route.Limiter
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// API is version 1 of the REST API.
type API struct {
	Options
	mux      *http.ServeMux
	huma     huma.API
	document []byte
	bodyless map[string]bool // patterns that take no body
}

// Prefix is what the paths of the API begin with, and the pattern to mount its
// handler at.
const Prefix = "/api/v1/"

// MaxBody is what a body may weigh, in bytes.
const MaxBody = 1 << 20

// New makes an API.
func New(o Options) (*API, error) {
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &API{
		Options:  o,
		mux:      http.NewServeMux(),
		bodyless: map[string]bool{},
	}
	a.huma = newHuma(a.mux)
	a.enterpriseOperations()
	a.organizationOperations()
	a.groupOperations()
	a.memberOperations()
	a.historyOperations()
	a.heldOperations()
	a.questionOperations()
	a.previewOperations()
	a.connectionOperations()
	a.testOperations()
	a.connectionActions()
	a.shadowOperations()
	a.domainOperations()
	a.userOperations()
	a.policyOperations()
	a.sessionOperations()
	a.recordOperations()
	a.healthOperations()
	a.applicationOperations()
	a.setupLinkOperations()
	var err error
	a.document, err = finish(a.huma.OpenAPI())
	return a, err
}

// OpenAPI is the API's document, OpenAPI 3.1 in JSON; the same for every
// installation.
func (a *API) OpenAPI() ([]byte, error) { return a.document, nil }
