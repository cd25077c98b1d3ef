package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui/gallery"
)

// galleryRule returns the page with the rule: on or off, and tried with some questions or
// not.
func galleryRule(on, tried bool, verdicts ...sso.RuleVerdict) *questionsPage {
	p := galleryQuestionsPage()
	try := sso.RuleTry{
		Rules: sso.IdentityRules{
			SameLoginAndDomain: on,
			Revision:           2,
		},
		Verdicts: verdicts,
	}
	now := time.Now()
	if tried {
		try.Rules.TriedAt = now.Add(-5 * time.Minute)
	}
	p.Rule = newRuleCard(try, try.Rules.TriedBy, now)
	p.Rule.Since, p.Rule.At = gallery.Ago(48*time.Hour), gallery.Ago(5*time.Minute)
	p.Rule.Action = galleryEnt + "/identity-rules"
	return p
}

// galleryVerdicts are a yes that waits, two decided ones, and a no.
func galleryVerdicts() []sso.RuleVerdict {
	verdict := func(login, claims, holds string, q sso.IdentityQuestion, against ...sso.RuleReason) sso.RuleVerdict {
		q.Login = login
		return sso.RuleVerdict{
			Question: q,
			Claimant: sso.User{ID: "user-1", Name: "Ada King", Login: login, Email: claims},
			Holder:   sso.User{ID: "user-2", Name: "Ada Lovelace", Login: login, Email: holds},
			Against:  against,
		}
	}
	waits := sso.IdentityQuestion{State: sso.QuestionWaiting}
	answered := func(a sso.QuestionAnswer) sso.IdentityQuestion {
		return sso.IdentityQuestion{
			State:  sso.QuestionAnswered,
			Answer: a,
		}
	}
	return []sso.RuleVerdict{
		verdict("ada@acme.example", "ada@acme.example", "ada@acme.example", waits),
		verdict("grace", "grace@acme.example", "grace@acme.example", answered(sso.AnswerSame)),
		verdict("jsmith", "john@acme.example", "jane@acme.example", answered(sso.AnswerAnother)),
		verdict(
			gallery.LongLogin, odd, "", waits, sso.RuleDomain, sso.RuleUnproven, sso.RuleAdmin,
		),
	}
}
