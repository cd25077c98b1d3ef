package store

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const expectationColumns = "e.enterprise_id, e.connection_id, e.name, e.source, e.people, e.listed, e.set_by, e.set_at"

func scanExpectation(r engine.Row) (e sso.Expectation, err error) {
	err = r.Scan(
		&e.Enterprise, &e.Connection, &e.Group, &e.Source, &e.People, &e.Listed, &e.By, engine.Time(&e.At),
	)
	return e, err
}

// Expectations lists how many members groups of a connection should have, by name.
func (db *DB) Expectations(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (_ []sso.Expectation, err error) {
	defer func() { doing(&err, "list expectations") }()
	return engine.List(
		ctx, db.sql, scanExpectation,
		"select "+expectationColumns+` from provisioning_expectations e
		where e.enterprise_id = $1 and e.connection_id = $2 order by e.folded`,
		string(ent), string(conn),
	)
}

// SaveExpectation stores how many members a group should have, or which, in place
// of what was expected before. Group becomes the name of the pushed group, or of the
// group here, that has it in another letter case. NotFound if there is no such
// connection; Conflict "too_many_expectations".
func (db *DB) SaveExpectation(
	ctx context.Context, by sso.Actor, e sso.Expectation,
) (_ sso.Expectation, err error) {
	defer func() { doing(&err, "save an expectation") }()
	err = db.change(ctx, e.Enterprise, func(ctx context.Context, t *tx) error {
		if _, err := found(db.findConnection(ctx, t, e.Enterprise, e.Connection)); err != nil {
			return err
		}
		if err := t.nameExpectation(ctx, &e); err != nil {
			return err
		}
		if err := t.roomForExpectation(ctx, e); err != nil {
			return err
		}
		e.By, e.At, e.Listed = by, t.now, e.Logins != nil
		t.forgetExpectation(e.Enterprise, e.Connection, e.Group)
		t.insertExpectation(e)
		return t.audit(
			ctx, by, "provisioning.expected", string(e.Connection), "group", e.Group,
			"people", strconv.Itoa(e.People), "source", string(e.Source),
		)
	})
	return e, err
}

// nameExpectation gives an expectation the exact name of the group it is about.
func (t *tx) nameExpectation(ctx context.Context, e *sso.Expectation) error {
	name, known, err := engine.One(
		ctx, t, engine.ScanText, `select name from (
			select q.display_name as name, 1 as rank from provisioned_groups q
				where q.enterprise_id = $1 and q.connection_id = $2 and q.display_name_folded = $3
					and q.origin = 'pushed'
			union all select g.name, 2 from groups g where g.enterprise_id = $1 and not g.is_default
				and lower(g.name) = lower($4)
			union all select i.name, 3 from group_idp_names i where i.enterprise_id = $1 and lower(i.name) = lower($4)
		) n order by case when name = $4 then 0 else 1 end, rank, name limit 1`,
		string(e.Enterprise), string(e.Connection), filter.Fold(e.Group), e.Group,
	)
	if known {
		e.Group = name
	}
	return err
}

func (t *tx) roomForExpectation(ctx context.Context, e sso.Expectation) error {
	n, _, err := engine.One(
		ctx, t, engine.ScanNumber,
		`select count(*) from provisioning_expectations
		where enterprise_id = $1 and connection_id = $2 and folded <> $3`,
		string(e.Enterprise), string(e.Connection), filter.Fold(e.Group),
	)
	if err == nil && n >= sso.MaxExpectations {
		return &sso.Error{
			Kind: sso.Conflict,
			Code: "too_many_expectations",
			Public: "A connection can have expectations for " + strconv.Itoa(sso.MaxExpectations) +
				" groups. Remove one first.",
		}
	}
	return err
}

func (t *tx) forgetExpectation(ent sso.EnterpriseID, conn sso.ConnectionID, group string) {
	t.Queue(
		"delete from provisioning_expectations where enterprise_id = $1 and connection_id = $2 and folded = $3",
		string(ent), string(conn), filter.Fold(group),
	)
}

func (t *tx) insertExpectation(e sso.Expectation) {
	folded := filter.Fold(e.Group)
	t.Queue(
		`insert into provisioning_expectations (enterprise_id, connection_id, folded, name, source, people, listed,
			set_by, set_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(e.Enterprise), string(e.Connection), folded, e.Group, string(e.Source), int64(e.People), e.Listed,
		string(e.By), engine.Micros(e.At),
	)
	rows := make([]string, len(e.Logins))
	for i, login := range e.Logins {
		rows[i] = expectedRow(login)
	}
	// A row has the lengths of the first two parts in five digits each.
	t.Queue(
		`insert into provisioning_expected (enterprise_id, connection_id, folded, login_folded, login_key, login)
		select $1, $2, $3, substr(n.value, 11, cast(substr(n.value, 1, 5) as integer)),
			substr(n.value, 11 + cast(substr(n.value, 1, 5) as integer), cast(substr(n.value, 6, 5) as integer)),
			substr(n.value, 11 + cast(substr(n.value, 1, 5) as integer) + cast(substr(n.value, 6, 5) as integer))
		from (`+t.db.sql.Dialect.Values("$4")+`) n where true
		on conflict (enterprise_id, connection_id, folded, login_folded) do nothing`,
		string(e.Enterprise), string(e.Connection), folded, engine.JSONList(rows),
	)
}

// expectedRow returns a login, in the forms in which it is looked for, as one text.
func expectedRow(login string) string {
	login = engine.Clean(login, longestValue)
	folded, key := filter.Fold(login), identity.LoginKey(login)
	return fmt.Sprintf("%05d%05d", utf8.RuneCountInString(folded), utf8.RuneCountInString(key)) + folded + key + login
}

// RemoveExpectation forgets how many members a group should have. NotFound if that
// was not said.
func (db *DB) RemoveExpectation(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group string,
) (err error) {
	defer func() { doing(&err, "remove an expectation") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if err := t.ExecOne(
			ctx, errMissing(),
			"delete from provisioning_expectations where enterprise_id = $1 and connection_id = $2 and folded = $3",
			string(ent), string(conn), filter.Fold(group),
		); err != nil {
			return err
		}
		return t.audit(ctx, by, "provisioning.expectation_removed", string(conn), "group", group)
	})
}
