package directory

import (
	"context"
	"fmt"

	"gatehouse/sso"
)

// NewEnterprise describes an enterprise to create.
type NewEnterprise struct {
	Key, Name string
	// Organization names the first organization, which is created in the same
	// transaction; "" names it after the enterprise, nil creates none.
	Organization *string
}

// firstOrganizationKey is the key of an organization created with its enterprise.
const firstOrganizationKey = "main"

// CreateEnterprise creates an enterprise and, if wanted, its first organization.
// If one of them cannot be created, neither is. A key in use is Conflict
// "key_taken".
func (s *Service) CreateEnterprise(ctx context.Context, by sso.Actor, n NewEnterprise) (sso.Enterprise, error) {
	if err := s.admit(ctx, by, ""); err != nil {
		return sso.Enterprise{}, err
	}
	problems := checkNaming(n.Key, n.Name)
	var organizations []sso.Organization
	if n.Organization != nil {
		first := sso.Organization{
			Key:  firstOrganizationKey,
			Name: *n.Organization,
		}
		if first.Name == "" {
			first.Name = n.Name
		} else {
			problems = append(problems, sso.ValidateName("organization", first.Name)...)
		}
		organizations = append(organizations, first)
	}
	if err := invalid(validationFailed, problems); err != nil {
		return sso.Enterprise{}, err
	}
	return s.options.Enterprises.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  n.Key,
		Name: n.Name,
	}, organizations...)
}

// EnterpriseEdit changes an enterprise; nil leaves a value as it is.
type EnterpriseEdit struct {
	Key, Name *string
	// DefaultApplication must open for users of the enterprise, and get the session
	// cookie; "" for none.
	DefaultApplication *sso.ApplicationID
}

// UpdateEnterprise changes the key, the name or the default application of an
// enterprise. A key in use is Conflict "key_taken".
func (s *Service) UpdateEnterprise(ctx context.Context, by sso.Actor, id sso.EnterpriseID,
	edit EnterpriseEdit) (sso.Enterprise, error) {
	if err := s.admit(ctx, by, id); err != nil {
		return sso.Enterprise{}, err
	}
	var problems []sso.FieldError
	if to := edit.DefaultApplication; to != nil && *to != "" {
		problem, err := s.arrivalProblem(ctx, id, *to)
		if err != nil {
			return sso.Enterprise{}, err
		}
		if problem != "" {
			problems = []sso.FieldError{{Field: "default_application", Message: problem}}
		}
	}
	return s.options.Enterprises.UpdateEnterprise(ctx, by, id, func(e sso.Enterprise) (sso.Enterprise, error) {
		set(&e.Key, edit.Key)
		set(&e.Name, edit.Name)
		set(&e.DefaultApplication, edit.DefaultApplication)
		return e, invalid(validationFailed, append(checkNaming(e.Key, e.Name), problems...))
	})
}

// arrivalProblem says why users of an enterprise cannot arrive at an application; "" if
// they can. What happens to the application later is up to the landing.
func (s *Service) arrivalProblem(ctx context.Context, ent sso.EnterpriseID, id sso.ApplicationID) (string, error) {
	var a sso.Application
	_, err := sso.ParseID[sso.ApplicationID](string(id))
	if err == nil {
		a, err = s.options.Applications.Application(ctx, id)
	}
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return fmt.Sprintf("There is no application with the ID %q. default_application takes the ID of an application, "+
			"which begins with app-, and not its key.", sso.Sanitize(string(id))), nil
	case err != nil:
		return "", fmt.Errorf("find an application: %w", err)
	case !a.Admits(ent):
		return "This application does not admit the enterprise.", nil
	case !s.options.InReach(a):
		return "The session cookie is not sent to this application: set session.cookie_domain to a domain that " +
			"both hosts are in.", nil
	}
	return "", nil
}

// DeleteEnterprise deletes an enterprise with everything in it; its audit events
// stay.
func (s *Service) DeleteEnterprise(ctx context.Context, by sso.Actor, id sso.EnterpriseID) error {
	if err := s.admit(ctx, by, id); err != nil {
		return err
	}
	return s.options.Enterprises.DeleteEnterprise(ctx, by, id)
}

// CreateOrganization creates an organization with its default group. A key in
// use in the enterprise is Conflict "key_taken".
func (s *Service) CreateOrganization(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
	key, name string) (sso.Organization, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Organization{}, err
	}
	if err := invalid(validationFailed, checkNaming(key, name)); err != nil {
		return sso.Organization{}, err
	}
	return s.options.Enterprises.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: ent,
		Key:        key,
		Name:       name,
	})
}

// OrganizationEdit changes an organization; nil leaves a value as it is.
type OrganizationEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision.
	Revision  int64
	Key, Name *string
}

// UpdateOrganization changes the key or the name of an organization. A key in
// use in the enterprise is Conflict "key_taken".
func (s *Service) UpdateOrganization(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.OrganizationID,
	edit OrganizationEdit) (sso.Organization, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Organization{}, err
	}
	change := func(o sso.Organization) (sso.Organization, error) {
		if err := sso.CheckRevision("organization", edit.Revision, o.Revision); err != nil {
			return o, err
		}
		set(&o.Key, edit.Key)
		set(&o.Name, edit.Name)
		return o, invalid(validationFailed, checkNaming(o.Key, o.Name))
	}
	return s.options.Enterprises.UpdateOrganization(ctx, by, ent, id, change)
}

// DeleteOrganization deletes an organization with its groups and memberships. One
// with a default group of a connection is Conflict "group_is_default". revision is
// as that of an edit.
func (s *Service) DeleteOrganization(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
	id sso.OrganizationID, revision int64) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	return s.options.Enterprises.DeleteOrganization(ctx, by, ent, id, func(o sso.Organization) error {
		return sso.CheckRevision("organization", revision, o.Revision)
	})
}

// DeleteDomain deletes a domain of an enterprise; another enterprise can prove it
// afterwards. Adding and proving one is up to sso/connections.
func (s *Service) DeleteDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	return s.options.Enterprises.DeleteDomain(ctx, by, ent, id)
}

// checkNaming validates what enterprises and organizations are called.
func checkNaming(key, name string) []sso.FieldError {
	return append(sso.ValidateKey("key", key), sso.ValidateName("name", name)...)
}

// set assigns a value that an edit gives.
func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
