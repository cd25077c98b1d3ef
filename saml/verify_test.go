package saml

import (
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// TestVerifyGivesWhatWasSigned goes past the checks of shape, which leave hardly
// anything in a message that is not signed, and looks at what they are there to
// back up: what is read is what the digest was made of, and no more.
func TestVerifyGivesWhatWasSigned(t *testing.T) {
	t.Parallel()
	trusted := trustOf(t, "idp-next", "idp")
	for _, sign := range []string{"assertion", "response"} {
		root := parseText(t, string(reply{knobs: signing(sign)}.build(t)))
		el := root
		if sign == "assertion" {
			el = find(root, "Assertion")
		}
		s, err := readSignature(el)
		if err != nil || s == nil {
			t.Fatal(s, err)
		}
		s.element.CreateElement("ds:Object").AddChild(forged(t, el))
		signed, by, err := trusted.verify(el, s)
		if err != nil {
			t.Fatal(err)
		}
		if by.cert.Subject.CommonName != "idp" {
			t.Errorf("verified by %s", by.cert.Subject)
		}
		text := written(t, signed)
		if signed == el ||
			strings.Contains(text, testAttacker) ||
			strings.Contains(text, "Signature") ||
			!strings.Contains(text, testPerson) {
			t.Errorf("what was signed is said to be %s", text)
		}
	}
}

// TestVerifyTheElementItself: a signature over another element of the tree says
// nothing about this one.
func TestVerifyTheElementItself(t *testing.T) {
	t.Parallel()
	trusted := trustOf(t, "idp")
	root := parseText(t, string(reply{knobs: signing("assertion")}.build(t)))
	s, err := readSignature(find(root, "Assertion"))
	if err != nil {
		t.Fatal(err)
	}
	s.element.Parent().RemoveChild(s.element)
	root.AddChild(s.element)
	if signed, _, err := trusted.verify(root, s); err == nil {
		t.Errorf("%s", written(t, signed))
	}
	for _, id := range []string{"_assertion1", "_other"} {
		other := etree.NewElement("saml:Assertion")
		other.CreateAttr("xmlns:saml", nsAssertion)
		other.CreateAttr("ID", id)
		other.AddChild(s.element.Copy())
		again := &signature{
			element: other.ChildElements()[0],
			method:  s.method,
			digest:  s.digest,
			value:   s.value,
		}
		if signed, _, err := trusted.verify(other, again); err == nil {
			t.Errorf("%s", written(t, signed))
		}
	}
}

// TestReadsOnlyWhatWasSigned: whichever was signed, the rules are applied to a
// tree in which its signature is no longer, because it was read from the octets
// that the signature is over.
func TestReadsOnlyWhatWasSigned(t *testing.T) {
	t.Parallel()
	for _, b := range bases() {
		p := setup{}.party(t)
		a := &verifier{
			trust:    trustOf(t, "idp"),
			config:   *p.config.SAML,
			now:      testNow(),
			skew:     p.config.SAML.Skew(),
			entityID: testEntityID,
			acs:      testACS,
			pending:  p.pending,
		}
		if _, err := a.read(post(b.build(t))); err != nil {
			t.Fatal(err)
		}
		if find(a.assertion, "Signature") != nil {
			t.Errorf("%s: the assertion that is read still has its signature", b.name)
		}
		if slices.Contains(b.Sign, "response") && hasSignature(a.response) {
			t.Errorf("%s: the response that is read still has its signature", b.name)
		}
		if !slices.Contains(b.Sign, "assertion") &&
			b.Encrypt == nil &&
			a.assertion.Parent() != a.response {
			t.Errorf("%s: the assertion that is read is not in the response that was verified", b.name)
		}
	}
}

func hasSignature(el *etree.Element) bool {
	return slices.ContainsFunc(el.ChildElements(), func(child *etree.Element) bool {
		return child.Tag == "Signature"
	})
}

func trustOf(t *testing.T, names ...string) *trust {
	t.Helper()
	p := setup{Trusted: names}.party(t)
	trusted, err := newTrust(p.connection, *p.config.SAML)
	if err != nil {
		t.Fatal(err)
	}
	return trusted
}
