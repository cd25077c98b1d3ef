package identity

import (
	"strings"

	"gatehouse/sso"
)

// SamePersonFacts are the facts about an identity question and its two users. Of a
// question that was decided they are those before the decision, as far as they are known.
type SamePersonFacts struct {
	Question         sso.IdentityQuestion
	Claimant, Holder sso.User // zero if deleted since
	// DomainProven says that the enterprise has proven the domain of the claimant's
	// address now.
	DomainProven bool
	// AtConnection says that the holder has or had an identity of the connection.
	AtConnection bool
	// Identities and Former are those of the holder.
	Identities []sso.UserIdentity
	Former     []sso.FormerIdentity
	// Returned says that the holder was not active at some time since the last sign-in.
	Returned bool
	// Doubted says that it was not clear for another reason than the login who the claimant
	// is, at this question or one before.
	Doubted bool
	// PassedOn says that a third user has or had the login, through any connection, or that
	// an identity with the login, the claimant's subject or externalId has ended.
	PassedOn bool
	// WasActive says that the claimant was let in before the question, or is provisioned.
	WasActive bool
	// ByHand says that an admin added the claimant to a group.
	ByHand bool
	// ProvisionedElsewhere says that another connection provisions the holder, and that of
	// the question provisions, too.
	ProvisionedElsewhere bool
	// Admin and Operator are about either of the two.
	Admin, Operator bool
	// Waits says that another question or a move waits for a decision about one of the
	// two.
	Waits bool
	// Separated says that an admin told people with the login, or one of the two and another
	// account, apart: by the answer to a question, or by undoing a merge.
	Separated bool
}

// SamePerson returns each reason why the rule of [sso.IdentityRules] does not answer that
// both are one person; none if it does. Admins are never joined by it: with the account
// their rights would change hands without a decision about them.
func SamePerson(f SamePersonFacts) (against []sso.RuleReason) {
	if f.Question.Kind != sso.QuestionLogin || f.Doubted {
		return []sso.RuleReason{sso.RuleOther}
	}
	if f.Claimant == (sso.User{}) || f.Holder.ID == "" { // a new claimant has no ID yet
		return []sso.RuleReason{sso.RuleDeleted}
	}
	open := f.Question.State == sso.QuestionWaiting
	domain := sso.EmailDomain(f.Claimant.Email)
	for _, r := range []struct {
		is     bool
		reason sso.RuleReason
	}{
		{open && !sameLetters(f.Question.Login, f.Holder.Login), sso.RuleLooksAlike},
		{open && f.Holder.LoginGiven, sso.RuleGiven},
		{open && holderOutdated(f), sso.RuleOutdated},
		{open && f.Returned, sso.RuleReturned},
		{domain == "" || domain != sso.EmailDomain(f.Holder.Email), sso.RuleDomain},
		{!f.DomainProven, sso.RuleUnproven},
		{f.AtConnection, sso.RuleConnection},
		{f.PassedOn, sso.RuleHanded},
		{f.WasActive || f.Question.Keeps != "", sso.RuleActive},
		{f.ByHand, sso.RuleGroups},
		{f.ProvisionedElsewhere, sso.RuleProvisioned},
		{f.Admin, sso.RuleAdmin},
		{f.Operator, sso.RuleOperator},
		{open && (f.Holder.Status != sso.UserActive || f.Holder.MergedInto != ""), sso.RuleInactive},
		{f.Waits, sso.RuleWaits},
		{f.Separated, sso.RuleSeparated},
	} {
		if r.is {
			against = append(against, r.reason)
		}
	}
	return against
}

// holderOutdated reports whether a user signed in last with another login than the account has,
// as with a linked subject after a change of name. The next person may have that login. When
// a former identity was seen is not known; it may have been until it ended.
func holderOutdated(f SamePersonFacts) bool {
	var latest sso.UserIdentity
	for _, i := range f.Identities {
		if i.LastSeenAt.After(latest.LastSeenAt) {
			latest = i
		}
	}
	for _, ended := range f.Former {
		if !ended.At.Before(latest.LastSeenAt) && ended.Login != "" && IsOutdated(ended.Login, f.Holder.Login) {
			return true
		}
	}
	return !latest.LastSeenAt.IsZero() && IsOutdated(latest.Login, f.Holder.Login)
}

// Claimant returns the user of a sign-in who would wait for the answer to a question, as
// far as the rule looks at them. The zero user is a new one.
func Claimant(before sso.User, id sso.Identity) sso.User {
	u := assertAddress(before, id, false)
	u.Status = sso.UserPending
	return u
}

// sameLetters reports whether two logins are the same but for the case of the letters A to Z.
// No other letter counts as the same as itself in another form, and a login with one is never
// the same: one of two such logins may have been made to be taken for the other, and whether
// another user has it in another form is not known.
func sameLetters(a, b string) bool { return isASCII(a) && isASCII(b) && strings.EqualFold(a, b) }
