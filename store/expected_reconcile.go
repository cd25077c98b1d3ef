package store

import (
	"context"
	"slices"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// ReconcileMembers makes the members of a group those whom the identity provider of
// a connection pushed, as far as decide says so of each user who differs: the same
// planner and brake are asked as at a push. confirm is called with what would
// change and says whether to do it. It reads at most 20,000 users who differ; the
// next call finds the rest.
func (db *DB) ReconcileMembers(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
	decide func(sso.MemberFacts) (add, remove bool), confirm func(sso.MemberReconciliation) (bool, error),
) (result sso.MemberReconciliation, err error) {
	defer func() { doing(&err, "reconcile provisioned members") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		g, err := found(db.findNamedGroup(ctx, t, ent, group))
		if err != nil {
			return err
		}
		push := sso.Push{
			Enterprise: ent,
			Connection: conn,
			Event:      sso.NewID[sso.ProvisioningEventID](t.now),
		}
		e, err := t.effectsOf(ctx, push)
		if err != nil {
			return err
		}
		if e == nil {
			return errNotProvisioning()
		}
		result, err = e.reconcile(ctx, by, g, decide, confirm)
		return err
	})
	return result, err
}

func errNotProvisioning() *sso.Error {
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "not_provisioning",
		Public: "The connection is not enabled with provisioning by SCIM, so that there is nothing to reconcile. " +
			"Enable it with provisioning first.",
	}
}

// reconcile plans and makes the changes of one group.
func (e *effects) reconcile(
	ctx context.Context, by sso.Actor, g sso.Group, decide func(sso.MemberFacts) (add, remove bool),
	confirm func(sso.MemberReconciliation) (bool, error),
) (r sso.MemberReconciliation, err error) {
	add, remove, err := e.strayMembers(ctx, g.ID, decide)
	if err != nil {
		return r, err
	}
	facts, err := e.manyFacts(ctx, "", g, userIDs(add), userIDs(remove))
	if err != nil {
		return r, err
	}
	plan := groupsync.PlanMany(facts)
	members, _, err := engine.One(
		ctx, e.tx, engine.ScanNumber, "select count(*) from memberships where enterprise_id = $1 and group_id = $2",
		string(e.push.Enterprise), string(g.ID),
	)
	if err != nil {
		return r, err
	}
	r = sso.MemberReconciliation{
		Group:   g,
		Add:     membersAmong(add, plan.Join),
		Remove:  membersAmong(remove, plan.Leave),
		Held:    membersAmong(remove, plan.Held),
		Members: int(members),
		Event:   e.push.Event,
	}
	if r.Done, err = confirm(r); err != nil || !r.Done || len(add)+len(remove) == 0 {
		return r, err
	}
	if err := e.carryOut(ctx, g, userIDs(add), plan); err != nil {
		return r, err
	}
	return r, e.audit(
		ctx, by, "memberships.reconciled", string(g.ID), "name", g.Name, "connection", string(e.push.Connection),
		"event", string(e.push.Event),
	)
}

// strayMembers returns the users of a group whom decide adds and removes.
func (e *effects) strayMembers(
	ctx context.Context, group sso.GroupID, decide func(sso.MemberFacts) (add, remove bool),
) (add, remove []sso.DriftingMember, err error) {
	for _, members := range []membersOf{e.db.missingMembers(), e.db.extraMembers()} {
		all, err := e.db.driftingMembers(
			ctx, e.tx, members, e.push.Enterprise, e.push.Connection, group, maxReconciled,
		)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range all {
			comes, goes := decide(m.Facts)
			switch {
			case m.User == "":
			case comes:
				add = append(add, m)
			case goes:
				remove = append(remove, m)
			}
		}
	}
	return add, remove, nil
}

func userIDs(all []sso.DriftingMember) []sso.UserID {
	ids := make([]sso.UserID, len(all))
	for i, m := range all {
		ids[i] = m.User
	}
	return ids
}

// membersAmong returns the members with one of the accounts.
func membersAmong(all []sso.DriftingMember, users []sso.UserID) []sso.DriftingMember {
	is := make(map[sso.UserID]bool, len(users))
	for _, u := range users {
		is[u] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(m sso.DriftingMember) bool { return !is[m.User] })
}

// ApplyAgain applies everything that was pushed to a connection again, people first:
// what fits into ten seconds at once, and the rest in the background. Conflict
// "not_provisioning" unless pushes of the connection take effect.
func (db *DB) ApplyAgain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID) (err error) {
	defer func() { doing(&err, "apply again what was provisioned") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		c, err := found(db.findConnection(ctx, t, ent, conn))
		if err != nil {
			return err
		}
		if !provisions(c) {
			return errNotProvisioning()
		}
		t.askToApply(ent, conn)
		return t.audit(ctx, by, "provisioning.applied_again", string(conn))
	})
	if err != nil {
		return err
	}
	db.applySoon(ctx, ent, conn)
	return nil
}
