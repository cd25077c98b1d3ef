package sso

import "bytes"

// EncodingError is the cause of refusing a foreign document that is not UTF-8.
type EncodingError struct {
	Name string // "UTF-16" or "UTF-32"
}

func (e *EncodingError) Error() string {
	return "the document is " + e.Name + "; save it as UTF-8"
}

// ByteOrderMark is U+FEFF in UTF-8. In front of a document it is not part of it
// (XML 1.0 §4.3.3, RFC 8259 §8.1).
const ByteOrderMark = "\xef\xbb\xbf"

// HeadLength is the number of bytes of a document that TextHead examines.
const HeadLength = 4

// TextHead examines the first bytes of a foreign document. It returns the
// length of its byte order mark, 0 or 3, and an *EncodingError if the document
// is UTF-16 or UTF-32, with or without a mark.
func TextHead(head []byte) (mark int, err error) {
	if bytes.HasPrefix(head, []byte(ByteOrderMark)) {
		return len(ByteOrderMark), nil
	}
	if name := wideEncoding(head); name != "" {
		return 0, &EncodingError{Name: name}
	}
	return 0, nil
}

// PlainText returns a foreign document without its byte order mark. The error
// is an *EncodingError.
func PlainText(doc []byte) ([]byte, error) {
	mark, err := TextHead(doc)
	if err != nil {
		return nil, err
	}
	return doc[mark:], nil
}

// wideEncoding recognises byte order marks, and otherwise an ASCII character
// between zeros: every document that is read here begins with one.
func wideEncoding(head []byte) string {
	ascii := func(i int) bool { return head[i] != 0 && head[i] < 0x80 }
	zero := func(from, to int) bool { return len(bytes.Trim(head[from:to], "\x00")) == 0 }
	if len(head) >= 4 {
		switch {
		case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")),
			bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
			return "UTF-32"
		case ascii(0) && zero(1, 4), zero(0, 3) && ascii(3):
			return "UTF-32"
		}
	}
	if len(head) >= 2 {
		switch {
		case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
			return "UTF-16"
		case ascii(0) && head[1] == 0, head[0] == 0 && ascii(1):
			return "UTF-16"
		}
	}
	return ""
}
