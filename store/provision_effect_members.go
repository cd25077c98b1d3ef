package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"gatehouse/groupsync"
	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// groupsByName selects groups by a name or a name that identity providers use. SQLite
// would read all groups if it had one condition for both, or if it could read the IDs in
// their order.
const groupsByName = "select " + groupColumns + ` from (
		select x.id || '' as id from groups x where x.enterprise_id = $1 and x.name = $2
		union select i.group_id || '' from group_idp_names i where i.enterprise_id = $1 and i.name = $2
	) n cross join groups g
	where g.enterprise_id = $1 and g.id = n.id and not g.is_default
	order by g.id`

// groupsNamed returns the groups of organizations that a pushed group maps to: those
// with exactly its name, or with the name among their IdP names, without default
// groups. IDPNames has all names of each.
func (e *effects) groupsNamed(ctx context.Context, name string) ([]sso.Group, error) {
	if name == sso.DefaultGroupName {
		return nil, nil
	}
	groups, err := engine.List(ctx, e.tx, scanGroup, groupsByName, string(e.push.Enterprise), name)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	named := make([]*sso.Group, len(groups))
	for i := range groups {
		named[i] = &groups[i]
	}
	return groups, e.db.withIDPNames(ctx, e.tx, e.push.Enterprise, named...)
}

// changeGroups adds users of a pushed group to the groups it maps to, and removes
// others. The number of statements does not depend on that of the users.
func (e *effects) changeGroups(
	ctx context.Context, resource sso.ResourceID, groups []sso.Group, added, removed []sso.ResourceID,
) error {
	w := e.where()
	join, err := e.accountsOf(ctx, added, e.inPilot(w), w)
	if err != nil {
		return err
	}
	leave, err := e.accountsOf(ctx, removed, "true", e.where())
	if err != nil {
		return err
	}
	e.lockAccounts(slices.Concat(join, leave)...)
	if len(leave) > 0 {
		e.lockBrake(e.push.Connection)
		if slices.ContainsFunc(groups, func(g sso.Group) bool { return g.Admin }) {
			e.lockAdmins()
		}
	}
	e.takeNumbers()
	for _, g := range groups {
		if err := e.changeGroup(ctx, resource, g, join, leave); err != nil {
			return err
		}
	}
	return nil
}

// accountsOf returns the accounts of provisioned users for whom a condition with the
// arguments of w is true, without those that wait.
func (e *effects) accountsOf(
	ctx context.Context, users []sso.ResourceID, condition string, w *engine.Where,
) ([]sso.UserID, error) {
	if len(users) == 0 {
		return nil, nil
	}
	return engine.List(ctx, e.tx, scanUserID, "select u.account_id from ("+
		e.db.sql.Dialect.Values(w.Param(idList(users)))+`) n cross join provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.id = n.value and u.account_id <> ''
			and `+condition+" order by u.account_id", w.Args()...)
}

func scanUserID(r engine.Row) (id sso.UserID, err error) {
	err = r.Scan(&id)
	return id, err
}

func (e *effects) changeGroup(
	ctx context.Context, resource sso.ResourceID, g sso.Group, join, leave []sso.UserID,
) error {
	facts, err := e.manyFacts(ctx, resource, g, join, leave)
	if err != nil {
		return err
	}
	return e.carryOut(ctx, g, join, groupsync.PlanMany(facts))
}

// carryOut makes the planned changes of one group. join are those whose removal no
// longer waits.
func (e *effects) carryOut(ctx context.Context, g sso.Group, join []sso.UserID, plan groupsync.ManyPlan) error {
	if len(join) > 0 {
		e.noLongerHeld(g, join)
	}
	if plan.Changes() {
		if err := e.writeMembers(ctx, g, plan); err != nil {
			return err
		}
	}
	return e.brakeMany(ctx, g, plan)
}

// manyFacts reads the facts about one group and the users who join and leave it.
func (e *effects) manyFacts(
	ctx context.Context, resource sso.ResourceID, g sso.Group, join, leave []sso.UserID,
) (groupsync.ManyFacts, error) {
	f := groupsync.ManyFacts{
		Group:     g,
		Added:     join,
		Removed:   leave,
		Rows:      map[sso.UserID]sso.MembershipSource{},
		Elsewhere: map[sso.UserID]bool{},
		Brake: sso.BrakeFacts{
			Rules:  e.cfg.Brake,
			At:     e.now,
			Losses: map[sso.GroupID]sso.GroupLosses{},
		},
	}
	e.QueueQuery(func(r engine.Row) error {
		var user sso.UserID
		var source sso.MembershipSource
		err := r.Scan(&user, &source)
		f.Rows[user] = source
		return err
	}, "select m.user_id, m.source from memberships m where (m.enterprise_id = $1) is true and "+e.members("$2", "$3"),
		string(e.push.Enterprise), string(g.ID), userList(slices.Concat(join, leave)))
	if len(leave) > 0 {
		e.queueElsewhere(&f, resource)
		e.queueStrangers(&f)
		e.queueBrake(&f)
	}
	if err := e.Flush(ctx); err != nil {
		return f, err
	}
	return f, e.readShare(ctx, &f)
}

// queueElsewhere queues who of those leaving is a member of another pushed group of
// the company that maps to the same group.
func (e *effects) queueElsewhere(f *groupsync.ManyFacts, resource sso.ResourceID) {
	names := append([]string{f.Group.Name}, f.Group.IDPNames...)
	folded := make([]string, len(names))
	for i, name := range names {
		folded[i] = filter.Fold(name)
	}
	e.QueueQuery(func(r engine.Row) error {
		user, err := scanUserID(r)
		f.Elsewhere[user] = true
		return err
	}, `with others as (select q.connection_id, q.id from connections c cross join (`+e.db.sql.Dialect.Values("$3")+`) n
			cross join provisioned_groups q
			where c.enterprise_id = $1 and q.enterprise_id = $1 and q.connection_id = c.id
				and q.display_name_folded = n.value and q.origin = 'pushed' and q.id <> $2
				and q.display_name in (`+e.db.sql.Dialect.Values("$4")+`))
		select p.account_id from others o cross join (`+e.db.sql.Dialect.Values("$5")+`) l
		cross join provisioned_users p cross join provisioned_members m
		where p.enterprise_id = $1 and p.account_id = l.value and p.connection_id = o.connection_id
			and m.enterprise_id = $1 and m.connection_id = o.connection_id and m.group_id = o.id and m.user_id = p.id`,
		string(e.push.Enterprise), string(resource), engine.JSONList(folded), engine.JSONList(names),
		userList(f.Removed))
}

// queueBrake queues the stop of the group, how many users lost it lately, and
// whether another admin is left.
func (e *effects) queueBrake(f *groupsync.ManyFacts) {
	ent, conn, group := string(e.push.Enterprise), string(e.push.Connection), string(f.Group.ID)
	e.QueueQuery(func(r engine.Row) error {
		s, err := scanStop(r)
		f.Brake.Stops = append(f.Brake.Stops, s)
		return err
	}, "select "+stopColumns+` from brake_stops where enterprise_id = $1 and connection_id = $2 and cause = $3
		and group_id = $4`, ent, conn, string(sso.HeldGroupShare), group)
	e.QueueQuery(func(r engine.Row) error {
		var l sso.GroupLosses
		err := r.Scan(&l.People)
		f.Brake.Losses[f.Group.ID] = l
		return err
	}, `select count(*) from brake_losses l where l.enterprise_id = $1 and l.connection_id = $2 and l.group_id = $3
		and l.at > $4 and l.user_id not in (`+e.db.sql.Dialect.Values("$5")+")",
		ent, conn, group, engine.Micros(e.now.Add(-e.cfg.Brake.Span())), userList(f.Removed))
	if !f.Group.Admin {
		return
	}
	e.QueueQuery(func(r engine.Row) error {
		f.OtherAdmins = true
		_, err := engine.ScanText(r)
		return err
	}, `select u.id from groups g cross join memberships m cross join users u
		where g.enterprise_id = $1 and g.is_admin and m.enterprise_id = $1 and m.group_id = g.id
			and (g.id <> $2 or m.user_id not in (`+e.db.sql.Dialect.Values("$3")+`))
			and u.enterprise_id = $1 and u.id = m.user_id and u.status = 'active' limit 1`,
		ent, group, userList(f.Removed))
}

// readShare counts the members of the group at the beginning of the window, up to
// the number that matters, if enough leave for the share to matter.
func (e *effects) readShare(ctx context.Context, f *groupsync.ManyFacts) error {
	rules, losses := e.cfg.Brake.Effective(), f.Brake.Losses[f.Group.ID]
	people := losses.People + len(f.Removed)
	if rules.Off || people <= rules.People {
		return nil
	}
	n, _, err := engine.One(ctx, e.tx, engine.ScanNumber,
		`select count(*) from (select 1 from membership_history h where h.enterprise_id = $1 and h.group_id = $2
			and h.from_at <= $3 and (h.until_at = 0 or h.until_at > $3) limit $4) few`,
		string(e.push.Enterprise), string(f.Group.ID), engine.Micros(e.now.Add(-rules.Span())),
		int64(people*100/rules.Share+1))
	losses.Members = int(n)
	f.Brake.Losses[f.Group.ID] = losses
	return err
}

// writeMembers writes the changed memberships of one group, with those of the
// default group, the history and an audit event.
func (e *effects) writeMembers(ctx context.Context, g sso.Group, p groupsync.ManyPlan) error {
	ent, group, cause := string(e.push.Enterprise), string(g.ID), string(e.push.Event)
	if len(p.Join) > 0 {
		e.Queue(
			`insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
			select $1, n.value, $2, $4, cast($5 as bigint), $6 from (`+e.db.sql.Dialect.Values("$3")+`) n where true
			on conflict (enterprise_id, user_id, group_id) do nothing`,
			ent, group, userList(p.Join), string(sso.SourceSCIM), engine.Micros(e.now), cause,
		)
	}
	if len(p.Confirm) > 0 {
		e.Queue(
			"update memberships as m set source = $4, cause = $5 where (m.enterprise_id = $1) is true and "+
				e.members("$2", "$3"),
			ent, group, userList(p.Confirm), string(sso.SourceSCIM), cause,
		)
	}
	if len(p.Leave) > 0 {
		e.Queue(
			"delete from memberships as m where (m.enterprise_id = $1) is true and "+e.members("$2", "$3"),
			ent, group, userList(p.Leave),
		)
	}
	moved := slices.Concat(p.Join, p.Leave)
	everyone, err := e.defaultOf(ctx, g.Organization)
	if err != nil {
		return err
	}
	e.followDefaultOf(e.push.Enterprise, g.Organization, everyone, moved, cause)
	e.followHistoryOf(
		e.push.Enterprise, []sso.GroupID{g.ID, everyone}, slices.Concat(moved, p.Confirm), cause,
	)
	e.invalidate(moved...)
	return e.audit(
		ctx, e.push.Actor(), "memberships.provisioned", group, "name", g.Name, "added", count(len(p.Join)),
		"confirmed", count(len(p.Confirm)), "removed", count(len(p.Leave)), "event", cause,
	)
}

// defaultOf returns the default group of an organization.
func (e *effects) defaultOf(ctx context.Context, org sso.OrganizationID) (sso.GroupID, error) {
	id, _, err := engine.One(
		ctx, e.tx, engine.ScanText,
		"select id from groups where enterprise_id = $1 and organization_id = $2 and is_default",
		string(e.push.Enterprise), string(org),
	)
	return sso.GroupID(id), err
}

// count returns a number for an audit event, "" for none.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func userList(users []sso.UserID) string {
	texts := make([]string, len(users))
	for i, u := range users {
		texts[i] = string(u)
	}
	return engine.JSONList(texts)
}

// noLongerHeld queues that removals from a group that wait for an admin are
// outdated, and that losses of it are made good.
func (e *effects) noLongerHeld(g sso.Group, users []sso.UserID) {
	e.outdateHeld(g, users)
	// "is true" keeps PostgreSQL from a join, which would compare each loss with each
	// user: it looks the user of each loss up.
	e.Queue(
		"delete from brake_losses where enterprise_id = $1 and connection_id = $2 and group_id = $3 "+
			"and (user_id in ("+e.db.sql.Dialect.Values("$4")+")) is true",
		string(e.push.Enterprise), string(e.push.Connection), string(g.ID), userList(users),
	)
}

// outdateHeld queues that removals of users from a group no longer wait.
func (e *effects) outdateHeld(g sso.Group, users []sso.UserID) {
	e.Queue(
		// The state is no parameter: an index is of those that wait, and SQLite would plan
		// the statement again for each value.
		`update held_syncs set state = $4, decided_at = $5
		where enterprise_id = $1 and connection_id = $2 and state = 'waiting'
			and pushed_group_id = $3 and user_id`+
			e.db.sql.Dialect.Among(e.db.sql.Dialect.Values("$6")),
		string(e.push.Enterprise), string(e.push.Connection), string(g.ID), string(sso.HeldSuperseded),
		engine.Micros(e.now), userList(users),
	)
}

// heldRemoval returns the changes of a held sync that removes a user from a group,
// as JSON.
func (e *effects) heldRemoval(ctx context.Context, g sso.Group) (string, error) {
	organization, _, err := engine.One(ctx, e.tx, engine.ScanText,
		"select name from organizations where enterprise_id = $1 and id = $2",
		string(e.push.Enterprise), string(g.Organization))
	if err != nil {
		return "", err
	}
	changes, err := engine.JSONText(sso.HeldChanges{
		Mode:   sso.SyncRestore,
		Remove: []sso.GroupID{g.ID},
		Removed: []sso.GroupChange{{
			Group:            g.ID,
			Name:             g.Name,
			Organization:     g.Organization,
			OrganizationName: organization,
		}},
	})
	if err != nil {
		return "", fmt.Errorf("write held syncs: %w", err)
	}
	return changes, nil
}

// brakeMany writes what the plan of one group reports to the brake: losses, a stop
// that begins, and what is held.
func (e *effects) brakeMany(ctx context.Context, g sso.Group, p groupsync.ManyPlan) error {
	ent, conn := string(e.push.Enterprise), string(e.push.Connection)
	if len(p.Losses) > 0 {
		losers := make([]string, len(p.Losses))
		for i, m := range p.Losses {
			losers[i] = string(m.User) + " " + string(m.Source)
		}
		e.Queue(
			`insert into brake_losses (enterprise_id, connection_id, group_id, user_id, source, sign, done, at)
			select $1, $2, $3, substr(n.value, 1, 31), substr(n.value, 33), false, cast($5 as boolean),
				cast($6 as bigint)
			from (`+e.db.sql.Dialect.Values("$4")+`) n where true
			on conflict (enterprise_id, connection_id, group_id, user_id) do update
				set source = excluded.source, sign = excluded.sign, done = excluded.done, at = excluded.at`,
			ent, conn, string(g.ID), engine.JSONList(losers), len(p.Held) == 0, engine.Micros(e.now),
		)
	}
	if len(p.Held) == 0 {
		return nil
	}
	if p.Begun != nil {
		if err := e.beginPushedStop(ctx, *p.Begun); err != nil {
			return err
		}
	}
	e.Queue(
		`update brake_stops set last_at = $5 where enterprise_id = $1 and connection_id = $2 and cause = $3
			and group_id = $4 and allowed_until = 0`,
		ent, conn, string(p.Cause), string(g.ID), engine.Micros(e.now),
	)
	return e.holdMany(ctx, g, p)
}

func (e *effects) beginPushedStop(ctx context.Context, s sso.BrakeStop) error {
	groups, err := engine.JSONText(s.Groups)
	if err != nil {
		return fmt.Errorf("write a stop of the brake: %w", err)
	}
	e.queueStop(e.push.Enterprise, e.push.Connection, s, groups)
	return e.audit(
		ctx, sso.ActorSystem, "brake.began", string(e.push.Connection), "cause", string(s.Cause),
		"group", string(s.Group), "event", string(e.push.Event),
	)
}

// holdMany queues a held sync for each user whose removal the brake holds. An
// earlier one about the same group is outdated.
func (e *effects) holdMany(ctx context.Context, g sso.Group, p groupsync.ManyPlan) error {
	e.outdateHeld(g, p.Held)
	changes, err := e.heldRemoval(ctx, g)
	if err != nil {
		return err
	}
	rows := make([]string, len(p.Held))
	for i, user := range p.Held {
		rows[i] = string(sso.NewID[sso.HeldSyncID](e.now)) + " " + string(user)
	}
	shared := sso.GroupID("")
	if p.Cause == sso.HeldGroupShare {
		shared = g.ID
	}
	e.Queue(
		`insert into held_syncs (enterprise_id, id, user_id, connection_id, record_id, changes, state, at, decided_by,
			decided_at, cause, group_id, pushed_group_id)
		select $1, substr(n.value, 1, 31), substr(n.value, 33), $2, '', $4, $5, cast($6 as bigint), '', 0, $7, $8, $9
		from (`+e.db.sql.Dialect.Values("$3")+") n where true",
		string(e.push.Enterprise), string(e.push.Connection), engine.JSONList(rows), changes,
		string(sso.HeldWaiting), engine.Micros(e.now), string(p.Cause), string(shared), string(g.ID),
	)
	return e.audit(
		ctx, e.push.Actor(), "memberships.held", string(g.ID), "name", g.Name, "cause", string(p.Cause),
		"people", strconv.Itoa(len(p.Held)), "event", string(e.push.Event),
	)
}
