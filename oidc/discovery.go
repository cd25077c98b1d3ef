package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"

	"gatehouse/sso"
)

const wellKnown = "/.well-known/openid-configuration"

// Discovery is an OpenID provider's metadata (OpenID Connect Discovery 1.0 §3),
// as far as it is used.
type Discovery struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`    // empty: none
	EndSessionEndpoint    string   `json:"end_session_endpoint"` // empty: none
	JWKSURI               string   `json:"jwks_uri"`
	SigningAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	Scopes                []string `json:"scopes_supported"`
	Claims                []string `json:"claims_supported"`
	// IssParameter promises the iss parameter in every authorization response
	// (RFC 9207); its absence is then an attack.
	IssParameter bool `json:"authorization_response_iss_parameter_supported"`
}

// Discover fetches the metadata of an issuer for an admin who is setting up a
// connection. The address of the discovery document itself is accepted too,
// and a slash at the end may be missing or too many: the Issuer in the answer is
// the one to configure, byte for byte. Errors: Invalid "url_not_allowed",
// "issuer_mismatch", "metadata_unreadable", "metadata_bad_endpoint"; Upstream
// "idp_unavailable".
func (rp *RelyingParty) Discover(ctx context.Context, issuer string) (Discovery, error) {
	issuer = strings.TrimSpace(issuer)
	if base, _, pasted := strings.Cut(issuer, wellKnown); pasted {
		issuer = base
	}
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return Discovery{}, notIssuer(errors.Join(err, errors.New("not an issuer")))
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	d, err := rp.fetchDiscovery(ctx, issuer)
	if err != nil {
		return Discovery{}, err
	}
	if strings.TrimSuffix(d.Issuer, "/") != strings.TrimSuffix(issuer, "/") {
		return Discovery{}, wrongIssuer(issuer, d.Issuer)
	}
	return d, nil
}

func notIssuer(err error) *sso.Error {
	return &sso.Error{Kind: sso.Invalid, Code: "url_not_allowed",
		Public: "Enter the issuer, an https address such as https://login.example.com.", Err: err}
}

func wrongIssuer(want, got string) *sso.Error {
	e := &sso.Error{Kind: sso.Invalid, Code: "issuer_mismatch",
		Public: "The identity provider calls itself something else than this address. Use the issuer exactly as it states it.",
		Err:    fmt.Errorf("issuer: want %q, the discovery document says %q", sso.Inert(want), sso.Inert(got))}
	if strings.Contains(got, "{tenant") {
		e.Public = "This address serves every Entra tenant. Use the one of yours: https://login.microsoftonline.com/<your tenant ID>/v2.0."
	}
	return e
}

// fetchDiscovery fetches and checks the document, everything but its issuer.
func (rp *RelyingParty) fetchDiscovery(ctx context.Context, issuer string) (Discovery, error) {
	doc, _, err := rp.get(ctx, strings.TrimSuffix(issuer, "/")+wellKnown, "")
	if err != nil {
		return Discovery{}, fmt.Errorf("fetch discovery document: %w", err)
	}
	var d Discovery
	if err := json.Unmarshal(doc, &d); err != nil {
		return Discovery{}, &sso.Error{Kind: sso.Invalid, Code: "metadata_unreadable",
			Public: "There is no OpenID discovery document at this address.", Err: fmt.Errorf("read discovery document: %w", err)}
	}
	return d, d.check()
}

func (d *Discovery) check() error {
	for _, e := range []struct {
		name, address string
		required      bool
	}{
		{"authorization_endpoint", d.AuthorizationEndpoint, true},
		{"token_endpoint", d.TokenEndpoint, true},
		{"jwks_uri", d.JWKSURI, true},
		{"userinfo_endpoint", d.UserinfoEndpoint, false},
		{"end_session_endpoint", d.EndSessionEndpoint, false},
	} {
		if e.address == "" && !e.required {
			continue
		}
		if err := sso.CheckEndpoint(e.address); err != nil {
			return &sso.Error{Kind: sso.Invalid, Code: "metadata_bad_endpoint",
				Public: "The identity provider's discovery document names an address that cannot be used: " + e.name + ".",
				Err:    fmt.Errorf("%s %q: %w", e.name, sso.Inert(e.address), err)}
		}
	}
	if len(d.algorithms()) == 0 {
		return &sso.Error{Kind: sso.Invalid, Code: "metadata_unreadable",
			Public: "The identity provider signs ID tokens only in ways that cannot be trusted.",
			Err:    fmt.Errorf("id_token_signing_alg_values_supported: %q", sso.Inert(strings.Join(d.SigningAlgorithms, " ")))}
	}
	return nil
}

// algorithms are the signature algorithms accepted in an ID token: those the
// provider says it uses, as far as nobody but it can sign with them.
func (d *Discovery) algorithms() []string {
	if len(d.SigningAlgorithms) == 0 {
		return []string{gooidc.RS256} // the one every provider must support (OpenID Connect Core §15.1)
	}
	asymmetric := []string{
		gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.PS256, gooidc.PS384, gooidc.PS512,
		gooidc.ES256, gooidc.ES384, gooidc.ES512, gooidc.EdDSA,
	}
	return slices.DeleteFunc(asymmetric, func(a string) bool { return !slices.Contains(d.SigningAlgorithms, a) })
}
