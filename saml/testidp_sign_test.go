package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// sigForm is how a signature is made. The test identity provider signs with
// goxmldsig's canonicalization and the standard library only, so that it can
// also sign what no library would.
type sigForm struct {
	Key        string   `json:"key,omitempty"`       // "idp" if empty
	Algorithm  string   `json:"algorithm,omitempty"` // URI; RSA-SHA256 or ECDSA-SHA256 if empty
	Digest     string   `json:"digest,omitempty"`    // URI; SHA-256 if empty
	C14N       string   `json:"c14n,omitempty"`      // URI; exclusive if empty
	PrefixList string   `json:"prefix_list,omitempty"`
	KeyInfo    []string `json:"key_info,omitempty"` // names of the keys whose certificates are sent along
	Wrapped    bool     `json:"wrapped,omitempty"`  // base64 in indented lines
	Last       bool     `json:"last,omitempty"`     // at the end instead of after the Issuer
	ASN1       bool     `json:"asn1,omitempty"`     // an ECDSA signature in the form of certificates

	info  func(signedInfo string) string // changes SignedInfo before it is signed
	plain func(canonical []byte) []byte  // changes what is digested
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func (f sigForm) sign(t testing.TB, el *etree.Element) {
	t.Helper()
	key := keyNamed(t, or(f.Key, "idp"))
	algorithm := dsig.RSASHA256SignatureMethod
	if _, ok := key.private.(*ecdsa.PrivateKey); ok {
		algorithm = dsig.ECDSASHA256SignatureMethod
	}
	algorithm = or(f.Algorithm, algorithm)
	sig := parseText(
		t,
		`<ds:Signature xmlns:ds="`+nsDSig+`">`+f.signedInfo(t, el, algorithm)+
			`<ds:SignatureValue></ds:SignatureValue>`+f.keyInfo(t)+`</ds:Signature>`,
	)
	insertSignature(el, sig, f.Last)
	info := sig.ChildElements()[0]
	alone := info.Copy()
	addDeclarations(alone, namespacesInScope(info))
	canonical, err := f.canonicalizer("").Canonicalize(alone)
	if err != nil {
		t.Fatal(err)
	}
	find(sig, "SignatureValue").SetText(f.encode(key.sign(
		t, algorithm, canonical, f.ASN1,
	)))
}

// insertSignature puts sig where the schema wants it.
func insertSignature(el, sig *etree.Element, last bool) {
	if last {
		el.AddChild(sig)
		return
	}
	at := 0
	for _, child := range el.ChildElements() {
		if child.Tag == "Issuer" {
			at = child.Index() + 1
		}
	}
	el.InsertChildAt(at, sig)
}

func (f sigForm) encode(b []byte) string {
	s := base64.StdEncoding.EncodeToString(b)
	if !f.Wrapped {
		return s
	}
	var lines strings.Builder
	for len(s) > 0 {
		n := min(76, len(s))
		lines.WriteString("\n        " + s[:n] + "\r")
		s = s[n:]
	}
	return lines.String() + "\n    \t"
}

func (f sigForm) signedInfo(t testing.TB, el *etree.Element, algorithm string) string {
	t.Helper()
	alone := el.Copy()
	addDeclarations(alone, namespacesInScope(el))
	canonical, err := f.canonicalizer(f.PrefixList).Canonicalize(alone)
	if err != nil {
		t.Fatal(err)
	}
	if f.plain != nil {
		canonical = f.plain(canonical)
	}
	digestURI := or(f.Digest, nsEnc+"sha256")
	hash, ok := digestMethod(digestURI)
	if !ok {
		hash = crypto.MD5
	}
	h := hash.New()
	h.Write(canonical)
	prefixes := ""
	if f.PrefixList != "" {
		prefixes = `<ec:InclusiveNamespaces xmlns:ec="` + nsExcC14N +
			`" PrefixList="` + f.PrefixList + `"/>`
	}
	c14n := or(f.C14N, nsExcC14N)
	info := `<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="` + c14n +
		`"/><ds:SignatureMethod Algorithm="` + algorithm + `"/>` +
		`<ds:Reference URI="#` + attrValue(el, "ID") +
		`"><ds:Transforms><ds:Transform Algorithm="` + nsDSig +
		`enveloped-signature"/>` +
		`<ds:Transform Algorithm="` + c14n + `">` + prefixes +
		`</ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + digestURI + `"/><ds:DigestValue>` +
		base64.StdEncoding.EncodeToString(h.Sum(nil)) +
		`</ds:DigestValue></ds:Reference></ds:SignedInfo>`
	if f.info != nil {
		return f.info(info)
	}
	return info
}

func (f sigForm) canonicalizer(prefixes string) dsig.Canonicalizer {
	switch dsig.AlgorithmID(f.C14N) {
	case dsig.CanonicalXML10RecAlgorithmId:
		return dsig.MakeC14N10RecCanonicalizer()
	case dsig.CanonicalXML10WithCommentsAlgorithmId:
		return dsig.MakeC14N10WithCommentsCanonicalizer()
	case dsig.CanonicalXML11AlgorithmId:
		return dsig.MakeC14N11Canonicalizer()
	case dsig.CanonicalXML11WithCommentsAlgorithmId:
		return dsig.MakeC14N11WithCommentsCanonicalizer()
	case dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId:
		return dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList(
			prefixes,
		)
	}
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes)
}

func (f sigForm) keyInfo(t testing.TB) string {
	t.Helper()
	if len(f.KeyInfo) == 0 {
		return ""
	}
	all := ""
	for _, name := range f.KeyInfo {
		all += `<ds:X509Certificate>` +
			base64.StdEncoding.EncodeToString(keyNamed(t, name).cert.Raw) +
			`</ds:X509Certificate>`
	}
	return `<ds:KeyInfo><ds:X509Data>` + all + `</ds:X509Data></ds:KeyInfo>`
}

// sign returns a signature value with any algorithm URI, including those that
// must not be accepted.
func (k testKey) sign(t testing.TB, algorithm string, message []byte, der bool) []byte {
	t.Helper()
	if strings.Contains(algorithm, "hmac") { // keyed with the public key
		public, err := x509.MarshalPKIXPublicKey(k.private.Public())
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, public)
		mac.Write(message)
		return mac.Sum(nil)
	}
	hash := crypto.SHA256
	if m, ok := signatureMethod(algorithm); ok {
		hash = m.hash
	} else if strings.Contains(algorithm, "md5") {
		hash = crypto.MD5
	}
	h := hash.New()
	h.Write(message)
	var opts crypto.SignerOpts = hash
	if strings.Contains(algorithm, "MGF1") {
		opts = &rsa.PSSOptions{
			SaltLength: rsa.PSSSaltLengthEqualsHash,
			Hash:       hash,
		}
	}
	s, err := k.private.Sign(rand.Reader, h.Sum(nil), opts)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := k.private.(*ecdsa.PrivateKey)
	if !ok || der {
		return s
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(s, &parts); err != nil {
		t.Fatal(err)
	}
	size := (key.Params().BitSize + 7) / 8
	return append(
		parts.R.FillBytes(make([]byte, size)),
		parts.S.FillBytes(make([]byte, size))...,
	)
}
