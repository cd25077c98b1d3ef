package words

import (
	"strings"

	"golang.org/x/text/language"
)

// Preference is what is known about the language of a visitor.
type Preference struct {
	Chosen       string // tags that the visitor chose, separated by spaces; "" for no choice
	Accept       string // the Accept-Language header
	Company      string // tag of the company's language; "" for none
	CompanyFirst bool   // Company comes before Accept
}

// maxAccept is how much of an Accept-Language header is read, in bytes.
const maxAccept = 256

// Choose returns the language for a visitor: the chosen one, one that the browser
// prefers, that of the company, or English.
func Choose(p Preference) *Language {
	company, accept := parseTags(p.Company), parseAccept(p.Accept)
	preferred := [][]language.Tag{parseTags(p.Chosen), accept, company}
	if p.CompanyFirst {
		preferred[1], preferred[2] = company, accept
	}
	for _, tags := range preferred {
		if l := match(tags); l != nil {
			return l
		}
	}
	return English()
}

// Match returns the best language for tags in order of preference, separated by spaces;
// nil if none fits.
func Match(tags string) *Language { return match(parseTags(tags)) }

// match returns the best language for tags in order of preference; nil if none fits.
func match(tags []language.Tag) *Language {
	if len(tags) == 0 {
		return nil
	}
	c := load()
	_, i, confidence := c.matcher.Match(tags...)
	if confidence == language.No {
		return nil
	}
	return c.languages[i]
}

// parseTags reads tags separated by spaces, without those that are none.
func parseTags(text string) (tags []language.Tag) {
	for _, word := range strings.Fields(text[:min(len(text), maxAccept)]) {
		if t, err := language.Parse(word); err == nil {
			tags = append(tags, t)
		}
	}
	return tags
}

// parseAccept reads the beginning of an Accept-Language header; nil if it is malformed.
func parseAccept(header string) []language.Tag {
	if len(header) > maxAccept {
		header = header[:maxAccept]
		header = header[:max(strings.LastIndexByte(header, ','), 0)]
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil
	}
	return tags
}
