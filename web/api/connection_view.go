package api

import (
	"encoding/pem"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

type connection struct {
	ID              sso.ConnectionID    `json:"id" doc:"Identifier; immutable." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name            string              `json:"name" doc:"Name shown to users who choose between connections." example:"Employees"`
	Protocol        sso.Protocol        `json:"protocol" enum:"saml,oidc" doc:"Protocol of the identity provider." example:"saml"`
	Provider        sso.Provider        `json:"provider" enum:"okta,entra,jumpcloud,google,onelogin,ping,keycloak,adfs,auth0,duo,rippling,cyberark,custom" doc:"Product of the identity provider." example:"okta"`
	State           sso.ConnectionState `json:"state" enum:"draft,enabled,disabled" doc:"State; users can sign in through an enabled connection only." example:"enabled"`
	Revision        int64               `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
	Live            *configuration      `json:"live,omitempty" doc:"Configuration that sign-ins use; missing until the connection is first enabled."`
	Draft           *configuration      `json:"draft,omitempty" doc:"Configuration being edited; missing if there is no draft."`
	Previous        *configuration      `json:"previous,omitempty" doc:"Configuration that a rollback restores."`
	ServiceProvider *serviceProvider    `json:"service_provider,omitempty" doc:"Values to register at a SAML identity provider."`
	RelyingParty    *relyingParty       `json:"relying_party,omitempty" doc:"Values to register at an OpenID provider."`
	SCIM            scimEndpoint        `json:"scim" doc:"Values to register for SCIM."`
	SignInURL       string              `json:"sign_in_url" doc:"URL for signing in through this connection." example:"https://sso.example.com/login/sso?connection=conn-06d5x0wkj3n8p7r5t2v4y6z8ab&enterprise_key=acme"`
	Metadata        *metadataStatus     `json:"metadata,omitempty" doc:"Result of the last metadata refresh; missing before the first."`
	Warnings        []warning           `json:"warnings" doc:"Warnings about settings that work but should be changed; only in the response to the request that caused them."`
	CreatedAt       time.Time           `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

type warning struct {
	Field   string `json:"field" doc:"Member that the warning is about." example:"saml.allow_sha1"`
	Message string `json:"message" doc:"Text of the warning." example:"Signatures with SHA-1 can be forged with enough money."`
}

type serviceProvider struct {
	EntityID              string  `json:"entity_id" doc:"Our entity ID, also called audience." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	ACSURL                string  `json:"acs_url" doc:"Our assertion consumer service URL, which receives responses by HTTP-POST." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/acs"`
	SLOURL                string  `json:"slo_url" doc:"Our single logout URL, which receives logout messages." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/slo"`
	MetadataURL           string  `json:"metadata_url" doc:"URL of our metadata, which contains all of these values." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	EncryptionCertificate *string `json:"encryption_certificate" doc:"Certificate for encrypting assertions and for verifying our signatures, in PEM; null if the connection has no key." example:"-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"`
}

type relyingParty struct {
	RedirectURI          string  `json:"redirect_uri" doc:"Redirect URI, which receives the authorization code." example:"https://sso.example.com/oidc/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/callback"`
	BackchannelLogoutURI string  `json:"backchannel_logout_uri" doc:"Back-channel logout URI, which receives logout tokens." example:"https://sso.example.com/oidc/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/backchannel-logout"`
	InitiateLoginURI     string  `json:"initiate_login_uri" doc:"Target URL for a tile on the identity provider's dashboard." example:"https://sso.example.com/login/sso?connection=conn-06d5x0wkj3n8p7r5t2v4y6z8ab&enterprise_key=acme"`
	Certificate          *string `json:"certificate" doc:"Certificate for verifying our private_key_jwt, in PEM; null if a client secret is used." example:"-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"`
}

//nolint:lll // a tag is one line
type scimEndpoint struct {
	BaseURL string `json:"base_url" doc:"Base URL of SCIM, also called tenant URL; a token is created separately." example:"https://sso.example.com/scim/v2/connections/conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

type metadataStatus struct {
	CheckedAt time.Time `json:"checked_at" doc:"Time of the last fetch, successful or not." example:"2026-11-24T12:00:00Z"`
	Error     *string   `json:"error" doc:"Error of the last fetch; null if it succeeded." example:"The address does not respond."`
}

type refreshed struct {
	Changed    bool       `json:"changed" doc:"Whether the refresh changed the connection."`
	Connection connection `json:"connection" doc:"Connection after the refresh."`
}

type certificateUse struct {
	Fingerprint string                `json:"fingerprint" doc:"SHA-256 digest of the DER form, in lower-case hex." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Source      sso.CertificateSource `json:"source" enum:"metadata,manual" doc:"Origin of the certificate." example:"metadata"`
	FirstSeen   time.Time             `json:"first_seen" doc:"Time of its first appearance in a configuration." example:"2026-11-24T12:00:00Z"`
	LastSeen    time.Time             `json:"last_seen" doc:"Time of its last appearance in a saved configuration." example:"2026-11-24T12:00:00Z"`
	LastUsed    *time.Time            `json:"last_used" doc:"Time of the last sign-in verified with it, to the minute; null if there was none." example:"2026-11-24T12:00:00Z"`
}

func viewCertificateUse(u sso.CertificateUse) certificateUse {
	return certificateUse{
		Fingerprint: u.Fingerprint,
		Source:      u.Source,
		FirstSeen:   u.FirstSeen,
		LastSeen:    u.LastSeen,
		LastUsed:    moment(u.LastUsed),
	}
}

func (a *API) viewConnection(e sso.Enterprise, c sso.Connection, warnings []connections.Warning) connection {
	v := connection{
		ID:        c.ID,
		Name:      c.Name,
		Protocol:  c.Protocol,
		Provider:  c.Provider,
		State:     c.State,
		Revision:  c.Revision,
		Live:      viewConfiguration(c.Live),
		Draft:     viewConfiguration(c.Draft),
		Previous:  viewConfiguration(c.Previous),
		SCIM:      scimEndpoint{BaseURL: a.BaseURL + "/scim/v2/connections/" + string(c.ID)},
		SignInURL: a.signInURL(e, c.ID),
		Warnings:  make([]warning, 0, len(warnings)),
		CreatedAt: c.CreatedAt,
	}
	for _, w := range warnings {
		v.Warnings = append(v.Warnings, warning{Field: w.Field, Message: w.Message})
	}
	if !c.Metadata.CheckedAt.IsZero() {
		v.Metadata = &metadataStatus{
			CheckedAt: c.Metadata.CheckedAt,
			Error:     some(c.Metadata.Error),
		}
	}
	var ours *string
	if len(c.Keys) > 0 {
		ours = some(pemOf(c.Keys[0].Certificate))
	}
	if c.Protocol == sso.SAML {
		v.ServiceProvider = &serviceProvider{
			EntityID:              a.SAML.EntityID(c.ID),
			ACSURL:                a.SAML.ACSURL(c.ID),
			SLOURL:                a.SAML.SLOURL(c.ID),
			MetadataURL:           a.SAML.EntityID(c.ID),
			EncryptionCertificate: ours,
		}
		return v
	}
	v.RelyingParty = &relyingParty{
		RedirectURI:          a.OIDC.RedirectURI(c.ID),
		BackchannelLogoutURI: a.BaseURL + "/oidc/" + string(c.ID) + "/backchannel-logout",
		InitiateLoginURI:     v.SignInURL,
		Certificate:          ours,
	}
	return v
}

func pemOf(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: der,
	}))
}
