package saml

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // to make what has to be refused
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// encryption is how an assertion is encrypted.
type encryption struct {
	Data      string `json:"data,omitempty"`      // the end of the URI; "aes256-gcm" if empty
	Transport string `json:"transport,omitempty"` // "rsa-oaep-mgf1p" (if empty), "rsa-oaep" or "rsa-1_5"
	Digest    string `json:"digest,omitempty"`    // URI; not said and SHA-1 if empty
	MGF       string `json:"mgf,omitempty"`       // the end of the URI; not said and SHA-1 if empty
	Label     string `json:"label,omitempty"`     // OAEP parameters
	To        string `json:"to,omitempty"`        // name of the key; "sp" if empty
	Beside    bool   `json:"beside,omitempty"`    // the EncryptedKey stands beside the EncryptedData
	// Also are names of keys for which an EncryptedKey stands before the one that
	// is to be opened. Named says that each names its Recipient, and Retrieval
	// that the data points to all of them, which stand beside it.
	Also      []string `json:"also,omitempty"`
	Named     bool     `json:"named,omitempty"`
	Retrieval bool     `json:"retrieval,omitempty"`
	Bare      bool     `json:"bare,omitempty"`      // what is encrypted declares no namespaces of its own
	Ambiguous bool     `json:"ambiguous,omitempty"` // the prefix of the assertion means XML Encryption around it

	Container string                        `json:"container,omitempty"` // "EncryptedAssertion" if empty
	plain     func(assertion string) string // changes what is encrypted
}

// dataURI completes the name of a data encryption algorithm.
func (e encryption) dataURI() string {
	if name := or(e.Data, "aes256-gcm"); strings.HasSuffix(name, "-gcm") {
		return nsEnc11 + name
	}
	return nsEnc + e.Data
}

// hide puts an EncryptedAssertion in the place of assertion.
func (e encryption) hide(t testing.TB, assertion *etree.Element) {
	t.Helper()
	alone := assertion.Copy()
	if !e.Bare {
		addDeclarations(alone, namespacesInScope(assertion))
	}
	plain := written(t, alone)
	if e.plain != nil {
		plain = e.plain(plain)
	}
	parent, at, prefix := assertion.Parent(), assertion.Index(), or(
		assertion.Space, "saml",
	)
	hidden := e.element(t, []byte(plain), prefix)
	parent.RemoveChild(assertion)
	parent.InsertChildAt(at, hidden)
}

// element is an EncryptedAssertion, or another container, with plain in it.
func (e encryption) element(t testing.TB, plain []byte, prefix string) *etree.Element {
	t.Helper()
	key := make([]byte, e.keyBytes())
	_, _ = rand.Read(key)
	transport := or(e.Transport, "rsa-oaep-mgf1p")
	transportURI := nsEnc + transport
	if transport == "rsa-oaep" {
		transportURI = nsEnc11 + transport
	}
	method := ""
	if e.Digest != "" {
		method += `<ds:DigestMethod xmlns:ds="` + nsDSig + `" Algorithm="` +
			e.Digest + `"/>`
	}
	if e.MGF != "" {
		method += `<xenc11:MGF xmlns:xenc11="` + nsEnc11 + `" Algorithm="` +
			nsEnc11 + e.MGF + `"/>`
	}
	if e.Label != "" {
		method += `<xenc:OAEPparams>` +
			base64.StdEncoding.EncodeToString([]byte(e.Label)) + `</xenc:OAEPparams>`
	}
	keys, pointers := "", ""
	for i, to := range append(slices.Clone(e.Also), or(e.To, "sp")) {
		one := e
		one.To = to
		attributes := ` xmlns:xenc="` + nsEnc + `"`
		if e.Retrieval {
			id := "_key" + strconv.Itoa(i)
			attributes += ` Id="` + id + `"`
			pointers += `<ds:RetrievalMethod URI="#` + id + `" Type="` + nsEnc +
				`EncryptedKey"/>`
		}
		if e.Named && strings.HasPrefix(to, "sp") {
			attributes += ` Recipient="` + testEntityID + `"`
		} else if e.Named {
			attributes += ` Recipient="https://` + to + `.example/metadata"`
		}
		keys += `<xenc:EncryptedKey` + attributes +
			`><xenc:EncryptionMethod Algorithm="` + transportURI + `">` + method +
			`</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>` +
			base64.StdEncoding.EncodeToString(one.wrap(t, key)) +
			`</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
	}
	container := prefix + ":" + or(e.Container, "EncryptedAssertion")
	inside, beside := `<ds:KeyInfo xmlns:ds="`+nsDSig+`">`+keys+`</ds:KeyInfo>`, ""
	switch {
	case e.Retrieval:
		inside, beside = `<ds:KeyInfo xmlns:ds="`+nsDSig+`">`+pointers+
			`</ds:KeyInfo>`, keys
	case e.Beside:
		inside, beside = "", keys
	}
	s := `<` + container + ` xmlns:` + prefix + `="` + nsAssertion +
		`"><xenc:EncryptedData xmlns:xenc="` + nsEnc + `" Type="` + nsEnc +
		`Element">` +
		`<xenc:EncryptionMethod Algorithm="` + e.dataURI() + `"/>` + inside +
		`<xenc:CipherData><xenc:CipherValue>` +
		base64.StdEncoding.EncodeToString(e.seal(t, key, plain)) +
		`</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>` + beside + `</` + container + `>`
	if e.Ambiguous { // one prefix for two namespaces, as pysaml2 writes it
		s = strings.ReplaceAll(
			strings.ReplaceAll(s, "xenc:", prefix+":"), "xmlns:xenc=",
			"xmlns:"+prefix+"=",
		)
	}
	return parseText(t, s)
}

func (e encryption) keyBytes() int {
	switch c, ok := dataEncryption(e.dataURI()); {
	case ok:
		return c.keyBytes
	case e.Data == "tripledes-cbc":
		return 24
	}
	return 16
}

func (e encryption) wrap(t testing.TB, key []byte) []byte {
	t.Helper()
	public, ok := keyNamed(t, or(e.To, "sp")).private.Public().(*rsa.PublicKey)
	if !ok {
		t.Fatal("not an RSA key")
	}
	var wrapped []byte
	var err error
	if e.Transport == "rsa-1_5" {
		//lint:ignore SA1019 this makes what has to be refused
		wrapped, err = rsa.EncryptPKCS1v15(rand.Reader, public, key)
	} else {
		o := rsa.OAEPOptions{
			Hash:    crypto.SHA1,
			MGFHash: crypto.SHA1,
			Label:   []byte(e.Label),
		}
		if hash, ok := digestMethod(e.Digest); ok {
			o.Hash = hash
		}
		if mask, ok := maskHash(nsEnc11 + e.MGF); ok && e.Transport == "rsa-oaep" {
			o.MGFHash = mask
		}
		wrapped, err = rsa.EncryptOAEPWithOptions(rand.Reader, public, key, &o)
	}
	if err != nil {
		t.Fatal(err)
	}
	return wrapped
}

func (e encryption) seal(t testing.TB, key, plain []byte) []byte {
	t.Helper()
	var block cipher.Block
	var err error
	if e.Data == "tripledes-cbc" {
		block, err = des.NewTripleDESCipher(key) //nolint:gosec // to make what has to be refused
	} else {
		block, err = aes.NewCipher(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(e.Data, "-cbc") {
		size := block.BlockSize()
		padding := size - len(plain)%size
		plain = append(
			bytes.Clone(plain), bytes.Repeat([]byte{byte(padding)}, padding)...,
		)
		iv := make([]byte, size, size+len(plain))
		_, _ = rand.Read(iv)
		sealed := make([]byte, len(plain))
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, plain)
		return append(iv, sealed...)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce)
	return gcm.Seal(nonce, nonce, plain, nil)
}
