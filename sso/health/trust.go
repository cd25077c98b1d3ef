package health

import (
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// checkTrust reports a change of trust that waits for a decision, also for a
// connection that is not enabled, since new connections begin that way.
func checkTrust(c sso.Connection) (f sso.Finding, ok bool) {
	change := c.Trust.Waiting()
	if change == nil {
		return f, false
	}
	f.Kind = sso.HealthTrust
	f.Connection = c.ID
	f.Subject = subjectOf(change)
	f.FindingDetail = sso.FindingDetail{
		Text:   "A change of whom " + c.Name + " trusts to say who people are waits for approval.",
		Side:   string(catalog.Operator),
		Do:     "Look at what was changed and by whom, and approve or refuse it. No one signs in with it before that.",
		At:     change.AskedAt,
		Path:   "connections/" + string(c.ID),
		Urgent: true,
	}
	return f, true
}

// concernsOperators reports whether operators are told as well as the enterprise's
// admins: an admin may have made the change.
func concernsOperators(events []sso.HealthEvent) bool {
	return slices.ContainsFunc(events, func(e sso.HealthEvent) bool {
		return e.Kind == sso.HealthTrust || e.Kind == sso.HealthTrusted || e.Kind == sso.HealthSubjects ||
			e.Kind == sso.HealthRule
	})
}

// trustReported is the time for which a change of trust that a test approved is
// shown.
const trustReported = 7 * day

// checkTestedTrust reports a change of trust that went live because a user known through
// the previous trust passed a test. That user may be its author.
func checkTestedTrust(s State, c sso.Connection) (f sso.Finding, ok bool) {
	change := c.Trust.Tested
	if change == nil || s.Now.Sub(c.Trust.Since) > trustReported {
		return f, false
	}
	f.Kind, f.Subject = sso.HealthTrusted, subjectOf(change)
	f.FindingDetail = sso.FindingDetail{
		Text: "A new identity provider or client was enabled on " + c.Name +
			". A person who was signed in passed the test of it; no admin approved it.",
		Side: string(catalog.Operator),
		Do: "Check that the company wanted this change. " +
			"If it did not, roll the connection back and revoke the setup link.",
		At:   c.Trust.Since,
		Path: "connections/" + string(c.ID),
	}
	return f, true
}

// subjectOf returns the start of the digest of a change, which identifies the
// finding about it.
func subjectOf(change *sso.TrustChange) string {
	return change.Digest[:min(len(change.Digest), 16)]
}

// checkRule reports that login conflicts are answered by a rule since lately, or were until
// lately: what it answered meanwhile stays.
func checkRule(s State) (f sso.Finding, ok bool) {
	at := s.Rules.ChangedAt
	if at.IsZero() || s.Now.Sub(at) > trustReported {
		return f, false
	}
	f.HealthKey = sso.HealthKey{
		Kind:    sso.HealthRule,
		Subject: at.UTC().Format(time.RFC3339Nano),
	}
	f.FindingDetail = sso.FindingDetail{
		Text: "Login conflicts are answered by a rule: two accounts with the same login and addresses of one " +
			"domain of the company belong to one person, unless one of them is an admin’s.",
		Side: string(catalog.Operator),
		Do:   "Check that the company wants this. If it does not, switch the rule off under Login conflicts.",
		At:   at,
		Path: "questions",
	}
	if !s.Rules.SameLoginAndDomain {
		f.Text = "Login conflicts were answered by a rule until " + at.UTC().Format("2 January 2006 15:04 UTC") +
			". What it answered until then stays: the accounts are merged."
		f.Do = "Check that the company wanted this. If it did not, undo the merges that the rule made."
	}
	return f, true
}
