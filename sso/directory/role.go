package directory

import (
	"context"
	"strings"

	"gatehouse/sso"
)

// RoleEdit creates or changes a role. Of an edit, nil leaves a value as it is.
type RoleEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision. A
	// new role has none.
	Revision   int64
	Key        *string
	Name       *string
	About      *string
	Precedence *int
}

func (edit RoleEdit) apply(r *sso.ProductRole) {
	set(&r.Key, edit.Key)
	set(&r.Name, edit.Name)
	set(&r.About, edit.About)
	set(&r.Precedence, edit.Precedence)
	r.About = strings.TrimSpace(r.About)
}

// CreateRole creates a role. A key or a precedence of another role is Conflict
// "key_taken" or "precedence_taken"; more than 100 roles are Conflict
// "too_many_roles".
func (s *Service) CreateRole(ctx context.Context, by sso.Actor, edit RoleEdit) (sso.ProductRole, error) {
	if err := s.admit(ctx, by, ""); err != nil {
		return sso.ProductRole{}, err
	}
	var r sso.ProductRole
	edit.apply(&r)
	if err := invalid(validationFailed, r.Validate()); err != nil {
		return sso.ProductRole{}, err
	}
	return s.options.Roles.CreateRole(ctx, by, r)
}

// UpdateRole changes a role. Errors: those of CreateRole.
func (s *Service) UpdateRole(
	ctx context.Context, by sso.Actor, id sso.RoleID, edit RoleEdit,
) (sso.ProductRole, error) {
	if err := s.admit(ctx, by, ""); err != nil {
		return sso.ProductRole{}, err
	}
	return s.options.Roles.UpdateRole(ctx, by, id, func(r sso.ProductRole) (sso.ProductRole, error) {
		if err := sso.CheckRevision("role", edit.Revision, r.Revision); err != nil {
			return r, err
		}
		edit.apply(&r)
		return r, invalid(validationFailed, r.Validate())
	})
}

// DeleteRole deletes a role. One that a group carries is Conflict "role_in_use".
// revision is as that of an edit.
func (s *Service) DeleteRole(ctx context.Context, by sso.Actor, id sso.RoleID, revision int64) error {
	if err := s.admit(ctx, by, ""); err != nil {
		return err
	}
	return s.options.Roles.DeleteRole(ctx, by, id, func(r sso.ProductRole) error {
		return sso.CheckRevision("role", revision, r.Revision)
	})
}
