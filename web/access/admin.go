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

// principals says who is signed in by single sign-on; session.Manager does.
type principals interface {
	Principal(r *http.Request) (sso.Principal, error)
}

// cookie keeps the token of a session in a browser; session.Bearer does.
type cookie interface {
	Token(r *http.Request) sso.Secret
	Set(w http.ResponseWriter, token sso.Secret) error
	Clear(w http.ResponseWriter)
}

// facts is what is known of enterprises and of what happened; store.DB knows it.
type facts interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	AuditEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.AuditFilter, p sso.Page,
	) ([]sso.AuditEvent, string, error)
}

// Options are what the handlers are made of; all of it is required.
type Options struct {
	Service    *access.Service
	Passkeys   *access.Passkeys // nil where there are none
	Principals principals
	Admin      cookie // of local admins
	Setup      cookie // of whoever opened a setup link
	Device     cookie // of browsers that a local admin signed in with
	Facts      facts
	BaseURL    string // where people reach us
	Pages      *ui.Renderer
	Now        func() time.Time
}

// Handlers are the pages about who administers, and how they get in.
type Handlers struct {
	Options
	// Console is what the pages are in; Enter sets it.
	Console *console.Console
}

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{Options: o} }

// Register adds what is there without being somebody already.
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
		route.Route{Pattern: "GET " + welcomePath + "{token}", Handle: h.showWelcome, Rates: opens},
		route.Route{Pattern: "POST " + welcomePath + "{token}", Handle: h.accept, Rates: tries},
		route.Route{Pattern: "GET " + setupPath + "{token}", Handle: h.showSetup, Rates: opens},
		route.Route{Pattern: "POST " + setupPath + "{token}", Handle: h.openSetup, Rates: opens},
	)
}

// Enter adds the pages that are for those who are somebody.
func (h *Handlers) Enter(rt *route.Router, c *console.Console) {
	h.Console = c
	c.Add(rt, h.adminPages()...)
	c.Add(rt, h.accessPages()...)
}
