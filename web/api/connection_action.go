package api

import (
	"context"
	"net/http"

	"gatehouse/sso"
)

// connectionChange is a change of a connection, whatever its revision.
type connectionChange func(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error)

// stateChange changes the state of a connection if revision is its revision; 0 is
// any.
type stateChange func(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error)

// inRevision names a connection, and the revision of it that was looked at.
type inRevision struct {
	Connection sso.ConnectionID `path:"connection"`
	IfMatch    string           `header:"If-Match" maxLength:"64" doc:"The ETag that was seen." example:"\"7\""`
}

// ifMatch documents the header of an operation that takes it.
const ifMatch = " With If-Match, another revision is 412 connection_changed."

func (a *API) connectionActions() {
	post := func(name, summary, about string, change stateChange) {
		add(a, operation{
			id:      name + "-connection",
			method:  http.MethodPost,
			path:    connectionPath + "/" + name,
			summary: summary,
			about:   about + ifMatch,
		}, a.changeState(change))
	}
	post(
		"enable", "Enable a connection",
		"Makes the draft live in one step and keeps what was live for rollback. A disabled connection without a draft is switched on again as it was. What is missing is 422 connection_incomplete, with the fields.",
		a.Setup.Enable,
	)
	post(
		"disable", "Disable a connection",
		"No one can sign in through it any more, and the sessions begun through it end. The configuration stays. While single sign-on is enforced, the last enabled connection is 409 would_lock_out.",
		a.Setup.Disable,
	)
	post(
		"rollback", "Return to the version before",
		"Swaps the live and the previous version; doing it again takes it back.",
		a.Setup.Rollback,
	)
	add(a, operation{
		id:      "rotate-connection-key",
		method:  http.MethodPost,
		path:    connectionPath + "/rotate-key",
		summary: "Create a new key of ours",
		about:   "It signs from now on; what is encrypted to an older one can still be read. An identity provider that checks our signatures has to be given the new certificate.",
	}, a.changeConnection(a.Setup.RotateKey))
	add(a, operation{
		id:      "discard-connection-draft",
		method:  http.MethodDelete,
		path:    connectionPath + "/draft",
		status:  http.StatusOK,
		summary: "Discard a connection's draft",
		about: "What is live stays. A connection that was never enabled is nothing but its draft: " +
			"409 never_enabled." + ifMatch,
	}, a.changeState(a.Setup.DiscardDraft))
	add(a, operation{
		id:      "confirm-connection-keys",
		method:  http.MethodPost,
		path:    connectionPath + "/confirm-keys",
		summary: "Trust new certificates that wait",
		about:   "Refreshed metadata replaced every certificate at once, or an OpenID provider every key, and the connection wants that confirmed. Nothing waiting is 409 no_pending_keys.",
	}, a.changeConnection(a.Setup.ConfirmKeys))
	add(a, operation{
		id:      "refresh-connection-metadata",
		method:  http.MethodPost,
		path:    connectionPath + "/refresh-metadata",
		summary: "Fetch the identity provider's metadata now",
		about:   "Certificates and addresses are taken from there; another entity ID is refused. That nothing changed is no error.",
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
