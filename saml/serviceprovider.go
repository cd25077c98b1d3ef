package saml

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// maxTrusts limits the connections whose parsed keys are cached.
const maxTrusts = 4096

// Options configure a ServiceProvider.
type Options struct {
	BaseURL string           // of Gatehouse, without a trailing slash
	Now     func() time.Time // nil: time.Now
	Client  *http.Client     // the guarded outbound client, for FetchMetadata; it must allow responses of 512 KB
}

// ServiceProvider signs users in at SAML identity providers. It is safe for
// concurrent use and starts nothing that outlives a call.
type ServiceProvider struct {
	base   string
	now    func() time.Time
	client *http.Client
	trusts *lru.Cache[trustKey, *trust]
}

type trustKey struct {
	connection sso.ConnectionID
	revision   int64
	version    int
}

// New returns a ServiceProvider.
func New(o Options) *ServiceProvider {
	if o.Now == nil {
		o.Now = time.Now
	}
	trusts, _ := lru.New[trustKey, *trust](maxTrusts) // fails only for a size below one
	return &ServiceProvider{
		base:   strings.TrimSuffix(o.BaseURL, "/"),
		now:    o.Now,
		client: o.Client,
		trusts: trusts,
	}
}

// EntityID returns our entity ID at the identity provider, which is also the
// address of our metadata. Each connection has its own, so that a response to
// one cannot be used at another.
func (sp *ServiceProvider) EntityID(id sso.ConnectionID) string {
	return sp.base + "/saml/" + string(id) + "/metadata"
}

// ACSURL returns where the identity provider posts responses (HTTP-POST
// binding).
func (sp *ServiceProvider) ACSURL(id sso.ConnectionID) string {
	return sp.base + "/saml/" + string(id) + "/acs"
}

// SLOURL returns where the identity provider sends logout messages.
func (sp *ServiceProvider) SLOURL(id sso.ConnectionID) string {
	return sp.base + "/saml/" + string(id) + "/slo"
}

// trust returns a connection's parsed certificates and keys, cached.
func (sp *ServiceProvider) trust(c sso.Connection, cfg sso.Config) (*trust, error) {
	if cfg.SAML == nil {
		return nil, fmt.Errorf("connection %s: %w", c.ID, errors.New("no SAML configuration"))
	}
	key := trustKey{
		connection: c.ID,
		revision:   c.Revision,
		version:    cfg.Version,
	}
	if t, ok := sp.trusts.Get(key); ok && t.compiledFrom(c, *cfg.SAML) {
		return t, nil
	}
	t, err := newTrust(c, *cfg.SAML)
	if err != nil {
		return nil, fmt.Errorf("connection %s: %w", c.ID, err)
	}
	sp.trusts.Add(key, t)
	return t, nil
}

// Correlate returns the ID of the AuthnRequest that a response names, or "" if
// it names none. If the Response has no InResponseTo, its
// SubjectConfirmationData may; if that is encrypted, the RelayState has it,
// which every request of ours carries. Nothing is verified yet: Complete
// compares what was signed. Errors: Invalid "saml_malformed",
// "saml_too_complex".
func (sp *ServiceProvider) Correlate(cb sso.Callback) (string, error) {
	doc, err := decodePost(cb.Form, fieldResponse)
	if err != nil {
		return "", err
	}
	seen, err := scan(doc, messageLimits(), nil)
	if err != nil {
		return "", errScan(err)
	}
	switch {
	case seen.space != nsProtocol || seen.tag != "Response":
		return "", errMalformed(fmt.Errorf("not a Response but %q", sso.Sanitize(seen.tag)))
	case seen.inResponseTo != "":
		return seen.inResponseTo, nil
	case seen.confirmed == "" && seen.encrypted:
		return RequestOf(cb), nil
	}
	return seen.confirmed, nil
}

// RequestOf returns the RelayState, which is the ID of the request, or "" if it
// cannot be one of ours.
func RequestOf(cb sso.Callback) string {
	if state := cb.Form.Get(fieldRelayState); len(state) <= maxIDBytes {
		return state
	}
	return ""
}

// decodePost decodes a message of the HTTP-POST binding.
func decodePost(form url.Values, field string) ([]byte, error) {
	values := form[field]
	if len(values) != 1 || values[0] == "" {
		return nil, errMalformed(fmt.Errorf("%d fields %s", len(values), field))
	}
	if len(values[0]) > 2*messageLimits().bytes {
		return nil, errTooComplex(fmt.Errorf("a %s of %d bytes", field, len(values[0])))
	}
	doc, err := decodeBase64(values[0])
	if err != nil {
		return nil, errMalformed(fmt.Errorf("%s is not base64", field))
	}
	return trimByteOrderMark(doc), nil
}

// Complete verifies a response. p is nil for an unsolicited response, which is
// accepted only by a connection whose IDPInitiated is "direct". Errors: Invalid
// "saml_malformed", "saml_too_complex", "login_state_expired"; Forbidden
// "saml_signature_invalid", "saml_decryption_failed", "saml_wrong_recipient",
// "saml_expired", "saml_attribute_invalid", "idp_denied",
// "idp_initiated_disabled". The caller detects a replay by the assertion's
// ResponseID.
func (sp *ServiceProvider) Complete(
	_ context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback,
) (sso.Examined, error) {
	v, err := sp.newVerifier(c, cfg)
	if err != nil {
		return sso.Examined{}, err
	}
	v.pending = p
	return v.complete(cb)
}
