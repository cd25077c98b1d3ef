package sso

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"time"
)

// Protocol is the protocol of a connection.
type Protocol string

// The protocols.
const (
	SAML Protocol = "saml"
	OIDC Protocol = "oidc"
)

// Provider is the product that a connection's identity provider runs. It
// selects the texts of the assistant and the preset of the mapping, never a
// check.
type Provider string

// The providers with a preset.
const (
	Okta      Provider = "okta"
	Entra     Provider = "entra"
	JumpCloud Provider = "jumpcloud"
	Google    Provider = "google"
	OneLogin  Provider = "onelogin"
	Ping      Provider = "ping"
	Keycloak  Provider = "keycloak"
	ADFS      Provider = "adfs"
	Auth0     Provider = "auth0"
	Duo       Provider = "duo"
	Rippling  Provider = "rippling"
	CyberArk  Provider = "cyberark"
	Custom    Provider = "custom"
)

// Providers lists every provider, in the order in which they are offered.
var Providers = [...]Provider{
	Okta, Entra, JumpCloud, Google, OneLogin, Ping, Keycloak, ADFS, Auth0, Duo, Rippling, CyberArk,
	Custom,
}

// Product returns the name of the product; "" for Custom.
func (p Provider) Product() string {
	switch p {
	case Okta:
		return "Okta"
	case Entra:
		return "Microsoft Entra ID"
	case JumpCloud:
		return "JumpCloud"
	case Google:
		return "Google Workspace"
	case OneLogin:
		return "OneLogin"
	case Ping:
		return "Ping"
	case Keycloak:
		return "Keycloak"
	case ADFS:
		return "AD FS"
	case Auth0:
		return "Auth0"
	case Duo:
		return "Duo"
	case Rippling:
		return "Rippling"
	case CyberArk:
		return "CyberArk Identity"
	}
	return ""
}

// SendsGroups reports whether a provider can send groups with a sign-in over a
// protocol. Google's ID tokens never have any, so that their absence is no fault.
func (p Provider) SendsGroups(protocol Protocol) bool {
	return p != Google || protocol != OIDC
}

// Over returns what a connection runs on, "Okta, SAML"; product may be "".
func (p Protocol) Over(product string) string {
	name := "SAML"
	if p == OIDC {
		name = "OpenID Connect"
	}
	if product == "" {
		return name
	}
	return product + ", " + name
}

// ConnectionState says whether users can sign in through a connection: draft →
// enabled ⇄ disabled.
type ConnectionState string

// The states.
const (
	ConnectionDraft    ConnectionState = "draft"
	ConnectionEnabled  ConnectionState = "enabled"
	ConnectionDisabled ConnectionState = "disabled"
)

// Connection is one enterprise's link to one identity provider. Draft is
// edited, Live is in use, and Previous is what a rollback returns to.
type Connection struct {
	ID         ConnectionID
	Enterprise EnterpriseID
	Name       string
	Protocol   Protocol
	Provider   Provider
	State      ConnectionState
	// Revision grows with every change. Whatever is compiled from a connection
	// is cached under (ID, Revision).
	Revision int64
	Live     *Config // nil until first enabled
	Draft    *Config // nil if nothing is being edited
	Previous *Config
	// Keys are our keys towards this identity provider, newest first. The first
	// one signs; all are published and tried for decryption, so that they can
	// be rolled over.
	Keys     []KeyPair
	Metadata MetadataStatus
	// Attributes are those of the enterprise, which the mapping reads. They are no part
	// of the connection and change without a revision of it.
	Attributes []Attribute
	// Shadow is when the comparison of sign-ins with the draft began; zero:
	// they are not compared.
	Shadow    time.Time
	Trust     Trust // its changes grow Revision only with the content they are about
	CreatedAt time.Time
}

// Serving returns the live configuration, or Forbidden "connection_disabled"
// while no user can sign in.
func (c Connection) Serving() (*Config, error) {
	if c.State != ConnectionEnabled || c.Live == nil {
		return nil, NotServing()
	}
	return c.Live, nil
}

// ConnectionChanged returns the error for a change that was made from an earlier
// revision of a connection.
func ConnectionChanged() *Error {
	return &Error{
		Kind:   Stale,
		Code:   CodeConnectionChanged,
		Public: "Someone else changed this connection in the meantime. Look at it again.",
	}
}

// NotServing returns the error for a connection that no user can sign in
// through.
func NotServing() *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   "connection_disabled",
		Public: "Single sign-on is not switched on for this company.",
	}
}

// Config is one version of a connection's configuration.
type Config struct {
	Version   int         `json:"version"`
	SAML      *SAMLConfig `json:"saml,omitempty"`
	OIDC      *OIDCConfig `json:"oidc,omitempty"`
	Mapping   Mapping     `json:"mapping"`
	GroupSync GroupSync   `json:"group_sync"`
	// DefaultGroups are joined by every user who signs in through the
	// connection, whatever is asserted; at most MaxDefaultGroups.
	DefaultGroups []GroupID    `json:"default_groups,omitempty"`
	Brake         Brake        `json:"brake"`
	Provisioning  Provisioning `json:"provisioning"`
	// Unprovisioned and SCIM matter with ProvisionSCIM only.
	Unprovisioned     Unprovisioned     `json:"unprovisioned,omitempty"`
	SCIM              SCIMSettings      `json:"scim,omitzero"`
	EmailVerification EmailVerification `json:"email_verification"`
	// EmailOptional admits users for whom the identity provider sends no
	// address although the mapping names a claim for it. The e-mail policy
	// decides about them.
	EmailOptional bool `json:"email_optional,omitempty"`
	// AllowSignIn is a CEL expression that is true for users who may sign in;
	// empty admits all.
	AllowSignIn string `json:"allow_sign_in,omitempty"`
	// Directory is where groups are fetched that did not fit into a response;
	// nil: nowhere.
	Directory *Directory `json:"directory,omitempty"`
}

// Directory is an application of the customer's at Microsoft Graph that may
// read group memberships.
type Directory struct {
	Tenant       string `json:"tenant"` // GUID, or a domain of the tenant
	ClientID     string `json:"client_id"`
	ClientSecret Secret `json:"client_secret,omitempty"`
	ByID         bool   `json:"by_id,omitempty"` // use object IDs as names of groups, as tokens do by default
}

// Bindings of a SAML endpoint, by their URI in metadata.
const (
	BindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	BindingPOST     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// Endpoint is an address of the identity provider and the binding to use.
type Endpoint struct {
	URL     string `json:"url"`
	Binding string `json:"binding"`
}

// IDPInitiated says what happens to an unsolicited response.
type IDPInitiated string

// The modes. Rebounce drops the response and starts an SP-initiated sign-in,
// which costs the user no extra click and avoids the risk of a planted login.
const (
	IDPInitiatedOff      IDPInitiated = "off"
	IDPInitiatedRebounce IDPInitiated = "rebounce"
	IDPInitiatedDirect   IDPInitiated = "direct"
)

// SAMLConfig is the configuration of a SAML identity provider.
type SAMLConfig struct {
	MetadataURL  string        `json:"metadata_url,omitempty"` // refreshed from here; empty if entered by hand
	IDPEntityID  string        `json:"idp_entity_id"`
	SSO          Endpoint      `json:"sso"`
	SLO          *Endpoint     `json:"slo,omitempty"` // nil: no single logout
	Certificates []Certificate `json:"certificates"`  // trusted for signatures, all at the same time
	SignRequests bool          `json:"sign_requests"`
	IDPInitiated IDPInitiated  `json:"allow_idp_initiated"`
	NameIDFormat string        `json:"name_id_format"` // requested format; transient is refused
	ForceAuthn   bool          `json:"force_authn"`
	AllowSHA1    bool          `json:"allow_sha1"`
	ClockSkew    Seconds       `json:"clock_skew_seconds"` // 0 means DefaultClockSkew
	// ConfirmNewKeys makes an admin confirm metadata that replaces all its
	// certificates at once. Until then the previous ones are trusted.
	ConfirmNewKeys bool `json:"confirm_new_keys,omitempty"`
	// Pending are the certificates of metadata that waits for confirmation.
	// They are not trusted.
	Pending []Certificate `json:"pending,omitempty"`
	// ReplacedAt is when metadata last replaced all its certificates at once
	// without an admin's confirmation; zero: never.
	ReplacedAt time.Time `json:"replaced_at,omitzero"`
}

// Limits of SAMLConfig.ClockSkew.
const (
	DefaultClockSkew = 60 * time.Second
	MaxClockSkew     = 300 * time.Second
	// NoticeableSkew is the difference of clocks from which an admin is told: more
	// than the time a message is on its way.
	NoticeableSkew = 5 * time.Second
)

// Skew returns the allowed clock difference to the identity provider.
func (c SAMLConfig) Skew() time.Duration {
	if c.ClockSkew == 0 {
		return DefaultClockSkew
	}
	return time.Duration(c.ClockSkew) * time.Second
}

// Seconds is a duration in whole seconds.
type Seconds int

// Certificate is a signing certificate of the identity provider. Its key is
// pinned: only the public key decides, and its expiry is a warning.
type Certificate struct {
	Raw    []byte            `json:"der"`
	Source CertificateSource `json:"source"`
}

// CertificateSource decides whether a refresh of the metadata may remove a
// certificate.
type CertificateSource string

// The sources.
const (
	FromMetadata CertificateSource = "metadata"
	FromAdmin    CertificateSource = "manual"
)

// Parse returns the X.509 certificate.
func (c Certificate) Parse() (*x509.Certificate, error) { return x509.ParseCertificate(c.Raw) }

// CertificateWarning is how long before a signing certificate expires an admin is
// first told: enough for an identity provider's change window.
const CertificateWarning = 60 * 24 * time.Hour

// Fingerprint returns the SHA-256 of the DER form in lower-case hex, as
// consoles show it.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// AuthMethod is how we authenticate at an OIDC token endpoint, by its
// registered name (RFC 7591 §2).
type AuthMethod string

// The methods.
const (
	ClientSecretBasic AuthMethod = "client_secret_basic"
	ClientSecretPost  AuthMethod = "client_secret_post"
	PrivateKeyJWT     AuthMethod = "private_key_jwt"
)

// OIDCConfig is the configuration of an OpenID provider; endpoints and keys
// come from its discovery document.
type OIDCConfig struct {
	Issuer string `json:"issuer"`
	// DiscoveryURL is the address of the discovery document if an admin
	// confirmed an issuer that the address does not belong to; empty: it
	// follows from Issuer.
	DiscoveryURL string     `json:"discovery_url,omitempty"`
	ClientID     string     `json:"client_id"`
	ClientSecret Secret     `json:"client_secret,omitempty"`
	AuthMethod   AuthMethod `json:"token_endpoint_auth_method"`
	Scopes       []string   `json:"scopes"` // openid is always requested
	Prompt       string     `json:"prompt,omitempty"`
	// ConfirmNewKeys makes an admin confirm a key set that contains none of the
	// previous keys. Until then no token is accepted.
	ConfirmNewKeys bool `json:"confirm_new_keys,omitempty"`
	// Keys are the thumbprints (RFC 7638, SHA-256) of the keys that the
	// provider published last, sorted; empty if none were noted yet.
	Keys []string `json:"keys,omitempty"`
	// PendingKeys are the thumbprints of a key set that waits for confirmation.
	PendingKeys []string `json:"pending_keys,omitempty"`
	// ReplacedAt is as in SAMLConfig, for the key set.
	ReplacedAt time.Time `json:"replaced_at,omitzero"`
}

// Replaces reports whether a key set contains none of the noted keys.
func (c OIDCConfig) Replaces(keys []string) bool {
	return len(c.Keys) > 0 && !slices.ContainsFunc(keys, func(k string) bool {
		return slices.Contains(c.Keys, k)
	})
}

// SeenKeys are the thumbprints of the keys that an OpenID provider publishes,
// sorted.
type SeenKeys struct {
	Enterprise   EnterpriseID
	Connection   ConnectionID
	Issuer       string
	DiscoveryURL string
	Keys         []string
}

// KeyPair is one of our private keys with its self-signed certificate.
type KeyPair struct {
	ID          KeyID
	Certificate []byte // DER
	Private     Secret // PKCS #8, PEM
	CreatedAt   time.Time
}

// MetadataStatus is the result of the last refresh of an identity provider's
// metadata.
type MetadataStatus struct {
	CheckedAt    time.Time // zero: never
	Error        string    // empty: success
	FailingSince time.Time // set by the store; zero while it works
}

// Mapping says which claims make an Identity. Login, Email and Name are
// candidates tried in order: a claim name, or a template such as "{givenname}
// {surname}" that counts only if every claim in it is present.
type Mapping struct {
	// Subject is empty for the NameID or sub itself, else a claim name or
	// template that is immutable at the IdP; alternatives are separated by "|".
	Subject       string   `json:"subject"`
	Login         []string `json:"login"`
	Email         []string `json:"email"`
	EmailVerified []string `json:"email_verified"`
	Name          []string `json:"name"`
	Groups        []string `json:"groups"`
	Delimiter     string   `json:"delimiter,omitempty"` // splits values; empty: none
	// GroupsRewrite is applied to each value of Groups after splitting and
	// before Include and Exclude; nil keeps the values.
	GroupsRewrite *Rewrite `json:"groups_rewrite,omitempty"`
	Include       string   `json:"include,omitempty"` // RE2; only matching group names count
	Exclude       string   `json:"exclude,omitempty"` // RE2; matching group names do not count
	// GroupLimit is the length at which the IdP truncates group lists: a list
	// of exactly this many names is treated as truncated. 0: the IdP does not
	// truncate.
	GroupLimit int `json:"group_limit,omitempty"`
	// Attributes has the claims of each attribute of the enterprise, by its name. One
	// that the enterprise does not have is ignored.
	Attributes map[string][]string `json:"attributes,omitempty"`
}

// Rewrite extracts names of groups from values: by Preset, else by Pattern. A
// value that it does not apply to, or would make blank, stays as it is.
type Rewrite struct {
	// Pattern is RE2 with a capture. A value that it matches becomes Replace,
	// in which $1 or ${name} is a capture; an empty Replace means $1.
	Pattern string `json:"pattern,omitempty"`
	Replace string `json:"replace,omitempty"`
	Preset  string `json:"preset,omitempty"`
}

// The presets of a Rewrite.
const (
	RewriteCommonName  = "cn-of-dn"          // see [CommonName]
	RewriteLastSegment = "last-path-segment" // see [LastSegment]
	RewriteMembers     = "member-names"      // the member names of a JSON object, as Zitadel sends roles
)

// RewritePresets lists the presets.
var RewritePresets = [...]string{RewriteCommonName, RewriteLastSegment, RewriteMembers}

// SyncMode decides which memberships a group sync may remove.
type SyncMode string

// The modes.
const (
	SyncReset       SyncMode = "reset"        // everything that was not asserted, manual additions too
	SyncResetSynced SyncMode = "reset-synced" // only what sync itself added
	SyncAddOnly     SyncMode = "add-only"     // nothing
	// SyncKeep removes nothing and adds nothing: the groups are unknown, or provisioning owns
	// them. Never configured, only recorded
	SyncKeep SyncMode = "keep"
	// SyncRestore is what an admin restored or reconciled, whatever the identity
	// provider says. Never configured, only recorded
	SyncRestore SyncMode = "restore"
)

// WhenUnknown decides what a sign-in does if the user's groups are not known.
type WhenUnknown string

// The choices.
const (
	KeepGroups  WhenUnknown = "keep"
	ClearGroups WhenUnknown = "clear"
	DenySignIn  WhenUnknown = "deny"
)

// GroupSync is a connection's rules for memberships.
type GroupSync struct {
	Mode      SyncMode    `json:"mode"`
	OnAbsent  WhenUnknown `json:"on_absent"`  // keep, clear or deny
	OnOverage WhenUnknown `json:"on_overage"` // keep or deny
	// DefaultGroups are those of the configuration; groupsync.RulesOf fills
	// them in.
	DefaultGroups []GroupID `json:"-"`
	// Kept says why no membership changes, for the sync record; groupsync.RulesOf
	// fills it in with SyncKeep.
	Kept string `json:"-"`
}

// MaxDefaultGroups is the maximum number of default groups of a connection.
const MaxDefaultGroups = 50

// EmailVerification is a connection's policy for the first sign-in.
type EmailVerification struct {
	Mode       string `json:"mode"`
	Expression string `json:"expression,omitempty"`
	// TrustIDP accepts the identity provider's word that an address is
	// verified.
	TrustIDP bool `json:"trust_idp,omitempty"`
}
