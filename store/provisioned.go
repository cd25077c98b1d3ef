package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// resourceKind is a kind of provisioned resources.
type resourceKind string

const (
	userResources  resourceKind = "users"
	groupResources resourceKind = "groups"
)

// Bounds of what an identity provider can make us keep.
const (
	// longestValue is how many bytes of a name, an e-mail address or an external
	// ID are accepted: the databases' indexes have room for little more.
	longestValue = 1024
	// mostEmails is how many e-mail addresses a user may have: each is a row.
	mostEmails = 200
	// mostWaiting is how many unknown members wait per group.
	mostWaiting = 10_000
	// mostGone is how many deleted resources are remembered per connection.
	mostGone = 10_000
	// blockSize is how many positions are in a block of provisioned_blocks.
	blockSize = 1000
)

// takePositions returns the first of n new positions in the lists of a connection,
// and locks the connection's counter until the commit: who reads a position later
// than another reads a larger one. NotFound if there is no such connection.
func (t *tx) takePositions(ctx context.Context, p sso.Push, kind resourceKind, n int64) (first int64, err error) {
	last, _, err := engine.One(
		ctx, t, engine.ScanNumber,
		`insert into provisioned_counters (enterprise_id, connection_id, seq, gone) values ($1, $2, $3, 0)
		on conflict (enterprise_id, connection_id) do update
		set seq = provisioned_counters.seq + excluded.seq returning seq`,
		string(p.Enterprise), string(p.Connection), n,
	)
	if err != nil {
		return 0, err
	}
	first = last - n + 1
	for seq := first; seq <= last; {
		next := min(last+1, (seq/blockSize+1)*blockSize)
		t.countResources(p, kind, seq/blockSize, next-seq)
		seq = next
	}
	return first, nil
}

// takePosition is takePositions for a resource that is pushed: those found must stay
// readable, and are no more than accounts and groups. The error is Forbidden if the
// connection has had as many as it may.
func (t *tx) takePosition(ctx context.Context, p sso.Push, kind resourceKind) (int64, error) {
	seq, err := t.takePositions(ctx, p, kind, 1)
	if most := t.db.maxResources; err == nil && most > 0 && seq > most {
		err = &sso.Error{
			Kind: sso.Forbidden,
			Code: "scim_full",
			Public: fmt.Sprintf("This connection has had %d users and groups, deleted ones included. That is the "+
				"limit; the operator of Gatehouse can raise scim.max_resources. Nothing was changed.", most),
		}
	}
	return seq, err
}

func (t *tx) countResources(p sso.Push, kind resourceKind, block, n int64) {
	t.Queue(
		`insert into provisioned_blocks (enterprise_id, connection_id, kind, block, resources)
		values ($1, $2, $3, $4, $5)
		on conflict (enterprise_id, connection_id, kind, block) do update
		set resources = provisioned_blocks.resources + excluded.resources`,
		string(p.Enterprise), string(p.Connection), string(kind), block, n,
	)
}

// lockResources queues the lock of the counter of a connection until the commit, as
// takePositions takes it.
func (t *tx) lockResources(p sso.Push) {
	t.Queue(
		`insert into provisioned_counters (enterprise_id, connection_id, seq, gone) values ($1, $2, 0, 0)
		on conflict (enterprise_id, connection_id) do update set seq = provisioned_counters.seq`,
		string(p.Enterprise), string(p.Connection),
	)
}

// bury queues what is left of a deleted resource: its position is free, and a
// client is told when it was deleted.
func (t *tx) bury(p sso.Push, kind resourceKind, id sso.ResourceID, name string, seq int64) {
	t.countResources(p, kind, seq/blockSize, -1)
	t.Queue(
		"update provisioned_counters set gone = gone + 1 where enterprise_id = $1 and connection_id = $2",
		string(p.Enterprise), string(p.Connection),
	)
	t.Queue(
		`insert into provisioned_gone (enterprise_id, connection_id, id, seq, name, deleted_at)
		select enterprise_id, connection_id, $3, gone, $4, $5 from provisioned_counters
		where enterprise_id = $1 and connection_id = $2
		on conflict (enterprise_id, connection_id, id) do nothing`,
		string(p.Enterprise), string(p.Connection), string(id), name, engine.Micros(t.now),
	)
	t.Queue(
		`delete from provisioned_gone where enterprise_id = $1 and connection_id || '' = $2 and seq <=
		(select c.gone - $3 from provisioned_counters c where c.enterprise_id = $1 and c.connection_id = $2)`,
		string(p.Enterprise), string(p.Connection), int64(mostGone),
	)
}

// foundResource returns NotFound if there is no resource: a [sso.ResourceGoneError]
// if it was deleted lately.
func foundResource[T any](
	ctx context.Context, r engine.Reader, p sso.Push, id sso.ResourceID, item T, ok bool, err error,
) (T, error) {
	if err != nil || ok {
		return item, err
	}
	gone, was, err := engine.One(ctx, r, func(r engine.Row) (g sso.ResourceGoneError, err error) {
		err = r.Scan(&g.ID, &g.Name, engine.Time(&g.DeletedAt))
		return g, err
	}, "select id, name, deleted_at from provisioned_gone where enterprise_id = $1 and connection_id = $2 and id = $3",
		string(p.Enterprise), string(p.Connection), string(id))
	switch {
	case err != nil:
		return item, err
	case was:
		return item, &gone
	default:
		return item, errMissing()
	}
}

// ifExists turns the violation of a unique name into the error that existing
// returns, which reads who has the name.
func (db *DB) ifExists(err error, existing func() (error, error)) error {
	if !engine.IsUniqueIn(err, "provisioned_users") && !engine.IsUniqueIn(err, "provisioned_groups") {
		return err
	}
	exists, readErr := existing()
	if readErr != nil || exists == nil {
		return errors.Join(err, readErr)
	}
	return exists
}

// checkValue refuses a value that cannot be stored or indexed.
func checkValue(field, value string) error {
	switch {
	case len(filter.Fold(value)) > longestValue || len(value) > longestValue:
		return sso.InvalidField("resource_invalid", field, field+" has more than 1,024 bytes.")
	case strings.ContainsRune(value, 0):
		return sso.InvalidField("resource_invalid", field, field+" has a NUL in it.")
	}
	return nil
}
