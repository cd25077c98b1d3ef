package identity

import "gatehouse/sso"

// Answered returns the claimant of a question as an admin's decision changes them.
// A claimant who waits becomes active, because the policies were satisfied and are
// evaluated again at the next sign-in. A refused one keeps the former login if
// there is one, and is deactivated otherwise. The answer same merges the claimant into
// the holder instead.
func Answered(q sso.IdentityQuestion, d sso.QuestionDecision, claimant sso.User) sso.User {
	if claimant.Status == sso.UserPending {
		claimant.Status = sso.UserActive
	}
	switch {
	case d.Answer == sso.AnswerRefuse && q.Keeps != "":
		claimant.LoginGiven = true
	case d.Answer == sso.AnswerRefuse:
		claimant = Deactivated(claimant)
	case d.Answer == sso.AnswerAnother && d.Login == "": // not about a login: both stay
	case HolderYields(d):
		claimant.Login = q.Login
		claimant.LoginGiven = false
	default:
		claimant.Login = d.Login
		claimant.LoginGiven = true
	}
	return claimant
}

// HolderYields reports whether a decision takes the login from the user who has
// it.
func HolderYields(d sso.QuestionDecision) bool {
	return d.Answer == sso.AnswerReplaces || d.Answer == sso.AnswerAnother && d.Holder
}

// Yielded returns the user who has the login of a question as they are after they
// yield it: deactivated if the claimant replaces them, else with the login that the
// admin gave. If a third user has the login meanwhile, the decision was about
// another holder: Conflict "login_in_use".
func Yielded(q sso.IdentityQuestion, d sso.QuestionDecision, holder sso.User) (sso.User, error) {
	if holder.ID != q.Holder {
		return sso.User{}, sso.LoginInUse("login", q.Login)
	}
	if d.Answer == sso.AnswerReplaces {
		return Deactivated(holder), nil
	}
	holder.Login = d.Login
	holder.LoginGiven = true
	return holder, nil
}

// CheckSame returns Conflict "question_changed" unless holder, the active user who has
// the login of a question now, or the user whom the question names, is the one the admin decided about;
// zero if there is none.
func CheckSame(q sso.IdentityQuestion, holder sso.User) error {
	if holder.ID != "" && holder.ID == q.Holder && holder.Status != sso.UserDeactivated {
		return nil
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "question_changed",
		Public: "The person who had the login no longer has it, or is no longer active. " +
			"Look at the person who claims it again, or let them sign in again.",
	}
}

// CheckDecision refuses an answer that the question has not: a new login is needed
// where the two claim one, and a question of a move or of a former identity takes no
// account from its user.
func CheckDecision(q sso.IdentityQuestion, d sso.QuestionDecision) error {
	field, text := "", ""
	switch {
	case q.Kind.AboutPerson() && HolderYields(d):
		field, text = "answer", "This question is whether both are one person: answer same, another or refuse."
	case !q.Kind.AboutPerson() && d.Answer == sso.AnswerAnother && d.Login == "":
		field, text = "login", "Enter the other login."
	default:
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: text,
		Fields: []sso.FieldError{{Field: field, Message: text}},
	}
}
