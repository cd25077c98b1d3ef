package store

import (
	"context"
	"strconv"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// PreviewLink returns what a further identity of a user would do, and why it is not
// possible.
func (db *DB) PreviewLink(ctx context.Context, by sso.Actor, l sso.IdentityLink) (_ sso.LinkPreview, err error) {
	defer func() { doing(&err, "preview a link") }()
	return linkReader{db.sql, db, by}.link(ctx, l)
}

// LinkIdentity ties a further identity to a user. [sso.LinkPreview] says why it is not
// possible; it is the error then.
func (db *DB) LinkIdentity(
	ctx context.Context, by sso.Actor, l sso.IdentityLink,
) (i sso.UserIdentity, err error) {
	defer func() { doing(&err, "link an identity") }()
	err = db.change(ctx, l.Enterprise, func(ctx context.Context, t *tx) error {
		p, err := linkReader{t, db, by}.link(ctx, l)
		if err != nil {
			return err
		}
		if len(p.Forbidden) > 0 {
			return p.Forbidden[0]
		}
		i = sso.UserIdentity{
			User:       l.User,
			Connection: l.Connection,
			Subject:    l.Subject,
			Login:      l.Login,
			CreatedAt:  t.now,
		}
		if p.Further {
			i.Linked = sso.NewID[sso.LinkedSubjectID](t.now)
			t.insertLinked(l.Enterprise, i)
		} else {
			t.insertIdentity(l.Enterprise, i, l.User)
		}
		t.forgetFormer(l)
		return t.audit(
			ctx, by, "identity.linked", string(l.User), "connection", string(l.Connection), "subject", l.Subject,
			"login", l.Login,
		)
	})
	if err != nil {
		return sso.UserIdentity{}, err
	}
	return i, nil
}

// linkReader reads what a change of the identities of a user by an actor depends on.
type linkReader struct {
	engine.Reader
	db *DB
	by sso.Actor
}

func (r linkReader) link(ctx context.Context, l sso.IdentityLink) (p sso.LinkPreview, err error) {
	f, err := r.facts(ctx, l)
	if err != nil {
		return p, err
	}
	c, err := found(r.db.findConnection(ctx, r, l.Enterprise, l.Connection))
	if err != nil {
		return p, err
	}
	f.Serves = c.State == sso.ConnectionEnabled
	f.Provisions = provisionsBy(c.Live)
	if f.Serves {
		if f.Tested, err = r.hasTested(ctx, c); err != nil {
			return p, err
		}
	}
	if f.Holder, err = r.holder(ctx, l); err != nil {
		return p, err
	}
	if f.Erased, err = r.db.isErased(ctx, r, l.Enterprise, l.Connection, l.Subject, l.Login); err != nil {
		return p, err
	}
	mine, err := userIdentities(ctx, r, l.Enterprise, l.User)
	for _, i := range mine {
		p.Further = p.Further || i.Connection == l.Connection
	}
	p.User, p.Forbidden = f.User, identity.Linkable(f)
	if f.Holder != l.User {
		p.InUse = f.Holder
	}
	return p, err
}

// facts reads what is known about the user of a link, and about the one who asks.
func (r linkReader) facts(ctx context.Context, l sso.IdentityLink) (f identity.LinkFacts, err error) {
	if f.User, err = found(findUser(ctx, r, l.Enterprise, l.User)); err != nil {
		return f, err
	}
	f.Operator, f.Setup = r.by.OfOperator(), r.by.OfLink()
	err = r.Query(ctx, func(row engine.Row) error { return row.Scan(&f.Privileged, &f.Pushed) },
		"select "+administersUser+" or "+operatesUser+`,
			exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.account_id = u.id
				and p.connection_id = $3 and p.origin = 'pushed')
		from users u where u.enterprise_id = $1 and u.id = $2`,
		string(l.Enterprise), string(l.User), string(l.Connection))
	return f, err
}

// hasTested reports whether the actor passed a test of a connection with the configuration
// that is live.
func (r linkReader) hasTested(ctx context.Context, c sso.Connection) (bool, error) {
	_, yes, err := engine.One(
		ctx, r, engine.ScanText,
		`select t.id from test_runs t where t.enterprise_id = $1 and t.connection_id = $2 and t.kind = $3
			and t.state = $4 and t.started_by = $5 and t.version = $6 limit 1`,
		string(c.Enterprise), string(c.ID), string(sso.TestLive), string(sso.TestPassed), string(r.by),
		int64(c.Live.Version),
	)
	return yes, err
}

// holder returns the user to whom a subject or a login of a connection leads; "" if
// it leads to none. A login leads also to the active user who has it: the first sign-in
// through the connection is theirs.
func (r linkReader) holder(ctx context.Context, l sso.IdentityLink) (sso.UserID, error) {
	const (
		bySubject = `select i.user_id from identities i
			where i.enterprise_id = $1 and i.connection_id = $2 and i.subject = $3
		union all select s.user_id from linked_subjects s
			where s.enterprise_id = $1 and s.connection_id = $2 and s.subject = $3
		union all select p.account_id from provisioned_users p
			where p.enterprise_id = $1 and p.connection_id = $2 and p.external_id = $3 and p.origin = 'pushed'
				and p.account_id <> '' and p.account_id <> $4`
		byLogin = `select i.user_id from identities i
			where i.enterprise_id = $1 and i.connection_id = $2 and i.subject is null and i.login = $3
		union all select s.user_id from linked_subjects s
			where s.enterprise_id = $1 and s.connection_id = $2 and s.subject is null and s.login = $3
		union all select p.account_id from provisioned_users p
			where p.enterprise_id = $1 and p.connection_id = $2 and p.user_name_folded = $5 and p.origin = 'pushed'
				and p.account_id <> '' and p.account_id <> $4
		union all select u.id from users u
			where u.enterprise_id = $1 and u.login_folded = $6 and u.status = 'active' and u.id <> $4`
	)
	query, value := bySubject, l.Subject
	args := []any{string(l.Enterprise), string(l.Connection)}
	if l.Login != "" {
		query, value = byLogin, l.Login
		args = append(args, value, string(l.User), filter.Fold(value), identity.LoginKey(value))
	} else {
		args = append(args, value, string(l.User))
	}
	holder, _, err := engine.One(ctx, r, scanUserID, query, args...)
	return holder, err
}

// PreviewUnlink returns what ends with an identity of a user, by its Ref, and why it cannot
// end.
func (db *DB) PreviewUnlink(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, ref string,
) (p sso.UnlinkPreview, err error) {
	defer func() { doing(&err, "preview the end of an identity") }()
	return linkReader{db.sql, db, by}.unlink(ctx, ent, user, ref)
}

// UnlinkIdentity ends an identity of a user, by its Ref, with the sessions that began with
// it. It becomes a former identity: see [identity.Former].
func (db *DB) UnlinkIdentity(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, ref string,
) (p sso.UnlinkPreview, err error) {
	defer func() { doing(&err, "unlink an identity") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if p, err = (linkReader{t, db, by}).unlink(ctx, ent, user, ref); err != nil {
			return err
		}
		if len(p.Forbidden) > 0 {
			return p.Forbidden[0]
		}
		return t.unlinkIdentity(ctx, by, ent, p)
	})
	if err != nil {
		return sso.UnlinkPreview{}, err
	}
	return p, nil
}

func (t *tx) unlinkIdentity(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, p sso.UnlinkPreview) error {
	i := p.Identity
	c, err := found(t.db.findConnection(ctx, t, ent, i.Connection))
	if err != nil {
		return err
	}
	t.keepFormer(ent, sso.FormerIdentity{
		User:           i.User,
		Connection:     i.Connection,
		ConnectionName: c.Name,
		Subject:        i.Subject,
		Login:          i.Login,
		Why:            sso.FormerUnlinked,
		By:             by,
		At:             t.now,
	})
	if i.Linked != "" {
		t.deleteLinked(ent, i.Linked)
	} else {
		t.Queue(
			"delete from identities where enterprise_id = $1 and connection_id = $2 and user_id = $3",
			string(ent), string(i.Connection), string(i.User),
		)
	}
	ended, err := engine.List(ctx, t, engine.ScanText, "delete"+sessionsOfIdentity+" returning id",
		string(ent), string(i.User), string(i.Connection), i.Subject)
	if err != nil {
		return err
	}
	if err := t.sessionsRevoked(ctx, by, ended); err != nil {
		return err
	}
	if err := t.promoteLinked(ctx, ent, i.User); err != nil {
		return err
	}
	return t.audit(
		ctx, by, "identity.unlinked", string(i.User), "connection", string(i.Connection), "subject", i.Subject,
		"login", i.Login, "sessions_ended", strconv.Itoa(len(ended)),
	)
}

const sessionsOfIdentity = ` from sessions where enterprise_id = $1 and user_id = $2 and connection_id = $3
	and subject = $4 and subject <> ''`

// unlink reads what ends with an identity.
func (r linkReader) unlink(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID, ref string,
) (p sso.UnlinkPreview, err error) {
	mine, err := userIdentities(ctx, r, ent, user)
	if err != nil {
		return p, err
	}
	for _, i := range mine {
		if i.Ref() == ref {
			p.Identity = i
		}
	}
	if p.Identity.User == "" {
		return p, errMissing()
	}
	f, err := r.facts(ctx, sso.IdentityLink{
		Enterprise: ent,
		User:       user,
		Connection: p.Identity.Connection,
	})
	if err != nil {
		return p, err
	}
	f.Pushed = f.Pushed && p.Identity.Linked == "" // a push finds the first identity only
	p.User, p.Forbidden = f.User, identity.Unlinkable(f)
	if p.LastWay, err = r.isLastWay(ctx, ent, p.Identity, mine); err != nil {
		return p, err
	}
	n, err := found(engine.One(ctx, r, engine.ScanNumber, "select count(*)"+sessionsOfIdentity+
		" and expires_at > $5 and last_seen_at + idle_timeout > $5",
		string(ent), string(user), string(p.Identity.Connection), p.Identity.Subject, engine.Micros(r.db.now())))
	p.Sessions = int(n)
	return p, err
}

// isLastWay reports whether no other identity of mine opens an enabled connection.
func (r linkReader) isLastWay(
	ctx context.Context, ent sso.EnterpriseID, i sso.UserIdentity, mine []sso.UserIdentity,
) (bool, error) {
	var others []string
	for _, other := range mine {
		if other.Ref() != i.Ref() {
			others = append(others, string(other.Connection))
		}
	}
	_, opens, err := engine.One(
		ctx, r, engine.ScanText,
		"select c.id from ("+r.db.sql.Dialect.Values("$2")+`) n cross join connections c
		where c.enterprise_id = $1 and c.id = n.value and c.state = 'enabled' limit 1`,
		string(ent), engine.JSONList(others),
	)
	return !opens, err
}
