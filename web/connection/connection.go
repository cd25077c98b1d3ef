package connection

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/directory"
	"gatehouse/sso/trial"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// connectionReader reads connections, their tests and shadows; store.DB does.
type connectionReader interface {
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	ConnectionReach(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.ConnectionReach, error)
	Certificates(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) ([]sso.CertificateUse, error)
	GroupRefs(ctx context.Context, ent sso.EnterpriseID, ids []sso.GroupID) ([]sso.PrincipalGroup, error)
	TestRuns(ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, p sso.Page) ([]sso.TestRun, string, error)
	TestRun(ctx context.Context, ent sso.EnterpriseID, id sso.TestRunID) (sso.TestRun, error)
	Shadow(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.ShadowTally, error)
	ShadowDifferences(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
		p sso.Page) ([]sso.ShadowDifference, string, error)
}

// groupReader reads the groups that connections bring, and what the brake has
// held of them; store.DB does.
type groupReader interface {
	heldReader
	SaidNames(ctx context.Context, ent sso.EnterpriseID) ([]sso.AssertedName, error)
	GroupTallies(ctx context.Context, ent sso.EnterpriseID) ([]sso.GroupTally, error)
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
	GroupDrift(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID) (sso.GroupDrift, error)
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
}

// roleReader reads the roles that groups may carry; store.DB does.
type roleReader interface {
	Roles(ctx context.Context) ([]sso.ProductRole, error)
}

// heldReader reads what the brake has held.
type heldReader interface {
	SyncRecords(
		ctx context.Context, ent sso.EnterpriseID, f sso.SyncFilter, p sso.Page,
	) ([]sso.SyncRecord, string, error)
	HeldSyncs(ctx context.Context, ent sso.EnterpriseID, f sso.HeldFilter, p sso.Page) ([]sso.HeldSync, string, error)
	HeldTallies(ctx context.Context, ent sso.EnterpriseID) ([]sso.HeldTally, error)
}

// previewer plans sign-ins that have not happened; trial.Service does.
type previewer interface {
	PreviewSync(
		ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, s trial.PreviewRequest,
	) (trial.Preview, error)
	TraceGroups(
		ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, m sso.Mapping, tested sso.Identity,
	) (sso.GroupTrace, error)
}

// Options are what the handlers are made of; all of it is required.
type Options struct {
	Console *console.Console
	// Connections, Groups, Moves and Actors are one store.DB.
	Connections connectionReader
	Groups      groupReader
	Roles       roleReader // a store.DB, like Groups
	Moves       moveReader
	Actors      console.ActorReader
	Setup       *connections.Service
	Directory   *directory.Service
	Preview     previewer
	BaseURL     string // begins sign-in links
	Now         func() time.Time
}

// Handlers handle the requests for the pages.
type Handlers struct{ Options }

// New returns the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register adds the pages.
func (h *Handlers) Register(rt *route.Router) {
	h.Console.Add(rt, h.listPages()...)
	h.Console.Add(rt, h.statePages()...)
	h.Console.Add(rt, h.settingsPages()...)
	h.Console.Add(rt, h.certificatePages()...)
	h.Console.Add(rt, h.groupPages()...)
	h.Console.Add(rt, h.movePages()...)
}

func (h *Handlers) listPages() []console.Page {
	return []console.Page{
		list("GET", "connections", h.list),
		list("GET", "held", h.held),
		list("POST", "held/approve", h.approveAll),
		list("POST", "held/discard", h.discardAll),
		list("POST", "held/{held}/approve", h.approve),
		list("POST", "held/{held}/discard", h.discard),
	}
}

func (h *Handlers) statePages() []console.Page {
	return []console.Page{
		one("GET", "", h.show),
		one("POST", "/enable", h.changeState("enabled", h.Setup.Enable)),
		one("POST", "/disable", h.changeState("disabled", h.Setup.Disable)),
		one("POST", "/rollback", h.changeState("rolled-back", h.Setup.Rollback)),
		one("POST", "/discard", h.changeState("discarded", h.Setup.DiscardDraft)),
		one("POST", "/delete", h.delete),
		one("POST", "/trust/approve", h.decideTrust(true, "approved")),
		one("POST", "/trust/refuse", h.decideTrust(false, "refused")),
		one("GET", "/shadow", h.shadow),
		one("POST", "/shadow/start", h.startShadow),
		one("POST", "/shadow/stop", h.stopShadow),
	}
}

func (h *Handlers) settingsPages() []console.Page {
	return []console.Page{
		one("GET", "/settings", h.settings),
		one("POST", "/settings", h.saveSettings),
		one("POST", "/settings/try", h.tryPolicies),
		one("POST", "/settings/try-groups", h.tryGroups),
	}
}

func (h *Handlers) certificatePages() []console.Page {
	return []console.Page{
		one("GET", "/certificates", h.certificates),
		one("POST", "/certificates", h.addCertificate),
		one("POST", "/certificates/remove", h.removeCertificate),
		one("POST", "/certificates/refresh", h.refresh),
		one("POST", "/certificates/confirm", h.confirmKeys),
		one("POST", "/certificates/rotate", h.rotate),
		one("GET", "/certificates/own/{key}", h.ownCertificate),
	}
}

func (h *Handlers) groupPages() []console.Page {
	return []console.Page{
		forGroups(one("GET", "/groups", h.groups)),
		one("POST", "/groups", h.createGroup),
		one("POST", "/groups/accept", h.accept),
		one("GET", "/groups/person", h.person),
	}
}

// list is a page about all connections of an enterprise.
func list(method, path string, handle console.Handler) console.Page {
	return console.Page{
		Pattern: method + " " + console.Prefix + "/enterprises/{enterprise}/" + path,
		Need:    console.Enterprise,
		Handle:  handle,
	}
}

// one is a page about one connection.
func one(method, path string, handle console.Handler) console.Page {
	p := list(method, "connections/{connection}"+path, handle)
	p.MaxBody = 256 << 10 // expressions and certificates
	return p
}

// forGroups is p for the holders of setup links that open Verify groups, too.
func forGroups(p console.Page) console.Page {
	p.Need = console.Groups
	return p
}

// base surrounds a page about the connection, or about something of it.
func (h *Handlers) base(v console.Visit, below bool) ui.Base {
	trail := []ui.Link{{
		Label: console.AreaConnections,
		Href:  console.At(v.Enterprise, "connections"),
	}}
	if below {
		trail = append(trail, ui.Link{Label: v.Connection.Name, Href: at(v)})
	}
	area := console.AreaConnections
	if v.Role == sso.RoleSetupLink {
		area = console.AreaVerifyGroups // the only page here that setup links open
	}
	return h.Console.Base(v, area, trail...)
}

// at is the address of something of the connection.
func at(v console.Visit, parts ...string) string {
	return console.AtConnection(v.Enterprise, v.Connection.ID, parts...)
}

func (h *Handlers) time(t time.Time) ui.Time { return ui.NewTime(t, h.Now()) }

// wrong is the summary of a refusal that is about no field of the page.
func wrong(err error) []ui.Wrong {
	var all []ui.Wrong
	for _, w := range ui.Blame(err) {
		if w.Label != "" {
			w.Label = console.FieldLabel(w.Label)
		}
		all = append(all, w)
	}
	return all
}
