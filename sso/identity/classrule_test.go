package identity_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// samePerson are facts of which all conditions are true.
func samePerson() identity.SamePersonFacts {
	return identity.SamePersonFacts{
		Question: sso.IdentityQuestion{
			User:   "user-new",
			Holder: "user-ada",
			Login:  "ADA@acme.test",
			State:  sso.QuestionWaiting,
		},
		Claimant: sso.User{
			ID:     "user-new",
			Login:  "ADA@acme.test",
			Email:  "ada@acme.test",
			Status: sso.UserPending,
		},
		Holder: sso.User{
			ID:     "user-ada",
			Login:  "ada@acme.test",
			Email:  "Ada.King@ACME.test",
			Status: sso.UserActive,
		},
		Identities: []sso.UserIdentity{
			{Login: "king", LastSeenAt: time.Unix(1, 0)},
			{Login: "Ada@acme.test", LastSeenAt: time.Unix(2, 0)},
		},
		DomainProven: true,
	}
}

// logins sets the logins of a question and its holder.
func logins(claimed, held string) func(*identity.SamePersonFacts) {
	return func(f *identity.SamePersonFacts) {
		f.Question.Login, f.Holder.Login = claimed, held
		f.Identities = nil
	}
}

// TestSamePerson: the rule says yes if all conditions are true, and names the one that is
// false alone.
func TestSamePerson(t *testing.T) {
	if against := identity.SamePerson(samePerson()); len(against) > 0 {
		t.Errorf("all is true: %v", against)
	}
	for name, c := range map[string]struct {
		spoil func(*identity.SamePersonFacts)
		want  sso.RuleReason
	}{
		"a move":            {func(f *identity.SamePersonFacts) { f.Question.Kind = sso.QuestionMove }, sso.RuleOther},
		"a merge":           {func(f *identity.SamePersonFacts) { f.Question.Kind = sso.QuestionMerged }, sso.RuleOther},
		"a former identity": {func(f *identity.SamePersonFacts) { f.Question.Kind = sso.QuestionFormer }, sso.RuleOther},
		"doubted":           {func(f *identity.SamePersonFacts) { f.Doubted = true }, sso.RuleOther},
		"two forms":         {logins("ren\u00e9", "rene\u0301"), sso.RuleLooksAlike},
		"not ASCII":         {logins("ren\u00e9", "ren\u00e9"), sso.RuleLooksAlike},
		"no claimant":       {func(f *identity.SamePersonFacts) { f.Claimant = sso.User{} }, sso.RuleDeleted},
		"no holder":         {func(f *identity.SamePersonFacts) { f.Holder = sso.User{} }, sso.RuleDeleted},
		"Cyrillic":          {func(f *identity.SamePersonFacts) { f.Question.Login = "\u0430da@acme.test" }, sso.RuleLooksAlike},
		"invisible":         {func(f *identity.SamePersonFacts) { f.Question.Login = "a\u200bda@acme.test" }, sso.RuleLooksAlike},
		"Kelvin sign":       {logins("\u212aim", "kim"), sso.RuleLooksAlike},
		"sharp s":           {logins("wei\u00df", "weiss"), sso.RuleLooksAlike},
		"long s":            {logins("ro\u017fe", "rose"), sso.RuleLooksAlike},
		"ligature":          {logins("\ufb01nn", "finn"), sso.RuleLooksAlike},
		"capital umlaut":    {logins("\u00c4nne", "\u00e4nne"), sso.RuleLooksAlike},
		"given login":       {func(f *identity.SamePersonFacts) { f.Holder.LoginGiven = true }, sso.RuleGiven},
		"renamed": {func(f *identity.SamePersonFacts) {
			f.Identities[0].LastSeenAt = f.Identities[1].LastSeenAt.Add(time.Second)
		}, sso.RuleOutdated},
		"no address":          {func(f *identity.SamePersonFacts) { f.Claimant.Email = "" }, sso.RuleDomain},
		"holder's address":    {func(f *identity.SamePersonFacts) { f.Holder.Email = "" }, sso.RuleDomain},
		"another domain":      {func(f *identity.SamePersonFacts) { f.Claimant.Email = "ada@evil.test" }, sso.RuleDomain},
		"a subdomain":         {func(f *identity.SamePersonFacts) { f.Claimant.Email = "ada@x.acme.test" }, sso.RuleDomain},
		"not proven":          {func(f *identity.SamePersonFacts) { f.DomainProven = false }, sso.RuleUnproven},
		"the same connection": {func(f *identity.SamePersonFacts) { f.AtConnection = true }, sso.RuleConnection},
		"passed on":           {func(f *identity.SamePersonFacts) { f.PassedOn = true }, sso.RuleHanded},
		"was active":          {func(f *identity.SamePersonFacts) { f.WasActive = true }, sso.RuleActive},
		"is active":           {func(f *identity.SamePersonFacts) { f.Question.Keeps = "king" }, sso.RuleActive},
		"by hand":             {func(f *identity.SamePersonFacts) { f.ByHand = true }, sso.RuleGroups},
		"provisioned":         {func(f *identity.SamePersonFacts) { f.ProvisionedElsewhere = true }, sso.RuleProvisioned},
		"an admin":            {func(f *identity.SamePersonFacts) { f.Admin = true }, sso.RuleAdmin},
		"an operator":         {func(f *identity.SamePersonFacts) { f.Operator = true }, sso.RuleOperator},
		"deactivated": {func(f *identity.SamePersonFacts) {
			f.Holder.Status = sso.UserDeactivated
		}, sso.RuleInactive},
		"merged away": {func(f *identity.SamePersonFacts) { f.Holder.MergedInto = "user-x" }, sso.RuleInactive},
		"waits":       {func(f *identity.SamePersonFacts) { f.Waits = true }, sso.RuleWaits},
		"told apart":  {func(f *identity.SamePersonFacts) { f.Separated = true }, sso.RuleSeparated},
	} {
		f := samePerson()
		c.spoil(&f)
		if got := identity.SamePerson(f); !slices.Equal(got, []sso.RuleReason{c.want}) {
			t.Errorf("%s: %v; want %s", name, got, c.want)
		}
	}
}

// TestSamePersonDecided: what a decision changed does not count against what the rule would
// have said before it.
func TestSamePersonDecided(t *testing.T) {
	f := samePerson()
	f.Question.State, f.Question.Answer = sso.QuestionAnswered, sso.AnswerReplaces
	f.Claimant.Status, f.Holder.Status = sso.UserActive, sso.UserDeactivated
	f.Holder.Login, f.Holder.LoginGiven = "other", true
	if got := identity.SamePerson(f); len(got) > 0 {
		t.Errorf("%v", got)
	}
	v := sso.RuleVerdict{Question: f.Question}
	if !v.Yes() || !v.Wrong() {
		t.Error("the rule contradicts the admin")
	}
}

// TestRuleTried: a try counts for a day.
func TestRuleTried(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]bool{0: true, 23 * time.Hour: true, 24 * time.Hour: false} {
		if got := (sso.IdentityRules{TriedAt: now.Add(-age), TriedBy: "adm-1"}).Tried("adm-1", now); got != want {
			t.Errorf("a try %s ago counts: %t", age, got)
		}
	}
	if sso.DefaultIdentityRules().Tried("", now) {
		t.Error("a rule that was never tried counts as tried")
	}
}
