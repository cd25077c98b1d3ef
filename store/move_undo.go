package store

import (
	"context"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// UndoMove ends a move: no entry counts any more, and who came by it is known at the
// former connections only and signed out of the new one. Users whom the new connection
// pushes, or who are known nowhere else, stay. Its questions are settled. A move that
// was undone is Conflict "move_undone".
func (db *DB) UndoMove(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MoveID,
) (m sso.Move, err error) {
	defer func() { doing(&err, "undo a move") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if m, err = found(findMove(ctx, t, ent, id)); err != nil {
			return err
		}
		if m.State == sso.MoveUndone {
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "move_undone",
				Public: "This move was undone before.",
			}
		}
		left, err := t.unbindMoved(ctx, by, m)
		if err != nil {
			return err
		}
		t.Queue(
			`update identity_questions set state = 'settled', decided_at = $4
			where enterprise_id = $1 and connection_id = $2 and state = 'waiting' and move_key in
				(select e.value_key from move_entries e where e.enterprise_id = $1 and e.move_id = $3
					and e.value_key <> '')`,
			string(ent), string(m.To), string(id), engine.Micros(t.now),
		)
		t.Queue(
			"update moves set state = 'undone', asking = false, ended_at = $3 where enterprise_id = $1 and id = $2",
			string(ent), string(id), engine.Micros(t.now),
		)
		return t.audit(ctx, by, "move.undone", string(id), "users", strconv.Itoa(len(left)))
	})
	if err != nil {
		return sso.Move{}, err
	}
	return db.Move(ctx, ent, id)
}

// unbindMoved ends the identities that a move bound, with the sessions that began by
// them, and returns their users.
func (t *tx) unbindMoved(ctx context.Context, by sso.Actor, m sso.Move) ([]sso.UserID, error) {
	users, err := engine.List(
		ctx, t, scanUserID,
		`select e.user_id from move_entries e where e.enterprise_id = $1 and e.move_id = $2 and e.state = 'used'
			and exists (select 1 from identities i where i.enterprise_id = $1 and i.user_id = e.user_id
				and i.connection_id <> $3)
			and not exists (select 1 from provisioned_users p where p.enterprise_id = $1
				and p.account_id = e.user_id and p.connection_id = $3 and p.origin = 'pushed')
		order by e.user_id`,
		string(m.Enterprise), string(m.ID), string(m.To),
	)
	if err != nil || len(users) == 0 {
		return nil, err
	}
	of := " and user_id in (" + t.db.sql.Dialect.Values("$3") + ")"
	args := []any{string(m.Enterprise), string(m.To), userList(users)}
	ended, err := engine.List(
		ctx, t, engine.ScanText,
		"delete from sessions where enterprise_id = $1 and connection_id = $2"+of+" returning id", args...,
	)
	if err != nil {
		return nil, err
	}
	if err := t.sessionsRevoked(ctx, by, ended); err != nil {
		return nil, err
	}
	t.Queue("delete from identities where enterprise_id = $1 and connection_id = $2"+of, args...)
	t.Queue(
		"update move_entries set state = 'left' where enterprise_id = $1 and move_id = $2"+of,
		string(m.Enterprise), string(m.ID), userList(users),
	)
	return users, nil
}
