package ui

import (
	"time"

	"gatehouse/internal/words"
)

// Field is one input with its label.
type Field struct {
	ID, Name, Label, Hint, Error, Value string
	Autocomplete, InputMode             string
	Pattern                             string // accepted by the browser; "" for any text
	// Kind is "" for one line of text, "password", "url", "number", "date",
	// "area" for several lines, "file", "select" and "radio" for one of Options,
	// "check" for a box.
	Kind     string
	Optional bool
	Most     int // characters; 0 means 254
	Lines    int // of an area; 0 means 4
	Options  []Option
	Checked  bool   // of a checkbox, whose Value is sent if set
	Data     bool   // of a checkbox: Label is a name, which no language changes
	Accept   string // of a file: ".xml,text/xml"
	Mono     bool   // to be read letter by letter
}

// Longest returns Most or its default.
func (f Field) Longest() int {
	if f.Most == 0 {
		return 254
	}
	return f.Most
}

// Rows returns Lines or its default.
func (f Field) Rows() int {
	if f.Lines == 0 {
		return 4
	}
	return f.Lines
}

// Describes lists the elements that describe the input, for aria-describedby.
func (f Field) Describes() string {
	s := ""
	if f.Error != "" {
		s = f.ID + "-error"
	}
	if f.Hint != "" {
		if s != "" {
			s += " "
		}
		s += f.ID + "-hint"
	}
	return s
}

// Copyable is a value with a copy button. ID is unique on its page.
type Copyable struct{ ID, Value string }

// Time is a moment as a page shows it: how long ago, and exactly. The texts are English;
// a page in another language makes its own from At and Now.
type Time struct {
	ISO, Exact, Relative string
	At, Now              time.Time
}

// NewTime describes t as seen at now. The zero time is "never".
func NewTime(t, now time.Time) Time {
	english := words.English()
	if t.IsZero() {
		return Time{Relative: english.Ago(t, now)}
	}
	t = t.UTC()
	return Time{
		ISO:      t.Format(time.RFC3339),
		Exact:    english.DateTime(t),
		Relative: english.Ago(t, now),
		At:       t,
		Now:      now,
	}
}

// in returns the moment in the words of a language.
func (t Time) in(l *words.Language) Time {
	if t.At.IsZero() {
		t.Relative = l.Text(t.Relative)
		return t
	}
	t.Exact, t.Relative = l.DateTime(t.At), l.Ago(t.At, t.Now)
	return t
}

// Choice is one way to sign in.
type Choice struct {
	Name   string // of the company, or of its connection
	Detail string // product and protocol, "Okta, SAML"; may be empty
	Href   string
	Last   bool // last used by this browser
}

// HiddenField is one part of a message.
type HiddenField struct{ Name, Value string }
