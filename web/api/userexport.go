package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"gatehouse/sso"
)

// userExport is the document of an export, which is written as it is read.
type userExport struct {
	Enterprise sso.EnterpriseID             `json:"enterprise" doc:"Enterprise of the user." example:"ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID                   `json:"user" doc:"The user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Accounts   []sso.UserID                 `json:"accounts" doc:"The user and those who were merged into them; the records are about all of these." example:"[\"user-06d5x0wkj3n8p7r5t2v4y6z8ab\"]"`
	At         time.Time                    `json:"exported_at" doc:"Time of the export." example:"2026-11-24T12:00:00Z"`
	Records    map[string][]json.RawMessage `json:"records" doc:"Records by section, such as users, identities, memberships, attempts, audit_events; a section without a record is missing."`
}

func (a *API) userExportOperations() {
	add(a, operation{
		id:      "export-user",
		method:  http.MethodGet,
		path:    userPath + "/export",
		scope:   "users:read",
		summary: "Export what is known about a user",
		about: "Needs every scope of exported records as well: " + scopeList(exportScopes()) +
			". One JSON object with all records about the user and the users merged into them: account, identities, " +
			"memberships with history, sessions, tokens, provisioned users, sign-in attempts, syncs, decisions and audit " +
			"events. It has no secret, and no data of other people. It is audited as user.exported. A response that ends " +
			"early is no JSON.",
	}, a.exportUser)
}

// exportScopes are the scopes, beside that of the operation, which read one by one what
// an export has in it.
func exportScopes() []sso.Scope {
	return []sso.Scope{
		"members:read", "sessions:read", "tokens:read", "provisioning:read", "records:read", "connections:read",
		"setup-links:read",
	}
}

// exportUser leaves the body to [response.send]: it can be long, and is written as it
// is read.
func (a *API) exportUser(ctx context.Context, c caller, in *inUser) (*out[userExport], error) {
	for _, scope := range exportScopes() {
		if !c.token.Allows(scope) {
			return nil, lacksScope(scope, c.token)
		}
	}
	if _, err := a.Members.User(ctx, c.enterprise.ID, in.User); err != nil {
		return nil, err
	}
	callOf(ctx).stream = func(w io.Writer) error {
		return a.Directory.ExportUser(ctx, c.by, c.enterprise.ID, in.User, w)
	}
	return &out[userExport]{}, nil
}
