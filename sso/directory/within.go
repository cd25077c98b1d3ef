package directory

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// admit returns an error unless an actor may change an enterprise, "" for what belongs
// to none: a user may who administers it, and every other actor is checked where its
// request arrives.
func (s *Service) admit(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) error {
	user, err := sso.ParseID[sso.UserID](string(by))
	if err != nil {
		return nil //nolint:nilerr // the actor is no user
	}
	administers, err := s.options.Admins.Administers(ctx, ent, user)
	switch {
	case err != nil:
		return fmt.Errorf("find out who administers: %w", err)
	case !administers:
		return &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "not_an_admin",
			Public: "Only admins of the company do this.",
		}
	}
	return nil
}

// Within changes one organization as its admins may: groups of its own, and the members
// of groups, among the people who are in the organization. Whether the actor is an admin
// of it, and whether the change is within reach, is decided in the transaction of the
// change; see [sso.Reach]. What does not belong to the organization is NotFound, and what
// only an admin of the company changes is Forbidden "out_of_reach".
type Within struct {
	service      *Service
	by           sso.Actor
	enterprise   sso.EnterpriseID
	organization sso.OrganizationID
}

// Within returns the changes of an organization by an actor.
func (s *Service) Within(by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID) Within {
	return Within{
		service:      s,
		by:           by,
		enterprise:   ent,
		organization: organization,
	}
}

// CreateGroup creates a group whose name is [sso.LocalGroupPrefix] and name.
func (w Within) CreateGroup(ctx context.Context, name string) (sso.Group, error) {
	g, err := cleanGroup(sso.Group{
		Organization: w.organization,
		Name:         localName(name),
	})
	if err != nil {
		return sso.Group{}, err
	}
	return w.service.options.Groups.CreateGroup(ctx, w.by, w.enterprise, g, w.checked(sso.Reach.OfGroup))
}

// RenameGroup gives a group of the organization's own another name, as CreateGroup does.
// revision is the one that the edit was made from.
func (w Within) RenameGroup(ctx context.Context, id sso.GroupID, revision int64, name string) (sso.Group, error) {
	edit := func(g sso.Group) (sso.Group, error) {
		if g.Organization != w.organization {
			return g, sso.NothingHere()
		}
		if err := sso.CheckRevision("group", revision, g.Revision); err != nil {
			return g, err
		}
		g.Name = localName(name)
		return cleanGroup(g)
	}
	return w.service.options.Groups.UpdateGroup(ctx, w.by, w.enterprise, id, edit, w.checked(sso.Reach.OfGroup))
}

// localName returns the name of a group of the organization's own, whether or not what
// was entered has the prefix.
func localName(name string) string {
	return sso.LocalGroupPrefix + strings.TrimPrefix(name, sso.LocalGroupPrefix)
}

// DeleteGroup deletes a group of the organization's own.
func (w Within) DeleteGroup(ctx context.Context, id sso.GroupID) error {
	return w.service.options.Groups.DeleteGroup(ctx, w.by, w.enterprise, id, w.checked(sso.Reach.OfGroup))
}

// AddMember adds a user who is in the organization to a group of it by hand.
func (w Within) AddMember(ctx context.Context, group sso.GroupID, user sso.UserID) error {
	return w.service.options.Groups.AddMember(
		ctx, w.by, w.enterprise, group, user, w.checked(sso.Reach.OfMembers),
	)
}

// RemoveMember removes a user from a group of the organization, and with their last group
// from the organization.
func (w Within) RemoveMember(ctx context.Context, group sso.GroupID, user sso.UserID) error {
	return w.service.options.Groups.RemoveMember(
		ctx, w.by, w.enterprise, group, user, w.checked(sso.Reach.OfMembers),
	)
}

// checked returns a condition of a change of a group: it is of the organization, and
// within reach.
func (w Within) checked(within func(sso.Reach) error) func(sso.Reach) error {
	return func(r sso.Reach) error {
		if r.Group.Organization != w.organization {
			return sso.NothingHere()
		}
		return within(r)
	}
}
