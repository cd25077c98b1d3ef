package mail

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"gatehouse/internal/words"
	"gatehouse/sso"
)

//go:embed templates
var templates embed.FS

// Code is the mail with the code that proves an e-mail address.
type Code struct {
	To       string
	Language *words.Language // of the page that asks for the code; nil for English
	Code     sso.Secret
	Company  string        // the enterprise's name
	Site     string        // host of base_url, never taken from the request
	Valid    time.Duration // how long the code is valid
	Brand    sso.Brand     // of the enterprise; its product stands in place of Site
}

// letter is the data of the template.
type letter struct {
	Code, Company, Site, Product string
	Minutes                      int
}

// Message composes the mail. It has no links, so a forged copy gains nothing.
func (c Code) Message() (Message, error) {
	if !sso.Printable(c.Company) || !sso.Printable(c.Site) || !sso.Printable(c.Brand.Product) {
		return Message{}, errInvalid("A name in it is not one line of text.")
	}
	l := cmp.Or(c.Language, words.English())
	plain, err := template.New("code.txt").Funcs(say(l)).ParseFS(templates, "templates/code.txt")
	if err != nil {
		return Message{}, fmt.Errorf("read the letter: %w", err)
	}
	var text strings.Builder
	data := letter{
		Code:    c.Code.Reveal(),
		Company: c.Company,
		Site:    c.Site,
		Product: c.Brand.Product,
		Minutes: int(c.Valid.Minutes()),
	}
	if err := plain.Execute(&text, data); err != nil {
		return Message{}, fmt.Errorf("write the letter: %w", err)
	}
	// The subject does not contain the code: locked screens show subjects.
	m := Message{
		To:       c.To,
		Language: l.Tag,
		Subject:  l.Text("Your sign-in code"),
		Text:     text.String(),
	}
	return m.branded(c.Brand), nil
}

// say returns the functions by which templates speak a language, as those of pages do:
// {{t "At {site}" "site" .Site}} and {{n .Minutes "{n} minute" "{n} minutes"}}. The text
// is plain.
func say(l *words.Language) template.FuncMap {
	return template.FuncMap{
		"n": l.Count,
		"t": func(text string, pairs ...string) (string, error) {
			m, err := l.Message(text)
			values := map[string]string{}
			for pair := range slices.Chunk(pairs, 2) {
				values[pair[0]] = pair[len(pair)-1]
			}
			return m.Fill(values), err
		},
	}
}
