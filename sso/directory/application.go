package directory

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// ApplicationEdit creates or changes an application. Of an edit, nil leaves a
// value as it is, and an empty list takes the values away.
type ApplicationEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision. A
	// new application has none.
	Revision  int64
	Key, Name *string
	Origins   []string
	StartPath *string
	Unlisted  *bool
	// Enterprises may use the application, by identifier; EnterpriseKeys names
	// them by key instead.
	Enterprises    []sso.EnterpriseID
	EnterpriseKeys []string
	Groups         []string
	Told           []string
	Attributes     []string
	GroupsLimit    *int
	// SignIn is whose sign-in users are sent to, by identifier; SignInKey names it
	// by key instead. "" asks users for their company.
	SignIn      *sso.EnterpriseID
	SignInKey   *string
	PublicPaths []string
	Preflight   *bool
	Programs    *bool
	Services    *bool
	AuthnMaxAge *time.Duration
	Acr         *[]string
}

// CreateApplication creates an application. A key in use is Conflict
// "key_taken"; an enterprise that does not exist is an invalid value.
func (s *Service) CreateApplication(ctx context.Context, by sso.Actor, kind sso.ApplicationKind,
	edit ApplicationEdit) (sso.Application, error) {
	if err := s.admit(ctx, by, ""); err != nil {
		return sso.Application{}, err
	}
	a := sso.Application{Kind: kind}
	if err := s.prepare(ctx, &a, &edit); err != nil {
		return sso.Application{}, err
	}
	return s.options.Applications.CreateApplication(ctx, by, a)
}

// UpdateApplication changes an application. Errors: those of CreateApplication.
func (s *Service) UpdateApplication(ctx context.Context, by sso.Actor, id sso.ApplicationID,
	edit ApplicationEdit) (sso.Application, error) {
	if err := s.admit(ctx, by, ""); err != nil {
		return sso.Application{}, err
	}
	// Enterprises are looked up before the transaction, on a draft; the
	// transaction checks the rest again on what it finds. A stale edit is reported
	// before its values: they may be wrong only beside the newer ones.
	draft, err := s.options.Applications.Application(ctx, id)
	if err != nil {
		return sso.Application{}, err
	}
	if err := edit.checkRevision(draft); err != nil {
		return sso.Application{}, err
	}
	if err := s.prepare(ctx, &draft, &edit); err != nil {
		return sso.Application{}, err
	}
	return s.options.Applications.UpdateApplication(ctx, by, id, func(a sso.Application) (sso.Application, error) {
		if err := edit.checkRevision(a); err != nil {
			return a, err
		}
		edit.apply(&a)
		return a, invalid(validationFailed, a.Validate())
	})
}

// DeleteApplication deletes an application: no user gets into it any more.
// revision is as that of an edit.
func (s *Service) DeleteApplication(ctx context.Context, by sso.Actor, id sso.ApplicationID, revision int64) error {
	if err := s.admit(ctx, by, ""); err != nil {
		return err
	}
	return s.options.Applications.DeleteApplication(ctx, by, id, func(a sso.Application) error {
		return sso.CheckRevision("application", revision, a.Revision)
	})
}

// prepare resolves the keys of an edit, applies it to a, and checks the result.
func (s *Service) prepare(ctx context.Context, a *sso.Application, edit *ApplicationEdit) error {
	unknown, err := s.resolve(ctx, edit)
	if err != nil {
		return err
	}
	edit.apply(a)
	problems := append(unknown, a.Validate()...)
	if edit.Acr != nil {
		_, wrong := sso.AcrOf(*edit.Acr)
		problems = append(problems, wrong...)
	}
	if edit.EnterpriseKeys == nil {
		for i, id := range a.Enterprises {
			problems, err = s.checkEnterprise(ctx, problems, "enterprises["+strconv.Itoa(i)+"]", id)
			if err != nil {
				return err
			}
		}
	}
	if edit.SignInKey == nil && a.SignIn != "" {
		problems, err = s.checkEnterprise(ctx, problems, "sign_in", a.SignIn)
		if err != nil {
			return err
		}
	}
	return invalid(validationFailed, problems)
}

// resolve replaces the keys of an edit by identifiers. A key that no enterprise
// has becomes a problem, and an identifier that is none, so that the rest can be
// checked.
func (s *Service) resolve(ctx context.Context, edit *ApplicationEdit) (problems []sso.FieldError, err error) {
	find := func(field, key string) (sso.EnterpriseID, error) {
		id, problem, err := s.byKey(ctx, field, key)
		problems = append(problems, problem...)
		return id, err
	}
	if edit.EnterpriseKeys != nil {
		edit.Enterprises = []sso.EnterpriseID{}
	}
	for i, key := range edit.EnterpriseKeys {
		id, err := find("enterprises["+strconv.Itoa(i)+"]", key)
		if err != nil {
			return nil, err
		}
		edit.Enterprises = append(edit.Enterprises, id)
	}
	if edit.SignInKey == nil {
		return problems, nil
	}
	var id sso.EnterpriseID
	if *edit.SignInKey != "" {
		if id, err = find("sign_in", *edit.SignInKey); err != nil {
			return nil, err
		}
	}
	edit.SignIn = &id
	return problems, nil
}

func (s *Service) byKey(ctx context.Context, field, key string) (sso.EnterpriseID, []sso.FieldError, error) {
	unknown := []sso.FieldError{{
		Field:   field,
		Message: "There is no enterprise with the key " + sso.Sanitize(key) + ".",
	}}
	if sso.ValidateKey(field, key) != nil {
		return sso.EnterpriseID("?" + key), unknown, nil
	}
	e, err := s.options.Applications.EnterpriseByKey(ctx, key)
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return sso.EnterpriseID("?" + key), unknown, nil
	case err != nil:
		return "", nil, fmt.Errorf("find an enterprise: %w", err)
	}
	return e.ID, nil, nil
}

// checkEnterprise adds to problems if there is no enterprise id.
func (s *Service) checkEnterprise(ctx context.Context, problems []sso.FieldError, field string,
	id sso.EnterpriseID) ([]sso.FieldError, error) {
	_, err := sso.ParseID[sso.EnterpriseID](string(id))
	if err == nil {
		_, err = s.options.Applications.Enterprise(ctx, id)
	}
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		problems = append(problems, sso.FieldError{
			Field:   field,
			Message: "There is no such enterprise.",
		})
	case err != nil:
		return problems, fmt.Errorf("find an enterprise: %w", err)
	}
	return problems, nil
}

func (edit ApplicationEdit) checkRevision(a sso.Application) error {
	return sso.CheckRevision("application", edit.Revision, a.Revision)
}

// apply changes a as the edit says; keys have to be resolved.
func (edit ApplicationEdit) apply(a *sso.Application) {
	set(&a.Key, edit.Key)
	set(&a.Name, edit.Name)
	if edit.Origins != nil {
		a.Origins = address.Origins(edit.Origins)
	}
	set(&a.StartPath, edit.StartPath)
	set(&a.Unlisted, edit.Unlisted)
	setList(&a.Enterprises, edit.Enterprises)
	setList(&a.Groups, edit.Groups)
	setList(&a.Told, edit.Told)
	setList(&a.Attributes, edit.Attributes)
	set(&a.GroupsLimit, edit.GroupsLimit)
	set(&a.SignIn, edit.SignIn)
	setList(&a.PublicPaths, edit.PublicPaths)
	set(&a.AllowPreflight, edit.Preflight)
	set(&a.Programs, edit.Programs)
	set(&a.Services, edit.Services)
	set(&a.Need.MaxAge, edit.AuthnMaxAge)
	if edit.Acr != nil {
		a.Need.Acr, _ = sso.AcrOf(*edit.Acr) // prepare has checked it
	}
}

// setList assigns a list that an edit gives; an empty one is stored as nil.
func setList[T any](field *[]T, values []T) {
	switch {
	case values == nil:
	case len(values) == 0:
		*field = nil
	default:
		*field = values
	}
}
