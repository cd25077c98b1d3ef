package connections

import (
	"context"
	"fmt"

	"gatehouse/sso"
)

// moveStore keeps moves of users from one connection to another.
type moveStore interface {
	PreviewMove(ctx context.Context, m sso.Move) (sso.MovePreview, error)
	StartMove(ctx context.Context, by sso.Actor, m sso.Move) (sso.Move, error)
	DecideMove(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MoveID, user sso.UserID,
		answer sso.MoveAnswer, allow func(sso.HeldMove) error,
	) (sso.MoveEntry, error)
	UndoMove(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MoveID) (sso.Move, error)
	TestRuns(ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, p sso.Page) ([]sso.TestRun, string, error)
}

// MoveRequest names the users to move and how they are found.
type MoveRequest struct {
	From sso.ConnectionID // "" for users whom no connection knows
	To   sso.ConnectionID
	By   sso.MoveBy
}

// PreviewMove returns what a move would do now, and changes nothing. Errors: Invalid
// "validation_failed"; NotFound for an unknown connection.
func (s *Service) PreviewMove(ctx context.Context, ent sso.EnterpriseID, r MoveRequest) (sso.MovePreview, error) {
	if err := r.check(); err != nil {
		return sso.MovePreview{}, err
	}
	return s.Moves.PreviewMove(ctx, r.move(ent))
}

// Move makes the users of one connection known at another by a stable attribute.
// Errors: those of PreviewMove; Conflict "move_target_disabled" for a connection through
// which no one signs in, "move_running" beside a move that is being prepared, and
// "move_approval_needed" for an enterprise's admin who has not tested the connection:
// from then on it says who people are who were known without it.
func (s *Service) Move(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, r MoveRequest) (sso.Move, error) {
	if err := r.check(); err != nil {
		return sso.Move{}, err
	}
	c, err := s.Connections.Connection(ctx, ent, r.To)
	if err != nil {
		return sso.Move{}, fmt.Errorf("find the connection to move to: %w", err)
	}
	if c.State != sso.ConnectionEnabled {
		return sso.Move{}, &sso.Error{
			Kind:   sso.Conflict,
			Code:   "move_target_disabled",
			Public: "No one can sign in through the connection to move to. Enable it first.",
		}
	}
	if err := s.mayMove(ctx, by, c); err != nil {
		return sso.Move{}, err
	}
	return s.Moves.StartMove(ctx, by, r.move(ent))
}

// DecideMove decides whether a held user is moved. Errors: Invalid "validation_failed";
// Conflict "move_decided"; Conflict "operator_needed" for a user to whom an operator's
// account is tied, unless an operator decides; Conflict "admin_account" for a token that
// would move an admin and could make none.
func (s *Service) DecideMove(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MoveID, user sso.UserID, answer sso.MoveAnswer,
) (sso.MoveEntry, error) {
	if answer != sso.AnswerMove && answer != sso.AnswerLeave {
		return sso.MoveEntry{}, unusable("answer", "Answer move or leave.")
	}
	return s.Moves.DecideMove(ctx, by, ent, id, user, answer, func(h sso.HeldMove) error {
		switch {
		case (h.Operator || h.Why == sso.MoveOperator) && !by.OfOperator():
			return &sso.Error{
				Kind: sso.Conflict,
				Code: "operator_needed",
				Public: "This person is also an operator of the installation, so only an operator decides about " +
					"the account.",
			}
		case (h.Admin || h.Operator) && answer == sso.AnswerMove && !h.Appoints:
			return sso.AdminAccount()
		}
		return nil
	})
}

// UndoMove ends a move and what it bound; see [store.DB.UndoMove]. Errors: Conflict
// "move_undone".
func (s *Service) UndoMove(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MoveID) (sso.Move, error) {
	return s.Moves.UndoMove(ctx, by, ent, id)
}

func (r MoveRequest) move(ent sso.EnterpriseID) sso.Move {
	return sso.Move{
		Enterprise: ent,
		From:       r.From,
		To:         r.To,
		By:         r.By,
	}
}

func (r MoveRequest) check() error {
	if problems := r.By.Validate(); len(problems) > 0 {
		return unusable(problems[0].Field, problems[0].Message)
	}
	if r.From == r.To {
		return unusable("to", "Choose another connection than the one people are moved from.")
	}
	return nil
}

func unusable(field, message string) error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: message,
		Fields: []sso.FieldError{{Field: field, Message: message}},
	}
}

// mayMove returns nil for an operator, and for an admin who passed a test connection
// with the live configuration: it shows that the identity provider is the company's.
func (s *Service) mayMove(ctx context.Context, by sso.Actor, c sso.Connection) error {
	if by.OfOperator() {
		return nil
	}
	runs, _, err := s.Moves.TestRuns(ctx, c.Enterprise, sso.TestFilter{
		Connection: c.ID,
		State:      sso.TestPassed,
	}, sso.Page{Limit: 200})
	if err != nil {
		return fmt.Errorf("look for tests of the connection: %w", err)
	}
	for _, run := range runs {
		if run.Kind == sso.TestLive && run.By == by && run.Version == c.Live.Version && !by.OfLink() {
			return nil
		}
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "move_approval_needed",
		Public: "After the move this connection says who people are who were known without it. So test it first: " +
			"pass a test connection with the settings as they are live now. Or ask an operator to start the move.",
	}
}
