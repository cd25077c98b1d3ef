package store

import (
	"context"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const moveColumns = "m.id, m.enterprise_id, m.from_id, m.to_id, m.attribute, m.state, m.after, m.created_by, " +
	"m.created_at, m.ready_at, m.ended_at"

func scanMove(r engine.Row) (m sso.Move, err error) {
	err = r.Scan(
		&m.ID, &m.Enterprise, &m.From, &m.To, &m.By, &m.State, &m.After, &m.CreatedBy,
		engine.Time(&m.CreatedAt), engine.Time(&m.ReadyAt), engine.Time(&m.EndedAt),
	)
	return m, err
}

const entryColumns = "e.move_id, e.user_id, e.value_key, e.state, e.why, e.other_id, e.decided_by, e.used_at, e.subject"

func entryFields(e *sso.MoveEntry) []any {
	return []any{
		&e.Move, &e.User, &e.Key, &e.State, &e.Why, &e.Other, &e.DecidedBy, engine.Time(&e.UsedAt), &e.Subject,
	}
}

// scanEntry scans an entry and the login of its user.
func scanEntry(r engine.Row) (e sso.MoveEntry, err error) {
	err = r.Scan(append(entryFields(&e), &e.Login)...)
	return e, err
}

// StartMove creates a move, whose entries [DB.ApplyMoves] writes; a part of them is
// written at once. ID, State and times are filled in. A move to the same connection
// that is being collected is Conflict "move_running", and one that has everyone of the
// former connection Conflict "move_exists".
func (db *DB) StartMove(ctx context.Context, by sso.Actor, m sso.Move) (_ sso.Move, err error) {
	defer func() { doing(&err, "start a move") }()
	err = db.change(ctx, m.Enterprise, func(ctx context.Context, t *tx) error {
		m.ID = sso.NewID[sso.MoveID](t.now)
		m.State, m.CreatedBy, m.CreatedAt = sso.MoveCollecting, by, t.now
		if err := t.checkMove(ctx, m); err != nil {
			return err
		}
		t.Queue(
			`insert into moves (enterprise_id, id, from_id, to_id, attribute, state, asking, after, created_by,
				created_at, ready_at, ended_at)
			values ($1, $2, $3, $4, $5, $6, false, '', $7, $8, 0, 0)`,
			string(m.Enterprise), string(m.ID), string(m.From), string(m.To), string(m.By), string(m.State),
			string(by), engine.Micros(m.CreatedAt),
		)
		return t.audit(
			ctx, by, "move.started", string(m.ID), "from", string(m.From), "to", string(m.To), "attribute",
			string(m.By),
		)
	})
	if err != nil {
		return sso.Move{}, err
	}
	db.applyMoveSoon(ctx, m)
	return db.Move(ctx, m.Enterprise, m.ID)
}

// checkMove returns NotFound for a connection that is not there, and Conflict for a move
// beside one that is being collected.
func (t *tx) checkMove(ctx context.Context, m sso.Move) error {
	wanted := []string{string(m.To)}
	if m.From != "" {
		wanted = append(wanted, string(m.From))
	}
	there, err := engine.List(
		ctx, t, engine.ScanText,
		"select c.id from ("+t.db.sql.Dialect.Values("$2")+
			") n cross join connections c where c.enterprise_id = $1 and c.id = n.value",
		string(m.Enterprise), engine.JSONList(wanted),
	)
	if err != nil {
		return err
	}
	if len(there) < len(wanted) {
		return errMissing()
	}
	_, running, err := engine.One(
		ctx, t, engine.ScanText,
		"select m.id from moves m where m.enterprise_id = $1 and m.to_id = $2 and m.state = 'collecting' limit 1",
		string(m.Enterprise), string(m.To),
	)
	if err == nil && running {
		err = &sso.Error{
			Kind:   sso.Conflict,
			Code:   "move_running",
			Public: "Another move to this connection is being prepared. Wait until it is ready, or undo it.",
		}
	}
	return firstOf(err, t.checkRepeated(ctx, m))
}

// checkRepeated returns Conflict if a move like it has everyone whom it would take.
func (t *tx) checkRepeated(ctx context.Context, m sso.Move) error {
	_, made, err := engine.One(
		ctx, t, engine.ScanText,
		"select m.id from moves m where m.enterprise_id = $1 and m.from_id = $2 and m.to_id = $3 "+
			"and m.state = 'ready' limit 1",
		string(m.Enterprise), string(m.From), string(m.To),
	)
	if err != nil || !made {
		return err
	}
	r := moveReader{
		Reader: t,
		db:     t.db,
		move:   m,
	}
	some, err := r.people(ctx, "")
	if err == nil && len(some) == 0 {
		err = &sso.Error{
			Kind: sso.Conflict,
			Code: "move_exists",
			Public: "Everyone of this connection is in a move to the other one already. " +
				"To begin again, undo that move first.",
		}
	}
	return err
}

// Move returns one move with the counts as of now.
func (db *DB) Move(ctx context.Context, ent sso.EnterpriseID, id sso.MoveID) (_ sso.Move, err error) {
	defer func() { doing(&err, "find move") }()
	m, err := found(findMove(ctx, db.sql, ent, id))
	if err != nil {
		return sso.Move{}, err
	}
	return m, countMove(ctx, db.sql, &m)
}

func findMove(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.MoveID) (sso.Move, bool, error) {
	return engine.One(
		ctx, r, scanMove,
		"select "+moveColumns+" from moves m where m.enterprise_id = $1 and m.id = $2", string(ent), string(id),
	)
}

func countMove(ctx context.Context, r engine.Reader, m *sso.Move) error {
	return r.Query(ctx, func(row engine.Row) error {
		var state sso.MoveEntryState
		var n int
		err := row.Scan(&state, &n)
		m.Counts.Add(state, n)
		return err
	}, "select e.state, count(*) from move_entries e where e.enterprise_id = $1 and e.move_id = $2 group by e.state",
		string(m.Enterprise), string(m.ID))
}

// Moves lists the moves of an enterprise, newest first.
func (db *DB) Moves(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.Move, next string, err error) {
	defer func() { doing(&err, "list moves") }()
	w := &engine.Where{}
	w.And("m.enterprise_id = ", string(ent))
	query := "select " + moveColumns + " from moves m" + w.Page("m.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanMove, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(m sso.Move) string { return string(m.ID) })
	for i := range all {
		err = firstOf(err, countMove(ctx, db.sql, &all[i]))
	}
	return all, next, err
}

// MoveEntries lists the users of a move, oldest first.
func (db *DB) MoveEntries(
	ctx context.Context, ent sso.EnterpriseID, id sso.MoveID, f sso.MoveFilter, page sso.Page,
) (_ []sso.MoveEntry, next string, err error) {
	defer func() { doing(&err, "list the users of a move") }()
	if _, err := found(findMove(ctx, db.sql, ent, id)); err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("e.enterprise_id = ", string(ent))
	w.And("e.move_id = ", string(id))
	if f.State == sso.MoveUnmatched {
		w.Add(" and e.state in ('unmatched', 'blocked')")
	} else {
		w.AndText("e.state = ", string(f.State))
	}
	query := "select " + entryColumns + ", u.login from move_entries e join users u on " +
		"u.enterprise_id = e.enterprise_id and u.id = e.user_id" +
		w.Page("e.user_id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanEntry, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(e sso.MoveEntry) string { return string(e.User) })
	return all, next, err
}

// DecideMove carries out an admin's decision about a held user of a move. A sign-in
// that waits because of the user is theirs if they are moved. allow sees the entry before;
// its error aborts. A user who is not held is Conflict "move_decided".
func (db *DB) DecideMove(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MoveID, user sso.UserID, answer sso.MoveAnswer,
	allow func(sso.HeldMove) error,
) (e sso.MoveEntry, err error) {
	defer func() { doing(&err, "decide about a moved user") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		m, err := found(findMove(ctx, t, ent, id))
		if err != nil {
			return err
		}
		if e, err = found(t.findEntry(ctx, m, user)); err != nil {
			return err
		}
		if m.State != sso.MoveReady || e.State != sso.MoveHeld {
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "move_decided",
				Public: "This person does not wait for a decision in this move any more.",
			}
		}
		held, err := t.heldMove(ctx, by, ent, e)
		if err != nil {
			return err
		}
		if err := allow(held); err != nil {
			return err
		}
		e.DecidedBy, e.State = by, sso.MoveLeft
		if answer == sso.AnswerMove {
			e.State = sso.MoveWaiting
		}
		return t.decideMove(ctx, by, m, &e)
	})
	if err != nil {
		return sso.MoveEntry{}, err
	}
	return e, nil
}

func (t *tx) findEntry(ctx context.Context, m sso.Move, user sso.UserID) (sso.MoveEntry, bool, error) {
	return engine.One(
		ctx, t, scanEntry,
		"select "+entryColumns+`, u.login from move_entries e
			join users u on u.enterprise_id = e.enterprise_id and u.id = e.user_id
			where e.enterprise_id = $1 and e.move_id = $2 and e.user_id = $3`,
		string(m.Enterprise), string(m.ID), string(user),
	)
}

// heldMove reads what a decision about an entry gives away.
func (t *tx) heldMove(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, e sso.MoveEntry,
) (h sso.HeldMove, err error) {
	h.MoveEntry = e
	if h.Appoints, err = mayAppoint(ctx, t, by); err != nil {
		return h, err
	}
	return h, t.Query(ctx, func(r engine.Row) error {
		return r.Scan(&h.Admin, &h.Operator)
	}, "select "+administersUser+", "+operatesUser+" from users u where u.enterprise_id = $1 and u.id = $2",
		string(ent), string(e.User))
}

func (t *tx) decideMove(ctx context.Context, by sso.Actor, m sso.Move, e *sso.MoveEntry) error {
	t.Queue(
		`update move_entries set state = $4, decided_by = $5
		where enterprise_id = $1 and move_id = $2 and user_id = $3`,
		string(m.Enterprise), string(m.ID), string(e.User), string(e.State), string(by),
	)
	if err := t.audit(
		ctx, by, "move.decided", string(e.User), "move", string(m.ID), "moved",
		strconv.FormatBool(e.State == sso.MoveWaiting),
	); err != nil || e.State != sso.MoveWaiting {
		return err
	}
	waiting, err := engine.List(
		ctx, t, scanQuestion,
		"select "+questionColumns+` from identity_questions q where q.enterprise_id = $1 and q.state = 'waiting'
			and q.connection_id = $2 and q.move_key = $3`,
		string(m.Enterprise), string(m.To), e.Key,
	)
	if err != nil || len(waiting) != 1 { // of several, no one can tell here which
		return err
	}
	waiting[0].Holder = e.User
	e.State = sso.MoveUsed
	return t.settleQuestion(ctx, by, &waiting[0], sso.QuestionDecision{Answer: sso.AnswerSame})
}
