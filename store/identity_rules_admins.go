package store

import (
	"context"
	"errors"
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// errBringsAdmin ends a transaction in which the answer of the rule made the holder an
// admin. It is given up, and an admin decides.
var errBringsAdmin = errors.New("what a claimant brings makes the holder an admin")

// brought is what a claimant brings along.
type brought struct {
	names      []string // of groups, asserted or pushed
	defaults   []sso.GroupID
	subject    string
	externalID string // pushed
}

// broughtBy returns what a question brings along: the groups of its sign-in, and the pushed
// groups of a pushed user with the login. They are kept while the connection does not
// provision, and the answer applies them. The subject is that of the sign-in, or else the one
// that the claimant has at the connection.
func broughtBy(ctx context.Context, r engine.Reader, q sso.IdentityQuestion, id sso.Identity) (brought, error) {
	b := brought{
		names:   slices.Clone(id.Groups.Names),
		subject: id.Subject,
	}
	if q.Attempt != "" {
		a, _, err := engine.One(
			ctx, r, scanAttempt, "select "+attemptColumns+" from attempts where enterprise_id = $1 and id = $2",
			string(q.Enterprise), string(q.Attempt),
		)
		if err != nil {
			return b, err
		}
		b.names = append(b.names, a.Groups.Names...)
	}
	pushed, err := engine.List(
		ctx, r, engine.ScanText, selectPushedGroups, string(q.Enterprise), string(q.Connection), string(q.User),
		string(q.Holder), filter.Fold(q.Login),
	)
	b.names = append(b.names, pushed...)
	if err != nil {
		return b, err
	}
	return b, b.known(ctx, r, q)
}

// known adds the subject and the externalId that a claimant has at the connection.
func (b *brought) known(ctx context.Context, r engine.Reader, q sso.IdentityQuestion) error {
	var subject string
	err := r.Query(
		ctx, func(row engine.Row) error { return row.Scan(&subject, &b.externalID) },
		`select coalesce((select i.subject from identities i
				where i.enterprise_id = $1 and i.user_id = $3 and i.connection_id = $2), ''),
			coalesce((select p.external_id from provisioned_users p where p.enterprise_id = $1
				and p.connection_id = $2 and p.account_id = $3 and p.account_id <> '' limit 1), '')`,
		string(q.Enterprise), string(q.Connection), string(q.User),
	)
	if b.subject == "" {
		b.subject = subject
	}
	return err
}

// selectPushedGroups selects the names of the pushed groups of the connection $2 with the
// pushed users that the answer to a question applies, also those that wait for them.
const selectPushedGroups = `with mine as materialized (
		select p.id, p.external_id from provisioned_users p where p.enterprise_id = $1 and p.connection_id = $2
			and p.origin = 'pushed' and p.account_id in ($3, $4) and p.account_id <> ''
		union select p.id, p.external_id from provisioned_users p where p.enterprise_id = $1 and p.connection_id = $2
			and p.origin = 'pushed' and p.user_name_folded = $5
	)
	select g.display_name from mine n cross join provisioned_members m cross join provisioned_groups g
		where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id = n.id
			and g.enterprise_id = $1 and g.connection_id = $2 and g.id = m.group_id
	union select g.display_name from mine n cross join provisioned_waiting w cross join provisioned_groups g
		where w.enterprise_id = $1 and w.connection_id = $2 and (w.member = n.id or w.member = n.external_id)
			and w.member <> '' and g.enterprise_id = $1 and g.connection_id = $2 and g.id = w.group_id`

// selectAwaited selects the names of the pushed groups of the connection $2 that wait for a
// user with the ID $3 or the externalId $4.
const selectAwaited = `select g.display_name from provisioned_waiting w cross join provisioned_groups g
	where w.enterprise_id = $1 and w.connection_id = $2 and w.member in ($3, $4) and w.member <> ''
		and g.enterprise_id = $1 and g.connection_id = $2 and g.id = w.group_id`

// awaited adds the groups that wait for a pushed user who is not stored yet.
func (b *brought) awaited(ctx context.Context, r engine.Reader, p sso.Push, u sso.ProvisionedUser) error {
	names, err := engine.List(
		ctx, r, engine.ScanText, selectAwaited, string(p.Enterprise), string(p.Connection), string(u.ID), u.ExternalID,
	)
	b.names = append(b.names, names...)
	return err
}

// admin reports whether a group that is brought along is one of admins, by its name or a
// name that identity providers use.
func (b brought) admin(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (yes bool, err error) {
	err = r.Query(ctx, func(row engine.Row) error {
		var id sso.GroupID
		var name string
		err := row.Scan(&id, &name)
		yes = yes || slices.Contains(b.names, name) || slices.Contains(b.defaults, id)
		return err
	}, `select g.id, g.name from groups g where g.enterprise_id = $1 and g.is_admin
		union all select g.id, i.name from groups g join group_idp_names i
			on i.enterprise_id = g.enterprise_id and i.group_id = g.id
		where g.enterprise_id = $1 and g.is_admin`, string(ent))
	return yes, err
}

// administers reports whether a user is an admin of the company.
func administers(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID) (yes bool, err error) {
	err = r.Query(
		ctx, func(row engine.Row) error { return row.Scan(&yes) },
		"select "+administersUser+" from users u where u.enterprise_id = $1 and u.id = $2", string(ent), string(user),
	)
	return yes, err
}
