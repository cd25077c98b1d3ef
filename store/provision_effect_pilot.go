package store

import (
	"context"
	"slices"

	"gatehouse/groupsync"
	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// A pilot decides whom a connection adopts. Whatever is pushed about an adopted user
// is applied, also when the pilot changes: an account has one owner, and a leaver is
// out. What is pushed about others waits.

// duringPilot is a condition that the live configuration of a connection c has a
// pilot.
const duringPilot = `c.live like '%"pilot":{"%'`

// whole reports whether everyone is adopted.
func (e *effects) whole() bool { return e.cfg.SCIM.Pilot.IsZero() }

// pilots reports whether the members of a group are adopted for that.
func (e *effects) pilots(g sso.ProvisionedGroup) bool {
	return slices.Contains(folded(e.cfg.SCIM.Pilot.Groups), filter.Fold(g.DisplayName))
}

func folded(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = filter.Fold(name)
	}
	return all
}

// where returns a clause whose first two arguments are the enterprise and the
// connection.
func (e *effects) where() *engine.Where {
	w := &engine.Where{}
	w.Param(string(e.push.Enterprise))
	w.Param(string(e.push.Connection))
	return w
}

// among returns the end of a condition that is true for some texts.
func (e *effects) among(w *engine.Where, texts []string) string {
	return e.db.sql.Dialect.Among(e.db.sql.Dialect.Values(w.Param(engine.JSONList(texts))))
}

// inPilot returns the condition that a provisioned user u is adopted, or is to be.
func (e *effects) inPilot(w *engine.Where) string {
	if e.whole() {
		return "true"
	}
	p := e.cfg.SCIM.Pilot
	condition := "(u.adopted"
	if len(p.Users) > 0 {
		condition += " or u.user_name_folded" + e.among(w, folded(p.Users)) + " or u.external_id" + e.among(w, p.Users)
	}
	if len(p.Groups) > 0 {
		condition += ` or u.id in (select m.user_id from provisioned_groups pg cross join provisioned_members m
			where pg.enterprise_id = $1 and pg.connection_id = $2 and pg.origin = 'pushed'
				and pg.display_name_folded` + e.among(w, folded(p.Groups)) + `
				and m.enterprise_id = $1 and m.connection_id = $2 and m.group_id = pg.id)`
	}
	return condition + ")"
}

// departs returns the condition that the account of a deleted user s follows.
func (e *effects) departs(w *engine.Where) string {
	if e.whole() {
		return "true"
	}
	users := e.cfg.SCIM.Pilot.Users
	keys := make([]string, len(users))
	for i, name := range users {
		keys[i] = identity.LoginKey(name)
	}
	return "(s.adopted or s.login_key" + e.among(w, keys) + " or s.external_id" + e.among(w, users) + ")"
}

// adopts reports whether a stored user is adopted, or is to be.
func (e *effects) adopts(ctx context.Context, u sso.ProvisionedUser) (bool, error) {
	if e.whole() || u.Adopted {
		return true, nil
	}
	w := e.where()
	_, is, err := engine.One(
		ctx, e.tx, scanResourceID,
		"select u.id from provisioned_users u where u.enterprise_id = $1 and u.connection_id = $2 and u.id = "+
			w.Param(string(u.ID))+" and "+e.inPilot(w),
		w.Args()...,
	)
	return is, err
}

// claimDeparting sets Adopted of a user who is about to be deleted, if their account
// follows.
func (t *tx) claimDeparting(ctx context.Context, p sso.Push, u *sso.ProvisionedUser) error {
	e, err := t.effectsOf(ctx, p)
	if err != nil || e == nil {
		return err
	}
	u.Adopted, err = e.adopts(ctx, *u)
	return err
}

// adoptMembers adopts new members of a group of the pilot, with all that was pushed
// about them.
func (e *effects) adoptMembers(ctx context.Context, g sso.ProvisionedGroup, members []sso.ResourceID) error {
	if e.whole() || !e.pilots(g) {
		return nil
	}
	rows, err := engine.List(
		ctx, e.tx, scanProvisionedUser,
		"select "+provisionedUserColumns+" from ("+e.db.sql.Dialect.Values("$3")+`) n
			cross join provisioned_users u where u.enterprise_id = $1 and u.connection_id = $2 and u.id = n.value
			and u.origin = 'pushed' and not u.adopted order by u.id`,
		string(e.push.Enterprise), string(e.push.Connection), idList(members),
	)
	if err != nil || len(rows) == 0 {
		return err
	}
	all := make([]pushedUser, len(rows))
	for i := range rows {
		all[i] = followed(&rows[i].ProvisionedUser)
	}
	if err := e.adoptAll(ctx, all); err != nil {
		return err
	}
	var adopted []sso.ProvisionedUser
	for _, u := range all {
		if u.after.Adopted {
			adopted = append(adopted, *u.after)
		}
	}
	return e.joinGroups(ctx, adopted...)
}

// queueStrangers queues who of those leaving is not adopted.
func (e *effects) queueStrangers(f *groupsync.ManyFacts) {
	if e.whole() {
		return
	}
	f.Strangers = map[sso.UserID]bool{}
	for _, user := range f.Removed {
		f.Strangers[user] = true
	}
	e.QueueQuery(func(r engine.Row) error {
		user, err := scanUserID(r)
		delete(f.Strangers, user)
		return err
	}, "select u.account_id from ("+e.db.sql.Dialect.Values("$3")+`) n cross join provisioned_users u
		where u.enterprise_id = $1 and u.account_id = n.value and u.connection_id = $2 and u.adopted`,
		string(e.push.Enterprise), string(e.push.Connection), userList(f.Removed))
}

// release queues that nothing follows from what is pushed to a connection that
// stops provisioning. Accounts and memberships stay.
func (t *tx) release(ent sso.EnterpriseID, conn sso.ConnectionID) {
	t.Queue(
		"update provisioned_users set adopted = false where enterprise_id = $1 and connection_id = $2 and adopted",
		string(ent), string(conn),
	)
}
