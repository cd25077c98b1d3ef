package saml

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

const nsMDUI = "urn:oasis:names:tc:SAML:metadata:ui"

// describeBrand writes what an identity provider may show for the connection: the product's
// name, logo and links (Metadata Extensions for Login and Discovery User Interface 1.0,
// §2.1). A brand that sets none of them writes nothing.
func (sp *ServiceProvider) describeBrand(role *etree.Element, b sso.Brand) {
	info := etree.NewElement("mdui:UIInfo")
	info.CreateAttr("xmlns:mdui", nsMDUI)
	text := func(tag, value string) {
		if value != "" {
			e := info.CreateElement("mdui:" + tag)
			e.CreateAttr("xml:lang", "en")
			e.SetText(value)
		}
	}
	text("DisplayName", b.Product)
	if isAddress(b.Support) {
		text("InformationURL", b.Support)
	}
	text("PrivacyStatementURL", b.Privacy)
	if b.Logo.Hash != "" {
		logo := info.CreateElement("mdui:Logo")
		logo.CreateAttr("height", strconv.Itoa(b.Logo.Height))
		logo.CreateAttr("width", strconv.Itoa(b.Logo.Width))
		logo.SetText(sp.base + b.Logo.Path())
	}
	if len(info.ChildElements()) > 0 {
		role.CreateElement("md:Extensions").AddChild(info)
	}
}

// describeContact writes the support address of a brand, if it is an e-mail address.
func describeContact(root *etree.Element, b sso.Brand) {
	if b.Support == "" || isAddress(b.Support) {
		return
	}
	contact := root.CreateElement("md:ContactPerson")
	contact.CreateAttr("contactType", "support")
	if b.Product != "" {
		contact.CreateElement("md:Company").SetText(b.Product)
	}
	contact.CreateElement("md:EmailAddress").SetText("mailto:" + b.Support)
}

// isAddress reports whether the support contact of a brand is a link, and no e-mail address.
func isAddress(support string) bool { return strings.Contains(support, "://") }
