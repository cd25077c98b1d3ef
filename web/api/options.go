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
	"gatehouse/sso/directory"
	"gatehouse/sso/idempotency"
	"gatehouse/web/route"
)

// structureReader reads enterprises, organizations, groups and applications.
type structureReader interface {
	settingReader
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	Enterprises(ctx context.Context, p sso.Page) ([]sso.Enterprise, string, error)
	Organization(ctx context.Context, ent sso.EnterpriseID, id sso.OrganizationID) (sso.Organization, error)
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
	Group(ctx context.Context, ent sso.EnterpriseID, id sso.GroupID) (sso.Group, error)
	Groups(ctx context.Context, ent sso.EnterpriseID, f sso.GroupFilter, p sso.Page) ([]sso.GroupCount, string, error)
	GroupDrift(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID) (sso.GroupDrift, error)
}

// settingReader reads domains, setup links and applications.
type settingReader interface {
	Application(ctx context.Context, id sso.ApplicationID) (sso.Application, error)
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
	Domain(ctx context.Context, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, error)
	Domains(ctx context.Context, ent sso.EnterpriseID) ([]sso.Domain, error)
	SetupLinks(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.SetupLink, string, error)
}

// memberReader reads users and memberships.
type memberReader interface {
	historyReader
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
	UserIdentities(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserIdentity, error)
	UserSessions(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.Session, error)
	UserMemberships(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserMembership, error)
	GroupMembers(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, p sso.Page) ([]sso.Member, string, error)
}

// historyReader reads former memberships and pending decisions.
type historyReader interface {
	UserMembershipsAt(
		ctx context.Context, ent sso.EnterpriseID, user sso.UserID, at time.Time,
	) ([]sso.PastMembership, error)
	GroupMembersAt(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, at time.Time,
		p sso.Page) ([]sso.PastMember, string, error)
	IdentityQuestions(ctx context.Context, ent sso.EnterpriseID, f sso.QuestionFilter,
		p sso.Page) ([]sso.IdentityQuestion, string, error)
	SubjectChanges(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.SubjectChange, string, error)
	HeldSyncs(ctx context.Context, ent sso.EnterpriseID, f sso.HeldFilter, p sso.Page) ([]sso.HeldSync, string, error)
	HeldTallies(ctx context.Context, ent sso.EnterpriseID) ([]sso.HeldTally, error)
}

// mergeReader reads what merges do and did.
type mergeReader interface {
	PreviewMerge(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, from, into sso.UserID,
	) (sso.MergePreview, error)
	Merges(ctx context.Context, ent sso.EnterpriseID, f sso.MergeFilter, p sso.Page) ([]sso.Merge, string, error)
}

// erasureReader reads what deletions of users do and did.
type erasureReader interface {
	PreviewErasure(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (sso.ErasurePreview, error)
	Erasures(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Erasure, string, error)
}

// recordReader reads connections and records.
type recordReader interface {
	eventReader
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	Certificates(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) ([]sso.CertificateUse, error)
	Shadow(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.ShadowTally, error)
	ShadowDifferences(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
		p sso.Page) ([]sso.ShadowDifference, string, error)
	TestRun(ctx context.Context, ent sso.EnterpriseID, id sso.TestRunID) (sso.TestRun, error)
	TestRuns(ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, p sso.Page) ([]sso.TestRun, string, error)
}

// eventReader reads attempts, sync records and events.
type eventReader interface {
	Attempt(ctx context.Context, ent sso.EnterpriseID, id sso.AttemptID) (sso.Attempt, error)
	Attempts(ctx context.Context, ent sso.EnterpriseID, f sso.AttemptFilter, p sso.Page) ([]sso.Attempt, string, error)
	SyncRecords(
		ctx context.Context, ent sso.EnterpriseID, f sso.SyncFilter, p sso.Page,
	) ([]sso.SyncRecord, string, error)
	AuditEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.AuditFilter, p sso.Page,
	) ([]sso.AuditEvent, string, error)
	HealthEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.HealthFilter, p sso.Page,
	) ([]sso.HealthEvent, string, error)
}

// samlAddresser returns our URLs of a SAML connection; saml.ServiceProvider does.
type samlAddresser interface {
	EntityID(id sso.ConnectionID) string
	ACSURL(id sso.ConnectionID) string
	SLOURL(id sso.ConnectionID) string
}

// oidcAddresser returns our URLs of an OpenID Connect connection;
// oidc.RelyingParty does.
type oidcAddresser interface {
	RedirectURI(id sso.ConnectionID) string
}

// Options are the dependencies of the API. Without a Limiter there is no rate
// limit; all others are required.
type Options struct {
	// Structure, Members, Records and Moves are one store.DB.
	Structure structureReader
	Members   memberReader
	Records   recordReader
	Roles     roleReader // a store.DB, too
	Moves     moveReader
	Merges    mergeReader   // a store.DB, too
	Erasures  erasureReader // a store.DB, too
	// Identities is a store.DB, too.
	Identities identityReader
	Tokens     apiTokens // a tokens.API
	Requests   *idempotency.Service
	Directory  *directory.Service
	Setup      *connections.Service
	Preview    previewer
	Tests      tester
	Links      linkMaker
	// Provisioning is a store.DB.
	Provisioning provisioningReader
	SCIMTokens   scimTokens
	// PersonalTokens is a tokens.Service.
	PersonalTokens personalTokens
	// ServiceTokens is a tokens.Service.
	ServiceTokens serviceTokens
	Admins        appointer         // an access.Service
	Appointments  appointmentReader // a store.DB
	Brands        brander           // a branding.Service
	Tester        provisioningTester
	Drift         comparer
	SAML          samlAddresser
	OIDC          oidcAddresser
	BaseURL       string // of sign-in links
	Limiter       route.Limiter
	Log           *slog.Logger
	Now           func() time.Time // nil: time.Now
}

// API is version 1 of the REST API.
type API struct {
	Options
	mux      *http.ServeMux
	huma     huma.API
	document []byte
	rules    map[string]rule // by pattern
}

// Prefix is the prefix of the API's paths, and the pattern of its handler.
const Prefix = "/api/v1/"

// MaxBody is the maximum size of a body, in bytes.
const MaxBody = 1 << 20

// New returns an API.
func New(o Options) (*API, error) {
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &API{
		Options: o,
		mux:     http.NewServeMux(),
		rules:   map[string]rule{},
	}
	a.huma = newHuma(a.mux)
	a.enterpriseOperations()
	a.organizationOperations()
	a.groupOperations()
	a.memberOperations()
	a.historyOperations()
	a.heldOperations()
	a.questionOperations()
	a.identityRuleOperations()
	a.subjectChangeOperations()
	a.moveOperations()
	a.mergeOperations()
	a.userExportOperations()
	a.eraseOperations()
	a.identityOperations()
	a.previewOperations()
	a.connectionOperations()
	a.testOperations()
	a.connectionActions()
	a.shadowOperations()
	a.domainOperations()
	a.userOperations()
	a.policyOperations()
	a.provisionedOperations()
	a.sessionOperations()
	a.recordOperations()
	a.healthOperations()
	a.applicationOperations()
	a.roleOperations()
	a.setupLinkOperations()
	a.scimTokenOperations()
	a.personalTokenOperations()
	a.serviceTokenOperations()
	a.organizationAdminOperations()
	a.sessionRuleOperations()
	a.attributeOperations()
	a.brandOperations()
	a.apiTokenOperations()
	a.provisioningOperations()
	a.reachabilityOperations()
	a.driftOperations()
	var err error
	a.document, err = finish(a.huma.OpenAPI())
	return a, err
}

// OpenAPI returns the OpenAPI 3.1 document in JSON, which is the same for every
// installation.
func (a *API) OpenAPI() ([]byte, error) { return a.document, nil }
