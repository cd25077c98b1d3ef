package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const selectSubjectChange = `select s.id, s.enterprise_id, s.connection_id, s.answer, s.people, s.first_at, s.found_at,
	s.decided_by, s.decided_at from subject_changes s`

func scanSubjectChange(r engine.Row) (c sso.SubjectChange, err error) {
	var people int64
	err = r.Scan(
		&c.ID, &c.Enterprise, &c.Connection, &c.Answer, &people, engine.Time(&c.FirstAt), engine.Time(&c.FoundAt),
		&c.DecidedBy, engine.Time(&c.DecidedAt),
	)
	c.People = int(people)
	return c, err
}

// shownLogins is how many logins [sso.SubjectChange] has.
const shownLogins = 5

// SubjectChanges lists changed subjects of connections, newest first. Those without a
// final answer have Logins and Known.
func (db *DB) SubjectChanges(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.SubjectChange, next string, err error) {
	defer func() { doing(&err, "list changed subjects") }()
	w := &engine.Where{}
	w.And("s.enterprise_id = ", string(ent))
	query := selectSubjectChange + w.Page("s.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanSubjectChange, query, w.Args()...)
	if err != nil {
		return nil, "", err
	}
	all, next = engine.CutPage(all, page.Size(), func(c sso.SubjectChange) string { return string(c.ID) })
	for i := range all {
		if all[i].Decided() {
			continue
		}
		if err := db.fillChange(ctx, &all[i]); err != nil {
			return nil, "", err
		}
	}
	return all, next, nil
}

// fillChange reads what an admin goes by who has to answer.
func (db *DB) fillChange(ctx context.Context, c *sso.SubjectChange) error {
	ent, conn, first := string(c.Enterprise), string(c.Connection), engine.Micros(c.FirstAt)
	known, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber, "select count(distinct user_id) from"+seenSince, ent, conn, first,
	)
	if err != nil {
		return err
	}
	c.Known = int(known)
	c.Logins, err = engine.List(
		ctx, db.sql, engine.ScanText,
		`select login from subject_signs where enterprise_id = $1 and connection_id = $2 and at >= $3
			order by at desc, login_key limit $4`,
		ent, conn, first, int64(shownLogins),
	)
	return err
}

// AnswerSubjectChange carries out an admin's answer to changed subjects. One that has
// another answer than to refuse is Conflict "question_decided".
func (db *DB) AnswerSubjectChange(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SubjectChangeID, answer sso.SubjectAnswer,
) (c sso.SubjectChange, err error) {
	defer func() { doing(&err, "answer changed subjects") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		c, err = found(engine.One(
			ctx, t, scanSubjectChange, selectSubjectChange+" where s.enterprise_id = $1 and s.id = $2",
			string(ent), string(id),
		))
		switch {
		case err != nil:
			return err
		case c.Decided():
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "question_decided",
				Public: "This question does not wait any more: it was answered.",
			}
		case c.Answer == answer:
			return nil
		}
		was := c.Answer
		c.Answer, c.DecidedBy, c.DecidedAt = answer, by, t.now
		t.Queue(
			`update subject_changes set answer = $3, decided_by = $4, decided_at = $5
			where enterprise_id = $1 and id = $2`,
			string(ent), string(id), string(answer), string(by), engine.Micros(t.now),
		)
		if c.Decided() { // a later sign is one of another change
			t.Queue("delete from subject_signs where enterprise_id = $1 and connection_id = $2",
				string(ent), string(c.Connection))
		}
		return t.audit(
			ctx, by, "subjects.answered", string(c.Connection), "change", string(id), "answer", string(answer),
			"answer_was", string(was),
		)
	})
	if err != nil {
		return sso.SubjectChange{}, err
	}
	return c, nil
}
