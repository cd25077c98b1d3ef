package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

// verify checks the signature of el with the pinned keys, one after the other,
// and returns the signed element: not el, but what goxmldsig parsed from the
// octets whose digest it compared. Nothing else may be read afterwards. verify
// changes el.
//
// A certificate in the message is not trusted and does not select one of ours:
// KeyInfo is removed before goxmldsig sees it. The caller reports an expired
// pinned certificate; goxmldsig is given a time at which the certificate is
// valid.
func (t *trust) verify(el *etree.Element, s *signature) (*etree.Element, *pinnedCertificate, error) {
	tag, space, id := el.Tag, el.NamespaceURI(), attrValue(el, "ID")
	addDeclarations(el, namespacesInScope(el))
	if s.keyInfo != nil {
		s.element.RemoveChild(s.keyInfo)
	}
	// goxmldsig searches for the signature from the front and gives up after
	// 1,000 elements. Its position among its siblings is not signed.
	el.RemoveChild(s.element)
	el.InsertChildAt(0, s.element)

	err := errors.New("no pinned certificate has a key for this algorithm")
	for i, p := range t.certificatesToTry() {
		if p.cert.PublicKeyAlgorithm != s.method.key {
			continue
		}
		s.writeValue(p)
		check := dsig.ValidationContext{
			CertificateStore: &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{p.cert}},
			IdAttribute:      dsig.DefaultIdAttr,
			Clock:            dsig.NewFakeClockAt(p.cert.NotBefore),
		}
		if i > 0 && s.madeByAnotherKey(el, check) {
			continue
		}
		var signed *etree.Element
		if signed, err = check.Validate(el); err != nil {
			continue
		}
		if !hasName(signed, space, tag) || attrValue(signed, "ID") != id {
			return nil, nil, errors.New("what was signed is another element")
		}
		t.markUsed(p)
		return signed, p, nil
	}
	return nil, nil, fmt.Errorf("verify signature: %w", err)
}

// failureReason describes why a signature was not accepted.
func failureReason(err error) string {
	switch {
	case isKeyMismatch(err):
		return "no trusted certificate fits the signature"
	case errors.Is(err, dsig.ErrMissingSignature):
		return "the signature cannot be found"
	case strings.Contains(err.Error(), "could not be verified"):
		return "what was signed has been changed since"
	}
	return strings.TrimPrefix(err.Error(), "verify signature: ")
}

func isKeyMismatch(err error) bool {
	return errors.Is(err, rsa.ErrVerification) ||
		err != nil && strings.HasSuffix(err.Error(), "x509: ECDSA verification failure")
}

// madeByAnotherKey reports whether the signature was certainly made with another key
// than that of check. It verifies on an element that contains only the
// signature: goxmldsig copies the element at each validation, and a response
// that no key fits should not cost a copy for each key. A signature that passes
// here is not verified.
func (s *signature) madeByAnotherKey(el *etree.Element, check dsig.ValidationContext) bool {
	skeleton := &etree.Element{
		Space: el.Space,
		Tag:   el.Tag,
		Attr:  el.Attr,
	}
	skeleton.AddChild(s.element.Copy())
	_, err := check.Validate(skeleton)
	return isKeyMismatch(err)
}

// writeValue converts the signature value to the form goxmldsig reads: without white
// space, and for ECDSA as ASN.1 in place of the two numbers of fixed length of
// XML Signature (RFC 4050 §3.3). The value itself is not signed.
func (s *signature) writeValue(p *pinnedCertificate) {
	raw := s.value
	if key, ok := p.cert.PublicKey.(*ecdsa.PublicKey); ok {
		raw = asn1Signature(raw, (key.Curve.Params().BitSize+7)/8)
	}
	for _, token := range s.element.Child {
		if child, ok := token.(*etree.Element); ok && child.Tag == "SignatureValue" {
			child.SetText(base64.StdEncoding.EncodeToString(raw))
		}
	}
}

// asn1Signature encodes two numbers of size bytes as ASN.1. It returns any
// other value unchanged, because some identity providers send ASN.1.
func asn1Signature(raw []byte, size int) []byte {
	if len(raw) != 2*size {
		return raw
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(raw[:size]), new(big.Int).SetBytes(raw[size:]),
	})
	if err != nil {
		return raw
	}
	return der
}

// signatureVerifier is what verifying one response found out.
type signatureVerifier struct {
	trust     *trust
	allowSHA1 bool
	now       time.Time
	checks    *sso.Checks
	cert      *pinnedCertificate // that verified the innermost signature
}

// verifyElement verifies the signature of el, if it has one, and returns the part that
// may be read. Without a signature, signed is false and opened is el.
func (v *signatureVerifier) verifyElement(
	el *etree.Element, name string,
) (opened *etree.Element, signed bool, err error) {
	s, err := readSignature(el)
	if err != nil {
		v.checks.Record(false, name, "one enveloped signature of the usual form", err.Error())
		return nil, false, errSignature(err)
	}
	if s == nil {
		return el, false, nil
	}
	want := "signed by " + v.trust.fingerprints()
	weak := s.method.hash == crypto.SHA1 || s.digest == crypto.SHA1
	if weak && !v.allowSHA1 {
		v.checks.Record(
			false, name, "SHA-256 or better", s.method.name+", digest "+s.digest.String(),
		)
		return nil, false, errSignature(errors.New("SHA-1, which this connection does not allow"))
	}
	presented := s.presentedCertificate()
	opened, cert, err := v.trust.verify(el, s)
	if err != nil {
		v.checks.Record(false, name, want, s.method.name+" "+presented+": "+failureReason(err))
		return nil, false, errSignature(err)
	}
	v.checks.Record(true, name, want, s.method.name+" by "+cert.description())
	if weak {
		v.checks.Warn(
			"signature_algorithm", "SHA-256 or better", s.method.name+", digest "+s.digest.String(),
		)
	}
	v.cert = cert
	return opened, true, nil
}

// warnExpiry warns if the certificate that was used has expired or soon will. The
// dates of a pinned key are not enforced here, but the identity provider may
// enforce them.
func (v *signatureVerifier) warnExpiry() {
	if v.cert == nil {
		return
	}
	cert := v.cert.cert
	name := "“" + sso.Sanitize(certificateSubject(cert)) + "”"
	switch {
	case v.now.After(cert.NotAfter):
		v.checks.Warn(
			"certificate", "valid now",
			name+" expired on "+cert.NotAfter.UTC().Format("2 January 2006"),
		)
	case v.now.Before(cert.NotBefore):
		v.checks.Warn(
			"certificate", "valid now",
			name+" begins on "+cert.NotBefore.UTC().Format("2 January 2006"),
		)
	}
}

// presentedCertificate names the certificate in the message, for an admin.
func (s *signature) presentedCertificate() string {
	const none = "without a certificate in the message"
	if s.keyInfo == nil {
		return none
	}
	data, err := singleChild(s.keyInfo, nsDSig, "X509Data")
	if err != nil || data == nil {
		return none
	}
	certs := children(data, nsDSig, "X509Certificate")
	if len(certs) == 0 {
		return none
	}
	encoded, err := elementText(certs[0])
	if err != nil {
		return none
	}
	der, err := decodeBase64(encoded)
	if err != nil {
		return none
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return "with certificate in the message that cannot be read"
	}
	return "with certificate " + describeCertificate(cert) + " in the message"
}

// describeCertificate describes a certificate as the consoles of identity providers list it.
// Certificates of the same name differ by the date or else by the fingerprint.
func describeCertificate(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	start := fmt.Sprintf("%X:%X:%X:%X", sum[:1], sum[1:2], sum[2:3], sum[3:4])
	return "“" + sso.Sanitize(certificateSubject(cert)) + "” until " +
		cert.NotAfter.UTC().Format("2 January 2006") + " (fingerprint beginning " + start + ")"
}

func joinOr(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, " or ")
}

func certificateSubject(cert *x509.Certificate) string {
	if name := cert.Subject.CommonName; name != "" {
		return name
	}
	return cert.Subject.String()
}
