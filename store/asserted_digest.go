package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// assertedDigest identifies the group names last asserted for a user, so that an
// unchanged assertion writes nothing.
type assertedDigest struct {
	hash    string // of the names; "" if none were ever asserted
	certain bool   // the list was complete
}

// saveAsserted stores the asserted names if they changed.
func (r *loginRecord) saveAsserted() {
	names, now := r.newDigest()
	if now == r.digest {
		return
	}
	r.tx.Queue("update users set asserted_hash = $3, asserted_certain = $4 where enterprise_id = $1 and id = $2",
		string(r.ent), string(r.user.ID), now.hash, now.certain)
	if now.hash != r.digest.hash {
		r.tx.Queue(
			"delete from asserted_names where enterprise_id = $1 and user_id = $2 and name not in ("+
				r.tx.db.sql.Dialect.Values("$3")+")",
			string(r.ent), string(r.user.ID), engine.JSONList(names),
		)
		r.tx.Queue(
			"insert into asserted_names (enterprise_id, user_id, name) select $1, $2, n.value from ("+
				r.tx.db.sql.Dialect.Values("$3")+`) n where true
			on conflict (enterprise_id, user_id, name) do nothing`,
			string(r.ent),
			string(r.user.ID), engine.JSONList(names),
		)
	}
}

// certain reports whether a list of groups is complete. GroupsAbsent gets here
// only if the connection reads it as no groups.
func certain(s sso.GroupsState) bool { return s.Complete() || s == sso.GroupsAbsent }

// newDigest returns the names and the digest of this sign-in. An absent or
// truncated list keeps the digest of the sign-in before, marked incomplete. A
// complete one counts also where memberships come by provisioning: it is evidence.
func (r *loginRecord) newDigest() ([]string, assertedDigest) {
	c := r.verdict.Memberships
	asserted := c.Record.Asserted
	nothing := asserted.State == sso.GroupsPartial && len(asserted.Names) == 0
	if c.Record.Mode == "" ||
		nothing ||
		c.Record.Mode == sso.SyncKeep && c.Held == nil && !asserted.State.Complete() {
		return nil, assertedDigest{hash: r.digest.hash}
	}
	names := slices.Sorted(slices.Values(r.groups.possible))
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return names, assertedDigest{
		hash:    hex.EncodeToString(sum[:16]),
		certain: certain(asserted.State),
	}
}
