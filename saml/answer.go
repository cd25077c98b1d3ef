package saml

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// answer verifies one response.
type answer struct {
	trust    *trust
	config   sso.SAMLConfig
	now      time.Time
	skew     time.Duration
	mapped   bool // the subject comes from an attribute, not from the NameID
	entityID string
	acs      string
	pending  *sso.PendingLogin // nil if the response is unsolicited

	checks sso.Checks
	// response is the part of the message that may be read: what was signed, if
	// the response was, else the message as it came. assertion is always
	// signed.
	response  *etree.Element
	signed    bool // the response was signed
	assertion *etree.Element
	cert      *pinned // verified the assertion
	sealed    int     // attributes that are encrypted one by one, and not read
	ring      keyring
}

func (a *answer) read(cb sso.Callback) (sso.Assertion, error) {
	root, err := a.decode(cb)
	if err != nil {
		return sso.Assertion{}, err
	}
	if err := a.solicited(value(root, "InResponseTo")); err != nil {
		return sso.Assertion{}, err
	}
	v := &authenticity{
		trust:     a.trust,
		allowSHA1: a.config.AllowSHA1,
		now:       a.now,
		checks:    &a.checks,
	}
	if err := a.authenticate(root, v); err != nil {
		return sso.Assertion{}, err
	}
	v.expiry()
	a.cert = v.cert
	if err := a.responseRules(); err != nil {
		return sso.Assertion{}, err
	}
	return a.assertionRules()
}

// decode parses a message that is well-formed, not too large, and unambiguous.
func (a *answer) decode(cb sso.Callback) (*etree.Element, error) {
	const name, want = "message", "a SAML 2.0 Response of plain XML"
	fail := func(err *sso.Error) error {
		a.checks.That(false, name, want, err.Err.Error())
		return err
	}
	doc, err := posted(cb.Form, "SAMLResponse")
	if err != nil {
		a.checks.That(false, name, want, err.Error())
		return nil, err
	}
	seen, err := scan(doc, messageLimits(), nil)
	if err != nil {
		return nil, fail(scanned(err))
	}
	a.ring = keyring{
		keys:     a.trust.keys,
		entityID: a.entityID,
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
	if _, err := inspect(root, inMessage); err != nil {
		return nil, fail(errSignature(err))
	}
	a.checks.That(true, name, want, strconv.Itoa(len(doc))+" bytes")
	return root, nil
}

// solicited checks that the response belongs to the request that this browser
// made for this connection. If the Response has no InResponseTo, its signed
// confirmation must have one: see confirmation. A Response that names another
// request is refused, whatever its confirmation says.
func (a *answer) solicited(got string) error {
	const name = "in_response_to"
	if a.pending != nil {
		if got == "" {
			a.checks.That(true, name, a.pending.ID, "none in the Response: the confirmation has to name it")
			return nil
		}
		if !a.checks.That(got == a.pending.ID, name, a.pending.ID, got) {
			return sso.LoginExpired().Because(mismatch(name, a.pending.ID, got))
		}
		return nil
	}
	if a.config.IDPInitiated != sso.IDPInitiatedDirect {
		a.checks.That(false, name, "the ID of a request of ours", got)
		return errUnsolicited(errors.New("an unsolicited response"))
	}
	if got != "" {
		a.checks.That(false, name, "none, or the ID of a request of ours", got)
		return sso.LoginExpired().Because(mismatch(name, "", got))
	}
	a.checks.That(true, name, "none: the connection accepts sign-ins begun at the identity provider", "none")
	return nil
}

// authenticate works from the outside to the inside: the response if it is
// signed, its status, and then the one assertion, which is decrypted if
// necessary and must be covered by a signature. Every signature that is present
// must be good.
func (a *answer) authenticate(root *etree.Element, v *authenticity) error {
	var err error
	if a.response, a.signed, err = v.open(root, "response_signature"); err != nil {
		return err
	}
	if err := a.status(); err != nil {
		return err
	}
	assertion, err := a.theAssertion()
	if err != nil {
		return err
	}
	signed := assertion
	if original, err := only(root, nsAssertion, "Assertion"); err == nil && original != nil {
		// Take the namespaces from the original message: canonicalization for
		// the response's signature removes those that only the assertion's own
		// signature names (InclusiveNamespaces).
		signed = original
	}
	opened, ok, err := v.open(signed, "assertion_signature")
	switch {
	case err != nil:
		return err
	case ok:
		a.assertion = opened
	case a.signed:
		a.assertion = assertion // never the original
	default:
		a.checks.That(
			false, "assertion_signature", "signed by "+a.trust.fingerprints(),
			"neither the response nor the assertion is signed",
		)
		return errSignature(errors.New("nothing is signed"))
	}
	return nil
}

// theAssertion returns the one assertion of the response, decrypted if
// necessary.
func (a *answer) theAssertion() (*etree.Element, error) {
	plain := elements(a.response, nsAssertion, "Assertion")
	hidden := elements(a.response, nsAssertion, "EncryptedAssertion")
	if n := len(plain) + len(hidden); !a.checks.That(n == 1, "assertions", "1", strconv.Itoa(n)) {
		return nil, errSignature(fmt.Errorf("%d assertions", n))
	}
	if len(plain) == 1 {
		return plain[0], nil
	}
	return a.decrypt(hidden[0])
}

// decrypt decrypts the assertion in el. It returns a separate tree with the
// namespaces in scope around el.
func (a *answer) decrypt(el *etree.Element) (*etree.Element, error) {
	assertion, err := a.reveal(el, "decryption", "Assertion", a.signed)
	if err != nil {
		return nil, err
	}
	if id := value(a.response, "ID"); id == value(assertion, "ID") {
		a.checks.That(false, "decryption", "an assertion inside", "the ID of the response")
		return nil, errSignature(errors.New("two elements with one ID"))
	}
	return assertion, nil
}

// reveal decrypts el, which must contain one SAML element with that tag. signed
// says whether the element around el was signed.
func (a *answer) reveal(el *etree.Element, name, tag string, signed bool) (*etree.Element, error) {
	want := "one of the keys of this connection, with AES-GCM and RSA-OAEP"
	inside, by, err := a.ring.open(el, tag, signed)
	switch {
	case errors.Is(err, errUnsignedCBC):
		a.checks.That(
			false, name, "AES-GCM, or a response that is signed",
			by.name+" "+errUnsignedCBC.Error(),
		)
	case sso.CodeOf(err) == codeDecryption:
		a.checks.That(false, name, want, causeOf(err))
	case err != nil:
		a.checks.That(false, name, "one "+tag+" inside", causeOf(err))
	case by.cbc:
		a.checks.Warn(name, "AES-GCM", by.name)
	default:
		a.checks.That(true, name, want, by.name)
	}
	return inside, err
}

// causeOf returns what a check says about an error of ours.
func causeOf(err error) string {
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
		return nil, 0, scanned(err)
	}
	if seen.space != nsAssertion || seen.tag != tag {
		return nil, 0, errSignature(fmt.Errorf("an element %q was encrypted", sso.Inert(seen.tag)))
	}
	if seen.duplicateID {
		return nil, 0, errSignature(errors.New("two elements with one ID"))
	}
	if root, err = parse(plain, l); err != nil {
		return nil, 0, errMalformed(err)
	}
	declare(root, around)
	at := elsewhere
	if tag == "Assertion" {
		at = inAssertion
	}
	if _, err := inspect(root, at); err != nil {
		return nil, 0, errSignature(err)
	}
	return root, seen.work, nil
}
