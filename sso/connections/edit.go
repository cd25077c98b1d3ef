package connections

import "gatehouse/sso"

// Edit is a change of a connection. A nil field stays as it is; an empty list or
// text removes the value. Name and Provider change at once, all other fields
// change the draft.
type Edit struct {
	// Revision is that of the connection as the admin saw it; if it has another
	// one by now, the edit is Stale "connection_changed". 0: any.
	Revision int64 `json:"-"`

	Name              *string                `json:"name,omitempty"`
	Provider          *sso.Provider          `json:"provider,omitempty"`
	SAML              *SAMLEdit              `json:"saml,omitempty"`
	OIDC              *OIDCEdit              `json:"oidc,omitempty"`
	Mapping           *MappingEdit           `json:"mapping,omitempty"`
	GroupSync         *GroupSyncEdit         `json:"group_sync,omitempty"`
	DefaultGroups     []string               `json:"default_groups,omitempty"` // IDs, or organization/group
	Brake             *BrakeEdit             `json:"brake,omitempty"`
	Provisioning      *sso.Provisioning      `json:"provisioning,omitempty"`
	Unprovisioned     *sso.Unprovisioned     `json:"unprovisioned,omitempty"`
	SCIM              *SCIMEdit              `json:"scim,omitempty"`
	EmailVerification *EmailVerificationEdit `json:"email_verification,omitempty"`
	EmailOptional     *bool                  `json:"email_optional,omitempty"`
	AllowSignIn       *string                `json:"allow_sign_in,omitempty"`
	Directory         *DirectoryEdit         `json:"directory,omitempty"`
}

// SAMLEdit changes a SAML configuration. The identity provider is described by
// one of MetadataURL (fetched now and again later), MetadataXML (read once) and
// the fields after them; Certificates are trusted besides those of the metadata.
type SAMLEdit struct {
	MetadataURL       *string           `json:"metadata_url,omitempty"`
	MetadataXML       *string           `json:"metadata_xml,omitempty"`
	IDPEntityID       *string           `json:"idp_entity_id,omitempty"`
	SSOURL            *string           `json:"sso_url,omitempty"`
	SSOBinding        *string           `json:"sso_binding,omitempty"` // the binding's URI
	SLOURL            *string           `json:"slo_url,omitempty"`
	Certificates      []string          `json:"certificates,omitempty"` // PEM, or base64 of the DER form
	SignRequests      *bool             `json:"sign_requests,omitempty"`
	AllowIDPInitiated *sso.IDPInitiated `json:"allow_idp_initiated,omitempty"`
	NameIDFormat      *string           `json:"name_id_format,omitempty"`
	ForceAuthn        *bool             `json:"force_authn,omitempty"`
	AllowSHA1         *bool             `json:"allow_sha1,omitempty"`
	ClockSkew         *sso.Seconds      `json:"clock_skew_seconds,omitempty"`
	ConfirmNewKeys    *bool             `json:"confirm_new_keys,omitempty"`
}

// OIDCEdit changes an OpenID Connect configuration. Another Issuer needs the
// ClientSecret again: otherwise an editor could have the stored one sent to an
// issuer of their own.
type OIDCEdit struct {
	Issuer *string `json:"issuer,omitempty"`
	// ConfirmedIssuer is the issuer that the document at Issuer states, if it
	// differs from the address. Tokens are then checked against it.
	ConfirmedIssuer *string         `json:"confirmed_issuer,omitempty"`
	ClientID        *string         `json:"client_id,omitempty"`
	ClientSecret    *sso.Secret     `json:"client_secret,omitempty"`
	AuthMethod      *sso.AuthMethod `json:"token_endpoint_auth_method,omitempty"`
	Scopes          []string        `json:"scopes,omitempty"`
	Prompt          *string         `json:"prompt,omitempty"`
	// ConfirmNewKeys is as in SAMLEdit, of the key set.
	ConfirmNewKeys *bool `json:"confirm_new_keys,omitempty"`
}

// MappingEdit changes a mapping; see [sso.Mapping] for what each part means.
type MappingEdit struct {
	Subject       *string  `json:"subject,omitempty"`
	Login         []string `json:"login,omitempty"`
	Email         []string `json:"email,omitempty"`
	EmailVerified []string `json:"email_verified,omitempty"`
	Name          []string `json:"name,omitempty"`
	Groups        []string `json:"groups,omitempty"`
	Delimiter     *string  `json:"delimiter,omitempty"`
	// GroupsRewrite changes the rewrite field by field; "" for all of them
	// removes it.
	GroupsRewrite *RewriteEdit `json:"groups_rewrite,omitempty"`
	Include       *string      `json:"include,omitempty"`
	Exclude       *string      `json:"exclude,omitempty"`
	GroupLimit    *int         `json:"group_limit,omitempty"`
	// Attributes changes the claims of some attributes, by name; an empty list removes
	// those of one.
	Attributes map[string][]string `json:"attributes,omitempty"`
}

// RewriteEdit changes how values become group names; see [sso.Rewrite].
type RewriteEdit struct {
	Pattern *string `json:"pattern,omitempty"`
	Replace *string `json:"replace,omitempty"`
	Preset  *string `json:"preset,omitempty"`
}

// GroupSyncEdit changes the rules for memberships.
type GroupSyncEdit struct {
	Mode      *sso.SyncMode    `json:"mode,omitempty"`
	OnAbsent  *sso.WhenUnknown `json:"on_absent,omitempty"`
	OnOverage *sso.WhenUnknown `json:"on_overage,omitempty"`
}

// BrakeEdit changes when group syncs are held; 0 is the default of each.
type BrakeEdit struct {
	Off    *bool        `json:"off,omitempty"`
	Share  *int         `json:"share,omitempty"`
	People *int         `json:"people,omitempty"`
	Window *sso.Seconds `json:"window,omitempty"`
}

// SCIMEdit changes the settings of what the identity provider pushes.
type SCIMEdit struct {
	Groups       *bool             `json:"groups,omitempty"`
	CreateGroups *CreateGroupsEdit `json:"create_groups,omitempty"`
	Pilot        *PilotEdit        `json:"pilot,omitempty"`
	MatchEmail   *bool             `json:"match_email,omitempty"`
}

// PilotEdit changes whom the connection adopts; see [sso.Pilot]. Without groups and
// users it is everyone.
type PilotEdit struct {
	Groups []string `json:"groups,omitempty"`
	Users  []string `json:"users,omitempty"`
}

// CreateGroupsEdit changes which groups are created when they are pushed; see
// [sso.CreateGroups]. Without organizations none is.
type CreateGroupsEdit struct {
	Organizations []string `json:"organizations,omitempty"` // IDs or keys
	Filter        *string  `json:"filter,omitempty"`
	Cap           *int     `json:"cap,omitempty"`
}

// EmailVerificationEdit changes the first-login policy.
type EmailVerificationEdit struct {
	Mode       *string `json:"mode,omitempty"`
	Expression *string `json:"expression,omitempty"`
	TrustIDP   *bool   `json:"trust_idp,omitempty"`
}

// DirectoryEdit changes the directory that is asked for groups that did not fit
// into a response; "" for both Tenant and ClientID removes it.
type DirectoryEdit struct {
	Tenant       *string     `json:"tenant,omitempty"`
	ClientID     *string     `json:"client_id,omitempty"`
	ClientSecret *sso.Secret `json:"client_secret,omitempty"`
	ByID         *bool       `json:"by_id,omitempty"`
}
