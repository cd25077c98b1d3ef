package catalog

import (
	"slices"
	"strings"
)

// Side is the party that must act.
type Side string

// The sides, by their words in the troubleshooting guide.
const (
	Person   Side = "person"  // the user who signs in
	Company  Side = "company" // the customer's IT admin, at the identity provider
	Operator Side = "you"     // the operator of Gatehouse or the client of its API
)

// Entry describes one code.
type Entry struct {
	Code    string
	Area    string // the part of the product, by which the guide groups codes
	Meaning string
	Side    Side
	Do      string // what to do, and where
}

// All returns the whole catalogue as plain text, area by area, in the order of
// the guide.
func All() []Entry {
	all := catalogue()
	for i := range all {
		all[i].Meaning, all[i].Do = plainText(all[i].Meaning), plainText(all[i].Do)
	}
	return all
}

// Of returns the entry of one code as plain text.
func Of(code string) (Entry, bool) {
	all := All()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Code == code })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// catalogue returns all entries in Markdown, as the guide has them.
func catalogue() []Entry {
	return slices.Concat(
		signInCodes(), authnCodes(), provisionedCodes(), samlCodes(), oidcCodes(), testCodes(), signOutCodes(),
		connectionCodes(),
		applicationCodes(),
		apiCodes(), tokenCodes(), roleCodes(), brandCodes(), mergeCodes(), erasureCodes(),
		linkCodes(), ruleCodes(), moveCodes(), comparisonCodes(),
		scimCodes(), requestCodes(), backChannelCodes(), mailCodes(), consoleCodes(),
	)
}

// plainText removes the Markdown of an entry: code and emphasis keep their text,
// and so does a link.
func plainText(s string) string {
	s = strings.NewReplacer("`", "", "*", "").Replace(s)
	for {
		text, address := strings.Index(s, "["), strings.Index(s, "](")
		if text < 0 || address < text {
			return s
		}
		end := strings.Index(s[address:], ")")
		if end < 0 {
			return s
		}
		s = s[:text] + s[text+1:address] + s[address+end+1:]
	}
}
