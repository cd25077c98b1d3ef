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
	Who        string // "" if it ended before
	Connection string
	Code       string // "" if it did not fail
	CodeHref   string
	Reference  string
	Href       string
}

// attemptDetailPage shows one sign-in attempt.
type attemptDetailPage struct {
	ui.Base
	Tabs      []ui.Link
	Reference ui.Copyable
	Result    ui.Badge
	Facts     []ui.Fact
	Advice    *failureAdvice // nil if it did not fail
	Trusted   bool           // the response was verified far enough to be trusted
	Checks    console.Checks
	Said      []ui.Fact // the asserted identity; empty if it ended before
	Groups    groupsSaid
	Claims    []claimLine
	Decided   string  // about the e-mail address; "" for no decision
	Replay    *replay // nil if it cannot be replayed
}

func (*attemptDetailPage) Title() string { return "Sign-in" }

// failureAdvice is why a sign-in failed and what to do about it.
type failureAdvice struct {
	Cause, Whose, Do, Place string
	Link                    *ui.Link // to the place, if it is in the console
	Ask                     string   // whom to ask, if the visitor may not open it
	Code, Guide             string   // Guide is the address of Code in the guide
}

// groupsSaid shows the asserted groups.
type groupsSaid struct {
	Badge  ui.Badge
	Words  string // what that means
	Names  []string
	Source string // the claim it was read from

	NotUnderstood *console.NotUnderstood // nil if all were understood
}

// claimLine is one claim as sent.
type claimLine struct{ Name, Values string }

// replay is the form that replays a sign-in on the draft.
type replay struct{ Action, Attempt string }
