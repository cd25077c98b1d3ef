package store

import (
	"context"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// endAccess ends everything by which a deactivated user could act: sessions, second
// steps in the console, sign-ins that wait for a code, setup links that the user
// created, and the user's own tokens, which stay ended if the user is active again.
// Rights of an admin of the enterprise rest while the user is not active; appointments
// as an admin of organizations end for good. event is the request by which
// an identity provider took the user away, "" if an admin did.
//
// Not ended are tokens of the API and of provisioning: they belong to the
// installation and to a connection, and stop what runs without the user.
func (t *tx) endAccess(
	ctx context.Context, by sso.Actor, u sso.User, event sso.ProvisioningEventID,
) (ended sso.EndedAccess, err error) {
	a := accessEnder{
		tx:    t,
		user:  u,
		ended: &ended,
	}
	a.queueAdmin()
	a.queueConsole()
	a.queueKeys()
	if err := t.Flush(ctx); err != nil {
		return ended, err
	}
	a.queueSignIns()
	if err := a.endLinks(ctx, by); err != nil {
		return ended, err
	}
	if ended.Tokens, err = t.endTokens(ctx, by, u, a.since); err != nil {
		return ended, err
	}
	if err := t.endAppointments(ctx, by, u); err != nil {
		return ended, err
	}
	n, err := t.Exec(
		ctx, "delete from sessions where enterprise_id = $1 and user_id = $2", string(u.Enterprise), string(u.ID),
	)
	ended.Sessions = int(n)
	ended.ConsoleSessions = int(a.console)
	if event == "" {
		t.revoke(sso.Revocation{User: u.ID})
	} else {
		t.revokeDeparted(u, event)
	}
	return ended, err
}

// endMade ends what a user created since a time and could act by later: tokens and setup
// links.
func (t *tx) endMade(ctx context.Context, by sso.Actor, u sso.User, since time.Time) error {
	a := accessEnder{
		tx:    t,
		user:  u,
		since: since,
		ended: &sso.EndedAccess{},
	}
	if err := a.endLinks(ctx, by); err != nil {
		return err
	}
	_, err := t.endTokens(ctx, by, u, since)
	return err
}

// accessEnder ends the access of one user.
type accessEnder struct {
	*tx
	user    sso.User
	since   time.Time // ends what was created since then; zero for all
	ended   *sso.EndedAccess
	console int64
	keys    []string // of sign-ins that wait for a code: see sso.EmailProof.Account
}

// queueAdmin queues whether the user administers the enterprise or an organization of it,
// but for the status.
func (a *accessEnder) queueAdmin() {
	a.QueueQuery(func(r engine.Row) error {
		a.ended.Admin = true
		_, err := engine.ScanText(r)
		return err
	}, `select a.user_id from enterprise_admins a where a.enterprise_id = $1 and a.user_id = $2
		union all select o.user_id from organization_admins o where o.enterprise_id = $1 and o.user_id = $2
		union all select m.user_id from memberships m join groups g
			on g.enterprise_id = m.enterprise_id and g.id = m.group_id
		where m.enterprise_id = $1 and m.user_id = $2 and g.is_admin limit 1`,
		string(a.user.Enterprise), string(a.user.ID))
}

// queueConsole queues the end of console sessions whose first step was a session of
// the user.
func (a *accessEnder) queueConsole() {
	a.QueueCount(
		&a.console,
		"delete from admin_sessions where session_id in "+
			"(select s.id from sessions s where s.enterprise_id = $1 and s.user_id = $2)",
		string(a.user.Enterprise), string(a.user.ID),
	)
}

// queueKeys queues the reading of the subjects by which the user could be signing in
// now: those that are bound, and those that the first sign-in of a pushed user has.
func (a *accessEnder) queueKeys() {
	a.QueueQuery(func(r engine.Row) error {
		var connection sso.ConnectionID
		var subject string
		err := r.Scan(&connection, &subject)
		a.keys = append(a.keys, sso.CodeAccount(connection, subject).String())
		return err
	}, `select i.connection_id, coalesce(i.subject, i.login) from identities i
			where i.enterprise_id = $1 and i.user_id = $2
		union select l.connection_id, coalesce(l.subject, l.login) from linked_subjects l
			where l.enterprise_id = $1 and l.user_id = $2
		union select p.connection_id, p.external_id from provisioned_users p
			where p.enterprise_id = $1 and p.account_id = $2 and p.external_id <> ''
		union select p.connection_id, p.user_name from provisioned_users p
			where p.enterprise_id = $1 and p.account_id = $2`,
		string(a.user.Enterprise), string(a.user.ID))
}

// queueSignIns queues the end of sign-ins that wait for a code.
func (a *accessEnder) queueSignIns() {
	now := engine.Micros(a.now)
	a.QueueQuery(func(r engine.Row) error {
		until, err := engine.ScanNumber(r)
		a.ended.SignIns++
		if until > now {
			a.ended.Codes++
		}
		return err
	}, `update email_proofs set used_at = $3, code_hash = '', sign_in = ''
		where enterprise_id = $1 and account in (`+a.db.sql.Dialect.Values("$2")+`) and used_at = 0 and expires_at > $3
		returning code_until`,
		string(a.user.Enterprise), engine.JSONList(a.keys), now)
}

// endLinks ends the setup links that the user created and that could still be opened,
// with their sessions.
func (a *accessEnder) endLinks(ctx context.Context, by sso.Actor) error {
	type link struct{ id, madeFor string }
	links, err := engine.List(ctx, a.tx, func(r engine.Row) (l link, err error) {
		err = r.Scan(&l.id, &l.madeFor)
		return l, err
	}, `update setup_links set revoked_at = $3 where enterprise_id = $1 and created_by = $2 and revoked_at = 0
		and expires_at > $3 and created_at >= $4 returning id, made_for`,
		string(a.user.Enterprise), string(a.user.ID), engine.Micros(a.now), engine.Micros(a.since))
	if err != nil {
		return err
	}
	a.ended.SetupLinks = len(links)
	for _, l := range links {
		a.Queue(
			"delete from setup_sessions where enterprise_id = $1 and link_id = $2", string(a.user.Enterprise), l.id,
		)
		if err := a.audit(ctx, by, "setup_link.revoked", l.id, "for", l.madeFor); err != nil {
			return err
		}
	}
	return nil
}

// endedDetail returns the audit detail of what ended with a user's access.
func endedDetail(e sso.EndedAccess) []string {
	admin := ""
	if e.Admin {
		admin = "yes"
	}
	return []string{
		"sessions_ended", strconv.Itoa(e.Sessions),
		"console_sessions_ended", count(e.ConsoleSessions),
		"sign_ins_ended", count(e.SignIns),
		"setup_links_ended", count(e.SetupLinks),
		"tokens_ended", count(e.Tokens),
		"admin", admin,
	}
}
