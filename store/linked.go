package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// seeLinked queues the update of a linked subject by a sign-in. args are enterprise,
// user, connection, subject, login and time.
func (t *tx) seeLinked(key identity.Key, args []any) {
	found := "subject = $4"
	if key == identity.LinkedLogin {
		found = "subject is null and login = $5"
	}
	t.Queue(
		`update linked_subjects set subject = $4, login = $5, last_seen_at = $6
		where enterprise_id = $1 and user_id = $2 and connection_id = $3 and `+found, args...,
	)
}

// forgetLogin queues the end of unbound identities with the login of a user that are of
// others: they are of earlier users of the login, and its next user must not become one
// of them. One that linked subjects need stays, without the login.
func (t *tx) forgetLogin(ent sso.EnterpriseID, c sso.ConnectionID, login string, user sso.UserID) {
	args := []any{string(ent), string(c), login, string(user)}
	t.Queue(
		`delete from linked_subjects
		where enterprise_id = $1 and connection_id = $2 and login = $3 and subject is null and user_id <> $4`, args...,
	)
	t.Queue(
		`delete from identities
		where enterprise_id = $1 and connection_id = $2 and login = $3 and subject is null and user_id <> $4
			and not exists (select 1 from linked_subjects l where l.enterprise_id = $1 and l.connection_id = $2
				and l.user_id = identities.user_id)`, args...,
	)
	t.Queue(
		`update identities set login = ''
		where enterprise_id = $1 and connection_id = $2 and login = $3 and subject is null and user_id <> $4`, args...,
	)
}

// moveIdentity queues that an identity leads to another user, and returns the linked
// subject that it is then, "" if it is none.
func (t *tx) moveIdentity(
	ent sso.EnterpriseID, i sso.UserIdentity, to sso.UserID, place identity.Place,
) sso.LinkedSubjectID {
	const ofUser = " where enterprise_id = $1 and user_id = $2 and connection_id = $3"
	args := []any{string(ent), string(i.User), string(i.Connection)}
	switch {
	case i.Linked != "":
		t.Queue(
			"update linked_subjects set user_id = $3 where enterprise_id = $1 and id = $2",
			string(ent), string(i.Linked), string(to),
		)
	case place == identity.AsIdentity:
		t.Queue("update identities set user_id = $4"+ofUser, append(args, string(to))...)
	default:
		t.Queue("delete from identities"+ofUser, args...)
	}
	if i.Linked == "" && place == identity.AsLinked {
		i.Linked, i.User = sso.NewID[sso.LinkedSubjectID](t.now), to
		t.insertLinked(ent, i)
	}
	return i.Linked
}

// expectNone queues that an identity without a subject leads to no user by its login any
// more. One that linked subjects need stays, without the login.
func (t *tx) expectNone(ent sso.EnterpriseID, i sso.UserIdentity, user sso.UserID) {
	if i.Linked != "" {
		t.deleteLinked(ent, i.Linked)
		return
	}
	t.Queue(
		`update identities set login = ''
		where enterprise_id = $1 and user_id = $2 and connection_id = $3 and subject is null`,
		string(ent), string(user), string(i.Connection),
	)
}

// renameExpected queues that the first sign-in of a pushed user, who was renamed before it,
// is expected with the new login: the former one may be of another person by then.
func (t *tx) renameExpected(before, after sso.ProvisionedUser) {
	for _, table := range []string{"identities", "linked_subjects"} {
		t.Queue(
			"update "+table+` set login = $5
			where enterprise_id = $1 and user_id = $2 and connection_id = $3 and login = $4 and subject is null`,
			string(after.Enterprise), string(after.Account), string(after.Connection), before.UserName, after.UserName,
		)
	}
}

func (t *tx) insertIdentity(ent sso.EnterpriseID, i sso.UserIdentity, user sso.UserID) {
	t.Queue(
		`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
		values ($1, $2, $3, $4, $5, $6, $7)`,
		string(ent), string(i.Connection), string(user), subjectOrNull(i.Subject), i.Login,
		engine.Micros(i.CreatedAt), engine.Micros(i.LastSeenAt),
	)
}

func (t *tx) deleteLinked(ent sso.EnterpriseID, id sso.LinkedSubjectID) {
	t.Queue("delete from linked_subjects where enterprise_id = $1 and id = $2", string(ent), string(id))
}

// promoteLinked makes a linked subject the identity of each connection where the user has
// none any more.
func (t *tx) promoteLinked(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) error {
	all, err := userIdentities(ctx, t, ent, user)
	if err != nil {
		return err
	}
	has := map[sso.ConnectionID]bool{}
	for _, i := range all {
		has[i.Connection] = has[i.Connection] || i.Linked == ""
	}
	for _, i := range all {
		if has[i.Connection] {
			continue
		}
		has[i.Connection] = true
		t.deleteLinked(ent, i.Linked)
		t.insertIdentity(ent, i, user)
	}
	return nil
}

func subjectOrNull(subject string) any {
	if subject == "" {
		return nil
	}
	return subject
}

func (t *tx) insertLinked(ent sso.EnterpriseID, i sso.UserIdentity) {
	t.Queue(
		`insert into linked_subjects (enterprise_id, id, connection_id, user_id, subject, login, created_at, last_seen_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(ent), string(i.Linked), string(i.Connection), string(i.User), subjectOrNull(i.Subject), i.Login,
		engine.Micros(i.CreatedAt), engine.Micros(i.LastSeenAt),
	)
}
