package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// subjectChange has blank lines so that its tags are not aligned beyond the width.
type subjectChange struct {
	ID sso.SubjectChangeID `json:"id" doc:"Identifier; immutable." example:"subjects-06d5x0wkj3n8p7r5t2v4y6z8ab"`

	Connection sso.ConnectionID `json:"connection" doc:"Its connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`

	Answer *string `json:"answer" doc:"Answer: same, other or refuse; null while there is none." example:"same"`

	People int `json:"people" doc:"Number of users with such a sign-in until the answer." example:"137"`

	Logins []string `json:"logins" doc:"Latest of their logins, until it is decided." example:"[\"ada@acme.example\"]"`

	Known int `json:"known" doc:"Number of users who signed in since with a subject known before." example:"0"`

	FirstAt time.Time `json:"first_at" doc:"Time of the first such sign-in." example:"2026-11-24T12:00:00Z"`

	FoundAt time.Time `json:"found_at" doc:"Time at which it was recognised." example:"2026-11-24T12:04:00Z"`

	DecidedBy *sso.Actor `json:"decided_by" doc:"Actor who answered, or null." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`

	DecidedAt *time.Time `json:"decided_at" doc:"Time of the answer, or null." example:"2026-11-24T13:00:00Z"`
}

func viewSubjectChange(c sso.SubjectChange) subjectChange {
	return subjectChange{
		ID:         c.ID,
		Connection: c.Connection,
		Answer:     some(string(c.Answer)),
		People:     c.People,
		Logins:     append([]string{}, c.Logins...),
		Known:      c.Known,
		FirstAt:    c.FirstAt,
		FoundAt:    c.FoundAt,
		DecidedBy:  some(c.DecidedBy),
		DecidedAt:  moment(c.DecidedAt),
	}
}

type subjectChangeAnswer struct {
	Answer sso.SubjectAnswer `json:"answer" enum:"same,other,refuse" doc:"Answer." example:"same"`
}

func (a *API) subjectChangeOperations() {
	const path = enterprisePath + "/subject-changes"
	add(a, operation{
		id:      "list-subject-changes",
		method:  http.MethodGet,
		path:    path,
		scope:   "users:read",
		summary: "List changes of all subjects of a connection",
		about: "An identity provider that sends new subjects for the logins of many users raises one question, in " +
			"place of an identity question for each. Until it is answered these sign-ins are 403 subjects_changed. " +
			"Sorted by time of creation, newest first.",
	}, a.listSubjectChanges)
	add(a, operation{
		id:      "answer-subject-change",
		method:  http.MethodPost,
		path:    path + "/{subject_change}",
		scope:   "users:write",
		summary: "Decide whose the new subjects of a connection are",
		about: "same: they are the same people; each one who did not sign in since is found by login once more and " +
			"gets the new subject, but for admins. other: they are other people; each has an identity question. " +
			"refuse: these sign-ins are refused until there is another answer. After same or other a further answer " +
			"is 409 question_decided.",
	}, a.answerSubjectChange)
}

func (a *API) listSubjectChanges(
	ctx context.Context, c caller, in *struct{ Paging },
) (*out[list[subjectChange]], error) {
	all, next, err := a.Members.SubjectChanges(ctx, c.enterprise.ID, in.page())
	return pageOf(all, next, err, viewSubjectChange)
}

func (a *API) answerSubjectChange(ctx context.Context, c caller, in *struct {
	Change sso.SubjectChangeID `path:"subject_change"`
	Body   subjectChangeAnswer
}) (*out[subjectChange], error) {
	answered, err := a.Directory.AnswerSubjectChange(ctx, c.by, c.enterprise.ID, in.Change, in.Body.Answer)
	return answerTo(viewSubjectChange(answered), err)
}
