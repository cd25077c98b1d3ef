package catalog

import (
	"strings"
	"time"

	"gatehouse/sso"
)

// Advice tells an admin about a failed sign-in.
type Advice struct {
	Cause string // one sentence, with what was expected and what came
	Side  Side
	Do    string
	Place string // the exact place, in the identity provider's console
	Page  Page   // of the console of Gatehouse; "" if the place is elsewhere
}

// For returns the advice about a sign-in that ended with code after these
// checks. If no check is more specific, it is the catalogue's entry of the
// code.
func For(p sso.Provider, protocol sso.Protocol, code string, checks []sso.Check) Advice {
	failed := lastFailed(checks)
	there := placesOf(p, protocol)
	for _, f := range faultsOf(protocol) {
		if !f.matches(code, failed) {
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
	at := spotOf(e)
	return Advice{
		Cause: sso.Sentence(e.Meaning),
		Side:  e.Side,
		Do:    sso.Sentence(e.Do),
		Place: there.placeOf(at),
		Page:  pageOf(at),
	}
}

// advise fills in a fault with the values of the check.
func (p places) advise(f fault, c sso.Check) Advice {
	return Advice{
		Cause: fillPlaceholders(f.cause, c),
		Side:  f.side,
		Do:    fillPlaceholders(f.do, c),
		Place: p.placeOf(f.spot),
		Page:  pageOf(f.spot),
	}
}

// lastFailed returns the check that ended the sign-in; zero if there is none.
func lastFailed(checks []sso.Check) sso.Check {
	for i := len(checks) - 1; i >= 0; i-- {
		if !checks[i].OK {
			return checks[i]
		}
	}
	return sso.Check{}
}

// fault is a failure with specific advice.
type fault struct {
	codes  string // codes it ends with, separated by spaces; "": any
	checks string // checks that failed, separated by spaces; "": any, or none
	got    string // a part of what the check got; "": anything
	cause  string // {got} and {want} stand for the check's values
	side   Side
	do     string
	spot   spot
}

func (f fault) matches(code string, failed sso.Check) bool {
	return listContains(f.codes, code) &&
		listContains(f.checks, failed.Name) &&
		strings.Contains(failed.Got, f.got)
}

func listContains(list, name string) bool {
	if list == "" {
		return true
	}
	for item := range strings.SplitSeq(list, " ") {
		if item == name {
			return true
		}
	}
	return false
}

func fillPlaceholders(s string, c sso.Check) string {
	got := c.Got
	if got == "" {
		got = "(missing)"
	}
	return strings.NewReplacer(
		"{got}", got, "{want}", c.Want, "{field}", fieldName(c.Name), "{off}", clockOffset(c),
		"{ago}",
		strings.Replace(clockOffset(c), "behind ours", "ago", 1),
	).Replace(s)
}

// clockOffset returns the difference between the time that was sent and ours, which is
// at the end of what was expected.
func clockOffset(c sso.Check) string {
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
		return sso.FormatDuration(got.Sub(ours)) + " ahead of ours"
	}
	return sso.FormatDuration(ours.Sub(got)) + " behind ours"
}

// fieldName returns an admin's name for the part of an identity that a check is
// about.
func fieldName(check string) string {
	switch check {
	case "email":
		return "e-mail address"
	case "subject", "name_id":
		return "subject"
	}
	return check
}
