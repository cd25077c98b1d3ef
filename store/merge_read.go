package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// PreviewMerge returns what a merge by an actor would do, and why it is not possible.
func (db *DB) PreviewMerge(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, from, into sso.UserID,
) (_ sso.MergePreview, err error) {
	defer func() { doing(&err, "preview a merge") }()
	return readMerge(ctx, db.sql, mergeAsked{
		by:   by,
		ent:  ent,
		from: from,
		into: into,
	}, db.now())
}

// mergeAsked is a merge that an actor asks for.
type mergeAsked struct {
	by         sso.Actor
	ent        sso.EnterpriseID
	from, into sso.UserID
	// answered is the connection of an identity question whose answer the merge is: what
	// its identity provider says about from is about both. "" for any other merge.
	answered sso.ConnectionID
}

func readMerge(ctx context.Context, r engine.Reader, m mergeAsked, now time.Time) (p sso.MergePreview, err error) {
	if p.From, err = found(findUser(ctx, r, m.ent, m.from)); err != nil {
		return p, err
	}
	if p.Into, err = found(findUser(ctx, r, m.ent, m.into)); err != nil {
		return p, err
	}
	facts, err := mergeFacts(ctx, r, p.From, p.Into)
	if err != nil {
		return p, err
	}
	if facts.Appoints, err = mayAppoint(ctx, r, m.by); err != nil {
		return p, err
	}
	p.Forbidden = identity.Mergeable(facts)
	_, kept := identity.Merged(p.From, p.Into, m.answered != "")
	p.KeepsLogin = kept.LoginGiven && !p.Into.LoginGiven
	if err := readMoving(ctx, r, &p, m.answered); err != nil {
		return p, err
	}
	if p.Gained, err = gained(ctx, r, m.ent, m.from, m.into); err != nil {
		return p, err
	}
	return p, countMerge(ctx, r, &p, now)
}

// readMoving reads the identities and provisioned users that a merge moves.
func readMoving(
	ctx context.Context, r engine.Reader, p *sso.MergePreview, answered sso.ConnectionID,
) error {
	ent, from := p.From.Enterprise, p.From.ID
	all, err := userIdentities(ctx, r, ent, from)
	if err != nil {
		return err
	}
	ended, err := engine.List(
		ctx, r, scanConnectionID, `select p.connection_id from provisioned_users p
		where p.enterprise_id = $1 and p.account_id = $2 and p.origin = 'pushed' and not p.active
			and p.connection_id <> $3
		union select s.connection_id from provisioned_tombstones s
		where s.enterprise_id = $1 and s.account_id = $2`, string(ent), string(from), string(answered),
	)
	if err != nil {
		return err
	}
	p.Identities, p.Stays = identity.Staying(p.From, all, ended)
	p.Resources, err = engine.List(
		ctx, r, scanResource, `select connection_id, id from provisioned_users
		where enterprise_id = $1 and account_id = $2 and origin = 'pushed' and (active or connection_id = $3)
		order by connection_id`,
		string(ent), string(from), string(answered),
	)
	return err
}

// countMerge reads what ends with the user who is merged.
func countMerge(ctx context.Context, r engine.Reader, p *sso.MergePreview, now time.Time) error {
	return r.Query(ctx, func(row engine.Row) error {
		return row.Scan(&p.Sessions, &p.Tokens, &p.HeldSyncs, &p.Admin)
	}, `select (select count(*) from sessions s where s.enterprise_id = $1 and s.user_id = $2
			and s.expires_at > $3 and s.last_seen_at + s.idle_timeout > $3),
		(select count(*) from personal_tokens t where t.enterprise_id = $1 and t.user_id = $2 and t.revoked_at = 0
			and t.expires_at > $3),
		(select count(*) from held_syncs h where h.enterprise_id = $1 and h.user_id = $2
			and h.state = 'waiting'),
		exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id = $2)`,
		string(p.From.Enterprise), string(p.From.ID), engine.Micros(now))
}

func mergeFacts(ctx context.Context, r engine.Reader, from, into sso.User) (identity.MergeFacts, error) {
	facts := identity.MergeFacts{
		From: from,
		Into: into,
	}
	err := r.Query(ctx, func(row engine.Row) error {
		return row.Scan(&facts.Operator, &facts.Both, &facts.Admin)
	}, `select exists (select 1 from admins a where a.enterprise_id = $1 and a.user_id in ($2, $3)),
		exists (select 1 from provisioned_users p join provisioned_users q
			on q.enterprise_id = p.enterprise_id and q.connection_id = p.connection_id
			where p.enterprise_id = $1 and p.account_id = $2 and p.origin = 'pushed' and p.active
				and q.enterprise_id = $1 and q.account_id = $3 and q.origin = 'pushed'),
		exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id in ($2, $3))
			or exists (select 1 from organization_admins a where a.enterprise_id = $1 and a.user_id in ($2, $3))
			or exists (select 1 from memberships m join groups g
				on g.enterprise_id = m.enterprise_id and g.id = m.group_id
				where m.enterprise_id = $1 and m.user_id in ($2, $3) and g.is_admin)`,
		string(from.Enterprise), string(from.ID), string(into.ID))
	return facts, err
}

// gained lists the memberships of one user that another does not have.
func gained(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, from, into sso.UserID,
) ([]sso.UserMembership, error) {
	theirs, err := userMemberships(ctx, r, ent, from)
	if err != nil {
		return nil, err
	}
	mine, err := userMemberships(ctx, r, ent, into)
	if err != nil {
		return nil, err
	}
	has := map[sso.GroupID]bool{}
	for _, m := range mine {
		has[m.Group.ID] = true
	}
	var lacks []sso.UserMembership
	for _, m := range theirs {
		if !has[m.Group.ID] {
			lacks = append(lacks, m)
		}
	}
	return lacks, nil
}
