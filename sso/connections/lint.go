package connections

import (
	"net/url"
	"strings"
	"unicode"

	"gatehouse/sso"
)

// Tidy removes characters that get copied along with a value: surrounding space,
// byte order marks, quotes, angle brackets, invisible characters.
func Tidy(text string) string {
	text = strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc)
	})
	for _, pair := range []string{`""`, "''", "<>", "“”", "„“", "‘’", "«»", "``"} {
		first, last := string([]rune(pair)[0]), string([]rune(pair)[1])
		inside, opened := strings.CutPrefix(text, first)
		inside, closed := strings.CutSuffix(inside, last)
		if opened &&
			closed &&
			inside != "" &&
			!strings.ContainsAny(inside, pair) {
			return Tidy(inside)
		}
	}
	return text
}

// Advice explains a probable mistake in an address, and suggests a better one;
// either may be empty.
type Advice struct{ Says, Better string }

// Advise finds the probable mistake in a refused "saml.metadata_url",
// "saml.sso_url" or "oidc.issuer". It sends no request.
func Advise(field, text string) Advice {
	text = Tidy(text)
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, " \t\n") {
		return Advice{}
	}
	if !strings.Contains(text, "://") {
		return withoutScheme(field, text)
	}
	e := entry{
		field: field,
		text:  text,
		url:   u,
		host:  strings.ToLower(u.Hostname()),
		path:  strings.TrimSuffix(u.Path, "/"),
	}
	for _, rule := range []func(entry) Advice{
		entry.ours, entry.console, entry.okta, entry.entra, entry.keycloak, entry.others,
		entry.wrongKind, entry.plain,
	} {
		if a := rule(e); a != (Advice{}) {
			return a
		}
	}
	return Advice{}
}

// withoutScheme advises about addresses like "acme.okta.com", as consoles show
// them.
func withoutScheme(field, text string) Advice {
	host, _, _ := strings.Cut(text, "/")
	if !strings.Contains(host, ".") || strings.ContainsAny(host, "@:,;") {
		return Advice{}
	}
	better := "https://" + text
	if next := Advise(field, better); next.Better != "" {
		better = next.Better
	}
	return Advice{"An address begins with https://.", better}
}

// entry is an entered address, parsed for the rules.
type entry struct {
	field, text string
	url         *url.URL
	host        string
	path        string // without a slash at the end
}

func (e entry) metadata() bool { return e.field == "saml.metadata_url" }
func (e entry) issuer() bool   { return e.field == "oidc.issuer" }

// at returns the URL of another path on the same server.
func (e entry) at(path string) string { return "https://" + e.url.Host + path }

// ours advises about addresses of the gateway itself.
func (e entry) ours() Advice {
	own := strings.Contains(e.path, "/saml/conn-") ||
		strings.Contains(e.path, "/oidc/conn-") ||
		strings.HasPrefix(e.path, "/login/sso")
	if !own {
		return Advice{}
	}
	return Advice{
		Says: "This is an address of Gatehouse, which your identity provider wants to know. Enter here the one that your identity provider gives you.",
	}
}

// console advises about addresses of an identity provider's admin console.
func (e entry) console() Advice {
	says := "This is the address of a page of the console. Enter the value that the console shows."
	switch {
	case e.host == "portal.azure.com", e.host ==
		"entra.microsoft.com", e.host == "admin.google.com", e.host ==
		"console.jumpcloud.com", e.host == "console.pingone.com",
		strings.Contains(e.path, "/admin/master/console"), strings.HasPrefix(e.path, "/admin/app"):
		return Advice{Says: says}
	case e.issuer() && strings.Contains(e.host, "-admin.okta"):
		return Advice{
			"This is the address of Okta’s console. The Okta domain has no -admin in it.",
			"https://" + strings.Replace(e.host, "-admin.okta", ".okta", 1),
		}
	case strings.Contains(e.host, "-admin.okta"):
		return Advice{Says: says}
	}
	return Advice{}
}

func (e entry) okta() Advice {
	if !strings.Contains(e.host, ".okta") {
		return Advice{}
	}
	if parts := strings.Split(e.path, "/"); e.metadata() &&
		len(parts) == 6 &&
		parts[1] == "app" &&
		strings.HasSuffix(e.path, "/sso/saml") {
		return Advice{
			"This is the address people sign in at. The metadata has another one.",
			e.at("/app/" + parts[3] + "/sso/saml/metadata"),
		}
	}
	if !e.issuer() {
		return Advice{}
	}
	if before, _, found := strings.Cut(e.path, "/v1/"); found {
		return Advice{
			"This is one of the addresses behind the issuer.",
			e.at(strings.TrimSuffix(before, "/oauth2")),
		}
	}
	if strings.HasPrefix(e.path, "/app/") || strings.HasPrefix(e.path, "/home") {
		return Advice{"This is an address of an application. The issuer is the Okta domain alone.", e.at("")}
	}
	return Advice{}
}

func (e entry) entra() Advice {
	tenant, _, _ := strings.Cut(strings.TrimPrefix(e.path, "/"), "/")
	known := e.host == "login.microsoftonline.com" ||
		e.host == "login.microsoftonline.us" ||
		e.host == "sts.windows.net"
	switch {
	case !known || servesAllTenants(e.text):
		return Advice{}
	case e.metadata() && strings.HasSuffix(e.path, "/saml2"):
		return Advice{
			Says: "This is the Login URL. Enter the App Federation Metadata Url, which is under SAML Certificates.",
		}
	case e.issuer() && tenant != "" && e.path != "/"+tenant+"/v2.0":
		return Advice{
			"This is another address of your directory. The issuer ends with /v2.0.",
			"https://login.microsoftonline.com/" + tenant + "/v2.0",
		}
	}
	return Advice{}
}

func (e entry) keycloak() Advice {
	before, rest, found := strings.Cut(e.path, "/realms/")
	realm, behind, _ := strings.Cut(rest, "/")
	if !found || realm == "" {
		return Advice{}
	}
	issuer := e.url.Scheme + "://" + e.url.Host + before + "/realms/" + realm
	switch descriptor := issuer + "/protocol/saml/descriptor"; {
	case e.metadata() && behind != "protocol/saml/descriptor":
		return Advice{"The SAML metadata of a realm has another address.", descriptor}
	case e.issuer() && behind != "":
		return Advice{"This is one of the addresses behind the issuer.", issuer}
	}
	return Advice{}
}

func (e entry) others() Advice {
	switch {
	case e.metadata() && e.host == "accounts.google.com":
		return Advice{Says: "Google has its metadata as a file only. Choose Manual, and upload it."}
	case e.metadata() && strings.HasPrefix(strings.ToLower(e.path), "/adfs/"):
		return Advice{
			"This is the address people sign in at. The metadata has another one.",
			e.at("/FederationMetadata/2007-06/FederationMetadata.xml"),
		}
	case e.metadata() && strings.Contains(e.path, "/trust/saml2/"):
		id := e.path[strings.LastIndexByte(e.path, '/')+1:]
		return Advice{
			"This is the address people sign in at. The metadata has another one.",
			e.at("/saml/metadata/" + id),
		}
	}
	return Advice{}
}

// wrongKind advises about an address of another kind of document or endpoint.
func (e entry) wrongKind() Advice {
	lower := strings.ToLower(e.path)
	discovery := strings.Contains(lower, "/.well-known/openid-configuration")
	saml := strings.HasSuffix(lower, "/metadata") ||
		strings.HasSuffix(lower, "/descriptor") ||
		strings.HasSuffix(lower, "federationmetadata.xml")
	const other = "/.well-known/oauth-authorization-server"
	switch {
	case discovery && !e.issuer():
		return Advice{
			Says: "This is a discovery document of OpenID Connect, and this connection speaks SAML. Enter the address of the SAML metadata, or change the identity provider to OpenID Connect.",
		}
	case saml && e.issuer():
		return Advice{
			Says: "This is SAML metadata, and this connection speaks OpenID Connect. Enter the issuer, or change the identity provider to SAML.",
		}
	case saml && !e.metadata():
		return Advice{
			Says: "This is the address of the metadata. Choose Automatic and enter it there, or enter here the address people sign in at.",
		}
	case e.issuer() && strings.Contains(e.path, other):
		return Advice{
			"This is the document about the issuer.",
			e.url.Scheme + "://" + e.url.Host + strings.Replace(e.path, other, "", 1),
		}
	case e.issuer() &&
		(strings.HasSuffix(lower, "/authorize") ||
			strings.HasSuffix(lower, "/token") ||
			strings.HasSuffix(lower, "/userinfo")):
		return Advice{
			Says: "This is one of the addresses behind the issuer. Enter the issuer itself, or the address of the discovery document.",
		}
	}
	return Advice{}
}

// plain advises about an http address.
func (e entry) plain() Advice {
	if e.url.Scheme != "http" ||
		e.host == "" ||
		sso.CheckEndpoint(e.text) == nil {
		return Advice{}
	}
	return Advice{
		"This address is not encrypted.", "https" + strings.TrimPrefix(e.text, e.url.Scheme),
	}
}
