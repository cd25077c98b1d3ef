package access

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// Account returns a local account.
func (s *Service) Account(ctx context.Context, id sso.AdminID) (sso.Admin, error) {
	return s.Accounts.Admin(ctx, id)
}

// TiedTo returns the user an account is tied to; zero if they were deleted.
func (s *Service) TiedTo(ctx context.Context, a sso.Admin) (sso.User, sso.Enterprise, error) {
	e, err := s.Access.Enterprise(ctx, a.Enterprise)
	if err == nil {
		var u sso.User
		if u, err = s.Evidence.User(ctx, a.Enterprise, a.User); err == nil {
			return u, e, nil
		}
	}
	if sso.KindOf(err) == sso.NotFoundKind {
		return sso.User{Login: string(a.User)}, sso.Enterprise{Name: "a deleted enterprise"}, nil
	}
	return sso.User{}, sso.Enterprise{}, fmt.Errorf("find who the account is: %w", err)
}

// NameAdmin makes the one active user with a login an admin of their
// enterprise.
func (s *Service) NameAdmin(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, login string) error {
	u, err := s.personOf(
		ctx, ent, login,
		"Several people here have this login. Put them into a group of admins instead.",
	)
	if err != nil {
		return err
	}
	if err := s.Access.AddEnterpriseAdmin(ctx, by, ent, u.ID); err != nil {
		return fmt.Errorf("name an admin: %w", err)
	}
	return nil
}

// personOf returns the one active user with a login; several is what to say if there are
// more.
func (s *Service) personOf(ctx context.Context, ent sso.EnterpriseID, login, several string) (sso.User, error) {
	if login == "" {
		return sso.User{}, sso.InvalidField("validation_failed", "login", "Enter a login.")
	}
	found, _, err := s.Evidence.Users(ctx, ent, sso.UserFilter{
		Login:  login,
		Status: sso.UserActive,
	}, sso.Page{Limit: 2})
	switch {
	case err != nil:
		return sso.User{}, fmt.Errorf("find the person: %w", err)
	case len(found) == 0:
		return sso.User{}, sso.InvalidField(
			"validation_failed", "login",
			"No active person here has this login. People appear here after their first sign-in.",
		)
	case len(found) > 1:
		return sso.User{}, sso.InvalidField("validation_failed", "login", several)
	}
	return found[0], nil
}

// RemoveAdmin takes a user off the named admins of their enterprise.
func (s *Service) RemoveAdmin(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID) error {
	return s.Access.RemoveEnterpriseAdmin(ctx, by, ent, id)
}

// NameOf returns the name of an actor, or "" if it is unknown.
func (s *Service) NameOf(ctx context.Context, ent sso.EnterpriseID, by sso.Actor) (name string, err error) {
	switch {
	case strings.HasPrefix(string(by), "adm-"):
		var a sso.Admin
		a, err = s.Accounts.Admin(ctx, sso.AdminID(by))
		name = a.Name
	case strings.HasPrefix(string(by), "user-"):
		var u sso.User
		u, err = s.Evidence.User(ctx, ent, sso.UserID(by))
		if name = u.Name; name == "" {
			name = u.Login
		}
	}
	if err != nil && sso.KindOf(err) != sso.NotFoundKind {
		return "", fmt.Errorf("find who made it: %w", err)
	}
	return name, nil
}
