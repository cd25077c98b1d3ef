package store

import (
	"context"
	"errors"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// How many events of a connection TrimProvisioningEvents leaves, the newest: of what
// was changed or refused, and of what changed nothing.
const (
	maxProvisioningEvents = 100_000
	maxQuietEvents        = 50_000
)

// quietEvents are those that changed nothing and were not refused. The text is that of
// an index.
const quietEvents = "changed = 0 and code = ''"

// TrimProvisioningEvents deletes all but the newest events of a connection: 100,000 of
// what was changed or refused, and 50,000 others, so that neither makes the other go.
func (db *DB) TrimProvisioningEvents(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (err error) {
	defer func() { doing(&err, "trim provisioning events") }()
	key := connectionKey{ent, conn}
	return errors.Join(
		db.trimProvisioningEvents(ctx, key, "(changed = 1 or code <> '')", maxProvisioningEvents),
		db.trimProvisioningEvents(ctx, key, quietEvents, maxQuietEvents),
	)
}

func (db *DB) trimProvisioningEvents(ctx context.Context, key connectionKey, condition string, most int64) error {
	of := "provisioning_events where enterprise_id = $1 and connection_id = $2 and " + condition
	ent, conn := string(key.enterprise), string(key.connection)
	last, ok, err := engine.One(ctx, db.sql, engine.ScanText,
		"select id from "+of+" order by id desc limit 1 offset $3", ent, conn, most,
	)
	if err != nil || !ok {
		return err
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue("delete from "+of+" and id <= $3", ent, conn, last)
		return nil
	})
}

// ProvisioningEvents lists the events of an enterprise, newest first.
func (db *DB) ProvisioningEvents(
	ctx context.Context, ent sso.EnterpriseID, f sso.ProvisioningEventFilter, page sso.Page,
) (_ []sso.ProvisioningEvent, next string, err error) {
	defer func() { doing(&err, "list provisioning events") }()
	w := &engine.Where{}
	w.And("e.enterprise_id = ", string(ent))
	w.AndText("e.connection_id = ", string(f.Connection))
	w.AndText("e.token_id = ", string(f.Token))
	w.AndText("e.resource_id = ", string(f.Resource))
	if f.Name != "" {
		w.And("e.folded = ", filter.Fold(f.Name))
	}
	if f.Refused {
		w.And("e.code <> ", "")
	}
	w.AndTime("e.at >= ", f.Since)
	w.Add(eventsOf(f.Result))
	query := "select " + provisioningEventColumns + " from provisioning_events e" +
		w.Page("e.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanProvisioningEvent, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(e sso.ProvisioningEvent) string { return string(e.ID) })
	return all, next, err
}

// eventsOf returns the condition of events with a result, to be added to others; ""
// means any.
func eventsOf(result sso.ProvisioningResult) string {
	const quiet, writes = " and e.changed = 0 and e.code = ''", "in ('users:write', 'groups:write')"
	switch result {
	case "":
		return ""
	case sso.ResultChanged:
		return " and e.changed = 1 and e.code = ''"
	case sso.ResultRefused:
		return " and e.code <> ''"
	case sso.ResultUnchanged:
		return quiet + " and e.kind " + writes
	case sso.ResultRead:
		return quiet + " and e.kind not " + writes
	}
	return " and 1 = 0"
}
