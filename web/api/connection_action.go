package api

import (
	"context"
	"net/http"

	"gatehouse/sso"
)

// connectionChange changes a connection of any revision.
type connectionChange func(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error)

// stateChange changes the state of a connection if it has the given revision; 0
// stands for any.
type stateChange func(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error)

// inRevision names a connection, and the revision that the action applies to.
type inRevision struct {
	Connection sso.ConnectionID `path:"connection"`
	IfMatch    string           `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the action applies to; if the connection has changed since, the response is 412." example:"\"7\""`
}

// ifMatch is the end of the description of operations with the header.
const ifMatch = " If-Match with another revision is 412 connection_changed."

func (a *API) connectionActions() {
	post := func(name, summary, about string, change stateChange) {
		add(a, operation{
			id:      name + "-connection",
			method:  http.MethodPost,
			path:    connectionPath + "/" + name,
			scope:   "connections:write",
			summary: summary,
			about:   about + ifMatch,
		}, a.changeState(change))
	}
	post(
		"enable", "Enable a connection",
		"Makes the draft the live configuration in one step, and keeps the former one for a rollback. A disabled "+
			"connection without a draft is enabled again unchanged. If settings are missing, the response is "+
			"422 connection_incomplete, with the fields.",
		a.Setup.Enable,
	)
	post(
		"disable", "Disable a connection",
		"Ends sign-in through the connection, and the sessions that began through it. The configuration stays. "+
			"While single sign-on is enforced, disabling the last enabled connection is 409 would_lock_out.",
		a.Setup.Disable,
	)
	post(
		"rollback", "Roll back a connection's configuration",
		"Swaps the live and the previous configuration; a second rollback undoes the first.",
		a.Setup.Rollback,
	)
	add(a, operation{
		id:      "rotate-connection-key",
		method:  http.MethodPost,
		path:    connectionPath + "/rotate-key",
		scope:   "connections:write",
		summary: "Rotate a connection's key",
		about: "The new key signs from now on; messages encrypted for an older key can still be decrypted. An " +
			"identity provider that verifies our signatures needs the new certificate.",
	}, a.changeConnection(a.Setup.RotateKey))
	add(a, operation{
		id:      "discard-connection-draft",
		method:  http.MethodDelete,
		path:    connectionPath + "/draft",
		scope:   "connections:write",
		status:  http.StatusOK,
		summary: "Discard a connection's draft",
		about: "The live configuration stays. For a connection that was never enabled, the response is 409 " +
			"never_enabled." + ifMatch,
	}, a.changeState(a.Setup.DiscardDraft))
	add(a, operation{
		id:      "confirm-connection-keys",
		method:  http.MethodPost,
		path:    connectionPath + "/confirm-keys",
		scope:   "connections:write",
		summary: "Confirm pending certificates or keys",
		about: "For a connection with confirm_new_keys whose refreshed metadata replaced every certificate at once, " +
			"or whose OpenID provider replaced every key. If none is pending, the response is 409 no_pending_keys.",
	}, a.changeConnection(a.Setup.ConfirmKeys))
	add(a, operation{
		id:      "refresh-connection-metadata",
		method:  http.MethodPost,
		path:    connectionPath + "/refresh-metadata",
		scope:   "connections:write",
		summary: "Refresh the identity provider's metadata",
		about: "Fetches the metadata and applies its certificates and URLs. Metadata with another entity ID is " +
			"refused. Unchanged metadata is not an error.",
	}, a.refreshMetadata)
	a.trustOperations()
}

func (a *API) changeState(change stateChange) func(context.Context, caller, *inRevision) (*ofConnection, error) {
	return func(ctx context.Context, c caller, in *inRevision) (*ofConnection, error) {
		x, err := change(ctx, c.by, c.enterprise.ID, in.Connection, revisionOf(in.IfMatch))
		return a.connectionAnswer(c, x, nil, err)
	}
}

func (a *API) changeConnection(
	change connectionChange,
) func(context.Context, caller, *inConnection) (*ofConnection, error) {
	return func(ctx context.Context, c caller, in *inConnection) (*ofConnection, error) {
		x, err := change(ctx, c.by, c.enterprise.ID, in.Connection)
		return a.connectionAnswer(c, x, nil, err)
	}
}

func (a *API) refreshMetadata(ctx context.Context, c caller, in *inConnection) (*out[refreshed], error) {
	x, changed, err := a.Setup.RefreshMetadata(ctx, c.by, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	return answerTo(refreshed{
		Changed:    changed,
		Connection: a.viewConnection(c.enterprise, x, nil),
	}, nil)
}
