package access

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// InvitationLength is the lifetime of an invitation.
const InvitationLength = 24 * time.Hour

// loginPattern is ASCII, so that ignoring case is unambiguous.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{1,99}$`)

// NewAccount is the form that an invited admin fills in.
type NewAccount struct {
	Name     string
	Login    string
	Password sso.Secret
}

// canonicalLogin returns a login as it is stored: for an address at an
// internationalized domain, with the domain in ASCII.
func canonicalLogin(login string) string {
	if email, err := address.Email(login); err == nil {
		return email
	}
	return login
}

// validate returns an error that names every field to correct.
func (s *Service) validate(n NewAccount) error {
	problems := sso.ValidateName("name", n.Name)
	if !loginPattern.MatchString(n.Login) {
		problems = append(problems, sso.FieldError{
			Field:   "login",
			Message: "Use 2 to 100 letters, digits and . _ @ + -, beginning with a letter or digit.",
		})
	}
	problems = append(problems, s.checkPassword(n.Password, n.Name, n.Login)...)
	return errInvalid(problems)
}

func errInvalid(problems []sso.FieldError) error {
	if len(problems) == 0 {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: "There are problems with some fields.",
		Fields: problems,
	}
}

// Invite creates a one-time link by which a new admin creates an account. Only
// its hash is kept.
func (s *Service) Invite(ctx context.Context, by sso.Actor, recovery bool) (sso.Invitation, sso.Secret, error) {
	token := sso.NewSecret()
	i, err := s.Accounts.CreateInvitation(ctx, by, sso.Invitation{
		Token:     token.Hash(),
		Recovery:  recovery,
		ExpiresAt: s.Now().Add(InvitationLength),
	})
	if err != nil {
		return sso.Invitation{}, "", fmt.Errorf("make an invitation: %w", err)
	}
	return i, token, nil
}

// Invitation returns the invitation of a token that may still be used; any
// other is NotFound "invitation_gone".
func (s *Service) Invitation(ctx context.Context, token sso.Secret) (sso.Invitation, error) {
	return s.Accounts.Invitation(ctx, token.Hash())
}

// FirstInvitation is Invite for an installation without an admin who can sign
// in; ok is false if there is one.
func (s *Service) FirstInvitation(ctx context.Context) (token sso.Secret, ok bool, err error) {
	exists, err := s.Sessions.HasAdmin(ctx)
	if err != nil || exists {
		return "", false, err
	}
	_, token, err = s.Invite(ctx, sso.ActorStart, true)
	return token, err == nil, err
}

// Accept creates the account of an invitation and signs its owner in.
func (s *Service) Accept(
	ctx context.Context, token sso.Secret, n NewAccount, in SignIn,
) (sso.Admin, sso.Secret, error) {
	if _, err := s.Accounts.Invitation(ctx, token.Hash()); err != nil {
		return sso.Admin{}, "", err
	}
	n.Login = canonicalLogin(n.Login)
	if err := s.validate(n); err != nil {
		return sso.Admin{}, "", err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return sso.Admin{}, "", err
	}
	a, err := s.Accounts.AcceptInvitation(ctx, token.Hash(), sso.Admin{
		Login:    n.Login,
		Name:     n.Name,
		Password: hash,
	})
	if err != nil {
		return sso.Admin{}, "", fmt.Errorf("make the account: %w", err)
	}
	session, err := s.start(ctx, a, in, "invitation")
	return a, session, err
}

// ChangePassword sets another password for the admin, and ends their other
// sessions; keep is the token of the one that stays.
func (s *Service) ChangePassword(ctx context.Context, id sso.AdminID, current, next, keep sso.Secret) error {
	a, err := s.Accounts.Admin(ctx, id)
	if err != nil {
		return fmt.Errorf("find the account: %w", err)
	}
	if err := s.allow(ctx, a.Login, "account page"); err != nil {
		return err
	}
	if err := errInvalid(s.checkPassword(next, a.Name, a.Login)); err != nil {
		return err
	}
	same, err := s.hasher.matches(ctx, current, a.Password)
	if err != nil {
		return err
	}
	if !same {
		return sso.InvalidField("validation_failed", "current", "This is not your password.")
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return err
	}
	return s.update(ctx, sso.Actor(id), id, "admin.password_changed", keep.Hash(), func(a sso.Admin) sso.Admin {
		a.Password = hash
		return a
	})
}

// Disable disables an account.
func (s *Service) Disable(ctx context.Context, by sso.Actor, id sso.AdminID) error {
	now := s.Now()
	return s.update(ctx, by, id, "admin.disabled", sso.Hash{}, func(a sso.Admin) sso.Admin {
		if a.DisabledAt.IsZero() {
			a.DisabledAt = now
		}
		return a
	})
}

// Enable undoes Disable.
func (s *Service) Enable(ctx context.Context, by sso.Actor, id sso.AdminID) error {
	return s.update(ctx, by, id, "admin.enabled", sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.DisabledAt = time.Time{}
		return a
	})
}

// SetRecovery makes an account a recovery account, or an ordinary one.
func (s *Service) SetRecovery(ctx context.Context, by sso.Actor, id sso.AdminID, on bool) error {
	return s.update(ctx, by, id, "admin.updated", sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.Recovery = on
		return a
	})
}

// Tie lets a user's single sign-on open an account; nil unties it.
func (s *Service) Tie(ctx context.Context, id sso.AdminID, p *sso.Principal) error {
	return s.update(ctx, sso.Actor(id), id, "admin.updated", sso.Hash{}, func(a sso.Admin) sso.Admin {
		if a.Enterprise, a.User = "", ""; p != nil {
			a.Enterprise, a.User = p.Enterprise.ID, p.User.ID
		}
		return a
	})
}

func (s *Service) update(
	ctx context.Context, by sso.Actor, id sso.AdminID, action string, keep sso.Hash, fn func(sso.Admin) sso.Admin,
) error {
	_, err := s.Accounts.UpdateAdmin(ctx, by, id, action, keep, func(a sso.Admin) (sso.Admin, error) {
		return fn(a), nil
	})
	if err != nil {
		return fmt.Errorf("change the account: %w", err)
	}
	return nil
}
