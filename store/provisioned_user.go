package store

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

const provisionedUserColumns = "u.id, u.enterprise_id, u.connection_id, u.origin, u.user_name, u.external_id, " +
	"u.active, u.name, u.emails, u.document, u.account_id, u.adopted, u.version, u.created_at, u.modified_at, u.seq, " +
	accountOff

// accountOff is whether the account that follows a provisioned user u of the enterprise $1
// is deactivated.
const accountOff = `coalesce((select 1 from users account where account.enterprise_id = $1
	and account.id = u.account_id and account.status = 'deactivated' and u.adopted), 0)`

// userRow is a provisioned user with its position in lists.
type userRow struct {
	sso.ProvisionedUser
	seq int64
}

func scanProvisionedUser(r engine.Row) (u userRow, err error) {
	var document string
	var off int64
	err = r.Scan(
		&u.ID, &u.Enterprise, &u.Connection, &u.Origin, &u.UserName, &u.ExternalID, &u.Active,
		&u.Name, engine.JSON(&u.Emails), &document, &u.Account, &u.Adopted, &u.Version,
		engine.Time(&u.CreatedAt), engine.Time(&u.ModifiedAt), &u.seq, &off,
	)
	u.AccountOff = off == 1
	u.Document = json.RawMessage(document)
	return u, err
}

const selectProvisionedUser = "select " + provisionedUserColumns + " from provisioned_users u " +
	"where u.enterprise_id = $1 and u.connection_id = $2 and u.id = $3"

// ProvisionedUser returns a user that an identity provider provisions. The error
// is a [sso.ResourceGoneError] if it was deleted lately.
func (db *DB) ProvisionedUser(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ResourceID,
) (_ sso.ProvisionedUser, err error) {
	defer func() { doing(&err, "find provisioned user") }()
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	read := func() (userRow, bool, error) {
		return engine.One(
			ctx, db.sql, scanProvisionedUser, selectProvisionedUser, string(ent), string(conn), string(id),
		)
	}
	u, ok, err := read()
	if err == nil && (!ok || u.Origin == sso.OriginFound) {
		wrote, findErr := db.findUsers(ctx, p, accountLookup{ids: []string{string(id)}})
		if err = findErr; wrote && err == nil {
			u, ok, err = read()
		}
	}
	u, err = foundResource(ctx, db.sql, p, id, u, ok, err)
	return u.ProvisionedUser, err
}

// CreateProvisionedUser stores a user that an identity provider sent, and applies
// what follows. ID, Origin, Version and the times are filled in. A userName that
// another user of the connection has is a [sso.ResourceExistsError].
func (db *DB) CreateProvisionedUser(
	ctx context.Context, p sso.Push, u sso.ProvisionedUser,
) (_ sso.ProvisionedUser, err error) {
	defer func() { doing(&err, "create provisioned user") }()
	given := u
	if err := checkUser(u); err != nil {
		return u, err
	}
	if _, err := db.findUsers(ctx, p, usersNamed(u.UserName)); err != nil {
		return u, err
	}
	db.grown.users.add(1)
	create := func() error {
		err := db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
			u = t.newUser(p, given)
			return t.createProvisionedUser(ctx, p, &u)
		})
		return db.ifExists(err, func() (error, error) { return userNameTaken(ctx, db.sql, p, given) })
	}
	err = db.questionHeld(ctx, p, given, create(), create)
	return u, err
}

// newUser returns a pushed user with what the store fills in.
func (t *tx) newUser(p sso.Push, u sso.ProvisionedUser) sso.ProvisionedUser {
	u.ID = sso.ResourceID(sso.NewID[sso.UserID](t.now))
	u.Enterprise = p.Enterprise
	u.Connection = p.Connection
	u.Origin = sso.OriginPushed
	u.Account = ""
	u.Adopted = false
	u.Version = 1
	u.CreatedAt = t.now
	u.ModifiedAt = t.now
	return u
}

func (t *tx) createProvisionedUser(ctx context.Context, p sso.Push, u *sso.ProvisionedUser) error {
	t.lockPushed(p.Connection, *u)
	t.lockAwaiting(p, u.ExternalID)
	seq, err := t.takePosition(ctx, p, userResources)
	if err != nil {
		return err
	}
	taken, err := userNameTaken(ctx, t, p, *u)
	if err != nil || taken != nil {
		return firstOf(taken, err)
	}
	if err := t.insertProvisionedUser(*u, seq); err != nil {
		return err
	}
	if err := t.Flush(ctx); err != nil {
		return err
	}
	if err := t.applyUser(ctx, p, nil, u); err != nil {
		return err
	}
	t.saveAccount(*u, sso.ProvisionedUser{})
	return t.admitWaiting(ctx, p, *u)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// userNameTaken returns the error that names the other user with a userName, nil
// if there is none.
func userNameTaken(
	ctx context.Context, r engine.Reader, p sso.Push, u sso.ProvisionedUser,
) (taken, err error) {
	other, ok, err := engine.One(
		ctx, r, scanProvisionedUser,
		"select "+provisionedUserColumns+` from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.user_name_folded = $3 and u.id <> $4`,
		string(p.Enterprise), string(p.Connection), filter.Fold(u.UserName), string(u.ID),
	)
	if err != nil || !ok {
		return nil, err
	}
	return &sso.ResourceExistsError{
		ID:     other.ID,
		Origin: other.Origin,
		Field:  "userName",
		Name:   other.UserName,
	}, nil
}

// userValues returns the columns of a user that change, in the order in which the
// statements below have them.
func userValues(u sso.ProvisionedUser) ([]any, error) {
	if err := checkUser(u); err != nil {
		return nil, err
	}
	emails, err := engine.JSONText(u.Emails)
	if err != nil {
		return nil, err
	}
	search, err := searchOf(userSchema(), u.Document)
	if err != nil {
		return nil, err
	}
	return []any{
		string(u.Enterprise), string(u.Connection), string(u.ID), string(u.Origin), u.UserName,
		filter.Fold(u.UserName), u.ExternalID, u.Active, u.Name, emails, string(u.Document),
		search, string(u.Account), u.Version, engine.Micros(u.ModifiedAt),
	}, nil
}

func checkUser(u sso.ProvisionedUser) error {
	err := firstOf(
		checkValue("userName", u.UserName),
		checkValue("externalId", u.ExternalID),
		checkValue("displayName", u.Name),
	)
	if len(u.Emails) > mostEmails {
		err = firstOf(err, sso.InvalidField("resource_invalid", "emails", "emails has more than 200 addresses."))
	}
	for _, e := range u.Emails {
		err = firstOf(err, checkValue("emails", e.Value))
	}
	return err
}

func (t *tx) insertProvisionedUser(u sso.ProvisionedUser, seq int64) error {
	values, err := userValues(u)
	if err != nil {
		return err
	}
	t.Queue(
		`insert into provisioned_users (enterprise_id, connection_id, id, origin, user_name, user_name_folded,
			external_id, active, name, emails, document, search, account_id, version, modified_at, created_at, seq)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		append(values, engine.Micros(u.CreatedAt), seq)...,
	)
	t.insertEmails(u)
	return nil
}

func (t *tx) updateProvisionedUser(before, u sso.ProvisionedUser) error {
	values, err := userValues(u)
	if err != nil {
		return err
	}
	t.Queue(
		`update provisioned_users set origin = $4, user_name = $5, user_name_folded = $6, external_id = $7,
			active = $8, name = $9, emails = $10, document = $11, search = $12, account_id = $13, version = $14,
			modified_at = $15
		where enterprise_id = $1 and connection_id = $2 and id = $3`,
		values...,
	)
	if !slices.Equal(before.Emails, u.Emails) {
		t.Queue(
			"delete from provisioned_emails where enterprise_id = $1 and connection_id = $2 and user_id = $3",
			string(u.Enterprise), string(u.Connection), string(u.ID),
		)
		t.insertEmails(u)
	}
	return nil
}

// insertEmails queues the addresses by which a user is found.
func (t *tx) insertEmails(u sso.ProvisionedUser) {
	for _, e := range u.Emails {
		t.Queue(
			`insert into provisioned_emails (enterprise_id, connection_id, user_id, value_folded)
			values ($1, $2, $3, $4)
			on conflict (enterprise_id, connection_id, user_id, value_folded) do nothing`,
			string(u.Enterprise), string(u.Connection), string(u.ID), filter.Fold(e.Value),
		)
	}
}

// saveAccount queues the account that the effects gave a user.
func (t *tx) saveAccount(u, before sso.ProvisionedUser) {
	if u.Account != before.Account || u.Adopted != before.Adopted {
		t.Queue(
			`update provisioned_users set account_id = $4, adopted = $5
			where enterprise_id = $1 and connection_id = $2 and id = $3`,
			string(u.Enterprise), string(u.Connection), string(u.ID), string(u.Account), u.Adopted,
		)
	}
}

// ChangeProvisionedUser changes a user; fn runs inside the transaction, where it
// can compare the version. It changes what the identity provider said; the store
// keeps the rest. Nothing is written, and the version stays, if fn changes
// nothing. The first call makes a found user a pushed one. A userName that another
// user has is a [sso.ResourceExistsError].
func (db *DB) ChangeProvisionedUser(
	ctx context.Context, p sso.Push, id sso.ResourceID,
	fn func(sso.ProvisionedUser) (sso.ProvisionedUser, error),
) (before, after sso.ProvisionedUser, err error) {
	defer func() { doing(&err, "change provisioned user") }()
	change := func() error {
		err := db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
			row, err := t.lockProvisionedUser(ctx, p, id, t.db.sql.Dialect.ForNoKeyUpdate)
			if err != nil {
				return err
			}
			if before, err = t.current(ctx, p, row.ProvisionedUser); err != nil {
				return err
			}
			given := before
			given.Emails = slices.Clone(before.Emails)
			if after, err = fn(given); err != nil {
				return err
			}
			after = t.changedUser(before, after)
			return t.changeProvisionedUser(ctx, p, before, &after)
		})
		return db.ifExists(err, func() (error, error) { return userNameTaken(ctx, db.sql, p, after) })
	}
	err = change()
	err = db.questionHeld(ctx, p, after, err, change)
	return before, after, err
}

func (t *tx) lockProvisionedUser(
	ctx context.Context, p sso.Push, id sso.ResourceID, lock string,
) (userRow, error) {
	u, ok, err := engine.One(
		ctx, t, scanProvisionedUser, selectProvisionedUser+lock,
		string(p.Enterprise), string(p.Connection), string(id),
	)
	return foundResource(ctx, t, p, id, u, ok, err)
}

// changedUser returns a changed user with what the store keeps.
func (t *tx) changedUser(before, after sso.ProvisionedUser) sso.ProvisionedUser {
	after.ID = before.ID
	after.Enterprise = before.Enterprise
	after.Connection = before.Connection
	after.Origin = sso.OriginPushed
	after.Account = before.Account
	after.Adopted = before.Adopted
	after.CreatedAt = before.CreatedAt
	after.Version = before.Version
	after.ModifiedAt = before.ModifiedAt
	if !sameUser(before, after) {
		after.Version++
		after.ModifiedAt = t.now
	}
	return after
}

// sameUser reports whether two users say the same.
func sameUser(a, b sso.ProvisionedUser) bool {
	return a.UserName == b.UserName &&
		a.ExternalID == b.ExternalID &&
		a.Active == b.Active &&
		a.Name == b.Name &&
		slices.Equal(a.Emails, b.Emails) &&
		bytes.Equal(a.Document, b.Document)
}

func (t *tx) changeProvisionedUser(
	ctx context.Context, p sso.Push, before sso.ProvisionedUser, after *sso.ProvisionedUser,
) error {
	if after.Version == before.Version && after.Origin == before.Origin {
		return nil
	}
	if filter.Fold(before.UserName) != filter.Fold(after.UserName) {
		taken, err := userNameTaken(ctx, t, p, *after)
		if err != nil || taken != nil {
			return firstOf(taken, err)
		}
	}
	if err := t.updateProvisionedUser(before, *after); err != nil {
		return err
	}
	if err := t.Flush(ctx); err != nil {
		return err
	}
	if err := t.applyUser(ctx, p, &before, after); err != nil {
		return err
	}
	t.saveAccount(*after, before)
	if after.ExternalID == before.ExternalID {
		return nil
	}
	return t.admitWaiting(ctx, p, *after)
}

// DeleteProvisionedUser deletes a user with its memberships, and applies what
// follows. conditions are checked in the transaction; an error of one aborts it.
func (db *DB) DeleteProvisionedUser(
	ctx context.Context, p sso.Push, id sso.ResourceID, conditions ...func(sso.ProvisionedUser) error,
) (err error) {
	defer func() { doing(&err, "delete provisioned user") }()
	return db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
		u, err := t.lockProvisionedUser(ctx, p, id, t.db.sql.Dialect.ForUpdate)
		if err != nil {
			return err
		}
		t.lockPushed(p.Connection, u.ProvisionedUser)
		t.lockGroupsOf(p, id)
		t.lockResources(p)
		for _, check := range conditions {
			if err := check(u.ProvisionedUser); err != nil {
				return err
			}
		}
		if err := t.claimDeparting(ctx, p, &u.ProvisionedUser); err != nil {
			return err
		}
		t.leaveGroups(p, id)
		t.Queue(
			"delete from provisioned_users where enterprise_id = $1 and connection_id = $2 and id = $3",
			string(p.Enterprise), string(p.Connection), string(id),
		)
		t.bury(p, userResources, id, u.UserName, u.seq)
		t.forgetAccount(p, u.Account)
		if err := t.Flush(ctx); err != nil {
			return err
		}
		return t.applyUser(ctx, p, &u.ProvisionedUser, nil)
	})
}

// forgetAccount queues that the account of a deleted user is not found again.
func (t *tx) forgetAccount(p sso.Push, account sso.UserID) {
	if account == "" {
		return
	}
	t.Queue(
		`insert into provisioned_former (enterprise_id, connection_id, account_id) values ($1, $2, $3)
		on conflict (enterprise_id, connection_id, account_id) do nothing`,
		string(p.Enterprise), string(p.Connection), string(account),
	)
}
