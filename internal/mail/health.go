package mail

import (
	"fmt"
	"strings"
	"text/template"
	"time"

	"gatehouse/internal/words"
	"gatehouse/sso"
)

// Health is a mail to an admin of an enterprise about its open problems.
type Health struct {
	To      string
	Company string    // the enterprise's name
	Site    string    // host of base_url
	Brand   sso.Brand // of the enterprise; its product stands in place of Site
	Items   []HealthItem
}

// HealthItem is one problem.
type HealthItem struct {
	Text string
	Do   string
	Side string    // who must act
	By   time.Time // until when; zero: now
	Link string    // the page of the console about it
}

// Until returns By in words.
func (i HealthItem) Until() string {
	if i.By.IsZero() {
		return "now"
	}
	return "by " + i.By.UTC().Format("2 January 2006")
}

// Message composes the mail. Its links lead to the console, which requires a sign-in.
func (h Health) Message() (Message, error) {
	if !sso.Printable(h.Company) || !sso.Printable(h.Site) || !sso.Printable(h.Brand.Product) {
		return Message{}, errInvalid("A name in it is not one line of text.")
	}
	plain, err := template.ParseFS(templates, "templates/health.txt")
	if err != nil {
		return Message{}, fmt.Errorf("read the letter: %w", err)
	}
	for i := range h.Items { // they contain names chosen by tenants
		h.Items[i].Text, h.Items[i].Do = line(h.Items[i].Text), line(h.Items[i].Do)
	}
	var text strings.Builder
	if err := plain.Execute(&text, h); err != nil {
		return Message{}, fmt.Errorf("write the letter: %w", err)
	}
	subject := "Single sign-on of " + h.Company + " needs you"
	if len(subject) > longestSubject {
		subject = "Single sign-on of your company needs you"
	}
	m := Message{
		To:       h.To,
		Language: words.English().Tag,
		Subject:  subject,
		Text:     text.String(),
	}
	return m.branded(h.Brand), nil
}

// line joins text into one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
