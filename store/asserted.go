package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	attemptIdentity = "attempts.identity"
	// maxIdentity is the size of a stored identity; a longer one loses its claims.
	maxIdentity = 16 << 10
)

// sealIdentity returns the sealed identity of an attempt, without the groups,
// which the attempt has already.
func (t *tx) sealIdentity(a sso.Attempt) (string, error) {
	if a.Identity == nil {
		return "", nil
	}
	kept := *a.Identity
	kept.Groups = sso.AssertedGroups{}
	text, err := json.Marshal(kept)
	if err == nil && len(text) > maxIdentity {
		kept.Claims, kept.Mixed = nil, nil
		text, err = json.Marshal(kept)
	}
	if err != nil {
		return "", fmt.Errorf("write the identity of %s: %w", a.ID, err)
	}
	return t.db.sealer.seal(
		place{attemptIdentity, string(a.ID), a.Enterprise}, sso.Secret(text),
	), nil
}

// AssertedIdentities lists the newest attempts over a connection that have an
// identity, for policies to be tried on. groups are those of the asserted names
// that are a name or IdP name of a group, sorted.
func (db *DB) AssertedIdentities(
	ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, limit int,
) (_ []sso.Attempt, groups []string, err error) {
	defer func() { doing(&err, "list what identity providers said") }()
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (a sso.Attempt, err error) {
		var sealed string
		a, err = scanAttempt(scanMore{r, []any{&sealed}})
		if err != nil {
			return a, err
		}
		a.Identity, err = db.openIdentity(a, sealed)
		return a, err
	},
		"select "+attemptColumns+
			", identity from attempts where enterprise_id = $1 and connection_id = $2 and identity <> '' order by id desc limit $3",
		string(ent), string(c), min(limit, 200))
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, a := range all {
		names = append(names, a.Groups.Names...)
	}
	slices.Sort(names)
	groups, err = engine.List(
		ctx, db.sql, engine.ScanText,
		"select name from groups where enterprise_id = $1 and not is_default and name in ("+
			db.sql.Dialect.Values("$2")+`)
		union select name from group_idp_names where enterprise_id = $1 and name in (`+
			db.sql.Dialect.Values("$2")+")",
		string(ent), engine.JSONList(slices.Compact(names)),
	)
	slices.Sort(groups)
	return all, groups, err
}

func (db *DB) openIdentity(a sso.Attempt, sealed string) (*sso.Identity, error) {
	text, err := db.sealer.open(place{attemptIdentity, string(a.ID), a.Enterprise}, sealed)
	if err != nil {
		return nil, err
	}
	var kept sso.Identity
	if err := json.Unmarshal([]byte(text.Reveal()), &kept); err != nil {
		return nil, fmt.Errorf("read the identity of %s: %w", a.ID, err)
	}
	kept.Groups = a.Groups
	return &kept, nil
}

// scanMore is a row with columns that follow those its scan function knows.
type scanMore struct {
	engine.Row
	more []any
}

// Scan implements engine.Row.
func (s scanMore) Scan(dest ...any) error { return s.Row.Scan(append(dest, s.more...)...) }
