package drift

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/provisioning"
)

// Remedy says in words why people differ, who has to act, and what to do; Do is ""
// where nothing has to be done.
type Remedy struct {
	Text string
	Side catalog.Side
	Do   string
}

// Remedy returns the words for a reason of people who are missing from a group, or
// extra members of it.
func (r Report) Remedy(l Line, reason sso.DriftReason, missing bool) Remedy {
	if !missing {
		return remedyExtra(reason)
	}
	again := sso.Sentence(provisioning.SendAgain(r.Connection.Provider))
	switch reason {
	case sso.DriftNoGroup:
		if l.Change.Any() {
			return l.Change.Remedy()
		}
	case sso.DriftGroupRefused:
		return Remedy{
			Text: requests(l.Refusals.Count) + " about the group refused since " + day(l.Refusals.FirstAt),
			Side: catalog.Operator,
			Do:   "The identity provider was told: " + l.Refusals.Detail,
		}
	case sso.DriftNeverSent:
		return Remedy{
			Text: "never sent as a member",
			Side: catalog.Company,
			Do:   "Check at the identity provider that the group is assigned to the application, or pushed. " + again,
		}
	case sso.DriftNotProvisioned:
		return Remedy{
			Text: "not provisioned: the identity provider sent no such user",
			Side: catalog.Company,
			Do: "Assign them to the application at the identity provider, and check that userName there is the login " +
				"on the list. " + again,
		}
	case sso.DriftWaitingForUser:
		return Remedy{
			Text: "sent as a member, but the identity provider sent no user with this ID",
			Side: catalog.Company,
			Do: "Nothing, if the next cycle sends the user. Otherwise assign them to the application at the " +
				"identity provider. " + again,
		}
	case sso.DriftUserRefused:
		return Remedy{
			Text: "requests about the person are refused",
			Side: catalog.Company,
			Do:   "Open the refusal: it says what to change at the identity provider.",
		}
	}
	return r.remedyHere(reason)
}

// remedyHere returns the words for reasons that end on this side.
func (r Report) remedyHere(reason sso.DriftReason) Remedy {
	switch reason {
	case sso.DriftLost:
		if r.Applying {
			return Remedy{Text: "sent, and being applied right now"}
		}
		return Remedy{
			Text: "sent as a member, and not a member here",
			Side: catalog.Operator,
			Do:   "Press Reconcile.",
		}
	case sso.DriftUndecided:
		return Remedy{
			Text: "sent, and waiting for the answer whose the login is",
			Side: catalog.Operator,
			Do:   "Answer the question under People.",
		}
	case sso.DriftHeld:
		return Remedy{
			Text: "a change of their groups is held by the brake",
			Side: catalog.Operator,
			Do:   "Approve or discard it on the connection’s page of held changes.",
		}
	case sso.DriftNotApplied:
		return Remedy{
			Text: "sent, and without effect: the connection is not enabled with provisioning by SCIM",
			Side: catalog.Operator,
			Do:   "Set provisioning to SCIM in the settings of the connection, and enable it.",
		}
	case sso.DriftGroupsOff:
		return Remedy{
			Text: "the connection does not provision groups",
			Side: catalog.Operator,
			Do:   "Switch groups on in the settings of the connection.",
		}
	case sso.DriftNoGroup:
		return Remedy{
			Text: "no group here has the name",
			Side: catalog.Operator,
			Do:   "Create a group with exactly this name, or add the name to the IdP names of a group.",
		}
	}
	return remedyNone(reason)
}

// remedyNone returns the words for reasons that are no fault.
func remedyNone(reason sso.DriftReason) Remedy {
	switch reason {
	case sso.DriftDeactivated:
		return Remedy{Text: "deactivated"}
	case sso.DriftRemoved:
		return Remedy{Text: "removed by the identity provider since"}
	case sso.DriftOutsidePilot:
		return Remedy{
			Text: "outside the pilot",
			Side: catalog.Operator,
			Do:   "Extend the pilot, or apply to all.",
		}
	}
	return Remedy{Text: "another reason"}
}

func remedyExtra(reason sso.DriftReason) Remedy {
	switch reason {
	case sso.DriftManual:
		return Remedy{Text: "added by hand"}
	case sso.DriftConfigured:
		return Remedy{Text: "in it by the default groups of a connection"}
	case sso.DriftElsewhere:
		return Remedy{Text: "in it through another connection"}
	case sso.DriftOutsidePilot:
		return Remedy{Text: "outside the pilot: sign-ins still decide"}
	case sso.DriftHeld:
		return Remedy{
			Text: "removed by the identity provider, and held by the brake",
			Side: catalog.Operator,
			Do:   "Approve or discard the removal on the connection’s page of held changes.",
		}
	case sso.DriftLeftOver:
		return Remedy{
			Text: "sent earlier, and no longer",
			Side: catalog.Operator,
			Do:   "Press Reconcile.",
		}
	}
	return Remedy{
		Text: "in it through an earlier sign-in; the identity provider has not sent them as a member",
		Side: catalog.Operator,
		Do:   "Wait until the identity provider has sent all members. Then press Reconcile.",
	}
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

// Summary returns a line in one sentence, for mails and terminals: what is expected,
// what is there, who is missing and why.
func (r Report) Summary(l Line) string {
	parts := []string{fmt.Sprintf("%s: expected %d (%s), actual %d", l.Name, l.Expected, l.Evidence.Words(), l.Actual)}
	for _, missing := range []bool{true, false} {
		var why []string
		n := l.Extra
		what := "extra"
		if missing {
			n, what = l.Missing, "missing"
		}
		for _, reason := range l.Reasons {
			if reason.Missing == missing {
				why = append(why, fmt.Sprintf("%d %s", reason.People, r.Remedy(l, reason.Reason, missing).Text))
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d (%s)", what, n, strings.Join(why, "; ")))
		}
	}
	return strings.Join(parts, ", ")
}

// Words returns what says who should be in a group: "your number of 29 November
// 2026".
func (e Evidence) Words() string {
	var all []string
	if x := e.Expectation; x != nil {
		what := "number"
		if x.Listed {
			what = "list"
		}
		whose := "an admin’s"
		if x.Source == sso.ExpectedByDirectory {
			whose = "the directory’s"
		}
		all = append(all, whose+" "+what+" of "+day(x.At))
	}
	switch {
	case e.Groups > 0 && !e.ListedAt.IsZero():
		all = append(all, "all members sent on "+day(e.ListedAt))
	case e.Groups > 0:
		all = append(all, fmt.Sprintf("%d sent so far", e.Pushed))
	}
	if e.Asserted > 0 {
		all = append(all, fmt.Sprintf("%d by sign-ins", e.Asserted))
	}
	if len(all) == 0 {
		return "nothing is known"
	}
	return strings.Join(all, ", ")
}

// day is how a date is written in a text.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }
