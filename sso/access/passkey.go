package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gatehouse/sso"
)

// challengeStore keeps passkey challenges; store.DB implements it.
type challengeStore interface {
	SaveChallenge(ctx context.Context, c sso.PasskeyChallenge) error
	UseChallenge(ctx context.Context, token sso.Hash) (sso.PasskeyChallenge, error)
}

const (
	challengeLength = 5 * time.Minute
	maxPasskeys     = 10
)

// Passkeys adds passkeys to accounts and signs in with them.
type Passkeys struct {
	service    *Service
	challenges challengeStore
	party      *webauthn.WebAuthn
}

// NewPasskeys returns Passkeys for the address of this installation, or nil if
// the host is an IP address, for which browsers have no passkeys.
func NewPasskeys(s *Service, challenges challengeStore, baseURL string) (*Passkeys, error) {
	base, err := url.Parse(baseURL)
	if err != nil {
		return nil, fmt.Errorf("read the base URL: %w", err)
	}
	if net.ParseIP(base.Hostname()) != nil {
		return nil, nil //nolint:nilnil // there are none, and that is no failure
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID:          base.Hostname(),
		RPDisplayName: "Gatehouse",
		RPOrigins:     []string{base.Scheme + "://" + base.Host},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys: %w", err)
	}
	return &Passkeys{s, challenges, party}, nil
}

// Challenge is a challenge for the browser's passkey to sign.
type Challenge struct {
	Options []byte // JSON, as the browser's API takes it
	Token   sso.Secret
}

// owner is an account as the WebAuthn library sees it.
type owner struct {
	id, name string
	keys     []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.id) }
func (o owner) WebAuthnName() string                       { return o.name }
func (o owner) WebAuthnDisplayName() string                { return o.name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func ownerOf(a sso.Admin) (owner, error) {
	o := owner{id: string(a.ID), name: a.Login}
	for _, k := range a.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return o, fmt.Errorf("read a passkey: %w", err)
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

func (p *Passkeys) saveChallenge(
	ctx context.Context, id sso.AdminID, options any, session *webauthn.SessionData,
) (Challenge, error) {
	encodedOptions, err := json.Marshal(options)
	if err != nil {
		return Challenge{}, fmt.Errorf("write a challenge: %w", err)
	}
	encodedSession, err := json.Marshal(session)
	if err != nil {
		return Challenge{}, fmt.Errorf("write a challenge down: %w", err)
	}
	token := sso.NewSecret()
	err = p.challenges.SaveChallenge(ctx, sso.PasskeyChallenge{
		Token:     token.Hash(),
		Admin:     id,
		Session:   encodedSession,
		ExpiresAt: p.service.Now().Add(challengeLength),
	})
	if err != nil {
		return Challenge{}, fmt.Errorf("keep a challenge: %w", err)
	}
	return Challenge{encodedOptions, token}, nil
}

func (p *Passkeys) useChallenge(
	ctx context.Context, token sso.Secret, id sso.AdminID,
) (session webauthn.SessionData, err error) {
	c, err := p.challenges.UseChallenge(ctx, token.Hash())
	if err != nil {
		return session, err
	}
	if c.Admin != id {
		return session, sso.ChallengeGone()
	}
	if err := json.Unmarshal(c.Session, &session); err != nil {
		return session, fmt.Errorf("read a challenge: %w", err)
	}
	return session, nil
}

// BeginAdd starts adding a passkey. It must verify its user and be discoverable
// without a login, because it replaces login and password.
func (p *Passkeys) BeginAdd(ctx context.Context, id sso.AdminID) (Challenge, error) {
	a, err := p.service.Account(ctx, id)
	if err != nil {
		return Challenge{}, fmt.Errorf("find the account: %w", err)
	}
	o, err := ownerOf(a)
	if err != nil {
		return Challenge{}, err
	}
	var known []protocol.CredentialDescriptor
	for _, k := range o.keys {
		known = append(known, k.Descriptor())
	}
	options, session, err := p.party.BeginRegistration(
		o, webauthn.WithExclusions(known),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey:      protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		}),
	)
	if err != nil {
		return Challenge{}, fmt.Errorf("begin to add a passkey: %w", err)
	}
	return p.saveChallenge(ctx, id, options, session)
}

func errPasskey(err error) error {
	e := &sso.Error{
		Kind:   sso.Invalid,
		Code:   sso.CodePasskeyRefused,
		Public: "This passkey was not accepted. Try again, or use your password.",
	}
	return e.WithCause(err)
}

// Add verifies the browser's signed challenge and stores the passkey.
func (p *Passkeys) Add(ctx context.Context, id sso.AdminID, token sso.Secret, response []byte) error {
	session, err := p.useChallenge(ctx, token, id)
	if err != nil {
		return err
	}
	a, err := p.service.Account(ctx, id)
	if err != nil {
		return fmt.Errorf("find the account: %w", err)
	}
	o, err := ownerOf(a)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return errPasskey(err)
	}
	created, err := p.party.CreateCredential(o, session, parsed)
	if err != nil {
		return errPasskey(err)
	}
	credential, err := json.Marshal(created)
	if err != nil {
		return fmt.Errorf("write a passkey down: %w", err)
	}
	if len(a.Passkeys) >= maxPasskeys {
		return &sso.Error{
			Kind:   sso.Conflict,
			Code:   "too_many_passkeys",
			Public: "An account has ten passkeys at most. Remove one first.",
		}
	}
	now := p.service.Now()
	key := sso.Passkey{
		ID:         created.ID,
		Name:       "Passkey of " + now.UTC().Format("2 January 2006, 15:04"),
		Credential: credential,
		CreatedAt:  now,
	}
	return p.service.update(ctx, sso.Actor(id), id, "admin.passkey_added", sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.Passkeys = append(slices.Clone(a.Passkeys), key)
		return a
	})
}

// Remove removes a passkey from an account; an unknown one is NotFound.
func (p *Passkeys) Remove(ctx context.Context, id sso.AdminID, key []byte) error {
	hasID := func(k sso.Passkey) bool { return bytes.Equal(k.ID, key) }
	_, err := p.service.Accounts.UpdateAdmin(
		ctx,
		sso.Actor(id),
		id,
		"admin.passkey_removed",
		sso.Hash{},
		func(a sso.Admin) (sso.Admin, error) {
			if !slices.ContainsFunc(a.Passkeys, hasID) {
				return a, sso.NothingHere()
			}
			a.Passkeys = slices.DeleteFunc(slices.Clone(a.Passkeys), hasID)
			return a, nil
		},
	)
	if err != nil {
		return fmt.Errorf("remove a passkey: %w", err)
	}
	return nil
}

// BeginSignIn starts a sign-in with a passkey.
func (p *Passkeys) BeginSignIn(ctx context.Context) (Challenge, error) {
	options, session, err := p.party.BeginDiscoverableLogin(webauthn.WithUserVerification(
		protocol.VerificationRequired,
	))
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return p.saveChallenge(ctx, "", options, session)
}

// SignIn verifies the browser's signed challenge, begins a session and returns
// its token. Every failure but "sso_enforced" is "passkey_refused".
func (p *Passkeys) SignIn(ctx context.Context, token sso.Secret, response []byte, in SignIn) (sso.Secret, error) {
	challenge, err := p.useChallenge(ctx, token, "")
	if err != nil {
		return "", err
	}
	a, credential, err := p.findOwner(ctx, challenge, response)
	in.Login = a.Login
	switch {
	case sso.KindOf(err) == sso.Unavailable:
		return "", err
	case err != nil:
		return "", p.service.refuse(ctx, in, "passkey not accepted", errPasskey(err))
	case !a.DisabledAt.IsZero():
		return "", p.service.refuse(
			ctx, in, "disabled", errPasskey(errors.New("the account is disabled")),
		)
	case credential.Authenticator.CloneWarning:
		return "", p.service.refuse(
			ctx, in, "passkey was copied", errPasskey(errors.New("its counter went backwards")),
		)
	}
	session, err := p.service.begin(ctx, a, in, "passkey")
	if err != nil {
		return "", err
	}
	return session, p.recordUse(ctx, a.ID, credential)
}

// findOwner finds the account whose passkey signed the challenge.
func (p *Passkeys) findOwner(
	ctx context.Context, session webauthn.SessionData, response []byte,
) (a sso.Admin, credential *webauthn.Credential, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return a, nil, err
	}
	var lookupErr error // the library keeps only the text of it
	_, credential, err = p.party.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		if a, lookupErr = p.service.Account(ctx, sso.AdminID(handle)); lookupErr != nil {
			return nil, lookupErr
		}
		return ownerOf(a)
	}, session, parsed)
	if lookupErr != nil {
		err = lookupErr
	}
	return a, credential, err
}

// recordUse records the use of a passkey, and its counter, which would reveal a
// copy.
func (p *Passkeys) recordUse(ctx context.Context, id sso.AdminID, made *webauthn.Credential) error {
	credential, err := json.Marshal(made)
	if err != nil {
		return fmt.Errorf("write a passkey down: %w", err)
	}
	now := p.service.Now()
	return p.service.update(ctx, sso.Actor(id), id, "admin.passkey_used", sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.Passkeys = slices.Clone(a.Passkeys)
		for i, k := range a.Passkeys {
			if bytes.Equal(k.ID, made.ID) {
				a.Passkeys[i].Credential, a.Passkeys[i].LastUsedAt = credential, now
			}
		}
		return a
	})
}
