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

// Prefix begins the path of every page of the console.
const Prefix = "/admin"

// Need is the minimum permission for a page.
type Need uint8

// The needs, from the weakest to the strongest.
const (
	// SignOn, Provisioning, Domains and Groups also admit the holder of a setup link
	// with that intent, of the {connection} in the path; with {enterprise} alone, of a
	// setup link of that enterprise.
	SignOn Need = iota + 1
	Provisioning
	Domains
	Groups
	// Organization admits the admins of the {organization} in the path, which is of the
	// {enterprise}, and those of the enterprise.
	Organization
	// Enterprise admits the admins of the {enterprise} in the path.
	Enterprise
	// AnyAdmin admits operators and the admins of every enterprise; the content depends
	// on the admin.
	AnyAdmin
	// Operator admits operators only.
	Operator
)

// intent returns the intent of a setup link that opens a page with this need, "" if
// none does.
func (n Need) intent() sso.Intent {
	switch n {
	case SignOn:
		return sso.IntentSignOn
	case Provisioning:
		return sso.IntentProvisioning
	case Domains:
		return sso.IntentDomain
	case Groups:
		return sso.IntentGroups
	}
	return ""
}

// admits reports whether a visitor may open pages with this need, where the path
// names nothing that they may not see.
func (n Need) admits(v sso.Visitor) bool {
	switch v.Role {
	case sso.RoleOperator:
		return true
	case sso.RoleEnterpriseAdmin:
		return n != Operator
	case sso.RoleOrganizationAdmin:
		return n == Organization
	case sso.RoleSetupLink:
		return n.intent() != "" && v.May(n.intent())
	}
	return false
}

// Visit is an authorized request: the visitor, and the enterprise, connection and
// organization of the path.
type Visit struct {
	sso.Visitor
	Enterprise sso.Enterprise // of the path, or else the visitor's own; zero for an operator where the path names none
	Connection sso.Connection // of the path; zero if it names none
	// Organization is that of the path of a page that needs Organization; else zero.
	Organization sso.Organization
	frame        ui.Frame // of the pages of the visit
}

// staff reports whether the visitor is of the operator's staff.
func (v Visit) staff() bool { return v.Role == sso.RoleOperator }

// Handler responds to a visit.
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

// access identifies the visitor.
type access interface {
	// Visitor fails with Unauthenticated "session_ended" without a session, and
	// with Forbidden "not_an_admin" for a user who is no admin.
	Visitor(r *http.Request) (sso.Visitor, error)
}

// directory finds the enterprise, connection and organization of a path.
type directory interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
	EnterpriseByKey(ctx context.Context, key string) (sso.Enterprise, error)
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	Organization(ctx context.Context, ent sso.EnterpriseID, id sso.OrganizationID) (sso.Organization, error)
}

// Options configure a Console; every field is required.
type Options struct {
	Access    access
	Directory directory
	Pages     *ui.Renderer
	Now       func() time.Time
}

// Console authorizes visitors and dispatches to pages.
type Console struct {
	Options
	needs map[string]Need // by pattern
}

// New returns a Console without pages.
func New(o Options) *Console {
	return &Console{
		Options: o,
		needs:   map[string]Need{},
	}
}

// Add registers pages. It panics for a page without a need, or without the
// enterprise or connection that it needs in its path.
func (c *Console) Add(rt *route.Router, pages ...Page) {
	for _, p := range pages {
		_, path, _ := strings.Cut(p.Pattern, " ")
		wrong := path != Prefix && !strings.HasPrefix(path, Prefix+"/")
		switch p.Need {
		case SignOn, Provisioning, Domains, Groups, Enterprise:
			wrong = wrong || !strings.Contains(path, "{enterprise}")
		case Organization:
			wrong = wrong || !strings.Contains(path, "{enterprise}/organizations/{organization}/")
		case AnyAdmin, Operator:
			wrong = wrong || strings.Contains(path, "{connection}")
		default:
			wrong = true
		}
		if wrong {
			panic("console: " + p.Pattern + " has no need")
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
					return c.redirectToSignIn(w, r, err)
				}
				return p.Handle(w, r, v)
			},
		})
	}
}

// ConfirmPath is the page where operators confirm their password or passkey.
const ConfirmPath = Prefix + "/confirm"

// Confirm redirects the visitor to confirm the password or a passkey, and back
// afterwards. The form of the request is not carried out.
func Confirm(w http.ResponseWriter, r *http.Request) error {
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		back = Prefix
	}
	return route.SeeOther(w, ConfirmPath+"?"+url.Values{"return_to": {back}}.Encode())
}

// Needs returns the need of each registered pattern.
func (c *Console) Needs() map[string]Need { return c.needs }

// redirectToSignIn sends a visitor without a session to sign in, and back
// afterwards.
func (c *Console) redirectToSignIn(w http.ResponseWriter, r *http.Request, err error) error {
	switch {
	case sso.CodeOf(err) == sso.CodeSecondStepNeeded:
		return Confirm(w, r)
	case sso.KindOf(err) != sso.Unauthenticated:
		return err
	case r.Method != http.MethodGet: // the form is lost; nothing is changed
		return route.SeeOther(w, Prefix+"/sign-in")
	}
	return route.SeeOther(
		w, Prefix+"/sign-in?"+url.Values{"return_to": {r.URL.RequestURI()}}.Encode(),
	)
}

// visit identifies the visitor and what the path names. It fails with NotFound for
// what the visitor may not see.
func (c *Console) visit(r *http.Request, need Need) (Visit, error) {
	visitor, err := c.Access.Visitor(r)
	if err != nil {
		return Visit{}, fmt.Errorf("find the signed-in user: %w", err)
	}
	v := Visit{Visitor: visitor}
	link := visitor.Role == sso.RoleSetupLink
	if !need.admits(visitor) {
		return Visit{}, sso.NothingHere()
	}
	if v.Enterprise, err = c.enterprise(r, visitor); err != nil {
		return Visit{}, asNotFound(err)
	}
	if raw := r.PathValue("connection"); raw != "" {
		id, err := sso.ParseID[sso.ConnectionID](raw)
		if err != nil || link && visitor.Connection != id {
			return Visit{}, sso.NothingHere()
		}
		if v.Connection, err = c.Directory.Connection(r.Context(), v.Enterprise.ID, id); err != nil {
			return Visit{}, asNotFound(err)
		}
	}
	if need == Organization {
		if v.Organization, err = c.organization(r, v); err != nil {
			return Visit{}, asNotFound(err)
		}
	}
	v.frame = c.Pages.Frame(r, v.Enterprise.ID, v.staff())
	return v, nil
}

// organization returns the organization of the path if the visitor administers it.
func (c *Console) organization(r *http.Request, v Visit) (sso.Organization, error) {
	id, err := sso.ParseID[sso.OrganizationID](r.PathValue("organization"))
	if err != nil {
		return sso.Organization{}, sso.NothingHere()
	}
	if v.Role == sso.RoleOrganizationAdmin {
		own, is := v.OwnOrganization(id)
		if !is || own.Organization.Enterprise != v.Enterprise.ID {
			return sso.Organization{}, sso.NothingHere()
		}
		return own.Organization, nil
	}
	return c.Directory.Organization(r.Context(), v.Enterprise.ID, id)
}

// enterprise returns the enterprise of the path if the visitor may see it, or else
// the visitor's own; zero for an operator if the path names none.
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

// asNotFound replaces errors that tell whether something exists by NotFound.
func asNotFound(err error) error {
	if sso.KindOf(err) == sso.NotFoundKind {
		return errors.Join(sso.NothingHere(), err)
	}
	return err
}

// Home returns the address of an enterprise's overview.
func Home(e sso.Enterprise) string { return Prefix + "/enterprises/" + e.Key }

// At returns an address below an enterprise: At(e, "people", id).
func At(e sso.Enterprise, parts ...string) string {
	return strings.Join(append([]string{Home(e)}, parts...), "/")
}

// AtConnection returns an address below a connection.
func AtConnection(e sso.Enterprise, id sso.ConnectionID, parts ...string) string {
	return At(e, append([]string{"connections", string(id)}, parts...)...)
}

// AtOrganization returns an address below an organization.
func AtOrganization(e sso.Enterprise, id sso.OrganizationID, parts ...string) string {
	return At(e, append([]string{"organizations", string(id)}, parts...)...)
}
