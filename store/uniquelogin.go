package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const loginsKey = "logins_folded"

const selectHolder = "select " + userColumns +
	" from users u where u.enterprise_id = $1 and u.login_folded = $2 and u.status = 'active'"

// loginHolder returns the active user with a login.
func loginHolder(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, login string) (sso.User, bool, error) {
	return engine.One(ctx, r, scanUser, selectHolder, string(ent), identity.LoginKey(login))
}

// loginFree refuses a change that would give two active users one login.
func (t *tx) loginFree(ctx context.Context, old, u sso.User) error {
	if !identity.TakesLogin(old, u) {
		return nil
	}
	holder, ok, err := loginHolder(ctx, t, u.Enterprise, u.Login)
	if err != nil {
		return err
	}
	if ok && holder.ID != u.ID {
		return sso.LoginInUse("login", u.Login)
	}
	return nil
}

// LoginClaim returns what a sign-in of a user with an identity would find about its login.
// The zero user is a new one.
func (db *DB) LoginClaim(
	ctx context.Context, ent sso.EnterpriseID, u sso.User, id sso.Identity,
) (_ sso.LoginClaim, err error) {
	defer func() { doing(&err, "look for a login") }()
	return claimOf(ctx, db.sql, ent, u, id, nil)
}

func claimOf(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, old sso.User, id sso.Identity, defaults []sso.GroupID,
) (sso.LoginClaim, error) {
	login := identity.ClaimedLogin(old, id.Login)
	holder, _, err := loginHolder(ctx, r, ent, login)
	if err != nil {
		return sso.LoginClaim{}, err
	}
	claim := identity.Claim(old, holder, login)
	if !claim.Waits() || old.Status == sso.UserDeactivated || !identity.SameLogin(login, id.Login) {
		return claim, nil
	}
	claim.Same, err = isSamePerson(ctx, r, identity.Claimant(old, id), holder, id, defaults)
	return claim, err
}

// foldLogins migrates users of a version that allowed several active users with
// one login: the first stays active, and each of the others is pending, with an
// identity question and an audit event. It may run more than once, also
// concurrently.
func (db *DB) foldLogins(ctx context.Context) error {
	if made, err := db.Meta(ctx, loginsKey); err != nil || made == fold.Version {
		return err
	}
	enterprises, err := engine.List(
		ctx, db.sql, engine.ScanText, "select id from enterprises order by id",
	)
	if err != nil {
		return fmt.Errorf("fold logins: %w", err)
	}
	for _, ent := range enterprises {
		if err := db.foldLoginsOf(ctx, sso.EnterpriseID(ent)); err != nil {
			return fmt.Errorf("fold logins: %w", err)
		}
	}
	return db.SetMeta(ctx, loginsKey, fold.Version)
}

const loginsAtOnce = 200 // users in one transaction, so that sign-ins can run in between

func (db *DB) foldLoginsOf(ctx context.Context, ent sso.EnterpriseID) error {
	after := ""
	for more := true; more; {
		err := db.change(ctx, ent, func(ctx context.Context, t *tx) error {
			if after == "" { // keys of another version of the fold do not compare with these
				t.Queue("update users set login_folded = '' where enterprise_id = $1", string(ent))
			}
			// IDs begin with the time, so the oldest user comes first.
			some, err := engine.List(
				ctx, t, scanUser,
				"select "+userColumns+" from users u where u.enterprise_id = $1 and u.id > $2 order by u.id limit $3",
				string(ent), after, int64(loginsAtOnce),
			)
			if err != nil {
				return err
			}
			if more = len(some) == loginsAtOnce; more {
				after = string(some[len(some)-1].ID)
			}
			return t.foldSome(ctx, ent, some)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) foldSome(ctx context.Context, ent sso.EnterpriseID, some []sso.User) error {
	keys := make([]string, len(some))
	for i, u := range some {
		keys[i] = identity.LoginKey(u.Login)
	}
	holders := map[string]sso.User{}
	err := t.Query(ctx, func(r engine.Row) error {
		u, err := scanUser(r)
		holders[identity.LoginKey(u.Login)] = u
		return err
	},
		"select "+userColumns+" from ("+t.db.sql.Dialect.Values("$2")+
			") n cross join users u where u.enterprise_id = $1 and u.login_folded = n.value and u.status = 'active'",
		string(ent), engine.JSONList(keys))
	if err != nil {
		return err
	}
	for i, u := range some {
		holder, taken := holders[keys[i]]
		switch {
		case u.Status == sso.UserActive && taken && holder.ID != u.ID:
			if err := t.suspend(ctx, u, holder); err != nil {
				return err
			}
			continue
		case u.Status == sso.UserActive:
			holders[keys[i]] = u
		}
		t.Queue(
			"update users set login_folded = $3 where enterprise_id = $1 and id = $2",
			string(ent), string(u.ID), keys[i],
		)
	}
	return nil
}

// suspend makes one of two active users with one login pending.
func (t *tx) suspend(ctx context.Context, u, holder sso.User) error {
	waits := u
	waits.Status = sso.UserPending
	t.updateUser(waits)
	t.updateTerms(u, waits)
	connection, _, err := engine.One(
		ctx, t, engine.ScanText,
		"select connection_id from identities where enterprise_id = $1 and user_id = $2 order by last_seen_at desc limit 1",
		string(u.Enterprise), string(u.ID),
	)
	if err != nil {
		return err
	}
	if _, err := t.endUserSessions(ctx, u.Enterprise, u.ID); err != nil {
		return err
	}
	return t.raiseQuestion(ctx, sso.ActorSystem, sso.IdentityQuestion{
		Enterprise: u.Enterprise,
		User:       u.ID,
		Holder:     holder.ID,
		Connection: sso.ConnectionID(connection),
		Login:      u.Login,
	})
}
