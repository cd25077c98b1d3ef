package sso

import "time"

// SubjectChange says that the identity provider of a connection seems to send new
// subjects for all users: many sign-ins with unknown subjects assert logins of users
// with other subjects. It is one question to an admin, in place of one for each user.
type SubjectChange struct {
	ID         SubjectChangeID
	Enterprise EnterpriseID
	Connection ConnectionID
	Answer     SubjectAnswer // "" until it is answered
	People     int           // users with such a sign-in
	Logins     []string      // a few of theirs, the latest first
	Known      int           // users who signed in since with a subject known before
	FirstAt    time.Time     // of the first such sign-in
	FoundAt    time.Time
	DecidedBy  Actor     // "" while it waits
	DecidedAt  time.Time // zero while it waits
}

// SubjectAnswer is an admin's answer to a [SubjectChange].
type SubjectAnswer string

// The answers.
const (
	// SubjectsSame: they are the same people. A user who has not signed in since is
	// matched by login at the next sign-in, and bound to the new subject. Admins are
	// not matched.
	SubjectsSame SubjectAnswer = "same"
	// SubjectsOther: they are other people. Each has an identity question.
	SubjectsOther SubjectAnswer = "other"
	// SubjectsRefuse refuses these sign-ins until there is another answer.
	SubjectsRefuse SubjectAnswer = "refuse"
)

// Decided reports whether the change needs no other answer: it has one, which is not
// a refusal.
func (c SubjectChange) Decided() bool { return c.Answer == SubjectsSame || c.Answer == SubjectsOther }

// SubjectsChanged returns the error of a sign-in that is refused until an admin has
// answered a [SubjectChange].
func SubjectsChanged() *Error {
	return &Error{
		Kind: Forbidden,
		Code: "subjects_changed",
		Public: "Your company’s sign-in has changed. Its admins have been asked whether you are the same person as " +
			"before. Try again once they have answered.",
	}
}
