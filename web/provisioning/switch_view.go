package provisioning

import (
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// connectionSwitchPage shows what a change of provisioning would come to, before
// anything changes, and confirms it.
type connectionSwitchPage struct {
	ui.Base
	Wrong      []ui.Wrong
	Places     []ui.Link
	Heading    string
	Lead       string
	Directions []ui.Link // the previews there are; none for a part of one
	Promises   []string  // what does not change
	Facts      []ui.Fact
	Todos      []ui.Todo
	Out        countedPeople // who would be deactivated
	Changes    []organizationChange
	Nothing    string // said if no group changes; "" if one does
	Back       bool   // from SCIM to sign-ins
	Findings   []findingPart
	Pager      ui.Pager
	Confirm    *switchConfirm // nil: the page only lists
	Whole      string         // the preview that this is a part of; "" if it is all
}

func (p connectionSwitchPage) Title() string { return p.Heading }

// switchConfirm is the last question.
type switchConfirm struct {
	Heading string
	Text    string
	Action  string
	Fields  []ui.HiddenField
	Button  string // "" if it cannot be confirmed; Text says why
	Leave   string // where nothing changes
}

// organizationChange is what would change in the groups of an organization.
type organizationChange struct {
	ID     string // unique on the page
	Name   string
	Groups []groupChange
}

// groupChange is what would change in a group.
type groupChange struct {
	Name  string
	Href  string // "" of one that would be created
	Gain  countedPeople
	Lose  countedPeople
	Stay  int
	Extra int
}

// countedPeople is how many people something is about, with the first of them.
type countedPeople struct {
	Count  int
	People []ui.Link // Href is "" of a person without an account
	More   string    // "" if all are named
}

// findingPart lists the records of one kind that do not meet.
type findingPart struct {
	ID      string
	Heading string
	Text    string
	Side    ui.Badge
	Rows    []findingRow
	Do      []guide.Span // what to do at the identity provider
	Links   []ui.Link    // where to mend it here
	All     *ui.Link     // nil if all are shown
}

// findingRow is a record that does not meet another.
type findingRow struct {
	Pushed  string // userName or displayName; "" if nothing was pushed
	Known   string // login or name here; "" if there is none
	Href    string // of what is known
	Presses []ui.Press
}
