package directory

import (
	"context"
	"time"

	"gatehouse/sso"
)

// enterpriseWriter changes enterprises and organizations; store.DB does.
type enterpriseWriter interface {
	CreateEnterprise(ctx context.Context, by sso.Actor, e sso.Enterprise,
		organizations ...sso.Organization) (sso.Enterprise, error)
	UpdateEnterprise(ctx context.Context, by sso.Actor, id sso.EnterpriseID,
		fn func(sso.Enterprise) (sso.Enterprise, error)) (sso.Enterprise, error)
	DeleteEnterprise(ctx context.Context, by sso.Actor, id sso.EnterpriseID) error
	CreateOrganization(ctx context.Context, by sso.Actor, o sso.Organization) (sso.Organization, error)
	UpdateOrganization(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.OrganizationID,
		fn func(sso.Organization) (sso.Organization, error)) (sso.Organization, error)
	DeleteOrganization(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.OrganizationID,
		conditions ...func(sso.Organization) error) error
	DeleteDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID) error
}

// groupWriter changes groups and their members; store.DB does.
type groupWriter interface {
	membershipMover
	CreateGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, g sso.Group,
		conditions ...func(sso.Reach) error) (sso.Group, error)
	UpdateGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID,
		fn func(sso.Group) (sso.Group, error), conditions ...func(sso.Reach) error) (sso.Group, error)
	DeleteGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID,
		conditions ...func(sso.Reach) error) error
	AddMember(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID,
		conditions ...func(sso.Reach) error) error
	RemoveMember(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID,
		conditions ...func(sso.Reach) error) error
}

// membershipMover moves many members at once: to a moment, to what was asserted, or
// as a sync that was held would have.
type membershipMover interface {
	RestoreUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, at time.Time,
		confirm func(sso.Restoration) (bool, error)) (sso.Restoration, error)
	RestoreGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, at time.Time,
		confirm func(sso.Restoration) (bool, error)) (sso.Restoration, error)
	ReconcileGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID,
		decide func(sso.DriftingUser) (add, remove bool), confirm func(sso.Restoration) (bool, error)) (
		sso.Restoration, error,
	)
	ApproveHeldSync(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID) (sso.HeldSync, error)
	DiscardHeldSync(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID) (sso.HeldSync, error)
	DecideHeldSyncs(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, d sso.HeldDecision,
	) (sso.HeldResult, error)
}

// userWriter changes users; store.DB does.
type userWriter interface {
	userMerger
	userExporter
	userEraser
	identityLinker
	UpdateUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID,
		fn func(sso.User) (sso.User, error)) (sso.User, error)
	AnswerQuestion(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.QuestionID,
		d sso.QuestionDecision) (sso.IdentityQuestion, error)
	AnswerSubjectChange(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SubjectChangeID,
		answer sso.SubjectAnswer) (sso.SubjectChange, error)
}

// sessionWriter ends sessions of users; store.DB does.
type sessionWriter interface {
	UserSessions(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.Session, error)
	RevokeSession(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SessionID) error
	RevokeUserSessions(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) (int, error)
}

// applicationWriter changes applications, and finds the enterprises they name;
// store.DB does.
type applicationWriter interface {
	CreateApplication(ctx context.Context, by sso.Actor, a sso.Application) (sso.Application, error)
	Application(ctx context.Context, id sso.ApplicationID) (sso.Application, error)
	UpdateApplication(ctx context.Context, by sso.Actor, id sso.ApplicationID,
		fn func(sso.Application) (sso.Application, error)) (sso.Application, error)
	DeleteApplication(ctx context.Context, by sso.Actor, id sso.ApplicationID,
		conditions ...func(sso.Application) error) error
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	EnterpriseByKey(ctx context.Context, key string) (sso.Enterprise, error)
}

// roleWriter changes roles; store.DB does.
type roleWriter interface {
	CreateRole(ctx context.Context, by sso.Actor, r sso.ProductRole) (sso.ProductRole, error)
	UpdateRole(ctx context.Context, by sso.Actor, id sso.RoleID,
		fn func(sso.ProductRole) (sso.ProductRole, error)) (sso.ProductRole, error)
	DeleteRole(ctx context.Context, by sso.Actor, id sso.RoleID, conditions ...func(sso.ProductRole) error) error
}

// adminReader knows who administers enterprises; store.DB does.
type adminReader interface {
	Administers(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (bool, error)
}

// Options are the parts of a Service; all are required. One store.DB serves as
// all but the last three.
type Options struct {
	Enterprises  enterpriseWriter
	Groups       groupWriter
	Users        userWriter
	Sessions     sessionWriter
	Applications applicationWriter
	Roles        roleWriter
	Rules        sessionRuler
	Questions    identityRuler
	Attributes   attributeWriter
	Admins       adminReader
	Lifetimes    Lifetimes
	// InReach reports whether the start page of an application gets the session cookie.
	InReach func(sso.Application) bool
	Now     func() time.Time
}

// Service changes users, groups, organizations, applications, roles and enterprises.
// Methods return the errors of the store beside those they name; an invalid
// value is Invalid "validation_failed" with its field. An edit that was made from
// another revision than its Revision says is Stale "changed_meanwhile", which is
// decided in the transaction that saves it. A user who does not administer the
// enterprise changes nothing but their own sessions: Forbidden "not_an_admin"; what
// admins of an organization change is in Within.
type Service struct{ options Options }

// New returns a Service.
func New(o Options) *Service { return &Service{options: o} }

// invalid returns an error about the fields, nil without problems.
func invalid(code string, problems []sso.FieldError) error {
	if len(problems) == 0 {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   code,
		Public: "The request has a value that cannot be accepted.",
		Fields: problems,
	}
}

const validationFailed = "validation_failed"
