package identity_test

import (
	"errors"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// TestCheckDecision: a question about a login needs another one for another person; one
// about a move does not, and takes nothing from the holder.
func TestCheckDecision(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  sso.QuestionKind
		d     sso.QuestionDecision
		field string // "" if the decision is accepted
	}{
		{sso.QuestionLogin, sso.QuestionDecision{Answer: sso.AnswerAnother}, "login"},
		{sso.QuestionLogin, sso.QuestionDecision{Answer: sso.AnswerAnother, Login: "ada2"}, ""},
		{sso.QuestionLogin, sso.QuestionDecision{Answer: sso.AnswerReplaces}, ""},
		{sso.QuestionLogin, sso.QuestionDecision{Answer: sso.AnswerSame}, ""},
		{sso.QuestionMove, sso.QuestionDecision{Answer: sso.AnswerAnother}, ""},
		{sso.QuestionMove, sso.QuestionDecision{Answer: sso.AnswerSame}, ""},
		{sso.QuestionMove, sso.QuestionDecision{Answer: sso.AnswerReplaces}, "answer"},
	} {
		err := identity.CheckDecision(sso.IdentityQuestion{Kind: c.kind}, c.d)
		got := ""
		var wrong *sso.Error
		if errors.As(err, &wrong) && len(wrong.Fields) > 0 {
			got = wrong.Fields[0].Field
		}
		if got != c.field || (err == nil) != (c.field == "") {
			t.Errorf("%q, %+v: %v; want a problem with %q", c.kind, c.d, err, c.field)
		}
	}
}
