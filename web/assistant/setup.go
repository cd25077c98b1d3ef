package assistant

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/route"
)

// store is what the assistant has to know beside the connection.
type store interface {
	GroupRefs(ctx context.Context, ent sso.EnterpriseID, ids []sso.GroupID) ([]sso.PrincipalGroup, error)
	TestRuns(ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, page sso.Page) ([]sso.TestRun, string, error)
	TestRun(ctx context.Context, ent sso.EnterpriseID, id sso.TestRunID) (sso.TestRun, error)
}

// trustReader says which changes of trust need an approval.
type trustReader interface {
	TrustChanges(ctx context.Context, c sso.Connection) ([]connections.TrustChange, error)
}

// connectionEditor creates, edits and enables connections; connections.Service does.
type connectionEditor interface {
	trustReader
	Create(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, protocol sso.Protocol, e connections.Edit,
	) (sso.Connection, []connections.Warning, error)
	CreateByLink(
		ctx context.Context,
		link sso.SetupLinkID,
		ent sso.EnterpriseID,
		protocol sso.Protocol,
		e connections.Edit,
	) (sso.Connection, []connections.Warning, error)
	Edit(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, e connections.Edit,
	) (sso.Connection, []connections.Warning, error)
	Restart(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		id sso.ConnectionID,
		revision int64,
		protocol sso.Protocol,
		provider sso.Provider,
	) (sso.Connection, error)
	TryMapping(c sso.Connection, e connections.MappingEdit) (sso.Mapping, error)
	Review(c sso.Connection) ([]sso.FieldError, []connections.Warning)
	Enable(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
	) (sso.Connection, error)
	RefreshMetadata(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
	) (sso.Connection, bool, error)
	PreviewProvisioning(
		ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, as connections.Supposed,
	) (sso.ProvisioningPreview, error)
	ServiceProviderMetadata(ctx context.Context, id sso.ConnectionID) ([]byte, error)
}

// tracer shows what a mapping makes of groups; trial.Service does.
type tracer interface {
	TraceGroups(
		ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, m sso.Mapping, tested sso.Identity,
	) (sso.GroupTrace, error)
}

// Options are what an Assistant is made of; all of it is required.
type Options struct {
	Console *console.Console
	Service connectionEditor
	Store   store
	Traces  tracer
	// Provisioning, Tokens and Tester are of the assistant for SCIM.
	Provisioning provisioningReader
	Tokens       tokenMaker
	Tester       provisioningTester
	// Values are ours of a connection, by what a guide calls them.
	Values func(e sso.Enterprise, c sso.Connection) map[guide.Kind]string
	Now    func() time.Time
}

// Assistant is the pages of the setup assistant.
type Assistant struct{ Options }

// Link is among the Values what people are given to sign in, whichever connection
// it leads to.
const Link guide.Kind = "link"

// New makes an Assistant.
func New(o Options) *Assistant { return &Assistant{o} }

const (
	newPath   = console.Prefix + "/enterprises/{enterprise}/connections/new"
	setupPath = console.Prefix + "/enterprises/{enterprise}/connections/{connection}/setup"
	// maxUpload is what metadata may weigh, as part of a form.
	maxUpload = 640 << 10
)

// Register registers every page.
func (a *Assistant) Register(rt *route.Router) {
	a.registerProvisioning(rt)
	add := func(pattern string, h console.Handler) {
		a.Console.Add(rt, console.Page{
			Pattern: pattern,
			Need:    console.SignOn,
			Handle:  h,
		})
	}
	add("GET "+newPath, a.choose)
	add("POST "+newPath, a.create)
	add("GET "+setupPath, a.resume)
	add("GET "+setupPath+"/provider", a.chooseAgain)
	add("POST "+setupPath+"/provider", a.changeProvider)
	add("GET "+setupPath+"/create", a.showCreate)
	add("GET "+setupPath+"/configure", a.showConfigure)
	add("GET "+setupPath+"/attributes", a.showAttributes)
	add("POST "+setupPath+"/attributes", a.saveAttributes)
	add("POST "+setupPath+"/attributes/try", a.tryAttributes)
	add("GET "+setupPath+"/assign", a.showAssign)
	add("GET "+setupPath+"/test", a.showTest)
	add("GET "+setupPath+"/enable", a.showEnable)
	add("POST "+setupPath+"/enable", a.enable)
	add("GET "+setupPath+"/done", a.showDone)
	add("GET "+setupPath+"/files/metadata.xml", a.metadataFile)
	add("GET "+setupPath+"/files/certificate.pem", a.certificateFile)
	a.Console.Add(rt, console.Page{
		Pattern: "POST " + setupPath + "/configure",
		Need:    console.SignOn,
		Handle:  a.saveConfigure,
		Files:   true,
		MaxBody: maxUpload,
		Rates:   []route.Rate{{Name: "setup", PerMinute: 60}},
	})
	a.Console.Add(rt, console.Page{
		Pattern: "POST " + setupPath + "/metadata",
		Need:    console.SignOn,
		Handle:  a.fetchMetadata,
		Rates:   []route.Rate{{Name: "metadata", PerMinute: 10}},
	})
}
