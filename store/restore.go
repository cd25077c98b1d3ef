package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

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

// checkMoment returns an error if the memberships at a time are unknown or the time is
// in the future: restoring to it would remove memberships wrongly.
func (t *tx) checkMoment(at, made time.Time) error {
	since := t.db.historySince
	if made.After(since) {
		since = made
	}
	switch {
	case at.Before(since):
		return sso.InvalidField(
			"moment_not_known", "at",
			"What was then is not known: the earliest moment is "+since.Format(time.RFC3339Nano)+".",
		)
	case at.After(t.now):
		return sso.InvalidField("moment_not_known", "at", "This moment is in the future.")
	}
	return nil
}

// RestoreUser restores the memberships of a user at a time. confirm is called
// with the changes and says whether to make them; its error aborts. Memberships
// with source default follow the others. A time before the history is Invalid
// "moment_not_known".
func (db *DB) RestoreUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, at time.Time,
	confirm func(sso.Restored) (bool, error)) (result sso.Restored, err error) {
	defer func() { doing(&err, "restore memberships") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		u, err := found(findUser(ctx, t, ent, user))
		if err != nil {
			return err
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
		m := restoring(by, user, result.Add, result.Remove, at)
		if err := t.changeMemberships(ctx, ent, &m); err != nil {
			return err
		}
		if err := t.invalidate(ctx, ent, user); err != nil {
			return err
		}
		return t.audit(
			ctx, by, "memberships.restored", string(user), "to", at.Format(time.RFC3339), "record",
			string(m.record.ID),
			"added", groupNames(m.record.Added), "removed",
			groupNames(m.record.Removed),
		)
	})
	if err != nil {
		return sso.Restored{}, err
	}
	return result, nil
}

// restoration compares the memberships of a user at a time with the current ones.
func (t *tx) restoration(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID, at time.Time,
) (r sso.Restored, err error) {
	then, err := pastOf(ctx, t, ent, user, at)
	if err != nil {
		return r, err
	}
	now, err := pastOf(ctx, t, ent, user, t.now)
	if err != nil {
		return r, err
	}
	here, err := engine.List(
		ctx, t, engine.ScanText,
		`select h.group_id from membership_history h join groups g on g.enterprise_id = h.enterprise_id and g.id = h.group_id
		where h.enterprise_id = $1 and h.user_id = $2`,
		string(ent), string(user),
	)
	if err != nil {
		return r, err
	}
	in := func(all []sso.PastMembership, id sso.GroupID) bool {
		return slices.ContainsFunc(all, func(p sso.PastMembership) bool {
			return p.Group.Group == id
		})
	}
	for _, p := range then {
		switch {
		case p.Default || in(now, p.Group.Group):
		case slices.Contains(here, string(p.Group.Group)):
			r.Add = append(r.Add, p)
		default:
			r.Gone = append(r.Gone, p)
		}
	}
	for _, p := range now {
		if !p.Default && !in(then, p.Group.Group) {
			r.Remove = append(r.Remove, p)
		}
	}
	return r, nil
}

// restoring returns a restore as the membership change of one user.
func restoring(by sso.Actor, user sso.UserID, add, remove []sso.PastMembership, at time.Time) membershipChange {
	m := membershipChange{
		user:  user,
		cause: string(by),
		record: sso.SyncRecord{
			Mode: sso.SyncRestore,
			Note: "Restored by " + string(by) + " to what was at " + at.UTC().Format(time.RFC3339) +
				".",
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
	confirm func(sso.Restored) (bool, error)) (result sso.Restored, err error) {
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
		var people []membershipChange
		for _, p := range result.Add {
			people = append(people, restoring(by, p.User, []sso.PastMembership{p}, nil, at))
		}
		for _, p := range result.Remove {
			people = append(people, restoring(by, p.User, nil, []sso.PastMembership{p}, at))
		}
		return t.changeGroupMembers(
			ctx, by, ent, g, people, "group.restored", "to", at.Format(time.RFC3339),
		)
	})
	if err != nil {
		return sso.Restored{}, err
	}
	return result, nil
}

// groupRestoration compares the members of a group at a time with the current
// ones. Deleted users cannot be restored.
func (t *tx) groupRestoration(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, at time.Time,
) (r sso.Restored, err error) {
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
	r.Add, r.Remove, r.Members = missingFrom(then, now), missingFrom(now, then), len(now)
	return r, nil
}

// missingFrom returns the entries of all whose user is not in others.
func missingFrom(all, others []sso.PastMembership) (left []sso.PastMembership) {
	known := make(map[sso.UserID]bool, len(others))
	for _, p := range others {
		known[p.User] = true
	}
	for _, p := range all {
		if !known[p.User] {
			left = append(left, p)
		}
	}
	return left
}

// changeGroupMembers changes the membership of many users in one group, with one audit
// event.
func (t *tx) changeGroupMembers(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	g sso.Group,
	people []membershipChange,
	action string,
	detail ...string,
) error {
	var users []sso.UserID
	added, removed := 0, 0
	for i := range people {
		if err := t.changeMemberships(ctx, ent, &people[i]); err != nil {
			return err
		}
		users = append(users, people[i].user)
		added, removed = added+len(people[i].add), removed+len(people[i].remove)
	}
	if len(users) == 0 {
		return nil
	}
	if err := t.invalidate(ctx, ent, users...); err != nil {
		return err
	}
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
