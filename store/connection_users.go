package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// someLogins is how many users are named where only their number is asked for.
const someLogins = 5

// ConnectionReach returns which users depend on a connection.
func (db *DB) ConnectionReach(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) (_ sso.ConnectionReach, err error) {
	defer func() { doing(&err, "find whom a connection is for") }()
	return db.reach(ctx, db.sql, ent, id)
}

// known selects the active users with an identity at a connection.
const known = ` from identities i join users u on u.enterprise_id = i.enterprise_id and u.id = i.user_id and u.status = 'active'
	where i.enterprise_id = $1 and i.connection_id = $2`

// onlyThere restricts known to users with no identity at another enabled connection.
const onlyThere = ` not exists (select 1 from identities x join connections y on y.enterprise_id = x.enterprise_id and y.id = x.connection_id
	where x.enterprise_id = $1 and x.user_id = i.user_id and x.connection_id <> i.connection_id and y.state = 'enabled')`

func (db *DB) reach(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.ConnectionReach, error) {
	reach, err := found(engine.One(ctx, r, func(row engine.Row) (c sso.ConnectionReach, err error) {
		err = row.Scan(&c.State, &c.Others, &c.Active, &c.Sessions, &c.Enforced)
		return c, err
	}, `select c.state,
			(select count(*) from connections o where o.enterprise_id = $1 and o.id <> $2 and o.state = 'enabled'),
			(select count(*) from users u where u.enterprise_id = $1 and u.status = 'active'),
			(select count(*) from sessions s where s.enterprise_id = $1 and s.connection_id = $2 and s.expires_at > $3 and s.last_seen_at + s.idle_timeout > $3),
			(select e.enforced from enterprises e where e.id = $1)
		from connections c where c.enterprise_id = $1 and c.id = $2`, string(ent), string(id),
		engine.Micros(db.now())))
	if err != nil {
		return reach, err
	}
	count := func(c *int, last *time.Time, also string) error {
		return r.Query(ctx, func(row engine.Row) error {
			return row.Scan(c, engine.Time(last))
		}, "select count(*), coalesce(max(i.last_seen_at), 0)"+known+also, string(ent), string(id))
	}
	if err := count(&reach.People, &reach.LastSeen, ""); err != nil || reach.People == 0 {
		return reach, err
	}
	reach.Exclusive = reach.People
	also := ""
	if reach.Others > 0 { // otherwise no user can have an identity at one
		also = " and" + onlyThere
		var none time.Time
		if err := count(&reach.Exclusive, &none, also); err != nil || reach.Exclusive == 0 {
			return reach, err
		}
	}
	reach.Logins, err = engine.List(
		ctx, r, engine.ScanText, "select u.login"+known+also+" order by u.login limit $3",
		string(ent), string(id), int64(someLogins),
	)
	return reach, err
}
