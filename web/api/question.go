package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type identityQuestion struct {
	ID         sso.QuestionID    `json:"id" doc:"Never changes." example:"quest-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID        `json:"user" doc:"Who claims the login." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Holder     sso.UserID        `json:"holder" doc:"The active user who has it." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	Connection sso.ConnectionID  `json:"connection" doc:"Through which it was claimed." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt    *sso.AttemptID    `json:"attempt" doc:"The latest sign-in that claimed it; null if an upgrade found two active users of one login." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login      string            `json:"login" doc:"The login, as claimed." example:"ada@acme.example"`
	Keeps      *string           `json:"keeps" doc:"The login that the user signs in with meanwhile; null: they cannot sign in." example:"ada.king@acme.example"`
	State      sso.QuestionState `json:"state" enum:"waiting,answered,settled" doc:"Whether it waits; settled: the login became free, or is not claimed any more." example:"waiting"`
	Answer     *string           `json:"answer" doc:"another, replaces or refuse; null: not answered." example:"another"`
	CreatedAt  time.Time         `json:"created_at" doc:"When it was first asked." example:"2026-11-24T12:00:00Z"`
	DecidedBy  *sso.Actor        `json:"decided_by" doc:"Who answered; null: nobody." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	DecidedAt  *time.Time        `json:"decided_at" doc:"When." example:"2026-11-24T13:00:00Z"`
}

func viewQuestion(q sso.IdentityQuestion) identityQuestion {
	return identityQuestion{
		ID:         q.ID,
		User:       q.User,
		Holder:     q.Holder,
		Connection: q.Connection,
		Attempt:    some(q.Attempt),
		Login:      q.Login,
		Keeps:      some(q.Keeps),
		State:      q.State,
		Answer:     some(string(q.Answer)),
		CreatedAt:  q.CreatedAt,
		DecidedBy:  some(q.DecidedBy),
		DecidedAt:  moment(q.DecidedAt),
	}
}

type questionAnswer struct {
	Answer sso.QuestionAnswer `json:"answer" enum:"another,replaces,refuse" doc:"another: they are two people, and one gets another login. replaces: the holder is deactivated and the claimant takes the login over. refuse: the claimant is deactivated, or keeps the login they had." example:"another"`
	Of     string             `json:"of,omitempty" enum:"claimant,holder" doc:"Of another: which of the two gets it; otherwise the claimant." example:"claimant"`
	Login  *string            `json:"login,omitempty" doc:"Of another: the other login." example:"ada.king@acme.example"`
}

func (a *API) questionOperations() {
	const path = enterprisePath + "/identity-questions"
	add(a, operation{
		id:      "list-identity-questions",
		method:  http.MethodGet,
		path:    path,
		summary: "List claims to a login that someone has",
		about:   "Applications are told a login, so one active user of an enterprise has it. Someone else whose sign-in claims it waits here for a decision. Newest first.",
	}, a.listQuestions)
	add(a, operation{
		id:      "answer-identity-question",
		method:  http.MethodPost,
		path:    path + "/{question}",
		summary: "Decide whose a login is",
		about:   "Done in one step; the person signs in again afterwards. What does not wait any more is 409 question_decided, a login that another active person has 409 login_in_use.",
	}, a.answerQuestion)
}

func (a *API) listQuestions(ctx context.Context, c caller, in *struct {
	Paging
	State sso.QuestionState `query:"state" enum:"waiting,answered,settled" doc:"Only those in this state." example:"waiting"`
	User  sso.UserID        `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Only those about this person." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}) (*out[list[identityQuestion]], error) {
	all, next, err := a.Members.IdentityQuestions(ctx, c.enterprise.ID, sso.QuestionFilter{
		State: in.State,
		User:  in.User,
	}, in.page())
	return pageOf(all, next, err, viewQuestion)
}

func (a *API) answerQuestion(ctx context.Context, c caller, in *struct {
	Question sso.QuestionID `path:"question"`
	Body     questionAnswer
}) (*out[identityQuestion], error) {
	d := sso.QuestionDecision{Answer: in.Body.Answer}
	if d.Answer == sso.AnswerAnother {
		d.Holder = in.Body.Of == "holder"
		if in.Body.Login != nil {
			d.Login = *in.Body.Login
		}
	}
	q, err := a.Directory.AnswerQuestion(ctx, c.by, c.enterprise.ID, in.Question, d)
	if err != nil {
		return nil, err
	}
	return answerTo(viewQuestion(q), nil)
}
