package demomail

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Letter is a received message as its recipient would read it.
type Letter struct {
	To      string // from the envelope
	From    string
	Subject string
	Text    string // plain text, never markup
	At      time.Time
}

// maxText is the limit of a letter's text in bytes; the rest is cut off.
const maxText = 64 << 10

// read parses a message and returns its plain text.
func read(raw io.Reader) (Letter, error) {
	m, err := mail.ReadMessage(raw)
	if err != nil {
		return Letter{}, fmt.Errorf("read the header: %w", err)
	}
	l := Letter{From: m.Header.Get("From")}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return Letter{}, fmt.Errorf("read the subject: %w", err)
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		l.Text, err = text(decoded(m.Body, m.Header.Get("Content-Transfer-Encoding")))
		return l, err
	}
	for parts := multipart.NewReader(m.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart() // NextPart decodes quoted-printable itself
		if err != nil {
			return Letter{}, fmt.Errorf("look for plain text: %w", err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err == nil && kind == "text/plain" {
			l.Text, err = text(part)
			return l, err
		}
	}
}

func decoded(body io.Reader, encoding string) io.Reader {
	if strings.EqualFold(encoding, "quoted-printable") {
		return quotedprintable.NewReader(body)
	}
	return body
}

func text(body io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(body, maxText))
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	return strings.TrimSpace(strings.ReplaceAll(
		strings.ToValidUTF8(string(b), "�"), "\r\n", "\n",
	)), nil
}
