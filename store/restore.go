package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

const historyKey = "membership_history_since"

// beginHistory stores since when there is a history. Memberships that ended
// earlier are unknown, so nothing can be restored to before.
func (db *DB) beginHistory(ctx context.Context) error {
	var text string
	err := db.write(ctx, func(ctx context.Context, t *tx) (err error) {
		t.Queue(
			"insert into meta (key, value) values ($1, $2) on conflict (key) do nothing",
			historyKey, strconv.FormatInt(engine.Micros(t.now), 10),
		)
		text, _, err = engine.One(
			ctx, t, engine.ScanText, "select value from meta where key = $1", historyKey,
		)
		return err
	})
	if err != nil {
		return fmt.Errorf("note when the history begins: %w", err)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	db.historySince = engine.FromMicros(n)
	return err
}

// checkMoment refuses a moment at which the memberships of a user or group, made
// then, are not known.
func (t *tx) checkMoment(at, made time.Time) error {
	since := t.db.historySince
	if made.After(since) {
		since = made
	}
	return groupsync.CheckMoment(at, since, t.now)
}

// RestoreUser restores the memberships of a user at a time. confirm is called
// with the changes and says whether to make them; its error aborts. Memberships
// with source default follow the others. A time before the history is Invalid
// "moment_not_known".
func (db *DB) RestoreUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, at time.Time,
	confirm func(sso.Restoration) (bool, error)) (result sso.Restoration, err error) {
	defer func() { doing(&err, "restore memberships") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		u, err := found(findUser(ctx, t, ent, user))
		if err != nil {
			return err
		}
		if u.MergedInto != "" {
			return sso.UserMerged(u.MergedInto)
		}
		if err := t.checkMoment(at, u.CreatedAt); err != nil {
			return err
		}
		if result, err = t.restoration(ctx, ent, user, at); err != nil {
			return err
		}
		if result.Done, err = confirm(result); err != nil || !result.Done {
			return err
		}
		m := restored(by, user, result.Add, result.Remove, restoredTo(by, at))
		if err := t.changeMemberships(ctx, ent, &m); err != nil {
			return err
		}
		t.invalidate(user)
		return t.audit(
			ctx, by, "memberships.restored", string(user), "to", at.Format(time.RFC3339), "record",
			string(m.record.ID),
			"added", groupNames(m.record.Added), "removed",
			groupNames(m.record.Removed),
		)
	})
	if err != nil {
		return sso.Restoration{}, err
	}
	return result, nil
}

// restoration compares the memberships of a user at a time with the current ones.
func (t *tx) restoration(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID, at time.Time,
) (r sso.Restoration, err error) {
	then, err := pastOf(ctx, t, ent, user, at)
	if err != nil {
		return r, err
	}
	now, err := pastOf(ctx, t, ent, user, t.now)
	if err != nil {
		return r, err
	}
	existing, err := engine.List(
		ctx, t, func(row engine.Row) (id sso.GroupID, err error) {
			err = row.Scan(&id)
			return id, err
		},
		`select h.group_id from membership_history h join groups g on g.enterprise_id = h.enterprise_id and g.id = h.group_id
		where h.enterprise_id = $1 and h.user_id = $2`,
		string(ent), string(user),
	)
	if err != nil {
		return r, err
	}
	return groupsync.RestoreUser(then, now, existing), nil
}

// restoredTo returns the note of a restore in its sync records.
func restoredTo(by sso.Actor, at time.Time) string {
	return "Restored by " + string(by) + " to what was at " + at.UTC().Format(time.RFC3339) + "."
}

// eachUser returns a restore of a group as one membership change for each user.
func eachUser(by sso.Actor, r sso.Restoration, note string) []membershipChange {
	var changes []membershipChange
	for _, p := range r.Add {
		changes = append(changes, restored(by, p.User, []sso.PastMembership{p}, nil, note))
	}
	for _, p := range r.Remove {
		changes = append(changes, restored(by, p.User, nil, []sso.PastMembership{p}, note))
	}
	return changes
}

// restored returns past memberships to add and remove as the membership change of
// one user.
func restored(
	by sso.Actor, user sso.UserID, add, remove []sso.PastMembership, note string,
) membershipChange {
	m := membershipChange{
		user:  user,
		cause: string(by),
		record: sso.SyncRecord{
			Mode: sso.SyncRestore,
			Note: note,
		},
	}
	for _, p := range add {
		m.add = append(m.add, sso.Membership{
			Group:  p.Group.Group,
			Source: p.Source,
		})
	}
	for _, p := range remove {
		m.remove = append(m.remove, p.Group.Group)
	}
	return m
}

// RestoreGroup restores the members of a group at a time; confirm is as in
// RestoreUser. The default group follows the others: Conflict "default_group".
func (db *DB) RestoreGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, at time.Time,
	confirm func(sso.Restoration) (bool, error)) (result sso.Restoration, err error) {
	defer func() { doing(&err, "restore group") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		g, err := found(findGroup(ctx, t, ent, group))
		if err != nil {
			return err
		}
		if g.Default {
			return errDefaultGroup()
		}
		if err := t.checkMoment(at, g.CreatedAt); err != nil {
			return err
		}
		if result, err = t.groupRestoration(ctx, ent, group, at); err != nil {
			return err
		}
		if result.Done, err = confirm(result); err != nil || !result.Done {
			return err
		}
		return t.changeGroupMembers(
			ctx, by, ent, g, eachUser(by, result, restoredTo(by, at)), "group.restored", "to",
			at.Format(time.RFC3339),
		)
	})
	if err != nil {
		return sso.Restoration{}, err
	}
	return result, nil
}

// groupRestoration compares the members of a group at a time with the current
// ones. Deleted users cannot be restored.
func (t *tx) groupRestoration(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, at time.Time,
) (r sso.Restoration, err error) {
	const members = "select " + pastColumns +
		" from membership_history h join users u on u.enterprise_id = h.enterprise_id and u.id = h.user_id" +
		pastFrom + `
		where h.enterprise_id = $1 and h.group_id = $2 and h.from_at <= $3 and (h.until_at = 0 or h.until_at > $3) order by h.user_id`
	then, err := engine.List(
		ctx, t, scanPast, members, string(ent), string(group), engine.Micros(at),
	)
	if err != nil {
		return r, err
	}
	now, err := engine.List(
		ctx, t, scanPast, members, string(ent), string(group), engine.Micros(t.now),
	)
	if err != nil {
		return r, err
	}
	return groupsync.RestoreGroup(then, now), nil
}

// changeGroupMembers changes the membership of many users in one group, with one audit
// event.
func (t *tx) changeGroupMembers(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	g sso.Group,
	changes []membershipChange,
	action string,
	detail ...string,
) error {
	var users []sso.UserID
	added, removed := 0, 0
	for i := range changes {
		if err := t.changeMemberships(ctx, ent, &changes[i]); err != nil {
			return err
		}
		users = append(users, changes[i].user)
		added, removed = added+len(changes[i].add), removed+len(changes[i].remove)
	}
	if len(users) == 0 {
		return nil
	}
	t.invalidate(users...)
	return t.audit(
		ctx,
		by,
		action,
		string(g.ID),
		append(
			detail, "name", g.Name, "added", strconv.Itoa(added), "removed", strconv.Itoa(removed),
		)...,
	)
}
