package signin

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
)

// testedPage is shown after a test connection. It tells the visitor only whether
// the test passed.
type testedPage struct {
	ui.Base
	State    string // "ok", "warn", "error" or "" for none
	Heading  string
	Sentence string
	Href     string // the result, for admins of the connection
}

func (p *testedPage) Title() string { return p.Heading }

// newTested returns the page for the state of a test.
func newTested(e sso.Enterprise, run sso.TestRun) *testedPage {
	p := &testedPage{
		Base: ui.BaseOf(e),
		Href: "/admin/enterprises/" + e.Key + "/connections/" + string(run.Connection) + "/tests/" +
			string(run.ID),
	}
	switch run.State {
	case sso.TestPassed:
		p.State = "ok"
		p.Heading = "The test passed"
		p.Sentence = "Signing in through this connection would work. You were not signed in: nothing was changed."
		if run.Warned > 0 {
			p.State, p.Heading = "warn", "The test passed, with warnings"
			p.Sentence = "Signing in through this connection would work, but something needs attention first. You were not signed in: nothing was changed."
		}
	case sso.TestFailed:
		p.State = "error"
		p.Heading = "The test failed"
		p.Sentence = "Signing in through this connection would not work yet. Nothing was changed."
	case sso.TestWaiting:
		p.Heading = "The test is not finished"
		p.Sentence = "Waiting for a response from the identity provider."
	default:
		p.Heading = "The test is over"
		p.Sentence = "The identity provider did not respond in time. Start another test."
	}
	return p
}
