package demoidp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // rsa-oaep-mgf1p fixes the mask to SHA-1 (XML Encryption §5.5.2), which is safe there
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// xmlSigner signs elements with one key.
type xmlSigner struct {
	key    samlKey
	method string
}

// signerFor returns the signer for a response with the fault, nil for none.
func (p *IdP) signerFor(fault Fault) (*xmlSigner, error) {
	keys, err := p.keys.forSAML()
	if err != nil {
		return nil, err
	}
	s := &xmlSigner{key: keys[0], method: dsig.RSASHA256SignatureMethod}
	switch fault {
	case Unsigned:
		return nil, nil
	case SHA1:
		s.method = dsig.RSASHA1SignatureMethod
	case WrongKey:
		if s.key, err = p.keys.unpublished(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// sign returns the Signature element for el; the caller inserts it.
func (s *xmlSigner) sign(el *etree.Element) (*etree.Element, error) {
	ctx, err := dsig.NewSigningContext(s.key.private, [][]byte{s.key.cert.Raw})
	if err != nil {
		return nil, fmt.Errorf("prepare signature: %w", err)
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(s.method); err != nil {
		return nil, fmt.Errorf("choose signature method: %w", err)
	}
	signature, err := ctx.ConstructSignature(el, true)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", el.Tag, err)
	}
	return signature, nil
}

const (
	nsXMLEnc = "http://www.w3.org/2001/04/xmlenc#"
	nsDSig   = "http://www.w3.org/2000/09/xmldsig#"
)

// encrypt wraps el in an EncryptedAssertion: AES-GCM with the key under
// RSA-OAEP (SHA-1, as rsa-oaep-mgf1p says).
func encrypt(el *etree.Element, cert *x509.Certificate, bits int) (*etree.Element, error) {
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, refuse(http.StatusConflict, "The application’s certificate has no RSA key to encrypt to.")
	}
	if bits == 0 {
		bits = 256
	}
	doc := etree.NewDocument()
	doc.SetRoot(el)
	plain, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write assertion: %w", err)
	}
	key := make([]byte, bits/8)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("encrypt assertion: %w", err)
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("encrypt assertion: %w", err)
	}
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, public, key, nil)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	return encryptedAssertion(
		fmt.Sprintf("http://www.w3.org/2009/xmlenc11#aes%d-gcm", bits),
		wrapped,
		gcm.Seal(nil, nil, plain, nil),
	), nil
}

func encryptedAssertion(algorithm string, wrapped, sealed []byte) *etree.Element {
	outer := etree.NewElement("saml:EncryptedAssertion")
	data := outer.CreateElement("xenc:EncryptedData")
	data.CreateAttr("xmlns:xenc", nsXMLEnc)
	data.CreateAttr("Type", nsXMLEnc+"Element")
	data.CreateElement("xenc:EncryptionMethod").CreateAttr("Algorithm", algorithm)
	info := data.CreateElement("ds:KeyInfo")
	info.CreateAttr("xmlns:ds", nsDSig)
	encryptedKey := info.CreateElement("xenc:EncryptedKey")
	method := encryptedKey.CreateElement("xenc:EncryptionMethod")
	method.CreateAttr("Algorithm", nsXMLEnc+"rsa-oaep-mgf1p")
	method.CreateElement("ds:DigestMethod").CreateAttr("Algorithm", nsDSig+"sha1")
	cipherValue(encryptedKey, wrapped)
	cipherValue(data, sealed)
	return outer
}

func cipherValue(parent *etree.Element, value []byte) {
	parent.CreateElement("xenc:CipherData").CreateElement("xenc:CipherValue").
		SetText(base64.StdEncoding.EncodeToString(value))
}
