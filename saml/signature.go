package saml

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

// method is a signature algorithm.
type method struct {
	name      string // as an admin knows it
	hash      crypto.Hash
	key       x509.PublicKeyAlgorithm
	algorithm x509.SignatureAlgorithm
}

// signatureMethod looks up an algorithm of XML Signature by its URI. It
// supports RSA (PKCS #1 v1.5) and ECDSA, and no shared keys.
func signatureMethod(uri string) (method, bool) {
	switch uri {
	case dsig.RSASHA1SignatureMethod:
		return method{"RSA-SHA1", crypto.SHA1, x509.RSA, x509.SHA1WithRSA}, true
	case dsig.RSASHA256SignatureMethod:
		return method{"RSA-SHA256", crypto.SHA256, x509.RSA, x509.SHA256WithRSA}, true
	case dsig.RSASHA384SignatureMethod:
		return method{"RSA-SHA384", crypto.SHA384, x509.RSA, x509.SHA384WithRSA}, true
	case dsig.RSASHA512SignatureMethod:
		return method{"RSA-SHA512", crypto.SHA512, x509.RSA, x509.SHA512WithRSA}, true
	case dsig.ECDSASHA1SignatureMethod:
		return method{"ECDSA-SHA1", crypto.SHA1, x509.ECDSA, x509.ECDSAWithSHA1}, true
	case dsig.ECDSASHA256SignatureMethod:
		return method{"ECDSA-SHA256", crypto.SHA256, x509.ECDSA, x509.ECDSAWithSHA256}, true
	case dsig.ECDSASHA384SignatureMethod:
		return method{"ECDSA-SHA384", crypto.SHA384, x509.ECDSA, x509.ECDSAWithSHA384}, true
	case dsig.ECDSASHA512SignatureMethod:
		return method{"ECDSA-SHA512", crypto.SHA512, x509.ECDSA, x509.ECDSAWithSHA512}, true
	}
	return method{}, false
}

func digestMethod(uri string) (crypto.Hash, bool) {
	switch uri {
	case nsDSig + "sha1":
		return crypto.SHA1, true
	case nsEnc + "sha256":
		return crypto.SHA256, true
	case "http://www.w3.org/2001/04/xmldsig-more#sha384":
		return crypto.SHA384, true
	case nsEnc + "sha512":
		return crypto.SHA512, true
	}
	return 0, false
}

// isCanonicalization reports whether uri is a canonicalization that we accept. Messages
// have no comments, so the variants with and without comments are the same.
func isCanonicalization(uri string) bool {
	switch dsig.AlgorithmID(uri) {
	case dsig.CanonicalXML10ExclusiveAlgorithmId,
		dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId,
		dsig.CanonicalXML10RecAlgorithmId, dsig.CanonicalXML10WithCommentsAlgorithmId,
		dsig.CanonicalXML11AlgorithmId, dsig.CanonicalXML11WithCommentsAlgorithmId:
		return true
	}
	return false
}

// signature is a Signature of the one form we accept: enveloped, with one
// Reference, to the element it is in.
type signature struct {
	element *etree.Element
	method  method
	digest  crypto.Hash
	value   []byte
	keyInfo *etree.Element // nil if there is none; only ever shown to an admin
}

// readSignature returns the signature directly in el, or nil if there is none.
// Its form is checked element by element, with nothing left over that goxmldsig
// or another parser could read differently.
func readSignature(el *etree.Element) (*signature, error) {
	var sig *etree.Element
	for _, token := range el.Child {
		if child, ok := token.(*etree.Element); ok && child.Tag == "Signature" {
			sig = child // inspect made sure that it is the only one
		}
	}
	if sig == nil {
		return nil, nil
	}
	parts, err := readSequence(sig, []string{"Id"}, "SignedInfo", "SignatureValue", "KeyInfo?")
	if err != nil {
		return nil, err
	}
	s := &signature{element: sig, keyInfo: parts[2]}
	if err := s.readSignedInfo(parts[0], attrValue(el, "ID")); err != nil {
		return nil, err
	}
	s.value, err = s.readValue(parts[1])
	return s, err
}

func (s *signature) readSignedInfo(el *etree.Element, id string) error {
	parts, err := readSequence(
		el, []string{"Id"}, "CanonicalizationMethod", "SignatureMethod", "Reference",
	)
	if err != nil {
		return err
	}
	if err := checkCanonicalization(parts[0]); err != nil {
		return err
	}
	if _, err := readSequence(parts[1], []string{"Algorithm"}); err != nil {
		return err
	}
	var ok bool
	if s.method, ok = signatureMethod(attrValue(parts[1], "Algorithm")); !ok {
		return fmt.Errorf("signature algorithm %q", sso.Sanitize(attrValue(parts[1], "Algorithm")))
	}
	if uri := attrValue(parts[2], "URI"); id == "" || uri != "#"+id {
		return fmt.Errorf("the Reference is to %q and is in the element %q", sso.Sanitize(uri), sso.Sanitize(id))
	}
	return s.readReference(parts[2])
}

func (s *signature) readReference(el *etree.Element) error {
	parts, err := readSequence(
		el, []string{"Id", "URI"}, "Transforms", "DigestMethod", "DigestValue",
	)
	if err != nil {
		return err
	}
	transforms, err := readSequence(parts[0], nil, "Transform", "Transform?")
	if err != nil {
		return err
	}
	if _, err := readSequence(transforms[0], []string{"Algorithm"}); err != nil {
		return err
	}
	if attrValue(transforms[0], "Algorithm") != string(dsig.EnvelopedSignatureAltorithmId) {
		return errors.New("the first transform is not enveloped-signature")
	}
	if transforms[1] != nil {
		if err := checkCanonicalization(transforms[1]); err != nil {
			return err
		}
	}
	if _, err := readSequence(parts[1], []string{"Algorithm"}); err != nil {
		return err
	}
	var ok bool
	if s.digest, ok = digestMethod(attrValue(parts[1], "Algorithm")); !ok {
		return fmt.Errorf("digest algorithm %q", sso.Sanitize(attrValue(parts[1], "Algorithm")))
	}
	digest, err := s.readValue(parts[2])
	if err == nil && len(digest) != s.digest.Size() {
		err = fmt.Errorf("a digest of %d bytes", len(digest))
	}
	return err
}

// readValue decodes a base64 element, which may be wrapped and indented.
func (s *signature) readValue(el *etree.Element) ([]byte, error) {
	if _, err := onlyAttributes(el, "Id"); err != nil {
		return nil, err
	}
	encoded, err := elementText(el)
	if err != nil {
		return nil, err
	}
	b, err := decodeBase64(encoded)
	if err != nil || len(b) == 0 {
		return nil, fmt.Errorf("the text of %s is empty or not base64", el.Tag)
	}
	return b, nil
}

// decodeBase64 skips spaces and tabs. The decoder itself skips line breaks.
func decodeBase64(s string) ([]byte, error) {
	if strings.Contains(s, " ") || strings.Contains(s, "\t") {
		s = strings.NewReplacer(" ", "", "\t", "").Replace(s)
	}
	return base64.StdEncoding.DecodeString(s)
}

// checkCanonicalization checks a CanonicalizationMethod, or a Transform that names
// one.
func checkCanonicalization(el *etree.Element) error {
	algorithm, err := onlyAttributes(el, "Algorithm")
	if err != nil {
		return err
	}
	if !isCanonicalization(algorithm) {
		return fmt.Errorf("transform or canonicalization %q", sso.Sanitize(algorithm))
	}
	inclusive := 0
	for _, token := range el.Child {
		switch child := token.(type) {
		case *etree.Element:
			inclusive++
			if _, err := onlyAttributes(child, "PrefixList"); err != nil {
				return err
			}
			if !hasName(child, nsExcC14N, "InclusiveNamespaces") ||
				inclusive > 1 ||
				len(child.Child) > 0 {
				return fmt.Errorf("an element %s in %s", child.Tag, el.Tag)
			}
		case *etree.CharData:
			if !child.IsWhitespace() {
				return fmt.Errorf("text in %s", el.Tag)
			}
		}
	}
	return nil
}

// readSequence returns the children of el, which must be the named elements of XML
// Signature in this order and nothing else. A name that ends in ? is optional;
// its place is nil if it is missing.
func readSequence(el *etree.Element, attributes []string, names ...string) ([]*etree.Element, error) {
	if _, err := onlyAttributes(el, attributes...); err != nil {
		return nil, err
	}
	found := make([]*etree.Element, len(names))
	next := 0
	for _, token := range el.Child {
		child, ok := token.(*etree.Element)
		if !ok {
			if data, ok := token.(*etree.CharData); !ok || strings.Trim(data.Data, " \t\r\n") != "" {
				return nil, fmt.Errorf("text in %s", el.Tag)
			}
			continue
		}
		for next < len(names) &&
			strings.TrimSuffix(names[next], "?") != child.Tag &&
			strings.HasSuffix(names[next], "?") {
			next++
		}
		if next == len(names) ||
			strings.TrimSuffix(names[next], "?") != child.Tag ||
			child.NamespaceURI() != nsDSig {
			return nil, fmt.Errorf("an unexpected element %s in %s", child.Tag, el.Tag)
		}
		found[next] = child
		next++
	}
	for i, name := range names {
		if found[i] == nil && !strings.HasSuffix(name, "?") {
			return nil, fmt.Errorf("no %s in %s", name, el.Tag)
		}
	}
	return found, nil
}

// onlyAttributes refuses attributes other than namespace declarations and the
// named ones, and returns the value of the first named one.
func onlyAttributes(el *etree.Element, names ...string) (string, error) {
	for _, a := range el.Attr {
		if !isDeclaration(a) && (a.Space != "" || !slices.Contains(names, a.Key)) {
			return "", fmt.Errorf("an attribute %s of %s", sso.Sanitize(a.FullKey()), el.Tag)
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	return attrValue(el, names[0]), nil
}
