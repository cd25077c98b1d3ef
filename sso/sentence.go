package sso

import "strings"

// Text is an English sentence with values by their names: "Delete the cookies of {host}."
// Pages translate its pattern. A sentence without values is its own pattern.
type Text struct {
	Pattern string
	Values  Values
}

// Values are the values of a [Text] by their names: data, which no language changes.
type Values map[string]string

// String returns the sentence in English.
func (t Text) String() string {
	pairs := make([]string, 0, 2*len(t.Values))
	for name, value := range t.Values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(t.Pattern)
}

// Sentence returns a phrase as a sentence: with a capital first letter and a period,
// unless it ends with a period, a question mark or a colon. An empty phrase or a
// dash, which stands for nothing in a table, is "".
func Sentence(phrase string) string {
	phrase = strings.TrimSpace(phrase)
	if phrase == "" || phrase == "–" {
		return ""
	}
	if !strings.ContainsRune(".?:", rune(phrase[len(phrase)-1])) {
		phrase += "."
	}
	return strings.ToUpper(phrase[:1]) + phrase[1:]
}
