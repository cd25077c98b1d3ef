package connection

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// act carries out what was confirmed; word is what the page says afterwards. What
// was confirmed about a connection that is another one by now is not done.
func (h *Handlers) act(
	word string, do func(context.Context, sso.Actor, sso.EnterpriseID, sso.ConnectionID) (sso.Connection, error),
) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		err := current(r, v.Connection)
		if err == nil {
			_, err = do(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID)
		}
		if sso.CodeOf(err) == "trust_approval_needed" { // which was recorded
			if c, failed := h.Console.Directory.Connection(
				r.Context(), v.Enterprise.ID, v.Connection.ID,
			); failed == nil {
				v.Connection = c
			}
		}
		switch {
		case console.OnForm(err):
			return h.render(w, r, v, err, "")
		case err != nil:
			return fmt.Errorf("change the connection: %w", err)
		}
		return console.Done(w, at(v), word)
	}
}

// current fails with Stale "connection_changed" if the form was made from an
// earlier revision of the connection, or names none.
func current(r *http.Request, c sso.Connection) error {
	if console.Revision(r.PostForm) == c.Revision {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Stale,
		Code:   "connection_changed",
		Public: "Someone else changed this connection in the meantime. Look at it again.",
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
		return h.render(w, r, v, err, typed)
	case err != nil:
		return fmt.Errorf("delete the connection: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "connections"), "deleted")
}
