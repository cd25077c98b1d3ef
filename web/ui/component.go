package ui

import (
	"math"
	"strings"
	"time"
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

// Time is a moment as a page shows it: how long ago, and exactly.
type Time struct{ ISO, Exact, Relative string }

// NewTime describes t as seen at now. The zero time is "never".
func NewTime(t, now time.Time) Time {
	if t.IsZero() {
		return Time{Relative: "never"}
	}
	t = t.UTC()
	return Time{
		ISO:      t.Format(time.RFC3339),
		Exact:    t.Format("2 January 2006, 15:04 UTC"),
		Relative: relative(now.Sub(t)),
	}
}

func relative(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == math.MinInt64: // a time.Duration does not reach further, and has no opposite
		return relative(d + 1)
	case d < -time.Minute:
		return "in " + strings.TrimSuffix(relative(nearest(-d)), " ago")
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return ago(int(d/time.Minute), "minute")
	case d < day:
		return ago(int(d/time.Hour), "hour")
	case d < 60*day:
		return ago(int(d/day), "day")
	case d < 730*day:
		return ago(int(d/(30*day)), "month")
	}
	return ago(int(d/(365*day)), "year")
}

// nearest rounds the time until something to the unit that it is told in: what ends
// in a week, less the second that passed since, ends in 7 days.
func nearest(d time.Duration) time.Duration {
	const day = 24 * time.Hour
	for _, x := range []struct{ below, unit time.Duration }{
		{time.Hour, time.Minute},
		{day, time.Hour},
		{60 * day, day},
	} {
		if d < x.below {
			return d.Round(x.unit)
		}
	}
	return d
}

func ago(n int, unit string) string { return Count(n, unit, unit+"s") + " ago" }

// Choice is one way to sign in.
type Choice struct {
	Name   string // of the company, or of its connection
	Detail string // product and protocol, "Okta, SAML"; may be empty
	Href   string
	Last   bool // last used by this browser
}

// HiddenField is one part of a message.
type HiddenField struct{ Name, Value string }
