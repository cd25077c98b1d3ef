package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gatehouse/sso"
)

// ConfirmedFor is how long after giving a password or passkey an operator may
// tie an account or add a passkey.
const ConfirmedFor = 5 * time.Minute

// errSecondStep is for an operator who is identified only by single sign-on.
// The operator of that identity provider can claim to be them, but only they
// have their password or passkey.
func errSecondStep() *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   sso.CodeSecondStepNeeded,
		Public: "You are signed in at your company. To open the console as an operator, give your password or use a passkey as well.",
	}
}

// isSecondStepOf reports whether a console session is still the second step of the
// browser's single sign-on session.
func isSecondStepOf(session sso.AdminSession, a sso.Admin, p *sso.Principal) bool {
	return p != nil &&
		p.Session.ID == session.Session &&
		p.Enterprise.ID == a.Enterprise &&
		p.User.ID == a.User
}

// CheckRecent returns nil if a visitor recently gave their password or used a
// passkey, and else Forbidden "confirmation_needed".
func (s *Service) CheckRecent(v sso.Visitor) error {
	if since := s.Now().Sub(v.ConfirmedAt); v.Admin != "" &&
		!v.ConfirmedAt.IsZero() &&
		since <= ConfirmedFor {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "confirmation_needed",
		Public: "Give your password or use a passkey again before you change how this account signs in.",
	}
}

// Confirmation is an operator who is asked for a password or passkey.
type Confirmation struct {
	Admin sso.Admin
	// session is the console session to confirm; "" if a new one begins, as the
	// second step of second.
	session       sso.Secret
	signOnSession sso.SessionID
}

// Confirmation finds the account that a browser is asked to confirm: that of its
// console session, or the one its single sign-on is tied to. Without either it
// fails with Unauthenticated "session_ended".
func (s *Service) Confirmation(ctx context.Context, b Browser) (Confirmation, error) {
	v, err := s.visitorByAccount(ctx, b)
	if err == nil {
		a, err := s.Accounts.Admin(ctx, v.Admin)
		return Confirmation{Admin: a, session: b.Admin}, err
	}
	if sso.KindOf(err) != sso.Unauthenticated {
		return Confirmation{}, err
	}
	if b.Principal == nil {
		return Confirmation{}, sso.NotSignedIn()
	}
	p := b.Principal
	a, err := s.Accounts.AdminByUser(ctx, p.Enterprise.ID, p.User.ID)
	switch {
	case sso.KindOf(err) == sso.NotFoundKind && err != nil, err == nil && !a.DisabledAt.IsZero():
		return Confirmation{}, sso.NotSignedIn()
	case err != nil:
		return Confirmation{}, fmt.Errorf("find the account: %w", err)
	}
	return Confirmation{Admin: a, signOnSession: p.Session.ID}, nil
}

// Confirm checks the password of the account that Confirming found. It returns
// the token of the new console session, or "" if there is one already. Errors:
// "admin_refused" for a wrong password; TooMany.
func (s *Service) Confirm(ctx context.Context, c Confirmation, in SignIn) (sso.Secret, error) {
	in.Login = c.Admin.Login
	if err := s.allow(ctx, in.Login, "confirm page"); err != nil {
		return "", err
	}
	same, err := s.hasher.matches(ctx, in.Password, c.Admin.Password)
	if err != nil {
		return "", err
	}
	if !same {
		return "", s.refuse(ctx, in, "wrong password", &sso.Error{
			Kind:   sso.Invalid,
			Code:   sso.CodePasswordRefused,
			Public: "This is not your password.",
		})
	}
	return s.recordConfirmation(ctx, c, in, "password")
}

// recordConfirmation records that the operator proved their identity. Enforced single
// sign-on is no obstacle: it was the first step.
func (s *Service) recordConfirmation(ctx context.Context, c Confirmation, in SignIn, how string) (sso.Secret, error) {
	if c.session == "" {
		in.Session = c.signOnSession
		return s.start(ctx, c.Admin, in, how+", after single sign-on")
	}
	if err := s.Sessions.ConfirmAdminSession(ctx, c.session.Hash(), how); err != nil {
		return "", fmt.Errorf("confirm the session: %w", err)
	}
	return "", nil
}

// BeginConfirm starts a confirmation by passkey. ok is false if the account has
// none.
func (p *Passkeys) BeginConfirm(ctx context.Context, c Confirmation) (ch Challenge, ok bool, err error) {
	o, err := ownerOf(c.Admin)
	if err != nil || len(o.keys) == 0 {
		return Challenge{}, false, err
	}
	options, session, err := p.party.BeginLogin(
		o, webauthn.WithUserVerification(protocol.VerificationRequired),
	)
	if err != nil {
		return Challenge{}, false, fmt.Errorf("ask for a passkey: %w", err)
	}
	ch, err = p.saveChallenge(ctx, c.Admin.ID, options, session)
	return ch, err == nil, err
}

// Confirm verifies the browser's signed challenge; see Service.Confirm. Every
// failure of the passkey is "passkey_refused".
func (p *Passkeys) Confirm(
	ctx context.Context, c Confirmation, token sso.Secret, response []byte, in SignIn,
) (sso.Secret, error) {
	in.Login = c.Admin.Login
	session, err := p.useChallenge(ctx, token, c.Admin.ID)
	if err != nil {
		return "", err
	}
	credential, err := p.verifyOwner(c.Admin, session, response)
	if err == nil && credential.Authenticator.CloneWarning {
		err = errors.New("its counter went backwards")
	}
	if err != nil {
		return "", p.service.refuse(ctx, in, "passkey not accepted", errPasskey(err))
	}
	started, err := p.service.recordConfirmation(ctx, c, in, "passkey")
	if err != nil {
		return "", err
	}
	return started, p.recordUse(ctx, c.Admin.ID, credential)
}

// verifyOwner verifies that a passkey of an account signed the challenge.
func (p *Passkeys) verifyOwner(
	a sso.Admin, session webauthn.SessionData, response []byte,
) (*webauthn.Credential, error) {
	o, err := ownerOf(a)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, err
	}
	if len(session.AllowedCredentialIDs) == 0 {
		return nil, errors.New("the challenge is one for a new passkey")
	}
	return p.party.ValidateLogin(o, session, parsed)
}
