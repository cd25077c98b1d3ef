package connection

import "gatehouse/web/ui"

// connectionsPage are those of an enterprise.
type connectionsPage struct {
	ui.Base
	Rows []connectionRow
	New  string   // where one is set up
	Held *ui.Todo // group syncs that wait; nil for none
}

func (connectionsPage) Title() string { return "SSO & provisioning" }

// connectionRow is one connection.
type connectionRow struct {
	Name, Href, Runs string
	State            ui.Badge
	Last             ui.Time // of the last sign-in
	Certificate      ui.Fact // Value is how long it lasts; without one, Label says why
	Next             ui.Link // the one thing to do
}
