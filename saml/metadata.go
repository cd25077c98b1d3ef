package saml

import (
	"encoding/base64"
	"fmt"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

const (
	formatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	formatEmail      = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
)

// Metadata returns the document that an identity provider is configured with:
// our entity ID, the addresses for responses and logout messages, and all our
// keys, newest first, so that a key can be rolled over without a gap. It
// describes the live configuration, or the draft if nothing is live, and names the product by
// its brand.
func (sp *ServiceProvider) Metadata(c sso.Connection, b sso.Brand) ([]byte, error) {
	config := describedConfig(c)
	root := etree.NewElement("md:EntityDescriptor")
	root.CreateAttr("xmlns:md", nsMetadata)
	root.CreateAttr("xmlns:ds", nsDSig)
	root.CreateAttr("entityID", sp.EntityID(c.ID))
	role := root.CreateElement("md:SPSSODescriptor")
	role.CreateAttr("AuthnRequestsSigned", fmt.Sprint(config.SignRequests && len(c.Keys) > 0))
	role.CreateAttr("WantAssertionsSigned", "true")
	role.CreateAttr("protocolSupportEnumeration", nsProtocol)
	// The schema fixes the order of what follows (metadata §2.4.4).
	sp.describeBrand(role, b)
	for _, key := range c.Keys {
		describeKey(role, "signing", key)
	}
	for _, key := range c.Keys {
		describeKey(role, "encryption", key)
	}
	for _, binding := range []string{sso.BindingRedirect, sso.BindingPOST} {
		describeEndpoint(role, "md:SingleLogoutService", binding, sp.SLOURL(c.ID))
	}
	for _, format := range nameIDFormats(config) {
		role.CreateElement("md:NameIDFormat").SetText(format)
	}
	acs := describeEndpoint(role, "md:AssertionConsumerService", sso.BindingPOST, sp.ACSURL(c.ID))
	acs.CreateAttr("index", "0")
	acs.CreateAttr("isDefault", "true")
	describeContact(root, b)

	doc := document(root)
	doc.InsertChildAt(0, etree.NewProcInst("xml", `version="1.0" encoding="UTF-8"`))
	doc.Indent(2)
	out, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write metadata: %w", err)
	}
	return out, nil
}

// describedConfig returns the configuration that c's metadata describes.
func describedConfig(c sso.Connection) sso.SAMLConfig {
	for _, cfg := range []*sso.Config{c.Live, c.Draft} {
		if cfg != nil && cfg.SAML != nil {
			return *cfg.SAML
		}
	}
	return sso.SAMLConfig{SignRequests: true}
}

// nameIDFormats returns the NameID formats that can identify a user: the requested
// one, or all but transient.
func nameIDFormats(config sso.SAMLConfig) []string {
	if config.NameIDFormat != "" && config.NameIDFormat != formatTransient {
		return []string{config.NameIDFormat}
	}
	return []string{formatPersistent, formatEmail, formatUnspec}
}

func describeKey(role *etree.Element, use string, key sso.KeyPair) {
	descriptor := role.CreateElement("md:KeyDescriptor")
	descriptor.CreateAttr("use", use)
	descriptor.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").
		SetText(base64.StdEncoding.EncodeToString(key.Certificate))
	if use != "encryption" {
		return
	}
	// CBC is not offered: it is accepted only inside a signed response, and the
	// identity provider chooses among what it finds here.
	for _, algorithm := range []string{
		nsEnc11 + "aes256-gcm", nsEnc11 + "aes192-gcm", nsEnc11 + "aes128-gcm",
		nsEnc + "rsa-oaep-mgf1p", nsEnc11 + "rsa-oaep",
	} {
		descriptor.CreateElement("md:EncryptionMethod").CreateAttr("Algorithm", algorithm)
	}
}

func describeEndpoint(role *etree.Element, tag, binding, location string) *etree.Element {
	endpoint := role.CreateElement(tag)
	endpoint.CreateAttr("Binding", binding)
	endpoint.CreateAttr("Location", location)
	return endpoint
}

// document wraps an element for writing, escaped as in the canonical form, so
// that a parser gets the tree that was signed.
func document(root *etree.Element) *etree.Document {
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText, doc.WriteSettings.CanonicalAttrVal = true, true
	doc.SetRoot(root)
	return doc
}
