package store

import (
	"context"
	"net/http"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// reached are the milestones that requests of one transaction reached, each with its
// last event.
type reached map[connectionKey]map[sso.Milestone]sso.ProvisioningEvent

func (r reached) add(m sso.Milestone, e sso.ProvisioningEvent) {
	key := keyOf(e)
	if r[key] == nil {
		r[key] = map[sso.Milestone]sso.ProvisioningEvent{}
	}
	r[key][m] = e
}

// noteMilestones queues when milestones were reached. The ledgers of the connections
// are locked.
func (t *tx) noteMilestones(ctx context.Context, all []sso.ProvisioningEvent) error {
	r := reached{}
	mayEnd := map[sso.EnterpriseID]map[sso.ProvisioningEventID]sso.ProvisioningEvent{}
	for _, e := range all {
		for _, m := range e.Milestones() {
			r.add(m, e)
		}
		if e.Changed && e.Kind == sso.ScopeUsersWrite && e.Method != http.MethodPost {
			if mayEnd[e.Enterprise] == nil {
				mayEnd[e.Enterprise] = map[sso.ProvisioningEventID]sso.ProvisioningEvent{}
			}
			mayEnd[e.Enterprise][e.ID] = e
		}
	}
	for ent, events := range mayEnd {
		if err := t.noteEnds(ctx, ent, events, r); err != nil {
			return err
		}
	}
	for key, milestones := range r {
		for m, e := range milestones {
			t.Queue(
				`insert into provisioning_milestones (enterprise_id, connection_id, milestone, first_at, last_at, event_id, name)
				select c.enterprise_id, c.id, $3, $4, $4, $5, $6 from connections c where c.enterprise_id = $1 and c.id = $2
				on conflict (enterprise_id, connection_id, milestone)
				do update set last_at = excluded.last_at, event_id = excluded.event_id, name = excluded.name`,
				string(key.enterprise), string(key.connection), string(m), engine.Micros(e.At), string(e.ID), e.Name,
			)
		}
	}
	return nil
}

// noteEnds adds which events have a receipt.
func (t *tx) noteEnds(
	ctx context.Context,
	ent sso.EnterpriseID,
	events map[sso.ProvisioningEventID]sso.ProvisioningEvent,
	r reached,
) error {
	ids := make([]string, 0, len(events))
	for id := range events {
		ids = append(ids, string(id))
	}
	return t.Query(ctx, func(row engine.Row) error {
		var id sso.ProvisioningEventID
		var login string
		err := row.Scan(&id, &login)
		e := events[id]
		e.Name = login
		r.add(sso.UserOut, e)
		return err
	}, "select r.event_id, r.login from ("+t.db.sql.Dialect.Values("$2")+`) n cross join provisioned_receipts r
		where r.enterprise_id = $1 and r.event_id = n.value order by r.event_id`,
		string(ent), engine.JSONList(ids))
}

// ProvisioningChecklist returns what the provisioning of a connection has shown to
// do, and how far a pilot is.
func (db *DB) ProvisioningChecklist(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, pilot sso.Pilot,
) (c sso.ProvisioningChecklist, err error) {
	defer func() { doing(&err, "read the checklist of provisioning") }()
	c.Pilot = pilot
	for _, m := range sso.Milestones {
		c.Items = append(c.Items, sso.ChecklistItem{Milestone: m})
	}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var i sso.ChecklistItem
		err := r.Scan(&i.Milestone, engine.Time(&i.FirstAt), engine.Time(&i.LastAt), &i.Event, &i.Name)
		for n := range c.Items {
			if c.Items[n].Milestone == i.Milestone {
				c.Items[n] = i
			}
		}
		return err
	}, `select milestone, first_at, last_at, event_id, name from provisioning_milestones
		where enterprise_id = $1 and connection_id = $2`, string(ent), string(conn))
	if err != nil {
		return c, err
	}
	for i, item := range c.Items {
		if item.Milestone != sso.UserOut || item.Event == "" {
			continue
		}
		receipts, err := db.DeprovisionReceipts(ctx, ent, item.Event)
		if err != nil {
			return c, err
		}
		if len(receipts) > 0 {
			c.Items[i].Receipt = &receipts[0]
		}
	}
	return c, db.readPilot(ctx, ent, conn, &c)
}

// readPilot counts the pushed users, and looks for the groups of the pilot.
func (db *DB) readPilot(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, c *sso.ProvisioningChecklist,
) error {
	_, _, err := engine.One(ctx, db.sql, func(r engine.Row) (struct{}, error) {
		return struct{}{}, r.Scan(&c.Pushed, &c.Adopted)
	}, `select count(*), coalesce(sum(case when u.adopted then 1 else 0 end), 0) from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.origin = 'pushed'`, string(ent), string(conn))
	if err == nil && len(c.Pilot.Users) > 0 {
		err = db.readPilotUsers(ctx, ent, conn, c)
	}
	if err != nil || len(c.Pilot.Groups) == 0 {
		return err
	}
	there, err := engine.List(ctx, db.sql, engine.ScanText,
		`select g.display_name_folded from provisioned_groups g where g.enterprise_id = $1 and g.connection_id = $2
			and g.origin = 'pushed' and g.display_name_folded`+
			db.sql.Dialect.Among(db.sql.Dialect.Values("$3")),
		string(ent), string(conn), engine.JSONList(folded(c.Pilot.Groups)))
	is := map[string]bool{}
	for _, name := range there {
		is[name] = true
	}
	for _, name := range c.Pilot.Groups {
		if !is[filter.Fold(name)] {
			c.MissingGroups = append(c.MissingGroups, name)
		}
	}
	return err
}

// readPilotUsers looks for the named users of the pilot.
func (db *DB) readPilotUsers(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, c *sso.ProvisioningChecklist,
) error {
	is := map[string]bool{}
	err := db.sql.Query(ctx, func(r engine.Row) error {
		var name, external string
		err := r.Scan(&name, &external)
		is["name "+name], is["id "+external] = true, true
		return err
	}, `select u.user_name_folded, u.external_id from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.origin = 'pushed'
			and (u.user_name_folded`+db.sql.Dialect.Among(db.sql.Dialect.Values("$3"))+
		" or u.external_id"+db.sql.Dialect.Among(db.sql.Dialect.Values("$4"))+")",
		string(ent), string(conn), engine.JSONList(folded(c.Pilot.Users)), engine.JSONList(c.Pilot.Users))
	for _, name := range c.Pilot.Users {
		if !is["name "+filter.Fold(name)] && !is["id "+name] {
			c.MissingUsers = append(c.MissingUsers, name)
		}
	}
	return err
}
