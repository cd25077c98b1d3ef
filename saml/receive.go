package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// redirectMessage is a message of the HTTP-Redirect binding. Its parts are escaped as
// the sender escaped them, because that is what was signed.
type redirectMessage struct {
	field  string // fieldRequest or fieldResponse
	params map[string]string
}

// readQuery splits a query into its parts. Each name of the binding may occur
// once and must not be escaped: otherwise another reading of the query could
// find what was not signed.
func readQuery(rawQuery string) (redirectMessage, error) {
	r := redirectMessage{params: map[string]string{}}
	if len(rawQuery) > 2*logoutLimits().bytes {
		return redirectMessage{}, errTooComplex(fmt.Errorf("a query of %d bytes", len(rawQuery)))
	}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, raw, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			return redirectMessage{}, errMalformed(errors.New(
				"a name that is not escaped properly",
			))
		}
		switch plain {
		case fieldRequest, fieldResponse, fieldRelayState, fieldAlgorithm, fieldSignature,
			fieldEncoding:
		default:
			continue
		}
		if _, repeated := r.params[plain]; repeated || plain != name {
			return redirectMessage{}, errMalformed(fmt.Errorf(
				"%s appears twice or is escaped", plain,
			))
		}
		r.params[plain] = raw
	}
	var err error
	r.field, err = messageField(r.params)
	return r, err
}

// messageField returns whether a message is a request or a response.
func messageField[V any](params map[string]V) (string, error) {
	_, request := params[fieldRequest]
	_, response := params[fieldResponse]
	switch {
	case request == response:
		return "", errMalformed(errors.New("not one of SAMLRequest and SAMLResponse"))
	case request:
		return fieldRequest, nil
	}
	return fieldResponse, nil
}

// value returns the unescaped value of a part, or "" if it is missing.
func (r redirectMessage) value(name string) (string, error) {
	s, err := url.QueryUnescape(r.params[name])
	if err != nil {
		return "", errMalformed(fmt.Errorf("%s is not escaped properly", name))
	}
	return s, nil
}

// signedOctets returns what the signature is over (bindings §3.4.4.1).
func (r redirectMessage) signedOctets() []byte {
	signed := r.field + "=" + r.params[r.field]
	if relayState, ok := r.params[fieldRelayState]; ok {
		signed += "&" + fieldRelayState + "=" + relayState
	}
	return []byte(signed + "&" + fieldAlgorithm + "=" + r.params[fieldAlgorithm])
}

// decode decodes the message. It verifies nothing.
func (r redirectMessage) decode() ([]byte, error) {
	encoding, err := r.value(fieldEncoding)
	if err != nil {
		return nil, err
	}
	if encoding != "" && encoding != "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE" {
		return nil, errMalformed(fmt.Errorf("encoding %q", sso.Sanitize(encoding)))
	}
	encoded, err := r.value(r.field)
	if err != nil {
		return nil, err
	}
	compressed, err := decodeBase64(encoded)
	if err != nil {
		return nil, errMalformed(fmt.Errorf("%s is not base64", r.field))
	}
	return inflate(compressed, logoutLimits().bytes)
}

// inflate unpacks at most that many bytes: a megabyte can hold a gigabyte of
// zeros.
func inflate(compressed []byte, maxBytes int) ([]byte, error) {
	in := bytes.NewReader(compressed)
	doc, err := io.ReadAll(io.LimitReader(flate.NewReader(in), int64(maxBytes)+1))
	switch {
	case len(doc) > maxBytes:
		return nil, errTooComplex(fmt.Errorf("a message of more than %d bytes", maxBytes))
	case err != nil:
		return nil, errMalformed(errors.New("not DEFLATE-compressed"))
	case in.Len() > 0:
		return nil, errMalformed(errors.New("something after the compressed message"))
	}
	return doc, nil
}

// verify checks the signature of the query with the pinned keys.
func (r redirectMessage) verify(t *trust, allowSHA1 bool) error {
	uri, err := r.value(fieldAlgorithm)
	if err != nil {
		return err
	}
	encoded, err := r.value(fieldSignature)
	if err != nil {
		return err
	}
	value, err := decodeBase64(encoded)
	if err != nil || len(value) == 0 {
		return errors.New("no signature, or one that is not base64")
	}
	m, ok := signatureMethod(uri)
	if !ok || m.hash == crypto.SHA1 && !allowSHA1 {
		return fmt.Errorf("signature algorithm %q", sso.Sanitize(uri))
	}
	octets := r.signedOctets()
	for _, p := range t.certificatesToTry() {
		raw := value
		if p.cert.PublicKeyAlgorithm != m.key {
			continue
		}
		if key, ok := p.cert.PublicKey.(*ecdsa.PublicKey); ok {
			raw = asn1Signature(raw, (key.Curve.Params().BitSize+7)/8)
		}
		if p.cert.CheckSignature(m.algorithm, octets, raw) == nil {
			t.markUsed(p)
			return nil
		}
	}
	return fmt.Errorf("%s, by none of %s", m.name, t.fingerprints())
}

// messageTree parses a message that contains no assertion.
func messageTree(doc []byte, tag string) (*etree.Element, error) {
	seen, err := scan(doc, logoutLimits(), nil)
	if err != nil {
		return nil, errScan(err)
	}
	if seen.space != nsProtocol || seen.tag != tag {
		return nil, errMalformed(fmt.Errorf("not a %s but %q", tag, sso.Sanitize(seen.tag)))
	}
	if seen.duplicateID {
		return nil, errMalformed(errors.New("two elements with one ID"))
	}
	root, err := parse(doc, logoutLimits())
	if err != nil {
		return nil, errMalformed(err)
	}
	if n, err := checkShape(root, inMessage); err != nil || n > 0 {
		return nil, errMalformed(fmt.Errorf("%d assertions: %w", n, orMissing(err)))
	}
	return root, nil
}

// openPosted returns the signed part of a message of the HTTP-POST binding.
func openPosted(t *trust, config sso.SAMLConfig, root *etree.Element) (*etree.Element, error) {
	v := &signatureVerifier{
		trust:     t,
		allowSHA1: config.AllowSHA1,
		checks:    &sso.Checks{},
	}
	opened, signed, err := v.verifyElement(root, "signature")
	if err != nil {
		return nil, err
	}
	if !signed {
		return nil, errors.New("not signed")
	}
	return opened, nil
}
