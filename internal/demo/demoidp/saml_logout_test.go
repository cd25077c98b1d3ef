package demoidp_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/internal/demo/demoidp"
)

func TestSingleLogout(t *testing.T) {
	idp := start(t, demoidp.Options{})
	sp := peer(t, idp, demoidp.SP{})
	signIn := func() {
		redirect, _ := ask(t, sp, crewjam.HTTPRedirectBinding)
		if _, _, err := idp.RespondSAML("p-ada", redirect); err != nil {
			t.Fatal(err)
		}
	}
	signIn()
	t.Run("begun at the provider", func(t *testing.T) {
		to, err := idp.LogoutURL("p-ada", spID)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(to)
		if err != nil ||
			!strings.HasPrefix(to, sloURL+"?SAMLRequest=") ||
			u.Query().Get("Signature") == "" {
			t.Errorf("logout goes to %q: %v", to, err)
		}
		if n := idp.Sessions("p-ada"); n != 0 {
			t.Errorf("%d sessions left", n)
		}
	})
	signIn()
	t.Run("begun at the application", func(t *testing.T) {
		request, err := sp.MakeLogoutRequest(idp.Issuer()+"/saml/slo", "p-ada")
		if err != nil {
			t.Fatal(err)
		}
		request.Signature = nil // the redirect binding signs the query instead
		packed, err := request.Deflate()
		if err != nil {
			t.Fatal(err)
		}
		query := "SAMLRequest=" +
			url.QueryEscape(base64.StdEncoding.EncodeToString(packed)) +
			"&RelayState=r%201"
		resp := get(
			t, idp.Issuer()+"/saml/slo?"+sign(t, sp.Key.(*rsa.PrivateKey), query),
		)
		back, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || !strings.HasPrefix(back.String(), sloURL+"?SAMLResponse=") {
			t.Fatalf(
				"status %d, goes to %q", resp.StatusCode,
				resp.Header.Get("Location"),
			)
		}
		if back.Query().Get("RelayState") != "r 1" || idp.Sessions("p-ada") != 0 {
			t.Errorf(
				"RelayState %q, %d sessions", back.Query().Get("RelayState"),
				idp.Sessions("p-ada"),
			)
		}
		verify(t, sp.IDPMetadata, back.RawQuery)
	})
	signIn()
	t.Run("unsigned request refused", func(t *testing.T) {
		request, err := sp.MakeRedirectLogoutRequest("p-ada", "")
		if err != nil {
			t.Fatal(err)
		}
		unsigned := request.Query()
		unsigned.Del("SigAlg")
		unsigned.Del("Signature")
		request.RawQuery = unsigned.Encode()
		resp := get(t, request.String())
		if resp.StatusCode != http.StatusBadRequest || idp.Sessions("p-ada") != 1 {
			t.Errorf(
				"status %d, %d sessions", resp.StatusCode, idp.Sessions("p-ada"),
			)
		}
	})
}

// sign and verify implement the signature of the HTTP-Redirect binding independently
// of the code under test.
func sign(t *testing.T, key *rsa.PrivateKey, query string) string {
	t.Helper()
	query += "&SigAlg=" + url.QueryEscape(dsig.RSASHA256SignatureMethod)
	sum := sha256.Sum256([]byte(query))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return query + "&Signature=" +
		url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
}

func verify(t *testing.T, metadata *crewjam.EntityDescriptor, rawQuery string) {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(
		metadata.IDPSSODescriptors[0].KeyDescriptors[0].KeyInfo.X509Data.X509Certificates[0].Data,
	)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	signed, rest, _ := strings.Cut(rawQuery, "&Signature=")
	escaped, err := url.QueryUnescape(rest)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(escaped)
	if err != nil {
		t.Fatal(err)
	}
	if err := cert.CheckSignature(x509.SHA256WithRSA, []byte(signed), signature); err != nil {
		t.Error(err)
	}
}
