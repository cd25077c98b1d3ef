package harness

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// Garbage is a request that anyone can send to an endpoint for identity
// providers.
type Garbage struct {
	Path string
	Form url.Values // nil for a GET
}

// Send sends it from a visitor's address.
func (g Garbage) Send(v *Visitor) Answer {
	if g.Form == nil {
		return v.Get(g.Path)
	}
	return v.Post(g.Path, g.Form)
}

// unsigned returns a SAML response that lacks only the signature.
func unsigned(conn Connection, inResponseTo string) string {
	doc := `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_x" Version="2.0" IssueInstant="2026-11-28T12:00:00Z"` +
		` Destination="` + conn.Provider.ACSURL + `" InResponseTo="` + inResponseTo +
		`"><a:Issuer>https://idp.example</a:Issuer>` +
		`<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>` +
		`<a:Assertion ID="_y" Version="2.0" IssueInstant="2026-11-28T12:00:00Z"><a:Issuer>https://idp.example</a:Issuer></a:Assertion></p:Response>`
	return base64.StdEncoding.EncodeToString([]byte(doc))
}

// GarbageFor returns garbage for each kind of endpoint for identity providers,
// by the name of the kind. captured is the form of a genuine SAML response that
// belongs to another browser.
func GarbageFor(saml, oidc Connection, captured url.Values) map[string][]Garbage {
	pending := "gh" + strings.Repeat("0123456789", 4)
	acs, slo := "/saml/"+saml.ID+"/acs", "/saml/"+saml.ID+"/slo"
	callback, backchannel := "/oidc/"+oidc.ID+"/callback", "/oidc/"+oidc.ID+
		"/backchannel-logout"
	return map[string][]Garbage{
		"ACS": {
			{acs, url.Values{"SAMLResponse": {"x"}}},
			{
				acs,
				url.Values{
					"SAMLResponse": {unsigned(saml, pending)},
					"RelayState":   {pending},
				},
			},
			{acs, url.Values{"SAMLResponse": {unsigned(saml, "")}}},
			{acs, captured},
		},
		"callback": {
			{callback, nil},
			{callback + "?state=" + pending + "&code=x", nil},
			{callback, url.Values{"state": {pending}, "error": {"access_denied"}}},
		},
		"SLO": {
			{slo, url.Values{"SAMLRequest": {"x"}}},
			{slo + "?SAMLRequest=x&Signature=x&SigAlg=x", nil},
			{slo, url.Values{"SAMLResponse": {unsigned(saml, pending)}}},
		},
		"back-channel logout": {
			{backchannel, url.Values{"logout_token": {"x"}}},
			{backchannel, url.Values{"logout_token": {"e30.e30.x"}}},
			{backchannel, url.Values{}},
		},
	}
}
