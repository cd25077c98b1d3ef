package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// decidedAtOnce is how many held syncs or users one transaction decides, so that
// sign-ins can run in between.
const decidedAtOnce = 50

// HeldTallies counts waiting syncs by cause, connection and group, and adds
// causes that hold removals from now on.
func (db *DB) HeldTallies(ctx context.Context, ent sso.EnterpriseID) (_ []sso.HeldTally, err error) {
	defer func() { doing(&err, "count held syncs") }()
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (t sso.HeldTally, err error) {
		var stopped int64
		err = r.Scan(
			&t.Cause, &t.Connection, &t.Group, &t.GroupName, &t.Waiting, &t.Newest,
			engine.Time(&t.Since), &stopped, &t.Lost,
		)
		t.Standing = stopped > 0
		return t, err
	},
		`with waiting as (select h.cause, h.connection_id, h.group_id, count(*) as n, max(h.id) as newest, min(h.at) as since
			from held_syncs h where h.enterprise_id = $1 and h.state = 'waiting' and not `+
			newerWord+
			` group by 1, 2, 3),
		standing as (select s.cause, s.connection_id, s.group_id, s.at, s.since from brake_stops s
			where s.enterprise_id = $1 and s.allowed_until = 0 and s.last_at > $2
				and (s.group_id = '' or exists (select 1 from groups g where g.enterprise_id = $1 and g.id = s.group_id))),
		causes as (select cause, connection_id, group_id from waiting union select cause, connection_id, group_id from standing)
		select c.cause, c.connection_id, c.group_id, coalesce(o.name || '/' || g.name, ''), coalesce(w.n, 0), coalesce(w.newest, ''),
			coalesce(w.since, s.at, 0), coalesce(s.at, 0),
			(select count(distinct l.user_id) from brake_losses l where s.at is not null and l.enterprise_id = $1 and l.connection_id = c.connection_id
				and `+lostTo+` and l.at > s.since)
		from causes c
		left join waiting w on w.cause = c.cause and w.connection_id = c.connection_id and w.group_id = c.group_id
		left join standing s on s.cause = c.cause and s.connection_id = c.connection_id and s.group_id = c.group_id
		left join groups g on g.enterprise_id = $1 and g.id = c.group_id
		left join organizations o on o.enterprise_id = $1 and o.id = g.organization_id
		order by 1, 2, 3`, string(ent), engine.Micros(db.now().Add(-sso.BrakeQuiet)))
	return all, err
}

// lostTo is true of a loss l to the cause of c that the user has not got back.
const lostTo = `l.done and (c.cause = 'connection_names_changed' and l.sign or c.cause = 'group_share' and l.group_id = c.group_id)
	and not exists (select 1 from memberships m where m.enterprise_id = $1 and m.user_id = l.user_id and m.group_id = l.group_id)`

// EnterprisesHeld lists the enterprises with a waiting sync that was held since a
// time, and those with a waiting change of trust or of all subjects, or with a changed rule
// of identities.
func (db *DB) EnterprisesHeld(ctx context.Context, since time.Time) (_ []sso.Enterprise, err error) {
	defer func() { doing(&err, "list enterprises with held syncs") }()
	return engine.List(ctx, db.sql, scanEnterprise, "select "+enterpriseColumns+` from enterprises e
		where e.id in (select h.enterprise_id from held_syncs h where h.state = 'waiting' and h.at > $1)
		or e.id in (select c.enterprise_id from connections c where c.trust_asked > $1)
		or e.id in (select s.enterprise_id from subject_changes s where s.answer = '' and s.found_at > $1)
		or e.id in (select r.enterprise_id from identity_rules r where r.changed_at > $1)
		order by e.id`,
		engine.Micros(since))
}

// DecideHeldSyncs approves or discards all syncs waiting for one cause, up to
// d.Through, in several transactions, as ApproveHeldSync and DiscardHeldSync do.
// An approval lifts the stops of the cause for BrakeQuiet; a discard keeps them
// and, if d.Restore is set, restores memberships lost to the cause. After a
// failure, another call decides the rest.
func (db *DB) DecideHeldSyncs(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, d sso.HeldDecision,
) (done sso.HeldResult, err error) {
	defer func() { doing(&err, "decide held syncs") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	if d.Restore && !d.Approve {
		if done.Restored, err = db.restoreLost(ctx, by, ent, d); err != nil {
			return done, err
		}
	}
	if d.Approve {
		if err := db.allowStops(ctx, by, ent, d); err != nil {
			return done, err
		}
	}
	for {
		n, err := db.decideSome(ctx, by, ent, d)
		done.Decided += n
		if err != nil || n < decidedAtOnce {
			return done, err
		}
	}
}

// decideSome decides the oldest waiting syncs.
func (db *DB) decideSome(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, d sso.HeldDecision,
) (n int, err error) {
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if err := t.needEnterprise(ctx); err != nil {
			return err
		}
		w := &engine.Where{}
		w.And("x.enterprise_id = ", string(ent))
		w.And("x.now_is = ", string(sso.HeldWaiting))
		w.And("x.cause = ", string(d.Cause))
		w.AndText("x.connection_id = ", string(d.Connection))
		w.AndText("x.group_id = ", string(d.Group))
		w.AndText("x.id <= ", string(d.Through))
		some, err := engine.List(
			ctx, t, scanHeld, selectHeld+w.Page("x.id", "", decidedAtOnce-1, false), w.Args()...,
		)
		if err != nil {
			return err
		}
		n = len(some)
		state, do := sso.HeldDiscarded, t.discardHeld
		if d.Approve {
			state, do = sso.HeldApproved, t.approveHeld
		}
		for _, h := range some {
			t.decided(by, ent, h.ID, state)
			if err := do(ctx, by, ent, h); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// allowStops lifts the stops of a cause and prevents new ones for a while.
func (db *DB) allowStops(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, d sso.HeldDecision) error {
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		lifted, err := engine.List(ctx, t, func(r engine.Row) (s [2]string, err error) {
			err = r.Scan(&s[0], &s[1])
			return s, err
		}, `update brake_stops set allowed_until = $5 where enterprise_id = $1 and cause = $2 and allowed_until = 0
			and ($3 = '' or connection_id = $3) and ($4 = '' or group_id = $4) returning connection_id, group_id`,
			string(ent), string(d.Cause), string(d.Connection), string(d.Group),
			engine.Micros(t.now.Add(sso.BrakeQuiet)))
		if err != nil {
			return err
		}
		for _, s := range lifted {
			connection, group := s[0], s[1]
			if d.Cause == sso.HeldNamesChanged {
				t.Queue(
					"delete from brake_signs where enterprise_id = $1 and connection_id = $2",
					string(ent), connection,
				)
			}
			if err := t.audit(
				ctx, by, "brake.allowed", connection, "cause", string(d.Cause), "group", group,
			); err != nil {
				return err
			}
		}
		return t.needEnterprise(ctx)
	})
}

// loss is one membership that a user lost to a cause.
type loss struct {
	connection sso.ConnectionID
	user       sso.UserID
	membership sso.Membership
}

// restoreLost restores memberships that users lost to a cause before it was
// noticed, as far as the groups still exist, and returns the number of users.
func (db *DB) restoreLost(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, d sso.HeldDecision,
) (people int, err error) {
	for {
		var n int
		err := db.change(ctx, ent, func(ctx context.Context, t *tx) error {
			losses, err := t.losses(ctx, ent, d)
			if err != nil {
				return err
			}
			n, err = t.giveBack(ctx, by, ent, losses)
			return err
		})
		people += n
		if err != nil || n < decidedAtOnce {
			return people, err
		}
	}
}

// losses returns the losses of the next users.
func (t *tx) losses(ctx context.Context, ent sso.EnterpriseID, d sso.HeldDecision) ([]loss, error) {
	const of = ` from brake_stops c join brake_losses l on l.enterprise_id = c.enterprise_id and l.connection_id = c.connection_id and l.at > c.since
		join groups g on g.enterprise_id = l.enterprise_id and g.id = l.group_id
		join users u on u.enterprise_id = l.enterprise_id and u.id = l.user_id
		where c.enterprise_id = $1 and c.cause = $2 and c.allowed_until = 0 and ($3 = '' or c.connection_id = $3) and ($4 = '' or c.group_id = $4) and ` +
		lostTo
	return engine.List(ctx, t, func(r engine.Row) (x loss, err error) {
		err = r.Scan(&x.connection, &x.user, &x.membership.Group, &x.membership.Source)
		return x, err
	}, `select distinct l.connection_id, l.user_id, l.group_id, l.source`+of+`
		and l.user_id in (select distinct l.user_id`+of+` order by 1 limit $5) order by 2, 3`,
		string(ent), string(d.Cause), string(d.Connection), string(d.Group), int64(decidedAtOnce))
}

// giveBack restores losses, which are sorted by user.
func (t *tx) giveBack(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, losses []loss) (people int, err error) {
	var users []sso.UserID
	for len(losses) > 0 {
		n := 1
		for n < len(losses) && losses[n].user == losses[0].user {
			n++
		}
		m := membershipChange{
			user:  losses[0].user,
			cause: string(by),
			record: sso.SyncRecord{
				Connection: losses[0].connection,
				Mode:       sso.SyncRestore,
				Note:       "Given back by " + string(by) + ": it was lost before the brake held the removals.",
			},
		}
		for _, x := range losses[:n] {
			m.add = append(m.add, x.membership)
			t.Queue(
				"delete from brake_losses where enterprise_id = $1 and connection_id = $2 and group_id = $3 and user_id = $4",
				string(ent), string(x.connection), string(x.membership.Group), string(x.user),
			)
		}
		if err := t.changeMemberships(ctx, ent, &m); err != nil {
			return 0, err
		}
		if err := t.audit(
			ctx, by, "memberships.restored", string(m.user), "record", string(m.record.ID), "added",
			groupNames(m.record.Added),
		); err != nil {
			return 0, err
		}
		users, losses = append(users, m.user), losses[n:]
	}
	if len(users) == 0 {
		return 0, t.needEnterprise(ctx)
	}
	t.invalidate(users...)
	return len(users), nil
}
