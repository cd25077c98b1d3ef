package directory

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// ruleCard is the rule that answers login conflicts.
type ruleCard struct {
	On     bool
	Since  ui.Time // of On
	Tried  bool    // lately by the visitor: Rows are what it would have done
	At     ui.Time // of Tried
	Rows   []ruleRow
	More   int // questions of the try that are not listed
	Yes    int
	Wrong  int // that an admin answered otherwise
	Open   int // that wait
	Action string
	Hidden []ui.HiddenField
}

// ruleRow is what the rule says about one question.
type ruleRow struct {
	Login            string
	Claimant, Holder personRef
	Emails           string // of both, if they are not the same
	Decision         string // of an admin, or that it waits
	Verdict          ui.Badge
	Why              []string
}

// newRuleCard returns the card for an actor; a Href of a person is their ID.
func newRuleCard(try sso.RuleTry, by sso.Actor, now time.Time) *ruleCard {
	c := &ruleCard{
		On:    try.Rules.SameLoginAndDomain,
		Since: ui.NewTime(try.Rules.ChangedAt, now),
		Tried: try.Rules.Tried(by, now),
		At:    ui.NewTime(try.Rules.TriedAt, now),
	}
	c.Yes, c.Wrong, c.Open = try.Count()
	if !c.Tried {
		return c
	}
	shown := try.Verdicts[:min(len(try.Verdicts), mostShown)]
	c.More = len(try.Verdicts) - len(shown)
	for _, v := range shown {
		c.Rows = append(c.Rows, newRuleRow(v))
	}
	return c
}

func newRuleRow(v sso.RuleVerdict) ruleRow {
	row := ruleRow{
		Login:    v.Question.Login,
		Claimant: refOf(v.Claimant, v.Question.User),
		Holder:   refOf(v.Holder, v.Question.Holder),
		Decision: decisionWords(v.Question),
		Verdict:  ui.Badge{Label: "Left to an admin"},
	}
	if !strings.EqualFold(v.Claimant.Email, v.Holder.Email) {
		row.Emails = cmp.Or(v.Claimant.Email, "no address") + " and " + cmp.Or(v.Holder.Email, "no address")
	}
	if v.Yes() {
		row.Verdict = ui.Badge{Label: "The same person", State: "ok"}
	}
	if v.Wrong() {
		row.Verdict = ui.Badge{Label: "The same person: otherwise decided", State: "error"}
	}
	for _, reason := range v.Against {
		row.Why = append(row.Why, ruleWords(reason))
	}
	return row
}

// refOf names a user; a deleted one by the ID.
func refOf(u sso.User, id sso.UserID) personRef {
	if u.ID == "" {
		return personRef{Name: string(id)}
	}
	return personRef{
		Name: called(u),
		Href: string(u.ID),
	}
}

func decisionWords(q sso.IdentityQuestion) string {
	switch {
	case q.State == sso.QuestionWaiting:
		return "Waits"
	case q.State == sso.QuestionSettled:
		return "Settled: the login became free"
	case q.DecidedBy == sso.ActorRule:
		return "The same person, by the rule"
	}
	return map[sso.QuestionAnswer]string{
		sso.AnswerSame:     "The same person",
		sso.AnswerAnother:  "Two people",
		sso.AnswerReplaces: "The holder was deactivated",
		sso.AnswerRefuse:   "Refused",
	}[q.Answer]
}

// ruleWords says why the rule leaves a question to an admin.
func ruleWords(r sso.RuleReason) string {
	text, ok := map[sso.RuleReason]string{
		sso.RuleOther: "The claimant may also be another person: by a move, a merge or an identity that " +
			"ended.",
		sso.RuleDeleted:     "One of the two accounts was deleted since.",
		sso.RuleLooksAlike:  "The logins are not the same, or have letters that others look like.",
		sso.RuleGiven:       "An admin gave the holder the login.",
		sso.RuleOutdated:    "The holder signed in last with another login.",
		sso.RuleDomain:      "The addresses are not of one domain.",
		sso.RuleUnproven:    "The domain of the address is not verified.",
		sso.RuleConnection:  "The holder is or was known at the same connection.",
		sso.RuleHanded:      "Another person had the login, or an identity with it has ended.",
		sso.RuleActive:      "The claimant was let in before, or is provisioned.",
		sso.RuleGroups:      "An admin added the claimant to a group.",
		sso.RuleProvisioned: "Another connection provisions the holder, and this one provisions, too.",
		sso.RuleAdmin:       "One of the two is an admin, or would be one.",
		sso.RuleOperator:    "One of the two is an operator.",
		sso.RuleInactive:    "The holder is not active.",
		sso.RuleReturned:    "The holder was deactivated, and has not signed in since.",
		sso.RuleWaits:       "Another decision about one of the two waits.",
		sso.RuleSeparated: "An admin said before that people with this login, or one of the two and another account, " +
			"are two people.",
	}[r]
	if !ok {
		return string(r)
	}
	return text
}

// Waiting says how many questions the rule would answer now.
func (c *ruleCard) Waiting() string {
	if c.Open == 1 {
		return "the one that waits"
	}
	return "the " + strconv.Itoa(c.Open) + " that wait"
}

// AnswerOpen is the choice to answer those as well.
func (c *ruleCard) AnswerOpen() ui.Field {
	return ui.Field{
		ID:       "answer_open",
		Name:     "answer_open",
		Kind:     "check",
		Value:    "true",
		Label:    "Answer " + c.Waiting() + " here, too",
		Optional: true,
	}
}
