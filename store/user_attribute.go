package store

import (
	"context"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// userAttributeColumns are those of a row a of user_attributes and its definition d. A
// value is the push's as long as the connection provisions the user.
const userAttributeColumns = `a.name, d.type, a.value, a.connection_id, a.changed_at, a.pushed and exists (
		select 1 from provisioned_users p cross join connections c
		where p.enterprise_id = a.enterprise_id and p.connection_id = a.connection_id and p.account_id = a.user_id
			and p.origin = 'pushed' and c.enterprise_id = a.enterprise_id and c.id = a.connection_id
			and c.live like '%"provisioning":"scim"%')`

const (
	fromUserAttributes  = " user_attributes a cross join attributes d "
	whereUserAttributes = " a.enterprise_id = $1 and d.enterprise_id = $1 and d.name = a.name "
)

func userAttributeFields(a *sso.UserAttribute) []any {
	return []any{&a.Name, &a.Type, &a.Value, &a.Connection, engine.Time(&a.ChangedAt), &a.Pushed}
}

func scanUserAttribute(r engine.Row) (a sso.UserAttribute, err error) {
	err = r.Scan(userAttributeFields(&a)...)
	return a, err
}

// UserAttributes returns the attributes of a user, by name.
func (db *DB) UserAttributes(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (_ []sso.UserAttribute, err error) {
	defer func() { doing(&err, "list the user's attributes") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, err
	}
	return userAttributes(ctx, db.sql, ent, user)
}

func userAttributes(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.UserAttribute, error) {
	return engine.List(
		ctx, r, scanUserAttribute, "select "+userAttributeColumns+" from"+fromUserAttributes+"where"+
			whereUserAttributes+"and a.user_id = $2 order by a.name", string(ent), string(user),
	)
}

// AttributesAmong returns the attributes of some users, each by name.
func (db *DB) AttributesAmong(
	ctx context.Context, ent sso.EnterpriseID, users []sso.UserID,
) (_ map[sso.UserID][]sso.UserAttribute, err error) {
	defer func() { doing(&err, "list the attributes of users") }()
	return attributesAmong(ctx, db.sql, db.sql.Dialect, ent, users)
}

func attributesAmong(
	ctx context.Context, r engine.Reader, d engine.Dialect, ent sso.EnterpriseID, users []sso.UserID,
) (map[sso.UserID][]sso.UserAttribute, error) {
	all := map[sso.UserID][]sso.UserAttribute{}
	if len(users) == 0 {
		return all, nil
	}
	err := r.Query(ctx, func(r engine.Row) error {
		var user sso.UserID
		var a sso.UserAttribute
		err := r.Scan(append(userAttributeFields(&a), &user)...)
		all[user] = append(all[user], a)
		return err
	}, "select "+userAttributeColumns+", a.user_id from ("+d.Values("$2")+") l cross join"+fromUserAttributes+"where"+
		whereUserAttributes+"and a.user_id = l.value order by a.user_id, a.name",
		string(ent), engine.JSONList(textsOf(users)))
	return all, err
}

// principalAttributes is a column with the attributes of the user of a row of a table,
// which has enterprise_id and user_id.
func (db *DB) principalAttributes(alias string) string {
	return "(select " + db.sql.Dialect.Triples("a.name", "d.type", "a.value") + " from" + fromUserAttributes +
		"where a.enterprise_id = " + alias + ".enterprise_id and a.user_id = " + alias + ".user_id" +
		" and d.enterprise_id = a.enterprise_id and d.name = a.name)"
}

// attributeTexts scans principalAttributes.
func attributeTexts(into *sso.AttributeTexts) engine.ScanFunc {
	return func(src any) error {
		var rows [][3]string
		if err := triples(&rows)(src); err != nil {
			return err
		}
		all := make([]sso.AttributeValue, len(rows))
		for i, r := range rows {
			all[i] = sso.AttributeValue{
				Name:  r[0],
				Type:  sso.AttributeType(r[1]),
				Value: r[2],
			}
		}
		*into = sso.JoinAttributes(all)
		return nil
	}
}

// setAttribute queues the value of an attribute of a user, or that there is none. One
// that the enterprise does not have, or of another type, is left out.
func (t *tx) setAttribute(ent sso.EnterpriseID, user sso.UserID, a sso.UserAttribute) {
	if a.Value == "" {
		t.Queue(
			"delete from user_attributes where enterprise_id = $1 and user_id = $2 and name = $3",
			string(ent), string(user), a.Name,
		)
		return
	}
	t.Queue(
		`insert into user_attributes (enterprise_id, user_id, name, value, connection_id, pushed, changed_at)
		select d.enterprise_id, $2, d.name, $5, $6, cast($7 as boolean), cast($8 as bigint)
		from attributes d where d.enterprise_id = $1 and d.name = $3 and d.type = $4
		on conflict (enterprise_id, user_id, name) do update set value = excluded.value,
			connection_id = excluded.connection_id, pushed = excluded.pushed, changed_at = excluded.changed_at`,
		string(ent), string(user), a.Name, string(a.Type), a.Value, string(a.Connection), a.Pushed,
		engine.Micros(a.ChangedAt),
	)
}

// setAttributes queues changed attributes of a user, that nodes read them again, and
// returns their names.
func (t *tx) setAttributes(
	ent sso.EnterpriseID, user sso.UserID, c sso.ConnectionID, pushed bool, changed []sso.AttributeValue,
) string {
	names := make([]string, len(changed))
	for i, v := range changed {
		names[i] = v.Name
		t.setAttribute(ent, user, sso.UserAttribute{
			AttributeValue: v,
			Connection:     c,
			Pushed:         pushed,
			ChangedAt:      t.now,
		})
	}
	t.invalidate(user)
	return strings.Join(names, ", ")
}

// ClearAttribute removes the value of an attribute of a user. An attribute that the
// enterprise does not have is NotFound; without a value, nothing changes. A value that
// the identity provider pushes is Conflict "provisioned_by_scim": without it, a sign-in
// could set another.
func (db *DB) ClearAttribute(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, name string,
) (err error) {
	defer func() { doing(&err, "clear an attribute of a user") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if _, err := found(findUser(ctx, t, ent, user)); err != nil {
			return err
		}
		if _, err := found(engine.One(
			ctx, t, engine.ScanText, "select name from attributes where enterprise_id = $1 and name = $2", string(ent), name,
		)); err != nil {
			return err
		}
		all, err := userAttributes(ctx, t, ent, user)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Name == name && a.Pushed {
				return sso.ProvisionedBySCIM(name)
			}
		}
		n, err := t.Exec(
			ctx, "delete from user_attributes where enterprise_id = $1 and user_id = $2 and name = $3",
			string(ent), string(user), name,
		)
		if err != nil || n == 0 {
			return err
		}
		t.invalidate(user)
		return t.audit(ctx, by, "user.attributes_updated", string(user), "attributes", name, "cleared", "yes")
	})
}

// readAttributes queues the attributes of the user of a sign-in, if the enterprise has
// any. from and where find the user.
func (r *loginRecord) readAttributes(from, where string, args ...any) {
	if len(r.signIn.Attributes) == 0 {
		return
	}
	r.tx.QueueQuery(func(row engine.Row) error {
		a, err := scanUserAttribute(row)
		r.attributes = append(r.attributes, a)
		return err
	}, "select "+userAttributeColumns+" from "+from+fromUserAttributes+"where"+whereUserAttributes+"and "+where+
		" order by a.name", args...)
}

// changeAttributes queues the attributes that the sign-in changes.
func (r *loginRecord) changeAttributes(ctx context.Context) error {
	_, changed := sso.UpdateAttributes(r.attributes, r.signIn.Identity.Attributes)
	if len(changed) == 0 {
		return nil
	}
	connection := r.signIn.Session.Connection
	names := r.tx.setAttributes(r.ent, r.user.ID, connection, false, changed)
	return r.tx.audit(
		ctx, sso.Actor(connection), "user.attributes_updated", string(r.user.ID), "attributes", names,
		"attempt", string(r.signIn.Attempt.ID),
	)
}
