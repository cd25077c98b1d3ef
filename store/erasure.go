package store

import (
	"context"
	"encoding/hex"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const erasureColumns = "e.enterprise_id, e.user_id, e.made_by, e.made_at, e.accounts, e.lifted_by, e.lifted_at"

func scanErasure(r engine.Row) (e sso.Erasure, err error) {
	err = r.Scan(
		&e.Enterprise, &e.User, &e.By, engine.Time(&e.At), &e.Accounts, &e.LiftedBy, engine.Time(&e.LiftedAt),
	)
	return e, err
}

// Erasures lists the deleted users of an enterprise by their IDs, the newest user first.
func (db *DB) Erasures(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.Erasure, next string, err error) {
	defer func() { doing(&err, "list deleted users") }()
	w := &engine.Where{}
	w.And("e.enterprise_id = ", string(ent))
	query := "select " + erasureColumns + " from erasures e" + w.Page("e.user_id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanErasure, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(e sso.Erasure) string { return string(e.User) })
	return all, next, err
}

// LiftErasure allows that sign-ins and pushes make a deleted user again, as a new one.
func (db *DB) LiftErasure(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (e sso.Erasure, err error) {
	defer func() { doing(&err, "allow a deleted user again") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		e, err = found(engine.One(
			ctx, t, scanErasure,
			"select "+erasureColumns+" from erasures e where e.enterprise_id = $1 and e.user_id = $2",
			string(ent), string(user),
		))
		if err != nil || e.LiftedBy != "" {
			return err
		}
		e.LiftedBy, e.LiftedAt = by, t.now
		t.Queue(
			"update erasures set lifted_by = $3, lifted_at = $4 where enterprise_id = $1 and user_id = $2",
			string(ent), string(user), string(by), engine.Micros(t.now),
		)
		t.Queue("delete from erasure_keys where enterprise_id = $1 and user_id = $2", string(ent), string(user))
		return t.audit(ctx, by, "user.allowed_again", string(user))
	})
	return e, err
}

// erasureDigest returns the keyed digest of what led to a user: the subject at a
// connection, or the login, then without a connection. It tells nothing without the
// key of the database.
func (db *DB) erasureDigest(ent sso.EnterpriseID, conn sso.ConnectionID, value string) string {
	key := keyed(db.auditKey, "gatehouse erasures")
	return hex.EncodeToString(keyed(key, string(ent)+"|"+string(conn)+"|"+value))
}

// isErased reports whether a user with a subject at a connection, or with a login, was
// deleted and may not be made again.
func (db *DB) isErased(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, conn sso.ConnectionID, subject, login string,
) (bool, error) {
	erased, err := db.erasedDigests(ctx, r, ent, db.erasureDigests(ent, conn, subject, login))
	return len(erased) > 0, err
}

// erasureDigests returns the digests that a subject and a login have; empty values have
// none.
func (db *DB) erasureDigests(ent sso.EnterpriseID, conn sso.ConnectionID, subject, login string) []string {
	var digests []string
	if subject != "" {
		digests = append(digests, db.erasureDigest(ent, conn, subject))
	}
	if key := identity.LoginKey(login); key != "" {
		digests = append(digests, db.erasureDigest(ent, "", key))
	}
	return digests
}

// erasedDigests returns those of digests that are of deleted users.
func (db *DB) erasedDigests(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, digests []string,
) (map[string]bool, error) {
	erased := map[string]bool{}
	err := r.Query(ctx, func(row engine.Row) error {
		digest, err := engine.ScanText(row)
		erased[digest] = true
		return err
	}, "select k.digest from erasure_keys k where k.enterprise_id = $1 and k.digest"+
		db.sql.Dialect.Among(db.sql.Dialect.Values("$2")), string(ent), engine.JSONList(digests))
	return erased, err
}

// erases reports whether a pushed user would make a deleted one again. The first call
// that has to look reads that of all users.
func (r *factsReader) erases(
	ctx context.Context, all []pushedUser, u pushedUser, result identity.Provisioned,
) (bool, error) {
	fresh := result.Outcome == identity.New || result.Outcome == identity.Held && u.after.Account == ""
	if !fresh {
		return false, nil
	}
	digestsOf := func(u pushedUser) []string {
		return r.db.erasureDigests(r.push.Enterprise, r.push.Connection, u.after.ExternalID, u.after.UserName)
	}
	if r.erased == nil {
		var digests []string
		for _, one := range all {
			digests = append(digests, digestsOf(one)...)
		}
		erased, err := r.db.erasedDigests(ctx, r, r.push.Enterprise, digests)
		if err != nil {
			return false, err
		}
		r.erased = erased
	}
	return slices.ContainsFunc(digestsOf(u), func(digest string) bool { return r.erased[digest] }), nil
}
