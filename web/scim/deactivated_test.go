package scim

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// TestPushOfDeactivated: an identity provider that pushes as active a user whom an admin
// deactivated is told that the user is not active, by each response and in lists, and the
// log says that the user stays deactivated. After an admin reactivated the user, it ends
// and revives them as before.
func TestPushOfDeactivated(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			ada := "/Users/" + f.want(f.do("POST", "/Users", `{"userName": "ada", "active": true}`), 201).text("id")
			f.setStatus(ada, sso.UserDeactivated)
			f.saysActive(f.want(f.do("GET", ada, ""), 200), false)
			f.saysActive(f.switches(ada, "false"), false)
			f.saysActive(f.switches(ada, "true"), false)
			f.staysOff(true)
			f.saysActive(f.want(f.do("PUT", ada, `{"userName": "ada", "title": "Countess", "active": true}`), 200), false)
			for filter, want := range map[string]float64{
				`active%20eq%20true`: 0, `active%20eq%20false`: 1, `userName%20eq%20%22ada%22`: 1,
			} {
				list := f.want(f.do("GET", "/Users?filter="+filter, ""), 200)
				if list.json["totalResults"] != want {
					t.Errorf("%s: %s", filter, list.Body)
				}
			}
			f.setStatus(ada, sso.UserActive)
			f.saysActive(f.want(f.do("GET", ada, ""), 200), true)
			f.saysActive(f.switches(ada, "false"), false)
			f.saysActive(f.switches(ada, "true"), true)
			f.staysOff(false)
		})
	}
}

// switches pushes whether a user is active.
func (f *fixture) switches(user, active string) reply {
	f.Helper()
	f.clock.Move(time.Second) // events are listed by time
	return f.want(f.do("PATCH", user, `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [{"op": "replace", "path": "active", "value": `+active+`}]}`), 200)
}

func (f *fixture) saysActive(r reply, want bool) {
	f.Helper()
	if r.json["active"] != want {
		f.Errorf("the response is %s", r.Body)
	}
}

// setStatus changes the status of the only account, as an admin does.
func (f *fixture) setStatus(user string, status sso.UserStatus) {
	f.Helper()
	id := sso.UserID(user[len("/Users/"):])
	_, err := f.db.UpdateUser(f.Context(), sso.ActorOperator, f.enterprise.ID, id, func(u sso.User) (sso.User, error) {
		u.Status = status
		return u, nil
	})
	f.ok(err)
}

// staysOff wants the last write in the log to say whether the user stays deactivated.
func (f *fixture) staysOff(want bool) {
	f.Helper()
	f.ok(f.ledger.Flush(f.Context()))
	all, _, err := f.db.ProvisioningEvents(
		f.Context(), f.enterprise.ID, sso.ProvisioningEventFilter{Result: sso.ResultChanged}, sso.Page{Limit: 1},
	)
	f.ok(err)
	if len(all) != 1 || all[0].Effects.StaysOff != want || all[0].Effects.Reactivated == want {
		f.Errorf("the event is %+v", all)
	}
}
