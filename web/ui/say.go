package ui

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"gatehouse/internal/words"
	"gatehouse/sso"
)

// say returns the functions by which templates speak a language:
//
//	{{t "Sign in"}}                               a text
//	{{t "Sign in at {company}" "company" .Name}}  with values by their names
//	{{n .Count "{n} person" "{n} people"}}        a number of things, and values as above
//	{{ago .At}} {{exact .At}} {{num .Count}}      a moment, and a number
//	{{t "Read {it}." "it" (link .Href "this")}}   values that are elements: strong, code, host
//	{{browser .Browser}}                          a [Browser]
//	{{sentence .Sentence}}                        the sentence of an error, with its values
//
// A value that is a string is data: it is escaped and isolated by <bdi>. A text of no
// catalogue, without values, is data as well and remains unchanged. Texts in <title>
// have no values, because no element can be there.
func say(l *words.Language) template.FuncMap {
	s := speaker{l}
	return template.FuncMap{
		"t":        s.text,
		"n":        s.count,
		"sentence": s.sentence,
		"num":      l.Number,
		"ago":      s.ago,
		"exact":    s.exact,
		"browser":  s.browser,
		"strong":   func(v string) template.HTML { return element(`<strong><bdi>`, v, `</bdi></strong>`) },
		"code":     func(v string) template.HTML { return element(`<code dir="auto">`, v, `</code>`) },
		"host":     func(v string) template.HTML { return element(`<bdi class="host">`, v, `</bdi>`) },
		"link":     s.link,
	}
}

// speaker has the functions of one language.
type speaker struct{ language *words.Language }

// text returns a text with its values: a string if it has none, else HTML.
func (s speaker) text(text string, pairs ...any) (any, error) {
	if len(pairs) == 0 {
		if shown, ok := s.language.Plain(text); ok {
			return shown, nil
		}
		if !s.language.Known(text) {
			return text, nil
		}
	}
	m, err := s.language.Message(text)
	if err != nil {
		return nil, err
	}
	return s.fill(text, m, pairs)
}

// count returns the text for a number of things, which is its value n.
func (s speaker) count(n int, one, other string, pairs ...any) (any, error) {
	m, err := s.language.Plural(n, one, other)
	if err != nil {
		return nil, err
	}
	return s.fill(one, m, append([]any{"n", n}, pairs...))
}

// sentence returns the sentence of an error. One that names other values than it has is
// shown in English: the page of a failure does not fail.
func (s speaker) sentence(t sso.Text) any {
	var pairs []any
	for name, value := range t.Values {
		pairs = append(pairs, name, value)
	}
	shown, err := s.text(t.Pattern, pairs...)
	if err != nil {
		return t.String()
	}
	return shown
}

// fill puts values into a message. Each name has one value, and each value is used.
func (s speaker) fill(text string, m words.Message, pairs []any) (any, error) {
	values, err := s.values(pairs)
	if err != nil {
		return nil, fmt.Errorf("text %q: %w", text, err)
	}
	names := m.Names()
	if len(names) != len(values) {
		return nil, fmt.Errorf("text %q has the values %v, and is given %d", text, names, len(values))
	}
	var b strings.Builder
	for _, p := range m {
		value, ok := values[p.Value]
		switch {
		case p.Value != "" && !ok:
			return nil, fmt.Errorf("text %q is not given %q", text, p.Value)
		case p.Value != "":
			b.WriteString(string(value))
		case len(names) == 0:
			b.WriteString(p.Text)
		default:
			b.WriteString(template.HTMLEscapeString(p.Text))
		}
	}
	if len(names) == 0 {
		return b.String(), nil // escaped where it is shown
	}
	return template.HTML(b.String()), nil //nolint:gosec // literal parts and values are escaped
}

// values reads names and values in turn.
func (s speaker) values(pairs []any) (map[string]template.HTML, error) {
	values := map[string]template.HTML{}
	for pair := range slices.Chunk(pairs, 2) {
		name, ok := pair[0].(string)
		if !ok || len(pair) != 2 {
			return nil, fmt.Errorf("values are names and values in turn, and not %v", pairs)
		}
		if _, twice := values[name]; twice {
			return nil, fmt.Errorf("the value %q is given twice", name)
		}
		switch v := pair[1].(type) {
		case template.HTML: // of the functions here
			values[name] = v
		case string:
			values[name] = element(`<bdi>`, v, `</bdi>`)
		case int:
			values[name] = template.HTML(template.HTMLEscapeString(s.language.Number(v)))
		default:
			return nil, fmt.Errorf("the value %q is a %T", name, v)
		}
	}
	return values, nil
}

// ago returns how long ago a moment is, with the exact time as its title.
func (s speaker) ago(t Time) any {
	t = t.in(s.language)
	if t.ISO == "" {
		return t.Relative
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s" dir="auto">%s</time>`,
		template.HTMLEscapeString(t.ISO), template.HTMLEscapeString(t.Exact), template.HTMLEscapeString(t.Relative)))
}

// exact returns a moment, which a script shows in the reader's own time zone.
func (s speaker) exact(t Time) template.HTML {
	t = t.in(s.language)
	return template.HTML(fmt.Sprintf(`<time datetime="%s" dir="auto" data-exact>%s</time>`,
		template.HTMLEscapeString(t.ISO), template.HTMLEscapeString(t.Exact)))
}

// browser returns what a browser is called.
func (s speaker) browser(b Browser) (any, error) {
	switch {
	case b.Name == "":
		return s.text("Unknown browser")
	case b.System == "":
		return element(`<bdi>`, b.Name, `</bdi>`), nil
	}
	return s.text("{browser} on {system}", "browser", b.Name, "system", b.System)
}

// link returns a link. Its text is translated before; an address that a link may not
// have leads nowhere.
func (s speaker) link(href string, text any) (template.HTML, error) {
	words, ok := text.(template.HTML)
	if plain, isText := text.(string); isText {
		words, ok = template.HTML(template.HTMLEscapeString(plain)), true
	}
	if !ok {
		return "", fmt.Errorf("the text of a link is a %T", text)
	}
	u, err := url.Parse(href)
	if err != nil || !slices.Contains([]string{"", "https", "http", "mailto"}, u.Scheme) {
		href = "#"
	}
	return template.HTML(`<a href="` + template.HTMLEscapeString(href) + `">` + string(words) + `</a>`), nil
}

// element returns a value in an element.
func element(begin, value, end string) template.HTML {
	return template.HTML(begin + template.HTMLEscapeString(value) + end)
}
