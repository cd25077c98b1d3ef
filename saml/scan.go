package saml

import (
	"bytes"
	"fmt"

	"gatehouse/sso"
)

// maxMetadata is the maximum size of metadata in bytes. Identity providers
// publish 5 to 60 KB.
const maxMetadata = 512 << 10

// limits bound the cost of a document before anything is known about its
// sender. Each is far above what identity providers send.
type limits struct {
	bytes      int
	depth      int
	elements   int  // 0: as many as the work allows
	attributes int  // of one element
	spaces     int  // namespace declarations in scope at one place, which is what a copy of a scope costs
	work       int  // of reading and canonicalization: see scanner.weigh
	comments   bool // skip comments instead of refusing them
}

// messageLimits returns the limits of responses. They limit bytes and work, not
// elements, so that a user in 2,000 groups with names of 250 bytes can sign in,
// with one Attribute for each as Okta and Shibboleth send them, and encrypted
// (1.7 MB). The work limits a hostile message of any shape to 50 ms of
// processor time, which BenchmarkHostile measures.
func messageLimits() limits {
	return limits{
		bytes:      2 << 20,
		depth:      64,
		attributes: 64,
		spaces:     48,
		work:       350_000,
	}
}

// logoutLimits returns the limits of logout messages, which have no groups.
func logoutLimits() limits {
	return limits{
		bytes:      256 << 10,
		depth:      64,
		attributes: 64,
		spaces:     48,
		work:       100_000,
	}
}

// metadataLimits returns the limits of metadata. They allow comments and the
// many roles that Entra ID and AD FS publish.
func metadataLimits() limits {
	return limits{
		bytes:      maxMetadata,
		depth:      64,
		elements:   20_000,
		attributes: 64,
		spaces:     64,
		work:       2_000_000,
		comments:   true,
	}
}

// scanError says where a document leaves the accepted subset. It quotes names
// of elements and attributes, never values, which must not be logged.
type scanError struct {
	tooComplex   bool
	offset, line int    // the byte, from 0, and the line, from 1
	problem      string // "a CDATA section"
	element      string // the innermost element: "Attribute groups"; "" outside the root
}

func (e *scanError) Error() string {
	s := fmt.Sprintf("%s at byte %d, line %d", e.problem, e.offset, e.line)
	if e.element != "" {
		s += ", in " + e.element
	}
	return s
}

// outline summarizes a scanned document. Nothing in it is verified.
type outline struct {
	space, tag   string // of the root element
	inResponseTo string // of the root element, as written
	confirmed    string // InResponseTo of the first SubjectConfirmationData
	encrypted    bool   // there is an EncryptedAssertion
	duplicateID  bool   // two elements have the same ID, in any spelling of the attribute, or one has two
	work         int    // what reading the document costs
}

// namespace is a declaration in scope. Both parts are as written: character
// references in declarations are refused, so equal text means equal names.
type namespace struct{ prefix, uri []byte }

type attribute struct{ prefix, local, value []byte }

type openElement struct {
	name   []byte
	label  []byte // the Name of an Attribute
	spaces int    // how many declarations were in scope before it
}

// scanner checks a document in one pass. It accepts a small subset of XML that
// every parser reads alike: UTF-8 without a DTD, processing instructions, CDATA
// sections and (in messages) comments; ASCII names with declared prefixes;
// every attribute once, also by its resolved name; one root. encoding/xml and
// libxml2 read accepted documents alike.
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
// fragment of another document.
func scan(doc []byte, l limits, outer []namespace) (outline, error) {
	s := scanner{
		doc:    doc,
		limits: l,
		spaces: append(make([]namespace, 0, 16), outer...),
		ids:    map[string]struct{}{},
	}
	if len(doc) > l.bytes {
		return outline{}, s.tooComplex(fmt.Sprintf(
			"a document of %d bytes, where %d are the limit", len(doc), l.bytes,
		))
	}
	s.work = len(doc) / bytesPerWork
	if err := s.document(); err != nil {
		return outline{}, err
	}
	s.out.work = s.work
	return s.out, nil
}

func (s *scanner) malformed(problem string) error { return s.fault(false, problem) }

func (s *scanner) tooComplex(problem string) error { return s.fault(true, problem) }

func (s *scanner) fault(tooComplex bool, problem string) error {
	offset := min(s.pos, len(s.doc))
	return &scanError{
		tooComplex: tooComplex,
		offset:     offset,
		line:       1 + bytes.Count(s.doc[:offset], []byte("\n")),
		problem:    problem,
		element:    s.location(),
	}
}

// location names the innermost element, and the Attribute around it if there is
// one.
func (s *scanner) location() string {
	for i := len(s.open) - 1; i >= 0; i-- {
		if len(s.open[i].label) > 0 {
			return "Attribute " + shortName(s.open[i].label)
		}
	}
	if len(s.open) == 0 {
		return ""
	}
	name := s.open[len(s.open)-1].name
	if _, local, prefixed := bytes.Cut(name, []byte(":")); prefixed {
		name = local
	}
	return shortName(name)
}

// shortName returns a name in a form that may be shown.
func shortName(name []byte) string {
	const maxBytes = 80
	if len(name) > maxBytes {
		return sso.Sanitize(string(name[:maxBytes])) + "…"
	}
	return sso.Sanitize(string(name))
}

func (s *scanner) document() error {
	if name := wideEncoding(s.doc); name != "" {
		return s.malformed("the encoding " + name + ", where UTF-8 is wanted,")
	}
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

// markup reads what begins with the < at the current position.
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
	inner := scanner{doc: s.doc[len(begin):end], limits: s.limits}
	for {
		spaced := inner.skipSpace()
		if inner.pos == len(inner.doc) {
			break
		}
		if !spaced || len(inner.attrs) == 3 {
			return s.malformed("an XML declaration of another form")
		}
		if err := inner.attribute(); err != nil {
			return s.malformed("an XML declaration of another form")
		}
	}
	if !isUTF8Declaration(inner.attrs) {
		return s.malformed("an XML declaration other than version 1.0 in UTF-8" + declaredEncoding(inner.attrs))
	}
	s.pos = end + len("?>")
	return nil
}

// declaredEncoding returns the encoding of a declaration, if it is a plain name.
func declaredEncoding(attrs []attribute) string {
	for _, a := range attrs {
		if string(a.local) == "encoding" && len(a.value) <= 40 {
			return " (encoding " + sso.Sanitize(string(a.value)) + ")"
		}
	}
	return ""
}

// wideEncoding returns "UTF-16" or "UTF-32" for a document whose first bytes
// show it, with or without a byte order mark, else "".
func wideEncoding(doc []byte) string {
	for _, begin := range []struct{ bytes, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"},
		{"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"}, {"<\x00", "UTF-16"}, {"\x00<", "UTF-16"},
	} {
		if bytes.HasPrefix(doc, []byte(begin.bytes)) {
			return begin.name
		}
	}
	return ""
}

// trimByteOrderMark removes one byte order mark from the beginning of a document. It
// announces UTF-8 and is in no canonical form.
func trimByteOrderMark(doc []byte) []byte { return bytes.TrimPrefix(doc, []byte("\ufeff")) }

// isUTF8Declaration checks version, encoding and standalone, in this order.
func isUTF8Declaration(attrs []attribute) bool {
	next := 0
	for _, a := range attrs {
		var order int
		var ok bool
		switch string(a.local) {
		case "version":
			order, ok = 1, string(a.value) == "1.0"
		case "encoding":
			order, ok = 2, bytes.EqualFold(a.value, []byte("UTF-8"))
		case "standalone":
			order, ok = 3, string(a.value) == "yes" || string(a.value) == "no"
		}
		if !ok ||
			len(a.prefix) > 0 ||
			order <= next ||
			next == 0 && order != 1 {
			return false
		}
		next = order
	}
	return next > 0
}

// misc skips what is allowed outside the root element.
func (s *scanner) misc() error {
	for {
		s.skipSpace()
		if !bytes.HasPrefix(s.doc[s.pos:], []byte("<!")) &&
			!bytes.HasPrefix(s.doc[s.pos:], []byte("<?")) {
			return nil
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
}

func (s *scanner) comment() error {
	rest := s.doc[s.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.malformed("a CDATA section")
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		return s.malformed("a document type declaration")
	case !bytes.HasPrefix(rest, []byte("<!--")):
		return s.malformed("a markup declaration")
	}
	if !s.limits.comments {
		return s.malformed("a comment")
	}
	body := rest[len("<!--"):]
	end := bytes.Index(body, []byte("--"))
	if end < 0 || !bytes.HasPrefix(body[end:], []byte("-->")) {
		return s.malformed("a comment without end")
	}
	inner := scanner{doc: body[:end]}
	for inner.pos < len(inner.doc) {
		if err := inner.char(); err != nil {
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
