package sso

import "time"

// IdentityQuestion asks an admin about two users of one enterprise who claim
// one login. Applications identify users by login, so only one active user may
// have it.
type IdentityQuestion struct {
	ID         QuestionID
	Enterprise EnterpriseID
	Kind       QuestionKind
	User       UserID // who claims the login, or may be the user of a move, merge or former identity
	Holder     UserID // the active user who had it at User's last claim, or the other user of those
	Connection ConnectionID
	Attempt    AttemptID // the latest sign-in that claimed it; "" if an upgrade raised the question
	Login      string    // as claimed
	MoveKey    string    // of QuestionMove: the attribute and the value that both have
	// Doubted says that it was not clear for another reason than the login who User is: a
	// move, a merge or a former identity. It stays, whatever is asked later.
	Doubted bool
	// Keeps is User's former login, with which they sign in meanwhile; "" if
	// User cannot sign in.
	Keeps     string
	State     QuestionState
	Answer    QuestionAnswer // "" until it is answered
	CreatedAt time.Time
	DecidedBy Actor     // "" while it waits
	DecidedAt time.Time // zero while it waits
}

// QuestionKind is what an identity question asks.
type QuestionKind string

// The kinds.
const (
	QuestionLogin QuestionKind = ""     // whose the login is
	QuestionMove  QuestionKind = "move" // whether the two are one person who moved to the connection
	// QuestionMerged: whether the two are one person, because an account with the login
	// was merged into that of Holder, who has another login.
	QuestionMerged QuestionKind = "merged"
	// QuestionFormer: whether the two are one person, who had the subject or the login
	// before an admin untied it or its connection was deleted.
	QuestionFormer QuestionKind = "former"
)

// AboutPerson reports whether the question is whether two users are one person, and not
// whose a login is.
func (k QuestionKind) AboutPerson() bool { return k != QuestionLogin }

// QuestionState is the state of an identity question.
type QuestionState string

// The states.
const (
	QuestionWaiting  QuestionState = "waiting"
	QuestionAnswered QuestionState = "answered"
	QuestionSettled  QuestionState = "settled" // the login became free, or is no longer claimed
)

// QuestionAnswer is an admin's decision.
type QuestionAnswer string

// The answers.
const (
	AnswerAnother  QuestionAnswer = "another"  // they are two users: one of them gets another login
	AnswerReplaces QuestionAnswer = "replaces" // the claimant takes over the login, and the holder is deactivated
	AnswerRefuse   QuestionAnswer = "refuse"   // the claimant is deactivated, or keeps their former login
	// AnswerSame: they are one person. What leads to the claimant leads to the holder
	// from then on, and the claimant is deactivated.
	AnswerSame QuestionAnswer = "same"
)

// QuestionDecision is a decision with its parameters.
type QuestionDecision struct {
	Answer QuestionAnswer
	Holder bool   // of AnswerAnother: the holder gets Login, not the claimant
	Login  string // of AnswerAnother: the new login; "" unless it is a QuestionLogin: the claimant keeps theirs
}

// QuestionFilter narrows a list of questions; the zero value of a field means any.
type QuestionFilter struct {
	State QuestionState
	User  UserID // either of the two
}

// LoginClaim is the state of the login that a sign-in claims.
type LoginClaim struct {
	Holder UserID // another active user who has it; "" if it is free
	Keeps  bool   // the claimant is active with another login and keeps it
	Same   bool   // a rule of the enterprise says that the claimant is the holder
}

// Waits reports whether the claimant cannot sign in before an admin has
// decided.
func (c LoginClaim) Waits() bool { return c.Holder != "" && !c.Keeps && !c.Same }

// ValidateLogin accepts a login that an admin gives a user.
func ValidateLogin(field, login string) []FieldError {
	problems := ValidateGroupName(field, login)
	if len(problems) == 0 && len(login) > MaxLoginLength {
		problems = []FieldError{{field, "Use at most 254 bytes."}}
	}
	if IsServiceLogin(login) {
		problems = append(problems, FieldError{field, serviceLoginProblem})
	}
	return problems
}

// IdentityHeldError is a Conflict: what an identity provider pushed waits for an
// admin, because another active user has the login.
type IdentityHeldError struct {
	Account UserID // who has the login
	Login   string
	// Claimant is the account that the resource would belong to, as it is; zero
	// if it would be new.
	Claimant User
	// MoveKey is set if Account is not known by the login, but may be the user by a
	// move.
	MoveKey string
	// Merged says that an account with the login was merged into Account.
	Merged bool
	// Former is set if Account is not known by the login, but had the externalId at a
	// connection that was deleted.
	Former bool
	// Doubted says that Account is known by the login, and that the resource may also be
	// another user's by a move, a merge or its externalId.
	Doubted bool
}

func (e *IdentityHeldError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the error with its kind and code.
func (e *IdentityHeldError) Unwrap() error {
	message := "Another active person of the company has the login " + Sanitize(e.Login) + ": account " +
		string(e.Account) + ". An admin decides under People, Login conflicts; send it again afterwards."
	if e.Former {
		message = "This may be the person of account " + string(e.Account) +
			", who had the externalId at a connection that was deleted. " +
			"An admin decides under People, Login conflicts; send it again afterwards."
	}
	if e.MoveKey != "" {
		message = "This may be the person of account " + string(e.Account) + ", who is moved to this connection. " +
			"An admin decides under People, Login conflicts; send it again afterwards."
	}
	if e.Merged {
		message = "An account with the login " + Sanitize(e.Login) + " was merged into account " + string(e.Account) +
			", so this may be the same person. " +
			"An admin decides under People, Login conflicts; send it again afterwards."
	}
	return &Error{
		Kind:   Conflict,
		Code:   "identity_held",
		Public: message,
		Fields: []FieldError{{"userName", message}},
	}
}

// PushOfDeparted is the error of a push that would make a new account with the login of a
// deactivated user whom the connection does not know.
func PushOfDeparted(account UserID, login string) *Error {
	text := "The person of account " + string(account) + ", with the login " + Sanitize(login) + ", was deactivated " +
		"here. An admin of this service reactivates the account or gives it another login; send it again afterwards."
	return &Error{
		Kind:   Conflict,
		Code:   "user_inactive",
		Public: text,
		Fields: []FieldError{{"userName", text}},
	}
}

// ProvisionedBySCIM returns the error for an edit of what the identity provider
// owns.
func ProvisionedBySCIM(field string) *Error {
	const text = "The identity provider provisions this person and owns this. Change it there."
	return &Error{
		Kind:   Conflict,
		Code:   "provisioned_by_scim",
		Public: text,
		Fields: []FieldError{{field, text}},
	}
}

// LoginInUse returns the error for a change that would give two active users
// the same login.
func LoginInUse(field, login string) *Error {
	text := "Another active person of this enterprise has the login " + Sanitize(login) +
		". Give one of them another login, or deactivate the other first."
	return &Error{
		Kind:   Conflict,
		Code:   "login_in_use",
		Public: text,
		Fields: []FieldError{{field, text}},
	}
}
