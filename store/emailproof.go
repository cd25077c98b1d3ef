package store

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	proofSignIn = "email_proofs.sign_in"
	ofWaiting   = " where enterprise_id = $1 and id = $2 and used_at = 0 and expires_at > $3"
)

// SaveEmailProof stores a sign-in that waits for a code. It uses up the response
// and the pending login as RecordLogin does, with the same errors, and stores the
// attempt; it writes nothing about the user.
func (db *DB) SaveEmailProof(ctx context.Context, p sso.EmailProof) (err error) {
	defer func() { doing(&err, "save a sign-in that waits for a code") }()
	waiting, err := json.Marshal(p.SignIn)
	if err != nil {
		return fmt.Errorf("write the sign-in: %w", err)
	}
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		var fresh, unused int64
		t.mark(&fresh, p.Enterprise, p.SignIn.Replay)
		if p.SignIn.Pending != "" {
			t.usePending(&unused, p.Enterprise, p.Connection, p.SignIn.Pending)
		}
		state, ok, err := engine.One(
			ctx, t, engine.ScanText,
			"select state from connections where enterprise_id = $1 and id = $2",
			string(p.Enterprise), string(p.Connection),
		)
		switch {
		case err != nil:
			return err
		case !ok:
			return errMissing()
		case sso.ConnectionState(state) != sso.ConnectionEnabled:
			return sso.NotServing()
		case fresh == 0:
			return sso.Replayed()
		case p.SignIn.Pending != "" && unused == 0:
			return sso.LoginExpired()
		}
		t.Queue(
			`insert into email_proofs (enterprise_id, id, connection_id, browser, return_to, account, sign_in, code_hash, sent_at, code_until, tries, problem,
			proven_at, used_at, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, '', 0, 0, 0, '', 0, 0, $8, $9)`,
			string(p.Enterprise),
			string(p.ID),
			string(p.Connection),
			p.Browser.String(),
			p.ReturnTo,
			p.Account.String(),
			db.sealer.seal(place{proofSignIn, string(p.ID), p.Enterprise}, sso.Secret(waiting)),
			engine.Micros(p.CreatedAt),
			engine.Micros(p.ExpiresAt),
		)
		return t.insertAttempt(p.SignIn.Attempt)
	})
}

// EmailProof returns a sign-in that waits for a code; one that is unknown,
// expired or used is Invalid "code_expired". The ID comes from the browser and is
// not secret: the caller compares the browser.
func (db *DB) EmailProof(ctx context.Context, id sso.EmailProofID) (_ sso.EmailProof, err error) {
	defer func() { doing(&err, "find a sign-in that waits for a code") }()
	var waiting string
	var usedAt int64
	p, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (p sso.EmailProof, err error) {
		err = r.Scan(
			&p.Enterprise, &p.ID, &p.Connection, hexHash(&p.Browser), &p.ReturnTo,
			hexHash(&p.Account), &waiting,
			engine.Time(&p.SentAt), engine.Time(&p.CodeUntil),
			&p.Tries, &p.Problem,
			engine.Time(&p.ProvenAt), &usedAt, engine.Time(&p.CreatedAt),
			engine.Time(&p.ExpiresAt),
		)
		return p, err
	},
		`select enterprise_id, id, connection_id, browser, return_to, account, sign_in, sent_at, code_until, tries, problem, proven_at, used_at, created_at, expires_at
		from email_proofs where id = $1`, string(id))
	if err != nil {
		return sso.EmailProof{}, err
	}
	if !ok || usedAt != 0 || !db.now().Before(p.ExpiresAt) {
		return sso.EmailProof{}, sso.CodeExpired()
	}
	opened, err := db.sealer.open(place{proofSignIn, string(p.ID), p.Enterprise}, waiting)
	if err != nil {
		return sso.EmailProof{}, err
	}
	if err := json.Unmarshal([]byte(opened.Reveal()), &p.SignIn); err != nil {
		return sso.EmailProof{}, fmt.Errorf("read the sign-in: %w", err)
	}
	return p, nil
}

// SaveCode stores the outcome of sending a code: the code that is valid from now
// on instead of any earlier one, or why none was sent, which leaves the earlier
// one valid. Invalid "code_expired" if the sign-in no longer waits.
func (db *DB) SaveCode(
	ctx context.Context, ent sso.EnterpriseID, id sso.EmailProofID, code sso.Secret, problem string,
) (err error) {
	defer func() { doing(&err, "save a code") }()
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if code == "" {
			return t.ExecOne(
				ctx, sso.CodeExpired(), "update email_proofs set problem = $4"+ofWaiting,
				string(ent), string(id), engine.Micros(t.now), problem,
			)
		}
		return t.ExecOne(
			ctx, sso.CodeExpired(),
			"update email_proofs set code_hash = $4, sent_at = $3, code_until = $5, tries = 0, problem = '', proven_at = 0"+
				ofWaiting,
			string(ent), string(id), engine.Micros(t.now), codeHash(db.sealer.codes[0], id, code),
			engine.Micros(t.now.Add(sso.CodeLifetime)),
		)
	})
}

// codeHash is the stored hash of a code. It is keyed, because there are only a
// million codes, and includes the row, so that equal codes differ.
func codeHash(key []byte, id sso.EmailProofID, code sso.Secret) string {
	return hex.EncodeToString(keyed(key, string(id)+"|"+code.Reveal()))
}

func (s *sealer) isCode(kept string, id sso.EmailProofID, code sso.Secret) bool {
	found := false
	for _, key := range s.codes {
		found = found || hmac.Equal([]byte(kept), []byte(codeHash(key, id, code)))
	}
	return found
}

// TryCode compares a code with the one that was sent. Of any number of concurrent
// calls, at most sso.MaxCodeTries wrong codes are compared. Errors are Invalid:
// "code_wrong", "code_locked" from the last wrong one on, "code_expired".
func (db *DB) TryCode(ctx context.Context, ent sso.EnterpriseID, id sso.EmailProofID, code sso.Secret) (err error) {
	defer func() { doing(&err, "try a code") }()
	var verdict error
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		var counted, tries int64
		verdict = sso.CodeExpired()
		t.QueueCount(&counted, `update email_proofs set tries = tries + 1 where enterprise_id = $1 and id = $2
			and used_at = 0 and code_hash <> '' and code_until > $3 and expires_at > $3 and tries < $4`,
			string(ent), string(id), engine.Micros(t.now), sso.MaxCodeTries)
		kept, ok, err := engine.One(ctx, t, func(r engine.Row) (kept string, err error) {
			err = r.Scan(&kept, &tries)
			return kept, err
		},
			"select code_hash, tries from email_proofs where enterprise_id = $1 and id = $2 and used_at = 0 and code_until > $3 and expires_at > $3",
			string(ent), string(id), engine.Micros(t.now))
		switch {
		case err != nil || !ok:
			return err
		case counted == 0:
			if tries >= sso.MaxCodeTries {
				verdict = sso.CodeLocked()
			}
		case db.sealer.isCode(kept, id, code):
			verdict = nil
			t.Queue(
				"update email_proofs set proven_at = $3, tries = tries - 1 where enterprise_id = $1 and id = $2",
				string(ent), string(id), engine.Micros(t.now),
			)
		case tries >= sso.MaxCodeTries:
			verdict = sso.CodeLocked()
		default:
			verdict = sso.CodeWrong()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return verdict
}

// CountCode counts a code about to be sent, or returns TooMany "too_many_codes"
// with the time to wait. Limits apply to an account, to a mailbox, and to the
// codes of an enterprise or a client's network that are not entered. A code stays
// counted if sending fails.
func (db *DB) CountCode(ctx context.Context, c sso.CodeRequest) (err error) {
	defer func() { doing(&err, "count a code") }()
	return db.changeBeside(ctx, c.Enterprise, func(ctx context.Context, t *tx) error {
		t.lockCodes() // of two codes for one account, the second waits here
		for _, limit := range codeLimits(c, t.now) {
			n, first, err := t.codesSince(
				ctx, limit.where, append(limit.args, engine.Micros(t.now.Add(-limit.window)))...,
			)
			if err != nil {
				return err
			}
			if n >= int64(limit.most) {
				return &sso.Error{
					Kind:       sso.TooMany,
					Code:       "too_many_codes",
					RetryAfter: max(first.Add(limit.window).Sub(t.now), time.Second),
					Public:     "Too many codes were asked for. Wait before you ask for another one.",
				}
			}
		}
		t.Queue(
			"insert into email_codes (enterprise_id, id, account, recipient, remote, at) values ($1, $2, $3, $4, $5, $6)",
			string(c.Enterprise), string(sso.NewID[sso.EmailProofID](t.now)), c.Account.String(),
			c.Recipient.String(), engine.Clean(sso.NetworkOf(c.Remote), maxRemote),
			engine.Micros(t.now),
		)
		return nil
	})
}

// codeLimit is how many codes may be sent in a period. The last condition of
// where is the beginning of the period.
type codeLimit struct {
	where  string
	args   []any
	window time.Duration
	most   int
}

func codeLimits(c sso.CodeRequest, now time.Time) []codeLimit {
	const (
		account   = "enterprise_id = $1 and account = $2 and at > $3"
		company   = "enterprise_id = $1 and entered = 0 and at > $2"
		recipient = "recipient <> '' and recipient = $1 and at > $2" // in any enterprise, as the next
		remote    = "remote = $1 and entered = 0 and at <= $2 and at > $3"
	)
	ent, to := string(c.Enterprise), []any{c.Recipient.String()}
	limits := []codeLimit{
		{account, []any{ent, c.Account.String()}, sso.CodeSpell, sso.CodesPerSpell},
		{account, []any{ent, c.Account.String()}, 24 * time.Hour, sso.CodesPerDay},
		{recipient, to, 24 * time.Hour, sso.CodesPerRecipient},
		{company, []any{ent}, time.Hour, sso.CodesPerCompany},
	}
	if c.PerMinute > 0 {
		limits = append(limits, codeLimit{recipient, to, time.Minute, c.PerMinute})
	}
	if c.Remote != "" { // otherwise the network is unknown
		over := engine.Micros(now.Add(-sso.CodeLifetime)) // newer codes may still be entered
		limits = append(limits, codeLimit{
			remote,
			[]any{engine.Clean(sso.NetworkOf(c.Remote), maxRemote), over},
			time.Hour,
			sso.CodesPerAddress,
		})
	}
	return limits
}

// codesSince counts codes and returns when the first of them was sent.
func (t *tx) codesSince(ctx context.Context, where string, args ...any) (n int64, first time.Time, err error) {
	_, _, err = engine.One(ctx, t, func(r engine.Row) (struct{}, error) {
		return struct{}{}, r.Scan(&n, engine.Time(&first))
	},
		"select count(*), coalesce(min(at), 0) from email_codes where "+where, args...)
	return n, first, err
}

// useProof queues that a waiting sign-in is used, if its code was entered, and
// the removal of its stored data.
func (t *tx) useProof(affected *int64, ent sso.EnterpriseID, c sso.ConnectionID, id sso.EmailProofID) {
	t.QueueCount(affected, `update email_proofs set used_at = $4, code_hash = '', sign_in = ''
		where enterprise_id = $1 and connection_id = $2 and id = $3 and used_at = 0 and proven_at > 0 and expires_at > $4`,
		string(ent), string(c), string(id), engine.Micros(t.now))
	t.Queue(
		`update email_codes set entered = 1 where enterprise_id = $1 and account = (select account from email_proofs where enterprise_id = $1 and id = $2)`,
		string(ent), string(id),
	)
}
