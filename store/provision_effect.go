package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// effects carries out what follows from the pushes of one connection, which is
// live and provisions by SCIM.
type effects struct {
	*tx
	push sso.Push
	cfg  sso.Config // live, without secrets
	// preview says that nothing is written, so nothing is locked.
	preview bool
}

// effectsOf returns nil if what follows from a push waits: the connection is not
// enabled, or does not provision by SCIM.
func (t *tx) effectsOf(ctx context.Context, p sso.Push) (*effects, error) {
	if t.effects != nil && t.effects.push == p {
		return t.effects, nil
	}
	var cfg sso.Config
	var state sso.ConnectionState
	_, ok, err := engine.One(ctx, t, func(r engine.Row) (struct{}, error) {
		var live string
		err := r.Scan(&state, &live)
		if err == nil && live != "" {
			err = engine.JSON(&cfg).Scan(live)
		}
		return struct{}{}, err
	}, "select state, live from connections where enterprise_id = $1 and id = $2",
		string(p.Enterprise), string(p.Connection))
	if err != nil || !ok || state != sso.ConnectionEnabled || cfg.Provisioning != sso.ProvisionSCIM {
		return nil, err
	}
	t.effects = &effects{
		tx:   t,
		push: p,
		cfg:  cfg,
	}
	return t.effects, nil
}

// applyUser carries out what follows from a provisioned user: before is nil when
// it was created, after is nil when it was deleted. It sets after.Account. The
// error is a [sso.IdentityHeldError] if an admin has to decide first.
func (t *tx) applyUser(ctx context.Context, p sso.Push, before, after *sso.ProvisionedUser) error {
	e, err := t.effectsOf(ctx, p)
	if err != nil {
		return err
	}
	if after == nil {
		applied := e != nil && before.Adopted
		t.entomb(p, *before, applied)
		if !applied {
			return nil
		}
		return e.deprovision(ctx, before.Account)
	}
	if before == nil { // the name is in use again
		t.Queue(
			"delete from provisioned_tombstones where enterprise_id = $1 and connection_id = $2 and login_key = $3 "+
				"and account_id = ''",
			string(p.Enterprise), string(p.Connection), identity.LoginKey(after.UserName),
		)
	}
	if e == nil {
		return nil
	}
	if is, err := e.adopts(ctx, *after); err != nil || !is {
		return err
	}
	return e.applyOne(ctx, before, after)
}

// applyOne applies one user.
func (e *effects) applyOne(ctx context.Context, before, after *sso.ProvisionedUser) error {
	if before != nil && before.Account != "" && identity.IsAnother(*before, *after) {
		former := *before
		if err := e.release(ctx, former, after); err != nil {
			return err
		}
		return e.applyChange(ctx, nil, pushedUser{
			after:    after,
			succeeds: former.Account,
		})
	}
	change := pushedUser{after: after}
	if before != nil {
		waited := !e.whole() && before.Provisioned() && !before.Adopted
		// An admin deactivated a found account that is not active.
		change.wasActive = before.Active || !before.Provisioned() || waited
		change.adopts = !before.Provisioned() || waited && before.Account != ""
	}
	return e.applyChange(ctx, before, change)
}

func (e *effects) applyChange(ctx context.Context, before *sso.ProvisionedUser, change pushedUser) error {
	held, err := e.applyUsers(ctx, []pushedUser{change})
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return held[0].err
	}
	after := change.after
	if before != nil && before.UserName != after.UserName {
		e.renameExpected(*before, *after)
	}
	known := before == nil || before.Account == after.Account && (e.whole() || before.Adopted)
	if known && change.succeeds == "" {
		return nil
	}
	return e.joinGroups(ctx, *after)
}

// release takes a resource away from the account of a person who left, with the groups, as
// if it had been deleted and created again.
func (e *effects) release(ctx context.Context, before sso.ProvisionedUser, after *sso.ProvisionedUser) error {
	after.Account = ""
	after.Adopted = false
	after.AccountOff = false
	former := before
	former.ID = sso.ResourceID(sso.NewID[sso.UserID](e.now)) // of the tombstone: the resource goes on
	e.entomb(e.push, former, before.Adopted)
	e.forgetAccount(e.push, before.Account)
	return e.leaveAll(ctx, before.Account)
}

// applyMembers carries out what follows from new and former members of a
// provisioned group. It is called after applyGroup for a new or renamed group,
// and before it for a deleted one.
func (t *tx) applyMembers(
	ctx context.Context, p sso.Push, g sso.ProvisionedGroup, added, removed []sso.ResourceID,
) error {
	e, err := t.effectsOf(ctx, p)
	if err != nil || e == nil || e.cfg.SCIM.GroupsOff {
		return err
	}
	if err := e.adoptMembers(ctx, g, added); err != nil {
		return err
	}
	return e.followMembers(ctx, g, added, removed)
}

// followMembers is applyMembers without adopting users.
func (e *effects) followMembers(
	ctx context.Context, g sso.ProvisionedGroup, added, removed []sso.ResourceID,
) error {
	groups, err := e.groupsNamed(ctx, g.DisplayName)
	if err != nil || len(groups) == 0 {
		return err
	}
	return e.changeGroups(ctx, g.ID, groups, added, removed)
}

// applyGroup carries out what follows from a provisioned group: before is nil when
// it was created, after is nil when it was deleted. left are those whom the same
// request removed: under a former name they are still members here.
func (t *tx) applyGroup(
	ctx context.Context, p sso.Push, before, after *sso.ProvisionedGroup, left ...sso.ResourceID,
) error {
	e, err := t.effectsOf(ctx, p)
	if err != nil || e == nil || e.cfg.SCIM.GroupsOff || after == nil {
		return err
	}
	if before == nil {
		return e.createMissing(ctx, *after)
	}
	if before.DisplayName == after.DisplayName {
		return nil
	}
	return e.renameGroup(ctx, *before, *after, left)
}
