package store

import (
	"context"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// successor is a sign-in with an unknown subject, as far as it asserts the login of a
// user with another subject of the connection.
type successor struct {
	is          identity.Succession // "" if there is no such user
	change      sso.SubjectChange   // latest of the connection; zero for none
	predecessor predecessor
}

// predecessor is the user with the asserted login, and the other subject.
type predecessor struct {
	user    sso.UserID
	subject string
	seen    time.Time
	admin   bool // or tied to an operator's account
}

const selectPredecessor = `select u.id, i.subject, i.last_seen_at,
		exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id = u.id)
			or exists (select 1 from organization_admins a where a.enterprise_id = $1 and a.user_id = u.id)
			or exists (select 1 from memberships m join groups g
				on g.enterprise_id = m.enterprise_id and g.id = m.group_id
				where m.enterprise_id = $1 and m.user_id = u.id and g.is_admin)
			or exists (select 1 from admins o where o.enterprise_id = $1 and o.user_id = u.id)` +
	fromIdentity + " and i.subject is not null"

func scanPredecessor(r engine.Row) (p predecessor, err error) {
	err = r.Scan(&p.user, &p.subject, engine.Time(&p.seen), &p.admin)
	return p, err
}

// findPredecessor finds the user who has the login, or else the one who signed in
// with it last: an admin may have given them another one, or deactivated them.
func (t *tx) findPredecessor(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (predecessor, bool, error) {
	conn, key := string(id.Connection), identity.LoginKey(id.Login)
	if key == "" {
		return predecessor{}, false, nil
	}
	p, ok, err := engine.One(
		ctx, t, scanPredecessor, selectPredecessor+" and u.login_folded = $3 and u.status = 'active'",
		string(ent), conn, key,
	)
	if err != nil || ok {
		return p, ok, err
	}
	return engine.One(
		ctx, t, scanPredecessor, selectPredecessor+" and i.login = $3 order by i.last_seen_at desc limit 1",
		string(ent), conn, id.Login,
	)
}

// succession decides what becomes of a sign-in that no other key finds a user of.
func (t *tx) succession(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (s successor, err error) {
	var ok bool
	if s.predecessor, ok, err = t.findPredecessor(ctx, ent, id); err != nil || !ok {
		return s, err
	}
	s.change, _, err = engine.One(
		ctx, t, scanSubjectChange,
		selectSubjectChange+" where s.enterprise_id = $1 and s.connection_id = $2 order by s.id desc limit 1",
		string(ent), string(id.Connection),
	)
	s.is = identity.Succeed(s.change, s.predecessor.seen, s.predecessor.admin, t.now)
	return s, err
}

// findSucceeded finds the user who gets a new subject, without a change.
func (t *tx) findSucceeded(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (person, bool, error) {
	s, err := t.succession(ctx, ent, id)
	if err != nil || s.is != identity.Succeeds {
		return person{}, false, err
	}
	return engine.One(
		ctx, t, scanPerson, selectPerson+" and i.user_id = $3", string(ent), string(id.Connection),
		string(s.predecessor.user),
	)
}

// findSuccessor finds the user who gets the new subject. A sign-in that is refused
// until an admin has answered counts as one of those who tried.
func (r *loginRecord) findSuccessor(ctx context.Context) (bool, error) {
	id := r.signIn.Identity
	_, ok, err := r.tx.findPredecessor(ctx, r.ent, id)
	if err != nil || !ok {
		return false, err
	}
	// What is read from here on must be true until the commit.
	r.tx.lockSubjects(id.Connection)
	if r.successor, err = r.tx.succession(ctx, r.ent, id); err != nil {
		return false, err
	}
	switch r.successor.is {
	case identity.Barred:
		r.barred = true
		r.saveSubjectSign("")
		r.countPeople(r.successor.change)
	case identity.Succeeds:
		p, ok, err := r.tx.lockPerson(ctx, r.ent, id, identity.Successor)
		if err != nil || !ok {
			return false, err
		}
		r.found(p)
		return true, r.tx.audit(
			ctx, sso.Actor(id.Connection), "identity.succeeded", string(p.user.ID), "subject", id.Subject,
			"subject_was", r.successor.predecessor.subject, "change", string(r.successor.change.ID),
		)
	}
	return false, nil
}

// noteSubjectSign notes that the new user is a sign of changed subjects, and raises the one
// question if there are enough signs.
func (r *loginRecord) noteSubjectSign(ctx context.Context) error {
	r.saveSubjectSign(r.user.ID)
	conn := r.signIn.Session.Connection
	var s identity.SubjectSigns
	var err error
	s.Signs, err = engine.List(
		ctx, r.tx, scanMoment,
		"select at from subject_signs where enterprise_id = $1 and connection_id = $2 and at > $3 order by at desc",
		string(r.ent), string(conn), engine.Micros(r.tx.now.Add(-identity.SubjectPeriod)),
	)
	if err != nil || !s.Suspicious() {
		return err
	}
	oldest := engine.Micros(s.Signs[len(s.Signs)-1])
	s.Known, err = engine.List(
		ctx, r.tx, scanMoment, "select last_seen_at from"+seenSince+" order by last_seen_at desc limit $4",
		string(r.ent), string(conn), oldest, int64(len(s.Signs)),
	)
	since, changed := s.Changed()
	if err != nil || !changed {
		return err
	}
	return r.raiseChange(ctx, sso.SubjectChange{
		ID:         sso.NewID[sso.SubjectChangeID](r.tx.now),
		Enterprise: r.ent,
		Connection: conn,
		People:     len(s.Signs),
		FirstAt:    since,
		FoundAt:    r.tx.now,
	})
}

// seenSince are the sign-ins, the latest by subject, since a time with subjects that
// were known before it.
const seenSince = ` (
	select user_id, last_seen_at from identities where enterprise_id = $1 and connection_id = $2
		and subject is not null and last_seen_at >= $3 and created_at < $3
	union all
	select user_id, last_seen_at from linked_subjects where enterprise_id = $1 and connection_id = $2
		and subject is not null and last_seen_at >= $3 and created_at < $3
) seen`

func scanMoment(r engine.Row) (at time.Time, err error) {
	err = r.Scan(engine.Time(&at))
	return at, err
}

func (r *loginRecord) saveSubjectSign(user sso.UserID) {
	r.tx.Queue(
		`insert into subject_signs (enterprise_id, connection_id, login_key, login, user_id, at)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (enterprise_id, connection_id, login_key) do update set
			login = excluded.login, user_id = excluded.user_id, at = excluded.at`,
		string(r.ent), string(r.signIn.Session.Connection), identity.LoginKey(r.signIn.Identity.Login),
		r.signIn.Identity.Login, string(user), engine.Micros(r.tx.now),
	)
}

func (r *loginRecord) countPeople(c sso.SubjectChange) {
	r.tx.Queue(
		`update subject_changes set people = (select count(*) from subject_signs n where n.enterprise_id = $1
			and n.connection_id = $3 and n.at >= $4) where enterprise_id = $1 and id = $2`,
		string(r.ent), string(c.ID), string(c.Connection), engine.Micros(c.FirstAt),
	)
}

// raiseChange raises the one question, and withdraws what the signs had made: the
// accounts that wait for an admin, with their questions. The sign-in is refused.
func (r *loginRecord) raiseChange(ctx context.Context, c sso.SubjectChange) error {
	r.barred = true
	r.tx.Queue(
		`insert into subject_changes (enterprise_id, id, connection_id, answer, people, first_at, found_at,
			decided_by, decided_at)
		values ($1, $2, $3, '', $4, $5, $6, '', 0)`,
		string(c.Enterprise), string(c.ID), string(c.Connection), int64(c.People), engine.Micros(c.FirstAt),
		engine.Micros(c.FoundAt),
	)
	by := sso.Actor(c.Connection)
	if err := r.tx.audit(
		ctx, by, "subjects.changed", string(c.Connection), "change", string(c.ID), "people", strconv.Itoa(c.People),
	); err != nil {
		return err
	}
	withdrawn, err := engine.List(
		ctx, r.tx, scanUser, "select "+userColumns+` from subject_signs s join users u
			on u.enterprise_id = s.enterprise_id and u.id = s.user_id
		where s.enterprise_id = $1 and s.connection_id = $2 and s.at >= $3 and u.status = 'pending'
			and u.last_sign_in_at = 0 and u.vouched_at = 0
			and not exists (select 1 from memberships m where m.enterprise_id = $1 and m.user_id = u.id)
			and not exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.account_id = u.id)`,
		string(c.Enterprise), string(c.Connection), engine.Micros(c.FirstAt),
	)
	if err != nil {
		return err
	}
	for _, u := range withdrawn {
		r.tx.Queue("delete from users where enterprise_id = $1 and id = $2 and status = 'pending'",
			string(c.Enterprise), string(u.ID))
		if err := r.tx.audit(
			ctx, by, "user.withdrawn", string(u.ID), "login", u.Login, "email", u.Email, "change", string(c.ID),
		); err != nil {
			return err
		}
	}
	return nil
}
