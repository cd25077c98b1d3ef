package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// expectedColumns are those of an entry and of its user, as a sign-in needs them.
const expectedColumns = entryColumns + ", " + administersAny + " or " + operatesUser + `,
	exists (select 1 from identities b
		where b.enterprise_id = $1 and b.user_id = u.id and b.connection_id = $2 and b.subject is not null),
	exists (select 1 from users o where o.enterprise_id = $1 and o.login_folded = u.login_folded
		and o.status = 'active' and o.id <> u.id and u.status = 'deactivated')
	or exists (select 1 from users o where o.enterprise_id = $1 and lower(o.email) = lower(u.email)
		and o.status = 'active' and o.id <> u.id and u.status = 'deactivated' and u.email <> ''),
	` + lastLogin + ", " + userColumns

func scanExpected(r engine.Row) (x identity.ExpectedMove, err error) {
	err = r.Scan(append(
		append(entryFields(&x.Entry), &x.Admin, &x.Bound, &x.Replaced, &x.LastLogin), userFields(&x.User)...,
	)...)
	return x, err
}

// fromExpected selects the entries that count at the connection $2 and have one of some
// keys.
const fromExpected = ` n cross join move_entries e
	join moves m on m.enterprise_id = e.enterprise_id and m.id = e.move_id and m.state = 'ready'
	join users u on u.enterprise_id = e.enterprise_id and u.id = e.user_id
	where e.enterprise_id = $1 and e.connection_id = $2 and e.value_key = n.value
		and e.state in ('waiting', 'used', 'held', 'blocked')`

// findMoved finds the user whom a move expects with a value of the identity. If that
// cannot be told, it finds no one, and the person it returns has the doubt.
func (t *tx) findMoved(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (p person, ok bool, err error) {
	keys := identity.MoveKeys(id)
	if len(keys) == 0 {
		return p, false, nil
	}
	all, err := engine.List(
		ctx, t, scanExpected,
		"select "+expectedColumns+" from ("+t.db.sql.Dialect.Values("$3")+")"+fromExpected+" order by e.user_id",
		string(ent), string(id.Connection), engine.JSONList(keys),
	)
	if err != nil || len(all) == 0 {
		return p, false, err
	}
	entry, doubt := identity.FindMoved(all, id.Name)
	if entry.User == "" {
		p.doubt = doubtOf(doubt)
		return p, false, nil
	}
	return engine.One(
		ctx, t, scanPerson, "select "+personColumns+" from users u where u.enterprise_id = $1 and u.id = $3",
		string(ent), string(id.Connection), string(entry.User),
	)
}

// doubt is the user whom a user may be, by a move, a merge or a former identity; the zero
// value is none.
type doubt struct {
	kind   sso.QuestionKind
	holder sso.UserID
	key    string // of the entry of a move
}

func doubtOf(e sso.MoveEntry) doubt {
	if e.User == "" {
		return doubt{}
	}
	return doubt{
		kind:   sso.QuestionMove,
		holder: e.User,
		key:    e.Key,
	}
}

// useMoved queues that a user has come to a connection that they were moved to, by a
// move that was not undone.
func (t *tx) useMoved(ent sso.EnterpriseID, conn sso.ConnectionID, user sso.UserID, subject string) {
	t.Queue(
		`update move_entries set state = 'used', used_at = $4, subject = $5 where enterprise_id = $1 and user_id = $2
			and connection_id = $3 and state in ('waiting', 'held', 'blocked')
			and move_id in (select m.id from moves m where m.enterprise_id = $1 and m.state <> 'undone')`,
		string(ent), string(user), string(conn), engine.Micros(t.now), subject,
	)
}
