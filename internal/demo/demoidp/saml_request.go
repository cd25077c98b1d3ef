package demoidp

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

const maxMessage = 256 << 10

// samlRequest is a sign-in requested by a service provider, or begun here
// (IdP-initiated) if it has no ID.
type samlRequest struct {
	SP           SP
	ID           string
	RelayState   string
	NameIDFormat string
	Contexts     []string // requested, the preferred one first
}

// context returns the authentication context that the assertion states: the one requested,
// since every person here has every factor, or a password.
func (r samlRequest) context() string {
	if len(r.Contexts) > 0 {
		return r.Contexts[0]
	}
	return "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
}

// samlMessage is a received message: by redirect, with the raw query, or posted.
type samlMessage struct {
	fields   url.Values
	rawQuery string
	posted   bool
}

func messageOf(r *http.Request) (samlMessage, error) {
	if r.Method != http.MethodPost {
		return samlMessage{fields: r.URL.Query(), rawQuery: r.URL.RawQuery}, nil
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxMessage)
	if err := r.ParseForm(); err != nil {
		return samlMessage{}, refuse(http.StatusBadRequest, "The form could not be read.")
	}
	return samlMessage{fields: r.PostForm, posted: true}, nil
}

func messageTo(r sso.Redirect) (samlMessage, error) {
	if r.Form != nil {
		return samlMessage{fields: r.Form, posted: true}, nil
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return samlMessage{}, fmt.Errorf("read redirect: %w", err)
	}
	return samlMessage{fields: u.Query(), rawQuery: u.RawQuery}, nil
}

// xml decodes the message in the named field.
func (m samlMessage) xml(field string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(m.fields.Get(field))
	if err != nil || len(raw) == 0 {
		return nil, refuse(http.StatusBadRequest, "There is no readable %s.", field)
	}
	if m.posted {
		return raw, nil
	}
	doc, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), maxMessage))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The %s is not DEFLATE-compressed.", field)
	}
	return doc, nil
}

func (p *IdP) readAuthnRequest(m samlMessage) (samlRequest, error) {
	doc, err := m.xml("SAMLRequest")
	if err != nil {
		return samlRequest{}, err
	}
	var request crewjam.AuthnRequest
	if err := xml.Unmarshal(doc, &request); err != nil ||
		request.Issuer == nil ||
		request.ID == "" {
		return samlRequest{}, refuse(
			http.StatusBadRequest,
			"The SAMLRequest is not an AuthnRequest with an ID and an Issuer.",
		)
	}
	sp, err := p.sp(strings.TrimSpace(request.Issuer.Value))
	if err != nil {
		return samlRequest{}, err
	}
	if err := p.checkSignature(m, doc, sp, p.options.RequireSignedRequests); err != nil {
		return samlRequest{}, err
	}
	if acs := request.AssertionConsumerServiceURL; acs != "" && acs != sp.ACSURL {
		return samlRequest{}, refuse(
			http.StatusBadRequest, "The request wants the answer at %q, but %q is registered.",
			acs, sp.ACSURL,
		)
	}
	if d := request.Destination; d != "" && d != p.base+"/saml/sso" {
		return samlRequest{}, refuse(http.StatusBadRequest, "The request is for %q.", d)
	}
	r := samlRequest{
		SP:         sp,
		ID:         request.ID,
		RelayState: m.fields.Get("RelayState"),
	}
	if request.NameIDPolicy != nil && request.NameIDPolicy.Format != nil {
		r.NameIDFormat = *request.NameIDPolicy.Format
	}
	if request.RequestedAuthnContext != nil {
		r.Contexts = request.RequestedAuthnContext.AuthnContextClassRefs
	}
	return r, nil
}

// checkSignature refuses an invalid signature, and a missing one if required.
func (p *IdP) checkSignature(m samlMessage, doc []byte, sp SP, required bool) error {
	const field = "SAMLRequest"
	signed := m.fields.Get("Signature") != ""
	if m.posted {
		signed = bytes.Contains(doc, []byte(dsig.Namespace))
	}
	switch {
	case !signed && required:
		return refuse(http.StatusBadRequest, "The %s is not signed, and this provider wants that.", field)
	case !signed || len(sp.SigningCerts) == 0:
		return nil
	}
	for _, cert := range sp.SigningCerts {
		if m.posted && verifyEnveloped(doc, cert, p) ||
			!m.posted && verifyQuery(m.rawQuery, field, cert) {
			return nil
		}
	}
	return refuse(http.StatusBadRequest, "The signature of the %s fits none of the application’s certificates.", field)
}

func verifyEnveloped(doc []byte, cert *x509.Certificate, p *IdP) bool {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(doc); err != nil || tree.Root() == nil {
		return false
	}
	check := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{
		Roots: []*x509.Certificate{cert},
	})
	check.Clock = dsig.NewFakeClockAt(p.now())
	_, err := check.Validate(tree.Root())
	return err == nil
}

// verifyQuery verifies the signature of the HTTP-Redirect binding, which covers the
// parameters as the sender escaped them (SAML bindings §3.4.4.1).
func verifyQuery(rawQuery, field string, cert *x509.Certificate) bool {
	raw := map[string]string{}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		raw[name] = value
	}
	signed := field + "=" + raw[field]
	if relay, ok := raw["RelayState"]; ok {
		signed += "&RelayState=" + relay
	}
	signed += "&SigAlg=" + raw["SigAlg"]
	escaped, err := url.QueryUnescape(raw["Signature"])
	if err != nil {
		return false
	}
	signature, err := base64.StdEncoding.DecodeString(escaped)
	if err != nil {
		return false
	}
	method, err := url.QueryUnescape(raw["SigAlg"])
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if err != nil || !ok || method != dsig.RSASHA256SignatureMethod {
		return false
	}
	sum := sha256.Sum256([]byte(signed))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
}

// redirectURL returns the URL of a signed message in the HTTP-Redirect binding.
func (p *IdP) redirectURL(to, field string, message *etree.Element, relayState string) (string, error) {
	doc := etree.NewDocument()
	doc.SetRoot(message)
	text, err := doc.WriteToBytes()
	if err != nil {
		return "", fmt.Errorf("write %s: %w", field, err)
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return "", fmt.Errorf("compress %s: %w", field, err)
	}
	if _, err := w.Write(text); err != nil {
		return "", fmt.Errorf("compress %s: %w", field, err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("compress %s: %w", field, err)
	}
	query := field + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(packed.Bytes()))
	if relayState != "" {
		query += "&RelayState=" + url.QueryEscape(relayState)
	}
	query += "&SigAlg=" + url.QueryEscape(dsig.RSASHA256SignatureMethod)
	keys, err := p.keys.forSAML()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(query))
	signature, err := rsa.SignPKCS1v15(nil, keys[0].private, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", field, err)
	}
	join := "?"
	if strings.Contains(to, "?") {
		join = "&"
	}
	return to + join + query + "&Signature=" +
		url.QueryEscape(base64.StdEncoding.EncodeToString(signature)), nil
}
