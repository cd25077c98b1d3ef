package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// RecordContacts records requests that reached SCIM addresses: the first and the
// last of each key are kept. A connection that does not exist is omitted.
func (db *DB) RecordContacts(
	ctx context.Context, all map[sso.ContactKey]sso.ProvisioningContacts,
) (err error) {
	defer func() { doing(&err, "record contacts") }()
	keys := slices.SortedFunc(maps.Keys(all), func(a, b sso.ContactKey) int { // the same order on every node
		return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(number(a.Known), number(b.Known)))
	})
	return db.write(ctx, func(_ context.Context, t *tx) error {
		for _, key := range keys {
			t.recordContacts(key, all[key])
		}
		return nil
	})
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// recordContacts queues a write by the ID of the connection alone: a stranger's
// request names nothing else.
func (t *tx) recordContacts(key sso.ContactKey, c sso.ProvisioningContacts) {
	t.Queue(
		`insert into provisioning_contacts (enterprise_id, connection_id, known,
			first_at, first_remote, first_client, first_request, first_status,
			last_at, last_remote, last_client, last_request, last_status)
		select c.enterprise_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 from connections c where c.id = $1
		on conflict (enterprise_id, connection_id, known) do update set last_at = excluded.last_at,
			last_remote = excluded.last_remote, last_client = excluded.last_client,
			last_request = excluded.last_request, last_status = excluded.last_status
		where excluded.last_at >= provisioning_contacts.last_at`,
		slices.Concat([]any{string(key.Connection), key.Known}, contactValues(c.First), contactValues(c.Last))...,
	)
}

func contactValues(c sso.ProvisioningContact) []any {
	return []any{
		engine.Micros(c.At), engine.Clean(c.Remote, maxDetail), engine.Clean(c.Client, maxDetail),
		engine.Clean(c.Request, maxDetail), int64(c.Status),
	}
}

func contactFields(c *sso.ProvisioningContact) []any {
	return []any{engine.Time(&c.At), &c.Remote, &c.Client, &c.Request, &c.Status}
}

// ProvisioningReach returns which requests have ever reached the SCIM address of a
// connection.
func (db *DB) ProvisioningReach(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (reach sso.ProvisioningReach, err error) {
	defer func() { doing(&err, "find contacts") }()
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var known bool
		var c sso.ProvisioningContacts
		fields := append([]any{&known}, contactFields(&c.First)...)
		err := r.Scan(append(fields, contactFields(&c.Last)...)...)
		if known {
			reach.Known = c
		} else {
			reach.Unknown = c
		}
		return err
	},
		`select known, first_at, first_remote, first_client, first_request, first_status,
			last_at, last_remote, last_client, last_request, last_status
		from provisioning_contacts where enterprise_id = $1 and connection_id = $2`,
		string(ent), string(conn),
	)
	return reach, err
}
