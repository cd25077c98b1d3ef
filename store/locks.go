package store

import (
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// Transactions of [DB.changeBeside] run at once in an enterprise: on PostgreSQL, at
// READ COMMITTED, each statement sees what is committed when it begins. What
// must be true until the commit is locked before it is read:
//
//   - a user with memberships, history, held syncs, questions and asserted names:
//     the row of the user (lockUser)
//   - whose an identity is: its subject and its login, known or not (lockIdentity)
//   - the sessions of a browser: the browser (lockBrowser)
//   - whether the subjects of a connection changed: the connection (lockSubjects), by
//     a sign-in that finds no user
//   - what the brake of a connection knows: the connection (lockBrake). A sign-in
//     that neither removes a membership nor adds to it does not
//   - that another admin is left: the admins (lockAdmins), by those that may
//     remove one
//   - the codes sent lately: the codes of the enterprise (lockCodes)
//
// in this order, after the push if it is one, so that no two transactions wait for
// each other. Responses,
// pending logins and waiting sign-ins are used by one statement each. Everything
// else is changed by [DB.change] alone.

// lock queues the locks of names in the enterprise, until the commit.
func (t *tx) lock(names ...string) {
	if t.db.sql.Dialect.Lock == "" {
		return
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		t.Queue(t.db.sql.Dialect.Lock, string(t.trail.enterprise)+" "+name)
	}
}

// lockIdentity queues the lock of a subject and a login of a connection, and of the
// browser that signs in with them, "" for none.
func (t *tx) lockIdentity(c sso.ConnectionID, subject, login, browser string) {
	names := []string{"subject " + string(c) + " " + subject}
	if key := identity.LoginKey(login); key != "" {
		names = append(names, "login "+key)
	}
	if browser != "" {
		names = append(names, "browser "+browser)
	}
	t.lock(names...)
}

// lockPushed queues the lock of the names of pushed users: a sign-in may have them
// as its subject or its login.
func (t *tx) lockPushed(c sso.ConnectionID, users ...sso.ProvisionedUser) {
	var names []string
	for _, u := range users {
		for _, subject := range []string{u.UserName, u.ExternalID} {
			if subject != "" {
				names = append(names, "subject "+string(c)+" "+subject)
			}
		}
		if key := identity.LoginKey(u.UserName); key != "" {
			names = append(names, "login "+key)
		}
	}
	t.lock(names...)
}

func (t *tx) lockBrake(c sso.ConnectionID) { t.lock("brake " + string(c)) }

func (t *tx) lockSubjects(c sso.ConnectionID) { t.lock("subjects " + string(c)) }

func (t *tx) lockAdmins() { t.lock("admins") }

func (t *tx) lockCodes() { t.lock("codes") }

// lockAccounts queues the lock of users by their IDs.
func (t *tx) lockAccounts(ids ...sso.UserID) {
	if len(ids) == 0 {
		return
	}
	d := t.db.sql.Dialect
	t.lockUsers(
		" from users u where (u.enterprise_id = $1) is true and "+
			d.Each("u", "users", "x.enterprise_id = $1 and x.id = n.value", "("+d.Values("$2")+") n"),
		string(t.trail.enterprise), userList(ids),
	)
}

// lockUsers queues the lock of the users that the end of a select returns; it
// names the table users as u.
func (t *tx) lockUsers(from string, args ...any) {
	if t.db.sql.Dialect.ForNoKeyUpdate == "" {
		return
	}
	t.Queue("select u.id"+from+" order by u.id"+t.db.sql.Dialect.ForNoKeyUpdate+" of u", args...)
}
