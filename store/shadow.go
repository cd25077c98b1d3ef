package store

import (
	"context"
	"fmt"
	"reflect"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	// mostShadowed is how many users' differences are stored for a connection: so
	// many show that something is wrong with the draft.
	mostShadowed = 1000
	maxPerson    = sso.MaxLoginLength
)

// followShadow updates the shadow mode of a changed connection: results for
// another draft are deleted, and without a draft, or if the connection is not
// enabled, shadow mode ends.
func (t *tx) followShadow(old sso.Connection, c *sso.Connection) {
	if c.Draft == nil || c.State != sso.ConnectionEnabled {
		c.Shadow = sso.Connection{}.Shadow
	}
	same := reflect.DeepEqual(old.Draft, c.Draft)
	if !c.Shadow.IsZero() && (old.Shadow.IsZero() || !same) {
		c.Shadow, same = t.now, false
	}
	if !same {
		for _, table := range []string{"shadow_tallies", "shadow_differences"} {
			t.Queue(
				"delete from "+table+" where enterprise_id = $1 and connection_id = $2",
				string(c.Enterprise), string(c.ID),
			)
		}
	}
}

// RecordShadow counts a compared sign-in and stores its difference. A result of a
// comparison that has ended is ignored.
func (db *DB) RecordShadow(ctx context.Context, d sso.ShadowDifference) (err error) {
	defer func() { doing(&err, "record a comparison") }()
	text, err := engine.JSONText(d.Detail)
	if err != nil {
		return fmt.Errorf("write a comparison: %w", err)
	}
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, on, err := engine.One(
			ctx, t, engine.ScanText,
			"select id from connections where enterprise_id = $1 and id = $2 and shadow_since = $3 and shadow_since > 0",
			string(d.Enterprise), string(d.Connection), engine.Micros(d.Since),
		)
		if err != nil || !on {
			return err
		}
		one := func(is bool) int64 {
			if is {
				return 1
			}
			return 0
		}
		t.Queue(
			`insert into shadow_tallies (enterprise_id, connection_id, compared, differing, refused, admitted, at) values ($1, $2, 1, $3, $4, $5, $6)
			on conflict (enterprise_id, connection_id) do update set compared = shadow_tallies.compared + 1, differing = shadow_tallies.differing + excluded.differing,
				refused = shadow_tallies.refused + excluded.refused, admitted = shadow_tallies.admitted + excluded.admitted, at = excluded.at`,
			string(d.Enterprise), string(d.Connection), one(d.Differs()),
			one(d.LiveCode == "" && d.DraftCode != ""), one(d.LiveCode != "" && d.DraftCode == ""),
			engine.Micros(d.At),
		)
		if d.Differs() {
			t.Queue(
				`insert into shadow_differences (enterprise_id, connection_id, person, user_id, attempt_id, at, times, live_code, draft_code, detail)
				select $1, $2, $3, $4, $5, $6, 1, $7, $8, $9
				where (select count(*) from shadow_differences d where d.enterprise_id = $1 and d.connection_id = $2) < $10
					or exists (select 1 from shadow_differences d where d.enterprise_id = $1 and d.connection_id = $2 and d.person = $3)
				on conflict (enterprise_id, connection_id, person) do update set user_id = excluded.user_id, attempt_id = excluded.attempt_id, at = excluded.at,
					times = shadow_differences.times + 1, live_code = excluded.live_code, draft_code = excluded.draft_code, detail = excluded.detail`,
				string(d.Enterprise), string(d.Connection), engine.Clean(d.Person, maxPerson),
				string(d.User), string(d.Attempt), engine.Micros(d.At), d.LiveCode, d.DraftCode,
				text, int64(mostShadowed),
			)
		}
		return nil
	})
}

// Shadow returns the counts of the comparison with a connection's draft.
func (db *DB) Shadow(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (_ sso.ShadowTally, err error) {
	defer func() { doing(&err, "count comparisons") }()
	return found(engine.One(ctx, db.sql, func(r engine.Row) (t sso.ShadowTally, err error) {
		err = r.Scan(
			&t.Compared, &t.Differing, &t.Refused, &t.Admitted, &t.People, engine.Time(&t.At),
		)
		return t, err
	}, `select coalesce(t.compared, 0), coalesce(t.differing, 0), coalesce(t.refused, 0), coalesce(t.admitted, 0),
			(select count(*) from shadow_differences d where d.enterprise_id = c.enterprise_id and d.connection_id = c.id), coalesce(t.at, 0)
		from connections c left join shadow_tallies t on t.enterprise_id = c.enterprise_id and t.connection_id = c.id
		where c.enterprise_id = $1 and c.id = $2`, string(ent), string(id)))
}

// ShadowDifferences lists the stored differences by user, of at most 1000 users a
// connection.
func (db *DB) ShadowDifferences(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, page sso.Page,
) (_ []sso.ShadowDifference, next string, err error) {
	defer func() { doing(&err, "list comparisons") }()
	if _, err := found(engine.One(
		ctx, db.sql, engine.ScanText,
		"select id from connections where enterprise_id = $1 and id = $2",
		string(ent), string(id),
	)); err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("enterprise_id = ", string(ent))
	w.And("connection_id = ", string(id))
	query := "select enterprise_id, connection_id, person, user_id, attempt_id, at, times, live_code, draft_code, detail from shadow_differences" +
		w.Page("person", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (d sso.ShadowDifference, err error) {
		err = r.Scan(
			&d.Enterprise, &d.Connection, &d.Person, &d.User, &d.Attempt, engine.Time(&d.At),
			&d.Times, &d.LiveCode, &d.DraftCode, engine.JSON(&d.Detail),
		)
		return d, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(d sso.ShadowDifference) string {
		return d.Person
	})
	return all, next, err
}
