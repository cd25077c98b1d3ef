package provisioning

import (
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// connectionPilotPage is where a pilot is chosen, watched and ended.
type connectionPilotPage struct {
	ui.Base
	Wrong  []ui.Wrong
	Places []ui.Link
	State  ui.Badge
	Lead   string
	Todos  []ui.Todo
	Facts  []ui.Fact
	Next   *ui.Link // what comes next; nil: nothing
	Chosen []chosenName
	Choose *pilotChoice // nil: there is nothing to choose any more
	Steps  []trialStep
	Note   string // about Steps
}

func (connectionPilotPage) Title() string { return placePilot }

// chosenName is a group or person of the pilot.
type chosenName struct {
	Name   string
	What   string
	State  *ui.Badge
	Remove *ui.Press // nil: it cannot be removed here
}

// pilotChoice is a search for groups and people, with what it found.
type pilotChoice struct {
	Action string
	Search ui.Field
	Found  []foundName
	Empty  string // said if nothing was found
	// Typed adds the text of the search as it is; empty without one.
	Typed []ui.Press
}

// foundName is a group or person that was pushed.
type foundName struct {
	Name   string
	What   string
	Detail string
	Add    *ui.Press // nil: it is chosen
}

// trialStep is a step of the checklist.
type trialStep struct {
	Label string
	State ui.Badge
	Name  string // of whom the last request was; "" if not yet
	At    ui.Time
	First ui.Time
	Log   string
	Ended string   // what ended with a deactivation; "" of other steps
	Who   *ui.Link // who was deactivated
	Do    []guide.Span
}
