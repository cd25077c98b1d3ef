package page

import (
	"gatehouse/sso"
)

// testPages are about test connections.
func testPages() []Page { return []Page{new(Tests), new(Test), new(Tested)} }

// Tests lists the test connections of one connection, and begins one.
type Tests struct {
	Base
	Connection string
	Wrong      []Wrong
	Start      string // where every form is posted
	Blocked    string // why there is nothing to test yet; "" if there is
	Fix        string // where that is mended
	Draft      bool   // it is the draft that is tried, not what is live
	Captured   Field
	What       string // that can be pasted, in words
	Attempts   []Option
	Runs       []TestRow
	Pager      Pager
}

func (Tests) title() string { return "Test connections" }

// TestRow is one test connection in a list.
type TestRow struct {
	Href   string
	Kind   string
	Badge  Badge
	At     Time
	Result string // the code it failed with
}

// Test is a test connection: one that waits, or what came of it.
type Test struct {
	Base
	Badge    Badge
	Heading  string
	Sentence string
	Facts    []Fact
	Waiting  *TestWaiting  // nil once it is over
	Stops    []TestStop    // where people get stuck, while nobody came back
	Failed   *TestFailed   // nil unless it failed
	Warnings []TestWarning // those that need action
	Notes    []TestWarning // those that are worth knowing
	Checks   Checks
	Identity []TestValue
	Groups   *TestGroups // nil if it did not get that far
	Changes  []TestChange
	Entry    []Fact // what decides about the person coming in
	Raw      *Copyable
	Bundle   *Copyable
	Again    string // where another one is begun; "" where that needs something to be pasted
	Links    []Link
}

func (p *Test) title() string { return p.Heading }

// TestWaiting is what there is to do while nobody came back.
type TestWaiting struct {
	Open    string    // opens the identity provider
	Link    *Copyable // to be passed on; nil where it is not known any more
	Left    string    // for how long it is good, in words
	Refresh string    // this page
}

// TestStop is a page of the identity provider from which nobody comes back.
type TestStop struct {
	Cause, Message, Do, Place string
	Values                    []Entry // to compare with what is there
}

// TestFailed is what an admin has to know about a failure.
type TestFailed struct {
	Cause, Who, Do, Place string
	Link                  *Link  // to the place, where it is one of ours
	Ask                   string // whom to ask, where it is one that the visitor may not open
	Fetch                 string // where the metadata is fetched again; "" where that is no remedy
	Code                  string
}

// TestWarning is what an admin has to know about something that stops nobody.
type TestWarning struct {
	Cause, Who, Do, Place string
	Link                  *Link  // to the place, where it is one of ours
	Ask                   string // whom to ask, where it is one that the visitor may not open
	Minor                 bool
}

// TestValue is a field of the identity, and the claim it came from.
type TestValue struct{ Field, Value, From string }

// TestGroups is what was said about groups.
type TestGroups struct {
	State     string // in words
	Badge     Badge
	Names     []string
	Note      string // why memberships would be kept
	Unmatched []string
	Near      []TestNear

	NotUnderstood *NotUnderstood // nil if everything was
}

// TestNear is a name that nearly is that of a group.
type TestNear struct {
	Asserted, Name, Organization, Why string

	Accept   *Press // nil where it cannot be made an IdP name, or not by the visitor
	Accepted bool   // it is an IdP name of the group by now
}

// TestChange is what would change in one organization.
type TestChange struct {
	Organization         string
	Added, Removed, Kept []string
}

// Nothing reports whether the organization stays as it is, with nobody in it.
func (c TestChange) Nothing() bool { return len(c.Added)+len(c.Removed)+len(c.Kept) == 0 }

// Tested is what the browser lands on after a test connection. It tells whoever
// is there no more than how it went.
type Tested struct {
	Base
	State    string // "ok", "warn", "error" or "" for none
	Heading  string
	Sentence string
	Href     string // what came of it, for those who administer the connection
}

func (p *Tested) title() string { return p.Heading }

// NewTested chooses the words.
func NewTested(e sso.Enterprise, run sso.TestRun) *Tested {
	p := &Tested{Base: Base{Enterprise: e.Name}, Href: "/admin/enterprises/" + e.Key + "/connections/" + string(run.Connection) + "/tests/" + string(run.ID)}
	switch run.State {
	case sso.TestPassed:
		p.State, p.Heading, p.Sentence = "ok", "The test passed", "Signing in through this connection would work. You were not signed in: nothing was changed."
		if run.Warned > 0 {
			p.State, p.Heading = "warn", "The test passed, with warnings"
			p.Sentence = "Signing in through this connection would work, but something needs attention first. You were not signed in: nothing was changed."
		}
	case sso.TestFailed:
		p.State, p.Heading, p.Sentence = "error", "The test failed", "Signing in through this connection would not work yet. Nothing was changed."
	case sso.TestWaiting:
		p.Heading, p.Sentence = "The test is not finished", "Waiting for a response from the identity provider."
	default:
		p.Heading, p.Sentence = "The test is over", "The identity provider did not respond in time. Begin another test."
	}
	return p
}

// TestState is the state of a test connection as a badge.
func TestState(run sso.TestRun) Badge {
	switch run.State {
	case sso.TestPassed:
		if run.Warned > 0 {
			return Badge{Label: "passed, with warnings", State: "warn"}
		}
		return Badge{Label: "passed", State: "ok"}
	case sso.TestFailed:
		return Badge{Label: "failed", State: "error"}
	case sso.TestWaiting:
		return Badge{Label: "waiting", State: "warn"}
	}
	return Badge{Label: "expired"}
}
