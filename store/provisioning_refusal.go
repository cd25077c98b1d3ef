package store

import (
	"context"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// Refusals of a connection are kept up to maxRefusals. Beyond, refusalsDropped more
// are deleted, so that not every refusal counts and deletes.
const (
	maxRefusals     = 2000
	refusalsDropped = 100
)

const refusalColumns = "r.id, r.enterprise_id, r.connection_id, r.kind, r.name, r.code, r.method, r.status, r.detail, " +
	"r.resource_id, r.token_id, r.first_at, r.last_at, r.count, r.healed_at"

func scanRefusal(r engine.Row) (f sso.ProvisioningRefusal, err error) {
	err = r.Scan(refusalFields(&f)...)
	return f, err
}

func refusalFields(f *sso.ProvisioningRefusal) []any {
	return []any{
		&f.ID, &f.Enterprise, &f.Connection, &f.Kind, &f.Name, &f.Code, &f.Method, &f.Status, &f.Detail,
		&f.Resource, &f.Token, engine.Time(&f.FirstAt), engine.Time(&f.LastAt), &f.Count,
		engine.Time(&f.HealedAt),
	}
}

// keepsRefusal reports whether a refusal is a problem until it is healed. A missing
// resource that was to be read or deleted is what a client expects after it
// deleted it, and a stale version is read again.
func keepsRefusal(e sso.ProvisioningEvent) bool {
	switch e.Status {
	case 404:
		return e.Method != "GET" && e.Method != "DELETE"
	case 412:
		return false
	}
	return true
}

// refuse queues the count of a refusal. Its connection is added to begun if it is
// the first of its kind, name and reason.
func (t *tx) refuse(e sso.ProvisioningEvent, begun map[connectionKey]bool) {
	if !keepsRefusal(e) {
		return
	}
	t.QueueQuery(func(r engine.Row) error {
		n, err := engine.ScanNumber(r)
		if n == int64(e.Requests()) {
			begun[keyOf(e)] = true
		}
		return err
	},
		`insert into provisioning_refusals (enterprise_id, connection_id, kind, folded, code, id, name, first_at,
			last_at, count, method, status, detail, resource_id, token_id, healed_at)
		select c.enterprise_id, c.id, $3, $4, $5, $6, $7, $8, $8, $14, $9, $10, $11, $12, $13, 0
		from connections c where c.enterprise_id = $1 and c.id = $2
		on conflict (enterprise_id, connection_id, kind, folded, code) do update set
			id = case when provisioning_refusals.healed_at = 0 then provisioning_refusals.id else excluded.id end,
			first_at = case when provisioning_refusals.healed_at = 0 then provisioning_refusals.first_at
				else excluded.first_at end,
			count = case when provisioning_refusals.healed_at = 0 then provisioning_refusals.count + excluded.count
				else excluded.count end,
			name = excluded.name, last_at = excluded.last_at, method = excluded.method, status = excluded.status,
			detail = excluded.detail, resource_id = excluded.resource_id, token_id = excluded.token_id, healed_at = 0
		returning count`,
		string(e.Enterprise), string(e.Connection), string(e.Kind), filter.Fold(refusedName(e)), e.Code,
		string(sso.NewID[sso.RefusalID](e.At)), refusedName(e), engine.Micros(e.At), e.Method,
		int64(e.Status), e.Detail, string(e.Resource), string(e.Token), int64(e.Requests()),
	)
}

// refusedName returns the name of what was refused, or its ID.
func refusedName(e sso.ProvisioningEvent) string {
	if e.Name == "" {
		return string(e.Resource)
	}
	return e.Name
}

// roomForRefusals deletes refusals of a connection that has more than maxRefusals:
// healed ones first, and those that were repeated last at the end.
func (t *tx) roomForRefusals(ctx context.Context, key connectionKey) error {
	n, _, err := engine.One(
		ctx, t, engine.ScanNumber,
		"select count(*) from provisioning_refusals where enterprise_id = $1 and connection_id = $2",
		string(key.enterprise), string(key.connection),
	)
	if err != nil || n <= maxRefusals {
		return err
	}
	t.Queue(
		`delete from provisioning_refusals where enterprise_id = $1 and connection_id = $2 and id in (
			select r.id from provisioning_refusals r where r.enterprise_id = $1 and r.connection_id = $2
			order by case when r.healed_at = 0 then 1 else 0 end, r.last_at, r.id limit $3)`,
		string(key.enterprise), string(key.connection), n-maxRefusals+refusalsDropped,
	)
	return nil
}

// heal ends the refusals that a request proves to be over: those of its name, or of
// its resource, whose kind it includes, so that a write heals what could not be
// read; and those that are about no resource, as of a token. Deleting a resource is
// a write, so nothing remains of what an identity provider makes and removes to
// test a connection.
func (t *tx) heal(e sso.ProvisioningEvent) {
	kinds := []string{""}
	for _, s := range sso.ProvisioningScopes() {
		if e.Kind.Includes(s) {
			kinds = append(kinds, string(s))
		}
	}
	t.Queue(
		`update provisioning_refusals set healed_at = $3
		where enterprise_id = $1 and connection_id = $2 and healed_at = 0 and first_at <= $3
			and kind in (`+t.db.sql.Dialect.Values("$4")+`)
			and (kind = '' or folded = $5 or (resource_id <> '' and resource_id = $6))`,
		string(e.Enterprise), string(e.Connection), engine.Micros(e.At), engine.JSONList(kinds),
		filter.Fold(refusedName(e)), string(e.Resource),
	)
}

// ProvisioningRefusals lists what was refused, the latest begun first.
func (db *DB) ProvisioningRefusals(
	ctx context.Context, ent sso.EnterpriseID, f sso.RefusalFilter, page sso.Page,
) (_ []sso.ProvisioningRefusal, next string, err error) {
	defer func() { doing(&err, "list refusals") }()
	w := &engine.Where{}
	w.And("r.enterprise_id = ", string(ent))
	w.AndText("r.connection_id = ", string(f.Connection))
	if f.Open {
		w.And("r.healed_at = ", 0)
	}
	if f.Healed {
		w.And("r.healed_at > ", 0)
	}
	query := "select " + refusalColumns + " from provisioning_refusals r" +
		w.Page("r.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanRefusal, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(r sso.ProvisioningRefusal) string { return string(r.ID) })
	return all, next, err
}

// RefusalTallies counts the open refusals of each connection of an enterprise that
// has any.
func (db *DB) RefusalTallies(ctx context.Context, ent sso.EnterpriseID) (_ []sso.RefusalTally, err error) {
	defer func() { doing(&err, "count refusals") }()
	return engine.List(ctx, db.sql, func(r engine.Row) (n sso.RefusalTally, err error) {
		err = r.Scan(append([]any{&n.Connection, &n.Open, engine.Time(&n.Since)}, refusalFields(&n.Last)...)...)
		return n, err
	},
		"select r.connection_id, r.open, r.since, "+refusalColumns+` from (
			select l.*, count(*) over (partition by l.connection_id) as open,
				min(l.first_at) over (partition by l.connection_id) as since,
				row_number() over (partition by l.connection_id order by l.last_at desc, l.id desc) as place
			from provisioning_refusals l where l.enterprise_id = $1 and l.healed_at = 0
		) r where r.place = 1 order by r.connection_id`,
		string(ent))
}
