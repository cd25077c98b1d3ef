package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/admin"
	"gatehouse/web/console"
	"gatehouse/web/page"
	"gatehouse/web/route"
)

// Principals says who is signed in by single sign-on; session.Manager does.
type Principals interface {
	Principal(r *http.Request) (sso.Principal, error)
}

// Cookie keeps the token of a session in a browser; session.Bearer does.
type Cookie interface {
	Token(r *http.Request) sso.Secret
	Set(w http.ResponseWriter, token sso.Secret) error
	Clear(w http.ResponseWriter)
}

// Directory finds enterprises; store.DB does.
type Directory interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
}

// Options are what the handlers are made of; all of it is required.
type Options struct {
	Service    *admin.Service
	Principals Principals
	Admin      Cookie // of local admins
	Setup      Cookie // of whoever opened a setup link
	Directory  Directory
	Pages      *page.Pages
	Now        func() time.Time
}

// Handlers are the pages about who administers, and how they get in.
type Handlers struct{ Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register adds what is there without being somebody already.
func (h *Handlers) Register(rt *route.Router) {
	rt.Page(
		route.Route{Pattern: "GET " + console.Prefix, Handle: h.home},
	)
}
