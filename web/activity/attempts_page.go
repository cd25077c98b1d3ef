package activity

import (
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// attemptsPage lists sign-ins.
type attemptsPage struct {
	ui.Base
	eventList
	Rows []triedRow
}

func (*attemptsPage) Title() string { return "Sign-ins" }

// triedRow is one sign-in of a list.
type triedRow struct {
	At         ui.Time
	Result     ui.Badge
	Who        string // "" if it did not get that far
	Connection string
	Code       string // "" if it did not fail
	CodeHref   string
	Reference  string
	Href       string
}

// attemptDetailPage is everything that is known about one sign-in.
type attemptDetailPage struct {
	ui.Base
	Tabs      []ui.Link
	Reference ui.Copyable
	Result    ui.Badge
	Facts     []ui.Fact
	Advice    *failureAdvice // nil if it did not fail
	Trusted   bool           // something that the identity provider said could be trusted
	Checks    console.Checks
	Said      []ui.Fact // what the identity provider said about the person; empty if it did not get that far
	Groups    groupsSaid
	Claims    []claimLine
	Decided   string  // about the e-mail address; "" if nothing was
	Replay    *replay // nil if it cannot be
}

func (*attemptDetailPage) Title() string { return "Sign-in" }

// failureAdvice is why a sign-in failed and what to do about it.
type failureAdvice struct {
	Cause, Whose, Do, Place string
	Link                    *ui.Link // to the place, where it is one of ours
	Ask                     string   // whom to ask, where it is one that the visitor may not open
	Code, Guide             string   // Guide is where there is more about Code
}

// groupsSaid is what an identity provider said about groups.
type groupsSaid struct {
	Badge  ui.Badge
	Words  string // what that means
	Names  []string
	Source string // the claim it was read from

	NotUnderstood *console.NotUnderstood // nil if everything was
}

// claimLine is one claim as it came.
type claimLine struct{ Name, Values string }

// replay tries a sign-in on the draft.
type replay struct{ Action, Attempt string }
