package saml

import (
	"bytes"
	"fmt"
)

// maxMetadata is how many bytes of metadata are read. An identity provider's own
// are 5 to 60 KB.
const maxMetadata = 512 << 10

// limits bound what a document may cost before anything is known about who sent
// it. Each is far above what identity providers send.
type limits struct {
	bytes      int
	depth      int
	elements   int
	attributes int  // of one element
	spaces     int  // namespace declarations in scope at one place: each copy of a scope costs that many
	work       int  // what canonicalization costs: see scanner.weigh
	comments   bool // skipped rather than refused
}

// messageLimits are those of protocol messages. 2,000 groups that are sent as
// one Attribute each make 4,000 elements; what is left is several times what
// the rest of a message needs.
func messageLimits() limits {
	return limits{bytes: 256 << 10, depth: 64, elements: 4096 + 256, attributes: 64, spaces: 48, work: 200_000}
}

// metadataLimits allow for comments and for the many roles in what Entra ID and
// AD FS publish.
func metadataLimits() limits {
	return limits{bytes: maxMetadata, depth: 64, elements: 20_000, attributes: 64, spaces: 64, work: 2_000_000, comments: true}
}

// scanError says where a document left the form we accept. It never quotes the
// document: it may hold what must not be logged.
type scanError struct {
	complex bool
	at      int
	what    string
}

func (e *scanError) Error() string { return fmt.Sprintf("at byte %d: %s", e.at, e.what) }

// outline is what a scan learns on the way.
type outline struct {
	space, tag   string // of the root element
	inResponseTo string // of the root element, as written
	duplicateID  bool   // two elements have one ID, in any spelling of the attribute, or one has two
}

// namespace is a declaration in scope. Both parts are as written: character
// references in declarations are refused, so equal text is an equal name.
type namespace struct{ prefix, uri []byte }

type attribute struct{ prefix, local, value []byte }

type openElement struct {
	name   []byte
	spaces int // how many declarations were in scope before it
}

// scanner walks a document once and accepts only a small part of XML, in which
// nothing depends on who reads it: UTF-8 without a DTD, processing
// instructions, CDATA sections and (in messages) comments; ASCII names with
// declared prefixes; every attribute once, also by its resolved name; one root.
// What it accepts, encoding/xml and libxml2 accept and read alike.
type scanner struct {
	doc      []byte
	pos      int
	limits   limits
	elements int
	work     int
	open     []openElement
	spaces   []namespace
	attrs    []attribute
	ids      map[string]struct{}
	out      outline
}

// scan checks doc. outer are the declarations in scope around it, for a
// fragment that was cut out of another document.
func scan(doc []byte, l limits, outer []namespace) (outline, error) {
	s := scanner{doc: doc, limits: l, spaces: append(make([]namespace, 0, 16), outer...), ids: map[string]struct{}{}}
	if len(doc) > l.bytes {
		return outline{}, s.complex("the document is too large")
	}
	if err := s.document(); err != nil {
		return outline{}, err
	}
	return s.out, nil
}

func (s *scanner) malformed(what string) error {
	return &scanError{at: s.pos, what: what}
}

func (s *scanner) complex(what string) error {
	return &scanError{complex: true, at: s.pos, what: what}
}

func (s *scanner) document() error {
	if err := s.declaration(); err != nil {
		return err
	}
	if err := s.misc(); err != nil {
		return err
	}
	if s.pos == len(s.doc) || s.doc[s.pos] != '<' {
		return s.malformed("no root element")
	}
	if err := s.startTag(); err != nil {
		return err
	}
	for len(s.open) > 0 {
		if err := s.text('<'); err != nil {
			return err
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
	if err := s.misc(); err != nil {
		return err
	}
	if s.pos != len(s.doc) {
		return s.malformed("something after the root element")
	}
	return nil
}

// markup takes what begins with the < at the current position.
func (s *scanner) markup() error {
	if s.pos+1 >= len(s.doc) {
		return s.malformed("ends inside an element")
	}
	switch s.doc[s.pos+1] {
	case '/':
		return s.endTag()
	case '!':
		return s.comment()
	case '?':
		return s.malformed("a processing instruction")
	}
	return s.startTag()
}

// declaration accepts an XML declaration for version 1.0 in UTF-8, or none.
func (s *scanner) declaration() error {
	const begin = "<?xml"
	if !bytes.HasPrefix(s.doc, []byte(begin)) {
		return nil
	}
	end := bytes.Index(s.doc, []byte("?>"))
	if end < 0 || end > 200 {
		return s.malformed("an XML declaration without end")
	}
	inside := scanner{doc: s.doc[len(begin):end], limits: s.limits}
	for {
		spaced := inside.skipSpace()
		if inside.pos == len(inside.doc) {
			break
		}
		if !spaced || len(inside.attrs) == 3 {
			return s.malformed("an XML declaration of another form")
		}
		if err := inside.attribute(); err != nil {
			return s.malformed("an XML declaration of another form")
		}
	}
	if !declares(inside.attrs) {
		return s.malformed("an XML declaration other than version 1.0 in UTF-8")
	}
	s.pos = end + len("?>")
	return nil
}

// declares checks version, encoding and standalone, in this order.
func declares(attrs []attribute) bool {
	next := 0
	for _, a := range attrs {
		var place int
		var ok bool
		switch string(a.local) {
		case "version":
			place, ok = 1, string(a.value) == "1.0"
		case "encoding":
			place, ok = 2, bytes.EqualFold(a.value, []byte("UTF-8"))
		case "standalone":
			place, ok = 3, string(a.value) == "yes" || string(a.value) == "no"
		}
		if !ok || len(a.prefix) > 0 || place <= next || next == 0 && place != 1 {
			return false
		}
		next = place
	}
	return next > 0
}

// misc skips what may stand outside the root element.
func (s *scanner) misc() error {
	for {
		s.skipSpace()
		if !bytes.HasPrefix(s.doc[s.pos:], []byte("<!")) && !bytes.HasPrefix(s.doc[s.pos:], []byte("<?")) {
			return nil
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
}

func (s *scanner) comment() error {
	rest := s.doc[s.pos:]
	if !bytes.HasPrefix(rest, []byte("<!--")) {
		return s.malformed("a document type or CDATA section")
	}
	if !s.limits.comments {
		return s.malformed("a comment")
	}
	body := rest[len("<!--"):]
	end := bytes.Index(body, []byte("--"))
	if end < 0 || !bytes.HasPrefix(body[end:], []byte("-->")) {
		return s.malformed("a comment without end")
	}
	inside := scanner{doc: body[:end]}
	for inside.pos < len(inside.doc) {
		if err := inside.char(); err != nil {
			return s.malformed("a character that XML does not allow")
		}
	}
	s.pos += len("<!--") + end + len("-->")
	return nil
}

func (s *scanner) endTag() error {
	s.pos += len("</")
	top := s.open[len(s.open)-1]
	if !bytes.HasPrefix(s.doc[s.pos:], top.name) {
		return s.malformed("an end tag that matches no start tag")
	}
	s.pos += len(top.name)
	s.skipSpace()
	if s.pos == len(s.doc) || s.doc[s.pos] != '>' {
		return s.malformed("an end tag that matches no start tag")
	}
	s.pos++
	s.open, s.spaces = s.open[:len(s.open)-1], s.spaces[:top.spaces]
	return nil
}

func (s *scanner) skipSpace() bool {
	from := s.pos
	for s.pos < len(s.doc) {
		switch s.doc[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
			continue
		}
		break
	}
	return s.pos > from
}
