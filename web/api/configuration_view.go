package api

import (
	"time"

	"gatehouse/sso"
)

// configuration is one version of a connection's settings, with the names of
// the request body.
type configuration struct {
	Version           int                     `json:"version" doc:"Number of the version within the connection: 1, 2, 3…" example:"3"`
	SAML              *configurationSAML      `json:"saml,omitempty" doc:"Settings of a SAML connection."`
	OIDC              *configurationOIDC      `json:"oidc,omitempty" doc:"Settings of an OpenID Connect connection."`
	Mapping           sso.Mapping             `json:"mapping" doc:"Mapping of claims to the fields of an identity."`
	GroupSync         sso.GroupSync           `json:"group_sync" doc:"Rules for memberships."`
	DefaultGroups     []sso.GroupID           `json:"default_groups" doc:"Groups that every user joins at sign-in, regardless of the asserted groups."`
	Brake             configurationBrake      `json:"brake" doc:"Limits beyond which group syncs are held for an admin's decision."`
	Provisioning      sso.Provisioning        `json:"provisioning" enum:"jit,scim" doc:"Source of users and memberships: sign-ins (jit) or pushes by the identity provider (scim)." example:"jit"`
	Unprovisioned     sso.Unprovisioned       `json:"unprovisioned" enum:"no-groups,claims,refuse" doc:"Treatment of users who were not pushed." example:"no-groups"`
	SCIM              configurationSCIM       `json:"scim" doc:"Rules for pushes by the identity provider."`
	EmailVerification sso.EmailVerification   `json:"email_verification" doc:"Rules for confirming e-mail addresses at the first sign-in."`
	EmailOptional     bool                    `json:"email_optional" doc:"Whether users without an e-mail address can sign in."`
	AllowSignIn       string                  `json:"allow_sign_in" doc:"Expression that is true for users who may sign in; \"\" if all may." example:"size(identity.matched_groups) > 0"`
	Directory         *configurationDirectory `json:"directory,omitempty" doc:"Directory that supplies groups which did not fit into the identity provider's response; missing if there is none."`
}

//nolint:lll // a tag has no line break
type configurationSCIM struct {
	Groups       bool                      `json:"groups" doc:"Whether groups are pushed, too."`
	CreateGroups configurationCreateGroups `json:"create_groups" doc:"Groups to create when they are pushed and no group has their name."`
	Pilot        configurationPilot        `json:"pilot" doc:"Pushed users to adopt: named ones, and the members of groups; everyone if both lists are empty."`
	MatchEmail   bool                      `json:"match_email" doc:"Whether a pushed user whom nothing else identifies gets the account with the same address of a verified domain."`
}

//nolint:lll // a tag has no line break
type configurationPilot struct {
	Groups []string `json:"groups" doc:"Names of pushed groups; letter case does not matter." example:"[\"grp_pilot\"]"`
	Users  []string `json:"users" doc:"userNames, of which letter case does not matter, or externalIds." example:"[\"ada@acme.example\"]"`
}

//nolint:lll // a tag is one line
type configurationCreateGroups struct {
	Organizations []sso.OrganizationID `json:"organizations" doc:"Organizations in which groups are created; none are created if empty."`
	Filter        string               `json:"filter" doc:"Regular expression (RE2) that the name must match; \"\" matches every name." example:"^grp_"`
	Cap           int                  `json:"cap" doc:"Maximum number of groups created this way in an organization." example:"200"`
}

type configurationBrake struct {
	Off    bool        `json:"off" doc:"Whether only syncs that would remove the last admin are held."`
	Share  int         `json:"share" doc:"Percentage of a group's members that sign-ins may remove within the window." example:"50"`
	People int         `json:"people" doc:"Number of members of one group that sign-ins may always remove within the window." example:"20"`
	Window sso.Seconds `json:"window" doc:"Length of the window, in seconds." example:"3600"`
}

type configurationDirectory struct {
	Tenant          string `json:"tenant" doc:"Entra ID tenant." example:"acme.onmicrosoft.com"`
	ClientID        string `json:"client_id" doc:"Client ID of the application that queries the directory, as registered in the tenant." example:"6731de76-14a6-49ae-97bc-6eba6914391e"`
	HasClientSecret bool   `json:"has_client_secret" doc:"Whether a client secret is set. The secret itself is never returned."`
	ByID            bool   `json:"by_id" doc:"Whether groups are identified by object ID."`
}

type configurationSAML struct {
	MetadataURL       *string          `json:"metadata_url" doc:"URL from which the identity provider's metadata is refreshed; null if the settings were entered by hand." example:"https://idp.example.com/metadata"`
	IDPEntityID       string           `json:"idp_entity_id" doc:"Entity ID of the identity provider, also called issuer." example:"https://idp.example.com"`
	SSOURL            string           `json:"sso_url" doc:"URL that receives sign-in requests." example:"https://idp.example.com/sso"`
	SSOBinding        string           `json:"sso_binding" doc:"Binding for sign-in requests." example:"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"`
	SLOURL            *string          `json:"slo_url" doc:"URL that receives logout messages; null if there is no single logout." example:"https://idp.example.com/slo"`
	Certificates      []certificate    `json:"certificates" doc:"Certificates whose signatures are trusted, all at the same time."`
	SignRequests      bool             `json:"sign_requests" doc:"Whether our requests to the identity provider are signed."`
	AllowIDPInitiated sso.IDPInitiated `json:"allow_idp_initiated" enum:"off,rebounce,direct" doc:"Treatment of unsolicited responses: rejected (off), answered with a new sign-in request (rebounce), or accepted as a sign-in (direct)." example:"rebounce"`
	NameIDFormat      string           `json:"name_id_format" doc:"Requested NameID format." example:"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"`
	ForceAuthn        bool             `json:"force_authn" doc:"Whether users must authenticate again at the identity provider even if they have a session there."`
	AllowSHA1         bool             `json:"allow_sha1" doc:"Whether signatures with SHA-1 are accepted."`
	ConfirmNewKeys    bool             `json:"confirm_new_keys" doc:"Whether metadata that replaces every certificate at once needs an admin's confirmation."`
	Pending           []certificate    `json:"pending_certificates" doc:"Certificates that await an admin's confirmation; not trusted until then."`
	ClockSkew         int              `json:"clock_skew_seconds" doc:"Tolerated difference between the identity provider's clock and ours, in seconds." example:"60"`
}

type certificate struct {
	Fingerprint string                `json:"fingerprint" doc:"SHA-256 digest of the DER form, in lower-case hex." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Source      sso.CertificateSource `json:"source" enum:"metadata,manual" doc:"Origin of the certificate. A metadata refresh may remove a certificate from metadata." example:"metadata"`
	Subject     string                `json:"subject" doc:"Subject of the certificate; for display only." example:"CN=idp.example.com"`
	NotAfter    *time.Time            `json:"not_after" doc:"Time of expiry. An expired certificate causes a warning, but its key is still trusted." example:"2030-01-01T00:00:00Z"`
	PEM         string                `json:"pem" doc:"Certificate in PEM." example:"-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"`
}

type configurationOIDC struct {
	Issuer          string         `json:"issuer" doc:"Issuer, exactly as in its discovery document." example:"https://idp.example.com"`
	DiscoveryURL    *string        `json:"discovery_url" doc:"URL of the discovery document of a confirmed issuer; null if it is at the issuer's own address." example:"https://login.example.com/policy/v2.0/.well-known/openid-configuration"`
	ClientID        string         `json:"client_id" doc:"Our client ID at the identity provider." example:"gatehouse"`
	HasClientSecret bool           `json:"has_client_secret" doc:"Whether a client secret is set. The secret itself is never returned."`
	AuthMethod      sso.AuthMethod `json:"token_endpoint_auth_method" enum:"client_secret_basic,client_secret_post,private_key_jwt" doc:"Client authentication method at the token endpoint." example:"client_secret_basic"`
	Scopes          []string       `json:"scopes" doc:"Requested scopes; openid is always included." example:"[\"openid\",\"profile\",\"email\"]"`
	Prompt          *string        `json:"prompt" doc:"Value of the prompt parameter of sign-in requests; null if the parameter is not sent." example:"select_account"`
	ConfirmNewKeys  bool           `json:"confirm_new_keys" doc:"Whether a key set that shares no key with the previous one needs an admin's confirmation."`
	PendingKeys     []string       `json:"pending_keys" doc:"Keys that await an admin's confirmation, by JWK thumbprint (RFC 7638); not trusted until then."`
}

func viewConfiguration(c *sso.Config) *configuration {
	if c == nil {
		return nil
	}
	v := &configuration{
		Version:       c.Version,
		Mapping:       viewMapping(c.Mapping),
		GroupSync:     c.GroupSync,
		DefaultGroups: always(c.DefaultGroups),
		Brake:         configurationBrake(c.Brake.Effective()),
		Provisioning:  c.Provisioning,
		Unprovisioned: c.Unprovisioned.Effective(),
		SCIM: configurationSCIM{
			Groups: !c.SCIM.GroupsOff,
			CreateGroups: configurationCreateGroups{
				Organizations: always(c.SCIM.CreateGroups.Organizations),
				Filter:        c.SCIM.CreateGroups.Filter,
				Cap:           c.SCIM.CreateGroups.Most(),
			},
			Pilot: configurationPilot{
				Groups: always(c.SCIM.Pilot.Groups),
				Users:  always(c.SCIM.Pilot.Users),
			},
			MatchEmail: c.SCIM.MatchEmail,
		},
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

// viewCertificate shows a certificate. Certificates that cannot be parsed are
// not accepted, so there are none.
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
