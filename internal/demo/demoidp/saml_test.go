package demoidp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/xml"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

const (
	acsURL = "https://gw.example/saml/conn-1/acs"
	sloURL = "https://gw.example/saml/conn-1/slo"
	spID   = "https://gw.example/saml/conn-1/metadata"
)

func ada() demoidp.Person {
	return demoidp.Person{
		ID:        "p-ada",
		Login:     "ada@acme.example",
		Email:     "ada@acme.example",
		GivenName: "Ada",
		Surname:   "Lovelace",
		Groups:    []string{"developers", "admins"},
	}
}

// start serves a provider with Ada.
func start(t *testing.T, o demoidp.Options) *demoidp.IdP {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	o.BaseURL = "http://" + srv.Listener.Addr().String() + o.BaseURL
	idp, err := demoidp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = idp.Handler()
	srv.Start()
	t.Cleanup(srv.Close)
	idp.AddPerson(ada())
	return idp
}

func keyPair(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "sp"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(
		rand.Reader, template, template, &key.PublicKey, key,
	)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

// peer returns a crewjam/saml service provider, an independent implementation.
func peer(t *testing.T, idp *demoidp.IdP, sp demoidp.SP) *crewjam.ServiceProvider {
	t.Helper()
	key, cert := keyPair(t)
	sp.EntityID, sp.ACSURL, sp.SLOURL = spID, acsURL, sloURL
	sp.SigningCerts, sp.EncryptionCert = []*x509.Certificate{cert}, cert
	idp.RegisterSAML(sp)
	doc, err := idp.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var metadata crewjam.EntityDescriptor
	if err := xml.Unmarshal(doc, &metadata); err != nil {
		t.Fatal(err)
	}
	acs, _ := url.Parse(acsURL)
	slo, _ := url.Parse(sloURL)
	meta, _ := url.Parse(spID)
	return &crewjam.ServiceProvider{
		EntityID:          spID,
		AcsURL:            *acs,
		SloURL:            *slo,
		MetadataURL:       *meta,
		IDPMetadata:       &metadata,
		Key:               key,
		Certificate:       cert,
		SignatureMethod:   dsig.RSASHA256SignatureMethod,
		AuthnNameIDFormat: crewjam.PersistentNameIDFormat,
	}
}

// ask returns a sign-in request like the gateway's.
func ask(t *testing.T, sp *crewjam.ServiceProvider, binding string) (sso.Redirect, string) {
	t.Helper()
	request, err := sp.MakeAuthenticationRequest(
		sp.GetSSOBindingLocation(binding), binding, crewjam.HTTPPostBinding,
	)
	if err != nil {
		t.Fatal(err)
	}
	if binding == crewjam.HTTPRedirectBinding {
		to, err := request.Redirect("relay", sp)
		if err != nil {
			t.Fatal(err)
		}
		return sso.Redirect{URL: to.String()}, request.ID
	}
	doc := etree.NewDocument()
	doc.SetRoot(request.Element())
	text, err := doc.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return sso.Redirect{
		URL: request.Destination,
		Form: url.Values{
			"SAMLRequest": {base64.StdEncoding.EncodeToString(text)},
			"RelayState":  {"relay"},
		},
	}, request.ID
}

func decode(t *testing.T, form url.Values) []byte {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(form.Get("SAMLResponse"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func read(sp *crewjam.ServiceProvider, text []byte, requestID string) (*crewjam.Assertion, error) {
	assertion, err := sp.ParseXMLResponse(text, []string{requestID}, sp.AcsURL)
	if bad, ok := err.(*crewjam.InvalidResponseError); ok {
		err = bad.PrivateErr
	}
	return assertion, err
}

func values(a *crewjam.Assertion, name string) ([]string, bool) {
	for _, statement := range a.AttributeStatements {
		for _, attribute := range statement.Attributes {
			if attribute.Name == name {
				got := []string{}
				for _, v := range attribute.Values {
					got = append(got, v.Value)
				}
				return got, true
			}
		}
	}
	return nil, false
}

func TestSAMLAgainstCrewjam(t *testing.T) {
	for name, sp := range map[string]demoidp.SP{
		"assertion signed": {},
		"response signed":  {Sign: demoidp.SignResponse},
		"both signed":      {Sign: demoidp.SignBoth},
		"encrypted":        {Encrypt: true, EncryptionBits: 128},
		"encrypted, both signed": {
			Encrypt:        true,
			EncryptionBits: 128,
			Sign:           demoidp.SignBoth,
		},
		"encrypted, response signed": {
			Encrypt:        true,
			EncryptionBits: 128,
			Sign:           demoidp.SignResponse,
		},
	} {
		for _, binding := range []string{
			crewjam.HTTPRedirectBinding, crewjam.HTTPPostBinding,
		} {
			t.Run(name+" "+binding[strings.LastIndex(binding, ":")+1:], func(t *testing.T) {
				idp := start(t, demoidp.Options{RequireSignedRequests: true})
				peer := peer(t, idp, sp)
				redirect, id := ask(t, peer, binding)
				form, acs, err := idp.RespondSAML("p-ada", redirect)
				if err != nil {
					t.Fatal(err)
				}
				if acs != acsURL || form.Get("RelayState") != "relay" {
					t.Errorf(
						"goes to %q with RelayState %q", acs, form.Get("RelayState"),
					)
				}
				assertion, err := read(peer, decode(t, form), id)
				if err != nil {
					t.Fatal(err)
				}
				if got := assertion.Subject.NameID.Value; got != "p-ada" {
					t.Errorf("NameID = %q", got)
				}
				if groups, _ := values(assertion, "groups"); !slices.Equal(
					groups, []string{"developers", "admins"},
				) {
					t.Errorf("groups = %q", groups)
				}
			})
		}
	}
}

func TestSAMLReplay(t *testing.T) {
	idp := start(t, demoidp.Options{})
	peer := peer(t, idp, demoidp.SP{})
	idp.SetFault(demoidp.Replay)
	redirect, _ := ask(t, peer, crewjam.HTTPRedirectBinding)
	if _, _, err := idp.RespondSAML("p-ada", redirect); err == nil {
		t.Error("there was nothing to replay")
	}
	idp.SetFault(demoidp.NoFault)
	first, _, err := idp.RespondSAML("p-ada", redirect)
	if err != nil {
		t.Fatal(err)
	}
	idp.SetFault(demoidp.Replay)
	redirect, _ = ask(t, peer, crewjam.HTTPRedirectBinding)
	second, _, err := idp.RespondSAML("p-ada", redirect)
	if err != nil || second.Get("SAMLResponse") != first.Get("SAMLResponse") {
		t.Errorf("not the same answer: %v", err)
	}
}

func TestAuthnRequestRefused(t *testing.T) {
	idp := start(t, demoidp.Options{RequireSignedRequests: true})
	good := peer(t, idp, demoidp.SP{})
	tests := map[string]func() sso.Redirect{
		"unsigned": func() sso.Redirect {
			sp := *good
			sp.SignatureMethod = ""
			r, _ := ask(t, &sp, crewjam.HTTPRedirectBinding)
			return r
		},
		"wrong key": func() sso.Redirect {
			sp := *good
			sp.Key, _ = keyPair(t)
			r, _ := ask(t, &sp, crewjam.HTTPRedirectBinding)
			return r
		},
		"wrong key posted": func() sso.Redirect {
			sp := *good
			sp.Key, sp.Certificate = keyPair(t)
			r, _ := ask(t, &sp, crewjam.HTTPPostBinding)
			return r
		},
		"unknown application": func() sso.Redirect {
			sp := *good
			sp.EntityID = "https://nobody.example"
			r, _ := ask(t, &sp, crewjam.HTTPRedirectBinding)
			return r
		},
		"another address": func() sso.Redirect {
			sp := *good
			sp.AcsURL.Host = "evil.example"
			r, _ := ask(t, &sp, crewjam.HTTPRedirectBinding)
			return r
		},
		"not XML": func() sso.Redirect {
			return sso.Redirect{Form: url.Values{"SAMLRequest": {"aGVsbG8="}}}
		},
		"not base64": func() sso.Redirect {
			return sso.Redirect{URL: "https://idp.example/?SAMLRequest=%25"}
		},
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			if _, _, err := idp.RespondSAML("p-ada", make()); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestRotateKeysPublishesOldAndNew(t *testing.T) {
	idp := start(t, demoidp.Options{})
	before := peer(t, idp, demoidp.SP{})
	if err := idp.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	redirect, id := ask(t, before, crewjam.HTTPRedirectBinding)
	form, _, err := idp.RespondSAML("p-ada", redirect)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(before, decode(t, form), id); err == nil {
		t.Error("the old metadata verifies the new key")
	}
	doc, err := idp.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var after crewjam.EntityDescriptor
	if err := xml.Unmarshal(doc, &after); err != nil {
		t.Fatal(err)
	}
	if n := len(after.IDPSSODescriptors[0].KeyDescriptors); n != 2 {
		t.Errorf("%d keys are published, want 2", n)
	}
	before.IDPMetadata = &after
	if _, err := read(before, decode(t, form), id); err != nil {
		t.Errorf("the new metadata does not verify the new key: %v", err)
	}
}

// get does not follow redirects.
func get(t *testing.T, address string) *http.Response {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}
