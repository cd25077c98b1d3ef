package directory

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/launch"
	"gatehouse/web/console"
	"gatehouse/web/route"
)

// memberReader reads users and what they are members of.
type memberReader interface {
	historyReader
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
	UserIdentities(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserIdentity, error)
	UserMemberships(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserMembership, error)
	UserSessions(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.Session, error)
	SearchMembers(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, prefix string,
		p sso.Page) ([]sso.Member, string, error)
}

// historyReader reads what happened to users.
type historyReader interface {
	IdentityQuestions(ctx context.Context, ent sso.EnterpriseID, f sso.QuestionFilter,
		p sso.Page) ([]sso.IdentityQuestion, string, error)
	SubjectChanges(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.SubjectChange, string, error)
	GroupMembersAt(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, at time.Time,
		p sso.Page) ([]sso.PastMember, string, error)
	Attempts(ctx context.Context, ent sso.EnterpriseID, f sso.AttemptFilter, p sso.Page) ([]sso.Attempt, string, error)
	SyncRecords(
		ctx context.Context, ent sso.EnterpriseID, f sso.SyncFilter, p sso.Page,
	) ([]sso.SyncRecord, string, error)
}

// structureReader reads what enterprises consist of, and applications.
type structureReader interface {
	settingReader
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	Organization(ctx context.Context, ent sso.EnterpriseID, id sso.OrganizationID) (sso.Organization, error)
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
	OrganizationCounts(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.OrganizationCount, string, error)
	Group(ctx context.Context, ent sso.EnterpriseID, id sso.GroupID) (sso.Group, error)
	Groups(ctx context.Context, ent sso.EnterpriseID, f sso.GroupFilter, p sso.Page) ([]sso.GroupCount, string, error)
	GroupDrift(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID) (sso.GroupDrift, error)
}

// settingReader reads what an enterprise has beside its organizations, and applications.
type settingReader interface {
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	Domain(ctx context.Context, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, error)
	Domains(ctx context.Context, ent sso.EnterpriseID) ([]sso.Domain, error)
	Application(ctx context.Context, id sso.ApplicationID) (sso.Application, error)
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
}

// arrivalReader finds the enterprises of a default application.
type arrivalReader interface {
	EnterprisesArriving(ctx context.Context, app sso.ApplicationID, p sso.Page) ([]sso.Enterprise, string, error)
}

// Options are what the handlers are made of; all of it is required, but for
// CookieDomain.
type Options struct {
	Console *console.Console
	Service *directory.Service
	Launch  *launch.Service
	Domains domainProver
	// Members and Structure read what is shown; one store.DB does
	// both, and Pushes as well. One tokens.Service is Tokens and Services.
	Members   memberReader
	Structure structureReader
	Pushes    pushReader
	Drift     comparer
	Tokens    tokenService
	Services  serviceTokens
	Roles     roleReader    // a store.DB
	Merges    mergeReader   // a store.DB
	Erasures  erasureReader // a store.DB
	Arrivals  arrivalReader // a store.DB
	// Identities is a store.DB.
	Identities identityReader
	// SessionCookie is the session cookie's whole name, and CookieDomain the
	// domain it is sent to; "": to this host alone.
	SessionCookie string
	CookieDomain  string
	Host          string // where people reach us
	Now           func() time.Time
}

// Directory are the handlers.
type Directory struct{ Options }

// New makes the handlers.
func New(o Options) *Directory { return &Directory{o} }

// Register adds the pages.
func (d *Directory) Register(rt *route.Router) {
	pages := [][]console.Page{
		d.peoplePages(), d.personPages(), d.questionPages(), d.organizationPages(), d.groupPages(),
		d.memberPages(), d.restorePages(), d.domainPages(), d.applicationPages(), d.tokenRulePages(),
		d.serviceTokenPages(), d.rolePages(), d.sessionRulePages(), d.attributePages(),
		d.rulePages(), d.mergePages(), d.erasePages(), d.identityPages(), d.ownPages(),
	}
	for _, some := range pages {
		d.Console.Add(rt, some...)
	}
}

// at is the pattern of a page of an enterprise.
func at(method, path string) string {
	return method + " " + console.Prefix + "/enterprises/{enterprise}/" + path
}

// ofEnterprise is a page for the admins of an enterprise.
func ofEnterprise(method, path string, handle console.Handler) console.Page {
	return console.Page{
		Pattern: at(method, path),
		Need:    console.Enterprise,
		Handle:  handle,
	}
}

// forDomains is ofEnterprise for the holders of setup links that open domains, too.
func forDomains(method, path string, handle console.Handler) console.Page {
	return console.Page{
		Pattern: at(method, path),
		Need:    console.Domains,
		Handle:  handle,
	}
}
