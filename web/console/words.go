package console

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
)

// WithReason returns the name of a group, with the reason for a membership that no
// asserted name explains.
func WithReason(name string, source sso.MembershipSource) string {
	if source == sso.SourceConnection {
		return name + " (default group of the connection)"
	}
	return name
}

// TestState returns the state of a test connection as a badge.
func TestState(run sso.TestRun) ui.Badge {
	switch run.State {
	case sso.TestPassed:
		if run.Warned > 0 {
			return ui.Badge{Label: "passed, with warnings", State: "warn"}
		}
		return ui.Badge{Label: "passed", State: "ok"}
	case sso.TestFailed:
		return ui.Badge{Label: "failed", State: "error"}
	case sso.TestWaiting:
		return ui.Badge{Label: "waiting", State: "warn"}
	}
	return ui.Badge{Label: "expired"}
}
