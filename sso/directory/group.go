package directory

import (
	"context"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// CreateGroup creates a group of g.Organization from g's name, IdP names, admin
// flag and roles. A name that cannot be accepted is Invalid "group_name_invalid"; one
// that another group of the organization has, of either kind, Conflict
// "name_taken".
func (s *Service) CreateGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, g sso.Group) (sso.Group, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Group{}, err
	}
	if len(g.Roles) > 0 && by.OfLink() {
		return sso.Group{}, errRolesNeedAdmin()
	}
	g, err := cleanGroup(g)
	if err != nil {
		return sso.Group{}, err
	}
	return s.options.Groups.CreateGroup(ctx, by, ent, g)
}

// cleanGroup returns g with its IdP names in the form in which they are stored.
// Its errors name each IdP name by its place: idp_names[0].
func cleanGroup(g sso.Group) (sso.Group, error) {
	names, problems := groupsync.CleanIDPNames(g.Name, g.IDPNames)
	g.IDPNames = names
	return g, invalid(
		"group_name_invalid", append(groupsync.CheckName("name", g.Name), problems...),
	)
}

// GroupEdit changes a group; nil leaves a value as it is.
type GroupEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision.
	Revision int64
	Name     *string
	IDPNames *[]string
	Admin    *bool
	Roles    *[]string // keys
}

// UpdateGroup changes a group. Its names are checked only if the edit has one: a
// group whose name an earlier version accepted can still get other members'
// rights. Errors: those of CreateGroup; Conflict "default_group" for a default
// group unless only its roles change, and "group_is_default" if a default group of a connection would become
// an admin group; Forbidden "roles_need_admin" if a setup link changes roles.
func (s *Service) UpdateGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID,
	edit GroupEdit) (sso.Group, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Group{}, err
	}
	if edit.Roles != nil && by.OfLink() {
		return sso.Group{}, errRolesNeedAdmin()
	}
	return s.options.Groups.UpdateGroup(ctx, by, ent, id, func(g sso.Group) (sso.Group, error) {
		if err := sso.CheckRevision("group", edit.Revision, g.Revision); err != nil {
			return g, err
		}
		set(&g.Name, edit.Name)
		set(&g.IDPNames, edit.IDPNames)
		set(&g.Admin, edit.Admin)
		set(&g.Roles, edit.Roles)
		if edit.Name == nil && edit.IDPNames == nil {
			return g, nil
		}
		return cleanGroup(g)
	})
}

func errRolesNeedAdmin() *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "roles_need_admin",
		Public: "Only operators and admins of the company decide which roles a group carries.",
	}
}

// AddIDPName makes a name one of a group's IdP names, beside those it has.
// Errors: those of UpdateGroup; a name that cannot be accepted is about the field
// "name".
func (s *Service) AddIDPName(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID,
	name string) (sso.Group, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Group{}, err
	}
	return s.options.Groups.UpdateGroup(ctx, by, ent, id, func(g sso.Group) (sso.Group, error) {
		names, problems := groupsync.CleanIDPNames(g.Name, append(g.IDPNames, name))
		for i := range problems {
			problems[i].Field = "name"
		}
		g.IDPNames = names
		return g, invalid("group_name_invalid", problems)
	})
}

// DeleteGroup deletes a group; its members leave the organization unless they are
// in another group of it. A default group is Conflict "default_group", or
// "group_is_default" if a connection names it. revision is as that of an edit.
func (s *Service) DeleteGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID,
	revision int64) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	return s.options.Groups.DeleteGroup(ctx, by, ent, id, func(r sso.Reach) error {
		return sso.CheckRevision("group", revision, r.Group.Revision)
	})
}

// AddMember adds a user to a group by hand. A user who is in it stays as they
// are.
func (s *Service) AddMember(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID,
	user sso.UserID) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	return s.options.Groups.AddMember(ctx, by, ent, group, user)
}

// RemoveMember removes a user from a group, and with their last group from the
// organization. From a default group only a user is removed who is in no other
// group of the organization: Conflict "default_group".
func (s *Service) RemoveMember(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID,
	user sso.UserID) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	return s.options.Groups.RemoveMember(ctx, by, ent, group, user)
}

// Move says how far a restore or a reconcile goes.
type Move struct {
	DryRun    bool // look at what would change, and change nothing
	Confirmed bool // go on although the share brake would stop it
}

// run calls do with the decision it asks for, and returns what would change also
// if that is refused. A removal that the share brake stops is Conflict
// "share_brake".
func (m Move) run(
	do func(confirm func(sso.Restoration) (bool, error)) (sso.Restoration, error),
) (sso.Restoration, error) {
	var seen sso.Restoration
	result, err := do(func(r sso.Restoration) (bool, error) {
		seen = r
		if !m.DryRun &&
			!m.Confirmed &&
			groupsync.ShareBrake(r.Members, len(r.Remove)) {
			return false, groupsync.ErrShareBrake(r.Members, len(r.Remove))
		}
		return !m.DryRun, nil
	})
	if err != nil {
		return seen, err
	}
	return result, nil
}

// RestoreUser restores a user's memberships to a moment. What one user loses is
// no burst, so that the share brake does not apply. A moment of which nothing is
// known is Invalid "moment_not_known".
func (s *Service) RestoreUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
	at time.Time, dryRun bool) (sso.Restoration, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Restoration{}, err
	}
	move := Move{DryRun: dryRun, Confirmed: true}
	return move.run(func(confirm func(sso.Restoration) (bool, error)) (sso.Restoration, error) {
		return s.options.Groups.RestoreUser(ctx, by, ent, user, at, confirm)
	})
}

// RestoreGroup restores a group's members to a moment. Errors: as RestoreUser;
// Conflict "share_brake"; Conflict "default_group" for a default group.
func (s *Service) RestoreGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID,
	at time.Time, move Move) (sso.Restoration, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Restoration{}, err
	}
	return move.run(func(confirm func(sso.Restoration) (bool, error)) (sso.Restoration, error) {
		return s.options.Groups.RestoreGroup(ctx, by, ent, group, at, confirm)
	})
}

// ReconcileGroup makes a group's members those whom the identity provider last
// named, as far as that is certain. Errors: Conflict "share_brake".
func (s *Service) ReconcileGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID,
	move Move) (sso.Restoration, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Restoration{}, err
	}
	return move.run(func(confirm func(sso.Restoration) (bool, error)) (sso.Restoration, error) {
		return s.options.Groups.ReconcileGroup(ctx, by, ent, group, groupsync.Reconcile, confirm)
	})
}

// ApproveHeldSync makes the changes that the brake held. One that does not wait
// any more is Conflict "held_sync_decided".
func (s *Service) ApproveHeldSync(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
	id sso.HeldSyncID) (sso.HeldSync, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.HeldSync{}, err
	}
	return s.options.Groups.ApproveHeldSync(ctx, by, ent, id)
}

// DiscardHeldSync leaves the memberships as they are. One that does not wait any
// more is Conflict "held_sync_decided".
func (s *Service) DiscardHeldSync(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
	id sso.HeldSyncID) (sso.HeldSync, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.HeldSync{}, err
	}
	return s.options.Groups.DiscardHeldSync(ctx, by, ent, id)
}

// DecideHeldSyncs approves or discards everything that is held for one cause. It
// returns what was decided before an error, too.
func (s *Service) DecideHeldSyncs(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
	d sso.HeldDecision) (sso.HeldResult, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.HeldResult{}, err
	}
	return s.options.Groups.DecideHeldSyncs(ctx, by, ent, d)
}
