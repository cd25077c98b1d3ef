package sso

import "time"

// IdentityRules are the answers that an enterprise gives in advance to identity questions.
// The zero value answers none.
type IdentityRules struct {
	// SameLoginAndDomain answers that the two are one person if they have the same login
	// and addresses of one domain of the enterprise; [RuleReason] says what else is needed.
	SameLoginAndDomain bool
	Revision           int64 // 1 before the first change, one more after each
	// TriedAt is when what the rule would have done was looked at last since the last
	// change; zero if it was not.
	TriedAt   time.Time
	TriedBy   Actor
	ChangedAt time.Time // zero before the first change
	ChangedBy Actor
}

// DefaultIdentityRules are those of an enterprise that has decided nothing.
func DefaultIdentityRules() IdentityRules { return IdentityRules{Revision: 1} }

// RuleSwitch is what a change of [IdentityRules] by an actor depends on.
type RuleSwitch struct {
	Rules IdentityRules
	On    bool // whether the rule is on afterwards
	// Untested is the name of a connection of which the actor passed no test as it is live;
	// "" if there is none. One that was live counts while it is disabled: it can be enabled
	// again. Tested says that the actor passed one of another.
	Untested string
	Tested   bool
}

// ruleTryValid is how long after a try the rule may be switched on.
const ruleTryValid = 24 * time.Hour

// RuleTryPeriod is how far back a try looks.
const RuleTryPeriod = 30 * 24 * time.Hour

// Tried reports whether an actor has looked lately at what the rule would have done, as the
// last one who did, so that the actor may switch it on.
func (r IdentityRules) Tried(by Actor, now time.Time) bool {
	return r.TriedBy == by && !r.TriedAt.IsZero() && now.Sub(r.TriedAt) < ruleTryValid
}

// RuleReason is why [IdentityRules].SameLoginAndDomain does not answer a question.
type RuleReason string

// The reasons. Each is enough.
const (
	RuleOther      RuleReason = "other_question"      // it is or was not about a login alone
	RuleDeleted    RuleReason = "account_deleted"     // one of the two was deleted since
	RuleLooksAlike RuleReason = "login_looks_alike"   // the logins are not the same, letter case aside, or not ASCII
	RuleGiven      RuleReason = "login_given"         // an admin gave the holder the login
	RuleOutdated   RuleReason = "login_outdated"      // the holder signed in last with another login
	RuleDomain     RuleReason = "other_domain"        // the addresses are not of one domain
	RuleUnproven   RuleReason = "domain_not_verified" // the enterprise has not proven that domain now
	RuleConnection RuleReason = "same_connection"     // the holder is or was known at the connection
	RuleHanded     RuleReason = "login_passed_on"     // another user had the login
	RuleActive     RuleReason = "claimant_was_active" // the claimant was let in before, or is provisioned
	RuleGroups     RuleReason = "claimant_has_groups" // an admin added the claimant to a group
	// RuleProvisioned says that another connection provisions the holder, and that this one
	// provisions: it would take the user over.
	RuleProvisioned RuleReason = "provisioned_elsewhere"
	RuleAdmin       RuleReason = "admin"           // one of the two is an admin
	RuleOperator    RuleReason = "operator"        // an operator's account is tied to one of the two
	RuleInactive    RuleReason = "holder_inactive" // the holder is deactivated or was merged away
	RuleWaits       RuleReason = "waits_elsewhere" // another question or a move waits for one of the two
	// RuleReturned says that the holder was not active at some time since the last sign-in: the
	// login may have passed to the next person.
	RuleReturned  RuleReason = "holder_was_inactive"
	RuleSeparated RuleReason = "told_apart" // an admin said before that the two are two people
)

// RuleVerdict is what the rule says about one question.
type RuleVerdict struct {
	Question         IdentityQuestion
	Claimant, Holder User         // as they are now; zero if deleted
	Against          []RuleReason // none: both are one person
}

// Yes reports whether the rule says that both are one person.
func (v RuleVerdict) Yes() bool { return len(v.Against) == 0 }

// Wrong reports whether an admin has answered otherwise than the rule would have.
func (v RuleVerdict) Wrong() bool {
	return v.Yes() && v.Question.State == QuestionAnswered && v.Question.Answer != AnswerSame
}

// RuleTry is what the rule would have done.
type RuleTry struct {
	Rules    IdentityRules
	Verdicts []RuleVerdict // of the latest questions, newest first
	More     bool          // there are older questions within RuleTryPeriod
}

// Count returns how many verdicts are yes, how many of them contradict an admin, and how
// many are about questions that wait.
func (t RuleTry) Count() (yes, wrong, open int) {
	for _, v := range t.Verdicts {
		if !v.Yes() {
			continue
		}
		yes++
		switch {
		case v.Wrong():
			wrong++
		case v.Question.State == QuestionWaiting:
			open++
		}
	}
	return yes, wrong, open
}
