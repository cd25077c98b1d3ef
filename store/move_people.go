package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// movedAtOnce is how many users one transaction of a move reads.
const movedAtOnce = 500

// moveReader reads who is moved, and what is known about them.
type moveReader struct {
	engine.Reader
	db   *DB
	move sso.Move
}

// moving is a user with the value by which they are found.
type moving struct {
	user sso.UserID
	key  string
}

// expectedAlready says of a user u that another move from the same connection to the same
// one has them: by the same attribute, or because it expects them by another. $4 is the
// move, $5 the connection that is moved to, and $6 the attribute.
const expectedAlready = `exists (select 1 from move_entries e join moves m
		on m.enterprise_id = e.enterprise_id and m.id = e.move_id
	where e.enterprise_id = $1 and e.user_id = u.id and m.id <> $4 and m.from_id = $2 and m.to_id = $5
		and m.state = 'ready' and (m.attribute = $6 or e.state <> 'unmatched'))`

// people returns the next users of the connection that is moved from, without those whom
// a move has already.
func (r moveReader) people(ctx context.Context, after sso.UserID) ([]moving, error) {
	from := ` from identities i join users u on u.enterprise_id = i.enterprise_id and u.id = i.user_id
		where i.enterprise_id = $1 and i.connection_id = $2`
	if r.move.From == "" {
		from = ` from users u where u.enterprise_id = $1 and $2 = '' and not exists
			(select 1 from identities i where i.enterprise_id = $1 and i.user_id = u.id)`
	}
	return engine.List(
		ctx, r, r.scanKeyed,
		"select u.id, u.login, u.email, "+r.value()+from+" and u.id > $3 and not "+expectedAlready+
			" order by u.id limit "+strconv.Itoa(movedAtOnce),
		string(r.move.Enterprise), string(r.move.From), string(after), string(r.move.ID), string(r.move.To),
		string(r.move.By),
	)
}

// value returns an expression for what the move compares, unless it is of the user.
func (r moveReader) value() string {
	if r.move.By == sso.MoveByExternalID {
		return `coalesce((select p.external_id from provisioned_users p where p.enterprise_id = $1
			and p.connection_id = $2 and p.account_id = u.id and p.origin = 'pushed' limit 1), '')`
	}
	if _, is := r.move.By.Attribute(); is {
		return `coalesce((select a.id || ' ' || a.identity from attempts a where a.enterprise_id = $1
			and a.user_id = u.id and ($2 = '' or a.connection_id = $2) and a.identity <> '' and a.outcome = 'succeeded'
			order by a.id desc limit 1), '')`
	}
	return "''"
}

func (r moveReader) scanKeyed(row engine.Row) (k moving, err error) {
	var login, email, value string
	if err := row.Scan(&k.user, &login, &email, &value); err != nil {
		return k, err
	}
	name, ofClaim := r.move.By.Attribute()
	switch {
	case r.move.By == sso.MoveByLogin:
		value = login
	case r.move.By == sso.MoveByEmail:
		value = email
	case ofClaim && value != "":
		if value, err = r.claim(value, name); err != nil {
			return k, err
		}
	}
	k.key = identity.MoveKey(r.move.By, value)
	return k, nil
}

// claim returns a claim of the sealed identity of an attempt.
func (r moveReader) claim(text, name string) (string, error) {
	id, sealed, _ := strings.Cut(text, " ")
	known, err := r.db.openIdentity(sso.Attempt{
		ID:         sso.AttemptID(id),
		Enterprise: r.move.Enterprise,
	}, sealed)
	if err != nil {
		return "", err
	}
	return identity.MoveAttribute(known.Claims, name), nil
}

// administersUser says of a user u whether they administer the enterprise,
// administersAny whether the enterprise or an organization of it, and operatesUser
// whether an operator's account is tied to them.
const (
	administersUser = `(exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id = u.id)
	or exists (select 1 from memberships am join groups ag
		on ag.enterprise_id = am.enterprise_id and ag.id = am.group_id
		where am.enterprise_id = $1 and am.user_id = u.id and ag.is_admin))`
	administersAny = "(" + administersUser + ` or exists (select 1 from organization_admins oa
		where oa.enterprise_id = $1 and oa.user_id = u.id))`
	operatesUser = `exists (select 1 from admins o where o.enterprise_id = $1 and o.user_id = u.id)`
)

// plan decides what becomes of users; see [identity.PlanMove]. It reads every user of
// the enterprise, because any of them may have one of the values.
func (r moveReader) plan(ctx context.Context, all []moving) ([]sso.MoveEntry, error) {
	people := map[sso.UserID]identity.MovePerson{}
	atTarget, taken := map[string][]sso.UserID{}, map[string][]sso.UserID{}
	err := r.everyone(ctx, func(row engine.Row) error {
		var p identity.MovePerson
		var email, login, subject, external, last string
		err := row.Scan(
			&p.User, &p.Login, &email, &p.Status, &p.Admin, &p.Operator, &p.There, &login, &subject, &external, &last,
		)
		p.Outdated = r.move.By == sso.MoveByLogin && identity.IsOutdated(last, p.Login)
		people[p.User] = p
		if p.There {
			r.note(atTarget, p.User, p.Login, email, subject)
			r.note(atTarget, p.User, login, "", external)
		}
		if p.Status == sso.UserActive {
			r.note(taken, p.User, p.Login, email, "")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	moved := make([]identity.MovePerson, len(all))
	for i, k := range all {
		p := people[k.user]
		p.User, p.Key = k.user, k.key
		p.AtTarget, p.Taken = otherThan(atTarget[k.key], k.user), otherThan(taken[k.key], k.user)
		moved[i] = p
	}
	plan := identity.PlanMove(moved)
	for i := range plan {
		plan[i].Move = r.move.ID
	}
	return plan, nil
}

// everyone reads each user of the enterprise, with what the new connection knows of them.
func (r moveReader) everyone(ctx context.Context, each func(engine.Row) error) error {
	return r.Query(
		ctx, each,
		`select u.id, u.login, u.email, u.status, `+administersAny+`, `+operatesUser+`,
			i.user_id is not null, coalesce(i.login, ''),
			coalesce(i.subject, ''), coalesce((select p.external_id from provisioned_users p where p.enterprise_id = $1
				and p.connection_id = $2 and p.account_id = u.id and p.origin = 'pushed' limit 1), ''),
			`+lastLogin+`
		from users u left join identities i
			on i.enterprise_id = u.enterprise_id and i.user_id = u.id and i.connection_id = $2
		where u.enterprise_id = $1`,
		string(r.move.Enterprise), string(r.move.To),
	)
}

// note records who has a value.
func (r moveReader) note(into map[string][]sso.UserID, user sso.UserID, login, email, external string) {
	value := map[sso.MoveBy]string{
		sso.MoveByLogin:      login,
		sso.MoveByEmail:      email,
		sso.MoveByExternalID: external,
	}[r.move.By]
	if key := identity.MoveKey(r.move.By, value); key != "" && !slices.Contains(into[key], user) {
		into[key] = append(into[key], user)
	}
}

func otherThan(all []sso.UserID, user sso.UserID) sso.UserID {
	for _, id := range all {
		if id != user {
			return id
		}
	}
	return ""
}

// PreviewMove returns what a move would do now, and changes nothing.
func (db *DB) PreviewMove(ctx context.Context, m sso.Move) (p sso.MovePreview, err error) {
	defer func() { doing(&err, "preview a move") }()
	r := moveReader{
		Reader: db.sql,
		db:     db,
		move:   m,
	}
	if _, err := db.Connection(ctx, m.Enterprise, m.To); err != nil {
		return p, err
	}
	if m.From != "" {
		if _, err := db.Connection(ctx, m.Enterprise, m.From); err != nil {
			return p, err
		}
	}
	var all []moving
	for after := sso.UserID(""); ; {
		some, err := r.people(ctx, after)
		if err != nil {
			return p, err
		}
		all = append(all, some...)
		if len(some) < movedAtOnce {
			break
		}
		after = some[len(some)-1].user
	}
	plan, err := r.plan(ctx, all)
	if err != nil {
		return p, err
	}
	slices.SortFunc(plan, func(a, b sso.MoveEntry) int { return strings.Compare(a.Login, b.Login) })
	for _, e := range plan {
		p.Counts.Add(e.State, 1)
		switch e.State {
		case sso.MoveWaiting:
			p.Matched = upTo(p.Matched, e)
		case sso.MoveHeld:
			p.Held = upTo(p.Held, e)
		case sso.MoveUnmatched, sso.MoveBlocked:
			p.Unmatched = upTo(p.Unmatched, e)
		}
	}
	return p, nil
}

// upTo adds an entry to a list of a preview that is not full.
func upTo(all []sso.MoveEntry, e sso.MoveEntry) []sso.MoveEntry {
	if len(all) == sso.MovePreviewed {
		return all
	}
	return append(all, e)
}
