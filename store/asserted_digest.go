package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// word is what an identity provider last said about somebody's groups, as far as
// it has to be known to see that it says the same again.
type word struct {
	hash    string // of the names; "" if nothing was ever said
	certain bool   // nothing was left unsaid
}

// listen keeps the word of this sign-in, if it is another one than before.
func (r *recording) listen() {
	names, now := r.heard()
	if now == r.said {
		return
	}
	r.Queue("update users set asserted_hash = $3, asserted_certain = $4 where enterprise_id = $1 and id = $2",
		string(r.ent), string(r.user.ID), now.hash, now.certain)
	if now.hash != r.said.hash {
		r.Queue("delete from asserted_names where enterprise_id = $1 and user_id = $2 and name not in ("+r.db.sql.Dialect.Values("$3")+")",
			string(r.ent), string(r.user.ID), engine.JSONList(names))
		r.Queue("insert into asserted_names (enterprise_id, user_id, name) select $1, $2, n.value from ("+r.db.sql.Dialect.Values("$3")+`) n where true
			on conflict (enterprise_id, user_id, name) do nothing`, string(r.ent), string(r.user.ID), engine.JSONList(names))
	}
}

// certain reports whether a list leaves nothing unsaid. GroupsAbsent gets here
// only where the connection takes it for no groups.
func certain(s sso.GroupsState) bool { return s.Complete() || s == sso.GroupsAbsent }

// heard is the word of this sign-in. Where nothing was said, the one before
// stays and is certain no more; so it is with a list that is not all, or not
// fully understood.
func (r *recording) heard() ([]string, word) {
	c := r.verdict.Memberships
	asserted := c.Record.Asserted
	nothing := asserted.State == sso.GroupsPartial && len(asserted.Names) == 0
	if c.Record.Mode == "" || nothing || c.Record.Mode == sso.SyncKeep && c.Held == nil {
		return nil, word{hash: r.said.hash}
	}
	names := slices.Sorted(slices.Values(r.possible))
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return names, word{hash: hex.EncodeToString(sum[:16]), certain: certain(asserted.State)}
}
