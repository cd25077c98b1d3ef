package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

const provisioningEventColumns = "e.id, e.enterprise_id, e.connection_id, e.at, e.token_id, e.client, e.method, " +
	"e.kind, e.name, e.resource_id, e.status, e.scim_type, e.code, e.detail, e.request_id, e.took, e.changed, e.effects"

func scanProvisioningEvent(r engine.Row) (e sso.ProvisioningEvent, err error) {
	var changed int64
	err = r.Scan(
		&e.ID, &e.Enterprise, &e.Connection, engine.Time(&e.At), &e.Token, &e.Client, &e.Method, &e.Kind,
		&e.Name, &e.Resource, &e.Status, &e.SCIMType, &e.Code, &e.Detail, &e.RequestID,
		engine.Duration(&e.Took), &changed, engine.JSON(&e.Effects),
	)
	e.Changed = changed != 0
	return e, err
}

// RecordProvisioning records requests, in the order of the list: those that wrote or
// were refused as events, refusals once for each kind, name and
// reason. A request that was done heals the refusals of its name and kind, and those
// of the connection that are about no name. Requests of a connection that was
// deleted are omitted.
func (db *DB) RecordProvisioning(ctx context.Context, all []sso.ProvisioningEvent) (err error) {
	defer func() { doing(&err, "record provisioning") }()
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		t.lockLedgers(all)
		begun := map[connectionKey]bool{} // connections with a new refusal
		recorded := make([]sso.ProvisioningEvent, len(all))
		for i, e := range all {
			var err error
			if recorded[i], err = t.recordProvisioning(ctx, clean(e), begun); err != nil {
				return err
			}
		}
		if err := t.noteMilestones(ctx, recorded); err != nil {
			return err
		}
		if err := t.Flush(ctx); err != nil {
			return err
		}
		for key := range begun {
			if err := t.roomForRefusals(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// connectionKey identifies a connection.
type connectionKey struct {
	enterprise sso.EnterpriseID
	connection sso.ConnectionID
}

func (k connectionKey) compare(other connectionKey) int {
	return cmp.Or(cmp.Compare(k.enterprise, other.enterprise), cmp.Compare(k.connection, other.connection))
}

func keyOf(e sso.ProvisioningEvent) connectionKey { return connectionKey{e.Enterprise, e.Connection} }

// lockLedgers queues the locks of the connections that events are of, always in the
// same order. Without them, two nodes that record the same refusals in different
// orders would wait for each other.
func (t *tx) lockLedgers(all []sso.ProvisioningEvent) {
	last := map[connectionKey]time.Time{}
	for _, e := range all {
		if key := keyOf(e); e.At.After(last[key]) {
			last[key] = e.At
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(last), connectionKey.compare) {
		t.Queue(
			`insert into provisioning_ledgers (enterprise_id, connection_id, last_at)
			select c.enterprise_id, c.id, $3 from connections c where c.enterprise_id = $1 and c.id = $2
			on conflict (enterprise_id, connection_id) do update set last_at = excluded.last_at`,
			string(key.enterprise), string(key.connection), engine.Micros(last[key]),
		)
	}
}

// clean returns an event of which every text can be stored.
func clean(e sso.ProvisioningEvent) sso.ProvisioningEvent {
	e.Client = engine.Clean(e.Client, sso.MaxNameLength)
	e.Method = engine.Clean(e.Method, sso.MaxNameLength)
	e.Name = engine.Clean(e.Name, sso.MaxNameLength)
	e.Resource = sso.ResourceID(engine.Clean(string(e.Resource), sso.MaxNameLength))
	e.RequestID = engine.Clean(e.RequestID, sso.MaxNameLength)
	e.Detail = engine.Clean(e.Detail, maxDetail)
	e.Effects.Waiting = slices.Clone(e.Effects.Waiting)
	for i, id := range e.Effects.Waiting {
		e.Effects.Waiting[i] = sso.ResourceID(engine.Clean(string(id), sso.MaxNameLength))
	}
	return e
}

// recordProvisioning records one event, and returns it with the name of its resource.
func (t *tx) recordProvisioning(
	ctx context.Context, e sso.ProvisioningEvent, begun map[connectionKey]bool,
) (sso.ProvisioningEvent, error) {
	e, err := t.nameResource(ctx, e)
	if err != nil {
		return e, err
	}
	if e.Result() != sso.ResultRead {
		if err := t.insertProvisioningEvent(e); err != nil {
			return e, err
		}
	}
	if !e.Refused() {
		t.heal(e)
		t.noteList(e)
		return e, nil
	}
	t.refuseToken(e)
	t.refuse(e, begun)
	return e, nil
}

// nameResource fills in the name of a resource of which a request had only the ID.
func (t *tx) nameResource(ctx context.Context, e sso.ProvisioningEvent) (sso.ProvisioningEvent, error) {
	if e.Name != "" || e.Resource == "" {
		return e, nil
	}
	name, _, err := engine.One(ctx, t, engine.ScanText,
		`select display_name from provisioned_groups where enterprise_id = $1 and connection_id = $2 and id = $3
		union all select user_name from provisioned_users where enterprise_id = $1 and connection_id = $2 and id = $3
		union all select name from provisioned_gone where enterprise_id = $1 and connection_id = $2 and id = $3`,
		string(e.Enterprise), string(e.Connection), string(e.Resource),
	)
	e.Name = engine.Clean(name, sso.MaxNameLength)
	return e, err
}

// RecordProvisioningReads records sums of requests that only read. A sum replaces what
// was recorded of it before. Those of a connection that was deleted are omitted.
func (db *DB) RecordProvisioningReads(ctx context.Context, sums []sso.ProvisioningEvent) (err error) {
	defer func() { doing(&err, "record provisioning reads") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		for _, e := range sums {
			if err := t.putProvisioningEvent(clean(e), `update set name = excluded.name, folded = excluded.folded,
				request_id = excluded.request_id, took = excluded.took, effects = excluded.effects`); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) insertProvisioningEvent(e sso.ProvisioningEvent) error {
	return t.putProvisioningEvent(e, "nothing")
}

// putProvisioningEvent queues an event, and what to do if there is one of its ID.
func (t *tx) putProvisioningEvent(e sso.ProvisioningEvent, exists string) error {
	effects, err := engine.JSONText(e.Effects)
	if err != nil {
		return err
	}
	changed, folded := int64(0), ""
	if e.Changed {
		changed = 1
	}
	if e.Requests() == 1 {
		folded = filter.Fold(e.Name) // that of a sum is one of many names
	}
	t.Queue(
		`insert into provisioning_events (enterprise_id, connection_id, id, at, token_id, client, method, kind, name,
			folded, resource_id, status, scim_type, code, detail, request_id, took, changed, effects)
		select c.enterprise_id, c.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
		from connections c where c.enterprise_id = $1 and c.id = $2
		on conflict (enterprise_id, id) do `+exists,
		string(e.Enterprise), string(e.Connection), string(e.ID), engine.Micros(e.At), string(e.Token),
		e.Client, e.Method, string(e.Kind), e.Name, folded, string(e.Resource),
		int64(e.Status), e.SCIMType, e.Code, e.Detail, e.RequestID, e.Took.Microseconds(), changed, effects,
	)
	return nil
}

// noteList notes that a request named all members of a group.
func (t *tx) noteList(e sso.ProvisioningEvent) {
	if !e.Effects.Listed {
		return
	}
	t.Queue(
		`insert into provisioning_lists (enterprise_id, connection_id, group_id, at, members)
		select g.enterprise_id, g.connection_id, g.id, $4, g.member_count + g.waiting_count from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.id = $3
		on conflict (enterprise_id, connection_id, group_id)
		do update set at = excluded.at, members = excluded.members`,
		string(e.Enterprise), string(e.Connection), string(e.Resource), engine.Micros(e.At),
	)
}

// refuseToken notes the last refusal of the token.
func (t *tx) refuseToken(e sso.ProvisioningEvent) {
	t.Queue(
		`update provisioning_tokens set refused_at = $4, refusal = $5
		where enterprise_id = $1 and connection_id = $2 and id = $3`,
		string(e.Enterprise), string(e.Connection), string(e.Token), engine.Micros(e.At), e.Detail,
	)
}
