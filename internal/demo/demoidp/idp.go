package demoidp

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse/sso"
)

// Options configures an IdP.
type Options struct {
	// BaseURL is the URL of the provider, with the prefix it is mounted under and
	// without a trailing slash, such as "http://127.0.0.1:8080/demo/idp". It is the
	// OIDC issuer.
	BaseURL string
	Now     func() time.Time // nil: time.Now
	Keys    Keys             // nil keys are generated when first needed
	Name    string           // on the pages; empty: "Demo Directory"
	// RequireSignedRequests refuses AuthnRequests without a signature and declares
	// that in the metadata.
	RequireSignedRequests bool
	// Tenant, a GUID, makes the provider resemble Entra ID: it asserts the tenant and
	// object IDs, sends a pointer in place of long lists of groups, and serves Graph.
	Tenant string
	// HomeURL and HomeName, if set, are the link back on every page.
	HomeURL, HomeName string
}

// IdP is the provider. All methods are safe for concurrent use.
type IdP struct {
	options Options
	base    string
	prefix  string // path of base, stripped from requests
	now     func() time.Time
	pages   *pages
	handler http.Handler
	keys    keyring

	pending     shelf[pendingSignIn]
	codes       shelf[grant]
	tokens      shelf[grant] // by access token
	graphTokens shelf[struct{}]

	mu        sync.Mutex
	people    []Person // in the order they were added
	sps       []SP
	clients   []Client
	readers   []directoryApp
	fault     Fault
	faultOnce bool
	graphDown bool // for requests after the last sign-in
	sessions  []ssoSession
	lastSAML  map[string]url.Values // by SP entity ID, for Replay
	lastToken map[string]string     // ID tokens by client ID, for Replay

	provisioning provisioning
}

// SP is a registered SAML service provider.
type SP struct {
	Name     string // on the pages; empty: the entity ID
	EntityID string
	ACSURL   string
	SLOURL   string // empty: no single logout
	// SigningCerts verify its AuthnRequests and logout messages. If empty, signatures
	// are not verified.
	SigningCerts []*x509.Certificate
	// EncryptionCert is used if Encrypt is set or the fault says so.
	EncryptionCert *x509.Certificate
	Encrypt        bool
	EncryptionBits int // AES-GCM key size: 128, 192 or 256; 0 means 256
	Sign           Signing
	// Attributes, if not nil, maps "login", "email", "name", "firstName", "lastName"
	// and "groups" to attribute names, in place of the Claim constants. Others are
	// not sent.
	Attributes map[string]string
	// MailNameID makes the e-mail address the NameID, whatever format was requested.
	MailNameID bool
}

// Signing selects the signed elements of a SAML response.
type Signing int

// The values of Signing.
const (
	SignAssertion Signing = iota
	SignResponse
	SignBoth
)

// Client is an OpenID relying party.
type Client struct {
	Name           string // on the pages; empty: the ID
	ID             string
	Secret         sso.Secret
	Key            any      // public key; non-nil: private_key_jwt is accepted
	RedirectURIs   []string // compared exactly
	PostLogoutURIs []string
	// GroupsInUserinfo moves the groups claim from the ID token to userinfo, as
	// providers with large directories do.
	GroupsInUserinfo bool
}

// ssoSession is a session at a SAML service provider, for logout.
type ssoSession struct {
	Person, SP, NameID, Format, Index string
	At                                time.Time
}

const maxSessions = 200

// New returns a provider without people.
func New(o Options) (*IdP, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || strings.HasSuffix(o.BaseURL, "/") {
		return nil, fmt.Errorf("base URL %q: want an absolute URL without a trailing slash", o.BaseURL)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Name == "" {
		o.Name = "Demo Directory"
	}
	p := &IdP{
		options: o,
		base:    o.BaseURL,
		prefix:  base.Path,
		now:     o.Now,
		pending: shelf[pendingSignIn]{
			lifetime: 30 * time.Minute,
			limit:    1000,
		},
		codes:       shelf[grant]{lifetime: time.Minute, limit: 1000},
		tokens:      shelf[grant]{lifetime: 10 * time.Minute, limit: 1000},
		graphTokens: shelf[struct{}]{lifetime: graphTokenLives, limit: 1000},
		keys:        keyring{given: o.Keys, now: o.Now},
		lastSAML:    map[string]url.Values{},
		lastToken:   map[string]string{},
	}
	if p.pages, err = newPages(); err != nil {
		return nil, err
	}
	p.handler = p.routes()
	return p, nil
}

// Handler returns the handler of the provider. It may be mounted with or without the
// prefix of BaseURL stripped.
func (p *IdP) Handler() http.Handler { return p.handler }

// Issuer returns the OIDC issuer.
func (p *IdP) Issuer() string { return p.base }

// EntityID returns the SAML entity ID, which equals MetadataURL.
func (p *IdP) EntityID() string { return p.MetadataURL() }

// MetadataURL returns the URL of the SAML metadata.
func (p *IdP) MetadataURL() string { return p.base + "/saml/metadata" }

// RotateKeys generates new signing keys for both protocols. The previous keys stay
// published, older ones do not.
func (p *IdP) RotateKeys() error { return p.keys.rotate() }

// RegisterSAML adds a service provider or replaces the one with its entity ID.
func (p *IdP) RegisterSAML(sp SP) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sps = slices.DeleteFunc(p.sps, func(have SP) bool {
		return have.EntityID == sp.EntityID
	})
	p.sps = append(p.sps, sp)
}

// RegisterOIDC adds a client or replaces the one with its ID.
func (p *IdP) RegisterOIDC(c Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients = slices.DeleteFunc(p.clients, func(have Client) bool {
		return have.ID == c.ID
	})
	p.clients = append(p.clients, c)
}

func (p *IdP) sp(entityID string) (SP, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, sp := range p.sps {
		if sp.EntityID == entityID {
			return sp, nil
		}
	}
	return SP{}, refuse(
		http.StatusBadRequest, "No service provider with the entity ID %q is registered here.",
		entityID,
	)
}

func (p *IdP) client(id string) (Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.clients {
		if c.ID == id {
			return c, nil
		}
	}
	return Client{}, refuse(
		http.StatusBadRequest, "No client with the ID %q is registered here.", id,
	)
}

// refusal is an error with a text for the page or the client.
type refusal struct {
	status int
	code   string // OAuth error code; empty: invalid_request
	text   string
}

func (r *refusal) Error() string { return r.text }

func refuse(status int, format string, a ...any) error {
	return &refusal{status: status, text: fmt.Sprintf(format, a...)}
}

func refuseOAuth(status int, code, text string) error {
	return &refusal{
		status: status,
		code:   code,
		text:   text,
	}
}

func asRefusal(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return &refusal{
		status: http.StatusInternalServerError,
		code:   "server_error",
		text:   err.Error(),
	}
}

// randomID returns 160 random bits in a form valid as an XML ID.
func randomID() string {
	var b [20]byte
	_, _ = rand.Read(b[:])
	return "_" + hex.EncodeToString(b[:])
}

// shelf keeps values under random keys for its lifetime.
type shelf[T any] struct {
	lifetime time.Duration
	limit    int
	mu       sync.Mutex
	items    map[string]shelved[T]
}

type shelved[T any] struct {
	value T
	until time.Time
}

func (s *shelf[T]) put(now time.Time, v T) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.items == nil {
		s.items = map[string]shelved[T]{}
	}
	if len(s.items) >= s.limit {
		s.makeRoom(now)
	}
	key := string(sso.NewSecret())
	s.items[key] = shelved[T]{v, now.Add(s.lifetime)}
	return key
}

// makeRoom drops expired values, or else the one that expires first.
func (s *shelf[T]) makeRoom(now time.Time) {
	var first string
	for key, item := range s.items {
		if item.until.Before(now) {
			delete(s.items, key)
		} else if first == "" || item.until.Before(s.items[first].until) {
			first = key
		}
	}
	if len(s.items) >= s.limit {
		delete(s.items, first)
	}
}

func (s *shelf[T]) get(now time.Time, key string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.items[key]
	return item.value, ok && now.Before(item.until)
}

// take is like get, and removes the value.
func (s *shelf[T]) take(now time.Time, key string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.items[key]
	delete(s.items, key)
	return item.value, ok && now.Before(item.until)
}
