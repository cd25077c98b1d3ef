package store

import (
	"context"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const (
	selectIdentity = "select " + userColumns + fromIdentity
	personColumns  = userColumns + ", u.asserted_hash, u.asserted_certain, " +
		"coalesce((select '?' || case when q.kind <> '' " +
		"then q.kind || ' ' || q.holder_id || ' ' || q.move_key else '' end " +
		"from identity_questions q where q.enterprise_id = u.enterprise_id and q.user_id = u.id " +
		"and q.state = 'waiting'), ''), " + isProvisioned
	// isProvisioned says of a user u whether the identity provider of the connection
	// $2 pushed them, and during a pilot whether they are adopted.
	isProvisioned = "exists (select 1 from provisioned_users p where p.enterprise_id = u.enterprise_id " +
		"and p.account_id = u.id and p.connection_id = $2 and p.origin = 'pushed' and " + isFollowed + ")"
	// isFollowed says of a pushed user p that they are not outside of a pilot.
	isFollowed = "(p.adopted or not exists (select 1 from connections c where c.enterprise_id = p.enterprise_id " +
		"and c.id = p.connection_id and " + duringPilot + "))"
	selectPerson = "select " + personColumns + fromIdentity
	fromIdentity = ` from identities i join users u on u.enterprise_id = i.enterprise_id and u.id = i.user_id
	where i.enterprise_id = $1 and i.connection_id = $2`
	selectLinked = "select " + personColumns + ` from linked_subjects l
	join users u on u.enterprise_id = l.enterprise_id and u.id = l.user_id
	where l.enterprise_id = $1 and l.connection_id = $2`
	whereLinked      = " and l.subject = $3"
	whereLinkedLogin = " and l.subject is null and l.login = $3 order by l.created_at desc, l.id desc limit 1"
	whereSubject     = " and i.subject = $3"
	whereUnbound     = " and i.subject is null and i.login = $3 order by i.last_seen_at desc, i.created_at desc limit 1"
	selectPushed     = "select " + personColumns + ` from provisioned_users r
	join users u on u.enterprise_id = r.enterprise_id and u.id = r.account_id
	left join identities i
		on i.enterprise_id = u.enterprise_id and i.user_id = u.id and i.connection_id = r.connection_id
	where r.enterprise_id = $1 and r.connection_id = $2 and r.origin = 'pushed'`
	whereExternalID = " and r.external_id = $3 and (i.subject is null or i.subject = $3) order by r.id limit 1"
	whereUserName   = " and r.user_name_folded in ($3, $4) and i.subject is null order by " +
		"case when r.user_name_folded = $3 then 0 else 1 end limit 1"
)

// person is a user as a sign-in needs them.
type person struct {
	user        sso.User
	digest      assertedDigest
	asked       bool // an identity question about the user is open
	provisioned bool // the identity provider of the connection pushed the user
	doubt       doubt
}

func scanPerson(r engine.Row) (p person, err error) {
	var question string // "?", and of one about a person the kind, user and key
	err = r.Scan(append(
		userFields(&p.user), &p.digest.hash, &p.digest.certain, &question, &p.provisioned,
	)...)
	question, p.asked = strings.CutPrefix(question, "?")
	if parts := strings.SplitN(question, " ", 3); len(parts) == 3 {
		p.doubt = doubt{
			kind:   sso.QuestionKind(parts[0]),
			holder: sso.UserID(parts[1]),
			key:    parts[2],
		}
	}
	return p, err
}

// findPerson finds the user of an asserted identity by one key of the ladder of a
// sign-in.
func (t *tx) findPerson(
	ctx context.Context, ent sso.EnterpriseID, id sso.Identity, key identity.Key,
) (person, bool, error) {
	conn := string(id.Connection)
	switch key {
	case identity.Linked:
		return engine.One(ctx, t, scanPerson, selectLinked+whereLinked, string(ent), conn, id.Subject)
	case identity.LinkedLogin:
		return engine.One(ctx, t, scanPerson, selectLinked+whereLinkedLogin, string(ent), conn, id.Login)
	case identity.Moved:
		return t.findMoved(ctx, ent, id)
	case identity.UnboundLogin:
		return engine.One(ctx, t, scanPerson, selectPerson+whereUnbound, string(ent), conn, id.Login)
	case identity.PushedExternalID:
		return engine.One(ctx, t, scanPerson, selectPushed+whereExternalID, string(ent), conn, id.Subject)
	case identity.PushedUserName:
		return engine.One(
			ctx, t, scanPerson, selectPushed+whereUserName, string(ent), conn, filter.Fold(id.Login),
			filter.Fold(id.Subject),
		)
	case identity.Gone:
		return t.findGone(ctx, ent, id)
	case identity.Successor:
		return t.findSucceeded(ctx, ent, id)
	case identity.Former:
		return t.findFormer(ctx, ent, id)
	case identity.Departed:
		return t.findDeparted(ctx, ent, id)
	default:
		return engine.One(ctx, t, scanPerson, selectPerson+whereSubject, string(ent), conn, id.Subject)
	}
}

// departed selects the deactivated users u with a login whom a connection does not know, if
// no active user has it.
func departed(connection, login string) string {
	return ` and u.login_folded = ` + login + ` and u.login_folded <> ''
	and u.status = 'deactivated'
	and not exists (select 1 from identities b
		where b.enterprise_id = $1 and b.user_id = u.id and b.connection_id = ` + connection + `)
	and not exists (select 1 from users o
		where o.enterprise_id = $1 and o.login_folded = ` + login + ` and o.status <> 'deactivated')
	and u.merged_into = ''`
}

// findDeparted finds a user who left. If one with the login was merged into a user who did
// not, it finds no one, and the person it returns has the doubt.
func (t *tx) findDeparted(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (person, bool, error) {
	key := identity.LoginKey(id.Login)
	p, ok, err := engine.One(
		ctx, t, scanPerson, "select "+personColumns+" from users u where u.enterprise_id = $1"+departed("$2", "$3")+
			" order by u.id desc limit 1",
		string(ent), string(id.Connection), key,
	)
	if err != nil || ok {
		return p, ok, err
	}
	kept, ok, err := engine.One(
		ctx, t, scanUser, "select "+userColumns+" from"+mergedWith("$2")+" order by g.id desc limit 1",
		string(ent), key,
	)
	if err != nil || !ok {
		return p, false, err
	}
	kept, err = t.lastKept(ctx, kept, id.Connection, key)
	switch {
	case err != nil || kept.ID == "":
		return p, false, err
	case kept.Status == sso.UserDeactivated:
		p.user = kept
		return p, true, nil
	}
	p.doubt = doubt{
		kind:   sso.QuestionMerged,
		holder: kept.ID,
	}
	return p, false, nil
}

// mergedWith selects the users u into whom users g with a login were merged, if no active
// user has it.
func mergedWith(login string) string {
	return ` users g cross join users u where g.enterprise_id = $1 and g.login_folded = ` + login + `
	and g.login_folded <> '' and g.merged_into <> '' and u.enterprise_id = $1 and u.id = g.merged_into
	and not exists (select 1 from users o
		where o.enterprise_id = $1 and o.login_folded = g.login_folded and o.status = 'active')`
}

// lastKept returns the user into whom a user was merged, by several merges, too; zero if a
// connection knows them by a login with a key: with another subject there, it is a new
// person's.
func (t *tx) lastKept(
	ctx context.Context, u sso.User, conn sso.ConnectionID, key string,
) (_ sso.User, err error) {
	for err == nil && u.MergedInto != "" {
		u, _, err = findUser(ctx, t, u.Enterprise, u.MergedInto)
	}
	if err != nil {
		return sso.User{}, err
	}
	all, err := userIdentities(ctx, t, u.Enterprise, u.ID)
	for _, i := range all {
		if i.Connection == conn && identity.LoginKey(i.Login) == key {
			return sso.User{}, err
		}
	}
	return u, err
}

// lockPerson is findPerson with the row of the user locked.
func (t *tx) lockPerson(
	ctx context.Context, ent sso.EnterpriseID, id sso.Identity, key identity.Key,
) (person, bool, error) {
	p, ok, err := t.findPerson(ctx, ent, id, key)
	if err != nil || !ok || p.user.ID == "" || t.db.sql.Dialect.ForNoKeyUpdate == "" {
		return p, ok, err
	}
	// What was read may have changed before the lock.
	t.lockUsers(" from users u where u.enterprise_id = $1 and u.id = $2", string(ent), string(p.user.ID))
	t.takeNumbers()
	return t.findPerson(ctx, ent, id, key)
}

// findGone finds the account of a person whom a connection of the company that
// provisions by SCIM deleted or deactivated: one with the subject as its externalId,
// or the login as its userName. An account that is active again is not found. A
// person who never had an account is a deactivated user without an ID.
func (t *tx) findGone(ctx context.Context, ent sso.EnterpriseID, id sso.Identity) (person, bool, error) {
	const scim = `c.enterprise_id = $1 and c.state = 'enabled' and c.live like '%"provisioning":"scim"%'`
	accounts, err := engine.List(ctx, t, scanUserID,
		`select s.account_id from provisioned_tombstones s join connections c
			on c.enterprise_id = s.enterprise_id and c.id = s.connection_id
		where s.enterprise_id = $1 and `+scim+` and (s.applied or not `+duringPilot+`) and (s.login_key = $3
			or s.connection_id = $2 and s.external_id = $4 and s.external_id <> '')
		union all select r.account_id from connections c join provisioned_users r
			on r.enterprise_id = c.enterprise_id and r.connection_id = c.id
		where `+scim+` and r.user_name_folded = $5 and not r.active and (r.adopted or not `+duringPilot+")",
		string(ent), string(id.Connection), identity.LoginKey(id.Login), id.Subject, filter.Fold(id.Login))
	if err != nil {
		return person{}, false, err
	}
	for _, account := range accounts {
		gone := person{user: sso.User{Status: sso.UserDeactivated, Login: id.Login}}
		if account == "" {
			return gone, true, nil
		}
		u, ok, err := findUser(ctx, t, ent, account)
		if err != nil {
			return person{}, false, err
		}
		if ok && u.Status == sso.UserDeactivated {
			return person{user: u}, true, nil
		}
	}
	return person{}, false, nil
}
