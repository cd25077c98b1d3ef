package api

import (
	"time"

	"gatehouse/sso"
)

// configuration is one version of a connection's settings, named as in the body
// that makes them.
type configuration struct {
	Version           int                     `json:"version" doc:"1, 2, 3… within the connection." example:"3"`
	SAML              *configurationSAML      `json:"saml,omitempty" doc:"Of a SAML connection."`
	OIDC              *configurationOIDC      `json:"oidc,omitempty" doc:"Of an OpenID Connect connection."`
	Mapping           sso.Mapping             `json:"mapping" doc:"Which claims make an identity."`
	GroupSync         sso.GroupSync           `json:"group_sync" doc:"The rules for memberships."`
	DefaultGroups     []sso.GroupID           `json:"default_groups" doc:"Groups that everyone who signs in joins, whatever is asserted."`
	Brake             configurationBrake      `json:"brake" doc:"When group syncs are held for an admin."`
	Provisioning      sso.Provisioning        `json:"provisioning" enum:"jit,scim" doc:"What makes users and memberships: sign-ins, or what the identity provider pushes." example:"jit"`
	EmailVerification sso.EmailVerification   `json:"email_verification" doc:"Who has to confirm their address at the first sign-in."`
	EmailOptional     bool                    `json:"email_optional" doc:"Whether people without an address get in."`
	AllowSignIn       string                  `json:"allow_sign_in" doc:"An expression that is true for those who may come in; \"\": everybody may." example:"size(identity.matched_groups) > 0"`
	Directory         *configurationDirectory `json:"directory,omitempty" doc:"Where groups are asked for that did not fit into an answer; missing: nowhere."`
}

type configurationBrake struct {
	Off    bool        `json:"off" doc:"Whether only syncs that would take the last admin away are held."`
	Share  int         `json:"share" doc:"Percent of a group's members that sign-ins may remove within the window." example:"50"`
	People int         `json:"people" doc:"How many people of one group are never too many." example:"20"`
	Window sso.Seconds `json:"window" doc:"Within how many seconds people are counted." example:"3600"`
}

type configurationDirectory struct {
	Tenant          string `json:"tenant" doc:"The Entra ID tenant." example:"acme.onmicrosoft.com"`
	ClientID        string `json:"client_id" doc:"The application that asks, as the tenant knows it." example:"6731de76-14a6-49ae-97bc-6eba6914391e"`
	HasClientSecret bool   `json:"has_client_secret" doc:"Whether a client secret is set; it is never shown."`
	ByID            bool   `json:"by_id" doc:"Whether groups are known by object ID."`
}

type configurationSAML struct {
	MetadataURL       *string          `json:"metadata_url" doc:"What it is refreshed from; null: set by hand." example:"https://idp.example.com/metadata"`
	IDPEntityID       string           `json:"idp_entity_id" doc:"The identity provider's entity ID, also called issuer." example:"https://idp.example.com"`
	SSOURL            string           `json:"sso_url" doc:"Where people are sent to sign in." example:"https://idp.example.com/sso"`
	SSOBinding        string           `json:"sso_binding" doc:"How." example:"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"`
	SLOURL            *string          `json:"slo_url" doc:"Where logout messages are sent; null: no single logout." example:"https://idp.example.com/slo"`
	Certificates      []certificate    `json:"certificates" doc:"What signatures are trusted from, all at once."`
	SignRequests      bool             `json:"sign_requests" doc:"Whether we sign what we ask."`
	AllowIDPInitiated sso.IDPInitiated `json:"allow_idp_initiated" enum:"off,rebounce,direct" doc:"What happens to an answer nobody asked for: nothing, a sign-in that is asked for, or a sign-in." example:"rebounce"`
	NameIDFormat      string           `json:"name_id_format" doc:"The form of NameID that is asked for." example:"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"`
	ForceAuthn        bool             `json:"force_authn" doc:"Whether people have to prove again who they are, although they are signed in there."`
	AllowSHA1         bool             `json:"allow_sha1" doc:"Whether signatures with SHA-1 are accepted."`
	ConfirmNewKeys    bool             `json:"confirm_new_keys" doc:"Whether an admin has to confirm metadata that replaces every certificate at once."`
	Pending           []certificate    `json:"pending_certificates" doc:"Certificates that wait for this; they are not trusted."`
	ClockSkew         int              `json:"clock_skew_seconds" doc:"How far the identity provider's clock may be from ours." example:"60"`
}

type certificate struct {
	Fingerprint string                `json:"fingerprint" doc:"SHA-256 of the DER form, in lower-case hex." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Source      sso.CertificateSource `json:"source" enum:"metadata,manual" doc:"Whether a refresh of the metadata may remove it." example:"metadata"`
	Subject     string                `json:"subject" doc:"The name in it, which decides nothing." example:"CN=idp.example.com"`
	NotAfter    *time.Time            `json:"not_after" doc:"When it expires, which is a warning: the key is what counts." example:"2030-01-01T00:00:00Z"`
	PEM         string                `json:"pem" doc:"The certificate." example:"-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"`
}

type configurationOIDC struct {
	Issuer          string         `json:"issuer" doc:"The issuer, exactly as its discovery document has it." example:"https://idp.example.com"`
	DiscoveryURL    *string        `json:"discovery_url" doc:"Where the discovery document of a confirmed issuer is; null: at the issuer's own address." example:"https://login.example.com/policy/v2.0/.well-known/openid-configuration"`
	ClientID        string         `json:"client_id" doc:"Our name at the identity provider." example:"gatehouse"`
	HasClientSecret bool           `json:"has_client_secret" doc:"Whether a client secret is set; it is never shown."`
	AuthMethod      sso.AuthMethod `json:"token_endpoint_auth_method" enum:"client_secret_basic,client_secret_post,private_key_jwt" doc:"Client authentication." example:"client_secret_basic"`
	Scopes          []string       `json:"scopes" doc:"What is asked for; openid always is." example:"[\"openid\",\"profile\",\"email\"]"`
	Prompt          *string        `json:"prompt" doc:"What the identity provider is asked to do first; null: what it likes." example:"select_account"`
	ConfirmNewKeys  bool           `json:"confirm_new_keys" doc:"Whether an admin has to confirm a key set that has none of the keys before it."`
	PendingKeys     []string       `json:"pending_keys" doc:"Keys that wait for this, by their thumbprint (RFC 7638); they are not trusted."`
}

func viewConfiguration(c *sso.Config) *configuration {
	if c == nil {
		return nil
	}
	v := &configuration{
		Version:           c.Version,
		Mapping:           viewMapping(c.Mapping),
		GroupSync:         c.GroupSync,
		DefaultGroups:     always(c.DefaultGroups),
		Brake:             configurationBrake(c.Brake.Effective()),
		Provisioning:      c.Provisioning,
		EmailVerification: c.EmailVerification,
		EmailOptional:     c.EmailOptional,
		AllowSignIn:       c.AllowSignIn,
	}
	if c.SAML != nil {
		v.SAML = viewSAML(c.SAML)
	}
	if c.OIDC != nil {
		v.OIDC = viewOIDC(c.OIDC)
	}
	if d := c.Directory; d != nil {
		v.Directory = &configurationDirectory{
			Tenant:          d.Tenant,
			ClientID:        d.ClientID,
			HasClientSecret: d.ClientSecret != "",
			ByID:            d.ByID,
		}
	}
	return v
}

func viewSAML(s *sso.SAMLConfig) *configurationSAML {
	v := &configurationSAML{
		MetadataURL:       some(s.MetadataURL),
		IDPEntityID:       s.IDPEntityID,
		SSOURL:            s.SSO.URL,
		SSOBinding:        s.SSO.Binding,
		Certificates:      make([]certificate, 0, len(s.Certificates)),
		SignRequests:      s.SignRequests,
		AllowIDPInitiated: s.IDPInitiated,
		NameIDFormat:      s.NameIDFormat,
		ForceAuthn:        s.ForceAuthn,
		AllowSHA1:         s.AllowSHA1,
		ClockSkew:         int(s.Skew() / time.Second),
		ConfirmNewKeys:    s.ConfirmNewKeys,
		Pending:           make([]certificate, 0, len(s.Pending)),
	}
	for _, cert := range s.Pending {
		v.Pending = append(v.Pending, viewCertificate(cert))
	}
	if s.SLO != nil {
		v.SLOURL = some(s.SLO.URL)
	}
	for _, cert := range s.Certificates {
		v.Certificates = append(v.Certificates, viewCertificate(cert))
	}
	return v
}

func viewOIDC(o *sso.OIDCConfig) *configurationOIDC {
	return &configurationOIDC{
		Issuer:          o.Issuer,
		DiscoveryURL:    some(o.DiscoveryURL),
		ClientID:        o.ClientID,
		HasClientSecret: o.ClientSecret != "",
		AuthMethod:      o.AuthMethod,
		Scopes:          always(o.Scopes),
		Prompt:          some(o.Prompt),
		ConfirmNewKeys:  o.ConfirmNewKeys,
		PendingKeys:     always(o.PendingKeys),
	}
}

// viewCertificate shows what of a certificate can be read; one that cannot was
// never accepted.
func viewCertificate(c sso.Certificate) certificate {
	v := certificate{
		Fingerprint: c.Fingerprint(),
		Source:      c.Source,
		PEM:         pemOf(c.Raw),
	}
	if parsed, err := c.Parse(); err == nil {
		v.Subject, v.NotAfter = parsed.Subject.String(), moment(parsed.NotAfter)
	}
	return v
}

func viewMapping(m sso.Mapping) sso.Mapping {
	for _, l := range []*[]string{&m.Login, &m.Email, &m.EmailVerified, &m.Name, &m.Groups} {
		*l = always(*l)
	}
	return m
}
