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
	"gatehouse/sso/address"
)

const wellKnown = "/.well-known/openid-configuration"

// Discovery is an OpenID provider's metadata (OpenID Connect Discovery 1.0 §3),
// limited to the members that are used.
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
	// IssParameter announces the iss parameter in every authorization response
	// (RFC 9207). A response without it is then treated as an attack.
	IssParameter bool `json:"authorization_response_iss_parameter_supported"`
}

// Source is the place of an issuer's metadata, as an admin entered it.
type Source struct {
	// Address is the issuer, or the address of its discovery document. A
	// missing or extra trailing slash is accepted.
	Address string
	// Confirmed is an issuer that the document may state although the address
	// belongs to another one. It is compared byte for byte; empty means none.
	Confirmed string
}

// Discovered is an issuer's metadata and the configuration needed to find it
// again.
type Discovered struct {
	Discovery
	// URL is the address of the document if it does not follow from the issuer,
	// else empty.
	URL string
}

// MismatchError is the cause of an "issuer_mismatch" error that an admin may
// confirm.
type MismatchError struct {
	Address string // as entered
	Issuer  string // as the document states it
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf(
		"issuer: want %q, the discovery document says %q", sso.Sanitize(e.Address),
		sso.Sanitize(e.Issuer),
	)
}

// Discover fetches an issuer's metadata for an admin who sets up a connection.
// The Issuer in the document is the one to configure, byte for byte. Errors:
// Invalid "url_not_allowed", "issuer_mismatch" (with a *MismatchError in its
// chain if it can be confirmed), "metadata_unreadable",
// "metadata_bad_endpoint"; Upstream "idp_unavailable", "idp_unusable".
func (rp *RelyingParty) Discover(ctx context.Context, source Source) (Discovered, error) {
	issuer, documentURL, err := source.resolve()
	if err != nil {
		return Discovered{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	d, err := rp.fetchDiscovery(ctx, documentURL)
	if err != nil {
		return Discovered{}, err
	}
	if address.SameIssuer(d.Issuer, issuer) {
		return Discovered{Discovery: d}, nil
	}
	if source.Confirmed != "" &&
		source.Confirmed == d.Issuer &&
		isConfirmable(d.Issuer) {
		return Discovered{Discovery: d, URL: documentURL}, nil
	}
	return Discovered{}, errWrongIssuer(issuer, d.Issuer)
}

// resolve returns the issuer that an address names, and the address of its
// document. It keeps the query of a document's address: older Azure AD B2C
// addresses name the policy there.
func (s Source) resolve() (issuer, documentURL string, err error) {
	issuer, err = address.URL(strings.TrimSpace(s.Address))
	if err != nil {
		return "", "", errNotIssuer(err)
	}
	query := ""
	if base, rest, pasted := strings.Cut(issuer, wellKnown); pasted {
		issuer = base
		if strings.HasPrefix(rest, "?") {
			query = rest
		}
	}
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errNotIssuer(errors.Join(err, errors.New("not an issuer")))
	}
	return issuer, strings.TrimSuffix(issuer, "/") + wellKnown + query, nil
}

// isConfirmable reports whether an admin may confirm issuer. A template of many
// issuers is refused: Entra ID states {tenantid} for every tenant at once, so
// everyone with a Microsoft account could sign in.
func isConfirmable(issuer string) bool {
	ascii, err := address.URL(issuer)
	if err != nil {
		return false
	}
	u, err := url.Parse(ascii)
	return err == nil && sso.CheckEndpoint(ascii) == nil && u.RawQuery == "" &&
		!strings.ContainsAny(issuer, "{}*<>") &&
		!strings.Contains(strings.ToLower(issuer), "%7b") &&
		sso.Printable(issuer)
}

func errNotIssuer(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   sso.CodeURLNotAllowed,
		Public: "Enter the issuer, an https address such as https://login.example.com.",
		Err:    err,
	}
}

func errWrongIssuer(want, got string) *sso.Error {
	mismatch := &MismatchError{Address: want, Issuer: got}
	e := &sso.Error{
		Kind: sso.Invalid,
		Code: "issuer_mismatch",
		Err:  mismatch,
		Public: fmt.Sprintf(
			"The document at this address states another issuer, %s. Enter that issuer, or confirm it if its own address has no document.",
			sso.Sanitize(got),
		),
	}
	switch {
	case strings.Contains(got, "{tenant"):
		e.Public = "This address serves every Entra tenant. Use the one of yours: https://login.microsoftonline.com/<your tenant ID>/v2.0."
		e.Err = errors.New(mismatch.Error()) // it cannot be confirmed
	case !isConfirmable(got):
		e.Err = errors.New(mismatch.Error())
	}
	return e
}

// fetchDiscovery fetches the document and checks everything but its issuer.
func (rp *RelyingParty) fetchDiscovery(ctx context.Context, documentURL string) (Discovery, error) {
	doc, _, err := rp.get(ctx, documentURL, "")
	if err != nil {
		return Discovery{}, fmt.Errorf("fetch discovery document: %w", err)
	}
	var d Discovery
	if err := json.Unmarshal(doc, &d); err != nil {
		return Discovery{}, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "metadata_unreadable",
			Public: "There is no OpenID discovery document at this address.",
			Err:    fmt.Errorf("read discovery document: %w", err),
		}
	}
	return d, d.check()
}

// check validates the endpoints and converts them to the form in which they are
// used. The issuer stays as stated, because it is compared byte by byte.
func (d *Discovery) check() error {
	for _, e := range []struct {
		name     string
		stated   *string
		required bool
	}{
		{"authorization_endpoint", &d.AuthorizationEndpoint, true},
		{"token_endpoint", &d.TokenEndpoint, true},
		{"jwks_uri", &d.JWKSURI, true},
		{"userinfo_endpoint", &d.UserinfoEndpoint, false},
		{"end_session_endpoint", &d.EndSessionEndpoint, false},
	} {
		if *e.stated == "" && !e.required {
			continue
		}
		usable, err := address.URL(*e.stated)
		if err == nil {
			err = sso.CheckEndpoint(usable)
		}
		if err != nil {
			return &sso.Error{
				Kind: sso.Invalid,
				Code: "metadata_bad_endpoint",
				Public: "The identity provider’s discovery document names an address that cannot be used: " +
					e.name + ".",
				Err: fmt.Errorf("%s %q: %w", e.name, sso.Sanitize(*e.stated), err),
			}
		}
		*e.stated = usable
	}
	if len(d.algorithms()) == 0 {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "metadata_unreadable",
			Public: "The identity provider signs ID tokens only in ways that cannot be trusted.",
			Err: fmt.Errorf(
				"id_token_signing_alg_values_supported: %q",
				sso.Sanitize(strings.Join(d.SigningAlgorithms, " ")),
			),
		}
	}
	return nil
}

// algorithms returns the signature algorithms accepted in an ID token: those
// the provider announces, without the symmetric ones and none.
func (d *Discovery) algorithms() []string {
	if len(d.SigningAlgorithms) == 0 {
		return []string{gooidc.RS256} // the algorithm every provider must support (OpenID Connect Core §15.1)
	}
	asymmetric := []string{
		gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.PS256, gooidc.PS384, gooidc.PS512,
		gooidc.ES256, gooidc.ES384, gooidc.ES512, gooidc.EdDSA,
	}
	return slices.DeleteFunc(asymmetric, func(a string) bool {
		return !slices.Contains(d.SigningAlgorithms, a)
	})
}
