package assistant

import (
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// setupAttributesPage is what the identity provider has to send, and what it sent.
type setupAttributesPage struct {
	ui.Base
	stepFrame
	Part, Groups part
	Claims       []claimRow
	Tested       *ui.Time // when it was last tested; nil: never
	Sent         []sent
	Form         setupForm
	// Trace is what the mapping of the form makes of the last test's groups; nil:
	// there was no test.
	Trace *console.GroupTrace
	// Try is where the form is posted to be shown on the last test; "": there was
	// none.
	Try string
}

// claimRow is a claim that has to be sent.
type claimRow struct {
	Use   string
	Name  ui.Copyable
	Value string
	Note  string
	Badge ui.Badge
}

// sent is a claim as it came.
type sent struct {
	Name   string
	Values []string
	More   int // values that are left out
}
