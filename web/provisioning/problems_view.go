package provisioning

import "gatehouse/web/ui"

// connectionProblemsPage lists what is refused, by cause, and what was.
type connectionProblemsPage struct {
	ui.Base
	Places   []ui.Link
	Lead     string
	Problems []problem
	Healed   []healedRow
	Pager    ui.Pager // of the healed ones
}

func (connectionProblemsPage) Title() string { return placeProblems }

// problem is what was refused for one cause.
type problem struct {
	ID      string // unique on the page
	Cause   string // in a sentence
	Side    ui.Badge
	Count   string // "14 requests about 3 names"
	First   ui.Time
	Last    ui.Time
	Names   []refusedName
	More    string // how many names are not listed; "" if all are
	Told    string // the last answer to the identity provider
	Do      string
	Presses []ui.Press
	Done    string   // what of it is done already; "" if nothing is
	Again   string   // how the identity provider sends again what was refused
	Place   string   // where to act; "" if Link says it
	Link    *ui.Link // nil if it is not in the console
	Code    string
	Guide   string
	Log     string
}

// refusedName is a user or group that was refused.
type refusedName struct {
	Name  string
	Href  string // page of the person or group here; "" if there is none
	Count string
	Last  ui.Time
}

// healedRow is a refusal that is over.
type healedRow struct {
	Name   string
	Href   string // as of a refusedName
	Cause  string
	Count  string
	First  ui.Time
	Healed ui.Time
}
