package store

import (
	"context"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const healthColumns = "id, enterprise_id, kind, connection_id, subject, threshold, detail, at, mailed_at, resolved_at"

func scanHealth(r engine.Row) (e sso.HealthEvent, err error) {
	err = r.Scan(
		&e.ID, &e.Enterprise, &e.Kind, &e.Connection, &e.Subject, &e.Threshold,
		engine.JSON(&e.FindingDetail), engine.Time(&e.FoundAt), engine.Time(&e.MailedAt),
		engine.Time(&e.ResolvedAt),
	)
	return e, err
}

// RecordHealth makes the open health events of an enterprise those in found: it
// adds new ones and resolves those that are gone. A finding that is open at the
// same or a worse threshold is not new. Nodes may call it concurrently.
func (db *DB) RecordHealth(
	ctx context.Context, ent sso.EnterpriseID, findings []sso.Finding,
) (added []sso.HealthEvent, err error) {
	defer func() { doing(&err, "record what is unwell") }()
	open, err := db.openHealth(ctx, db.sql, ent)
	if err != nil || sameHealth(open, findings) {
		return nil, err // the usual case, which needs no lock
	}
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		added = nil
		if err := t.needEnterprise(ctx); err != nil {
			return err
		}
		open, err := db.openHealth(ctx, t, ent)
		if err != nil {
			return err
		}
		if err := t.resolveHealth(ctx, open, findings); err != nil {
			return err
		}
		for _, f := range findings {
			if recorded(open, f) {
				continue
			}
			e, err := t.insertHealth(ctx, ent, f)
			if err != nil {
				return err
			}
			added = append(added, e)
		}
		return nil
	})
	return added, err
}

func (db *DB) openHealth(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) ([]sso.HealthEvent, error) {
	return engine.List(
		ctx, r, scanHealth,
		"select "+healthColumns+" from health_events where enterprise_id = $1 and resolved_at = 0 order by id",
		string(ent),
	)
}

// recorded reports whether a finding is open as at least as severe. The
// thresholds of certificates and tokens decrease with severity; other kinds have
// one threshold.
func recorded(open []sso.HealthEvent, f sso.Finding) bool {
	for _, e := range open {
		if e.HealthKey == f.HealthKey && e.Threshold <= f.Threshold {
			return true
		}
	}
	return false
}

func gone(e sso.HealthEvent, findings []sso.Finding) bool {
	for _, f := range findings {
		if e.HealthKey == f.HealthKey {
			return false
		}
	}
	return true
}

func sameHealth(open []sso.HealthEvent, findings []sso.Finding) bool {
	for _, f := range findings {
		if !recorded(open, f) {
			return false
		}
	}
	for _, e := range open {
		if gone(e, findings) {
			return false
		}
	}
	return true
}

func (t *tx) resolveHealth(ctx context.Context, open []sso.HealthEvent, findings []sso.Finding) error {
	for _, e := range open {
		if !gone(e, findings) {
			continue
		}
		t.Queue(
			"update health_events set resolved_at = $3 where enterprise_id = $1 and id = $2",
			string(e.Enterprise), string(e.ID), engine.Micros(t.now),
		)
		if err := t.audit(
			ctx, sso.ActorSystem, "health.resolved", about(e), "kind", string(e.Kind), "event",
			string(e.ID),
		); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) insertHealth(ctx context.Context, ent sso.EnterpriseID, f sso.Finding) (sso.HealthEvent, error) {
	e := sso.HealthEvent{
		ID:         sso.NewID[sso.HealthEventID](t.now),
		Enterprise: ent,
		Finding:    f,
		FoundAt:    t.now,
	}
	detail, err := engine.JSONText(f.FindingDetail)
	if err != nil {
		return e, fmt.Errorf("write a finding: %w", err)
	}
	t.Queue(
		"insert into health_events ("+healthColumns+", claimed_until) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0)",
		string(e.ID), string(ent), string(f.Kind), string(f.Connection),
		engine.Clean(f.Subject, maxDetail), int64(f.Threshold), detail, engine.Micros(t.now),
	)
	return e, t.audit(
		ctx, sso.ActorSystem, "health.found", about(e), "kind", string(f.Kind), "event",
		string(e.ID), "text", f.Text,
	)
}

// about is the subject of an event: a connection, or the enterprise.
func about(e sso.HealthEvent) string {
	if e.Connection != "" {
		return string(e.Connection)
	}
	return string(e.Enterprise)
}

// HealthEvents lists health events, newest first.
func (db *DB) HealthEvents(
	ctx context.Context, ent sso.EnterpriseID, f sso.HealthFilter, page sso.Page,
) (_ []sso.HealthEvent, next string, err error) {
	defer func() { doing(&err, "list health events") }()
	w := &engine.Where{}
	w.And("enterprise_id = ", string(ent))
	w.AndText("kind = ", string(f.Kind))
	if f.Open {
		w.And("resolved_at = ", int64(0))
	}
	query := "select " + healthColumns + " from health_events" +
		w.Page("id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanHealth, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(e sso.HealthEvent) string {
		return string(e.ID)
	})
	return all, next, err
}

const unsent = "enterprise_id = $1 and mailed_at = 0 and resolved_at = 0 and claimed_until < $2"

// ClaimHealthMail returns open events that were not mailed yet and reserves them
// for the caller until a time. If the caller does not report them mailed by then,
// another may claim them.
func (db *DB) ClaimHealthMail(
	ctx context.Context, ent sso.EnterpriseID, until time.Time,
) (all []sso.HealthEvent, err error) {
	defer func() { doing(&err, "claim a health mail") }()
	if some, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber, "select count(*) from health_events where "+unsent,
		string(ent), engine.Micros(db.now()),
	); err != nil || some == 0 {
		return nil, err
	}
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		all, err = engine.List(
			ctx, t, scanHealth,
			"update health_events set claimed_until = $3 where "+unsent+" returning "+healthColumns,
			string(ent), engine.Micros(t.now), engine.Micros(until),
		)
		return err
	})
	return all, err
}

// ReleaseHealthMail releases claimed events that could not be mailed, so that the
// next caller gets them at once.
func (db *DB) ReleaseHealthMail(ctx context.Context, ent sso.EnterpriseID, events []sso.HealthEventID) (err error) {
	defer func() { doing(&err, "release a health mail") }()
	ids := make([]string, len(events))
	for i, id := range events {
		ids[i] = string(id)
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			"update health_events set claimed_until = 0 where enterprise_id = $1 and mailed_at = 0 and id in ("+
				t.db.sql.Dialect.Values("$2")+")",
			string(ent), engine.JSONList(ids),
		)
		return nil
	})
}

// HealthMailed records that events were mailed.
func (db *DB) HealthMailed(
	ctx context.Context, ent sso.EnterpriseID, events []sso.HealthEventID, people int,
) (err error) {
	defer func() { doing(&err, "record a health mail") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		for _, id := range events {
			if err := t.ExecOne(
				ctx, errMissing(),
				"update health_events set mailed_at = $3 where enterprise_id = $1 and id = $2",
				string(ent), string(id), engine.Micros(t.now),
			); err != nil {
				return err
			}
			if err := t.audit(
				ctx, sso.ActorSystem, "health.mailed", string(id), "people", fmt.Sprint(people),
			); err != nil {
				return err
			}
		}
		return nil
	})
}

// mostAdmins is how many admins of an enterprise are notified.
const mostAdmins = 50

// AdminAddresses returns the e-mail addresses of active admins of an enterprise,
// appointed or by group.
func (db *DB) AdminAddresses(ctx context.Context, ent sso.EnterpriseID) (_ []string, err error) {
	defer func() { doing(&err, "find whom to tell") }()
	return engine.List(ctx, db.sql, engine.ScanText, `select distinct u.email from (
			select a.user_id from enterprise_admins a where a.enterprise_id = $1
			union select m.user_id from groups g join memberships m on m.enterprise_id = g.enterprise_id and m.group_id = g.id where g.enterprise_id = $1 and g.is_admin) x
		join users u on u.enterprise_id = $1 and u.id = x.user_id where u.status = 'active' and u.email <> '' order by u.email limit $2`,
		string(ent), int64(mostAdmins))
}

// OperatorAddresses returns the addresses of enabled operators: the login, if it
// can be an address, or that of the linked user.
func (db *DB) OperatorAddresses(ctx context.Context) (_ []string, err error) {
	defer func() { doing(&err, "find operators to tell") }()
	return engine.List(
		ctx, db.sql, engine.ScanText,
		`select distinct case when u.email is not null and u.email <> '' then u.email else a.login end as address
		from admins a left join users u on u.enterprise_id = a.enterprise_id and u.id = a.user_id and u.status = 'active'
		where a.disabled_at = 0 order by address limit $1`,
		int64(mostAdmins),
	)
}
