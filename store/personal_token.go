package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// maxPersonalTokens is how many tokens of a user may be good at the same time.
const maxPersonalTokens = 50

const personalTokenColumns = "t.id, t.enterprise_id, t.user_id, t.hash, t.name, t.applications, t.created_by, " +
	"t.created_at, t.expires_at, t.revoked_at, t.last_used_at, t.last_client"

func personalTokenFields(k *sso.PersonalToken) []any {
	return []any{
		&k.ID, &k.Enterprise, &k.User, hexHash(&k.Hash), &k.Name, applicationIDs(&k.Applications), &k.CreatedBy,
		engine.Time(&k.CreatedAt), engine.Time(&k.ExpiresAt), engine.Time(&k.RevokedAt),
		engine.Time(&k.LastUsedAt), &k.LastClient,
	}
}

func scanPersonalToken(r engine.Row) (k sso.PersonalToken, err error) {
	err = r.Scan(personalTokenFields(&k)...)
	return k, err
}

// applicationIDs scans what joinApplications returned.
func applicationIDs(into *[]sso.ApplicationID) engine.ScanFunc {
	return func(src any) error {
		text, err := engine.Text(src)
		if err != nil {
			return err
		}
		*into = nil
		for _, id := range strings.Fields(text) {
			*into = append(*into, sso.ApplicationID(id))
		}
		return nil
	}
}

func joinApplications(all []sso.ApplicationID) string {
	texts := make([]string, len(all))
	for i, id := range all {
		texts[i] = string(id)
	}
	return strings.Join(texts, " ")
}

// CreatePersonalToken creates a token of a user; ID, CreatedBy and CreatedAt are filled
// in. A user who is not active is Conflict "user_inactive", more than 50 tokens are
// Conflict "too_many_tokens", and an enterprise that allows none is Forbidden
// "personal_tokens_forbidden".
func (db *DB) CreatePersonalToken(
	ctx context.Context, by sso.Actor, k sso.PersonalToken,
) (_ sso.PersonalToken, err error) {
	defer func() { doing(&err, "create personal token") }()
	err = db.change(ctx, k.Enterprise, func(ctx context.Context, t *tx) error {
		if err := t.mayHaveToken(ctx, k); err != nil {
			return err
		}
		k.ID = sso.NewID[sso.PersonalTokenID](t.now)
		k.CreatedBy = by
		k.CreatedAt = t.now
		k.RevokedAt, k.LastUsedAt, k.LastClient = time.Time{}, time.Time{}, ""
		t.Queue(
			`insert into personal_tokens (enterprise_id, user_id, id, hash, name, applications, created_by, created_at,
				expires_at, revoked_at, last_used_at, last_client)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '')`,
			string(k.Enterprise), string(k.User), string(k.ID), k.Hash.String(), k.Name,
			joinApplications(k.Applications), string(by), engine.Micros(k.CreatedAt), engine.Micros(k.ExpiresAt),
		)
		return t.audit(
			ctx, by, "personal_token.created", string(k.ID), "name", k.Name, "user", string(k.User),
			"applications", joinApplications(k.Applications), "expires_at", expiryText(k.ExpiresAt),
		)
	})
	if err != nil {
		return sso.PersonalToken{}, err
	}
	return k, nil
}

// mayHaveToken returns an error unless the user may have another token.
func (t *tx) mayHaveToken(ctx context.Context, k sso.PersonalToken) error {
	u, err := found(findUser(ctx, t, k.Enterprise, k.User))
	if err != nil {
		return err
	}
	if u.Status != sso.UserActive {
		return &sso.Error{
			Kind:   sso.Conflict,
			Code:   "user_inactive",
			Public: "This user is not active.",
		}
	}
	rules, err := tokenRules(ctx, t, k.Enterprise)
	if err != nil {
		return err
	}
	if !rules.Personal {
		return sso.PersonalTokensForbidden()
	}
	n, _, err := engine.One(
		ctx, t, engine.ScanNumber,
		`select count(*) from personal_tokens
		where enterprise_id = $1 and user_id = $2 and revoked_at = 0 and expires_at > $3`,
		string(k.Enterprise), string(k.User), engine.Micros(t.now),
	)
	if err == nil && n >= maxPersonalTokens {
		err = &sso.Error{
			Kind:   sso.Conflict,
			Code:   "too_many_tokens",
			Public: "There are 50 tokens already. Revoke one first.",
		}
	}
	return err
}

// PersonalTokens lists the tokens of a user, newest first, with those that ended in
// the last 90 days.
func (db *DB) PersonalTokens(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID, page sso.Page,
) (_ []sso.PersonalToken, next string, err error) {
	defer func() { doing(&err, "list personal tokens") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.And("t.user_id = ", string(user))
	query := "select " + personalTokenColumns + " from personal_tokens t" +
		w.Page("t.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanPersonalToken, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(k sso.PersonalToken) string { return string(k.ID) })
	return all, next, err
}

// RevokePersonalToken ends a token of a user for good. Revoking it again changes
// nothing.
func (db *DB) RevokePersonalToken(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, id sso.PersonalTokenID,
) (err error) {
	defer func() { doing(&err, "revoke personal token") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		k, err := found(engine.One(
			ctx, t, scanPersonalToken, "select "+personalTokenColumns+
				" from personal_tokens t where t.enterprise_id = $1 and t.user_id = $2 and t.id = $3",
			string(ent), string(user), string(id),
		))
		if err != nil || !k.RevokedAt.IsZero() {
			return err
		}
		t.Queue(
			"update personal_tokens set revoked_at = $4 where enterprise_id = $1 and user_id = $2 and id = $3",
			string(ent), string(user), string(id), engine.Micros(t.now),
		)
		t.revoke(sso.Revocation{Session: sso.SessionID(id)})
		return t.auditRevoked(ctx, by, user, id, k.Name)
	})
}

func (t *tx) auditRevoked(
	ctx context.Context, by sso.Actor, user sso.UserID, id sso.PersonalTokenID, name string,
) error {
	return t.audit(ctx, by, "personal_token.revoked", string(id), "name", name, "user", string(user))
}

// endTokens revokes the tokens of a user that are good and were created since a time, the
// zero time for all, and returns their number. It is for good: a user who is active again
// has none of them.
func (t *tx) endTokens(ctx context.Context, by sso.Actor, u sso.User, since time.Time) (int, error) {
	type token struct {
		id   sso.PersonalTokenID
		name string
	}
	ended, err := engine.List(ctx, t, func(r engine.Row) (k token, err error) {
		err = r.Scan(&k.id, &k.name)
		return k, err
	}, `update personal_tokens set revoked_at = $3 where enterprise_id = $1 and user_id = $2 and revoked_at = 0
		and expires_at > $3 and created_at >= $4 returning id, name`,
		string(u.Enterprise), string(u.ID), engine.Micros(t.now), engine.Micros(since))
	if err != nil {
		return 0, err
	}
	for _, k := range ended {
		if err := t.auditRevoked(ctx, by, u.ID, k.id, k.name); err != nil {
			return 0, err
		}
	}
	return len(ended), nil
}

// TokenPrincipal returns the owner of a personal token by its hash, as Principal does
// of a session. A token that is unknown, expired or revoked, whose owner is not active,
// or which the enterprise does not allow, is Unauthenticated "invalid_token".
func (db *DB) TokenPrincipal(ctx context.Context, token sso.Hash) (_ sso.Principal, err error) {
	defer func() { doing(&err, "find the owner of a token") }()
	defaults := sso.DefaultTokenRules()
	o, ok, err := engine.One(
		ctx, db.sql, scanOwnedToken, "select "+personalTokenColumns+", "+userColumns+
			`, e.id, e.key, e.name, e.enforced, e.created_at,
			coalesce(r.personal, $2), coalesce(r.max_age, $3), `+
			db.userGroupColumns("t")+", "+db.principalAttributes("t")+`
		from personal_tokens t
		join users u on u.enterprise_id = t.enterprise_id and u.id = t.user_id
		join enterprises e on e.id = t.enterprise_id
		left join token_rules r on r.enterprise_id = t.enterprise_id where t.hash = $1`,
		token.String(), defaults.Personal, defaults.MaxAge.Microseconds(),
	)
	if err != nil {
		return sso.Principal{}, err
	}
	if !ok || !o.token.Live(o.rules, db.now()) || o.user.Status != sso.UserActive {
		return sso.Principal{}, sso.InvalidToken()
	}
	p := o.token.Principal(o.user, o.enterprise, o.rules)
	p.Groups = o.groups.list()
	p.Attributes = o.attributes
	return p, nil
}

// ownedToken is a token with everything that decides whether it is good.
type ownedToken struct {
	token      sso.PersonalToken
	user       sso.User
	enterprise sso.Enterprise
	rules      sso.TokenRules
	groups     groupTriples
	attributes sso.AttributeTexts
}

func scanOwnedToken(r engine.Row) (o ownedToken, err error) {
	e := &o.enterprise
	dest := append(personalTokenFields(&o.token), userFields(&o.user)...)
	dest = append(
		dest, &e.ID, &e.Key, &e.Name, &e.Enforced, engine.Time(&e.CreatedAt),
		&o.rules.Personal, engine.Duration(&o.rules.MaxAge), triples(&o.groups.groups), triples(&o.groups.roles),
		attributeTexts(&o.attributes),
	)
	err = r.Scan(dest...)
	return o, err
}

// UsePersonalTokens stores when tokens were last used, and by which client, to the
// minute. Times never go backwards. The tokens may belong to several enterprises; the
// caller read their IDs from the store.
func (db *DB) UsePersonalTokens(ctx context.Context, used map[sso.PersonalTokenID]sso.TokenUse) (err error) {
	defer func() { doing(&err, "record uses of personal tokens") }()
	if len(used) == 0 {
		return nil
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		for id, use := range used {
			t.Queue(
				"update personal_tokens set last_used_at = $2, last_client = $3 where id = $1 and last_used_at < $2",
				string(id), engine.Micros(use.At.Truncate(time.Minute)), engine.Clean(use.Client, maxDetail),
			)
		}
		return nil
	})
}

// TokenRules returns what an enterprise allows its users' tokens.
func (db *DB) TokenRules(ctx context.Context, ent sso.EnterpriseID) (_ sso.TokenRules, err error) {
	defer func() { doing(&err, "read the rules of tokens") }()
	if _, err := db.Enterprise(ctx, ent); err != nil {
		return sso.TokenRules{}, err
	}
	return tokenRules(ctx, db.sql, ent)
}

func tokenRules(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (sso.TokenRules, error) {
	rules, ok, err := engine.One(ctx, r, func(r engine.Row) (v sso.TokenRules, err error) {
		err = r.Scan(&v.Personal, engine.Duration(&v.MaxAge), &v.Revision)
		return v, err
	}, "select personal, max_age, revision from token_rules where enterprise_id = $1", string(ent))
	if err != nil || ok {
		return rules, err
	}
	return sso.DefaultTokenRules(), nil
}

// UpdateTokenRules changes what an enterprise allows its users' tokens; fn runs inside
// the transaction. Every node applies it to tokens that exist.
func (db *DB) UpdateTokenRules(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, fn func(sso.TokenRules) (sso.TokenRules, error),
) (_ sso.TokenRules, err error) {
	defer func() { doing(&err, "update the rules of tokens") }()
	load := func(ctx context.Context, t *tx) (sso.TokenRules, bool, error) {
		rules, err := tokenRules(ctx, t, ent)
		return rules, true, err
	}
	change := func(old sso.TokenRules) (sso.TokenRules, error) {
		rules, err := fn(old)
		rules.Revision = old.Revision
		if rules != old {
			rules.Revision++
		}
		return rules, err
	}
	return edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, _, rules sso.TokenRules) error {
		t.Queue(
			`insert into token_rules (enterprise_id, personal, max_age, revision) values ($1, $2, $3, $4)
			on conflict (enterprise_id) do update set personal = excluded.personal, max_age = excluded.max_age,
				revision = excluded.revision`,
			string(ent), rules.Personal, rules.MaxAge.Microseconds(), rules.Revision,
		)
		t.revoke(sso.Revocation{Enterprise: ent}) // sessions are read again, too, and go on
		return t.audit(
			ctx, by, "token_rules.updated", string(ent), "personal", strconv.FormatBool(rules.Personal),
			"max_age", rules.MaxAge.String(),
		)
	})
}
