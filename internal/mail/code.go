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

// Code is a letter with the code that proves an address.
type Code struct {
	To      string
	Code    sso.Secret
	Company string        // the enterprise's name
	Site    string        // host of base_url: whose letter this is, whatever the request said
	Valid   time.Duration // from now on
}

// letter is what the template is filled with.
type letter struct {
	Code, Company, Site string
	Minutes             int
}

// Message writes the letter. It has no links: there is nothing to be lured to.
func (c Code) Message() (Message, error) {
	if !sso.Printable(c.Company) || !sso.Printable(c.Site) {
		return Message{}, errInvalid("A name in it is not one line of text.")
	}
	plain, err := template.ParseFS(templates, "templates/code.txt")
	if err != nil {
		return Message{}, fmt.Errorf("read the letter: %w", err)
	}
	var text strings.Builder
	data := letter{Code: c.Code.Reveal(), Company: c.Company, Site: c.Site, Minutes: int(c.Valid.Minutes())}
	if err := plain.Execute(&text, data); err != nil {
		return Message{}, fmt.Errorf("write the letter: %w", err)
	}
	// Not the code: subjects show on locked screens.
	return Message{To: c.To, Subject: "Your sign-in code", Text: text.String()}, nil
}
