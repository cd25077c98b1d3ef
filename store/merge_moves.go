package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// moveEntries makes the entries by which moves between connections expect From expect
// Into, so that whoever signs in at the new connection is found. A move that expects Into
// as well keeps both: a sign-in with the value of From is then refused, as one of a
// deactivated user is, and becomes no account of its own.
func (m *merging) moveEntries(ctx context.Context) error {
	moves, err := engine.List(
		ctx, m.tx, func(r engine.Row) (id sso.MoveID, err error) {
			return id, r.Scan(&id)
		},
		`select e.move_id from move_entries e where e.enterprise_id = $1 and e.user_id = $2
			and not exists (
				select 1 from move_entries k
				where k.enterprise_id = $1 and k.move_id = e.move_id and k.user_id = $3
			)
		order by e.move_id`,
		string(m.Enterprise), string(m.From), string(m.Into),
	)
	if err != nil {
		return err
	}
	m.Moved.Moves = moves
	for _, id := range moves {
		m.giveEntry(m.Enterprise, id, m.From, m.Into)
	}
	return nil
}

// returnEntries queues that moves expect From again.
func (u *unmerging) returnEntries() {
	for _, id := range u.Moved.Moves {
		u.giveEntry(u.Enterprise, id, u.Into, u.From)
	}
}

func (t *tx) giveEntry(ent sso.EnterpriseID, id sso.MoveID, from, to sso.UserID) {
	t.Queue(
		"update move_entries set user_id = $4 where enterprise_id = $1 and move_id = $2 and user_id = $3",
		string(ent), string(id), string(from), string(to),
	)
}
