package directory

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// UserEdit changes a user; nil leaves a value as it is.
type UserEdit struct {
	// Login replaces the login, and sign-ins leave it as it is from then on. ""
	// gives it back to the identity provider from the next sign-in on.
	Login *string
	Name  *string
}

// UpdateUser changes a user's login or name. A login that another active user
// has is Conflict "login_in_use".
func (s *Service) UpdateUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID,
	edit UserEdit) (sso.User, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.User{}, err
	}
	return s.options.Users.UpdateUser(ctx, by, ent, id, func(u sso.User) (sso.User, error) {
		var problems []sso.FieldError
		if edit.Name != nil {
			u.Name = *edit.Name
			problems = sso.ValidateName("name", u.Name)
		}
		if edit.Login != nil {
			u.LoginGiven = *edit.Login != ""
		}
		if edit.Login != nil && u.LoginGiven {
			u.Login = *edit.Login
			problems = append(problems, sso.ValidateLogin("login", u.Login)...)
		}
		return u, invalid(validationFailed, problems)
	})
}

// Deactivate ends every session of a user before it returns, and keeps them from
// signing in until they are reactivated. Their memberships stay. A user whom a push had
// deactivated is no longer activated by a push.
func (s *Service) Deactivate(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID) (sso.User, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.User{}, err
	}
	return s.options.Users.UpdateUser(ctx, by, ent, id, func(u sso.User) (sso.User, error) {
		return identity.Deactivated(u), nil
	})
}

// Reactivate lets a deactivated user sign in again. A pending one stays pending:
// reactivating does not confirm them. A login that another active user has is
// Conflict "login_in_use".
func (s *Service) Reactivate(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID) (sso.User, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.User{}, err
	}
	return s.options.Users.UpdateUser(ctx, by, ent, id, func(u sso.User) (sso.User, error) {
		return identity.Reactivated(u), nil
	})
}

// Vouch confirms who a user is: their address counts as verified, and a pending
// user may sign in. A deactivated one stays deactivated. Vouching again changes
// nothing. While a question waits whether the user is another one, it is Conflict
// "question_open".
func (s *Service) Vouch(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID) (sso.User, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.User{}, err
	}
	now := s.options.Now()
	return s.options.Users.UpdateUser(ctx, by, ent, id, func(u sso.User) (sso.User, error) {
		return identity.Vouched(u, now), nil
	})
}

// AnswerQuestion decides whose a login is. Errors: Conflict "question_decided"
// for a question that does not wait any more; Conflict "login_in_use" for a login
// that a third user has; Conflict "question_changed" for the answer that both are the
// same person, if the holder does not have the login any more.
func (s *Service) AnswerQuestion(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.QuestionID,
	d sso.QuestionDecision) (sso.IdentityQuestion, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.IdentityQuestion{}, err
	}
	var problems []sso.FieldError
	switch d.Answer {
	case sso.AnswerReplaces, sso.AnswerRefuse, sso.AnswerSame:
		d.Holder, d.Login = false, ""
	case sso.AnswerAnother:
		if d.Login != "" { // whether it may be missing depends on the question
			problems = sso.ValidateLogin("login", d.Login)
		}
	default:
		problems = []sso.FieldError{{Field: "answer", Message: "Choose what to do."}}
	}
	if err := invalid(validationFailed, problems); err != nil {
		return sso.IdentityQuestion{}, err
	}
	return s.options.Users.AnswerQuestion(ctx, by, ent, id, d)
}

// AnswerSubjectChange decides whose the new subjects of a connection are. A change that
// has another answer than to refuse is Conflict "question_decided".
func (s *Service) AnswerSubjectChange(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SubjectChangeID,
	answer sso.SubjectAnswer) (sso.SubjectChange, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.SubjectChange{}, err
	}
	switch answer {
	case sso.SubjectsSame, sso.SubjectsOther, sso.SubjectsRefuse:
		return s.options.Users.AnswerSubjectChange(ctx, by, ent, id, answer)
	}
	return sso.SubjectChange{}, invalid(validationFailed, []sso.FieldError{{
		Field:   "answer",
		Message: "Choose what to do.",
	}})
}

// EndSession ends one session of the enterprise.
func (s *Service) EndSession(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SessionID) error {
	return s.options.Sessions.RevokeSession(ctx, by, ent, id)
}

// EndSessionOf ends one session of a user. A session of another user is
// NotFound; one that ended meanwhile is no error.
func (s *Service) EndSessionOf(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
	id sso.SessionID) error {
	all, err := s.options.Sessions.UserSessions(ctx, ent, user)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, one := range all {
		if one.ID == id {
			return s.endIfThere(ctx, by, ent, id)
		}
	}
	return sso.NothingHere()
}

func (s *Service) endIfThere(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SessionID) error {
	err := s.options.Sessions.RevokeSession(ctx, by, ent, id)
	if sso.KindOf(err) == sso.NotFoundKind {
		return nil
	}
	return err
}

// EndSessions ends every session of a user.
func (s *Service) EndSessions(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) error {
	_, err := s.options.Sessions.RevokeUserSessions(ctx, by, ent, user)
	return err
}

// EndOtherSessions ends every session of a user but one.
func (s *Service) EndOtherSessions(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
	keep sso.SessionID) error {
	all, err := s.options.Sessions.UserSessions(ctx, ent, user)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, one := range all {
		if one.ID == keep {
			continue
		}
		if err := s.endIfThere(ctx, by, ent, one.ID); err != nil {
			return fmt.Errorf("end session %s: %w", one.ID, err)
		}
	}
	return nil
}
