package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const questionColumns = `q.id, q.enterprise_id, q.user_id, q.holder_id, q.connection_id, q.attempt_id, q.login, q.keeps, q.state, q.answer,
	q.created_at, q.decided_by, q.decided_at, q.kind, q.move_key, q.doubted`

func scanQuestion(r engine.Row) (q sso.IdentityQuestion, err error) {
	err = r.Scan(
		&q.ID, &q.Enterprise, &q.User, &q.Holder, &q.Connection, &q.Attempt, &q.Login, &q.Keeps,
		&q.State, &q.Answer,
		engine.Time(&q.CreatedAt), &q.DecidedBy, engine.Time(&q.DecidedAt), &q.Kind, &q.MoveKey,
		&q.Doubted,
	)
	return q, err
}

// IdentityQuestions lists identity questions, newest first.
func (db *DB) IdentityQuestions(
	ctx context.Context, ent sso.EnterpriseID, f sso.QuestionFilter, page sso.Page,
) (_ []sso.IdentityQuestion, next string, err error) {
	defer func() { doing(&err, "list identity questions") }()
	w := &engine.Where{}
	w.And("q.enterprise_id = ", string(ent))
	w.AndText("q.state = ", string(f.State))
	if f.User != "" {
		w.And("(q.user_id = ", string(f.User))
		w.Add(" or q.holder_id = " + w.Param(string(f.User)) + ")")
	}
	query := "select " + questionColumns + " from identity_questions q" +
		w.Page("q.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanQuestion, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(q sso.IdentityQuestion) string {
		return string(q.ID)
	})
	return all, next, err
}

// IdentityQuestion returns one question.
func (db *DB) IdentityQuestion(
	ctx context.Context, ent sso.EnterpriseID, id sso.QuestionID,
) (_ sso.IdentityQuestion, err error) {
	defer func() { doing(&err, "find identity question") }()
	return found(findQuestion(ctx, db.sql, ent, id))
}

// waitingQuestion returns the question about a user that waits.
func waitingQuestion(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID,
) (sso.IdentityQuestion, bool, error) {
	return engine.One(
		ctx, r, scanQuestion,
		"select "+questionColumns+" from identity_questions q where q.enterprise_id = $1 and q.user_id = $2 "+
			"and q.state = 'waiting'",
		string(ent), string(user),
	)
}

func findQuestion(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.QuestionID,
) (sso.IdentityQuestion, bool, error) {
	return engine.One(
		ctx, r, scanQuestion,
		"select "+questionColumns+" from identity_questions q where q.enterprise_id = $1 and q.id = $2",
		string(ent), string(id),
	)
}

// raiseQuestion raises an identity question about a user, or renews the open one.
func (t *tx) raiseQuestion(ctx context.Context, by sso.Actor, q sso.IdentityQuestion) error {
	n, err := t.Exec(
		ctx,
		`update identity_questions set holder_id = $4, connection_id = $5, attempt_id = $6, login = $7,
			keeps = $8, kind = $9, move_key = $10, login_key = $11, doubted = doubted or kind <> '' or $12
		where enterprise_id = $1 and user_id = $2 and state = $3`,
		string(q.Enterprise), string(q.User), string(sso.QuestionWaiting), string(q.Holder),
		string(q.Connection), string(q.Attempt), q.Login, q.Keeps, string(q.Kind), q.MoveKey,
		identity.LoginKey(q.Login), q.Doubted || q.Kind.AboutPerson(),
	)
	if err != nil || n > 0 {
		return err
	}
	q.ID = sso.NewID[sso.QuestionID](t.now)
	t.Queue(
		`insert into identity_questions (enterprise_id, id, user_id, holder_id, connection_id, attempt_id,
			login, keeps, state, answer, created_at, decided_by, decided_at, kind, move_key, login_key, doubted)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, '', 0, $11, $12, $13, $14)`,
		string(q.Enterprise), string(q.ID), string(q.User), string(q.Holder), string(q.Connection),
		string(q.Attempt), q.Login, q.Keeps,
		string(sso.QuestionWaiting), engine.Micros(t.now), string(q.Kind), q.MoveKey,
		identity.LoginKey(q.Login), q.Doubted || q.Kind.AboutPerson(),
	)
	return t.audit(
		ctx, by, "identity.questioned", string(q.User), "question", string(q.ID), "login", q.Login,
		"holder", string(q.Holder), "attempt", string(q.Attempt),
	)
}

// closeQuestion queues the end of a user's open question, which no longer matters.
func (t *tx) closeQuestion(ent sso.EnterpriseID, user sso.UserID) {
	t.Queue(
		"update identity_questions set state = $3, decided_at = $4 where enterprise_id = $1 and user_id = $2 and state = 'waiting'",
		string(ent), string(user), string(sso.QuestionSettled), engine.Micros(t.now),
	)
}

// AnswerQuestion carries out an admin's decision about two users who claim one
// login, in one transaction. The claimant is active afterwards, with the login
// they claimed or were given, unless they were refused. A question that is
// decided is Conflict "question_decided", a login of a third user Conflict
// "login_in_use". That both are the same person, when the holder of the question does
// not have the login any more, is Conflict "question_changed".
func (db *DB) AnswerQuestion(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.QuestionID, d sso.QuestionDecision,
) (q sso.IdentityQuestion, err error) {
	defer func() { doing(&err, "answer identity question") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if q, err = found(findQuestion(ctx, t, ent, id)); err != nil {
			return err
		}
		if q.State != sso.QuestionWaiting {
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "question_decided",
				Public: "This question does not wait any more: it was answered, or the login became free.",
			}
		}
		return t.settleQuestion(ctx, by, &q, d)
	})
	if err != nil {
		return sso.IdentityQuestion{}, err
	}
	return q, nil
}

// settleQuestion carries out an answer and records it, with a further detail.
func (t *tx) settleQuestion(
	ctx context.Context, by sso.Actor, q *sso.IdentityQuestion, d sso.QuestionDecision, detail ...string,
) error {
	if err := identity.CheckDecision(*q, d); err != nil {
		return err
	}
	if err := t.answer(ctx, by, *q, d); err != nil {
		return err
	}
	q.State = sso.QuestionAnswered
	q.Answer = d.Answer
	q.DecidedBy = by
	q.DecidedAt = t.now
	t.Queue(
		`update identity_questions set state = $3, answer = $4, decided_by = $5, decided_at = $6, holder_id = $7
		where enterprise_id = $1 and id = $2`,
		string(q.Enterprise), string(q.ID), string(q.State), string(q.Answer), string(by),
		engine.Micros(t.now), string(q.Holder),
	)
	return t.audit(
		ctx, by, "identity.answered", string(q.User), append([]string{
			"question", string(q.ID), "answer", string(d.Answer), "holder", string(q.Holder), "login", d.Login,
		}, detail...)...,
	)
}

func (t *tx) answer(ctx context.Context, by sso.Actor, q sso.IdentityQuestion, d sso.QuestionDecision) error {
	claimant, err := found(findUser(ctx, t, q.Enterprise, q.User))
	if err != nil {
		return err
	}
	if d.Answer == sso.AnswerSame {
		if err := t.join(ctx, by, q); err != nil {
			return err
		}
		t.useMoved(q.Enterprise, q.Connection, q.Holder, "")
		return nil
	}
	if identity.HolderYields(d) { // first: the login must be free for the claimant
		if err := t.takeLogin(ctx, by, q, d); err != nil {
			return err
		}
	}
	if changed := identity.Answered(q, d, claimant); changed != claimant {
		if err := t.changeUser(ctx, by, claimant, changed); err != nil {
			return err
		}
	}
	return t.applyAnswered(ctx, q)
}

// join merges the claimant of a question into the holder, if the holder has the login
// still; if it is not about a login, if the holder is not deactivated.
func (t *tx) join(ctx context.Context, by sso.Actor, q sso.IdentityQuestion) error {
	holder, _, err := loginHolder(ctx, t, q.Enterprise, q.Login)
	if q.Kind.AboutPerson() {
		holder, _, err = findUser(ctx, t, q.Enterprise, q.Holder)
	}
	if err != nil {
		return err
	}
	if err := identity.CheckSame(q, holder); err != nil {
		return err
	}
	if err := t.refuseBrought(ctx, by, q); err != nil {
		return err
	}
	_, err = t.merge(ctx, mergeAsked{
		by:       by,
		ent:      q.Enterprise,
		from:     q.User,
		into:     q.Holder,
		answered: q.Connection,
	})
	if err != nil {
		return err
	}
	return t.applyAnswered(ctx, q)
}

// refuseBrought refuses to join a claimant who brings groups of admins along, unless the
// actor could make the holder an admin in another way.
func (t *tx) refuseBrought(ctx context.Context, by sso.Actor, q sso.IdentityQuestion) error {
	if appoints, err := mayAppoint(ctx, t, by); err != nil || appoints {
		return err
	}
	b, err := broughtBy(ctx, t, q, sso.Identity{})
	if err != nil {
		return err
	}
	if admin, err := b.admin(ctx, t, q.Enterprise); err != nil || !admin {
		return err
	}
	return sso.AdminAccount()
}

// takeLogin takes the login of a question from its current holder, if it has one.
func (t *tx) takeLogin(ctx context.Context, by sso.Actor, q sso.IdentityQuestion, d sso.QuestionDecision) error {
	holder, ok, err := loginHolder(ctx, t, q.Enterprise, q.Login)
	if err != nil || !ok {
		return err
	}
	changed, err := identity.Yielded(q, d, holder)
	if err != nil {
		return err
	}
	return t.changeUser(ctx, by, holder, changed)
}
