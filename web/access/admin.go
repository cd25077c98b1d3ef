package access

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// principalReader finds the single sign-on user of a request; session.Manager
// does.
type principalReader interface {
	Principal(r *http.Request) (sso.Principal, error)
}

// cookie stores a session token in the browser; session.Bearer does.
type cookie interface {
	Token(r *http.Request) sso.Secret
	Set(w http.ResponseWriter, token sso.Secret) error
	Clear(w http.ResponseWriter)
}

// factReader reads enterprises and records; store.DB does.
type factReader interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
	AuditEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.AuditFilter, p sso.Page,
	) ([]sso.AuditEvent, string, error)
}

// Options configure the handlers; every field is required.
type Options struct {
	Service    *access.Service
	Passkeys   *access.Passkeys // nil if passkeys are not available
	Principals principalReader
	Admin      cookie // of local admins
	Setup      cookie // of browsers that opened a setup link
	Device     cookie // of browsers in which a local admin signed in
	Facts      factReader
	Actors     console.ActorReader
	Tokens     apiTokens      // a tokens.API
	WrongLinks route.Failures // of links that make an admin
	BaseURL    string         // public address of Gatehouse
	Pages      *ui.Renderer
	Now        func() time.Time
}

// Handlers has the pages about admins and their sign-in.
type Handlers struct {
	Options
	// Console renders the pages; Enter sets it.
	Console *console.Console
}

// New returns the handlers.
func New(o Options) *Handlers { return &Handlers{Options: o} }

// Register adds the pages that need no session.
func (h *Handlers) Register(rt *route.Router) {
	tries := []route.Rate{{Name: "admin-sign-in", PerMinute: 10}}
	opens := []route.Rate{{Name: "admin-link", PerMinute: 30}}
	rt.Page(
		route.Route{Pattern: "GET " + console.Prefix, Handle: h.home},
		route.Route{Pattern: "GET " + signInPath, Handle: h.showSignIn},
		route.Route{Pattern: "POST " + signInPath, Handle: h.signIn, Rates: tries},
		route.Route{Pattern: "GET " + passkeyPath, Handle: h.askPasskey, Rates: opens},
		route.Route{Pattern: "POST " + passkeyPath, Handle: h.passkeySignIn, Rates: tries},
		route.Route{Pattern: "POST " + console.Prefix + "/sign-out", Handle: h.signOut},
		route.Route{Pattern: "GET " + console.ConfirmPath, Handle: h.askConfirm, Rates: opens},
		route.Route{Pattern: "POST " + console.ConfirmPath, Handle: h.confirm, Rates: tries},
		route.Route{
			Pattern: "POST " + confirmPasskeyPath,
			Handle:  h.confirmByPasskey,
			Rates:   tries,
		},
		route.Route{Pattern: "GET " + welcomePath + "{token}", Handle: h.limitWrongLinks(h.showWelcome)},
		route.Route{Pattern: "POST " + welcomePath + "{token}", Handle: h.limitWrongLinks(h.accept)},
		route.Route{Pattern: "GET " + setupPath + "{token}", Handle: h.showSetup, Rates: opens},
		route.Route{Pattern: "POST " + setupPath + "{token}", Handle: h.openSetup, Rates: opens},
	)
}

// Enter adds the pages for signed-in admins.
func (h *Handlers) Enter(rt *route.Router, c *console.Console) {
	h.Console = c
	c.Add(rt, h.adminPages()...)
	c.Add(rt, h.accessPages()...)
	c.Add(rt, h.apiTokenPages()...)
	c.Add(rt, h.organizationPages()...)
}
