package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// The brake is read without a lock, because most sign-ins remove no membership and
// write nothing here, unless other users of the connection lost groups to names
// that match nothing. A sign-in that may remove one, or whose plan adds to what the
// brake knows, reads it again under the lock of the connection, so that of many
// removals at once each counts those before it.

const (
	// mostSigns is how many users' signs are counted.
	mostSigns = 64
	signsKept = 24 * time.Hour
	// lossesKept is how long lost memberships can be restored.
	lossesKept = 30 * 24 * time.Hour
)

// readBrake queues the reads that need only the connection.
func (r *snapshotReader) readBrake() {
	facts := &r.snapshot.Brake
	facts.Rules, facts.At = r.brake, r.tx.now
	if r.brake.Off {
		return
	}
	r.tx.QueueQuery(func(row engine.Row) error {
		s, err := scanStop(row)
		facts.Stops = append(facts.Stops, s)
		return err
	},
		"select "+stopColumns+
			" from brake_stops where enterprise_id = $1 and connection_id = $2 order by cause, group_id",
		string(r.ent), string(r.conn))
	r.tx.QueueQuery(func(row engine.Row) error {
		var s sso.BrakeSign
		err := row.Scan(
			&s.User, &s.Kind, engine.JSON(&s.Groups), engine.JSON(&s.Names), engine.Time(&s.At),
		)
		facts.Signs = append(facts.Signs, s)
		return err
	},
		"select user_id, kind, groups, names, at from brake_signs where enterprise_id = $1 and connection_id = $2 and at > $3 order by at desc, user_id limit $4",
		string(r.ent), string(r.conn), engine.Micros(r.tx.now.Add(-signsKept)), int64(mostSigns))
}

const stopColumns = "cause, group_id, groups, at, since, last_at, allowed_until"

func scanStop(r engine.Row) (s sso.BrakeStop, err error) {
	err = r.Scan(
		&s.Cause, &s.Group, engine.JSON(&s.Groups), engine.Time(&s.At), engine.Time(&s.Since),
		engine.Time(&s.Last), engine.Time(&s.Until),
	)
	return s, err
}

// relockBrake queues the lock of the brake, and its first reads again. It reports
// whether there is something to read again.
func (r *snapshotReader) relockBrake() bool {
	if !r.exact || r.brake.Off || r.braked || r.tx.db.sql.Dialect.Lock == "" {
		return false
	}
	r.braked = true
	r.tx.lockBrake(r.conn)
	r.tx.takeNumbers()
	r.snapshot.Brake.Stops, r.snapshot.Brake.Signs = nil, nil
	r.readBrake()
	return true
}

// finishBrake reads the rest about the brake after relockBrake.
func (r *snapshotReader) finishBrake(ctx context.Context, user sso.UserID) error {
	r.readLosses(user, r.leaving())
	if err := r.tx.Flush(ctx); err != nil {
		return err
	}
	r.splitSigns(user)
	return r.readMembers(ctx)
}

// splitSigns separates the user's own last sign from those of others.
func (r *snapshotReader) splitSigns(user sso.UserID) {
	facts := &r.snapshot.Brake
	facts.LastSign = sso.BrakeSign{}
	facts.Signs = slices.DeleteFunc(facts.Signs, func(s sso.BrakeSign) bool {
		if s.User == user {
			facts.LastSign = s
		}
		return s.User == user
	})
}

// readLosses queues the reads about the groups that the user may lose. A user who
// loses none, the usual case, costs no query.
func (r *snapshotReader) readLosses(user sso.UserID, leaving []string) {
	facts := &r.snapshot.Brake
	facts.AssertedBefore = nil
	if r.brake.Off || len(leaving) == 0 {
		return
	}
	facts.Losses = map[sso.GroupID]sso.GroupLosses{}
	r.tx.QueueQuery(func(row engine.Row) error {
		var id sso.GroupID
		var l sso.GroupLosses
		err := row.Scan(&id, &l.People)
		facts.Losses[id] = l
		return err
	},
		`select n.value, (select count(*) from brake_losses l where l.enterprise_id = $1 and l.connection_id = $2 and l.group_id = n.value
			and l.at > $3 and l.user_id <> $4) from (`+r.tx.db.sql.Dialect.Values("$5")+") n",
		string(r.ent), string(r.conn), engine.Micros(r.tx.now.Add(-r.brake.Span())), string(user),
		engine.JSONList(leaving))
	if len(r.possible) > 0 {
		r.tx.QueueQuery(func(row engine.Row) error {
			name, err := engine.ScanText(row)
			facts.AssertedBefore = append(facts.AssertedBefore, name)
			return err
		},
			"select a.name from ("+r.tx.db.sql.Dialect.Values("$3")+
				") n cross join asserted_names a where a.enterprise_id = $1 and a.user_id = $2 and a.name = n.value",
			string(r.ent), string(user), engine.JSONList(r.possible))
	}
}

// leaving returns the user's groups, without default groups, that no asserted
// name matches: the sign-in can remove at most these.
func (r *snapshotReader) leaving() (groups []string) {
	names := make(map[sso.GroupID]sso.Group, len(r.snapshot.Groups))
	for _, g := range r.snapshot.Groups {
		names[g.ID] = g
	}
	for _, m := range r.snapshot.Memberships {
		if g := names[m.Group]; !g.Default && !slices.Contains(r.names, g.Name) {
			groups = append(groups, string(m.Group))
		}
	}
	return groups
}

// readMembers counts the members, at the beginning of the window and up to the
// number that matters, of groups that lost enough users for the share to matter.
func (r *snapshotReader) readMembers(ctx context.Context) error {
	rules, facts := r.brake.Effective(), &r.snapshot.Brake
	for id, l := range facts.Losses {
		if l.People+1 <= rules.People {
			continue
		}
		r.tx.QueueQuery(func(row engine.Row) error {
			err := row.Scan(&l.Members)
			facts.Losses[id] = l
			return err
		}, `select count(*) from (select 1 from membership_history h where h.enterprise_id = $1 and h.group_id = $2
				and h.from_at <= $3 and (h.until_at = 0 or h.until_at > $3) limit $4) few`,
			string(r.ent), string(id), engine.Micros(r.tx.now.Add(-rules.Span())),
			int64((l.People+1)*100/rules.Share+1))
	}
	return r.tx.Flush(ctx)
}

// noteBrake queues what the plan reports to the brake.
func (r *loginRecord) noteBrake(ctx context.Context) error {
	note, held := r.verdict.Memberships.Brake, r.verdict.Memberships.Held
	if s := note.Sign; s.Kind != "" {
		if err := r.noteSign(s); err != nil {
			return err
		}
	}
	r.noteLosses(note, held == nil)
	for _, s := range note.Ended {
		r.tx.Queue(
			"delete from brake_stops where enterprise_id = $1 and connection_id = $2 and cause = $3 and group_id = $4",
			string(r.ent), string(r.groups.conn), string(s.Cause), string(s.Group),
		)
		if err := r.tx.audit(
			ctx, sso.ActorSystem, "brake.ended", string(r.groups.conn), "cause", string(s.Cause),
			"group", string(s.Group), "attempt", string(r.signIn.Attempt.ID),
		); err != nil {
			return err
		}
	}
	if held != nil {
		r.tx.Queue(
			"update brake_stops set last_at = $5 where enterprise_id = $1 and connection_id = $2 and cause = $3 and group_id = $4 and allowed_until = 0",
			string(r.ent), string(r.groups.conn), string(held.Cause), string(held.Group),
			engine.Micros(r.tx.now),
		)
	}
	for _, s := range note.Begun {
		if err := r.beginStop(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (r *loginRecord) noteSign(s sso.BrakeSign) error {
	groups, err := engine.JSONText(s.Groups)
	if err != nil {
		return fmt.Errorf("write a sign of the brake: %w", err)
	}
	names, err := engine.JSONText(s.Names)
	if err != nil {
		return fmt.Errorf("write a sign of the brake: %w", err)
	}
	r.tx.Queue(
		`insert into brake_signs (enterprise_id, connection_id, user_id, kind, groups, names, at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (enterprise_id, connection_id, user_id) do update
			set kind = excluded.kind, groups = excluded.groups, names = excluded.names, at = excluded.at`,
		string(r.ent), string(r.groups.conn), string(r.user.ID), string(s.Kind), groups, names,
		engine.Micros(r.tx.now),
	)
	return nil
}

func (r *loginRecord) noteLosses(note sso.BrakeNote, done bool) {
	for _, m := range note.Losses {
		sign := note.Sign.Kind.Lost() && slices.Contains(note.Sign.Groups, m.Group)
		r.tx.Queue(
			`insert into brake_losses (enterprise_id, connection_id, group_id, user_id, source, sign, done, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
			on conflict (enterprise_id, connection_id, group_id, user_id) do update
				set source = excluded.source, sign = excluded.sign, done = excluded.done, at = excluded.at`,
			string(r.ent), string(r.groups.conn), string(m.Group), string(r.user.ID),
			string(m.Source), sign, done, engine.Micros(r.tx.now),
		)
	}
	if added := r.verdict.Memberships.Add; len(added) > 0 && !r.isNew {
		ids := make([]string, len(added))
		for i, m := range added {
			ids[i] = string(m.Group)
		}
		r.tx.Queue(
			"delete from brake_losses where enterprise_id = $1 and connection_id = $2 and user_id = $3 and group_id in ("+
				r.tx.db.sql.Dialect.Values("$4")+")",
			string(r.ent), string(r.groups.conn), string(r.user.ID), engine.JSONList(ids),
		)
	}
}

// queueStop queues a stop with its groups as JSON.
func (t *tx) queueStop(ent sso.EnterpriseID, conn sso.ConnectionID, s sso.BrakeStop, groups string) {
	t.Queue(
		"insert into brake_stops (enterprise_id, connection_id, "+stopColumns+
			`) values ($1, $2, $3, $4, $5, $6, $7, $6, 0)
		on conflict (enterprise_id, connection_id, cause, group_id) do update
			set groups = excluded.groups, at = excluded.at, since = excluded.since, last_at = excluded.last_at, allowed_until = 0`,
		string(ent), string(conn), string(s.Cause), string(s.Group), groups,
		engine.Micros(s.At), engine.Micros(s.Since),
	)
}

// beginStop queues a stop, which holds removals from now on. Waiting syncs of the
// connection whose names matched nothing, and those held for the share of a group
// because of such names, get the cause of the stop: one decision covers them all.
func (r *loginRecord) beginStop(ctx context.Context, s sso.BrakeStop) error {
	groups, err := engine.JSONText(s.Groups)
	if err != nil {
		return fmt.Errorf("write a stop of the brake: %w", err)
	}
	r.tx.queueStop(r.ent, r.groups.conn, s, groups)
	if s.Cause == sso.HeldNamesChanged {
		r.tx.Queue(
			`update held_syncs set cause = $4, group_id = '' where enterprise_id = $1 and connection_id = $2 and state = 'waiting' and at >= $3
			and (cause = $5 or cause = $6 and user_id in (select b.user_id from brake_signs b
				where b.enterprise_id = $1 and b.connection_id = $2 and b.kind in ($7, $8) and b.at >= $3))`,
			string(r.ent), string(r.groups.conn), engine.Micros(s.Since), string(s.Cause),
			string(sso.HeldMatchesNothing), string(sso.HeldGroupShare),
			string(sso.SignRenamed),
			string(sso.SignNothing),
		)
	}
	return r.tx.audit(
		ctx, sso.ActorSystem, "brake.began", string(r.groups.conn), "cause", string(s.Cause),
		"group", string(s.Group), "attempt", string(r.signIn.Attempt.ID),
	)
}
