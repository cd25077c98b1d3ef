package storetest

import (
	"testing"

	"gatehouse/sso"
)

// testProvisionedNamedLater: members of a pushed group join a group that gets its
// name, or an IdP name, after the push. Names compare exactly.
func testProvisionedNamedLater(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ada, eve := w.provisionUser("ada"), w.provisionUser("eve")
	w.provisionGroup("late", ada.ID)
	w.provisionGroup("obj-1", ada.ID, eve.ID)
	w.in(w.accountOf(ada).ID)
	create := func(name string) sso.Group {
		g, err := w.db.CreateGroup(t.Context(), by, w.ent.ID, sso.Group{
			Organization: w.orgs["web"].ID,
			Name:         name,
		})
		w.ok(err)
		return g
	}
	create("Late")
	w.in(w.accountOf(ada).ID)
	create("late")
	w.in(w.accountOf(ada).ID, "web/Members=default", "web/late=scim")
	w.in(w.accountOf(eve).ID)
	w.idpNames("app/dev", "obj-1")
	w.in(w.accountOf(ada).ID, "app/Members=default", "app/dev=scim", "web/Members=default", "web/late=scim")
	w.in(w.accountOf(eve).ID, "app/Members=default", "app/dev=scim")
	w.idpNames("app/dev", "obj-1", "obj-2")
	w.in(w.accountOf(eve).ID, "app/Members=default", "app/dev=scim")
}
