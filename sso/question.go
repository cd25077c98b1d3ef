package sso

import "time"

// IdentityQuestion asks an admin about two people of one enterprise who claim
// one login. Applications are told a login, so one active user has it at a time.
type IdentityQuestion struct {
	ID         QuestionID
	Enterprise EnterpriseID
	User       UserID // who claims the login
	Holder     UserID // the active user who had it when User claimed it last
	Connection ConnectionID
	Attempt    AttemptID // the latest sign-in that claimed it; "" if the question was raised by an upgrade
	Login      string    // as claimed
	// Keeps is the login that User signs in with meanwhile, because it was theirs
	// before; "" if User waits outside.
	Keeps     string
	State     QuestionState
	Answer    QuestionAnswer // "" until it is answered
	CreatedAt time.Time
	DecidedBy Actor     // "" while it waits
	DecidedAt time.Time // zero while it waits
}

// QuestionState is what became of an identity question.
type QuestionState string

// The states.
const (
	QuestionWaiting  QuestionState = "waiting"
	QuestionAnswered QuestionState = "answered"
	QuestionSettled  QuestionState = "settled" // the login became free, or is not claimed any more
)

// QuestionAnswer is what an admin decided.
type QuestionAnswer string

// The answers.
const (
	AnswerAnother  QuestionAnswer = "another"  // they are two people: one of them gets another login
	AnswerReplaces QuestionAnswer = "replaces" // the claimant takes the login over, and the holder is deactivated
	AnswerRefuse   QuestionAnswer = "refuse"   // the claimant is deactivated, or keeps the login they had
)

// QuestionDecision is an answer with what it needs.
type QuestionDecision struct {
	Answer QuestionAnswer
	Holder bool   // of AnswerAnother: the holder gets Login, and not the claimant
	Login  string // of AnswerAnother: the other login
}

// QuestionFilter narrows a list of questions; the zero value of a field means any.
type QuestionFilter struct {
	State QuestionState
	User  UserID // either of the two
}

// LoginClaim is what a sign-in finds out about the login it claims.
type LoginClaim struct {
	Holder UserID // another active user who has it; "" if it is free
	Keeps  bool   // the claimant is active with another login and keeps that one
}

// Waits reports whether the claimant cannot come in before an admin has decided.
func (c LoginClaim) Waits() bool { return c.Holder != "" && !c.Keeps }

// ValidateLogin accepts a login that an admin gives somebody.
func ValidateLogin(field, login string) []FieldError {
	problems := ValidateGroupName(field, login)
	if len(problems) == 0 && len(login) > MaxLoginLength {
		problems = []FieldError{{field, "Use at most 254 bytes."}}
	}
	return problems
}

// LoginInUse is the refusal of a change that would make two active users of one
// login.
func LoginInUse(field, login string) *Error {
	text := "Another active person of this enterprise has the login " + Inert(login) +
		". Give one of them another login, or deactivate the other first."
	return &Error{
		Kind:   Conflict,
		Code:   "login_in_use",
		Public: text,
		Fields: []FieldError{{field, text}},
	}
}
