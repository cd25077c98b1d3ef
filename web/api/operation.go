package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/route"
)

// operation describes one method of one path in the document.
type operation struct {
	id      string // verb-noun, unique
	method  string
	path    string // after Prefix; wildcards are nouns
	summary string
	about   string // details beyond the summary
	status  int    // of success; 0: 200, or 204 for a response without a body
	// scope that a token needs, such as users:read; see sso.Scopes. Required.
	scope string
	reads bool // a POST that changes nothing, and so has a scope for reading
	// own opens an operation without an enterprise in its path to tokens of one
	// enterprise: it shows them their own only.
	own bool
	// instance closes an operation of an enterprise to tokens of one enterprise.
	instance bool
	// outlives allows a deleted enterprise, whose records remain.
	outlives bool
	// once is a member of the response that is sent only once: the response stored
	// for repetitions has null in its place.
	once string
}

// caller is the actor of a request, and the enterprise of its path.
type caller struct {
	by         sso.Actor
	token      sso.Token
	enterprise sso.Enterprise // zero without one in the path; only the ID if operation.outlives
}

// newHuma returns a huma API with decoding, validation and documentation; all
// its other features are off.
func newHuma(mux *http.ServeMux) huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[route.Problem]())
	format := huma.Format{
		Marshal:   huma.DefaultJSONFormat.Marshal,
		Unmarshal: decode,
	}
	return humago.NewWithPrefix(mux, strings.TrimSuffix(Prefix, "/"), huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    information(),
			Servers: []*huma.Server{{URL: strings.TrimSuffix(Prefix, "/")}},
			Components: &huma.Components{
				Schemas:         registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": bearer()},
			},
			Security: []map[string][]string{{"token": {}}},
			Tags:     tags(),
		},
		Formats: map[string]huma.Format{
			"application/json": format,
			"json":             format,
		},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{catch},
	})
}

// schemaName returns the name of a type in the document, which generated clients
// use as well.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[connections.Edit]() {
		return "ConnectionPatch"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// catch replaces an error of huma by ours.
func catch(ctx huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*huma.ErrorModel); ok {
		if c := callOf(ctx.Context()); c.err == nil {
			c.err = translate(e)
		}
	}
	return v, nil
}

// add registers an operation. handle is called with well-formed identifiers and
// an existing enterprise.
func add[I, O any](a *API, o operation, handle func(ctx context.Context, c caller, in *I) (*O, error)) {
	path := "/" + o.path
	rule := ruleOf(o)
	wildcards := wildcardsOf(path)
	op := huma.Operation{
		OperationID:   o.id,
		Method:        o.method,
		Path:          path,
		Summary:       o.summary,
		Description:   strings.TrimSpace(o.about + "\n\nScope: `" + o.scope + "`."),
		Security:      []map[string][]string{{"token": {o.scope}}},
		DefaultStatus: o.status,
		Tags:          []string{tagOf(path)},
		Middlewares:   huma.Middlewares{checkPath(wildcards)},
		MaxBodyBytes:  MaxBody + 2,
	}
	for _, name := range wildcards {
		op.Parameters = append(op.Parameters, pathParameter(name))
	}
	if o.method == http.MethodPost {
		op.Parameters = append(op.Parameters, keyParameter())
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		call := callOf(ctx)
		call.once = o.once
		out := (*O)(nil)
		c, err := a.callerOf(ctx, call, o)
		if err == nil {
			out, err = handle(ctx, c, in)
		}
		if err != nil {
			call.err = err
		}
		return out, err
	})
	registered := a.huma.OpenAPI().Paths[path]
	rule.bodyless = operationsOf(registered)[o.method].RequestBody == nil
	a.rules[o.method+" "+strings.TrimSuffix(Prefix, "/")+path] = rule
}

func (a *API) callerOf(ctx context.Context, c *call, o operation) (out caller, err error) {
	out = caller{
		by:    c.token.Actor(),
		token: c.token,
	}
	if c.enterprise != "" {
		out.enterprise, err = a.enterpriseOf(ctx, c, o.outlives)
	}
	return out, err
}

// enterpriseOf returns the enterprise of the path. One that the token is not for is
// looked up nevertheless, and then not found, as if it did not exist.
func (a *API) enterpriseOf(ctx context.Context, c *call, outlives bool) (sso.Enterprise, error) {
	foreign := c.token.Enterprise != "" && c.token.Enterprise != c.enterprise
	if outlives && !foreign {
		return sso.Enterprise{ID: c.enterprise}, nil
	}
	e, err := a.Structure.Enterprise(ctx, c.enterprise)
	if err == nil && foreign {
		err = sso.NothingHere()
	}
	if err != nil {
		return sso.Enterprise{}, err
	}
	return e, nil
}

func wildcardsOf(path string) []string {
	var names []string
	for segment := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// checkPath returns the same error for malformed identifiers as for unknown ones.
func checkPath(wildcards []string) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := callOf(ctx.Context())
		for _, name := range wildcards {
			value := ctx.Param(name)
			if !wellFormed(name, value) {
				c.err = sso.NothingHere()
				return
			}
			if name == "enterprise" {
				c.enterprise = sso.EnterpriseID(value)
			}
		}
		next(ctx)
	}
}

// wellFormed reports whether a value has the form of a wildcard's identifiers. It
// is false for an unknown wildcard, so the first test of its operation fails.
func wellFormed(wildcard, value string) bool {
	switch wildcard {
	case "enterprise":
		return is[sso.EnterpriseID](value)
	case "organization":
		return is[sso.OrganizationID](value)
	case "group":
		return is[sso.GroupID](value)
	case "user", "resource": // a resource of SCIM has the ID of a user
		return is[sso.UserID](value)
	case "connection":
		return is[sso.ConnectionID](value)
	case "domain":
		return is[sso.DomainID](value)
	case "application":
		return is[sso.ApplicationID](value)
	case "role":
		return is[sso.RoleID](value)
	case "attribute":
		return sso.ValidAttributeName(value)
	}
	return isRecord(wildcard, value) || isToken(wildcard, value)
}

// isRecord is wellFormed for the wildcards of what happened, and of what waits.
func isRecord(wildcard, value string) bool {
	switch wildcard {
	case "session":
		return is[sso.SessionID](value)
	case "attempt":
		return is[sso.AttemptID](value)
	case "held_sync":
		return is[sso.HeldSyncID](value)
	case "test":
		return is[sso.TestRunID](value)
	}
	return isDecision(wildcard, value)
}

// isDecision is wellFormed for what an admin decides about people.
func isDecision(wildcard, value string) bool {
	switch wildcard {
	case "merge":
		return is[sso.MergeID](value)
	case "move":
		return is[sso.MoveID](value)
	case "identity": // the first one of a connection has its ID
		return is[sso.ConnectionID](value) || is[sso.LinkedSubjectID](value)
	case "question":
		return is[sso.QuestionID](value)
	case "subject_change":
		return is[sso.SubjectChangeID](value)
	}
	return false
}

// isToken is wellFormed for the wildcards of tokens, and of links that work like one.
func isToken(wildcard, value string) bool {
	switch wildcard {
	case "setup_link":
		return is[sso.SetupLinkID](value)
	case "scim_token":
		return is[sso.ProvisioningTokenID](value)
	case "personal_token":
		return is[sso.PersonalTokenID](value)
	case "api_token":
		return is[sso.TokenID](value)
	case "service_token":
		return is[sso.ServiceTokenID](value)
	}
	return false
}

func is[T sso.EnterpriseID | sso.OrganizationID | sso.GroupID | sso.UserID | sso.ConnectionID | sso.DomainID | sso.SessionID | sso.AttemptID | sso.HeldSyncID | sso.TestRunID | sso.ApplicationID | sso.SetupLinkID |
	sso.QuestionID | sso.SubjectChangeID | sso.ProvisioningTokenID | sso.PersonalTokenID | sso.TokenID |
	sso.ServiceTokenID | sso.RoleID | sso.MoveID | sso.MergeID | sso.LinkedSubjectID](
	value string,
) bool {
	_, err := sso.ParseID[T](value)
	return err == nil
}
