package mail

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"gatehouse/sso"
)

//go:embed templates
var templates embed.FS

// Code is the mail with the code that proves an e-mail address.
type Code struct {
	To      string
	Code    sso.Secret
	Company string        // the enterprise's name
	Site    string        // host of base_url, never taken from the request
	Valid   time.Duration // how long the code is valid
}

// letter is the data of the template.
type letter struct {
	Code, Company, Site string
	Minutes             int
}

// Message composes the mail. It has no links, so a forged copy gains nothing.
func (c Code) Message() (Message, error) {
	if !sso.Printable(c.Company) || !sso.Printable(c.Site) {
		return Message{}, errInvalid("A name in it is not one line of text.")
	}
	plain, err := template.ParseFS(templates, "templates/code.txt")
	if err != nil {
		return Message{}, fmt.Errorf("read the letter: %w", err)
	}
	var text strings.Builder
	data := letter{
		Code:    c.Code.Reveal(),
		Company: c.Company,
		Site:    c.Site,
		Minutes: int(c.Valid.Minutes()),
	}
	if err := plain.Execute(&text, data); err != nil {
		return Message{}, fmt.Errorf("write the letter: %w", err)
	}
	// The subject does not contain the code: locked screens show subjects.
	return Message{
		To:      c.To,
		Subject: "Your sign-in code",
		Text:    text.String(),
	}, nil
}
