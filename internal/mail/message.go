package mail

import (
	"cmp"
	"context"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"gatehouse/sso"
)

// Message is a plain text mail to one recipient. No part of the text is markup.
type Message struct {
	To       string // a plain address; see sso.ValidEmail
	FromName string // display name of the sender; "" for the one of the settings
	Language string // BCP 47 tag of the subject and the text
	Subject  string
	Text     string
}

// Sender sends messages, as [SMTP] does.
type Sender interface {
	// Send returns when the server has accepted m. Errors are Invalid
	// "mail_invalid", and Upstream "mail_unavailable" or "mail_refused".
	Send(ctx context.Context, m Message) error
}

// branded gives a message the sender and the last lines of a brand, after the line that
// begins a signature (RFC 3676 §4.3).
func (m Message) branded(b sso.Brand) Message {
	m.FromName = b.MailName
	if b.MailFooter != "" {
		m.Text = strings.TrimRight(m.Text, "\n") + "\n\n-- \n" + b.MailFooter + "\n"
	}
	return m
}

const longestSubject = 200

// compose returns the message with its headers.
func compose(from mail.Address, m Message) (*gomail.Msg, error) {
	if !sso.ValidEmail(m.To) {
		return nil, errInvalid("The address is not a plain e-mail address.")
	}
	if m.Subject == "" ||
		len(m.Subject) > longestSubject ||
		!sso.Printable(m.Subject) {
		return nil, errInvalid("The subject is not one line of text.")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if !sso.Printable(m.FromName) {
		return nil, errInvalid("The name of the sender is not one line of text.")
	}
	// FromFormat of the library takes a quote in a name for its end.
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, &mail.Address{
		Name:    cmp.Or(m.FromName, from.Name),
		Address: from.Address,
	})
	if err := msg.To(m.To); err != nil {
		return nil, errInvalid("The address cannot be used.").WithCause(err)
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	// The library would put the host name of this machine into the ID.
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetMessageIDWithValue(sso.NewSecret().Reveal() + "@" + domain)
	// Keeps automatic replies away (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		msg.SetGenHeader(gomail.HeaderContentLang, m.Language)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

func errInvalid(public string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "mail_invalid",
		Public: public,
	}
}
