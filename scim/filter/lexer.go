package filter

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// class is the kind of a token.
type class int

const (
	end class = iota
	word
	quoted
	open         // (
	closed       // )
	openBracket  // [
	closeBracket // ]
)

// token is a piece of a filter. A word is everything up to white space, a
// bracket, a parenthesis or a quotation mark, so that URNs and numbers are one.
type token struct {
	class class
	text  string // of a quoted token the string it stands for
	at    int    // offset of its first byte
}

// lexer cuts a filter into tokens.
type lexer struct {
	in  string
	pos int
}

func (l *lexer) next() (token, *syntaxError) {
	for l.pos < len(l.in) && isSpace(l.in[l.pos]) {
		l.pos++
	}
	if l.pos == len(l.in) {
		return token{class: end, at: l.pos}, nil
	}
	at := l.pos
	if c, is := brackets[l.in[at]]; is {
		l.pos++
		return token{class: c, text: l.in[at:l.pos], at: at}, nil
	}
	if l.in[at] == '"' {
		return l.quoted()
	}
	for l.pos < len(l.in) && !isDelimiter(l.in[l.pos]) {
		l.pos++
	}
	return token{class: word, text: l.in[at:l.pos], at: at}, nil
}

var brackets = map[byte]class{
	'(': open,
	')': closed,
	'[': openBracket,
	']': closeBracket,
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n'
}

func isDelimiter(c byte) bool {
	_, bracket := brackets[c]
	return bracket || c == '"' || isSpace(c)
}

// quoted reads a JSON string.
func (l *lexer) quoted() (token, *syntaxError) {
	at := l.pos
	for l.pos++; l.pos < len(l.in) && l.in[l.pos] != '"'; l.pos++ {
		if l.in[l.pos] == '\\' {
			l.pos++
		}
	}
	if l.pos >= len(l.in) {
		l.pos = len(l.in)
		return token{}, &syntaxError{at, l.in, "the string has no closing quotation mark"}
	}
	l.pos++
	var s string
	raw := l.in[at:l.pos]
	if err := json.Unmarshal([]byte(raw), &s); err != nil || !utf8.ValidString(raw) {
		return token{}, &syntaxError{at, l.in, "the string is not a JSON string"}
	}
	return token{class: quoted, text: s, at: at}, nil
}

// quote returns s as a JSON string without escaping what JSON does not demand.
func quote(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return `""` // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
