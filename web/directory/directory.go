package directory

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/route"
)

// Store keeps what is shown; store.DB is one. It is made of the small interfaces
// beside the handlers that use them.
type Store interface {
	People
	Memberships
	Sessions
	Records
	Questions
	Organizations
	Groups
	Restoring
	Domains
	Applications
}

// Records keeps what happened to somebody.
type Records interface {
	Attempts(ctx context.Context, ent sso.EnterpriseID, f sso.AttemptFilter, p sso.Page) ([]sso.Attempt, string, error)
	SyncRecords(
		ctx context.Context, ent sso.EnterpriseID, f sso.SyncFilter, p sso.Page,
	) ([]sso.SyncRecord, string, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
}

// Options are what the handlers are made of; all of it is required, but for
// CookieDomain.
type Options struct {
	Console *console.Console
	Store   Store
	Proving Proving
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
		d.memberPages(), d.restorePages(), d.domainPages(), d.applicationPages(),
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

// withSetupLink is ofEnterprise for the holders of setup links, too.
func withSetupLink(method, path string, handle console.Handler) console.Page {
	return console.Page{
		Pattern: at(method, path),
		Need:    console.Connection,
		Handle:  handle,
	}
}
