package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const mergeColumns = "g.id, g.enterprise_id, g.from_id, g.into_id, g.moved, g.made_by, g.made_at, g.undone_by, g.undone_at"

func scanMerge(r engine.Row) (m sso.Merge, err error) {
	err = r.Scan(
		&m.ID, &m.Enterprise, &m.From, &m.Into, engine.JSON(&m.Moved), &m.By, engine.Time(&m.At),
		&m.UndoneBy, engine.Time(&m.UndoneAt),
	)
	return m, err
}

// Merges lists merges, newest first.
func (db *DB) Merges(
	ctx context.Context, ent sso.EnterpriseID, f sso.MergeFilter, page sso.Page,
) (_ []sso.Merge, next string, err error) {
	defer func() { doing(&err, "list merges") }()
	w := &engine.Where{}
	w.And("g.enterprise_id = ", string(ent))
	if f.User != "" {
		w.And("(g.from_id = ", string(f.User))
		w.Add(" or g.into_id = " + w.Param(string(f.User)) + ")")
	}
	query := "select " + mergeColumns + " from merges g" + w.Page("g.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanMerge, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(m sso.Merge) string { return string(m.ID) })
	return all, next, err
}

func findMerge(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.MergeID) (sso.Merge, bool, error) {
	return engine.One(
		ctx, r, scanMerge, "select "+mergeColumns+" from merges g where g.enterprise_id = $1 and g.id = $2",
		string(ent), string(id),
	)
}

// mergedUsers returns a user and those who were merged into them, also by several merges.
func mergedUsers(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.UserID, error) {
	all := []sso.UserID{user}
	for i := 0; i < len(all); i++ {
		some, err := engine.List(
			ctx, r, scanUserID, "select u.id from users u where u.enterprise_id = $1 and u.merged_into = $2 "+
				"and u.merged_into <> '' order by u.id", string(ent), string(all[i]),
		)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// andUser restricts a list of records to a user, "" for any, and to those merged into
// them: records keep saying whose they were.
func andUser(ctx context.Context, r engine.Reader, w *engine.Where, ent sso.EnterpriseID, user sso.UserID) error {
	if user == "" {
		return nil
	}
	all, err := mergedUsers(ctx, r, ent, user)
	if err != nil || len(all) < 2 {
		w.And("user_id = ", string(user))
		return err
	}
	for i, one := range all {
		word := " or user_id = "
		if i == 0 {
			word = " and (user_id = "
		}
		w.Add(word + w.Param(string(one)))
	}
	w.Add(")")
	return nil
}

// MergeUsers makes what leads to one user lead to another, in one transaction:
// identities, provisioned users and memberships. The access of from ends, with sessions
// and tokens, and from stays, deactivated. [sso.MergePreview] says why a merge is not
// possible; it is the error then.
func (db *DB) MergeUsers(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, from, into sso.UserID,
) (m sso.Merge, err error) {
	defer func() { doing(&err, "merge users") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		m, err = t.merge(ctx, mergeAsked{
			by:   by,
			ent:  ent,
			from: from,
			into: into,
		})
		return err
	})
	if err != nil {
		return sso.Merge{}, err
	}
	return m, nil
}

func (t *tx) merge(ctx context.Context, asked mergeAsked) (sso.Merge, error) {
	p, err := readMerge(ctx, t, asked, t.now)
	if err != nil {
		return sso.Merge{}, err
	}
	if len(p.Forbidden) > 0 {
		return sso.Merge{}, p.Forbidden[0]
	}
	m := merging{
		tx: t,
		Merge: sso.Merge{
			ID:         sso.NewID[sso.MergeID](t.now),
			Enterprise: asked.ent,
			From:       asked.from,
			Into:       asked.into,
			By:         asked.by,
			At:         t.now,
		},
	}
	if err := m.run(ctx, p, asked.answered != ""); err != nil {
		return sso.Merge{}, err
	}
	return m.Merge, nil
}

// merging carries out one merge.
type merging struct {
	*tx
	sso.Merge
}

func (m *merging) run(ctx context.Context, p sso.MergePreview, answered bool) error {
	from, into := identity.Merged(p.From, p.Into, answered)
	m.Moved.Status = p.From.Status
	if p.KeepsLogin {
		m.Moved.LoginGiven, m.Moved.Login = true, into.Login
	}
	m.Moved.Resources = p.Resources
	m.updateUser(from)
	m.updateUser(into)
	m.Queue(
		"update users set merged_into = $3, asserted_hash = '', asserted_certain = false where enterprise_id = $1 and id = $2",
		string(m.Enterprise), string(m.From), string(m.Into),
	)
	ended, err := m.endAccess(ctx, m.By, from, "") // before the subjects that could be signing in move
	if err != nil {
		return err
	}
	if err := m.moveIdentities(ctx, p.Identities); err != nil {
		return err
	}
	if err := m.moveResources(ctx); err != nil {
		return err
	}
	if err := m.moveEntries(ctx); err != nil {
		return err
	}
	if err := m.copyAttributes(ctx); err != nil {
		return err
	}
	if err := m.moveMemberships(ctx, p.Gained); err != nil {
		return err
	}
	m.closeWaiting()
	m.invalidate(m.Into)
	if err := m.save(); err != nil {
		return err
	}
	return m.audit(ctx, m.By, "user.merged", string(m.From), append([]string{
		"merge", string(m.ID), "into", string(m.Into), "login", p.From.Login, "into_login", p.Into.Login,
		"identities", fmt.Sprint(len(m.Moved.Identities)), "groups", fmt.Sprint(len(m.Moved.Gained)),
		"provisioned", count(len(m.Moved.Resources)),
	}, endedDetail(ended)...)...)
}

func (m *merging) moveIdentities(ctx context.Context, theirs []sso.UserIdentity) error {
	mine, err := userIdentities(ctx, m.tx, m.Enterprise, m.Into)
	if err != nil {
		return err
	}
	for _, i := range theirs {
		place := identity.PlaceOf(i, mine)
		if expected, ok := identity.Met(i, mine); ok {
			m.expectNone(m.Enterprise, expected, m.Into)
		}
		m.forgetFormer(sso.IdentityLink{
			Enterprise: m.Enterprise,
			User:       m.Into,
			Connection: i.Connection,
			Subject:    i.Subject,
			Login:      i.Login,
		})
		m.Moved.Identities = append(m.Moved.Identities, sso.MovedIdentity{
			UserIdentity: i,
			Became:       m.moveIdentity(m.Enterprise, i, m.Into, place),
			Dropped:      place == identity.Dropped,
		})
	}
	return nil
}

// moveResources queues the move of the provisioned users of From that are active. What
// an identity provider deactivated or deleted stays: Into would end with it, or From
// would not. Found ones give way.
func (m *merging) moveResources(ctx context.Context) error {
	var texts []string
	for _, r := range m.Moved.Resources {
		texts = append(texts, string(r.Connection))
		m.assignResource(r, m.Into)
	}
	return m.Query(ctx, func(r engine.Row) error {
		var connection sso.ConnectionID
		var seq int64
		err := r.Scan(&connection, &seq)
		push := sso.Push{
			Enterprise: m.Enterprise,
			Connection: connection,
		}
		m.countResources(push, userResources, seq/blockSize, -1)
		return err
	}, `delete from provisioned_users where enterprise_id = $1 and origin = 'found' and (account_id = $2
		or account_id = $3 and connection_id in (`+m.db.sql.Dialect.Values("$4")+`)) returning connection_id, seq`,
		string(m.Enterprise), string(m.From), string(m.Into), engine.JSONList(texts))
}

func scanConnectionID(r engine.Row) (sso.ConnectionID, error) {
	id, err := engine.ScanText(r)
	return sso.ConnectionID(id), err
}

func scanResource(r engine.Row) (x sso.MovedResource, err error) {
	err = r.Scan(&x.Connection, &x.ID)
	return x, err
}

func (m *merging) assignResource(r sso.MovedResource, account sso.UserID) {
	m.Queue(
		"update provisioned_users set account_id = $4 where enterprise_id = $1 and connection_id = $2 and id = $3",
		string(m.Enterprise), string(r.Connection), string(r.ID), string(account),
	)
}

// moveMemberships queues that Into is in the groups of From, and From in none: a person is
// listed once. Source and time stay.
func (m *merging) moveMemberships(ctx context.Context, gained []sso.UserMembership) error {
	all, err := m.membershipsOf(ctx, m.From)
	if err != nil {
		return err
	}
	m.Moved.Memberships = all
	for _, g := range gained {
		m.Moved.Gained = append(m.Moved.Gained, g.Group.ID)
	}
	for _, x := range all {
		m.keepMembership(x, m.Into)
	}
	m.Queue(
		"delete from memberships where enterprise_id = $1 and user_id = $2", string(m.Enterprise), string(m.From),
	)
	m.Queue(
		"delete from asserted_names where enterprise_id = $1 and user_id = $2", string(m.Enterprise), string(m.From),
	)
	m.followHistory(m.Enterprise, m.From, string(m.ID))
	m.followHistory(m.Enterprise, m.Into, string(m.ID))
	return nil
}

func (m *merging) membershipsOf(ctx context.Context, user sso.UserID) ([]sso.Membership, error) {
	return engine.List(
		ctx, m.tx, scanMembership,
		"select "+membershipColumns+" from memberships m where m.enterprise_id = $1 and m.user_id = $2",
		string(m.Enterprise), string(user),
	)
}

// keepMembership queues a membership as it was, of a user; one that exists stays.
func (m *merging) keepMembership(x sso.Membership, user sso.UserID) {
	m.Queue(
		`insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
		select g.enterprise_id, $2, g.id, $4, cast($5 as bigint), $6 from groups g
		where g.enterprise_id = $1 and g.id = $3
		on conflict (enterprise_id, user_id, group_id) do nothing`,
		string(m.Enterprise), string(user), string(x.Group), string(x.Source), engine.Micros(x.Since), x.Cause,
	)
}

// closeWaiting queues the end of what waits for a decision about From.
func (m *merging) closeWaiting() {
	m.closeQuestion(m.Enterprise, m.From)
	m.Queue(
		`update held_syncs set state = $3, decided_by = $4, decided_at = $5
		where enterprise_id = $1 and user_id = $2 and state = $6`,
		string(m.Enterprise), string(m.From), string(sso.HeldSuperseded), string(m.By), engine.Micros(m.now),
		string(sso.HeldWaiting),
	)
}

func (m *merging) save() error {
	moved, err := engine.JSONText(m.Moved)
	if err != nil {
		return fmt.Errorf("write what a merge moved: %w", err)
	}
	m.Queue(
		`insert into merges (enterprise_id, id, from_id, into_id, moved, made_by, made_at, undone_by, undone_at)
		values ($1, $2, $3, $4, $5, $6, $7, '', 0)`,
		string(m.Enterprise), string(m.ID), string(m.From), string(m.Into), moved, string(m.By), engine.Micros(m.At),
	)
	return nil
}
