package catalog

import (
	"slices"
	"strings"
)

// Side is who has to act.
type Side string

// The sides, by the words the troubleshooting guide uses.
const (
	Person   Side = "person"  // who signs in
	Company  Side = "company" // its IT admin, at the identity provider
	Operator Side = "you"     // who runs Gatehouse or calls its API
)

// Entry is what there is to say about a code wherever it comes from.
type Entry struct {
	Code    string
	Area    string // the part of the product it belongs to, as the guide groups them
	Meaning string
	Side    Side
	Do      string // what to do, and where
}

// All gives the whole catalogue as plain text, area by area, in the order of the
// guide.
func All() []Entry {
	all := catalogue()
	for i := range all {
		all[i].Meaning, all[i].Do = plain(all[i].Meaning), plain(all[i].Do)
	}
	return all
}

// Of gives the entry of one code as plain text.
func Of(code string) (Entry, bool) {
	all := All()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Code == code })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// catalogue is everything as the guide has it, in Markdown.
func catalogue() []Entry {
	return slices.Concat(
		signing(), saml(), oidc(), testConnections(), signingOut(), connections(), applications(),
		api(), anyRequest(), backChannel(), mail(), console(),
	)
}

// plain takes the Markdown out of an entry: code and emphasis keep their words,
// a link its text.
func plain(s string) string {
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
