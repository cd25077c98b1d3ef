package api

import (
	"encoding/pem"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

type connection struct {
	ID              sso.ConnectionID    `json:"id" doc:"Never changes." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name            string              `json:"name" doc:"What people are shown where there is a choice." example:"Employees"`
	Protocol        sso.Protocol        `json:"protocol" enum:"saml,oidc" doc:"What the identity provider speaks." example:"saml"`
	Provider        sso.Provider        `json:"provider" enum:"okta,entra,jumpcloud,google,onelogin,ping,keycloak,adfs,custom" doc:"The product it runs." example:"okta"`
	State           sso.ConnectionState `json:"state" enum:"draft,enabled,disabled" doc:"Whether people can sign in through it." example:"enabled"`
	Revision        int64               `json:"revision" doc:"Grows with every change; the ETag." example:"7"`
	Live            *configuration      `json:"live,omitempty" doc:"What people sign in with; missing until it is first enabled."`
	Draft           *configuration      `json:"draft,omitempty" doc:"What is being edited; missing if nothing is."`
	Previous        *configuration      `json:"previous,omitempty" doc:"What rollback returns to."`
	ServiceProvider *serviceProvider    `json:"service_provider,omitempty" doc:"What is registered at a SAML identity provider."`
	RelyingParty    *relyingParty       `json:"relying_party,omitempty" doc:"What is registered at an OpenID provider."`
	SignInURL       string              `json:"sign_in_url" doc:"Where to sign in through this connection." example:"https://sso.example.com/login/sso?connection=conn-06d5x0wkj3n8p7r5t2v4y6z8ab&enterprise_key=acme"`
	Metadata        *metadataStatus     `json:"metadata,omitempty" doc:"How the last refresh of the identity provider's metadata went; missing before the first."`
	Warnings        []warning           `json:"warnings" doc:"What works and should not stay as it is; only in the answer to what made it so."`
	CreatedAt       time.Time           `json:"created_at" doc:"When it was made." example:"2026-11-24T12:00:00Z"`
}

type warning struct {
	Field   string `json:"field" doc:"The member it is about." example:"saml.allow_sha1"`
	Message string `json:"message" doc:"What is doubtful about it." example:"Signatures with SHA-1 can be forged with enough money."`
}

type serviceProvider struct {
	EntityID              string  `json:"entity_id" doc:"Our entity ID, also called audience." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	ACSURL                string  `json:"acs_url" doc:"Where answers go, by HTTP-POST." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/acs"`
	SLOURL                string  `json:"slo_url" doc:"Where logout messages go." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/slo"`
	MetadataURL           string  `json:"metadata_url" doc:"All of this as metadata." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	EncryptionCertificate *string `json:"encryption_certificate" doc:"What assertions may be encrypted to and our signatures are verified with, in PEM." example:"-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"`
}

type relyingParty struct {
	RedirectURI          string  `json:"redirect_uri" doc:"Where the code comes back." example:"https://sso.example.com/oidc/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/callback"`
	BackchannelLogoutURI string  `json:"backchannel_logout_uri" doc:"Where logout tokens go." example:"https://sso.example.com/oidc/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/backchannel-logout"`
	InitiateLoginURI     string  `json:"initiate_login_uri" doc:"Where a tile on the identity provider's dashboard leads." example:"https://sso.example.com/login/sso?connection=conn-06d5x0wkj3n8p7r5t2v4y6z8ab&enterprise_key=acme"`
	Certificate          *string `json:"certificate" doc:"What our private_key_jwt is verified with, in PEM; null if a client secret is used." example:"-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"`
}

type metadataStatus struct {
	CheckedAt time.Time `json:"checked_at" doc:"When it was fetched, or should have been." example:"2026-11-24T12:00:00Z"`
	Error     *string   `json:"error" doc:"What went wrong; null: nothing." example:"The address does not answer."`
}

type refreshed struct {
	Changed    bool       `json:"changed" doc:"Whether there was anything new."`
	Connection connection `json:"connection" doc:"The connection as it is now."`
}

type certificateUse struct {
	Fingerprint string                `json:"fingerprint" doc:"SHA-256 of the DER form, in lower-case hex." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Source      sso.CertificateSource `json:"source" enum:"metadata,manual" doc:"Where it came from." example:"metadata"`
	FirstSeen   time.Time             `json:"first_seen" doc:"When it first was in a configuration." example:"2026-11-24T12:00:00Z"`
	LastSeen    time.Time             `json:"last_seen" doc:"When it last was in a configuration that was saved." example:"2026-11-24T12:00:00Z"`
	LastUsed    *time.Time            `json:"last_used" doc:"When a sign-in was last verified with it, to the minute; null: never." example:"2026-11-24T12:00:00Z"`
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
