package api

import (
	"context"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// newConnection is connections.Edit with the members that cannot be changed later.
type newConnection struct {
	Protocol sso.Protocol `json:"protocol" enum:"saml,oidc" doc:"Protocol of the identity provider." example:"saml"`
	connections.Edit
}

// ofConnection is a response with one connection.
type ofConnection struct {
	ETag string `header:"ETag" doc:"Revision of the connection, for If-Match." example:"\"7\""`
	Body connection
}

type madeConnection struct {
	Location string `header:"Location" doc:"Path of the new object." example:"/api/v1/enterprises/ent-06d5x0wkj3n8p7r5t2v4y6z8ab/connections/conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	ETag     string `header:"ETag" doc:"Revision of the connection, for If-Match." example:"\"1\""`
	Body     connection
}

type inConnection struct {
	Connection sso.ConnectionID `path:"connection"`
}

const connectionPath = enterprisePath + "/connections/{connection}"

func (a *API) connectionOperations() {
	add(a, operation{
		id:      "list-connections",
		method:  http.MethodGet,
		path:    enterprisePath + "/connections",
		scope:   "connections:read",
		summary: "List connections",
		about:   "Sorted by time of creation, oldest first.",
	}, a.listConnections)
	add(a, operation{
		id:      "create-connection",
		method:  http.MethodPost,
		path:    enterprisePath + "/connections",
		scope:   "connections:write",
		status:  http.StatusCreated,
		summary: "Create a connection",
		about: "Creates a draft, which may be incomplete; the response has the values to register at the identity " +
			"provider. Users cannot sign in through the connection until it is enabled.",
	}, a.createConnection)
	add(a, operation{
		id:      "get-connection",
		method:  http.MethodGet,
		path:    connectionPath,
		scope:   "connections:read",
		summary: "Get a connection",
	}, a.getConnection)
	add(a, operation{
		id:      "update-connection",
		method:  http.MethodPatch,
		path:    connectionPath,
		scope:   "connections:write",
		summary: "Update a connection's draft",
		about: "Omitted members stay unchanged, at every depth; lists are replaced. Changes of name and provider " +
			"take effect at once, all others when the draft is enabled. If-Match with another revision is 412 " +
			"connection_changed.",
	}, a.updateConnection)
	add(a, operation{
		id:      "delete-connection",
		method:  http.MethodDelete,
		path:    connectionPath,
		scope:   "connections:write",
		summary: "Delete a connection",
		about: "Deletes the connection with its identities and ends its sessions; the users remain. Deleting the " +
			"only enabled connection of active users is 409 would_lock_out: to end sign-in through it, disable it " +
			"first. While single sign-on is enforced and no other connection is enabled, deleting a connection that " +
			"has ever been enabled is 409 would_lock_out as well.",
	}, a.deleteConnection)
	add(a, operation{
		id:      "list-certificates",
		method:  http.MethodGet,
		path:    connectionPath + "/certificates",
		scope:   "connections:read",
		summary: "List an identity provider's certificates",
		about:   "Includes certificates that are no longer trusted. Sorted by last use, latest first.",
	}, a.listCertificates)
}

func (a *API) listConnections(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[connection]], error) {
	all, err := a.Records.Connections(ctx, c.enterprise.ID)
	view := func(x sso.Connection) connection {
		return a.viewConnection(c.enterprise, x, nil)
	}
	return pageFrom(all, err, func(x sso.Connection) string {
		return string(x.ID)
	}, in.Paging, view)
}

func (a *API) createConnection(
	ctx context.Context, c caller, in *struct{ Body newConnection },
) (*madeConnection, error) {
	x, warnings, err := a.Setup.Create(ctx, c.by, c.enterprise.ID, in.Body.Protocol, in.Body.Edit)
	if err != nil {
		return nil, err
	}
	return &madeConnection{
		Location: locationOf(c.enterprise.ID, "connections", string(x.ID)),
		ETag:     etag(x.Revision),
		Body:     a.viewConnection(c.enterprise, x, warnings),
	}, nil
}

func (a *API) getConnection(ctx context.Context, c caller, in *inConnection) (*ofConnection, error) {
	x, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection)
	return a.connectionAnswer(c, x, nil, err)
}

func (a *API) connectionAnswer(
	c caller, x sso.Connection, warnings []connections.Warning, err error,
) (*ofConnection, error) {
	if err != nil {
		return nil, err
	}
	return &ofConnection{
		ETag: etag(x.Revision),
		Body: a.viewConnection(c.enterprise, x, warnings),
	}, nil
}

func (a *API) updateConnection(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	IfMatch    string           `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the connection has changed since, the response is 412." example:"\"7\""`
	Body       connections.Edit
}) (*ofConnection, error) {
	edit := in.Body
	edit.Revision = revisionOf(in.IfMatch)
	x, warnings, err := a.Setup.Edit(ctx, c.by, c.enterprise.ID, in.Connection, edit)
	return a.connectionAnswer(c, x, warnings, err)
}

func (a *API) deleteConnection(ctx context.Context, c caller, in *inConnection) (*done, error) {
	if err := a.Setup.Delete(ctx, c.by, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	return nil, nil
}

func (a *API) listCertificates(ctx context.Context, c caller, in *struct {
	Paging
	Connection sso.ConnectionID `path:"connection"`
}) (*out[list[certificateUse]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, err := a.Records.Certificates(ctx, c.enterprise.ID, in.Connection)
	return pageFrom(all, err, func(u sso.CertificateUse) string {
		return u.Fingerprint
	}, in.Paging, viewCertificateUse)
}
