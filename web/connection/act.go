package connection

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// stateChange changes the state of a connection if revision is its revision.
type stateChange func(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
) (sso.Connection, error)

// changeState carries out a confirmed change of the revision that the form names;
// done is the message on the page afterwards.
func (h *Handlers) changeState(done string, change stateChange) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		_, err := change(
			r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, console.Revision(r.PostForm),
		)
		switch sso.CodeOf(err) {
		case sso.CodeApprovalNeeded, sso.CodeConnectionChanged: // the page shows what was recorded, or changed
			if c, failed := h.Console.Directory.Connection(
				r.Context(), v.Enterprise.ID, v.Connection.ID,
			); failed == nil {
				v.Connection = c
			}
		}
		switch {
		case console.OnForm(err):
			return h.render(w, r, v, err)
		case err != nil:
			return fmt.Errorf("change the connection: %w", err)
		}
		return console.Done(w, at(v), done)
	}
}

func (h *Handlers) delete(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := r.PostForm.Get("name")
	err := error(nil)
	if typed != v.Connection.Name {
		err = sso.InvalidField(
			"validation_failed", "name",
			"This is not its name. Type it as it is written at the top of the page.",
		)
	} else {
		err = h.Setup.Delete(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID)
	}
	switch {
	case console.OnForm(err):
		return h.renderDelete(w, r, v, typed, err)
	case err != nil:
		return fmt.Errorf("delete the connection: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "connections"), "deleted")
}
