package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const formerColumns = "f.user_id, f.connection_id, f.connection_name, f.subject, f.external_id, f.login, f.why, " +
	"f.ended_by, f.ended_at"

func formerFields(f *sso.FormerIdentity) []any {
	return []any{
		&f.User, &f.Connection, &f.ConnectionName, &f.Subject, &f.ExternalID, &f.Login, &f.Why, &f.By,
		engine.Time(&f.At),
	}
}

func scanFormer(r engine.Row) (f sso.FormerIdentity, err error) {
	err = r.Scan(formerFields(&f)...)
	return f, err
}

// FormerIdentities lists the identities of a user that ended, the last first.
func (db *DB) FormerIdentities(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (_ []sso.FormerIdentity, err error) {
	defer func() { doing(&err, "list former identities") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, err
	}
	return formerIdentities(ctx, db.sql, ent, user)
}

func formerIdentities(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.FormerIdentity, error) {
	return engine.List(
		ctx, r, scanFormer,
		"select "+formerColumns+` from former_identities f where f.enterprise_id = $1 and f.user_id = $2
		order by f.ended_at desc, f.connection_id, f.subject, f.login`, string(ent), string(user),
	)
}

// keepFormer queues that an identity ended.
func (t *tx) keepFormer(ent sso.EnterpriseID, f sso.FormerIdentity) {
	t.Queue(
		`insert into former_identities (enterprise_id, user_id, connection_id, connection_name, subject, external_id,
			login, why, ended_by, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (enterprise_id, user_id, connection_id, subject, login) do update set
			connection_name = excluded.connection_name, external_id = excluded.external_id, why = excluded.why,
			ended_by = excluded.ended_by, ended_at = excluded.ended_at`,
		string(ent), string(f.User), string(f.Connection), f.ConnectionName, f.Subject, f.ExternalID, f.Login,
		string(f.Why), string(f.By), engine.Micros(f.At),
	)
}

// formerOfConnection are the identities of the connection $2, from a table x with
// identities. externalId is what the connection pushed of the user, or of a deleted
// resource whose subject is of no other user since.
func formerOfConnection(table, externalID string) string {
	return `insert into former_identities (enterprise_id, user_id, connection_id, connection_name, subject, external_id,
			login, why, ended_by, ended_at)
		select x.enterprise_id, x.user_id, x.connection_id, $3, coalesce(x.subject, ''), ` + externalID + `, x.login,
			'connection_deleted', $4, cast($5 as bigint)
		from ` + table + ` x where x.enterprise_id = $1 and x.connection_id = $2
		on conflict (enterprise_id, user_id, connection_id, subject, login) do update set
			connection_name = excluded.connection_name, external_id = excluded.external_id, why = excluded.why,
			ended_by = excluded.ended_by, ended_at = excluded.ended_at`
}

const externalIDOfUser = `coalesce((select p.external_id from provisioned_users p where p.enterprise_id = $1
	and p.connection_id = $2 and p.account_id = x.user_id and p.origin = 'pushed' limit 1),
	(select s.external_id from provisioned_tombstones s where s.enterprise_id = $1
	and s.connection_id = $2 and s.account_id = x.user_id and not s.released limit 1), '')`

// keepFormerOf queues that the identities of a connection end with it, and that those
// which were untied before count at other connections from now on.
func (t *tx) keepFormerOf(by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, name string) {
	args := []any{string(ent), string(id), name, string(by), engine.Micros(t.now)}
	t.Queue(formerOfConnection("identities", externalIDOfUser), args...)
	t.Queue(formerOfConnection("linked_subjects", "''"), args...)
}

// endedElsewhere reports whether an identity of another user ended that had a pushed
// externalId, as its subject or externalId, at any connection.
func (t *tx) endedElsewhere(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID, externalID string,
) (is bool, err error) {
	err = t.Query(
		ctx, func(row engine.Row) error { return row.Scan(&is) },
		`select exists (select 1 from former_identities f where f.enterprise_id = $1
				and f.subject = $3 and f.subject <> '' and f.user_id <> $2)
			or exists (select 1 from former_identities f where f.enterprise_id = $1
				and f.external_id = $3 and f.external_id <> '' and f.user_id <> $2)`,
		string(ent), string(user), externalID,
	)
	return is, err
}

// forgetFormer queues the end of what is kept of a subject of a connection, or of a
// login of the user without one: it leads to a user again.
func (t *tx) forgetFormer(l sso.IdentityLink) {
	t.Queue(
		`delete from former_identities where enterprise_id = $1 and connection_id = $2
			and (subject = $3 and subject <> '' or subject = '' and login = $4 and user_id = $5)`,
		string(l.Enterprise), string(l.Connection), l.Subject, l.Login, string(l.User),
	)
}

// selectFormer selects former identities whose values a sign-in at the connection $2 has:
// the subject $3 or the login $4. What an admin untied counts at its connection only.
const selectFormer = "select " + formerColumns + `, f.subject = $3 or f.external_id = $3,
		` + userColumns + `
	from former_identities f
	join users u on u.enterprise_id = f.enterprise_id and u.id = f.user_id
	where f.enterprise_id = $1 and (f.connection_id = $2 or f.why = 'connection_deleted')`

// formerOfSignIn finds former identities by each value on its own, the last first.
const formerOfSignIn = selectFormer + " and f.subject = $3 and f.subject <> '' union " +
	selectFormer + " and f.external_id = $3 and f.external_id <> '' union " +
	selectFormer + " and f.login = $4 and f.login <> '' order by 9 desc, 1"

// findFormer finds the user whose former identity a sign-in has, who is deactivated. Of
// one who is not, the person it returns has the doubt.
func (t *tx) findFormer(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (p person, ok bool, err error) {
	all, err := engine.List(
		ctx, t, func(r engine.Row) (f identity.FormerFacts, err error) {
			err = r.Scan(append(append(formerFields(&f.Former), &f.Subject), userFields(&f.User)...)...)
			return f, err
		},
		formerOfSignIn, string(ent), string(id.Connection), id.Subject, id.Login,
	)
	if err != nil || len(all) == 0 {
		return p, false, err
	}
	for i := range all { // the user may have been merged since
		for all[i].User.MergedInto != "" {
			if all[i].User, err = found(findUser(ctx, t, ent, all[i].User.MergedInto)); err != nil {
				return p, false, err
			}
		}
	}
	refused, holder := identity.FindFormer(all)
	if refused == "" {
		if holder != "" {
			p.doubt = doubt{
				kind:   sso.QuestionFormer,
				holder: holder,
			}
		}
		return p, false, nil
	}
	return engine.One(
		ctx, t, scanPerson, "select "+personColumns+" from users u where u.enterprise_id = $1 and u.id = $3",
		string(ent), string(id.Connection), string(refused),
	)
}
