package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// SaveChallenge stores the challenge that a passkey has to sign.
func (db *DB) SaveChallenge(ctx context.Context, c sso.PasskeyChallenge) (err error) {
	defer func() { doing(&err, "save challenge") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue("insert into passkey_challenges (token, admin_id, session, expires_at) values ($1, $2, $3, $4)",
			c.Token.String(), string(c.Admin), string(c.Session), engine.Micros(c.ExpiresAt))
		return nil
	})
}

// UseChallenge returns a challenge and deletes it. One that is unknown, used or
// expired is NotFound "challenge_gone".
func (db *DB) UseChallenge(ctx context.Context, token sso.Hash) (c sso.PasskeyChallenge, err error) {
	defer func() { doing(&err, "use challenge") }()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		var ok bool
		c, ok, err = engine.One(ctx, t, func(r engine.Row) (c sso.PasskeyChallenge, err error) {
			var session string
			err = r.Scan(hexHash(&c.Token), &c.Admin, &session, engine.Time(&c.ExpiresAt))
			c.Session = []byte(session)
			return c, err
		},
			"delete from passkey_challenges where token = $1 returning token, admin_id, session, expires_at",
			token.String())
		if err == nil && (!ok || !t.now.Before(c.ExpiresAt)) {
			err = sso.ChallengeGone()
		}
		return err
	})
	if err != nil {
		return sso.PasskeyChallenge{}, err
	}
	return c, nil
}
