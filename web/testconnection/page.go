package testconnection

import (
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// testsPage lists the test connections of one connection, and starts one.
type testsPage struct {
	ui.Base
	Connection string
	Wrong      []ui.Wrong
	Start      string // target of every form
	Blocked    string // why no test can start yet; "" if one can
	Fix        string // address that fixes it
	Draft      bool   // the draft is tested, not the live configuration
	Captured   ui.Field
	What       string // kind of response to paste, in words
	Attempts   []ui.Option
	Runs       []testRow
	Pager      ui.Pager
}

func (testsPage) Title() string { return "Test connections" }

// testRow is one test connection in a list.
type testRow struct {
	Href   string
	Kind   string
	Badge  ui.Badge
	At     ui.Time
	Result string // the code it failed with
}

// testPage shows a test connection: waiting, or its result.
type testPage struct {
	ui.Base
	Badge    ui.Badge
	Heading  string
	Sentence string
	Facts    []ui.Fact
	Waiting  *testWaiting  // nil once it is over
	Stops    []testStop    // where users get stuck, while no response has arrived
	Failed   *testFailed   // nil unless it failed
	Warnings []testWarning // those that need action
	Notes    []testWarning // those for information
	Checks   console.Checks
	Identity []testValue
	Groups   *testGroups // nil if the test ended before
	Changes  []testChange
	Entry    []ui.Fact // the access decision
	Raw      *ui.Copyable
	Bundle   *ui.Copyable
	Again    string // address that starts another test; "" if that needs a pasted response
	Links    []ui.Link
}

func (p *testPage) Title() string { return p.Heading }

// testWaiting is shown until a response arrives.
type testWaiting struct {
	Open    string       // opens the identity provider
	Link    *ui.Copyable // to pass on; nil once it was shown
	Left    string       // remaining time, in words
	Refresh string       // this page
}

// testStop is an error page of the identity provider from which the browser does
// not return.
type testStop struct {
	Cause, Message, Do, Place string
	Values                    []console.Entry // to compare with the values there
}

// testFailed explains a failure to an admin.
type testFailed struct {
	Cause, Who, Do, Place string
	Link                  *ui.Link // to the place, if it is in the console
	Ask                   string   // whom to ask, if the visitor may not open it
	Fetch                 string   // address that fetches the metadata again; "" if that does not help
	Code                  string
}

// testWarning explains to an admin a problem that does not stop the sign-in.
type testWarning struct {
	Cause, Who, Do, Place string
	Link                  *ui.Link // to the place, if it is in the console
	Ask                   string   // whom to ask, if the visitor may not open it
	Minor                 bool
}

// testValue is a field of the identity, and the claim it came from.
type testValue struct{ Field, Value, From string }

// testGroups shows the asserted groups.
type testGroups struct {
	State     string // in words
	Badge     ui.Badge
	Names     []string
	Note      string // why memberships would be kept
	Unmatched []string
	Near      []testNear

	NotUnderstood *console.NotUnderstood // nil if all were understood
}

// testNear is a near miss.
type testNear struct {
	Asserted, Name, Organization, Why string

	Accept   *ui.Press // nil if it cannot become an IdP name, or not by the visitor
	Accepted bool      // it is already an IdP name of the group
}

// testChange is the change in one organization.
type testChange struct {
	Organization         string
	Added, Removed, Kept []string
}

// Nothing reports whether the person has no groups in the organization, before and
// after.
func (c testChange) Nothing() bool { return len(c.Added)+len(c.Removed)+len(c.Kept) == 0 }
