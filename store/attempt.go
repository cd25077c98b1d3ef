package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const attemptColumns = "id, enterprise_id, connection_id, user_id, login, outcome, code, detail, checks, asserted, remote, user_agent, at, email_action, email_reason, more"

func scanAttempt(r engine.Row) (a sso.Attempt, err error) {
	err = r.Scan(
		&a.ID, &a.Enterprise, &a.Connection, &a.User, &a.Login, &a.Outcome, &a.Code, &a.Detail,
		engine.JSON(&a.Checks), engine.JSON(&a.Groups),
		&a.Remote, &a.UserAgent, engine.Time(&a.At),
		&a.Email.Action, &a.Email.Reason, &a.More,
	)
	return a, err
}

func (t *tx) insertAttempt(a sso.Attempt) error {
	checks, err := engine.JSONText(a.Checks)
	if err != nil {
		return fmt.Errorf("write the checks of %s: %w", a.ID, err)
	}
	groups, err := engine.JSONText(a.Groups)
	if err != nil {
		return fmt.Errorf("write the groups of %s: %w", a.ID, err)
	}
	identity, err := t.sealIdentity(a)
	if err != nil {
		return err
	}
	// Only an attempt that waited for a code is written again.
	t.Queue(
		"insert into attempts ("+attemptColumns+
			`, identity) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		on conflict (enterprise_id, id) do update set user_id = excluded.user_id, outcome = excluded.outcome, code = excluded.code, detail = excluded.detail
		where attempts.outcome <> 'succeeded'`,
		string(a.ID), string(a.Enterprise), string(a.Connection), string(a.User),
		engine.Clean(a.Login, sso.MaxLoginLength), string(a.Outcome), a.Code,
		engine.Clean(a.Detail, maxDetail), checks, groups, engine.Clean(a.Remote, maxRemote),
		engine.Clean(a.UserAgent, maxUserAgent), engine.Micros(a.At),
		string(a.Email.Action),
		engine.Clean(a.Email.Reason, maxDetail), int64(a.More), identity,
	)
	return nil
}

// CountUnmatched adds n to the attempt that counts the responses of a connection
// that answer no sign-in. The first call of any node stores a as that attempt.
func (db *DB) CountUnmatched(ctx context.Context, a sso.Attempt, n int) (err error) {
	defer func() { doing(&err, "count responses that answer no sign-in") }()
	checks, err := engine.JSONText(a.Checks)
	if err != nil {
		return fmt.Errorf("write the checks of %s: %w", a.ID, err)
	}
	groups, err := engine.JSONText(a.Groups)
	if err != nil {
		return fmt.Errorf("write the groups of %s: %w", a.ID, err)
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			"insert into attempts ("+attemptColumns+
				`, identity) values ($1, $2, $3, '', '', $4, $5, $6, $7, $8, $9, $10, $11, '', '', $12, '')
			on conflict (enterprise_id, id) do update set more = attempts.more + excluded.more + 1 where attempts.outcome = excluded.outcome`,
			string(a.ID), string(a.Enterprise), string(a.Connection), string(sso.OutcomeUnmatched),
			a.Code, engine.Clean(a.Detail, maxDetail), checks, groups,
			engine.Clean(a.Remote, maxRemote), engine.Clean(a.UserAgent, maxUserAgent),
			engine.Micros(a.At), int64(n-1),
		)
		return nil
	})
}

// Attempts lists an enterprise's sign-in attempts, newest first.
func (db *DB) Attempts(
	ctx context.Context, ent sso.EnterpriseID, f sso.AttemptFilter, page sso.Page,
) (_ []sso.Attempt, next string, err error) {
	defer func() { doing(&err, "list attempts") }()
	w := &engine.Where{}
	w.And("enterprise_id = ", string(ent))
	if err := andUser(ctx, db.sql, w, ent, f.User); err != nil {
		return nil, "", err
	}
	w.AndText("login = ", f.Login)
	w.AndText("outcome = ", string(f.Outcome))
	w.AndText("code = ", f.Code)
	if f.Outcome != "" && f.Outcome != sso.OutcomeSucceeded {
		w.Add(" and outcome <> 'succeeded'") // there is an index of these
	}
	if f.Code != "" {
		w.Add(" and code <> ''") // likewise
	}
	w.AndTime("at >= ", f.Since)
	query := "select " + attemptColumns + " from attempts" +
		w.Page("id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanAttempt, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(a sso.Attempt) string {
		return string(a.ID)
	})
	return all, next, err
}

// Attempt returns one attempt by its ID, which is the reference on a failure
// page.
func (db *DB) Attempt(ctx context.Context, ent sso.EnterpriseID, id sso.AttemptID) (_ sso.Attempt, err error) {
	defer func() { doing(&err, "find attempt") }()
	return found(engine.One(
		ctx, db.sql, scanAttempt,
		"select "+attemptColumns+" from attempts where enterprise_id = $1 and id = $2",
		string(ent), string(id),
	))
}
