package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// OnRevocation registers fn to be called after each commit that added to the list
// of revocations: sessions ended, or what sessions say about users changed. The
// method of the DB that made the change returns after fn. The context of fn is
// not canceled with that of the method. fn replaces an earlier one.
//
// A commit whose outcome is unknown because the connection broke is not
// announced. Nodes find it when they next read the list.
func (db *DB) OnRevocation(fn func(context.Context)) { db.announced.Store(&fn) }

func (db *DB) announce(ctx context.Context, revoked bool) {
	if fn := db.announced.Load(); fn != nil && revoked {
		(*fn)(context.WithoutCancel(ctx))
	}
}

// revoke queues additions to the list of revocations, by which every node learns
// which sessions, users or enterprises to read again. Their numbers come from a
// sequence: no transaction waits for another, so a number may be committed after
// a greater one. See [DB.Revocations].
func (t *tx) revoke(what ...sso.Revocation) {
	var sessions, users, enterprises []string
	for _, r := range what {
		switch {
		case r.Session != "":
			sessions = append(sessions, string(r.Session))
		case r.User != "":
			users = append(users, string(r.User))
		default:
			enterprises = append(enterprises, string(r.Enterprise))
		}
	}
	t.revokeEach("n.value, '', ''", sessions)
	t.revokeEach("'', n.value, ''", users)
	t.revokeEach("'', '', n.value", enterprises)
}

// revokeEach queues a revocation for each name; columns says what they name.
func (t *tx) revokeEach(columns string, names []string) {
	if len(names) == 0 {
		return
	}
	t.revokeSelected(columns, "("+t.db.sql.Dialect.Values("$2")+") n", engine.JSONList(names))
}

// revokeDeparted queues the revocation of a user whom an identity provider took away,
// with the receipt that nodes confirm.
func (t *tx) revokeDeparted(u sso.User, event sso.ProvisioningEventID) {
	t.revoked = true
	t.Queue(
		`insert into revocations (sequence, session_id, user_id, enterprise_id, receipt_enterprise_id,
			receipt_event_id, at)
		select `+t.db.sql.Dialect.Next("revocation_numbers", "revocations", "sequence")+`, '', n.user_id, '',
			n.enterprise_id, n.event_id, cast($4 as bigint)
		from (select cast($1 as text) as enterprise_id, cast($2 as text) as event_id, cast($3 as text) as user_id) n`,
		string(u.Enterprise), string(event), string(u.ID), engine.Micros(t.now),
	)
}

// revokeMembers queues a revocation of each member of a group, services included: their
// sessions continue, with what the database says about them.
func (t *tx) revokeMembers(ent sso.EnterpriseID, group sso.GroupID) {
	t.revokeSelected(
		"'', m.user_id, ''", "memberships m where m.enterprise_id = $2 and m.group_id = $3",
		string(ent), string(group),
	)
	t.revokeSelected(
		"'', m.service_id, ''", "service_groups m where m.enterprise_id = $2 and m.group_id = $3",
		string(ent), string(group),
	)
}

// revokeSelected queues a revocation for each row of from.
func (t *tx) revokeSelected(columns, from string, args ...any) {
	t.revoked = true
	t.Queue(
		"insert into revocations (sequence, session_id, user_id, enterprise_id, at) select "+
			t.db.sql.Dialect.Next("revocation_numbers", "revocations", "sequence")+", "+
			columns+", $1 from "+from,
		append([]any{engine.Micros(t.now)}, args...)...,
	)
}

// revocationsAtOnce is the most that Revocations returns.
const revocationsAtOnce = 10_000

// Revocations lists the revocations from a number on and those in the ranges of
// missing numbers, in ascending order, at most 10,000. On PostgreSQL a number that
// is skipped is of a transaction that is not committed yet, or was rolled back: a
// reader must ask for it again while that transaction may run, which is at most a
// minute.
func (db *DB) Revocations(
	ctx context.Context, from int64, missing ...sso.RevocationGap,
) (_ []sso.Revocation, err error) {
	defer func() { doing(&err, "list revocations") }()
	const columns = "r.sequence, r.session_id, r.user_id, r.enterprise_id, r.receipt_enterprise_id, r.receipt_event_id"
	ranges := make([][2]int64, len(missing))
	for i, g := range missing {
		ranges[i] = [2]int64{g.First, g.Last}
	}
	text, err := engine.JSONText(ranges)
	if err != nil {
		return nil, fmt.Errorf("write ranges of numbers: %w", err)
	}
	return engine.List(ctx, db.sql.Urgent(), func(r engine.Row) (v sso.Revocation, err error) {
		err = r.Scan(&v.Sequence, &v.Session, &v.User, &v.Enterprise, &v.Departed, &v.Event)
		return v, err
	},
		"select "+columns+" from revocations r where r.sequence >= $1 union all select "+columns+
			" from ("+db.sql.Dialect.Ranges("$2")+`) g cross join revocations r
		where r.sequence >= g.low and r.sequence <= g.high order by 1 limit $3`,
		from, text, revocationsAtOnce)
}

// LastRevocation returns the greatest number, 0 before the first revocation. A
// smaller one may be committed later.
func (db *DB) LastRevocation(ctx context.Context) (_ int64, err error) {
	defer func() { doing(&err, "read the last revocation") }()
	n, _, err := engine.One(
		ctx, db.sql.Urgent(), engine.ScanNumber, "select coalesce(max(sequence), 0) from revocations",
	)
	return n, err
}
