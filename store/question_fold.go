package store

import (
	"context"
	"fmt"

	"gatehouse/sso/fold"
	"gatehouse/sso/identity"
)

const questionsKey = "questions_folded"

// foldQuestions computes the keys of the logins of questions after a change of the fold, and
// for those of a version that kept none. It may run more than once, also concurrently.
func (db *DB) foldQuestions(ctx context.Context) error {
	if made, err := db.Meta(ctx, questionsKey); err != nil || made == fold.Version {
		return err
	}
	err := db.foldAll(ctx, folding{
		read: `select enterprise_id, id, login from identity_questions
			where (enterprise_id > $1 or enterprise_id = $1 and id > $2) order by enterprise_id, id limit $3`,
		write: "update identity_questions set login_key = $3 where enterprise_id = $1 and id = $2 and login = $4",
		fold:  identity.LoginKey,
	})
	if err != nil {
		return fmt.Errorf("fold the logins of questions: %w", err)
	}
	return db.SetMeta(ctx, questionsKey, fold.Version)
}
