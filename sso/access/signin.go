package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
)

// triesPerMinute is how often a password may be tried with one login from one
// address, or from one browser that signed in with it before. There is no limit
// over all addresses: an attacker with many would lock the owner out, and a
// password of twelve characters is not guessed at any rate that hashing allows.
const triesPerMinute = 30

// Device returns the value that a browser keeps after signing in with a login.
// In a cookie that only we can create, it shows that this browser's tries are
// not a stranger's; it opens nothing.
func Device(login string) sso.Secret {
	sum := sha256.Sum256([]byte(
		"gatehouse admin device 1 " + strings.ToLower(canonicalLogin(login)),
	))
	return sso.Secret(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// SignIn is an operator's attempt to sign in.
type SignIn struct {
	Login     string
	Password  sso.Secret
	Remote    string
	UserAgent string
	Device    sso.Secret // see Device; "" if the browser keeps none
	Brought   sso.Secret // the browser's console session, which ends when this one begins
	// Session is the single sign-on session that this is the second step of; ""
	// if there is none.
	Session sso.SessionID
}

// errCredentials is the same for every cause, so that an attacker does not
// learn which logins exist.
func errCredentials() *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   sso.CodePasswordRefused,
		Public: "Login or password is wrong, or the account is disabled.",
	}
}

func errEnforced() *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   sso.CodeSSOEnforced,
		Public: "Your company signs in only through its own identity provider. Sign in there, then open the console again.",
	}
}

// SignIn checks a password and begins a session, whose token it returns. Every
// failure is "admin_refused", after about the same time; only the owner of the
// password is told "sso_enforced".
func (s *Service) SignIn(ctx context.Context, in SignIn) (sso.Secret, error) {
	in.Login = canonicalLogin(in.Login)
	from := "address " + sso.NetworkOf(in.Remote)
	if in.Device != "" && in.Device == Device(in.Login) {
		from = "known browser"
	}
	if err := s.allow(ctx, in.Login, from); err != nil {
		return "", err
	}
	a, err := s.Accounts.AdminByLogin(ctx, in.Login)
	if err != nil && sso.KindOf(err) != sso.NotFoundKind {
		return "", fmt.Errorf("find the account: %w", err)
	}
	same, err := s.hasher.matches(ctx, in.Password, a.Password)
	switch {
	case err != nil:
		return "", err
	case !same && a.ID == "":
		return "", s.refuse(ctx, in, "no such login", errCredentials())
	case !same:
		return "", s.refuse(ctx, in, "wrong password", errCredentials())
	case !a.DisabledAt.IsZero():
		return "", s.refuse(ctx, in, "disabled", errCredentials())
	}
	return s.begin(ctx, a, in, "password")
}

// begin starts the session of an account whose owner has proven their identity.
func (s *Service) begin(ctx context.Context, a sso.Admin, in SignIn, how string) (sso.Secret, error) {
	enforced, err := s.isEnforced(ctx, a)
	if err != nil {
		return "", err
	}
	if enforced {
		return "", s.refuse(ctx, in, "single sign-on is enforced", errEnforced())
	}
	return s.start(ctx, a, in, how)
}

func (s *Service) start(ctx context.Context, a sso.Admin, in SignIn, how string) (sso.Secret, error) {
	token := sso.NewSecret()
	session := sso.AdminSession{
		Token:     token.Hash(),
		Admin:     a.ID,
		Remote:    in.Remote,
		UserAgent: in.UserAgent,
		ExpiresAt: s.Now().Add(SessionLength),
		Session:   in.Session,
	}
	if in.Brought != "" {
		session.Replaces = in.Brought.Hash()
	}
	err := s.Sessions.StartAdminSession(ctx, session, how)
	if sso.KindOf(err) == sso.NotFoundKind { // it was disabled meanwhile
		return "", errCredentials().WithCause(err)
	}
	if err != nil {
		return "", fmt.Errorf("start a session: %w", err)
	}
	return token, nil
}

// isEnforced reports whether an account may not sign in with its own password or
// passkey because the enterprise of its tied user enforces single sign-on.
func (s *Service) isEnforced(ctx context.Context, a sso.Admin) (bool, error) {
	if a.Recovery || a.Enterprise == "" {
		return false, nil
	}
	e, err := s.Access.Enterprise(ctx, a.Enterprise)
	if sso.KindOf(err) == sso.NotFoundKind && err != nil {
		return false, nil // it was deleted, so no sign-in there is possible
	}
	if err != nil {
		return false, fmt.Errorf("find the enterprise: %w", err)
	}
	return e.Enforced, nil
}

// CompanyOf returns the enterprise of the user that the account of a login is
// tied to.
func (s *Service) CompanyOf(ctx context.Context, login string) (sso.Enterprise, error) {
	a, err := s.Accounts.AdminByLogin(ctx, canonicalLogin(login))
	if err != nil {
		return sso.Enterprise{}, fmt.Errorf("find the account: %w", err)
	}
	return s.Access.Enterprise(ctx, a.Enterprise)
}

// refuse records a refused sign-in and returns the reason.
func (s *Service) refuse(ctx context.Context, in SignIn, why string, reason error) error {
	if err := s.Sessions.RefusedAdmin(ctx, in.Login, in.Remote, why); err != nil {
		return fmt.Errorf("write down a refusal: %w", err)
	}
	return reason
}

// allow counts tries with a login from one place. If they cannot be counted,
// the try is allowed.
func (s *Service) allow(ctx context.Context, login, from string) error {
	key := "admin-login:" + sso.Secret(strings.ToLower(login) + " " + from).Hash().String()[:32]
	wait, err := s.Limiter.Allow(ctx, key, triesPerMinute)
	if err != nil || wait <= 0 {
		return nil //nolint:nilerr // a limit protects from load; losing it must not lock out every admin
	}
	return errTooMany(wait)
}

func errTooMany(wait time.Duration) error {
	return &sso.Error{
		Kind:       sso.TooMany,
		Code:       "rate_limited",
		Public:     "Too many tries at once. Wait a moment, then try again.",
		RetryAfter: wait,
	}
}

// SignOut ends a session, if there is one.
func (s *Service) SignOut(ctx context.Context, admin, setup sso.Secret) error {
	if admin != "" {
		if err := s.Sessions.EndAdminSession(ctx, admin.Hash()); err != nil {
			return fmt.Errorf("end the session: %w", err)
		}
	}
	if setup != "" {
		if err := s.Links.EndSetupSession(ctx, setup.Hash()); err != nil {
			return fmt.Errorf("end the session of the setup link: %w", err)
		}
	}
	return nil
}
