package saml

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// XML namespaces.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsDSig      = "http://www.w3.org/2000/09/xmldsig#"
	nsEnc       = "http://www.w3.org/2001/04/xmlenc#"
	nsEnc11     = "http://www.w3.org/2009/xmlenc11#"
	nsExcC14N   = "http://www.w3.org/2001/10/xml-exc-c14n#"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
)

// parse parses a document that was scanned.
func parse(doc []byte, l limits) (*etree.Element, error) {
	tree := etree.NewDocument()
	tree.ReadSettings.MaxDepth = l.depth + 1
	if err := tree.ReadFromBytes(doc); err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	root := tree.Root()
	if root == nil {
		return nil, errors.New("parse: no root element")
	}
	return root, nil
}

func hasName(el *etree.Element, space, tag string) bool {
	return el != nil && el.Tag == tag && el.NamespaceURI() == space
}

// children returns the children of el with a name.
func children(el *etree.Element, space, tag string) []*etree.Element {
	var found []*etree.Element
	for _, token := range el.Child {
		if child, ok := token.(*etree.Element); ok && hasName(child, space, tag) {
			found = append(found, child)
		}
	}
	return found
}

// singleChild returns the child of el with a name, or nil if there is none. Two are an
// error, because parsers differ in which they choose.
func singleChild(el *etree.Element, space, tag string) (*etree.Element, error) {
	switch found := children(el, space, tag); len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("%d elements %s in %s", len(found), tag, el.Tag)
	}
}

// elementText returns the text of an element without child elements. The tree has no
// comments or processing instructions that could split it.
func elementText(el *etree.Element) (string, error) {
	if len(el.Child) == 1 {
		if data, ok := el.Child[0].(*etree.CharData); ok {
			return data.Data, nil
		}
	}
	var all strings.Builder
	for _, token := range el.Child {
		data, ok := token.(*etree.CharData)
		if !ok {
			return "", fmt.Errorf("%s has content that is not text", el.Tag)
		}
		all.WriteString(data.Data)
	}
	return all.String(), nil
}

// trimmedText returns text without the white space of indentation around it.
func trimmedText(el *etree.Element) (string, error) {
	s, err := elementText(el)
	return strings.Trim(s, " \t\r\n"), err
}

// attrValue returns the attribute of that name in no namespace. etree's own lookup
// would accept any namespace.
func attrValue(el *etree.Element, name string) string {
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Key == name && a.Space == "" {
			return a.Value
		}
	}
	return ""
}

// parseTime parses an xs:dateTime. SAML requires UTC (core §1.3.3); a time
// without a zone is read as UTC.
func parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time", sso.Sanitize(s))
	}
	return t, nil
}

// namespacesInScope returns the namespace declarations in force inside el, the nearest of
// each prefix.
func namespacesInScope(el *etree.Element) []etree.Attr {
	var all []etree.Attr
	for ; el != nil; el = el.Parent() {
		for _, a := range el.Attr {
			if !isDeclaration(a) {
				continue
			}
			if !slices.ContainsFunc(all, func(b etree.Attr) bool {
				return b.Space == a.Space && b.Key == a.Key
			}) {
				all = append(all, a)
			}
		}
	}
	return all
}

func isDeclaration(a etree.Attr) bool {
	return a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns"
}

// addDeclarations adds missing declarations to el, so that it means the same without
// its parents.
func addDeclarations(el *etree.Element, declarations []etree.Attr) {
	for _, d := range declarations {
		if !slices.ContainsFunc(el.Attr, func(a etree.Attr) bool {
			return a.Space == d.Space && a.Key == d.Key
		}) {
			el.Attr = append(el.Attr, etree.Attr{
				Space: d.Space,
				Key:   d.Key,
				Value: d.Value,
			})
		}
	}
}
