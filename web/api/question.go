package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

//nolint:lll // a tag is one line
type identityQuestion struct {
	ID         sso.QuestionID    `json:"id" doc:"Identifier; immutable." example:"quest-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Kind       string            `json:"kind" enum:"login,move,merged,former" doc:"login: whose the login is. move: whether the two are one person, whom a move expects at the connection. merged: whether the two are one person, because a user with the login was merged into the holder. former: whether the two are one person, who had the subject or the login before it was unlinked or its connection was deleted." example:"login"`
	User       sso.UserID        `json:"user" doc:"User who claims the login." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Holder     sso.UserID        `json:"holder" doc:"Active user who has the login; of a move, the user who is expected; of a merge, the one who was kept; of a former identity, its user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	Connection sso.ConnectionID  `json:"connection" doc:"Connection of the sign-in that claimed it." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt    *sso.AttemptID    `json:"attempt" doc:"Latest sign-in attempt that claimed it; null if an upgrade found two active users with the same login." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login      string            `json:"login" doc:"Claimed login." example:"ada@acme.example"`
	Keeps      *string           `json:"keeps" doc:"Login that the claimant signs in with until the decision; null if the claimant cannot sign in." example:"ada.king@acme.example"`
	State      sso.QuestionState `json:"state" enum:"waiting,answered,settled" doc:"State of the question; settled once the login is free or no longer claimed." example:"waiting"`
	Answer     *string           `json:"answer" doc:"Answer: another, replaces, refuse or same; null without an answer." example:"another"`
	CreatedAt  time.Time         `json:"created_at" doc:"Time of the first claim." example:"2026-11-24T12:00:00Z"`
	DecidedBy  *sso.Actor        `json:"decided_by" doc:"Actor who answered; null without an answer." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	DecidedAt  *time.Time        `json:"decided_at" doc:"Time of the answer; null without one." example:"2026-11-24T13:00:00Z"`
}

func viewQuestion(q sso.IdentityQuestion) identityQuestion {
	return identityQuestion{
		ID:         q.ID,
		Kind:       cmp.Or(string(q.Kind), "login"),
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

//nolint:lll // a tag is one line
type questionAnswer struct {
	Answer sso.QuestionAnswer `json:"answer" enum:"another,replaces,refuse,same" doc:"another: these are two people, and one of them gets another login. replaces: the holder is deactivated and the claimant takes over the login. refuse: the claimant is deactivated, or keeps the previous login. same: they are one person, and what leads to the claimant leads to the holder." example:"another"`
	Of     string             `json:"of,omitempty" enum:"claimant,holder" doc:"For another: user who gets the other login; the claimant by default." example:"claimant"`
	Login  *string            `json:"login,omitempty" doc:"For another: the other login; may be omitted for a question of another kind than login." example:"ada.king@acme.example"`
}

func (a *API) questionOperations() {
	const path = enterprisePath + "/identity-questions"
	add(a, operation{
		id:      "list-identity-questions",
		method:  http.MethodGet,
		path:    path,
		scope:   "users:read",
		summary: "List claims to a login in use",
		about: "Applications identify users by login, so each login has one active user of an enterprise. A claim " +
			"to it by another user's sign-in waits here for a decision, and so does a sign-in that may be of a user who " +
			"is moved to its connection, or who had its subject before. Sorted by time of creation, newest first.",
	}, a.listQuestions)
	add(a, operation{
		id:      "answer-identity-question",
		method:  http.MethodPost,
		path:    path + "/{question}",
		scope:   "users:write",
		summary: "Decide about a claim to a login",
		about: "Takes effect in one step; the user signs in again afterwards. A question that is no longer waiting " +
			"is 409 question_decided, a login of another active user is 409 login_in_use. The answer same is 409 " +
			"question_changed if the holder does not have the login any more. replaces, " +
			"and another of the holder, are 422 for a question of another kind than login.",
	}, a.answerQuestion)
}

func (a *API) listQuestions(ctx context.Context, c caller, in *struct {
	Paging
	State sso.QuestionState `query:"state" enum:"waiting,answered,settled" doc:"Filter by state." example:"waiting"`
	User  sso.UserID        `query:"user" pattern:"^user-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a user's identifier" doc:"Filter by user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
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
