package saml

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"

	"gatehouse/sso"
)

const (
	// logoutLifetime is how long a logout message is accepted after it was
	// issued. A LogoutRequest that is repeated within it has no further effect.
	logoutLifetime    = 5 * time.Minute
	maxRelayState     = 1024 // the standard says 80; some send addresses
	maxSessionIndexes = 100
)

// LogoutMessage is a verified logout message of an identity provider.
type LogoutMessage struct {
	Request    bool   // it asks to end sessions; otherwise it is the response to a request of ours
	ID         string // of the message
	RelayState string // to be sent back with the response, unchanged
	// Of a LogoutRequest:
	Subject        string   // as in [sso.Session]
	SessionIndexes []string // none: every session of the subject
	// Of a LogoutResponse: "Success", or the status codes of the failure.
	Status string
}

// BeginLogout returns the LogoutRequest for a session that was ended here. It
// is always signed, whatever the connection says about AuthnRequests: most
// identity providers require it.
func (sp *ServiceProvider) BeginLogout(c sso.Connection, cfg sso.Config, s sso.Session) (sso.Redirect, error) {
	if s.Subject == "" {
		return sso.Redirect{}, errors.New("the session has no NameID to ask with")
	}
	now := sp.now().UTC()
	end := now.Add(logoutLifetime)
	request := crewjam.LogoutRequest{
		ID:           newMessageID(),
		Version:      "2.0",
		IssueInstant: now,
		NotOnOrAfter: &end,
		Issuer:       &crewjam.Issuer{Value: sp.EntityID(c.ID)},
		NameID:       &crewjam.NameID{Format: s.NameIDFormat, Value: s.Subject},
	}
	if s.SessionIndex != "" {
		request.SessionIndex = &crewjam.SessionIndex{Value: s.SessionIndex}
	}
	return sp.sendLogout(c, cfg, outgoingMessage{field: fieldRequest}, func(destination string) *etree.Element {
		request.Destination = destination
		return request.Element()
	})
}

// LogoutResponse returns the message that tells the identity provider that the
// sessions it named are ended. It fails with Invalid "logout_unanswerable" if
// the connection has no address for that.
func (sp *ServiceProvider) LogoutResponse(c sso.Connection, cfg sso.Config, m LogoutMessage) (sso.Redirect, error) {
	response := crewjam.LogoutResponse{
		ID:           newMessageID(),
		InResponseTo: m.ID,
		Version:      "2.0",
		IssueInstant: sp.now().UTC(),
		Issuer:       &crewjam.Issuer{Value: sp.EntityID(c.ID)},
		Status: crewjam.Status{
			StatusCode: crewjam.StatusCode{Value: statusPrefix + "Success"},
		},
	}
	return sp.sendLogout(c, cfg, outgoingMessage{
		field:      fieldResponse,
		relayState: m.RelayState,
	}, func(destination string) *etree.Element {
		response.Destination = destination
		return response.Element()
	})
}

func (sp *ServiceProvider) sendLogout(
	c sso.Connection, cfg sso.Config, out outgoingMessage, message func(destination string) *etree.Element,
) (sso.Redirect, error) {
	t, err := sp.trust(c, cfg)
	if err != nil {
		return sso.Redirect{}, err
	}
	if cfg.SAML.SLO == nil {
		return sso.Redirect{}, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "logout_unanswerable",
			Public: "You are signed out here. Your company’s identity provider cannot be notified: its logout address is not set.",
		}
	}
	out.endpoint, out.message = *cfg.SAML.SLO, message(cfg.SAML.SLO.URL)
	if out.key, err = t.signingKey(); err != nil {
		return sso.Redirect{}, fmt.Errorf("connection %s: %w", c.ID, err)
	}
	redirect, err := out.encode()
	if err != nil {
		return sso.Redirect{}, fmt.Errorf(
			"logout at %s: %w", sso.Sanitize(cfg.SAML.IDPEntityID), err,
		)
	}
	return redirect, nil
}

// newMessageID returns 160 random bits as an XML ID, which begins with a
// letter.
func newMessageID() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return "gh" + hex.EncodeToString(b[:])
}

// ParseLogout reads a logout message: of the HTTP-Redirect binding if rawQuery
// is not empty, byte for byte as it came, else of the HTTP-POST binding from
// form. It accepts only signed messages and reads only what was signed. Errors:
// Invalid "saml_malformed", "saml_too_complex", "saml_logout_encrypted";
// Forbidden "saml_signature_invalid", "saml_wrong_recipient", "saml_expired".
func (sp *ServiceProvider) ParseLogout(
	c sso.Connection, cfg sso.Config, form url.Values, rawQuery string,
) (LogoutMessage, error) {
	t, err := sp.trust(c, cfg)
	if err != nil {
		return LogoutMessage{}, err
	}
	in := incomingLogout{trust: t, config: *cfg.SAML}
	if rawQuery != "" {
		err = in.readRedirect(rawQuery)
	} else {
		err = in.readPost(form)
	}
	if err == nil && len(in.relayState) > maxRelayState {
		err = errMalformed(fmt.Errorf("a RelayState of %d bytes", len(in.relayState)))
	}
	if err != nil {
		return LogoutMessage{}, fmt.Errorf("logout message to %s: %w", c.ID, err)
	}
	rules := logoutRules{
		root:   in.root,
		issuer: cfg.SAML.IDPEntityID,
		sloURL: sp.SLOURL(c.ID),
		now:    sp.now(),
		skew:   cfg.SAML.Skew(),
		ring:   &keyring{keys: t.keys, entityID: sp.EntityID(c.ID)},
	}
	message, err := rules.read(in.field == fieldRequest)
	if err != nil {
		return LogoutMessage{}, fmt.Errorf(
			"logout message of %s: %w", sso.Sanitize(cfg.SAML.IDPEntityID), err,
		)
	}
	message.RelayState = in.relayState
	return message, nil
}

// incomingLogout is a logout message that is being verified.
type incomingLogout struct {
	trust      *trust
	config     sso.SAMLConfig
	field      string
	root       *etree.Element // signed
	relayState string
}

func (in *incomingLogout) elementName() string {
	if in.field == fieldRequest {
		return "LogoutRequest"
	}
	return "LogoutResponse"
}

func (in *incomingLogout) readRedirect(rawQuery string) error {
	r, err := readQuery(rawQuery)
	if err != nil {
		return err
	}
	in.field = r.field
	if err := r.verify(in.trust, in.config.AllowSHA1); err != nil {
		return errLogoutSignature(err)
	}
	doc, err := r.decode()
	if err != nil {
		return err
	}
	if in.relayState, err = r.value(fieldRelayState); err != nil {
		return err
	}
	in.root, err = messageTree(doc, in.elementName())
	return err
}

func (in *incomingLogout) readPost(form url.Values) error {
	var err error
	if in.field, err = messageField(form); err != nil {
		return err
	}
	doc, err := decodePost(form, in.field)
	if err != nil {
		return err
	}
	root, err := messageTree(doc, in.elementName())
	if err != nil {
		return err
	}
	if in.root, err = openPosted(in.trust, in.config, root); err != nil {
		return errLogoutSignature(err)
	}
	in.relayState = form.Get(fieldRelayState)
	return nil
}

func errLogoutSignature(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_signature_invalid",
		Public: "The sign-out message of your company’s identity provider did not pass our checks, so no user was signed out.",
		Err:    err,
	}
}
