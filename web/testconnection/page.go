package testconnection

import (
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// testsPage lists the test connections of one connection, and begins one.
type testsPage struct {
	ui.Base
	Connection string
	Wrong      []ui.Wrong
	Start      string // where every form is posted
	Blocked    string // why there is nothing to test yet; "" if there is
	Fix        string // where that is mended
	Draft      bool   // it is the draft that is tried, not what is live
	Captured   ui.Field
	What       string // that can be pasted, in words
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

// testPage is a test connection: one that waits, or what came of it.
type testPage struct {
	ui.Base
	Badge    ui.Badge
	Heading  string
	Sentence string
	Facts    []ui.Fact
	Waiting  *testWaiting  // nil once it is over
	Stops    []testStop    // where people get stuck, while nobody came back
	Failed   *testFailed   // nil unless it failed
	Warnings []testWarning // those that need action
	Notes    []testWarning // those that are worth knowing
	Checks   console.Checks
	Identity []testValue
	Groups   *testGroups // nil if it did not get that far
	Changes  []testChange
	Entry    []ui.Fact // what decides about the person coming in
	Raw      *ui.Copyable
	Bundle   *ui.Copyable
	Again    string // where another one is begun; "" where that needs something to be pasted
	Links    []ui.Link
}

func (p *testPage) Title() string { return p.Heading }

// testWaiting is what there is to do while nobody came back.
type testWaiting struct {
	Open    string       // opens the identity provider
	Link    *ui.Copyable // to be passed on; nil where it is not known any more
	Left    string       // for how long it is good, in words
	Refresh string       // this page
}

// testStop is a page of the identity provider from which nobody comes back.
type testStop struct {
	Cause, Message, Do, Place string
	Values                    []console.Entry // to compare with what is there
}

// testFailed is what an admin has to know about a failure.
type testFailed struct {
	Cause, Who, Do, Place string
	Link                  *ui.Link // to the place, where it is one of ours
	Ask                   string   // whom to ask, where it is one that the visitor may not open
	Fetch                 string   // where the metadata is fetched again; "" where that is no remedy
	Code                  string
}

// testWarning is what an admin has to know about something that stops nobody.
type testWarning struct {
	Cause, Who, Do, Place string
	Link                  *ui.Link // to the place, where it is one of ours
	Ask                   string   // whom to ask, where it is one that the visitor may not open
	Minor                 bool
}

// testValue is a field of the identity, and the claim it came from.
type testValue struct{ Field, Value, From string }

// testGroups is what was said about groups.
type testGroups struct {
	State     string // in words
	Badge     ui.Badge
	Names     []string
	Note      string // why memberships would be kept
	Unmatched []string
	Near      []testNear

	NotUnderstood *console.NotUnderstood // nil if everything was
}

// testNear is a name that nearly is that of a group.
type testNear struct {
	Asserted, Name, Organization, Why string

	Accept   *ui.Press // nil where it cannot be made an IdP name, or not by the visitor
	Accepted bool      // it is an IdP name of the group by now
}

// testChange is what would change in one organization.
type testChange struct {
	Organization         string
	Added, Removed, Kept []string
}

// Nothing reports whether the organization stays as it is, with nobody in it.
func (c testChange) Nothing() bool { return len(c.Added)+len(c.Removed)+len(c.Kept) == 0 }
