package saml

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// verifier verifies one response.
type verifier struct {
	trust         *trust
	config        sso.SAMLConfig
	now           time.Time
	skew          time.Duration
	subjectMapped bool // the subject comes from an attribute, not from the NameID
	entityID      string
	acs           string
	pending       *sso.PendingLogin // nil if the response is unsolicited

	checks sso.Checks
	// response is the part of the message that may be read: what was signed, if
	// the response was, else the message as it came. assertion is always
	// signed.
	response            *etree.Element
	signed              bool // the response was signed
	assertion           *etree.Element
	cert                *pinnedCertificate // verified the assertion
	encryptedAttributes int                // attributes that are encrypted one by one, and not read
	ring                keyring
}

func (v *verifier) read(cb sso.Callback) (sso.Assertion, error) {
	root, err := v.decode(cb)
	if err != nil {
		return sso.Assertion{}, err
	}
	if err := v.checkInResponseTo(attrValue(root, "InResponseTo")); err != nil {
		return sso.Assertion{}, err
	}
	auth := &signatureVerifier{
		trust:     v.trust,
		allowSHA1: v.config.AllowSHA1,
		now:       v.now,
		checks:    &v.checks,
	}
	if err := v.verifySignatures(root, auth); err != nil {
		return sso.Assertion{}, err
	}
	auth.warnExpiry()
	v.cert = auth.cert
	if err := v.checkResponse(); err != nil {
		return sso.Assertion{}, err
	}
	return v.readAssertion()
}

// decode parses a message that is well-formed, not too large, and unambiguous.
func (v *verifier) decode(cb sso.Callback) (*etree.Element, error) {
	const name, want = "message", "a SAML 2.0 Response of plain XML"
	fail := func(err *sso.Error) error {
		v.checks.Record(false, name, want, err.Err.Error())
		return err
	}
	doc, err := decodePost(cb.Form, "SAMLResponse")
	if err != nil {
		v.checks.Record(false, name, want, err.Error())
		return nil, err
	}
	seen, err := scan(doc, messageLimits(), nil)
	if err != nil {
		return nil, fail(errScan(err))
	}
	v.ring = keyring{
		keys:     v.trust.keys,
		entityID: v.entityID,
		work:     seen.work,
	}
	if seen.space != nsProtocol || seen.tag != "Response" {
		return nil, fail(errMalformed(fmt.Errorf("an element %q", seen.tag)))
	}
	if seen.duplicateID {
		return nil, fail(errSignature(errors.New("two elements with one ID")))
	}
	root, err := parse(doc, messageLimits())
	if err != nil {
		return nil, fail(errMalformed(err))
	}
	if _, err := checkShape(root, inMessage); err != nil {
		return nil, fail(errSignature(err))
	}
	v.checks.Record(true, name, want, strconv.Itoa(len(doc))+" bytes")
	return root, nil
}

// checkInResponseTo checks that the response belongs to the request that this browser
// made for this connection. If the Response has no InResponseTo, its signed
// confirmation must have one: see confirmation. A Response that names another
// request is refused, whatever its confirmation says.
func (v *verifier) checkInResponseTo(got string) error {
	const name = "in_response_to"
	if v.pending != nil {
		if got == "" {
			v.checks.Record(true, name, v.pending.ID, "none in the Response: the confirmation has to name it")
			return nil
		}
		if !v.checks.Record(got == v.pending.ID, name, v.pending.ID, got) {
			return sso.LoginExpired().WithCause(mismatch(name, v.pending.ID, got))
		}
		return nil
	}
	if v.config.IDPInitiated != sso.IDPInitiatedDirect {
		v.checks.Record(false, name, "the ID of a request of ours", got)
		return errUnsolicited(errors.New("an unsolicited response"))
	}
	if got != "" {
		v.checks.Record(false, name, "none, or the ID of a request of ours", got)
		return sso.LoginExpired().WithCause(mismatch(name, "", got))
	}
	v.checks.Record(true, name, "none: the connection accepts sign-ins begun at the identity provider", "none")
	return nil
}

// verifySignatures works from the outside to the inside: the response if it is
// signed, its status, and then the one assertion, which is decrypted if
// necessary and must be covered by a signature. Every signature that is present
// must be good.
func (v *verifier) verifySignatures(root *etree.Element, auth *signatureVerifier) error {
	var err error
	if v.response, v.signed, err = auth.verifyElement(root, "response_signature"); err != nil {
		return err
	}
	if err := v.checkStatus(); err != nil {
		return err
	}
	assertion, err := v.assertionElement()
	if err != nil {
		return err
	}
	signed := assertion
	if original, err := singleChild(root, nsAssertion, "Assertion"); err == nil && original != nil {
		// Take the namespaces from the original message: canonicalization for
		// the response's signature removes those that only the assertion's own
		// signature names (InclusiveNamespaces).
		signed = original
	}
	opened, ok, err := auth.verifyElement(signed, "assertion_signature")
	switch {
	case err != nil:
		return err
	case ok:
		v.assertion = opened
	case v.signed:
		v.assertion = assertion // never the original
	default:
		v.checks.Record(
			false, "assertion_signature", "signed by "+v.trust.fingerprints(),
			"neither the response nor the assertion is signed",
		)
		return errSignature(errors.New("nothing is signed"))
	}
	return nil
}

// assertionElement returns the one assertion of the response, decrypted if
// necessary.
func (v *verifier) assertionElement() (*etree.Element, error) {
	plain := children(v.response, nsAssertion, "Assertion")
	hidden := children(v.response, nsAssertion, "EncryptedAssertion")
	if n := len(plain) + len(hidden); !v.checks.Record(n == 1, "assertions", "1", strconv.Itoa(n)) {
		return nil, errSignature(fmt.Errorf("%d assertions", n))
	}
	if len(plain) == 1 {
		return plain[0], nil
	}
	return v.decryptAssertion(hidden[0])
}

// decryptAssertion decrypts the assertion in el. It returns a separate tree with the
// namespaces in scope around el.
func (v *verifier) decryptAssertion(el *etree.Element) (*etree.Element, error) {
	assertion, err := v.decryptElement(el, "decryption", "Assertion", v.signed)
	if err != nil {
		return nil, err
	}
	if id := attrValue(v.response, "ID"); id == attrValue(assertion, "ID") {
		v.checks.Record(false, "decryption", "an assertion inside", "the ID of the response")
		return nil, errSignature(errors.New("two elements with one ID"))
	}
	return assertion, nil
}

// decryptElement decrypts el, which must contain one SAML element with that tag. signed
// says whether the element around el was signed.
func (v *verifier) decryptElement(el *etree.Element, name, tag string, signed bool) (*etree.Element, error) {
	want := "one of the keys of this connection, with AES-GCM and RSA-OAEP"
	inside, by, err := v.ring.open(el, tag, signed)
	switch {
	case errors.Is(err, errUnsignedCBC):
		v.checks.Record(
			false, name, "AES-GCM, or a response that is signed",
			by.name+" "+errUnsignedCBC.Error(),
		)
	case sso.CodeOf(err) == codeDecryption:
		v.checks.Record(false, name, want, causeText(err))
	case err != nil:
		v.checks.Record(false, name, "one "+tag+" inside", causeText(err))
	case by.cbc:
		v.checks.Warn(name, "AES-GCM", by.name)
	default:
		v.checks.Record(true, name, want, by.name)
	}
	return inside, err
}

// causeText returns what a check says about an error of ours.
func causeText(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}

// fragment parses a decrypted element, under the same rules as a whole message.
// The elements around it may declare its prefixes (XML Encryption §4.4: the
// plaintext takes the place of the ciphertext).
func fragment(plain []byte, around []etree.Attr, tag string, l limits) (root *etree.Element, work int, err error) {
	var outer []namespace
	for _, d := range around {
		prefix := d.Key
		if d.Space == "" {
			prefix = ""
		}
		outer = append(outer, namespace{[]byte(prefix), []byte(d.Value)})
	}
	seen, err := scan(plain, l, outer)
	if err != nil {
		return nil, 0, errScan(err)
	}
	if seen.space != nsAssertion || seen.tag != tag {
		return nil, 0, errSignature(fmt.Errorf(
			"an element %q was encrypted", sso.Sanitize(seen.tag),
		))
	}
	if seen.duplicateID {
		return nil, 0, errSignature(errors.New("two elements with one ID"))
	}
	if root, err = parse(plain, l); err != nil {
		return nil, 0, errMalformed(err)
	}
	addDeclarations(root, around)
	at := elsewhere
	if tag == "Assertion" {
		at = inAssertion
	}
	if _, err := checkShape(root, at); err != nil {
		return nil, 0, errSignature(err)
	}
	return root, seen.work, nil
}
