package saml

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// maxKeys is how many EncryptedKeys of one element are tried, and maxTries how
// many RSA operations one message may cost. Each takes about a millisecond.
const (
	maxKeys  = 8
	maxTries = 16
)

// encryptedElement is an EncryptedAssertion or EncryptedID: one EncryptedData and the
// EncryptedKeys for its recipients, with their ciphertext in the message.
type encryptedElement struct {
	data       blockCipher
	keys       []wrappedKey
	ciphertext []byte
}

// wrappedKey is an EncryptedKey with an algorithm that we accept.
type wrappedKey struct {
	transport rsa.OAEPOptions
	octets    []byte
}

// blockCipher is a data encryption algorithm (XML Encryption 1.1 §5.2).
type blockCipher struct {
	name     string
	keyBytes int
	cbc      bool // not authenticated: a client that can have us decrypt ciphertexts can learn the plaintext
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

// readEncrypted reads an EncryptedAssertion or EncryptedID. recipient is our
// entity ID. Nothing in it is authenticated unless the message around it was.
func readEncrypted(el *etree.Element, recipient string) (*encryptedElement, error) {
	data, err := singleChild(el, nsEnc, "EncryptedData")
	if err != nil || data == nil {
		return nil, fmt.Errorf("not one EncryptedData: %w", orMissing(err))
	}
	if kind := attrValue(data, "Type"); kind != "" && kind != nsEnc+"Element" {
		return nil, fmt.Errorf("encrypted data of type %q", sso.Sanitize(kind))
	}
	e := &encryptedElement{}
	encryptionMethod, err := singleChild(data, nsEnc, "EncryptionMethod")
	if err != nil || encryptionMethod == nil {
		return nil, fmt.Errorf("not one EncryptionMethod: %w", orMissing(err))
	}
	var ok bool
	if e.data, ok = dataEncryption(attrValue(encryptionMethod, "Algorithm")); !ok {
		return nil, fmt.Errorf(
			"data encryption %q", sso.Sanitize(attrValue(encryptionMethod, "Algorithm")),
		)
	}
	if e.ciphertext, err = cipherValue(data); err != nil {
		return nil, err
	}
	keys, err := encryptedKeys(el, data, recipient)
	if err != nil {
		return nil, err
	}
	var failure error
	for _, key := range keys {
		k, err := readWrappedKey(key)
		if err != nil {
			failure = err // unless another key is for us
			continue
		}
		e.keys = append(e.keys, k)
	}
	if len(e.keys) == 0 {
		return nil, failure
	}
	return e, nil
}

func readWrappedKey(key *etree.Element) (wrappedKey, error) {
	encryptionMethod, err := singleChild(key, nsEnc, "EncryptionMethod")
	if err != nil || encryptionMethod == nil {
		return wrappedKey{}, fmt.Errorf("not one EncryptionMethod of the key: %w", orMissing(err))
	}
	transport, err := keyTransport(encryptionMethod)
	if err != nil {
		return wrappedKey{}, err
	}
	octets, err := cipherValue(key)
	return wrappedKey{transport: transport, octets: octets}, err
}

func orMissing(err error) error {
	if err == nil {
		return errors.New("none")
	}
	return err
}

// encryptedKeys returns the keys, one for each recipient, which are in the
// data's KeyInfo or beside the data (core §6.1, errata E43). A RetrievalMethod
// may name them; it is not followed, since a key cannot be elsewhere. Keys that
// name us as their recipient come first, and those that name another recipient
// last.
func encryptedKeys(el, data *etree.Element, recipient string) ([]*etree.Element, error) {
	all := children(el, nsEnc, "EncryptedKey")
	info, err := singleChild(data, nsDSig, "KeyInfo")
	if err != nil {
		return nil, err
	}
	if info != nil {
		all = append(all, children(info, nsEnc, "EncryptedKey")...)
	}
	if len(all) == 0 || len(all) > maxKeys {
		return nil, fmt.Errorf("%d encrypted keys, of 1 to %d", len(all), maxKeys)
	}
	rank := func(key *etree.Element) int {
		switch attrValue(key, "Recipient") {
		case recipient:
			return 0
		case "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b *etree.Element) int { return rank(a) - rank(b) })
	return all, nil
}

func cipherValue(el *etree.Element) ([]byte, error) {
	data, err := singleChild(el, nsEnc, "CipherData")
	if err != nil || data == nil {
		return nil, fmt.Errorf("not one CipherData: %w", orMissing(err))
	}
	leaf, err := singleChild(data, nsEnc, "CipherValue")
	if err != nil || leaf == nil {
		return nil, fmt.Errorf("not one CipherValue: %w", orMissing(err))
	}
	encoded, err := elementText(leaf)
	if err != nil {
		return nil, err
	}
	b, err := decodeBase64(encoded)
	if err != nil {
		return nil, errors.New("a CipherValue that is not base64")
	}
	return b, nil
}

// keyTransport reads both forms of RSA-OAEP (XML Encryption 1.1 §5.5.2): the
// older fixes the mask generation to SHA-1 whatever the digest is, the newer
// names both. RSA PKCS #1 v1.5 is refused, because it tells an attacker whether
// the padding was right.
func keyTransport(el *etree.Element) (rsa.OAEPOptions, error) {
	o := rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1} // the defaults of both forms
	uri := attrValue(el, "Algorithm")
	if uri != nsEnc+"rsa-oaep-mgf1p" && uri != nsEnc11+"rsa-oaep" {
		return o, fmt.Errorf("key transport %q", sso.Sanitize(uri))
	}
	var ok bool
	digest, err := singleChild(el, nsDSig, "DigestMethod")
	if err != nil {
		return o, err
	}
	if digest != nil {
		if o.Hash, ok = digestMethod(attrValue(digest, "Algorithm")); !ok {
			return o, fmt.Errorf(
				"digest of the key transport %q", sso.Sanitize(attrValue(digest, "Algorithm")),
			)
		}
	}
	mask, err := singleChild(el, nsEnc11, "MGF")
	if err != nil {
		return o, err
	}
	if mask != nil && uri == nsEnc11+"rsa-oaep" {
		if o.MGFHash, ok = maskHash(attrValue(mask, "Algorithm")); !ok {
			return o, fmt.Errorf(
				"mask of the key transport %q", sso.Sanitize(attrValue(mask, "Algorithm")),
			)
		}
	}
	label, err := singleChild(el, nsEnc, "OAEPparams")
	if err != nil || label == nil {
		return o, err
	}
	encoded, err := elementText(label)
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

// keyring has what is needed to decrypt the elements of one message.
type keyring struct {
	keys     []ownKey
	entityID string // ours, which an EncryptedKey may name as its recipient
	work     int    // spent on reading the message
	tries    int    // spent on opening encrypted keys
}

// errUnsignedCBC refuses an element that could have been changed on the way:
// whether a changed ciphertext is refused as XML leaks its contents.
var errUnsignedCBC = errors.New("in a response that is not signed")

// open decrypts el, which must contain one SAML element with that tag. It
// returns a separate tree with the namespaces in scope around el. signed says
// whether the element around el was signed.
func (k *keyring) open(el *etree.Element, tag string, signed bool) (*etree.Element, blockCipher, error) {
	e, err := readEncrypted(el, k.entityID)
	if err != nil {
		return nil, blockCipher{}, errDecryption(err)
	}
	if e.data.cbc && !signed {
		return nil, e.data, errDecryption(fmt.Errorf("%s %w", e.data.name, errUnsignedCBC))
	}
	plain, err := e.open(k.keys, &k.tries)
	if err != nil {
		return nil, e.data, errDecryption(err)
	}
	remaining := messageLimits()
	remaining.work -= k.work
	inside, work, err := fragment(trimByteOrderMark(plain), namespacesInScope(el), tag, remaining)
	k.work += work
	return inside, e.data, err
}

// errDecrypt is the only error of decryption. Details would help an attacker.
var errDecrypt = errors.New("it is encrypted with a key we don’t have")

// open decrypts with the first of our keys that opens one of the encrypted
// keys. If none does, the data is decrypted with a random key all the same, so
// that the duration of a refusal does not reveal its cause. Each pair of keys
// is one try; *tries counts those of the whole message, and stops at maxTries.
//
// Trying several keys is no oracle. They are tried until one fits, the error
// does not say which failed, and OAEP accepts a chosen ciphertext with
// negligible probability. Only the time until the right key is found differs,
// and the sender knows which key that is.
func (e *encryptedElement) open(keys []ownKey, tries *int) ([]byte, error) {
	for _, wrapped := range e.keys {
		for _, key := range keys {
			if key.rsa == nil || *tries >= maxTries {
				continue
			}
			*tries++
			contentKey, err := key.rsa.Decrypt(nil, wrapped.octets, &wrapped.transport)
			if err != nil || len(contentKey) != e.data.keyBytes {
				continue
			}
			return e.data.open(contentKey, e.ciphertext)
		}
	}
	random := make([]byte, e.data.keyBytes)
	_, _ = rand.Read(random) // crypto/rand.Read never fails since Go 1.24
	_, _ = e.data.open(random, e.ciphertext)
	return nil, errDecrypt
}

func (c blockCipher) open(key, ciphertext []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errDecrypt
	}
	if c.cbc {
		return openCBC(block, ciphertext)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(ciphertext) < gcm.NonceSize()+gcm.Overhead() {
		return nil, errDecrypt
	}
	plain, err := gcm.Open(nil, ciphertext[:gcm.NonceSize()], ciphertext[gcm.NonceSize():], nil)
	if err != nil {
		return nil, errDecrypt
	}
	return plain, nil
}

// openCBC removes the padding of XML Encryption. Only its last octet, the
// length, is defined (§5.2).
func openCBC(block cipher.Block, ciphertext []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(ciphertext) < 2*size || len(ciphertext)%size != 0 {
		return nil, errDecrypt
	}
	plain := make([]byte, len(ciphertext)-size)
	cipher.NewCBCDecrypter(block, ciphertext[:size]).CryptBlocks(plain, ciphertext[size:])
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > size {
		return nil, errDecrypt
	}
	return plain[:len(plain)-padding], nil
}
