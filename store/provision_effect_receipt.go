package store

import (
	"context"
	"errors"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// saveReceipt queues the receipt of a deprovisioning.
func (t *tx) saveReceipt(ent sso.EnterpriseID, r sso.DeprovisionReceipt) {
	t.Queue(
		`insert into provisioned_receipts (enterprise_id, event_id, user_id, login, deleted, sessions, at)
		values ($1, $2, $3, $4, $5, $6, $7) on conflict (enterprise_id, event_id, user_id) do nothing`,
		string(ent), string(r.Event), string(r.User), r.Login, r.Deleted, int64(r.Sessions), engine.Micros(r.At),
	)
}

// DeprovisionReceipts returns what ended because of provisioning events, by event
// and user.
func (db *DB) DeprovisionReceipts(
	ctx context.Context, ent sso.EnterpriseID, events ...sso.ProvisioningEventID,
) (_ []sso.DeprovisionReceipt, err error) {
	defer func() { doing(&err, "list receipts of deprovisioning") }()
	if len(events) == 0 {
		return nil, nil
	}
	texts := make([]string, len(events))
	for i, id := range events {
		texts[i] = string(id)
	}
	return engine.List(ctx, db.sql, func(r engine.Row) (d sso.DeprovisionReceipt, err error) {
		err = r.Scan(&d.Event, &d.User, &d.Login, &d.Deleted, &d.Sessions, engine.Time(&d.At))
		return d, err
	}, "select r.event_id, r.user_id, r.login, r.deleted, r.sessions, r.at from ("+db.sql.Dialect.Values("$2")+`) n
		cross join provisioned_receipts r where r.enterprise_id = $1 and r.event_id = n.value
		order by r.event_id, r.user_id`, string(ent), engine.JSONList(texts))
}

// heldIn returns the reason of an error that holds a push for an admin.
func heldIn(err error) (*sso.IdentityHeldError, bool) {
	return errors.AsType[*sso.IdentityHeldError](err)
}
