package api

import (
	"testing"

	"gatehouse/sso"
)

// moveTarget creates an enabled connection to move to.
func (f *fixture) moveTarget() sso.ConnectionID {
	f.Helper()
	ent := sso.EnterpriseID(f.acme["enterprise"])
	c, err := f.db.Connection(f.Context(), ent, sso.ConnectionID(f.acme["connection"]))
	f.ok(err)
	if c.Live == nil {
		c.Live = c.Draft
	}
	c.ID, c.Name, c.State = "", "Entra ID", sso.ConnectionEnabled
	c, err = f.db.CreateConnection(f.Context(), sso.ActorOperator, c)
	f.ok(err)
	return c.ID
}

// moved starts a move of the users of acme's connection.
func (f *fixture) moved() {
	f.Helper()
	move, err := f.db.StartMove(f.Context(), sso.ActorOperator, sso.Move{
		Enterprise: sso.EnterpriseID(f.acme["enterprise"]),
		From:       sso.ConnectionID(f.acme["connection"]),
		To:         f.moveTarget(),
		By:         sso.MoveByLogin,
	})
	f.ok(err)
	f.acme["move"] = string(move.ID)
}

func TestMove(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		const path = "/enterprises/{enterprise}/connections/{connection}/move"
		f.ok(f.db.RemoveOrganizationAdmin( // admins are held
			t.Context(), sso.ActorOperator, sso.EnterpriseID(f.acme["enterprise"]),
			sso.OrganizationID(f.acme["organization"]), sso.UserID(f.acme["user"]),
		))
		body := m{
			"to":      string(f.moveTarget()),
			"by":      "login",
			"dry_run": true,
		}
		f.unchanged(func() {
			preview := f.do("POST", f.acme.in(path), body)
			f.wants(preview, 200, "")
			if preview.json["move"] != nil || len(preview.json["matched"].([]any)) == 0 {
				t.Errorf("the dry run is %s", preview.Body)
			}
			f.wants(f.do("POST", f.acme.in(path), m{"to": body["to"], "by": "name"}), 422, "validation_failed")
			f.wants(f.do("POST", f.acme.in(path), m{"to": f.acme["connection"], "by": "login"}), 422, "validation_failed")
		})
		delete(body, "dry_run")
		started := f.do("POST", f.acme.in(path), body)
		f.wants(started, 200, "")
		move := started.json["move"].(map[string]any)
		f.acme["move"] = move["id"].(string)
		if move["state"] != "ready" || started.json["users"].(map[string]any)["waiting"] == 0.0 {
			t.Errorf("the move is %v", move)
		}
		user := f.acme.in("/enterprises/{enterprise}/moves/{move}/users/{user}")
		f.wants(f.do("POST", user, m{"answer": "leave"}), 409, "move_decided")
		undo := f.acme.in("/enterprises/{enterprise}/moves/{move}/undo")
		undone := f.do("POST", undo, nil)
		f.wants(undone, 200, "")
		if undone.json["state"] != "undone" || undone.json["undone_at"] == nil {
			t.Errorf("the undone move is %s", undone.Body)
		}
		f.wants(f.do("POST", undo, nil), 409, "move_undone")
	})
}
