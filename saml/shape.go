package saml

import (
	"errors"
	"fmt"

	"github.com/beevik/etree"
)

// place is the position of an element in a message, which decides what it may
// contain.
type place uint8

const (
	inMessage   place = iota // directly in the root of a protocol message
	inAssertion              // directly in the one assertion
	inSignature              // anywhere in a signature at its place
	elsewhere
)

// checkShape refuses a message that could be read in two ways: assertions and
// signatures must be where the schema has them, and there may be only one of
// each. Elements are recognised by their local name in every namespace, so that
// nothing hides behind a prefix. It returns the number of assertions, encrypted
// ones included.
func checkShape(root *etree.Element, at place) (assertions int, err error) {
	s := shape{}
	if err := s.children(root, at); err != nil {
		return 0, err
	}
	return s.assertions, nil
}

type shape struct{ assertions int }

func (s *shape) children(el *etree.Element, at place) error {
	signatures := 0
	for _, token := range el.Child {
		child, ok := token.(*etree.Element)
		if !ok {
			continue
		}
		if child.Tag == "Signature" {
			signatures++
		}
		if signatures > 1 {
			return fmt.Errorf("two signatures in one %s", el.Tag)
		}
		inside, err := s.enter(child, at)
		if err != nil {
			return err
		}
		if err := s.children(child, inside); err != nil {
			return err
		}
	}
	return nil
}

// enter returns the place of el's children.
func (s *shape) enter(el *etree.Element, at place) (place, error) {
	switch el.Tag {
	case "Assertion", "EncryptedAssertion":
		if at != inMessage || el.NamespaceURI() != nsAssertion {
			return 0, fmt.Errorf("an element %s in another place than directly in the response", el.Tag)
		}
		if s.assertions++; s.assertions > 1 {
			return 0, errors.New("more than one assertion")
		}
		if el.Tag == "Assertion" {
			return inAssertion, nil
		}
		return elsewhere, nil
	case "Signature":
		if at != inMessage && at != inAssertion || el.NamespaceURI() != nsDSig {
			return 0, errors.New("a Signature in another place than directly in what it signs")
		}
		return inSignature, nil
	case "SignedInfo", "SignatureValue", "DigestValue", "Manifest":
		if at != inSignature {
			return 0, fmt.Errorf("an element %s outside of a signature", el.Tag)
		}
	case "Response", "LogoutRequest", "LogoutResponse", "ArtifactResponse", "EntityDescriptor",
		"AuthnRequest":
		return 0, fmt.Errorf("an element %s inside of another message", el.Tag)
	}
	if at == inSignature {
		return inSignature, nil
	}
	return elsewhere, nil
}
