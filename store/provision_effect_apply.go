package store

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// The phases in which what was pushed is applied once a connection provisions.
const (
	applyGone   = "gone"
	applyPeople = "people"
	applyTeams  = "teams"
	applyNamed  = "named" // one group, which got a group here
)

const (
	appliedUsers   = 100   // users of one step
	appliedMembers = 2_000 // members of one step
	// applyAtOnce is how long enabling a connection waits for what is applied; the
	// rest is applied in the background.
	applyAtOnce = 10 * time.Second
)

// provisions reports whether what is pushed to a connection is applied.
func provisions(c sso.Connection) bool {
	return c.State == sso.ConnectionEnabled && provisionsBy(c.Live)
}

// provisionsBy reports whether a configuration provisions by SCIM.
func provisionsBy(cfg *sso.Config) bool { return cfg != nil && cfg.Provisioning == sso.ProvisionSCIM }

// appliesAnew reports whether a changed connection applies what was pushed before.
func appliesAnew(old, c sso.Connection) bool {
	return provisions(c) && (!provisions(old) || !old.Live.SCIM.Pilot.Equal(c.Live.SCIM.Pilot))
}

// askToApply queues that everything that was pushed to a connection is applied.
func (t *tx) askToApply(ent sso.EnterpriseID, conn sso.ConnectionID) {
	t.Queue(
		`insert into provisioned_pending (enterprise_id, connection_id, event_id, phase, after, asked_at)
		values ($1, $2, $3, $4, '', $5)
		on conflict (enterprise_id, connection_id) do update
			set event_id = excluded.event_id, phase = excluded.phase, after = '', asked_at = excluded.asked_at`,
		string(ent), string(conn), string(sso.NewID[sso.ProvisioningEventID](t.now)), applyGone,
		engine.Micros(t.now),
	)
}

// askToFollow queues that members of pushed groups join a group that got one of their
// names, and returns the connections that pushed them. If pushes of a connection are
// being applied, its groups are applied once more.
func (t *tx) askToFollow(
	ctx context.Context, ent sso.EnterpriseID, names []string,
) (connections []sso.ConnectionID, err error) {
	folded := make([]string, len(names))
	for i, name := range names {
		folded[i] = filter.Fold(name)
	}
	type named struct {
		conn  sso.ConnectionID
		group sso.ResourceID
	}
	all, err := engine.List(ctx, t, func(r engine.Row) (n named, err error) {
		err = r.Scan(&n.conn, &n.group)
		return n, err
	}, "select c.id, g.id from ("+t.db.sql.Dialect.Values("$2")+`) n cross join connections c
			cross join provisioned_groups g
		where c.enterprise_id = $1 and c.state = 'enabled' and c.live like '%"provisioning":"scim"%'
			and g.enterprise_id = $1 and g.connection_id = c.id and g.display_name_folded = n.value
			and g.origin = 'pushed'
		order by c.id, g.id`,
		string(ent), engine.JSONList(folded))
	for _, n := range all {
		t.Queue(
			`insert into provisioned_pending (enterprise_id, connection_id, event_id, phase, after, asked_at)
			values ($1, $2, $3, $4, $5, $6)
			on conflict (enterprise_id, connection_id) do update set
				phase = case when provisioned_pending.phase in ('gone', 'people') then provisioned_pending.phase
					else 'teams' end,
				after = case when provisioned_pending.phase in ('gone', 'people') then provisioned_pending.after
					else '' end`,
			string(ent), string(n.conn), string(sso.NewID[sso.ProvisioningEventID](t.now)), applyNamed,
			string(n.group), engine.Micros(t.now),
		)
		if !slices.Contains(connections, n.conn) {
			connections = append(connections, n.conn)
		}
	}
	return connections, err
}

// applySoon applies what was pushed to a connection, as far as it gets in a short
// time. What is left, also after an error, which is logged, is applied in the
// background: the connection is enabled either way.
func (db *DB) applySoon(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), applyAtOnce)
	defer cancel()
	if err := db.applyPending(ctx, ent, conn); err != nil {
		db.log.WarnContext(
			ctx, "what was pushed is not applied yet; trying again in the background", "enterprise", ent,
			"connection", conn, "error", err,
		)
	}
}

// ApplyProvisioned applies what was pushed to connections that were enabled since,
// in short transactions: people first, then their groups. It goes on where it was
// interrupted.
func (db *DB) ApplyProvisioned(ctx context.Context) (err error) {
	defer func() { doing(&err, "apply what was provisioned") }()
	type pending struct {
		ent  sso.EnterpriseID
		conn sso.ConnectionID
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (p pending, err error) {
		err = r.Scan(&p.ent, &p.conn)
		return p, err
	}, "select enterprise_id, connection_id from provisioned_pending order by asked_at")
	if err != nil {
		return err
	}
	for _, p := range all {
		err = errors.Join(err, db.applyPending(ctx, p.ent, p.conn))
	}
	return err
}

func (db *DB) applyPending(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) error {
	for more := true; more; {
		db.grown.users.add(appliedUsers)
		db.grown.groups.add(appliedMembers)
		err := db.changePushed(ctx, ent, func(ctx context.Context, t *tx) (err error) {
			if err := t.needEnterprise(ctx); err != nil {
				return err
			}
			more, err = t.applyStep(ctx, ent, conn)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pendingStep is how far the application of what was pushed got.
type pendingStep struct {
	event sso.ProvisioningEventID
	phase string
	after string
	asked time.Time
}

// applyStep applies a bounded part, and reports whether something is left.
func (t *tx) applyStep(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (more bool, err error) {
	step, ok, err := engine.One(ctx, t, func(r engine.Row) (s pendingStep, err error) {
		err = r.Scan(&s.event, &s.phase, &s.after, engine.Time(&s.asked))
		return s, err
	}, `select event_id, phase, after, asked_at from provisioned_pending
		where enterprise_id = $1 and connection_id = $2`+t.db.sql.Dialect.ForUpdate, string(ent), string(conn))
	if err != nil || !ok {
		return false, err
	}
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
		Event:      step.event,
	}
	e, err := t.effectsOf(ctx, p)
	if err != nil {
		return false, err
	}
	next := pendingStep{}
	if e != nil { // else it was disabled meanwhile
		if next, err = e.applySome(ctx, step); err != nil {
			return false, err
		}
		if err := e.noteApplied(step); err != nil {
			return false, err
		}
	}
	if next.phase == "" {
		t.Queue(
			"delete from provisioned_pending where enterprise_id = $1 and connection_id = $2",
			string(ent), string(conn),
		)
		return false, nil
	}
	t.Queue(
		"update provisioned_pending set phase = $3, after = $4 where enterprise_id = $1 and connection_id = $2",
		string(ent), string(conn), next.phase, next.after,
	)
	return true, nil
}

// noteApplied queues an event for the users whom a step deactivated, so that their
// receipts are listed: no request was their cause. All steps have the same event.
func (e *effects) noteApplied(step pendingStep) error {
	if len(e.receipts) == 0 {
		return nil
	}
	return e.insertProvisioningEvent(sso.ProvisioningEvent{
		ID:         step.event,
		Enterprise: e.push.Enterprise,
		Connection: e.push.Connection,
		At:         step.asked,
		Client:     "Gatehouse",
		Kind:       sso.ScopeUsersWrite,
		Status:     http.StatusOK,
		Changed:    true,
		Effects:    sso.ProvisioningEffects{Applied: true},
	})
}

// applySome applies one step and returns the next; its phase is "" at the end.
func (e *effects) applySome(ctx context.Context, step pendingStep) (pendingStep, error) {
	switch step.phase {
	case applyGone:
		return pendingStep{phase: applyPeople}, e.applyGone(ctx)
	case applyPeople:
		after, err := e.applyPeople(ctx, step.after)
		if after == "" {
			return pendingStep{phase: applyTeams}, err
		}
		return pendingStep{phase: applyPeople, after: after}, err
	case applyNamed:
		if e.cfg.SCIM.GroupsOff {
			return pendingStep{}, nil
		}
		return e.applyNamed(ctx, step.after)
	default:
		if e.cfg.SCIM.GroupsOff {
			return pendingStep{}, nil
		}
		after, err := e.applyTeam(ctx, step.after)
		if after == "" {
			return pendingStep{}, err
		}
		return pendingStep{phase: applyTeams, after: after}, err
	}
}

// departing returns the accounts of resources that were deleted while effects waited.
func (e *effects) departing(ctx context.Context) ([]sso.UserID, error) {
	w := e.where()
	condition := e.departs(w)
	return engine.List(
		ctx, e.tx, scanUserID,
		`select s.account_id from provisioned_tombstones s where s.enterprise_id = $1 and s.connection_id = $2
			and not s.applied and s.account_id <> '' and not exists (select 1 from provisioned_users p
				where p.enterprise_id = $1 and p.connection_id = $2 and p.account_id = s.account_id)
			and `+condition+" order by s.account_id",
		w.Args()...,
	)
}

// applyGone deactivates the accounts of departing users.
func (e *effects) applyGone(ctx context.Context) error {
	accounts, err := e.departing(ctx)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if err := e.deprovision(ctx, account); err != nil {
			return err
		}
	}
	w := e.where()
	condition := e.departs(w)
	e.Queue(
		"update provisioned_tombstones as s set applied = true where s.enterprise_id = $1 and s.connection_id = $2 "+
			"and not s.applied and "+condition,
		w.Args()...,
	)
	return nil
}

// nextPeople returns the users after an ID, and the last ID; none at the end.
func (e *effects) nextPeople(ctx context.Context, after string) (all []pushedUser, last string, err error) {
	w := e.where()
	rows, err := engine.List(
		ctx, e.tx, scanProvisionedUser,
		"select "+provisionedUserColumns+` from provisioned_users u where u.enterprise_id = $1 and u.connection_id = $2
			and u.id > `+w.Param(after)+" and u.origin = 'pushed' and "+e.inPilot(w)+" order by u.id limit "+
			strconv.Itoa(appliedUsers),
		w.Args()...,
	)
	for i := range rows {
		all = append(all, followed(&rows[i].ProvisionedUser))
		last = string(rows[i].ID)
	}
	return all, last, err
}

// followed returns a provisioned user whose effects may have waited.
func followed(u *sso.ProvisionedUser) pushedUser {
	return pushedUser{
		after:     u,
		adopts:    !u.Adopted && u.Account != "",
		wasActive: true, // an account that an admin deactivated meanwhile stays so
	}
}

// applyPeople applies the next users and returns the last ID; "" at the end.
func (e *effects) applyPeople(ctx context.Context, after string) (string, error) {
	all, last, err := e.nextPeople(ctx, after)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return last, e.adoptAll(ctx, all)
}

// adoptAll applies users that were stored before, and raises the questions about
// those that wait for an admin.
func (e *effects) adoptAll(ctx context.Context, all []pushedUser) error {
	before := make([]sso.ProvisionedUser, len(all))
	for i, u := range all {
		before[i] = *u.after
	}
	held, err := e.applyUsers(ctx, all)
	if err != nil {
		return err
	}
	for i, u := range all {
		e.saveAccount(*u.after, before[i])
	}
	for _, h := range held {
		why, is := heldIn(h.err)
		if !is {
			continue // a deleted user, who gets no account
		}
		if _, err := e.questionHeld(ctx, e.push, *h.user, why); err != nil {
			return err
		}
	}
	return e.Flush(ctx)
}

// team is a part of a group: its members behind one, from the beginning if it is "".
type team struct {
	sso.ProvisionedGroup
	after sso.ResourceID
}

// nextTeam returns the part of a group at a position; false at the end. A position
// is the ID of a group that is done, or those of a group and of its last member that
// is.
func (e *effects) nextTeam(ctx context.Context, after string) (next team, ok bool, err error) {
	id, last, within := strings.Cut(after, " ")
	comparison := ">"
	if within {
		comparison = ">="
	}
	row, ok, err := engine.One(
		ctx, e.tx, scanProvisionedGroup,
		"select "+provisionedGroupColumns+` from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.id `+comparison+` $3 and g.origin = 'pushed'
		order by g.id limit 1`,
		string(e.push.Enterprise), string(e.push.Connection), id,
	)
	next.ProvisionedGroup = row.ProvisionedGroup
	if string(row.ID) == id {
		next.after = sso.ResourceID(last)
	}
	return next, ok, err
}

// nextMember returns the position after some members of a group.
func nextMember(group sso.ResourceID, members []sso.ResourceID) string {
	if len(members) < appliedMembers {
		return string(group)
	}
	return string(group) + " " + string(members[len(members)-1])
}

// applyTeam applies members of the next group and returns the position after them;
// "" at the end.
func (e *effects) applyTeam(ctx context.Context, after string) (string, error) {
	g, ok, err := e.nextTeam(ctx, after)
	if err != nil || !ok {
		return "", err
	}
	if g.after == "" {
		if err := e.createMissing(ctx, g.ProvisionedGroup); err != nil {
			return "", err
		}
	}
	members, err := e.membersAfter(ctx, g.ID, g.after, appliedMembers)
	if err != nil {
		return "", err
	}
	return nextMember(g.ID, members), e.followMembers(ctx, g.ProvisionedGroup, members, nil)
}

// applyNamed applies members of one group, which begins at its first member, and
// returns the next step.
func (e *effects) applyNamed(ctx context.Context, after string) (pendingStep, error) {
	id, last, _ := strings.Cut(after, " ")
	row, ok, err := engine.One(
		ctx, e.tx, scanProvisionedGroup,
		"select "+provisionedGroupColumns+` from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.id = $3`,
		string(e.push.Enterprise), string(e.push.Connection), id,
	)
	if err != nil || !ok {
		return pendingStep{}, err
	}
	members, err := e.membersAfter(ctx, row.ID, sso.ResourceID(last), appliedMembers)
	if err != nil {
		return pendingStep{}, err
	}
	next := pendingStep{}
	if len(members) == appliedMembers {
		next.phase, next.after = applyNamed, nextMember(row.ID, members)
	}
	return next, e.followMembers(ctx, row.ProvisionedGroup, members, nil)
}
