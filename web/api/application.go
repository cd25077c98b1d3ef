package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// application is the representation of an application.
//
//nolint:lll // a tag is one line
type application struct {
	ID          sso.ApplicationID   `json:"id" doc:"Identifier; immutable." example:"app-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Key         string              `json:"key" doc:"Part of the endpoint URLs that proxies call, and the audience of assertions; unique." example:"wiki"`
	Name        string              `json:"name" doc:"Name shown to users." example:"Wiki"`
	Kind        sso.ApplicationKind `json:"kind" enum:"forward-auth" doc:"Protocol by which the application receives the user's identity." example:"forward-auth"`
	Origins     []string            `json:"origins" doc:"Scheme and host as browsers write them, such as https://wiki.example.com, with the port if it is not the standard one; at least one. Requests for other origins are refused, and a sign-in returns to these only. Without a page to return to, it leads to the first." example:"[\"https://wiki.example.com\"]"`
	StartPath   string              `json:"start_path" doc:"Path at the first origin that opens from the list of applications, and after a sign-in without a page to return to, such as /home. It begins with one slash, has at most 1000 bytes and no fragment (#). Empty: /." example:"/home"`
	Listed      bool                `json:"listed" doc:"Whether the application is in the list on the account page." example:"true"`
	Enterprises []sso.EnterpriseID  `json:"enterprises" doc:"Enterprises whose users have access; empty for all enterprises."`
	Groups      []string            `json:"groups" doc:"Groups that give access, as organization/group; membership in one of them suffices. Empty if access needs no group." example:"[\"platform/developers\"]"`
	Told        []string            `json:"told_groups" doc:"Groups passed to the application, as organization/group or organization/*; empty for all groups." example:"[\"platform/*\"]"`
	Attributes  []string            `json:"attributes" doc:"Names of the attributes of users passed to the application; empty for none." example:"[\"department\"]"`
	GroupsLimit int                 `json:"groups_limit" doc:"Maximum length of the lists of groups and attributes passed to the application, in bytes." example:"2048"`
	SignIn      *sso.EnterpriseID   `json:"sign_in" doc:"Enterprise whose sign-in is used; null if users are asked for their company." example:"ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	PublicPaths []string            `json:"public_paths" doc:"Paths that need no sign-in. A path that ends in /* covers everything below it." example:"[\"/health\",\"/public/*\"]"`
	Preflight   bool                `json:"allow_preflight" doc:"Whether CORS preflight requests pass without a sign-in." example:"false"`
	Programs    bool                `json:"programs" doc:"Whether personal tokens are accepted." example:"false"`
	Services    bool                `json:"services" doc:"Whether tokens of services are accepted." example:"false"`
	AuthnMaxAge int64               `json:"authn_max_age_minutes" doc:"Minutes after which a user has to authenticate again at the identity provider; 0: never." example:"60"`
	Acr         []string            `json:"acr" doc:"Accepted authentication contexts; empty: any." example:"[\"phr\"]"`
	Endpoints   endpoints           `json:"endpoints" doc:"Endpoint URLs, by kind of proxy."`
	Revision    int64               `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
	CreatedAt   time.Time           `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

type endpoints struct {
	Nginx   string `json:"nginx" doc:"URL for auth_request of nginx." example:"https://sso.example.com/auth/nginx/wiki"`
	Forward string `json:"forward" doc:"URL for forward_auth of Caddy and forwardAuth of Traefik." example:"https://sso.example.com/auth/forward/wiki"`
	Envoy   string `json:"envoy" doc:"URL prefix for ext_authz of Envoy." example:"https://sso.example.com/auth/envoy/wiki"`
}

// newApplication is the body that creates an application.
type newApplication struct {
	Key  string              `json:"key" doc:"Key of 1 to 63 lower-case letters, digits and inner hyphens; must not begin with app-." example:"wiki"`
	Name string              `json:"name" doc:"Name shown to users; 1 to 255 bytes." example:"Wiki"`
	Kind sso.ApplicationKind `json:"kind" enum:"forward-auth" doc:"Protocol by which the application receives the user's identity." example:"forward-auth"`
	Access
}

// applicationPatch changes an application.
type applicationPatch struct {
	Key  *string `json:"key,omitempty" doc:"New key. Requests of proxies that still use the old key are refused." example:"wiki"`
	Name *string `json:"name,omitempty" doc:"New name; 1 to 255 bytes." example:"Wiki"`
	Access
}

// Access has the origins and access rules of an application, and the groups
// passed to it. It is exported because huma ignores other embedded structs.
//
//nolint:lll // a tag is one line
type Access struct {
	Origins     []string           `json:"origins,omitempty" doc:"Scheme and host as browsers write them, such as https://wiki.example.com, with the port if it is not the standard one; at least one. Requests for other origins are refused, and a sign-in returns to these only. Without a page to return to, it leads to the first." example:"[\"https://wiki.example.com\"]"`
	StartPath   *string            `json:"start_path,omitempty" doc:"Path at the first origin that opens from the list of applications, and after a sign-in without a page to return to, such as /home. It begins with one slash, has at most 1000 bytes and no fragment (#). Empty: /." example:"/home"`
	Listed      *bool              `json:"listed,omitempty" doc:"Whether the application is in the list on the account page; true unless changed." example:"true"`
	Enterprises []sso.EnterpriseID `json:"enterprises,omitempty" doc:"Enterprises whose users have access; empty for all enterprises."`
	Groups      []string           `json:"groups,omitempty" doc:"Groups that give access, as organization/group; membership in one of them suffices. Empty if access needs no group." example:"[\"platform/developers\"]"`
	Told        []string           `json:"told_groups,omitempty" doc:"Groups passed to the application, as organization/group or organization/*; empty for all groups." example:"[\"platform/*\"]"`
	Attributes  []string           `json:"attributes,omitempty" maxItems:"100" doc:"Names of the attributes of users passed to the application, at most 20; empty for none." example:"[\"department\"]"`
	GroupsLimit *int               `json:"groups_limit,omitempty" doc:"Maximum length of the lists of groups and attributes passed to the application, in bytes, up to 16384; 0 for the default, 2048." example:"2048"`
	SignIn      *sso.EnterpriseID  `json:"sign_in,omitempty" doc:"Enterprise whose sign-in is used; \"\" to ask users for their company." example:"ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	PublicPaths []string           `json:"public_paths,omitempty" doc:"Paths that need no sign-in; empty for none. A path that ends in /* covers everything below it." example:"[\"/health\",\"/public/*\"]"`
	Preflight   *bool              `json:"allow_preflight,omitempty" doc:"Whether CORS preflight requests pass without a sign-in." example:"true"`
	Programs    *bool              `json:"programs,omitempty" doc:"Whether to accept personal tokens." example:"true"`
	Services    *bool              `json:"services,omitempty" doc:"Whether to accept services." example:"true"`
	AuthnMaxAge *int64             `json:"authn_max_age_minutes,omitempty" doc:"Minutes after which a user has to authenticate again at the identity provider, from 5 to 43200; 0: never. Tokens are not concerned." example:"60"`
	Acr         *[]string          `json:"acr,omitempty" maxItems:"20" doc:"Accepted authentication contexts, at most 10: the acr of OpenID Connect or the AuthnContextClassRef of SAML. Empty: any." example:"[\"phr\"]"`
}

// edit returns the change that the values describe.
func (c Access) edit() directory.ApplicationEdit {
	var unlisted *bool
	if c.Listed != nil {
		hidden := !*c.Listed
		unlisted = &hidden
	}
	return directory.ApplicationEdit{
		StartPath:   c.StartPath,
		Unlisted:    unlisted,
		Origins:     c.Origins,
		Enterprises: c.Enterprises,
		Groups:      c.Groups,
		Told:        c.Told,
		Attributes:  c.Attributes,
		GroupsLimit: c.GroupsLimit,
		SignIn:      c.SignIn,
		PublicPaths: c.PublicPaths,
		Preflight:   c.Preflight,
		Programs:    c.Programs,
		Services:    c.Services,
		AuthnMaxAge: ofMinutes(c.AuthnMaxAge),
		Acr:         c.Acr,
	}
}

func (a *API) viewApplication(app sso.Application) application {
	at := func(contract string) string {
		return a.BaseURL + "/auth/" + contract + "/" + app.Key
	}
	return application{
		ID:          app.ID,
		Key:         app.Key,
		Name:        app.Name,
		Kind:        app.Kind,
		Origins:     always(app.Origins),
		StartPath:   app.StartPath,
		Listed:      !app.Unlisted,
		Enterprises: always(app.Enterprises),
		Groups:      always(app.Groups),
		Told:        always(app.Told),
		Attributes:  always(app.Attributes),
		GroupsLimit: app.Limit(),
		SignIn:      some(app.SignIn),
		PublicPaths: always(app.PublicPaths),
		Preflight:   app.AllowPreflight,
		Programs:    app.Programs,
		Services:    app.Services,
		AuthnMaxAge: int64(app.Need.MaxAge / time.Minute),
		Acr:         always(app.Need.Contexts()),
		Endpoints: endpoints{
			Nginx:   at("nginx"),
			Forward: at("forward"),
			Envoy:   at("envoy"),
		},
		Revision:  app.Revision,
		CreatedAt: app.CreatedAt,
	}
}

type inApplication struct {
	Application sso.ApplicationID `path:"application"`
}

const applicationPath = "applications/{application}"

func (a *API) applicationOperations() {
	add(a, operation{
		id:      "list-applications",
		method:  http.MethodGet,
		path:    "applications",
		scope:   "applications:read",
		summary: "List applications",
		about:   "Sorted by time of creation, oldest first.",
	}, a.listApplications)
	add(a, operation{
		id:      "create-application",
		method:  http.MethodPost,
		path:    "applications",
		scope:   "applications:write",
		status:  http.StatusCreated,
		summary: "Create an application",
		about: "An application is a site behind a reverse proxy that asks one of its endpoints about each request. " +
			"A key in use is 409 key_taken.",
	}, a.createApplication)
	add(a, operation{
		id:      "get-application",
		method:  http.MethodGet,
		path:    applicationPath,
		scope:   "applications:read",
		summary: "Get an application",
	}, a.getApplication)
	add(a, operation{
		id:      "update-application",
		method:  http.MethodPatch,
		path:    applicationPath,
		scope:   "applications:write",
		summary: "Update an application",
		about: "Omitted members stay unchanged; an empty list clears the member. Changes take effect within a " +
			"second on every node. If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateApplication)
	add(a, operation{
		id:      "delete-application",
		method:  http.MethodDelete,
		path:    applicationPath,
		scope:   "applications:write",
		summary: "Delete an application",
		about: "Requests for the application are refused from then on. Where it is the default_application of an " +
			"enterprise, it counts as none.",
	}, a.deleteApplication)
}

func (a *API) listApplications(ctx context.Context, _ caller, in *struct{ Paging }) (*out[list[application]], error) {
	all, next, err := a.Structure.Applications(ctx, in.page())
	return pageOf(all, next, err, a.viewApplication)
}

func (a *API) createApplication(
	ctx context.Context, c caller, in *struct{ Body newApplication },
) (*madeRevised[application], error) {
	edit := in.Body.edit()
	edit.Key, edit.Name = &in.Body.Key, &in.Body.Name
	app, err := a.Directory.CreateApplication(ctx, c.by, in.Body.Kind, edit)
	if err != nil {
		return nil, err
	}
	return &madeRevised[application]{
		Location: Prefix + "applications/" + string(app.ID),
		ETag:     etag(app.Revision),
		Body:     a.viewApplication(app),
	}, nil
}

func (a *API) getApplication(ctx context.Context, _ caller, in *inApplication) (*revised[application], error) {
	app, err := a.Structure.Application(ctx, in.Application)
	return revisedAnswer(a.viewApplication(app), app.Revision, err)
}

func (a *API) updateApplication(ctx context.Context, c caller, in *struct {
	IfMatch     string            `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Application sso.ApplicationID `path:"application"`
	Body        applicationPatch
}) (*revised[application], error) {
	edit := in.Body.edit()
	edit.Revision = revisionOf(in.IfMatch)
	edit.Key = in.Body.Key
	edit.Name = in.Body.Name
	app, err := a.Directory.UpdateApplication(ctx, c.by, in.Application, edit)
	return revisedAnswer(a.viewApplication(app), app.Revision, err)
}

func (a *API) deleteApplication(ctx context.Context, c caller, in *struct {
	IfMatch     string            `header:"If-Match" maxLength:"64" doc:"ETag of the revision to delete; if the object has changed since, the response is 412." example:"\"7\""`
	Application sso.ApplicationID `path:"application"`
}) (*done, error) {
	return nil, a.Directory.DeleteApplication(ctx, c.by, in.Application, revisionOf(in.IfMatch))
}
