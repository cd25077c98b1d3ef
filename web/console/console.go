package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// Prefix is that of every page of the console.
const Prefix = "/admin"

// Need is the least that a page asks of whoever opens it.
type Need uint8

// The needs, from the one that most people meet.
const (
	// Connection is for the holder of a setup link of the {connection} in the
	// path, too; with {enterprise} alone, of a setup link of that enterprise.
	Connection Need = iota + 1
	// Enterprise is for the admins of the {enterprise} in the path.
	Enterprise
	// Anybody is for everybody who administers something; what is shown depends
	// on whom.
	Anybody
	// Operator is for operators alone.
	Operator
)

// Visit is somebody on a page that is for them.
type Visit struct {
	sso.Visitor
	Enterprise sso.Enterprise // of the path, or else the visitor's own; zero for an operator where the path names none
	Connection sso.Connection // of the path; zero if it names none
}

// Handler answers a visit.
type Handler func(w http.ResponseWriter, r *http.Request, v Visit) error

// Page is one page of the console, or one form of it.
type Page struct {
	Pattern string // method and path: "GET /admin/enterprises/{enterprise}/people"
	Need    Need
	Handle  Handler
	MaxBody int64 // bytes; 0 means route.DefaultMaxBody
	Files   bool  // its form may carry files
	Rates   []route.Rate
}

// access says who is there.
type access interface {
	// Visitor fails with Unauthenticated "session_ended" for nobody, and with
	// Forbidden "not_an_admin" for somebody who administers nothing.
	Visitor(r *http.Request) (sso.Visitor, error)
}

// directory finds what a path names.
type directory interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	EnterpriseByKey(ctx context.Context, key string) (sso.Enterprise, error)
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
}

// Options are what a Console is made of; all of it is required.
type Options struct {
	Access    access
	Directory directory
	Pages     *ui.Renderer
	Now       func() time.Time
}

// Console lets people onto its pages.
type Console struct {
	Options
	needs map[string]Need // by pattern
}

// New makes a Console without pages.
func New(o Options) *Console {
	return &Console{
		Options: o,
		needs:   map[string]Need{},
	}
}

// Add registers pages. It panics for one that needs nothing, or names no
// enterprise or connection where it needs one.
func (c *Console) Add(rt *route.Router, pages ...Page) {
	for _, p := range pages {
		_, path, _ := strings.Cut(p.Pattern, " ")
		wrong := path != Prefix && !strings.HasPrefix(path, Prefix+"/")
		switch p.Need {
		case Connection, Enterprise:
			wrong = wrong || !strings.Contains(path, "{enterprise}")
		case Anybody, Operator:
			wrong = wrong || strings.Contains(path, "{connection}")
		default:
			wrong = true
		}
		if wrong {
			panic("console: " + p.Pattern + " is not for anyone")
		}
		c.needs[p.Pattern] = p.Need
		rt.Page(route.Route{
			Pattern: p.Pattern,
			MaxBody: p.MaxBody,
			Files:   p.Files,
			Rates:   p.Rates,
			Handle: func(w http.ResponseWriter, r *http.Request) error {
				v, err := c.visit(r, p.Need)
				if err != nil {
					return c.away(w, r, err)
				}
				return p.Handle(w, r, v)
			},
		})
	}
}

// ConfirmPath is where operators give their password or use a passkey once more.
const ConfirmPath = Prefix + "/confirm"

// Confirm has the visitor give their password or use a passkey, and leads back
// afterwards; what a form sent is not done.
func Confirm(w http.ResponseWriter, r *http.Request) error {
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		back = Prefix
	}
	return route.SeeOther(w, ConfirmPath+"?"+url.Values{"return_to": {back}}.Encode())
}

// Needs are the patterns that were registered, and what each asks for.
func (c *Console) Needs() map[string]Need { return c.needs }

// away sends whoever is nobody to sign in, and back afterwards.
func (c *Console) away(w http.ResponseWriter, r *http.Request, err error) error {
	switch {
	case sso.CodeOf(err) == sso.CodeSecondStepNeeded:
		return Confirm(w, r)
	case sso.KindOf(err) != sso.Unauthenticated:
		return err
	case r.Method != http.MethodGet: // what they sent is lost, and nothing is done
		return route.SeeOther(w, Prefix+"/sign-in")
	}
	return route.SeeOther(
		w, Prefix+"/sign-in?"+url.Values{"return_to": {r.URL.RequestURI()}}.Encode(),
	)
}

// visit finds out who is there and what the path names. Whatever is not for
// them, and does not say that it is, is not there.
func (c *Console) visit(r *http.Request, need Need) (Visit, error) {
	visitor, err := c.Access.Visitor(r)
	if err != nil {
		return Visit{}, fmt.Errorf("find out who is there: %w", err)
	}
	v := Visit{Visitor: visitor}
	link := visitor.Role == sso.RoleSetupLink
	if need == Operator && visitor.Role != sso.RoleOperator || need != Connection && link {
		return Visit{}, sso.NothingHere()
	}
	if v.Enterprise, err = c.enterprise(r, visitor); err != nil {
		return Visit{}, hidden(err)
	}
	if raw := r.PathValue("connection"); raw != "" {
		id, err := sso.ParseID[sso.ConnectionID](raw)
		if err != nil || link && visitor.Connection != id {
			return Visit{}, sso.NothingHere()
		}
		if v.Connection, err = c.Directory.Connection(r.Context(), v.Enterprise.ID, id); err != nil {
			return Visit{}, hidden(err)
		}
	}
	return v, nil
}

// enterprise is the one that the path names, if the visitor sees it, or else
// their own; zero for an operator where the path names none.
func (c *Console) enterprise(r *http.Request, v sso.Visitor) (sso.Enterprise, error) {
	key := r.PathValue("enterprise")
	switch {
	case key == "" && v.Enterprise == "":
		return sso.Enterprise{}, nil
	case key == "":
		return c.Directory.Enterprise(r.Context(), v.Enterprise)
	case sso.ValidateKey("enterprise", key) != nil:
		return sso.Enterprise{}, sso.NothingHere()
	}
	e, err := c.Directory.EnterpriseByKey(r.Context(), key)
	if err != nil {
		return sso.Enterprise{}, err
	}
	if !v.Sees(e.ID) {
		return sso.Enterprise{}, sso.NothingHere()
	}
	return e, nil
}

// hidden makes every way of not being there the same.
func hidden(err error) error {
	if sso.KindOf(err) == sso.NotFoundKind {
		return errors.Join(sso.NothingHere(), err)
	}
	return err
}

// Home is the overview of an enterprise.
func Home(e sso.Enterprise) string { return Prefix + "/enterprises/" + e.Key }

// At is the address of something of an enterprise: At(e, "people", id).
func At(e sso.Enterprise, parts ...string) string {
	return Home(e) + "/" + strings.Join(parts, "/")
}

// AtConnection is the address of something of a connection.
func AtConnection(e sso.Enterprise, id sso.ConnectionID, parts ...string) string {
	return At(e, append([]string{"connections", string(id)}, parts...)...)
}
