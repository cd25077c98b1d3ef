package assistant

import (
	"gatehouse/web/ui"
)

// setupAssignPage is who may sign in there.
type setupAssignPage struct {
	ui.Base
	stepFrame
	Part part
}

// setupTestPage is the test connection, as far as the assistant goes.
type setupTestPage struct {
	ui.Base
	stepFrame
	Missing []ui.Todo
	Start   string // where a test is started by a form; "" while something is missing
	Last    *lastTest
	All     string // where all tests are
	Again   bool   // the test is not the one button any more
}

// lastTest is the newest test connection in a line.
type lastTest struct {
	Badge  ui.Badge
	At     ui.Time
	Detail string
	Href   string
	Old    bool // something was changed since
}

// setupEnablePage is the last question before people can sign in.
type setupEnablePage struct {
	ui.Base
	stepFrame
	Missing  []ui.Todo
	Changes  []string // what will be different for people
	Warnings []ui.Todo
	Differs  []difference
	Form     setupForm
}

// difference is a field that is another one than what people sign in with now.
type difference struct{ Field, Before, After string }

// setupDonePage is what comes after.
type setupDonePage struct {
	ui.Base
	stepFrame
	Link ui.Copyable
	Todo []ui.Todo
}
