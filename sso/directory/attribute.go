package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// attributeWriter reads and changes the attributes that an enterprise has chosen, and
// reads those of users; store.DB does.
type attributeWriter interface {
	Attributes(ctx context.Context, ent sso.EnterpriseID) (sso.Attributes, error)
	AttributeCounts(ctx context.Context, ent sso.EnterpriseID) (map[string]int, error)
	UpdateAttributes(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
		fn func(sso.Attributes) (sso.Attributes, error)) (sso.Attributes, error)
	UserAttributes(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserAttribute, error)
	ClearAttribute(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, name string) error
}

// Attributes returns the attributes that an enterprise has chosen, and how many users
// have a value of each.
func (s *Service) Attributes(
	ctx context.Context, ent sso.EnterpriseID,
) (all sso.Attributes, users map[string]int, err error) {
	if all, err = s.options.Attributes.Attributes(ctx, ent); err != nil {
		return all, nil, err
	}
	users, err = s.options.Attributes.AttributeCounts(ctx, ent)
	return all, users, err
}

// UserAttributes returns the attributes of a user, by name.
func (s *Service) UserAttributes(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.UserAttribute, error) {
	return s.options.Attributes.UserAttributes(ctx, ent, user)
}

// ClearAttribute removes the value of an attribute of a user. A sign-in or a push sets it
// again if the identity provider still sends it. Without a value, nothing changes. A value
// that the identity provider pushes is Conflict "provisioned_by_scim".
func (s *Service) ClearAttribute(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, name string,
) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	return s.options.Attributes.ClearAttribute(ctx, by, ent, user, name)
}

// AttributesEdit changes the attributes of an enterprise. Those that it does not name
// stay.
type AttributesEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision.
	Revision int64
	// Set adds attributes, and gives known ones another label. "" leaves the label or
	// the type of a known one as it is.
	Set []sso.Attribute
	// Remove has the names of attributes that are removed, with the values of all users.
	Remove []string
}

// UpdateAttributes changes the attributes that an enterprise has chosen.
func (s *Service) UpdateAttributes(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, edit AttributesEdit,
) (sso.Attributes, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Attributes{}, err
	}
	return s.options.Attributes.UpdateAttributes(ctx, by, ent, func(a sso.Attributes) (sso.Attributes, error) {
		if err := sso.CheckRevision("page", edit.Revision, a.Revision); err != nil {
			return a, err
		}
		next, problems := edit.apply(a)
		return next, invalid(validationFailed, problems)
	})
}

// apply returns the attributes after the edit, or what is wrong with it.
func (edit AttributesEdit) apply(a sso.Attributes) (sso.Attributes, []sso.FieldError) {
	var problems []sso.FieldError
	add := func(field, message string) {
		problems = append(problems, sso.FieldError{
			Field:   field,
			Message: message,
		})
	}
	list := slices.Clone(a.List)
	for i, name := range edit.Remove {
		if _, ok := a.Find(name); !ok {
			add("remove["+strconv.Itoa(i)+"]", "There is no attribute with this name.")
		}
		list = slices.DeleteFunc(list, func(x sso.Attribute) bool { return x.Name == name })
	}
	set := slices.Clone(edit.Set)
	for i := range set {
		x := &set[i]
		x.Label = strings.TrimSpace(x.Label)
		field := "attributes[" + strconv.Itoa(i) + "]."
		if slices.Contains(edit.Remove, x.Name) {
			add(field+"name", "An attribute is either set or removed.")
		}
		known, ok := a.Find(x.Name)
		if !ok {
			list = append(list, *x)
			continue
		}
		if x.Label == "" {
			x.Label = known.Label
		}
		if x.Type == "" {
			x.Type = known.Type
		}
		if x.Type != known.Type {
			add(field+"type", "The type of an attribute does not change: remove it with its values, and add it anew.")
		}
		if at := slices.Index(list, known); at >= 0 {
			list[at] = *x
		}
	}
	problems = append(problems, sso.Attributes{List: set}.Validate()...)
	next := sso.Attributes{
		List:     list,
		Revision: a.Revision,
	}
	if len(list) > sso.MaxAttributes && len(problems) == 0 {
		problems = next.Validate()
	}
	return next, problems
}
