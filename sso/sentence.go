package sso

import "strings"

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
