package saml

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// encrypted is an EncryptedAssertion of the one form we take: one EncryptedData
// with one EncryptedKey, both carrying their octets in the message.
type encrypted struct {
	data       blockCipher
	transport  rsa.OAEPOptions
	wrapped    []byte // the key
	ciphertext []byte
}

// blockCipher is a data encryption algorithm (XML Encryption 1.1 §5.2).
type blockCipher struct {
	name     string
	keyBytes int
	cbc      bool // not authenticated: whoever can have us decrypt it can find out what is in it
}

func dataEncryption(uri string) (blockCipher, bool) {
	switch uri {
	case nsEnc11 + "aes128-gcm":
		return blockCipher{"AES-128-GCM", 16, false}, true
	case nsEnc11 + "aes192-gcm":
		return blockCipher{"AES-192-GCM", 24, false}, true
	case nsEnc11 + "aes256-gcm":
		return blockCipher{"AES-256-GCM", 32, false}, true
	case nsEnc + "aes128-cbc":
		return blockCipher{"AES-128-CBC", 16, true}, true
	case nsEnc + "aes192-cbc":
		return blockCipher{"AES-192-CBC", 24, true}, true
	case nsEnc + "aes256-cbc":
		return blockCipher{"AES-256-CBC", 32, true}, true
	}
	return blockCipher{}, false
}

// readEncrypted reads an EncryptedAssertion. Nothing in it is authenticated yet
// unless the response around it was.
func readEncrypted(el *etree.Element) (*encrypted, error) {
	data, err := only(el, nsEnc, "EncryptedData")
	if err != nil || data == nil {
		return nil, fmt.Errorf("not one EncryptedData: %w", orMissing(err))
	}
	if kind := value(data, "Type"); kind != "" && kind != nsEnc+"Element" {
		return nil, fmt.Errorf("encrypted data of type %q", sso.Inert(kind))
	}
	e := &encrypted{}
	method, err := only(data, nsEnc, "EncryptionMethod")
	if err != nil || method == nil {
		return nil, fmt.Errorf("not one EncryptionMethod: %w", orMissing(err))
	}
	var ok bool
	if e.data, ok = dataEncryption(value(method, "Algorithm")); !ok {
		return nil, fmt.Errorf("data encryption %q", sso.Inert(value(method, "Algorithm")))
	}
	if e.ciphertext, err = cipherValue(data); err != nil {
		return nil, err
	}
	key, err := encryptedKey(el, data)
	if err != nil {
		return nil, err
	}
	if method, err = only(key, nsEnc, "EncryptionMethod"); err != nil || method == nil {
		return nil, fmt.Errorf("not one EncryptionMethod of the key: %w", orMissing(err))
	}
	if e.transport, err = keyTransport(method); err != nil {
		return nil, err
	}
	e.wrapped, err = cipherValue(key)
	return e, err
}

func orMissing(err error) error {
	if err == nil {
		return errors.New("none")
	}
	return err
}

// encryptedKey finds the one key, which stands in the data's KeyInfo or beside
// the data. More than one is refused: each costs an RSA operation, and only one
// can be for us.
func encryptedKey(el, data *etree.Element) (*etree.Element, error) {
	keys := elements(el, nsEnc, "EncryptedKey")
	info, err := only(data, nsDSig, "KeyInfo")
	if err != nil {
		return nil, err
	}
	if info != nil {
		keys = append(keys, elements(info, nsEnc, "EncryptedKey")...)
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("%d encrypted keys", len(keys))
	}
	return keys[0], nil
}

func cipherValue(el *etree.Element) ([]byte, error) {
	data, err := only(el, nsEnc, "CipherData")
	if err != nil || data == nil {
		return nil, fmt.Errorf("not one CipherData: %w", orMissing(err))
	}
	leaf, err := only(data, nsEnc, "CipherValue")
	if err != nil || leaf == nil {
		return nil, fmt.Errorf("not one CipherValue: %w", orMissing(err))
	}
	encoded, err := text(leaf)
	if err != nil {
		return nil, err
	}
	b, err := decodeBase64(encoded)
	if err != nil {
		return nil, errors.New("a CipherValue that is not base64")
	}
	return b, nil
}

// keyTransport reads RSA-OAEP in both of its forms (XML Encryption 1.1 §5.5.2):
// the older fixes the mask generation to SHA-1 whatever the digest is, the newer
// names both. RSA PKCS #1 v1.5 is refused: it tells an attacker whether the
// padding was right.
func keyTransport(method *etree.Element) (rsa.OAEPOptions, error) {
	o := rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1} // the defaults of both forms
	uri := value(method, "Algorithm")
	if uri != nsEnc+"rsa-oaep-mgf1p" && uri != nsEnc11+"rsa-oaep" {
		return o, fmt.Errorf("key transport %q", sso.Inert(uri))
	}
	var ok bool
	digest, err := only(method, nsDSig, "DigestMethod")
	if err != nil {
		return o, err
	}
	if digest != nil {
		if o.Hash, ok = digestMethod(value(digest, "Algorithm")); !ok {
			return o, fmt.Errorf("digest of the key transport %q", sso.Inert(value(digest, "Algorithm")))
		}
	}
	mask, err := only(method, nsEnc11, "MGF")
	if err != nil {
		return o, err
	}
	if mask != nil && uri == nsEnc11+"rsa-oaep" {
		if o.MGFHash, ok = maskHash(value(mask, "Algorithm")); !ok {
			return o, fmt.Errorf("mask of the key transport %q", sso.Inert(value(mask, "Algorithm")))
		}
	}
	label, err := only(method, nsEnc, "OAEPparams")
	if err != nil || label == nil {
		return o, err
	}
	encoded, err := text(label)
	if err != nil {
		return o, err
	}
	if o.Label, err = decodeBase64(encoded); err != nil {
		return o, errors.New("OAEP parameters that are not base64")
	}
	return o, nil
}

func maskHash(uri string) (crypto.Hash, bool) {
	switch strings.TrimPrefix(uri, nsEnc11) {
	case "mgf1sha1":
		return crypto.SHA1, true
	case "mgf1sha256":
		return crypto.SHA256, true
	case "mgf1sha384":
		return crypto.SHA384, true
	case "mgf1sha512":
		return crypto.SHA512, true
	}
	return 0, false
}

// errOpen is the one way in which decryption fails, whatever was wrong: which
// it was would help whoever is guessing.
var errOpen = errors.New("none of our keys opens it")

// open decrypts with the first of our keys that fits. If none does, the data is
// put through the cipher with a random key all the same, so that how long a
// refusal takes says nothing about where it came from.
func (e *encrypted) open(keys []own) ([]byte, error) {
	for _, key := range keys {
		if key.rsa == nil {
			continue
		}
		opened, err := key.rsa.Decrypt(nil, e.wrapped, &e.transport)
		if err != nil || len(opened) != e.data.keyBytes {
			continue
		}
		return e.data.open(opened, e.ciphertext)
	}
	random := make([]byte, e.data.keyBytes)
	_, _ = rand.Read(random) // crypto/rand.Read never fails since Go 1.24
	_, _ = e.data.open(random, e.ciphertext)
	return nil, errOpen
}

func (c blockCipher) open(key, ciphertext []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errOpen
	}
	if c.cbc {
		return openCBC(block, ciphertext)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(ciphertext) < gcm.NonceSize()+gcm.Overhead() {
		return nil, errOpen
	}
	plain, err := gcm.Open(nil, ciphertext[:gcm.NonceSize()], ciphertext[gcm.NonceSize():], nil)
	if err != nil {
		return nil, errOpen
	}
	return plain, nil
}

// openCBC removes the padding of XML Encryption, of which only the last octet,
// its length, means anything (§5.2).
func openCBC(block cipher.Block, ciphertext []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(ciphertext) < 2*size || len(ciphertext)%size != 0 {
		return nil, errOpen
	}
	plain := make([]byte, len(ciphertext)-size)
	cipher.NewCBCDecrypter(block, ciphertext[:size]).CryptBlocks(plain, ciphertext[size:])
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > size {
		return nil, errOpen
	}
	return plain[:len(plain)-padding], nil
}
