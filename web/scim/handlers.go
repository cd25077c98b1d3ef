package scim

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"gatehouse/scim"
	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/web/route"
)

// admission admits requests and records what came of them; provisioning.Service does.
type admission interface {
	Admit(ctx context.Context, r provisioning.Request) (*provisioning.Call, error)
	Overloaded(ctx context.Context, r provisioning.Request) error
	Misaddressed(ctx context.Context, r provisioning.Request) error
	Finish(ctx context.Context, c *provisioning.Call, err error)
}

// userService carries out requests about users; provisioning.Service does.
type userService interface {
	CreateUser(ctx context.Context, c *provisioning.Call, body map[string]any, show scim.Selection) (
		scim.Resource, error,
	)
	User(ctx context.Context, c *provisioning.Call, id string, show scim.Selection) (scim.Resource, error)
	ReplaceUser(ctx context.Context, c *provisioning.Call, id string, body map[string]any, show scim.Selection) (
		scim.Resource, error,
	)
	PatchUser(ctx context.Context, c *provisioning.Call, id string, body map[string]any, show scim.Selection) (
		scim.Resource, error,
	)
	DeleteUser(ctx context.Context, c *provisioning.Call, id string) error
	ListUsers(ctx context.Context, c *provisioning.Call, q scim.Query) (provisioning.List, error)
}

// groupService carries out requests about groups; provisioning.Service does.
type groupService interface {
	CreateGroup(ctx context.Context, c *provisioning.Call, body map[string]any) (scim.Resource, error)
	Group(ctx context.Context, c *provisioning.Call, id string) (scim.Resource, error)
	Members(ctx context.Context, c *provisioning.Call, id string, yield func([]scim.Member) error) error
	ReplaceGroup(ctx context.Context, c *provisioning.Call, id string, body map[string]any) (scim.Resource, error)
	PatchGroup(ctx context.Context, c *provisioning.Call, id string, body map[string]any) (scim.Resource, error)
	DeleteGroup(ctx context.Context, c *provisioning.Call, id string) error
	ListGroups(ctx context.Context, c *provisioning.Call, q scim.Query) (provisioning.List, error)
}

// Options are the parts of Handlers; all are required. One provisioning.Service
// serves as the first three.
type Options struct {
	Admission admission
	Users     userService
	Groups    groupService
	BaseURL   string // public address of this installation
}

// Handlers are the endpoints. Make them with New.
type Handlers struct {
	Options
	load load
}

// New returns the endpoints.
func New(o Options) *Handlers {
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return &Handlers{Options: o}
}

const (
	prefix = "/scim/"
	base   = prefix + "v2/connections/{connection}"
)

// Register adds the endpoints to a router.
func (h *Handlers) Register(rt *route.Router) {
	protocol := route.Protocol{
		Prefix:    prefix,
		Render:    render,
		Elsewhere: h.elsewhere,
	}
	rt.Protocol(protocol, h.endpoints()...)
	for _, protocol.Prefix = range mistaken() {
		rt.Protocol(protocol)
	}
}

func (h *Handlers) endpoints() []route.Route {
	return []route.Route{
		h.endpoint("GET /Users", h.listUsers),
		h.endpoint("POST /Users", h.createUser),
		h.endpoint("POST /Users/.search", h.searchUsers),
		h.endpoint("GET /Users/{id}", h.user),
		h.endpoint("PUT /Users/{id}", h.replaceUser),
		h.endpoint("PATCH /Users/{id}", h.patchUser),
		h.endpoint("DELETE /Users/{id}", h.deleteUser),
		h.endpoint("GET /Groups", h.listGroups),
		h.endpoint("POST /Groups", h.createGroup),
		h.endpoint("POST /Groups/.search", h.searchGroups),
		h.endpoint("GET /Groups/{id}", h.group),
		h.endpoint("PUT /Groups/{id}", h.replaceGroup),
		h.endpoint("PATCH /Groups/{id}", h.patchGroup),
		h.endpoint("DELETE /Groups/{id}", h.deleteGroup),
		h.endpoint("GET /ServiceProviderConfig", h.providerConfig),
		h.endpoint("GET /ResourceTypes", h.resourceTypes),
		h.endpoint("GET /ResourceTypes/{id}", h.resourceType),
		h.endpoint("GET /Schemas", h.schemas),
		h.endpoint("GET /Schemas/{id}", h.schema),
		h.endpoint("POST /.search", h.searchAll),
		h.endpoint("POST /Bulk", notOffered),
		h.endpoint("GET /Me", notOffered),
	}
}

// exchange is a request that was admitted.
type exchange struct {
	*http.Request
	w    http.ResponseWriter
	call *provisioning.Call
	body map[string]any // of POST, PUT and PATCH
	base string         // URL of the connection
	id   string         // that the address names
}

// endpoint returns the route of a method and path below a connection. answer
// writes the response, or returns an error and has written nothing.
func (h *Handlers) endpoint(pattern string, answer func(*exchange) error) route.Route {
	method, path, _ := strings.Cut(pattern, " ")
	return route.Route{
		Pattern: method + " " + base + path,
		Why:     "identity providers call it with a bearer token",
		MaxBody: provisioning.MaxBody,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			return h.serve(w, r, path, answer)
		},
		TooLarge: func(w http.ResponseWriter, r *http.Request, _ int64, _ error) error {
			return h.serve(w, r, path, func(*exchange) error {
				return route.BodyTooLarge(provisioning.TooLarge(r.ContentLength))
			})
		},
	}
}

// serve admits a request, reads its body, has it answered, and records what came
// of it.
func (h *Handlers) serve(
	w http.ResponseWriter, r *http.Request, path string, answer func(*exchange) error,
) (err error) {
	if isResources(r.PathValue("id")) {
		return h.elsewhere(w, r)
	}
	done, err := h.load.enter(r.ContentLength)
	if err != nil {
		return h.Admission.Overloaded(r.Context(), h.requestOf(r, path))
	}
	defer done()
	x, err := h.admit(w, r, path)
	if err != nil {
		return h.challenged(w, r, err)
	}
	defer func() { h.Admission.Finish(context.WithoutCancel(r.Context()), x.call, err) }()
	leave, err := h.load.enterFor(x.call.Connection.ID, r.ContentLength)
	if err != nil {
		return err
	}
	defer leave()
	if err := acceptable(r); err != nil {
		return err
	}
	if err := x.readBody(); err != nil {
		return err
	}
	return h.challenged(w, r, answer(x))
}

func (h *Handlers) admit(w http.ResponseWriter, r *http.Request, path string) (*exchange, error) {
	call, err := h.Admission.Admit(r.Context(), h.requestOf(r, path))
	if err != nil {
		return nil, err
	}
	return &exchange{
		Request: r,
		w:       w,
		call:    call,
		base:    h.BaseURL + prefix + "v2/connections/" + string(call.Connection.ID),
		id:      r.PathValue("id"),
	}, nil
}

// requestOf returns what is known of a request before it is admitted.
func (h *Handlers) requestOf(r *http.Request, path string) provisioning.Request {
	return provisioning.Request{
		ID:         route.RequestID(r.Context()),
		Connection: sso.ConnectionID(r.PathValue("connection")),
		Bearer:     bearer(r.Header),
		Method:     r.Method,
		Endpoint:   path,
		Address:    h.BaseURL + r.URL.Path,
		Client:     r.UserAgent(),
		Remote:     route.ClientIP(r.Context()),
		IfMatch:    r.Header.Values("If-Match"),
	}
}

// bearer returns the token of a request; "" without one, and if there are
// several.
func bearer(h http.Header) string {
	given := h.Values("Authorization")
	if len(given) != 1 {
		return ""
	}
	scheme, value, _ := strings.Cut(given[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(value)
}

// challenged adds the header of RFC 6750, section 3, to a refusal that has to do
// with the token.
func (h *Handlers) challenged(w http.ResponseWriter, r *http.Request, err error) error {
	const realm = `Bearer realm="Gatehouse SCIM"`
	lacking, _ := errors.AsType[*provisioning.ScopeError](err)
	switch {
	case sso.KindOf(err) == sso.Unauthenticated && r.Header.Get("Authorization") == "":
		w.Header().Set("WWW-Authenticate", realm)
	case sso.KindOf(err) == sso.Unauthenticated:
		w.Header().Set("WWW-Authenticate", realm+`, error="invalid_token"`)
	case lacking != nil:
		w.Header().Set("WWW-Authenticate", realm+`, error="insufficient_scope", scope="`+string(lacking.Scope)+`"`)
	}
	return err
}

// readBody decodes the body of a request that has one.
func (x *exchange) readBody() error {
	switch x.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
	default:
		return nil
	}
	if err := checkMedia(x.Header.Get("Content-Type")); err != nil {
		return err
	}
	if err := checkCoding(x.Header); err != nil {
		x.w.Header().Set("Accept-Encoding", "identity")
		return err
	}
	raw, err := io.ReadAll(x.Body)
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		return route.BodyTooLarge(provisioning.TooLarge(-1))
	}
	if err != nil {
		return cutOff(err)
	}
	x.body, err = scim.Read(raw)
	return provisioning.Refusal(err)
}
