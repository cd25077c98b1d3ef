package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// PreviewErasure returns what the deletion of a user would delete, and why it is not
// possible.
func (db *DB) PreviewErasure(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (_ sso.ErasurePreview, err error) {
	defer func() { doing(&err, "preview the deletion of a user") }()
	p, _, err := readErasure(ctx, db.sql, db.sql.Dialect, ent, user)
	return p, err
}

// readErasure also returns the accounts: the user, and those merged into them.
func readErasure(
	ctx context.Context, r engine.Reader, d engine.Dialect, ent sso.EnterpriseID, user sso.UserID,
) (p sso.ErasurePreview, accounts []sso.UserID, err error) {
	if p.User, err = found(findUser(ctx, r, ent, user)); err != nil {
		return p, nil, err
	}
	if accounts, err = mergedUsers(ctx, r, ent, user); err != nil {
		return p, nil, err
	}
	facts := identity.EraseFacts{User: p.User}
	users := " in (" + d.Values("$2") + ")"
	err = r.Query(ctx, func(row engine.Row) error {
		return row.Scan(
			&facts.Operator, &facts.Admin, &facts.Provisioned, &facts.Asked,
			&p.Identities, &p.Provisioned, &p.Attempts, &p.Syncs, &p.Tokens,
		)
	}, `select exists (select 1 from admins a where a.enterprise_id = $1 and a.user_id`+users+`),
		exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id`+users+`),
		exists (select 1 from provisioned_users p join connections c
			on c.enterprise_id = p.enterprise_id and c.id = p.connection_id
			where p.enterprise_id = $1 and p.account_id`+users+` and p.origin = 'pushed' and p.active
				and c.state = 'enabled' and c.live like '%"provisioning":"scim"%'),
		exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.holder_id`+users+`
			and q.state = 'waiting' and q.user_id not`+users+`),
		(select count(*) from identities i where i.enterprise_id = $1 and i.user_id`+users+`) +
			(select count(*) from linked_subjects l where l.enterprise_id = $1 and l.user_id`+users+`),
		(select count(*) from provisioned_users p where p.enterprise_id = $1 and p.account_id`+users+`),
		(select count(*) from attempts a where a.enterprise_id = $1 and a.user_id`+users+`),
		(select count(*) from sync_records s where s.enterprise_id = $1 and s.user_id`+users+`),
		(select count(*) from personal_tokens t where t.enterprise_id = $1 and t.user_id`+users+`)`,
		string(ent), engine.JSONList(textsOf(accounts)))
	p.Accounts = len(accounts)
	p.Forbidden = identity.Erasable(facts)
	return p, accounts, err
}

func textsOf[T ~string](ids []T) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return all
}

// EraseUser deletes a user, those merged into them, and everything that identifies them,
// in one transaction that runs alone in the enterprise: their access ends, records about
// them go, and personal values in the audit trail are replaced. What is left is the
// Erasure. [sso.ErasurePreview] says why a deletion is not possible; it is the error then.
func (db *DB) EraseUser(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (made sso.Erasure, err error) {
	defer func() { doing(&err, "delete a user") }()
	return tryErasure(ctx, func() (sso.Erasure, error) { return db.eraseUser(ctx, by, ent, user) })
}

// erasureTime is how long a deletion may take that was given no time.
const erasureTime = time.Minute

// eraseUser reads the trail beside other changes, and then deletes.
func (db *DB) eraseUser(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (made sso.Erasure, err error) {
	ctx, cancel := context.WithTimeout(ctx, erasureTime)
	defer cancel()
	accounts, err := erasedAccounts(ctx, db.sql, db, ent, user)
	if err != nil {
		return sso.Erasure{}, err
	}
	read := newTracing(db.sql, db, ent, accounts)
	if err := read.readAll(ctx, nil); err != nil {
		return sso.Erasure{}, err
	}
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		accounts, err := erasedAccounts(ctx, t, db, ent, user)
		if err != nil {
			return err
		}
		e := erasing{
			tx: t,
			Erasure: sso.Erasure{
				Enterprise: ent,
				User:       user,
				By:         by,
				At:         t.now,
				Accounts:   len(accounts),
			},
			tracing: newTracing(t, db, ent, accounts),
		}
		if err := e.run(ctx, read); err != nil {
			return err
		}
		made = e.Erasure
		return nil
	})
	if err != nil {
		return sso.Erasure{}, err
	}
	return made, nil
}

// erasedAccounts returns the accounts that a deletion takes, or why it is not possible.
func erasedAccounts(
	ctx context.Context, r engine.Reader, db *DB, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.UserID, error) {
	p, accounts, err := readErasure(ctx, r, db.sql.Dialect, ent, user)
	if err == nil && len(p.Forbidden) > 0 {
		return nil, p.Forbidden[0]
	}
	return accounts, err
}

// erasing carries out one deletion.
type erasing struct {
	*tx
	sso.Erasure
	*tracing
}

// erasedResource is a provisioned user of one who is deleted.
type erasedResource struct {
	connection sso.ConnectionID
	id         sso.ResourceID
	seq        int64
}

func (e *erasing) run(ctx context.Context, earlier *tracing) error {
	if err := e.readAll(ctx, earlier); err != nil {
		return err
	}
	if err := e.check(earlier); err != nil {
		return err
	}
	// Before the rows go, by which open sessions and tokens are found. There is no
	// receipt: no identity provider asked for the deletion.
	for _, id := range e.accounts {
		if _, err := e.endAccess(ctx, e.By, sso.User{ID: id, Enterprise: e.Enterprise}, ""); err != nil {
			return err
		}
	}
	if err := e.Flush(ctx); err != nil {
		return err
	}
	redacted := 0
	for _, trail := range e.trails() {
		all := slices.Concat(earlier.read[trail].found, e.read[trail].found)
		if err := e.redactTrail(ctx, trail, all); err != nil {
			return err
		}
		redacted += len(all)
	}
	if err := e.redactTests(ctx); err != nil {
		return err
	}
	e.dropResources()
	e.dropRows()
	e.save()
	return e.audit(
		ctx, e.By, "user.erased", string(e.User), "accounts", strconv.Itoa(e.Accounts),
		"events", strconv.Itoa(redacted),
	)
}

// save queues the stub, and the digests of what led to the user.
func (e *erasing) save() {
	e.Queue(
		`insert into erasures (enterprise_id, user_id, made_by, made_at, accounts, lifted_by, lifted_at)
		values ($1, $2, $3, $4, $5, '', 0)`,
		string(e.Enterprise), string(e.User), string(e.By), engine.Micros(e.At), int64(e.Accounts),
	)
	for _, digest := range e.digests {
		e.Queue(
			`insert into erasure_keys (enterprise_id, digest, user_id) values ($1, $2, $3)
			on conflict (enterprise_id, digest, user_id) do nothing`,
			string(e.Enterprise), digest, string(e.User),
		)
	}
}
