package store

import (
	"context"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// UndoMerge moves back what a merge moved and still is where the merge put it. The
// sessions of both end, and so do the tokens and setup links that the one kept created
// since: it is not known who of the two did. Errors: Conflict "merge_undone", "merge_too_old", and
// "user_merged" if a later merge has to be undone first.
func (db *DB) UndoMerge(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MergeID,
) (m sso.Merge, err error) {
	defer func() { doing(&err, "undo a merge") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		m, err = found(findMerge(ctx, t, ent, id))
		if err != nil {
			return err
		}
		u := unmerging{merging: merging{
			tx:    t,
			Merge: m,
		}}
		err = u.run(ctx, by)
		m = u.Merge
		return err
	})
	if err != nil {
		return sso.Merge{}, err
	}
	return m, nil
}

// unmerging undoes one merge.
type unmerging struct{ merging }

func (u *unmerging) facts(ctx context.Context) (f identity.UndoFacts, err error) {
	f.Merge, f.Now = u.Merge, u.now
	if f.From, err = found(findUser(ctx, u.tx, u.Enterprise, u.From)); err != nil {
		return f, err
	}
	if f.Into, err = found(findUser(ctx, u.tx, u.Enterprise, u.Into)); err != nil {
		return f, err
	}
	if f.Ended, err = u.endedSince(ctx); err != nil {
		return f, err
	}
	f.Holder, _, err = loginHolder(ctx, u.tx, u.Enterprise, f.From.Login)
	return f, err
}

// endedSince reports whether a provisioned user that was active when it moved is not any
// more.
func (u *unmerging) endedSince(ctx context.Context) (bool, error) {
	for _, r := range u.Moved.Resources {
		_, active, err := engine.One(
			ctx, u.tx, scanResource, `select connection_id, id from provisioned_users
			where enterprise_id = $1 and connection_id = $2 and id = $3 and active`,
			string(u.Enterprise), string(r.Connection), string(r.ID),
		)
		if err != nil || !active {
			return true, err
		}
	}
	return false, nil
}

func (u *unmerging) run(ctx context.Context, by sso.Actor) error {
	facts, err := u.facts(ctx)
	if err != nil {
		return err
	}
	after, err := identity.Unmerged(facts)
	if err != nil {
		return err
	}
	u.updateUser(after.Into)
	u.updateUser(after.From)
	u.Queue(
		"update users set merged_into = '' where enterprise_id = $1 and id = $2", string(u.Enterprise), string(u.From),
	)
	if err := u.returnIdentities(ctx); err != nil {
		return err
	}
	u.returnResources()
	u.returnEntries()
	u.returnAttributes()
	if err := u.returnMemberships(ctx); err != nil {
		return err
	}
	if after.Holder != "" {
		if err := u.ask(ctx, by, after.From, after.Holder); err != nil {
			return err
		}
	}
	if _, err := u.endUserSessions(ctx, u.Enterprise, u.Into); err != nil {
		return err
	}
	if err := u.endMade(ctx, by, after.Into, u.At); err != nil {
		return err
	}
	u.invalidate(u.From)
	u.UndoneBy, u.UndoneAt = by, u.now
	u.Queue(
		"update merges set undone_by = $3, undone_at = $4 where enterprise_id = $1 and id = $2",
		string(u.Enterprise), string(u.ID), string(by), engine.Micros(u.now),
	)
	return u.audit(
		ctx, by, "user.unmerged", string(u.From), "merge", string(u.ID), "into", string(u.Into),
		"login", after.From.Login, "status", string(after.From.Status),
	)
}

// ask raises the question who has the login of From, which another user took.
func (u *unmerging) ask(ctx context.Context, by sso.Actor, from sso.User, holder sso.UserID) error {
	q := sso.IdentityQuestion{
		Enterprise: u.Enterprise,
		User:       from.ID,
		Holder:     holder,
		Login:      from.Login,
	}
	for _, i := range u.Moved.Identities {
		q.Connection = i.Connection
	}
	return u.raiseQuestion(ctx, by, q)
}

// returnIdentities moves back the identities that lead to Into still. Into keeps one of
// each connection that it has linked subjects of.
func (u *unmerging) returnIdentities(ctx context.Context) error {
	var back []sso.UserIdentity
	for _, moved := range u.Moved.Identities {
		now, err := userIdentities(ctx, u.tx, u.Enterprise, u.Into)
		if err != nil {
			return err
		}
		i, ok := identity.FindMerged(moved, now)
		if !ok {
			continue
		}
		i.User = u.Into
		place := identity.PlaceOf(i, back)
		if place == identity.Dropped {
			continue
		}
		switch {
		case moved.Dropped:
			i.Linked = ""
			u.insertIdentity(u.Enterprise, i, u.From)
		case i.Linked != "" && place == identity.AsIdentity:
			u.deleteLinked(u.Enterprise, i.Linked)
			u.insertIdentity(u.Enterprise, i, u.From)
		default:
			u.moveIdentity(u.Enterprise, i, u.From, place)
		}
		back = append(back, i)
	}
	return u.promoteLinked(ctx, u.Enterprise, u.Into)
}

// returnResources queues that what identity providers pushed of From belongs to it again,
// if it belongs to Into still.
func (u *unmerging) returnResources() {
	for _, r := range u.Moved.Resources {
		u.Queue(
			"update provisioned_users set account_id = $5 "+
				"where enterprise_id = $1 and connection_id = $2 and id = $3 and account_id = $4",
			string(u.Enterprise), string(r.Connection), string(r.ID), string(u.Into), string(u.From),
		)
	}
}

// returnMemberships queues that From is in the groups it was in, and that Into is in none
// that it got by the merge. A membership that an admin or a push gave, and that Into lost
// since, was taken from the person and stays taken; what a sign-in gave the next
// one decides.
func (u *unmerging) returnMemberships(ctx context.Context) error {
	left, err := u.membershipsOf(ctx, u.Into)
	if err != nil {
		return err
	}
	var ended []sso.GroupID
	for _, m := range u.Moved.Memberships {
		given := m.Source == sso.SourceManual || m.Source == sso.SourceSCIM
		if given && !slices.ContainsFunc(left, func(now sso.Membership) bool { return now.Group == m.Group }) {
			ended = append(ended, m.Group)
			continue
		}
		u.keepMembership(m, u.From)
	}
	for _, g := range u.Moved.Gained {
		u.Queue(
			"delete from memberships where enterprise_id = $1 and user_id = $2 and group_id = $3",
			string(u.Enterprise), string(u.Into), string(g),
		)
	}
	for user, groups := range map[sso.UserID][]sso.GroupID{u.From: ended, u.Into: u.Moved.Gained} {
		if err := u.followDefaults(ctx, user, groups); err != nil {
			return err
		}
		u.followHistory(u.Enterprise, user, string(u.ID))
	}
	return nil
}

// followDefaults queues that a user who is not in some groups any more is in the default
// groups of their organizations only because of others.
func (u *unmerging) followDefaults(ctx context.Context, user sso.UserID, groups []sso.GroupID) error {
	left, _, err := u.groupsByID(ctx, u.Enterprise, groups)
	for _, g := range left {
		u.followDefault(u.Enterprise, g.Organization, user, string(u.ID))
	}
	return err
}
