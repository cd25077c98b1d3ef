package store

import (
	"context"
	"errors"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// mostNodes is how many nodes confirm one receipt; more nodes than an installation
// has.
const mostNodes = 64

// saveReceipts queues the receipts of the transaction, as its last rows.
func (t *tx) saveReceipts(ent sso.EnterpriseID) {
	for _, r := range t.receipts {
		t.Queue(
			`insert into provisioned_receipts (enterprise_id, event_id, user_id, login, deleted, sessions,
				console_sessions, sign_ins, codes, setup_links, admin, at, tokens, ended_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, `+t.db.sql.Dialect.Clock+`)
			on conflict (enterprise_id, event_id, user_id) do nothing`,
			string(ent), string(r.Event), string(r.User), r.Login, r.Deleted, int64(r.Ended.Sessions),
			int64(r.Ended.ConsoleSessions), int64(r.Ended.SignIns), int64(r.Ended.Codes), int64(r.Ended.SetupLinks),
			r.Ended.Admin, engine.Micros(r.At), int64(r.Ended.Tokens),
		)
	}
}

// ConfirmDepartures records that a node has forgotten users whom an identity
// provider took away. What is confirmed already, and what has no receipt any more, is
// omitted.
func (db *DB) ConfirmDepartures(ctx context.Context, node string, all []sso.Departure) (err error) {
	defer func() { doing(&err, "confirm deprovisioning") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		for _, d := range all {
			t.confirm(engine.Clean(node, sso.MaxNameLength), d)
		}
		return nil
	})
}

// confirm queues one confirmation. Both moments are of the database's clock, so that
// it does not matter whether the clocks of the nodes agree.
func (t *tx) confirm(node string, d sso.Departure) {
	t.Queue(
		`insert into provisioned_receipt_nodes (enterprise_id, event_id, user_id, node, took)
		select c.enterprise_id, c.event_id, c.user_id, $4, case when c.took < 0 then 0 else c.took end
		from (select r.enterprise_id, r.event_id, r.user_id, `+t.db.sql.Dialect.Clock+` - r.ended_at - $5 as took
			from provisioned_receipts r where r.enterprise_id = $1 and r.event_id = $2 and r.user_id = $3) c
		where (select count(*) from provisioned_receipt_nodes n
			where n.enterprise_id = $1 and n.event_id = $2 and n.user_id = $3) < $6
		on conflict (enterprise_id, event_id, user_id, node) do nothing`,
		string(d.Enterprise), string(d.Event), string(d.User), node, d.Ago.Microseconds(), int64(mostNodes),
	)
}

// DeprovisionReceipts returns what ended because of provisioning events, by event
// and user.
func (db *DB) DeprovisionReceipts(
	ctx context.Context, ent sso.EnterpriseID, events ...sso.ProvisioningEventID,
) (all []sso.DeprovisionReceipt, err error) {
	defer func() { doing(&err, "list receipts of deprovisioning") }()
	if len(events) == 0 {
		return nil, nil
	}
	texts := make([]string, len(events))
	for i, id := range events {
		texts[i] = string(id)
	}
	// A receipt with its nodes is one row for each of these, so that both are of one
	// moment.
	err = db.sql.Query(ctx, func(r engine.Row) error {
		d, node, err := scanReceipt(r)
		if last := len(all) - 1; last < 0 || all[last].ReceiptID != d.ReceiptID {
			all = append(all, d)
		}
		if node.Node != "" {
			last := &all[len(all)-1]
			last.Nodes = append(last.Nodes, node)
		}
		return err
	}, `select r.event_id, r.user_id, r.login, r.deleted, r.sessions, r.console_sessions, r.sign_ins, r.codes,
			r.setup_links, r.tokens, r.admin, r.at, coalesce(c.node, ''), coalesce(c.took, 0)
		from (`+db.sql.Dialect.Values("$2")+`) n cross join provisioned_receipts r
		left join provisioned_receipt_nodes c on c.enterprise_id = r.enterprise_id and c.event_id = r.event_id
			and c.user_id = r.user_id
		where r.enterprise_id = $1 and r.event_id = n.value order by r.event_id, r.user_id, c.node`,
		string(ent), engine.JSONList(texts))
	return slices.Clip(all), err
}

func scanReceipt(r engine.Row) (d sso.DeprovisionReceipt, n sso.NodeReceipt, err error) {
	err = r.Scan(
		&d.Event, &d.User, &d.Login, &d.Deleted, &d.Ended.Sessions, &d.Ended.ConsoleSessions, &d.Ended.SignIns,
		&d.Ended.Codes, &d.Ended.SetupLinks, &d.Ended.Tokens, &d.Ended.Admin, engine.Time(&d.At),
		&n.Node, engine.Duration(&n.Took),
	)
	return d, n, err
}

// heldIn returns the reason of an error that holds a push for an admin.
func heldIn(err error) (*sso.IdentityHeldError, bool) {
	return errors.AsType[*sso.IdentityHeldError](err)
}
