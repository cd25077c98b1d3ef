package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const (
	testResult = "test_runs.result"
	// maxTestResult is the size of a stored result; a longer one loses the response.
	maxTestResult = 512 << 10
)

const testRunColumns = "t.id, t.enterprise_id, t.connection_id, t.kind, t.state, t.started_by, t.token, t.revision, t.version, t.code, t.detail, t.warned, t.created_at, t.expires_at, t.ended_at"

// scanTestRun scans a test connection without its result. Expiry is computed when
// it is read, not stored.
func (db *DB) scanTestRun(r engine.Row) (t sso.TestRun, err error) {
	err = r.Scan(
		&t.ID, &t.Enterprise, &t.Connection, &t.Kind, &t.State, &t.By, hexHash(&t.Token),
		&t.Revision, &t.Version, &t.Code, &t.Detail, &t.Warned,
		engine.Time(&t.CreatedAt),
		engine.Time(&t.ExpiresAt), engine.Time(&t.EndedAt),
	)
	if t.State == sso.TestWaiting && !db.now().Before(t.ExpiresAt) {
		t.State = sso.TestExpired
	}
	return t, err
}

func (db *DB) scanWholeTestRun(r engine.Row) (sso.TestRun, error) {
	var sealed string
	t, err := db.scanTestRun(scanMore{r, []any{&sealed}})
	if err != nil || sealed == "" {
		return t, err
	}
	text, err := db.sealer.open(place{testResult, string(t.ID), t.Enterprise}, sealed)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal([]byte(text.Reveal()), &t.Result); err != nil {
		return t, fmt.Errorf("read the result of %s: %w", t.ID, err)
	}
	return t, nil
}

func (db *DB) sealResult(t sso.TestRun) (string, error) {
	text, err := json.Marshal(t.Result)
	for _, leaveOut := range []func(*sso.TestResult){withoutRaw, withoutMixed, withoutClaims} {
		if err != nil || len(text) <= maxTestResult {
			break
		}
		leaveOut(&t.Result)
		text, err = json.Marshal(t.Result)
	}
	if err != nil {
		return "", fmt.Errorf("write the result of %s: %w", t.ID, err)
	}
	return db.sealer.seal(place{testResult, string(t.ID), t.Enterprise}, sso.Secret(text)), nil
}

// Parts omitted from a result that is too large, in this order. Group names and
// planned changes are bounded elsewhere.

func withoutRaw(r *sso.TestResult) { r.Raw = "" }

func withoutMixed(r *sso.TestResult) {
	if r.Identity != nil {
		kept := *r.Identity
		kept.Mixed = nil
		r.Identity = &kept
	}
}

func withoutClaims(r *sso.TestResult) {
	if r.Identity != nil {
		kept := *r.Identity
		kept.Claims = nil
		r.Identity = &kept
	}
}

// CreateTestRun stores a test connection: one that waits, or one of a pasted
// response or an attempt, which is finished at once.
func (db *DB) CreateTestRun(ctx context.Context, r sso.TestRun) (err error) {
	defer func() { doing(&err, "create test run") }()
	return db.change(ctx, r.Enterprise, func(ctx context.Context, t *tx) error {
		if _, err := found(engine.One(
			ctx, t, engine.ScanText,
			"select name from connections where enterprise_id = $1 and id = $2",
			string(r.Enterprise), string(r.Connection),
		)); err != nil {
			return err
		}
		sealed, token := "", ""
		if r.State != sso.TestWaiting {
			if sealed, err = db.sealResult(r); err != nil {
				return err
			}
		}
		if r.Token != (sso.Hash{}) {
			token = r.Token.String()
		}
		t.Queue(
			`insert into test_runs (enterprise_id, id, connection_id, kind, state, started_by, token, revision, version, code, detail, warned, result, created_at, expires_at, ended_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
			string(r.Enterprise), string(r.ID), string(r.Connection), string(r.Kind),
			string(r.State), string(r.By), token, r.Revision, int64(r.Version),
			r.Code,
			engine.Clean(r.Detail, maxDetail), int64(r.Warned), sealed,
			engine.Micros(r.CreatedAt),
			engine.Micros(r.ExpiresAt), engine.Micros(r.EndedAt),
		)
		if err := t.audit(
			ctx, r.By, "test.started", string(r.ID), "connection", string(r.Connection), "kind",
			string(r.Kind),
		); err != nil {
			return err
		}
		if r.State == sso.TestWaiting {
			return nil
		}
		return t.testEnded(ctx, r)
	})
}

func (t *tx) testEnded(ctx context.Context, r sso.TestRun) error {
	return t.audit(
		ctx, r.By, "test."+string(r.State), string(r.ID), "connection", string(r.Connection),
		"code", r.Code,
	)
}

// FinishTestRun stores the result of a waiting test connection and uses up its
// pending login, if any. It reports whether it was the first: of two concurrent
// responses one counts. A test connection that is finished or expired stays as it
// is.
func (db *DB) FinishTestRun(ctx context.Context, r sso.TestRun, pendingID string) (first bool, err error) {
	defer func() { doing(&err, "finish test run") }()
	err = db.change(ctx, r.Enterprise, func(ctx context.Context, t *tx) error {
		sealed, err := db.sealResult(r)
		if err != nil {
			return err
		}
		if _, err := found(engine.One(
			ctx, t, db.scanTestRun,
			"select "+testRunColumns+" from test_runs t where t.enterprise_id = $1 and t.id = $2",
			string(r.Enterprise), string(r.ID),
		)); err != nil {
			return err
		}
		n, err := t.Exec(
			ctx,
			`update test_runs set state = $4, revision = $5, version = $6, code = $7, detail = $8, result = $9, ended_at = $10, warned = $11
			where enterprise_id = $1 and id = $2 and state = $3 and expires_at > $10`,
			string(r.Enterprise), string(r.ID), string(sso.TestWaiting), string(r.State),
			r.Revision, int64(r.Version), r.Code, engine.Clean(r.Detail, maxDetail), sealed,
			engine.Micros(t.now), int64(r.Warned),
		)
		if err != nil || n == 0 {
			return err
		}
		first = true
		if pendingID != "" {
			t.usePending(nil, r.Enterprise, r.Connection, pendingID)
		}
		return t.testEnded(ctx, r)
	})
	return first && err == nil, err
}

// TestRuns lists an enterprise's test connections without their results, newest
// first.
func (db *DB) TestRuns(
	ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, page sso.Page,
) (_ []sso.TestRun, next string, err error) {
	defer func() { doing(&err, "list test runs") }()
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.AndText("t.connection_id = ", string(f.Connection))
	state := f.State
	switch f.State {
	case sso.TestExpired:
		state = sso.TestWaiting
		w.And("t.expires_at <= ", engine.Micros(db.now()))
	case sso.TestWaiting:
		w.And("t.expires_at > ", engine.Micros(db.now()))
	}
	w.AndText("t.state = ", string(state))
	query := "select " + testRunColumns + " from test_runs t" +
		w.Page("t.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, db.scanTestRun, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(r sso.TestRun) string {
		return string(r.ID)
	})
	return all, next, err
}

// TestRun returns one test connection with its result.
func (db *DB) TestRun(ctx context.Context, ent sso.EnterpriseID, id sso.TestRunID) (_ sso.TestRun, err error) {
	defer func() { doing(&err, "find test run") }()
	return found(engine.One(
		ctx, db.sql, db.scanWholeTestRun,
		"select "+testRunColumns+", t.result from test_runs t where t.enterprise_id = $1 and t.id = $2",
		string(ent), string(id),
	))
}

// TestRunByToken returns the test connection that a link starts, by the hash of
// the link's token.
func (db *DB) TestRunByToken(ctx context.Context, token sso.Hash) (_ sso.TestRun, err error) {
	defer func() { doing(&err, "find test run") }()
	return found(engine.One(
		ctx, db.sql, db.scanTestRun,
		"select "+testRunColumns+" from test_runs t where t.token <> '' and t.token = $1",
		token.String(),
	))
}

// PendingTest returns the newest pending login of a browser for a test of a
// connection, used or not. It identifies the test of a response that does not
// name its request.
func (db *DB) PendingTest(
	ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, browser sso.Hash,
) (_ sso.PendingLogin, err error) {
	defer func() { doing(&err, "find pending test") }()
	id, err := found(engine.One(
		ctx, db.sql, engine.ScanText,
		`select id from pending_logins where enterprise_id = $1 and connection_id = $2 and browser = $3 and test_run <> ''
		and expires_at > $4 order by created_at desc limit 1`,
		string(ent), string(c),
		browser.String(), engine.Micros(db.now()),
	))
	if err != nil {
		return sso.PendingLogin{}, err
	}
	return db.PendingLogin(ctx, id)
}

// AnswerUsed reports whether a response was used before. It changes nothing.
func (db *DB) AnswerUsed(
	ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, responseID string,
) (used bool, err error) {
	defer func() { doing(&err, "look for an answer") }()
	_, used, err = engine.One(
		ctx, db.sql, engine.ScanText,
		"select response from replay_marks where enterprise_id = $1 and connection_id = $2 and response = $3",
		string(ent), string(c), sso.Secret(responseID).Hash().String(),
	)
	return used, err
}

// SignInFacts reads the facts that a sign-in of an identity would be decided
// from, finding the user in the same order. An unknown user is the zero user.
// Nothing is written.
func (db *DB) SignInFacts(ctx context.Context, ent sso.EnterpriseID, id sso.Identity, brake sso.Brake,
	defaults []sso.GroupID) (_ sso.SignInFacts, err error) {
	defer func() { doing(&err, "read the facts of a sign-in") }()
	var f sso.SignInFacts
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		r := &snapshotReader{
			tx:       t,
			ent:      ent,
			conn:     id.Connection,
			brake:    brake,
			defaults: defaults,
			names:    id.Groups.Names,
		}
		if _, err := found(db.findConnection(ctx, t, ent, id.Connection)); err != nil {
			return err
		}
		var err error
		if err = t.readUser(ctx, ent, id, defaults, &f); err != nil {
			return err
		}
		var proven int64
		r.tx.QueueQuery(func(row engine.Row) error { return row.Scan(&proven) },
			"select count(*) from domains where enterprise_id = $1 and name = $2 and verified_at > 0",
			string(ent), sso.EmailDomain(id.Email))
		r.readGroups()
		r.readMemberships("", ofUser, string(ent), string(f.User.ID))
		if err := r.complete(ctx, f.User.ID); err != nil {
			return err
		}
		if f.Attributes, err = userAttributes(ctx, t, ent, f.User.ID); err != nil {
			return err
		}
		if f.Sessions, err = sessionRules(ctx, t, ent); err != nil {
			return err
		}
		f.First = identity.First(f.User)
		f.DomainVerified = proven > 0
		f.Groups = r.snapshot
		return nil
	})
	return f, err
}

// readUser reads whose a sign-in would be, and what it would find about the login: by the
// rule of [sso.IdentityRules] it may be the holder's.
func (t *tx) readUser(
	ctx context.Context, ent sso.EnterpriseID, id sso.Identity, defaults []sso.GroupID, f *sso.SignInFacts,
) error {
	p, err := t.match(ctx, ent, id)
	if err != nil {
		return err
	}
	f.User, f.Provisioned = p.user, p.provisioned
	if f.Login, err = claimOf(ctx, t, ent, f.User, id, defaults); err != nil {
		return err
	}
	f.Login.Same = f.Login.Same && p.doubt.holder == ""
	if f.Login.Same {
		f.User, err = found(findUser(ctx, t, ent, f.Login.Holder))
	}
	return err
}

// match finds the user of an identity by the ladder of a sign-in, with whether the
// identity provider pushed them, and the doubt that an admin has to decide; the zero user
// is a new one.
func (t *tx) match(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (m person, err error) {
	var found doubt
	m.user, _, err = identity.Match(identity.SignInLadder(), func(key identity.Key) (sso.User, bool, error) {
		p, ok, err := t.findPerson(ctx, ent, id, key)
		if p.doubt.holder != "" {
			found = p.doubt
		}
		m.provisioned = p.provisioned
		return p.user, ok, err
	})
	m.doubt = found
	return m, err
}

// AssertedAttempt returns one attempt with its asserted identity, nil if it has
// none.
func (db *DB) AssertedAttempt(ctx context.Context, ent sso.EnterpriseID, id sso.AttemptID) (_ sso.Attempt, err error) {
	defer func() { doing(&err, "find attempt") }()
	return found(engine.One(ctx, db.sql, func(r engine.Row) (sso.Attempt, error) {
		var sealed string
		a, err := scanAttempt(scanMore{r, []any{&sealed}})
		if err != nil || sealed == "" {
			return a, err
		}
		a.Identity, err = db.openIdentity(a, sealed)
		return a, err
	}, "select "+attemptColumns+", identity from attempts where enterprise_id = $1 and id = $2",
		string(ent), string(id)))
}
