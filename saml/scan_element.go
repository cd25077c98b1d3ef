package saml

import (
	"bytes"
	"unicode/utf8"
)

const (
	maxNameBytes = 256
	maxIDBytes   = 256

	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNamespace = "http://www.w3.org/2000/xmlns/"
)

func (s *scanner) startTag() error {
	from := s.pos + 1
	s.pos = from
	prefix, local, err := s.qname()
	if err != nil {
		return err
	}
	element := openElement{name: s.doc[from:s.pos], spaces: len(s.spaces)}
	s.open = append(s.open, element)
	s.elements++
	if len(s.open) > s.limits.depth || s.limits.elements > 0 && s.elements > s.limits.elements {
		return s.tooComplex("too many or too deeply nested elements")
	}
	closed, err := s.attributes()
	if err != nil {
		return err
	}
	if s.addWork(); s.work > s.limits.work {
		return s.tooComplex("too many elements with too many attributes, too deeply nested")
	}
	space, ok := s.resolvePrefix(prefix)
	if !ok {
		return s.malformed("an element with an undeclared prefix")
	}
	if err := s.checkAttributes(); err != nil {
		return err
	}
	s.recordElement(space, local)
	if closed {
		s.open, s.spaces = s.open[:len(s.open)-1], s.spaces[:element.spaces]
	}
	return nil
}

// recordElement records what the outline needs of the element just opened.
func (s *scanner) recordElement(space, local []byte) {
	switch string(local) {
	case "SubjectConfirmationData":
		if s.out.confirmed == "" {
			s.out.confirmed = s.attributeValue("InResponseTo")
		}
	case "EncryptedAssertion":
		s.out.encrypted = true
	case "Attribute":
		for _, a := range s.attrs {
			if len(a.prefix) == 0 && string(a.local) == "Name" {
				s.open[len(s.open)-1].label = a.value
			}
		}
	}
	if s.elements == 1 {
		s.out.space, s.out.tag, s.out.inResponseTo = string(space), string(local), s.attributeValue(
			"InResponseTo",
		)
	}
}

// attributeValue returns the attribute of that name in no namespace, as written.
func (s *scanner) attributeValue(name string) string {
	for _, a := range s.attrs {
		if len(a.prefix) == 0 && string(a.local) == name {
			return string(a.value)
		}
	}
	return ""
}

// bytesPerWork is how many bytes cost as much as one unit of weigh.
const bytesPerWork = 20

// addWork adds what the element costs to read and canonicalize: inclusive
// canonicalization copies every subtree once for each element around it,
// attributes and all; both kinds copy the namespaces in scope, twice, and
// compare the attributes of an element with each other.
func (s *scanner) addWork() {
	const alone, element = 12, 3 // in attributes
	attributes := len(s.attrs)
	s.work += alone + len(s.open)*(element+attributes) + attributes*attributes/4 + 2*len(s.spaces)
}

// attributes reads up to and including the > and reports whether the tag is an
// empty-element tag.
func (s *scanner) attributes() (closed bool, err error) {
	s.attrs = s.attrs[:0]
	for {
		spaced := s.skipSpace()
		if s.pos == len(s.doc) {
			return false, s.malformed("ends inside a tag")
		}
		switch {
		case s.doc[s.pos] == '>':
			s.pos++
			return false, nil
		case bytes.HasPrefix(s.doc[s.pos:], []byte("/>")):
			s.pos += len("/>")
			return true, nil
		case !spaced:
			return false, s.malformed("attributes that are not separated")
		}
		if len(s.attrs) == s.limits.attributes {
			return false, s.tooComplex("too many attributes")
		}
		if err := s.attribute(); err != nil {
			return false, err
		}
		a := s.attrs[len(s.attrs)-1]
		if string(a.prefix) == "xmlns" || len(a.prefix) == 0 && string(a.local) == "xmlns" {
			if err := s.declare(a); err != nil {
				return false, err
			}
		}
	}
}

func (s *scanner) attribute() error {
	prefix, local, err := s.qname()
	if err != nil {
		return err
	}
	s.skipSpace()
	if s.pos == len(s.doc) || s.doc[s.pos] != '=' {
		return s.malformed("an attribute without a value")
	}
	s.pos++
	s.skipSpace()
	if s.pos == len(s.doc) || s.doc[s.pos] != '"' && s.doc[s.pos] != '\'' {
		return s.malformed("an attribute value without quotes")
	}
	quote := s.doc[s.pos]
	s.pos++
	from := s.pos
	if err := s.text(quote); err != nil {
		return err
	}
	s.attrs = append(s.attrs, attribute{prefix, local, s.doc[from:s.pos]})
	s.pos++
	return nil
}

// declare brings a namespace into scope. Prefixes cannot be undeclared, and
// those of XML itself cannot be bound.
func (s *scanner) declare(a attribute) error {
	d := namespace{uri: a.value}
	if len(a.prefix) > 0 {
		d.prefix = a.local
		if string(d.prefix) == "xml" ||
			string(d.prefix) == "xmlns" ||
			len(d.uri) == 0 {
			return s.malformed("a declaration of a reserved or empty namespace")
		}
	}
	if string(d.uri) == xmlNamespace ||
		string(d.uri) == xmlnsNamespace ||
		bytes.ContainsAny(d.uri, "& \t\r\n") {
		return s.malformed("a declaration of a reserved or unusual namespace")
	}
	s.spaces = append(s.spaces, d)
	if len(s.spaces) > s.limits.spaces {
		return s.tooComplex("too many namespace declarations")
	}
	return nil
}

// resolvePrefix resolves a prefix. An element without a prefix is in no namespace if
// no default is declared.
func (s *scanner) resolvePrefix(prefix []byte) (uri []byte, ok bool) {
	if string(prefix) == "xml" {
		return []byte(xmlNamespace), true
	}
	for i := len(s.spaces) - 1; i >= 0; i-- {
		if bytes.Equal(s.spaces[i].prefix, prefix) {
			return s.spaces[i].uri, true
		}
	}
	return nil, len(prefix) == 0
}

// checkAttributes refuses a repeated attribute, as written or by its resolved name, and
// records IDs: some parsers accept the ID attribute in any case or namespace.
func (s *scanner) checkAttributes() error {
	ids := 0
	for i, a := range s.attrs {
		space, err := s.attributeNamespace(a)
		if err != nil {
			return err
		}
		for _, b := range s.attrs[:i] {
			if err := s.checkDistinct(a, b, space); err != nil {
				return err
			}
		}
		if len(a.local) == 2 &&
			bytes.EqualFold(a.local, []byte("id")) &&
			string(a.prefix) != "xmlns" {
			ids++
			if err := s.recordID(a, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// attributeNamespace returns the namespace of an attribute, or nil if it has none.
func (s *scanner) attributeNamespace(a attribute) ([]byte, error) {
	if len(a.prefix) == 0 || string(a.prefix) == "xmlns" {
		return nil, nil
	}
	space, ok := s.resolvePrefix(a.prefix)
	if !ok {
		return nil, s.malformed("an attribute with an undeclared prefix")
	}
	if string(a.prefix) == "xml" &&
		string(a.local) != "lang" &&
		string(a.local) != "space" {
		return nil, s.malformed("xml:base, xml:id or another attribute of XML itself")
	}
	return space, nil
}

// checkDistinct refuses two attributes with the same resolved name; space is a's
// namespace.
func (s *scanner) checkDistinct(a, b attribute, space []byte) error {
	if !bytes.Equal(a.local, b.local) {
		return nil
	}
	if bytes.Equal(a.prefix, b.prefix) {
		return s.malformed("an attribute that appears twice")
	}
	if other, ok := s.resolvePrefix(b.prefix); ok &&
		space != nil &&
		len(b.prefix) > 0 &&
		bytes.Equal(space, other) {
		return s.malformed("an attribute that appears twice under two prefixes")
	}
	return nil
}

func (s *scanner) recordID(a attribute, nth int) error {
	if len(a.prefix) > 0 || len(a.value) == 0 || len(a.value) > maxIDBytes {
		return s.malformed("an ID in a namespace, empty or too long")
	}
	for _, c := range a.value {
		if c <= ' ' || c >= 0x7f || c == '&' || c == '#' {
			return s.malformed("an ID with a character that IDs do not have")
		}
	}
	if _, seen := s.ids[string(a.value)]; seen || nth > 1 {
		s.out.duplicateID = true
	}
	s.ids[string(a.value)] = struct{}{}
	return nil
}

// qname reads an ASCII name with at most one prefix.
func (s *scanner) qname() (prefix, local []byte, err error) {
	if local, err = s.ncname(); err != nil {
		return nil, nil, err
	}
	if s.pos < len(s.doc) && s.doc[s.pos] == ':' {
		s.pos++
		prefix = local
		if local, err = s.ncname(); err != nil {
			return nil, nil, err
		}
	}
	return prefix, local, nil
}

func (s *scanner) ncname() ([]byte, error) {
	from := s.pos
	for s.pos < len(s.doc) {
		c := s.doc[s.pos]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (s.pos == from || (c < '0' || c > '9') && c != '-' && c != '.') {
			break
		}
		s.pos++
	}
	switch n := s.pos - from; {
	case n == 0:
		return nil, s.malformed("a name of other characters than ASCII letters, digits and -_.")
	case n > maxNameBytes:
		return nil, s.tooComplex("a name that is too long")
	}
	return s.doc[from:s.pos], nil
}

// text reads up to stop, which is < for content and the quote for a value.
func (s *scanner) text(stop byte) error {
	for s.pos < len(s.doc) {
		c := s.doc[s.pos]
		switch {
		case c == stop:
			return nil
		case c == '<':
			return s.malformed("a < in a value")
		case c == '&':
			if err := s.reference(); err != nil {
				return err
			}
		case c == ']' &&
			stop == '<' &&
			bytes.HasPrefix(s.doc[s.pos:], []byte("]]>")):
			return s.malformed("a ]]> in text")
		case c >= ' ' && c < utf8.RuneSelf:
			s.pos++
		default:
			if err := s.char(); err != nil {
				return err
			}
		}
	}
	return s.malformed("ends inside an element or value")
}

// char reads one character that XML 1.0 allows.
func (s *scanner) char() error {
	r, size := utf8.DecodeRune(s.doc[s.pos:])
	if r == utf8.RuneError && size <= 1 || !isXMLChar(r) {
		if r == utf8.RuneError && size <= 1 {
			return s.malformed("a byte that is not UTF-8 (as in ISO-8859-1 or Windows-1252)")
		}
		return s.malformed("a character that XML does not allow")
	}
	s.pos += size
	return nil
}

func isXMLChar(r rune) bool {
	return r == '\t' ||
		r == '\n' ||
		r == '\r' ||
		r >= ' ' && r < 0xd800 ||
		r >= 0xe000 && r < 0xfffe ||
		r >= 0x10000 && r <= utf8.MaxRune
}

// reference reads one of the five entities of XML or a character reference.
func (s *scanner) reference() error {
	if s.work++; s.limits.work > 0 && s.work > s.limits.work { // each is written anew
		return s.tooComplex("too many references to characters")
	}
	rest := s.doc[s.pos:min(len(s.doc), s.pos+len("&#x0010FFFF;"))]
	end := bytes.IndexByte(rest, ';')
	if end < 0 {
		return s.malformed("an & that begins no reference")
	}
	name := rest[1:end]
	switch string(name) {
	case "amp", "lt", "gt", "quot", "apos":
		s.pos += end + 1
		return nil
	}
	if r, ok := parseCharacterReference(name); !ok || !isXMLChar(r) {
		return s.malformed("a reference to an entity or to a character that XML does not allow")
	}
	s.pos += end + 1
	return nil
}

// parseCharacterReference parses a character reference without its & and ;.
func parseCharacterReference(name []byte) (rune, bool) {
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	var r rune
	for _, c := range digits {
		var d rune
		switch {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c >= 'a' && c <= 'f':
			d = rune(c-'a') + 10
		case base == 16 && c >= 'A' && c <= 'F':
			d = rune(c-'A') + 10
		default:
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, len(digits) > 0
}
