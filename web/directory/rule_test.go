package directory_test

import "testing"

// TestRuleForLogins: the rule is refused without a try, and then switched on, applied and
// switched off.
func TestRuleForLogins(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list, rule := f.acme.at("questions"), f.acme.at("identity-rules")
	f.shows(f.get(list), 200, "Answer the clear ones by a rule", "Try it first")
	f.shows(
		f.post(rule, "same_login_and_domain", "true", "revision", "1"), 422, "Try the rule first",
		"Answer the clear ones by a rule",
	)
	f.shows(f.done(f.post(f.acme.at("identity-rules", "try")), list), 200, "The rule was tried", "Switch it on")
	f.shows(f.post(rule, "same_login_and_domain", "true", "revision", "1"), 422, "pass a test connection")
	f.passTest()
	f.shows(f.done(f.post(rule, "same_login_and_domain", "true", "revision", "1"), list), 200, "The rule is on")
	f.shows(f.post(rule, "same_login_and_domain", "false", "revision", "1"), 409, "changed")
	f.shows(f.done(f.post(rule, "answer_open", "true", "revision", "2"), list), 200, "has answered")
	f.shows(f.done(f.post(rule, "same_login_and_domain", "false", "revision", "2"), list), 200, "The rule is off")
	f.shows(f.post(rule, "answer_open", "true", "revision", "3"), 422, "The rule is off")
}
