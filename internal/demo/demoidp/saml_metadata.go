package demoidp

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"

	crewjam "github.com/crewjam/saml"

	"gatehouse/sso"
)

const samlProtocol = "urn:oasis:names:tc:SAML:2.0:protocol"

// Metadata returns the SAML metadata document, with every published key.
func (p *IdP) Metadata() ([]byte, error) {
	keys, err := p.keys.forSAML()
	if err != nil {
		return nil, err
	}
	role := crewjam.IDPSSODescriptor{
		SSODescriptor: crewjam.SSODescriptor{
			RoleDescriptor: crewjam.RoleDescriptor{ProtocolSupportEnumeration: samlProtocol},
			NameIDFormats: []crewjam.NameIDFormat{
				crewjam.PersistentNameIDFormat, crewjam.EmailAddressNameIDFormat,
				crewjam.UnspecifiedNameIDFormat,
			},
			SingleLogoutServices: []crewjam.Endpoint{
				{Binding: sso.BindingRedirect, Location: p.base + "/saml/slo"},
			},
		},
		SingleSignOnServices: []crewjam.Endpoint{
			{Binding: sso.BindingRedirect, Location: p.base + "/saml/sso"},
			{Binding: sso.BindingPOST, Location: p.base + "/saml/sso"},
		},
	}
	if signed := p.options.RequireSignedRequests; signed {
		role.WantAuthnRequestsSigned = &signed
	}
	for _, key := range keys {
		role.KeyDescriptors = append(role.KeyDescriptors, crewjam.KeyDescriptor{
			Use: "signing",
			KeyInfo: crewjam.KeyInfo{X509Data: crewjam.X509Data{X509Certificates: []crewjam.X509Certificate{
				{Data: base64.StdEncoding.EncodeToString(key.cert.Raw)},
			}}},
		})
	}
	doc, err := xml.MarshalIndent(crewjam.EntityDescriptor{
		EntityID:          p.EntityID(),
		IDPSSODescriptors: []crewjam.IDPSSODescriptor{role},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write metadata: %w", err)
	}
	return append([]byte(xml.Header), doc...), nil
}

// SPFromMetadata returns the SP of a service provider's metadata: its entity ID, first
// POST assertion consumer service, Redirect logout URL and keys.
func SPFromMetadata(doc []byte) (SP, error) {
	var entity crewjam.EntityDescriptor
	if err := xml.Unmarshal(doc, &entity); err != nil {
		return SP{}, fmt.Errorf("read service provider metadata: %w", err)
	}
	if len(entity.SPSSODescriptors) == 0 {
		return SP{}, fmt.Errorf("read service provider metadata: %q has no service provider role", entity.EntityID)
	}
	role := entity.SPSSODescriptors[0]
	sp := SP{EntityID: entity.EntityID}
	for _, acs := range role.AssertionConsumerServices {
		if acs.Binding == sso.BindingPOST && sp.ACSURL == "" {
			sp.ACSURL = acs.Location
		}
	}
	for _, slo := range role.SingleLogoutServices {
		if slo.Binding == sso.BindingRedirect && sp.SLOURL == "" {
			sp.SLOURL = slo.Location
		}
	}
	for _, descriptor := range role.KeyDescriptors {
		for _, encoded := range descriptor.KeyInfo.X509Data.X509Certificates {
			if err := sp.addKey(descriptor.Use, encoded.Data); err != nil {
				return SP{}, err
			}
		}
	}
	return sp, nil
}

func (sp *SP) addKey(use, encoded string) error {
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("read service provider certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("read service provider certificate: %w", err)
	}
	if use != "encryption" {
		sp.SigningCerts = append(sp.SigningCerts, cert)
	}
	if use != "signing" && sp.EncryptionCert == nil {
		sp.EncryptionCert = cert
	}
	return nil
}
