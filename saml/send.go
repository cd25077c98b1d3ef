package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Parameter names of the bindings (bindings §3.4.4 and 3.5.4).
const (
	fieldRequest    = "SAMLRequest"
	fieldResponse   = "SAMLResponse"
	fieldRelayState = "RelayState"
	fieldAlgorithm  = "SigAlg"
	fieldSignature  = "Signature"
	fieldEncoding   = "SAMLEncoding"
)

// outgoingMessage is a message that the browser carries to an identity provider.
type outgoingMessage struct {
	endpoint   sso.Endpoint
	field      string // fieldRequest or fieldResponse
	message    *etree.Element
	relayState string
	hints      []sso.Parameter // of the address; no part of the message, and not signed
	key        *ownKey         // nil: not signed
}

// signingKey returns our newest key, which signs.
func (t *trust) signingKey() (*ownKey, error) {
	if len(t.keys) == 0 || t.keys[0].rsa == nil {
		return nil, errors.New("no RSA key of ours to sign with")
	}
	return &t.keys[0], nil
}

// encode encodes the message for its binding. The address was checked when it was
// saved; it is checked again because a browser is sent there.
func (o outgoingMessage) encode() (sso.Redirect, error) {
	to, err := address.URL(o.endpoint.URL) // one that was saved before hosts were converted
	if err == nil {
		err = sso.CheckEndpoint(to)
	}
	if err != nil {
		return sso.Redirect{}, fmt.Errorf("address %q: %w", sso.Sanitize(o.endpoint.URL), err)
	}
	o.endpoint.URL = to
	switch o.endpoint.Binding {
	case sso.BindingRedirect:
		return o.encodeRedirect()
	case sso.BindingPOST:
		return o.encodePost()
	}
	return sso.Redirect{}, fmt.Errorf("binding %q", sso.Sanitize(o.endpoint.Binding))
}

// encodePost encodes for the HTTP-POST binding: the signature is in the message.
func (o outgoingMessage) encodePost() (sso.Redirect, error) {
	if o.key != nil {
		if err := sign(o.message, o.key); err != nil {
			return sso.Redirect{}, err
		}
	}
	doc, err := document(o.message).WriteToBytes()
	if err != nil {
		return sso.Redirect{}, fmt.Errorf("write message: %w", err)
	}
	form := url.Values{o.field: {base64.StdEncoding.EncodeToString(doc)}}
	if o.relayState != "" {
		form.Set(fieldRelayState, o.relayState)
	}
	return sso.Redirect{URL: withQuery(o.endpoint.URL, o.hintQuery()), Form: form}, nil
}

// sign inserts an enveloped signature after the Issuer, the first child of
// every message, where the schema wants it (core §3.2.1).
func sign(message *etree.Element, key *ownKey) error {
	ctx, err := dsig.NewSigningContext(key.signer, [][]byte{key.cert})
	if err != nil {
		return fmt.Errorf("prepare signature: %w", err)
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return fmt.Errorf("prepare signature: %w", err)
	}
	el, err := ctx.ConstructSignature(message, true)
	if err != nil {
		return fmt.Errorf("sign %s: %w", message.Tag, err)
	}
	message.InsertChildAt(1, el)
	return nil
}

// encodeRedirect encodes for the HTTP-Redirect binding: the signature is over the
// query, as it is escaped here, and not in the message (bindings §3.4.4.1).
func (o outgoingMessage) encodeRedirect() (sso.Redirect, error) {
	doc, err := document(o.message).WriteToBytes()
	if err != nil {
		return sso.Redirect{}, fmt.Errorf("write message: %w", err)
	}
	compressed, err := deflate(doc)
	if err != nil {
		return sso.Redirect{}, err
	}
	query := o.field + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(compressed))
	if o.relayState != "" {
		query += "&" + fieldRelayState + "=" + url.QueryEscape(o.relayState)
	}
	if o.key != nil {
		query += "&" + fieldAlgorithm + "=" + url.QueryEscape(dsig.RSASHA256SignatureMethod)
		sum := sha256.Sum256([]byte(query))
		value, err := o.key.signer.Sign(rand.Reader, sum[:], crypto.SHA256)
		if err != nil {
			return sso.Redirect{}, fmt.Errorf("sign query: %w", err)
		}
		query += "&" + fieldSignature + "=" +
			url.QueryEscape(base64.StdEncoding.EncodeToString(value))
	}
	if hints := o.hintQuery(); hints != "" {
		query += "&" + hints
	}
	return sso.Redirect{URL: withQuery(o.endpoint.URL, query)}, nil
}

// hintQuery returns the hints as a query, which is empty without any.
func (o outgoingMessage) hintQuery() string {
	var all []string
	for _, hint := range o.hints {
		all = append(all, url.QueryEscape(hint.Name)+"="+url.QueryEscape(hint.Value))
	}
	return strings.Join(all, "&")
}

// withQuery adds a query to an address, which may have one.
func withQuery(address, query string) string {
	switch {
	case query == "":
		return address
	case strings.Contains(address, "?"):
		return address + "&" + query
	}
	return address + "?" + query
}

func deflate(doc []byte) ([]byte, error) {
	var compressed bytes.Buffer
	w, err := flate.NewWriter(&compressed, flate.DefaultCompression)
	if err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	if _, err := w.Write(doc); err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	return compressed.Bytes(), nil
}
