package catalog

import (
	"strings"
	"time"

	"gatehouse/sso"
)

// Advice is what an admin needs to know about a sign-in that failed.
type Advice struct {
	Cause string // one sentence, with what was wanted and what came
	Side  Side
	Do    string
	Place string // the exact place, in the console of that identity provider
	Page  Page   // of the console here; "" if the place is elsewhere
}

// For tells about a sign-in that ended with code, and the checks that were made
// until then. What is not known more closely is told by the catalogue.
func For(p sso.Provider, protocol sso.Protocol, code string, checks []sso.Check) Advice {
	failed := lastFailed(checks)
	there := where(p, protocol)
	for _, f := range faults(protocol) {
		if !f.fits(code, failed) {
			continue
		}
		return there.advise(f, failed)
	}
	e, ok := Of(code)
	if !ok {
		e = Entry{
			Meaning: "the sign-in failed with the code " + code,
			Side:    Operator,
			Do:      "look at the log",
		}
	}
	spot := spotOf(e)
	return Advice{
		Cause: sentence(e.Meaning),
		Side:  e.Side,
		Do:    sentence(e.Do),
		Place: there.at(spot),
		Page:  pageOf(spot),
	}
}

// advise fills a row of a table with what the check says.
func (p places) advise(f fault, c sso.Check) Advice {
	return Advice{
		Cause: fill(f.cause, c),
		Side:  f.side,
		Do:    fill(f.do, c),
		Place: p.at(f.spot),
		Page:  pageOf(f.spot),
	}
}

// lastFailed gives the check that stopped it; zero if none did.
func lastFailed(checks []sso.Check) sso.Check {
	for i := len(checks) - 1; i >= 0; i-- {
		if !checks[i].OK {
			return checks[i]
		}
	}
	return sso.Check{}
}

// fault is one way to fail that there is something exact to say about.
type fault struct {
	codes  string // that it ends with, separated by space; "": any
	checks string // that failed, separated by space; "": any, or none
	got    string // in what came; "": anything
	cause  string // {got} and {want} stand for those of the check
	side   Side
	do     string
	spot   spot
}

func (f fault) fits(code string, failed sso.Check) bool {
	return has(f.codes, code) &&
		has(f.checks, failed.Name) &&
		strings.Contains(failed.Got, f.got)
}

func has(list, name string) bool {
	if list == "" {
		return true
	}
	for one := range strings.SplitSeq(list, " ") {
		if one == name {
			return true
		}
	}
	return false
}

func fill(s string, c sso.Check) string {
	got := c.Got
	if got == "" {
		got = "(missing)"
	}
	return strings.NewReplacer(
		"{got}", got, "{want}", c.Want, "{field}", field(c.Name), "{off}", off(c), "{ago}",
		strings.Replace(off(c), "behind ours", "ago", 1),
	).Replace(s)
}

// off says by how much the time that was sent differs from ours, which ends what
// was wanted.
func off(c sso.Check) string {
	words := strings.Fields(c.Want)
	got, err := time.Parse(time.RFC3339, c.Got)
	if err != nil || len(words) == 0 {
		return "different from ours"
	}
	ours, err := time.Parse(time.RFC3339, words[len(words)-1])
	switch {
	case err != nil:
		return "different from ours"
	case got.After(ours):
		return sso.Spoken(got.Sub(ours)) + " ahead of ours"
	}
	return sso.Spoken(ours.Sub(got)) + " behind ours"
}

// field is what an admin calls the part of an identity that a check is named by.
func field(check string) string {
	switch check {
	case "email":
		return "e-mail address"
	case "subject", "name_id":
		return "subject"
	}
	return check
}

func sentence(s string) string {
	if s == "" || s == "–" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s
}
