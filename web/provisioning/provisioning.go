package provisioning

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/directory"
	"gatehouse/sso/provisioning"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// reader reads what an identity provider pushed and what was refused; store.DB does.
type reader interface {
	ProvisioningTokens(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, p sso.Page,
	) ([]sso.ProvisioningToken, string, error)
	ProvisioningToken(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
	) (sso.ProvisioningToken, error)
	ProvisioningCounts(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.ProvisioningCounts, error)
	ProvisioningRefusals(
		ctx context.Context, ent sso.EnterpriseID, f sso.RefusalFilter, p sso.Page,
	) ([]sso.ProvisioningRefusal, string, error)
	RefusalTallies(ctx context.Context, ent sso.EnterpriseID) ([]sso.RefusalTally, error)
	ProvisioningReach(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.ProvisioningReach, error)
	FindPushed(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, text string, limit int,
	) (sso.PushedNames, error)
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
	Groups(ctx context.Context, ent sso.EnterpriseID, f sso.GroupFilter, p sso.Page) ([]sso.GroupCount, string, error)
}

// Options are what the handlers are made of; all of it is required.
type Options struct {
	Console   *console.Console
	Records   reader
	Tokens    *provisioning.Tokens
	Setup     *connections.Service
	Directory *directory.Service
	Drift     comparer
	BaseURL   string // begins the address that the identity provider pushes to
	Now       func() time.Time
}

// Handlers handle the requests for the pages.
type Handlers struct{ Options }

// New returns the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register adds the pages.
func (h *Handlers) Register(rt *route.Router) {
	h.Console.Add(rt, h.tokenPages()...)
	h.Console.Add(rt, h.driftPages()...)
	h.Console.Add(rt, h.pilotPages()...)
}

func (h *Handlers) tokenPages() []console.Page {
	return []console.Page{
		one("GET", "", h.scim),
		one("POST", "", h.createToken),
		one("GET", "/tokens/{token}", h.token),
		one("POST", "/tokens/{token}", h.changeToken),
		one("POST", "/tokens/{token}/widen", h.widenToken),
		one("POST", "/tokens/{token}/revoke", h.revokeToken),
		one("GET", "/problems", h.problems),
	}
}

func (h *Handlers) driftPages() []console.Page {
	return []console.Page{
		one("GET", "/drift", h.drift),
		large("POST", "/drift/expect", h.expect),
		one("POST", "/drift/read", h.readListing),
		one("GET", "/drift/reconcile", h.reconcile),
		one("POST", "/drift/reconcile", h.reconcile),
		one("GET", "/drift/{group}", h.driftGroup),
		one("GET", "/drift/{group}/reconcile", h.reconcileGroup),
		one("POST", "/drift/{group}/reconcile", h.reconcileGroup),
	}
}

func (h *Handlers) pilotPages() []console.Page {
	return []console.Page{
		one("GET", "/pilot", h.pilot),
		one("POST", "/pilot", h.choosePilot),
		one("GET", "/pilot/apply", h.previewEveryone),
		one("POST", "/pilot/apply", h.applyToAll),
		one("GET", "/switch", h.previewSwitch),
		one("POST", "/switch", h.confirmSwitch),
		one("POST", "/switch/link", h.link),
		one("POST", "/switch/name", h.nameGroup),
	}
}

// one returns a page about the provisioning of one connection.
func one(method, path string, handle console.Handler) console.Page {
	const of = console.Prefix + "/enterprises/{enterprise}/connections/{connection}/provisioning"
	return console.Page{
		Pattern: method + " " + of + path,
		Need:    console.Enterprise,
		Handle:  handle,
	}
}

// large is one for a form with a list.
func large(method, path string, handle console.Handler) console.Page {
	p := one(method, path, handle)
	p.MaxBody = 2 * mostTyped
	return p
}

// The labels of the pages, in the navigation between them.
const (
	placeSCIM     = "SCIM"
	placeSetup    = "Set-up"
	placeTest     = "Test"
	placePilot    = "Pilot"
	placeSwitch   = "Switch"
	placeProblems = "Open problems"
	placeDrift    = "Expected against actual"
	placeLog      = "Log"
)

// places returns the navigation between the pages about the provisioning of a
// connection.
func places(v console.Visit, current string) []ui.Link {
	all := []ui.Link{
		{Label: placeSCIM, Href: at(v)},
		{Label: placeSetup, Href: console.AtConnection(v.Enterprise, v.Connection.ID, "setup", "scim", "connect")},
		{Label: placeTest, Href: console.AtConnection(v.Enterprise, v.Connection.ID, "setup", "scim", "test")},
		{Label: placePilot, Href: at(v, "pilot")},
		{Label: placeSwitch, Href: at(v, "switch")},
		{Label: placeProblems, Href: at(v, "problems")},
		{Label: placeDrift, Href: at(v, "drift")},
		{
			Label: placeLog,
			Href: console.At(v.Enterprise, "activity", "provisioning") + "?connection=" +
				string(v.Connection.ID),
		},
	}
	for i := range all {
		all[i].Current = all[i].Label == current
	}
	return all
}

// base surrounds the page SCIM, or one below it.
func (h *Handlers) base(v console.Visit, below bool) ui.Base {
	trail := []ui.Link{
		{Label: console.AreaConnections, Href: console.At(v.Enterprise, "connections")},
		{Label: v.Connection.Name, Href: console.AtConnection(v.Enterprise, v.Connection.ID)},
	}
	if below {
		trail = append(trail, ui.Link{Label: placeSCIM, Href: at(v)})
	}
	return h.Console.Base(v, console.AreaConnections, trail...)
}

// at returns the address of something of the provisioning of the connection.
func at(v console.Visit, parts ...string) string {
	return console.AtConnection(v.Enterprise, v.Connection.ID, append([]string{"provisioning"}, parts...)...)
}

func (h *Handlers) time(t time.Time) ui.Time { return ui.NewTime(t, h.Now()) }
