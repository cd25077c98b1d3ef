package connection

import (
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// connectionSettingsPage is the form of all that the assistant does not ask for.
type connectionSettingsPage struct {
	ui.Base
	Action   string
	Try      string // where the policies are tried
	Back     string
	Revision string
	Live     bool // what is saved waits to be enabled
	Wrong    []ui.Wrong
	Warnings []string
	Trial    *policyTrial        // nil: nothing was tried
	Trace    *console.GroupTrace // of the last test's groups; nil: it was not asked for
	// TryGroups is where the form is posted to see it.
	TryGroups string
	Sections  []fieldSection
}

func (connectionSettingsPage) Title() string { return "Settings" }

// fieldSection is a part of a long form.
type fieldSection struct {
	ID, Heading, Lead string
	Fields            []ui.Field
}

// policyTrial is what policies would have done about recent sign-ins.
type policyTrial struct {
	Summary string
	Rows    []trialRow
}

// trialRow is one of them.
type trialRow struct {
	Login  string
	At     ui.Time
	Result ui.Badge
	Reason string
}
