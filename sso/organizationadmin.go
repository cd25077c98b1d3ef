package sso

import (
	"slices"
	"strings"
	"time"
)

// LocalGroupPrefix begins the names of the groups that organization admins create,
// rename and delete. Group sync matches names, and identity providers do not send names
// that begin so: such a group takes in no one at a sign-in, and looks like no group that
// an application or a policy knows.
const LocalGroupPrefix = "local:"

// OrganizationAdmin is a user who was appointed as an admin of one organization: of its
// groups and their members, and of nothing else.
type OrganizationAdmin struct {
	Organization Organization
	User         User
	// Roles says that the user also changes the members of groups that carry roles.
	Roles     bool
	CreatedBy Actor
	CreatedAt time.Time
}

// Reach is what decides whether an actor may change something of an organization, as of
// the transaction that changes it.
type Reach struct {
	// Company says that the actor is an active admin of the company, or no user.
	Company bool
	// Appointed says that the actor is an active admin of the organization, and Roles that
	// the appointment includes groups that carry roles.
	Appointed, Roles bool
	// Group is the group that changes, or the one that a service is to be in, with its
	// roles and IdP names. A new group and a group that is renamed have the new name.
	Group Group
	// Was is the name of a group before it is renamed or deleted; "" of a new group.
	Was string
	// Asserted says that an identity provider sent the name of Group.
	Asserted bool
	// Synced says that an identity provider put a member into Group.
	Synced bool
	// Inside says that the user whose membership changes is in the organization.
	Inside bool
}

// admits returns an error unless the actor administers the organization.
func (r Reach) admits() error {
	if r.Company || r.Appointed {
		return nil
	}
	return NothingHere()
}

// OfMembers returns an error unless the actor may change the members of the group: by
// hand, of a group that makes no one an admin and, unless the appointment says so,
// carries no role.
func (r Reach) OfMembers() error {
	if err := r.admits(); err != nil {
		return err
	}
	switch {
	case !r.Inside:
		return NothingHere() // as if the user did not exist
	case r.Group.Admin:
		return outOfReach(
			"The members of this group administer the company, so an admin of the company decides who they are.",
		)
	case len(r.Group.Roles) > 0 && !r.Company && !r.Roles:
		return outOfReach("This group gives roles, so an admin of the company decides who is in it.")
	}
	return nil
}

// OfService returns an error unless the actor may create and revoke the tokens of a
// service that is in the group. An admin of the company may for every group.
func (r Reach) OfService() error {
	if r.Company {
		return nil
	}
	r.Inside = true
	return r.OfMembers()
}

// OfGroup returns an error unless the actor may create, rename or delete the group. Only
// groups whose names begin with LocalGroupPrefix are concerned, and none that an
// identity provider has to do with.
func (r Reach) OfGroup() error {
	r.Inside = true
	if err := r.OfMembers(); err != nil {
		return err
	}
	local := strings.HasPrefix(r.Was, LocalGroupPrefix) || r.Was == ""
	switch {
	case !local || r.Group.Default || len(r.Group.IDPNames) > 0 || r.Synced || r.Asserted && r.Group.Name == r.Was:
		return outOfReach(
			"This group is from the identity provider or from an admin of the company, and is changed there.",
		)
	case !strings.HasPrefix(r.Group.Name, LocalGroupPrefix):
		return InvalidField("validation_failed", "name", "The name has to begin with "+LocalGroupPrefix)
	case r.Asserted:
		return InvalidField("validation_failed", "name", "An identity provider sends this name. Choose another one.")
	}
	return nil
}

func outOfReach(why string) *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   CodeOutOfReach,
		Public: why,
	}
}

// OwnOrganization returns the organization with an ID that the visitor was appointed
// for.
func (v Visitor) OwnOrganization(id OrganizationID) (OrganizationAdmin, bool) {
	i := slices.IndexFunc(v.Organizations, func(a OrganizationAdmin) bool { return a.Organization.ID == id })
	if i < 0 {
		return OrganizationAdmin{}, false
	}
	return v.Organizations[i], true
}
