package words

import (
	"cmp"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Language is one language of the pages.
type Language struct {
	Tag    string // BCP 47: "pt-BR"
	Name   string // in the language itself
	Locale string // BCP 47 tag by which browsers name months
	Moment string // pattern of a date with its time: "{day}. {month} {year}, {hour}:{minute}"

	tag     language.Tag
	months  []string
	moment  Message
	texts   map[string]forms // by the English text; nil for English
	known   map[string]bool  // English texts that some language translates
	printer *message.Printer
	pseudo  bool
}

// forms are the translations of one text by the plural form of its number. A text
// without a number has plural.Other alone.
type forms map[plural.Form]Message

// All returns the languages that a visitor may choose, English first.
func All() []*Language { return load().languages }

// English returns the language of the keys.
func English() *Language { return load().languages[0] }

// Pseudo returns a language for tests, which is English with each known text in ⟦⟧. What
// stands outside of these brackets cannot be translated.
func Pseudo() *Language { return load().pseudo }

// Find returns the language of a tag; nil if there is none.
func Find(tag string) *Language {
	for _, l := range All() {
		if l.Tag == tag {
			return l
		}
	}
	return nil
}

// Known reports whether a text is one of the catalogue.
func (l *Language) Known(text string) bool { return l.known[text] }

// Plain returns the translation of a text that has no values, which most texts have not.
// It is false for others.
func (l *Language) Plain(text string) (string, bool) {
	m := l.texts[text][plural.Other]
	switch {
	case len(m) == 1 && m[0].Value == "":
		return m[0].Text, true
	case len(m) > 0 || strings.ContainsAny(text, "{#") || l.pseudo:
		return "", false
	}
	return text, true
}

// Message returns the translation of an English text. A text without translation
// remains English.
func (l *Language) Message(text string) (Message, error) {
	if m := l.texts[text][plural.Other]; m != nil {
		return m, nil
	}
	m, err := split(withoutContext(text))
	return l.marked(text, m), err
}

// Plural returns the translation of an English text for a number of things, which is
// its value n. one is the key.
func (l *Language) Plural(n int, one, other string) (Message, error) {
	f := l.form(n)
	if m := l.texts[one][f]; m != nil {
		return m, nil
	}
	text := other
	if English().form(n) == plural.One {
		text = one
	}
	m, err := split(withoutContext(text))
	return l.marked(one, m), err
}

// form returns the plural form of a number.
func (l *Language) form(n int) plural.Form {
	return plural.Cardinal.MatchPlural(l.tag, max(n, -n, 0), 0, 0, 0, 0)
}

// marked puts a known text in brackets in the language for tests.
func (l *Language) marked(key string, m Message) Message {
	if !l.pseudo || !l.known[key] {
		return m
	}
	marked := append(Message{{Text: "⟦"}}, m...)
	return append(marked, Part{Text: "⟧"})
}

// Text returns the translation of a text without values.
func (l *Language) Text(text string) string {
	if shown, ok := l.Plain(text); ok || !l.Known(text) {
		return cmp.Or(shown, text)
	}
	m, err := l.Message(text)
	if err != nil {
		return text
	}
	return m.Fill(nil)
}

// Number returns a number with its digits grouped.
func (l *Language) Number(n int) string { return l.printer.Sprint(number.Decimal(n)) }

// Count returns the translation of a number of things.
func (l *Language) Count(n int, one, other string) string {
	m, err := l.Plural(n, one, other)
	if err != nil {
		return one
	}
	return m.Fill(map[string]string{"n": l.Number(n)})
}

// withoutContext returns what is shown of an English text.
func withoutContext(text string) string {
	shown, _, _ := strings.Cut(text, "##")
	return shown
}
