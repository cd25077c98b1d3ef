package saml

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// readAttributes returns the attribute statements as claims, under an attribute's
// Name and, unless another attribute has it as its Name, under its
// FriendlyName. Repeated attributes are joined. An attribute without values is
// present and empty. An attribute with a value that is not text is left out of
// the claims and recorded as mixed: a part of a user's groups must not pass for
// all of them.
func (v *verifier) readAttributes() (sso.Claims, map[string]sso.MixedClaim, error) {
	claims, friendly := sso.Claims{}, sso.Claims{}
	mixed := map[string]sso.MixedClaim{}
	var unread []string
	for _, statement := range children(v.assertion, nsAssertion, "AttributeStatement") {
		for _, el := range children(statement, nsAssertion, "Attribute") {
			name, alias := attrValue(el, "Name"), attrValue(el, "FriendlyName")
			if name == "" {
				v.checks.Record(false, "attributes", "a Name for each", "")
				return nil, nil, errMalformed(errors.New("an attribute without Name"))
			}
			values := readValues(el)
			if !values.ok {
				v.checks.Warn(
					"attributes", "text", name+" has a value that is not text and was left out",
				)
				unread = append(unread, name, alias)
			}
			addMixed(mixed, name, values.texts, values.other)
			if alias != "" && alias != name {
				addMixed(mixed, alias, values.texts, values.other)
			}
			if !values.ok {
				continue
			}
			addValues(claims, name, values.all)
			if alias != "" {
				addValues(friendly, alias, values.all)
			}
		}
		if n := len(children(statement, nsAssertion, "EncryptedAttribute")); n > 0 {
			v.encryptedAttributes += n
			v.checks.Warn(
				"attributes", "not encrypted one by one",
				fmt.Sprintf("%d encrypted attributes were left out", n),
			)
		}
	}
	for alias, values := range friendly {
		if _, exists := claims[alias]; !exists {
			claims[alias] = values
		}
	}
	for _, name := range unread {
		delete(claims, name)
	}
	v.checks.Record(true, "attributes", "any", fmt.Sprintf("%d names", len(claims)))
	return claims, onlyNonText(mixed), nil
}

// onlyNonText returns the attributes that have a value that is not text, or nil
// if there is none.
func onlyNonText(mixed map[string]sso.MixedClaim) map[string]sso.MixedClaim {
	for name, m := range mixed {
		if len(m.Other) == 0 {
			delete(mixed, name)
		}
	}
	if len(mixed) == 0 {
		return nil
	}
	return mixed
}

func addMixed(mixed map[string]sso.MixedClaim, name string, texts []string, other []sso.RawGroup) {
	m := mixed[name]
	m.Texts, m.Other = append(m.Texts, texts...), append(m.Other, other...)
	mixed[name] = m
}

func addValues(claims sso.Claims, name string, values []string) {
	if claims[name] == nil {
		claims[name] = []string{}
	}
	claims[name] = append(claims[name], values...)
}

// attributeValues are the values of one Attribute element.
type attributeValues struct {
	all   []string       // byte for byte, as text
	texts []string       // all without those of a scalar type
	other []sso.RawGroup // as XML: values that are not text, or of a scalar type
	ok    bool           // all values that are not blank are text
}

// readValues reads the values of an attribute and skips blank ones. The value of
// a NameID (as in eduPersonTargetedID) is its text.
func readValues(attribute *etree.Element) attributeValues {
	v := attributeValues{ok: true}
	for _, el := range children(attribute, nsAssertion, "AttributeValue") {
		if isNil(el) {
			v.other = append(v.other, sso.RawGroup{
				Raw: elementXML(el),
				Why: sso.RawNotText,
			})
			continue
		}
		s, err := elementText(el)
		if err != nil {
			if s, err = nameIDValue(el); err != nil {
				v.ok = false
				v.other = append(v.other, sso.RawGroup{
					Raw: elementXML(el),
					Why: sso.RawNotText,
				})
				continue
			}
		}
		if strings.Trim(s, " \t\r\n") == "" {
			continue
		}
		v.all = append(v.all, s)
		if isScalar(el) {
			v.other = append(v.other, sso.RawGroup{
				Raw: elementXML(el),
				Why: sso.RawNotText,
			})
		} else {
			v.texts = append(v.texts, s)
		}
	}
	return v
}

// isScalar reports whether a value is declared as a number, boolean, time or
// binary. Most attributes accept it as text; a group name does not.
func isScalar(el *etree.Element) bool {
	for i := range el.Attr {
		a := &el.Attr[i]
		if a.Key != "type" || a.Space == "" || a.NamespaceURI() != nsInstance {
			continue
		}
		_, kind, prefixed := strings.Cut(strings.TrimSpace(a.Value), ":")
		if !prefixed {
			kind = strings.TrimSpace(a.Value)
		}
		return slices.Contains(scalarTypes[:], kind)
	}
	return false
}

// scalarTypes are the types of XML Schema (part 2, §3.2 and 3.3) that are not
// strings.
var scalarTypes = [...]string{
	"boolean", "decimal", "integer", "long", "int", "short", "byte", "float", "double",
	"nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger",
	"unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
	"dateTime", "date", "time", "duration", "base64Binary", "hexBinary",
}

// elementXML returns an element as XML.
func elementXML(el *etree.Element) string {
	doc := etree.NewDocument()
	doc.SetRoot(el.Copy())
	text, err := doc.WriteToString()
	if err != nil {
		return "<" + el.Tag + ">" // etree writes to memory, so nothing fails
	}
	return text
}

func nameIDValue(el *etree.Element) (string, error) {
	id, err := singleChild(el, nsAssertion, "NameID")
	if err != nil || id == nil || len(el.ChildElements()) != 1 {
		return "", errors.New("a value that is neither text nor a NameID")
	}
	return trimmedText(id)
}

func isNil(el *etree.Element) bool {
	for i := range el.Attr {
		a := &el.Attr[i]
		if a.Key == "nil" &&
			a.Space != "" &&
			(a.Value == "true" || a.Value == "1") &&
			a.NamespaceURI() == nsInstance {
			return true
		}
	}
	return false
}
