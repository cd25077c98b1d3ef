package assistant

import "gatehouse/web/ui"

// provisionWaitPage says what has to be done before provisioning.
type provisionWaitPage struct {
	ui.Base
	Heading string
	Lead    string
	Todo    []ui.Todo
	Next    *ui.Link // nil: it cannot go on
}

func (p provisionWaitPage) Title() string { return p.Heading }

// provisionConnectPage is where the address and the token are entered.
type provisionConnectPage struct {
	ui.Base
	stepFrame
	Part      part
	Made      *madeToken // nil: none was just created
	Tokens    []tokenRow
	Form      setupForm
	Open      bool // the form is what comes next
	NotNeeded [][]piece
}

// madeToken is a token that was just created.
type madeToken struct {
	Name  string
	Value ui.Copyable
}

// tokenRow is a token of the connection.
type tokenRow struct {
	Name, Scopes string
	Badge        ui.Badge
	Used         ui.Time
}

// provisionMappingsPage is which attributes are sent, and whether they fit.
type provisionMappingsPage struct {
	ui.Base
	stepFrame
	Part     part
	Required []requiredRow
	// LoginFrom is where the connection reads the login; Login is the one of the last
	// test, "" if there is none.
	LoginFrom []string
	Login     string
	Check     loginCheck
}

// requiredRow is an attribute that has to be sent.
type requiredRow struct {
	Attribute, From, Why string
	Badge                *ui.Badge // nil: nothing is known
}

// loginCheck compares sign-ins with pushes.
type loginCheck struct {
	Badge     ui.Badge
	Sentence  string
	Different []loginDifference
	More      int // of Different, left out
	Missing   []string
	MoreGone  int // of Missing, left out
	Do        []piece
}

// loginDifference is a person under two names.
type loginDifference struct{ Login, UserName, By string }

// provisionAssignPage is whom the identity provider pushes, and when.
type provisionAssignPage struct {
	ui.Base
	stepFrame
	Part  part
	Cycle []piece
}

// provisionTestPage says whether the identity provider reached us, and tests.
type provisionTestPage struct {
	ui.Base
	stepFrame
	Reach     reach
	Form      setupForm
	CanTest   bool // there is a token
	Connect   string
	Result    *testResult // nil: no test was just run
	Passed    *passedTest // the last one; nil if a test was just run, or none passed
	OwnTest   []piece
	OwnCovers string
}

// passedTest is a test that passed.
type passedTest struct {
	Token string
	At    ui.Time
}

// reach says which requests have reached the address.
type reach struct {
	Badge    ui.Badge
	Sentence string
	Rows     []contactRow
	Do       [][]piece // what to do if none came
}

// contactRow is the first or the last request of a kind.
type contactRow struct {
	What, From, Client, Request string
	At                          ui.Time
	Answer                      ui.Badge
}

// testResult is what a test found.
type testResult struct {
	Heading string
	Badge   ui.Badge
	Token   string
	Refused []string // texts of refusals, each once
	Rows    []probeRow
	Fix     *ui.Press // what mends it here; nil: nothing
	Again   []piece   // what to press there afterwards; nil if it passed
	Settle  *ui.Link
}

// probeRow is a request of a test.
type probeRow struct {
	What, Request string
	Answer        ui.Badge
	Own           string // whether the product's own test does it, too
}

// provisionEnablePage is the last question before pushes count.
type provisionEnablePage struct {
	ui.Base
	stepFrame
	On       bool   // they count already
	SCIM     string // the page about it; "" for those who may not open it
	Pilot    string // the page of the pilot and the checklist; as SCIM
	InPilot  bool   // they count for some people only
	Blocked  string // why the visitor cannot enable it; "" if they can
	Facts    []ui.Fact
	Groups   []provisionGroup
	Changes  []string
	Warnings []ui.Todo
	Form     setupForm
}

// provisionGroup is what becomes of a group.
type provisionGroup struct {
	Name          string
	Organization  string
	Join, Confirm int
}
