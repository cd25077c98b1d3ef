package access

import (
	"context"

	"gatehouse/sso"
)

// organizationAdmins knows who administers organizations; store.DB implements it.
type organizationAdmins interface {
	AdministeredBy(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.OrganizationAdmin, error)
	OrganizationAdmins(
		ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
	) ([]sso.OrganizationAdmin, string, error)
	AddOrganizationAdmin(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
		roles bool, conditions ...func(sso.Reach) error,
	) (sso.OrganizationAdmin, error)
	RemoveOrganizationAdmin(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
		conditions ...func(sso.Reach) error,
	) error
}

// AppointRequest describes an appointment as an admin of an organization.
type AppointRequest struct {
	Organization sso.OrganizationID
	User         sso.UserID
	Login        string // of the one active user with it, if User is ""
	Roles        bool   // see [sso.OrganizationAdmin]
}

// Appoint makes a user an admin of an organization; again, it changes Roles. Only
// operators, admins of the company and API tokens appoint: Forbidden
// "appointment_needs_admin".
func (s *Service) Appoint(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, r AppointRequest,
) (sso.OrganizationAdmin, error) {
	if by.OfLink() {
		return sso.OrganizationAdmin{}, errAppointment()
	}
	if r.User == "" {
		u, err := s.personOf(ctx, ent, r.Login, "Several people here have this login. Appoint them by the API.")
		if err != nil {
			return sso.OrganizationAdmin{}, err
		}
		r.User = u.ID
	}
	return s.Organizations.AddOrganizationAdmin(ctx, by, ent, r.Organization, r.User, r.Roles, ofCompany)
}

// Dismiss ends the appointment of a user as an admin of an organization. Errors: as of
// Appoint; an appointment that does not exist is NotFound.
func (s *Service) Dismiss(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
) error {
	if by.OfLink() {
		return errAppointment()
	}
	return s.Organizations.RemoveOrganizationAdmin(ctx, by, ent, organization, user, ofCompany)
}

// ofCompany is the condition of an appointment.
func ofCompany(r sso.Reach) error {
	if !r.Company {
		return errAppointment()
	}
	return nil
}

func errAppointment() *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "appointment_needs_admin",
		Public: "Only operators and admins of the company appoint admins of organizations.",
	}
}
