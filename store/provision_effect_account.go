package store

import (
	"context"
	"errors"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// pushedUser is a provisioned user to be applied.
type pushedUser struct {
	after     *sso.ProvisionedUser
	adopts    bool // its account was there before, and follows from now on
	wasActive bool
	succeeds  sso.UserID // whose resource it was; "" for none
}

// heldUser is a provisioned user that waits for an admin.
type heldUser struct {
	user *sso.ProvisionedUser
	err  error
}

// applyUsers makes the accounts of users what was pushed, and sets their Account.
// It returns those that wait for an admin; nothing is written about them. The
// number of reads does not depend on that of the users.
func (e *effects) applyUsers(ctx context.Context, all []pushedUser) (held []heldUser, err error) {
	r := factsReader{
		effects: e,
		settled: newSettled(),
	}
	if err := r.read(ctx, all); err != nil {
		return nil, err
	}
	var applied []*sso.ProvisionedUser
	for _, u := range all {
		result := identity.Provision(r.of(u))
		erased, err := r.erases(ctx, all, u, result)
		if err != nil {
			return nil, err
		}
		if erased {
			result.Outcome, result.Err = identity.Held, sso.PushOfDeleted()
		}
		if result.Outcome == identity.Held {
			held = append(held, heldUser{user: u.after, err: result.Err})
			continue
		}
		if err := e.saveAccountOf(ctx, u, &result); err != nil {
			return nil, err
		}
		r.settled.add(u.after.ID, result.User)
		applied = append(applied, u.after)
	}
	return held, e.applyAttributes(ctx, applied)
}

// newAccountID returns the ID of a new account: that of the resource, as a found resource
// has that of its account, unless the predecessor may have that ID.
func (e *effects) newAccountID(change pushedUser) sso.UserID {
	if change.succeeds != "" {
		return sso.NewID[sso.UserID](e.now)
	}
	return sso.UserID(change.after.ID)
}

// saveAccountOf writes the account of one user.
func (e *effects) saveAccountOf(ctx context.Context, change pushedUser, r *identity.Provisioned) error {
	u := change.after
	if r.Outcome == identity.New {
		r.User.ID = e.newAccountID(change)
		r.User.Enterprise = e.push.Enterprise
	}
	bound := u.Account != r.User.ID
	u.Account = r.User.ID
	u.Adopted = true
	u.AccountOff = r.User.Status == sso.UserDeactivated
	switch {
	case r.Outcome == identity.New:
		e.releaseSubject(*u)
		e.insertUser(r.User)
		e.updateTerms(sso.User{}, r.User)
		if err := e.auditAccount(ctx, "user.created", r.User, "login", r.User.Login, "email", r.User.Email,
			"status", string(r.User.Status), "not_matched", string(r.Unmatched),
			"instead_of", string(change.succeeds)); err != nil {
			return err
		}
	case r.User != r.Before:
		if err := e.changeAccount(ctx, *r); err != nil {
			return err
		}
	}
	if bound {
		if err := e.bindAccount(ctx, *u); err != nil {
			return err
		}
	}
	if r.Key == identity.Moved {
		e.useMoved(e.push.Enterprise, e.push.Connection, u.Account, "")
	}
	if r.Outcome == identity.New || !bound && !change.adopts {
		return nil
	}
	by := []string{"resource", string(u.ID), "by", string(r.Key)}
	if r.Key == identity.VerifiedEmail {
		by = append(by, "matched", r.Before.Email, "login_was", r.Before.Login)
	}
	return e.auditAccount(ctx, "user.adopted", r.User, by...)
}

// releaseSubject queues that the subject which is the userName of a new resource
// leads no longer to the account of a deleted one: the identity provider gave the
// name to another person. That account is found by no externalId any more: without
// its subject, the next sign-in under a pushed name would be its owner's.
func (e *effects) releaseSubject(u sso.ProvisionedUser) {
	args := []any{
		string(e.push.Enterprise), string(e.push.Connection), u.UserName, identity.LoginKey(u.UserName),
	}
	e.Queue(releaseTombstone, args...)
	e.Queue(releaseIdentity, args...)
	e.Queue(releaseLinked, args...)
}

// What releaseSubject changes. Tombstones are found by the login: by the connection
// SQLite would read those of all people who ever left.
const (
	releaseTombstone = `update provisioned_tombstones set released = true
		where enterprise_id = $1 and connection_id || '' = $2 and login_key = $4
			and account_id in (select i.user_id from identities i
				where i.enterprise_id = $1 and i.connection_id = $2 and i.subject = $3
				union all select l.user_id from linked_subjects l
				where l.enterprise_id = $1 and l.connection_id = $2 and l.subject = $3)`
	releaseIdentity = `update identities set subject = null
		where enterprise_id = $1 and connection_id = $2 and subject = $3
			and user_id in (select s.account_id from provisioned_tombstones s
				where s.enterprise_id = $1 and s.connection_id || '' = $2 and s.login_key = $4)`
	releaseLinked = `delete from linked_subjects
		where enterprise_id = $1 and connection_id = $2 and subject = $3
			and user_id in (select s.account_id from provisioned_tombstones s
				where s.enterprise_id = $1 and s.connection_id || '' = $2 and s.login_key = $4)`
)

// bindAccount queues what ties an account to its resource: an identity of the
// connection, which the first sign-in binds to a subject. A resource that was found
// for the account gives way.
func (e *effects) bindAccount(ctx context.Context, u sso.ProvisionedUser) error {
	e.Queue(
		`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
		values ($1, $2, $3, null, $4, $5, $5)
		on conflict (enterprise_id, user_id, connection_id) do nothing`,
		string(e.push.Enterprise), string(e.push.Connection), string(u.Account), u.UserName, engine.Micros(e.now),
	)
	for _, table := range []string{"provisioned_tombstones", "provisioned_former"} {
		e.Queue(
			"delete from "+table+" where enterprise_id = $1 and connection_id = $2 and account_id = $3",
			string(e.push.Enterprise), string(e.push.Connection), string(u.Account),
		)
	}
	found, err := engine.List(
		ctx, e.tx, engine.ScanNumber,
		`delete from provisioned_users where enterprise_id = $1 and connection_id = $2 and account_id = $3 and id <> $4
			and origin = 'found' returning seq`,
		string(e.push.Enterprise), string(e.push.Connection), string(u.Account), string(u.ID),
	)
	for _, seq := range found {
		e.countResources(e.push, userResources, seq/blockSize, -1)
	}
	return err
}

// changeAccount writes a changed account, with sessions and audit event.
func (e *effects) changeAccount(ctx context.Context, r identity.Provisioned) error {
	e.updateUser(r.User)
	e.updateTerms(r.Before, r.User)
	if err := e.Flush(ctx); err != nil {
		return ifTaken(err, sso.LoginInUse("userName", r.User.Login))
	}
	action := "user.updated"
	var ended []string
	switch {
	case r.Before.Status == r.User.Status:
	case r.User.Status == sso.UserDeactivated:
		access, err := e.end(ctx, r.User, false)
		if err != nil {
			return err
		}
		action = "user.deactivated"
		ended = endedDetail(access)
	default:
		action = "user.reactivated"
		e.closeQuestion(e.push.Enterprise, r.User.ID)
	}
	// Applications are told the login, the name and the address of a session's user.
	if r.User.Status == sso.UserActive {
		e.invalidate(r.User.ID)
	}
	return e.auditAccount(ctx, action, r.User, append(difference(r.Before, r.User), ended...)...)
}

func (e *effects) auditAccount(ctx context.Context, action string, u sso.User, detail ...string) error {
	return e.audit(
		ctx, e.push.Actor(), action, string(u.ID),
		append(detail, "connection", string(e.push.Connection), "event", string(e.push.Event))...,
	)
}

// end ends what a deactivated user has open, and keeps a receipt.
func (e *effects) end(ctx context.Context, u sso.User, deleted bool) (sso.EndedAccess, error) {
	ended, err := e.endAccess(ctx, e.push.Actor(), u, e.push.Event)
	if err != nil {
		return ended, err
	}
	e.receipts = append(e.receipts, sso.DeprovisionReceipt{
		ReceiptID: sso.ReceiptID{
			Event: e.push.Event,
			User:  u.ID,
		},
		Login:   u.Login,
		Deleted: deleted,
		Ended:   ended,
		At:      e.now,
	})
	return ended, nil
}

// deprovision deactivates the account of a deleted user, and ends an appointment as
// admin, and the memberships that pushes and sign-ins gave it. An account that another
// resource of the connection has stays.
func (e *effects) deprovision(ctx context.Context, account sso.UserID) error {
	e.lockAccounts(account)
	e.takeNumbers()
	before, ok, err := findUser(ctx, e.tx, e.push.Enterprise, account)
	if err != nil || !ok {
		return err
	}
	after := identity.Deprovisioned(before)
	if after != before {
		e.updateUser(after)
		e.updateTerms(before, after)
		ended, err := e.end(ctx, after, true) // before the groups of admins are left
		if err != nil {
			return err
		}
		if err := e.auditAccount(
			ctx, "user.deactivated", after, append([]string{"deleted", "yes"}, endedDetail(ended)...)...,
		); err != nil {
			return err
		}
	}
	if err := e.dismiss(ctx, after); err != nil {
		return err
	}
	return e.leaveAll(ctx, account)
}

// dismiss ends the appointment of a deleted user as an admin. That of a deactivated
// one rests.
func (e *effects) dismiss(ctx context.Context, u sso.User) error {
	n, err := e.Exec(
		ctx, "delete from enterprise_admins where enterprise_id = $1 and user_id = $2",
		string(u.Enterprise), string(u.ID),
	)
	if err != nil || n == 0 {
		return err
	}
	return e.auditAccount(ctx, "enterprise_admin.removed", u)
}

// entomb queues that no sign-in creates the user of a deleted resource again.
func (t *tx) entomb(p sso.Push, u sso.ProvisionedUser, applied bool) {
	t.Queue(
		`insert into provisioned_tombstones (enterprise_id, connection_id, id, login_key, external_id, account_id,
			adopted, applied, deleted_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (enterprise_id, connection_id, id) do nothing`,
		string(p.Enterprise), string(p.Connection), string(u.ID), identity.LoginKey(u.UserName),
		u.ExternalID, string(u.Account), u.Adopted, applied, engine.Micros(t.now),
	)
}

// questionHeld raises the identity question of a push that was held. A claimant
// who has no account gets one that waits, as at a sign-in. It returns err. If the rule of
// [sso.IdentityRules] answers the question, the push is made once more, by again.
func (db *DB) questionHeld(
	ctx context.Context, p sso.Push, u sso.ProvisionedUser, err error, again func() error,
) error {
	held, is := heldIn(err)
	if !is {
		return err
	}
	answered := false
	raise := func(asks bool) error {
		return db.change(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
			claimant, err := t.questionHeld(ctx, p, u, held)
			if err != nil || !asks {
				return err
			}
			answered, err = t.answerPushed(ctx, p, u, claimant)
			return err
		})
	}
	failed := raise(true)
	if errors.Is(failed, errBringsAdmin) {
		answered = false
		failed = raise(false)
	}
	if failed == nil && answered {
		return again()
	}
	return firstOf(failed, err)
}

// answerPushed answers the question of a push that was held, if the rule is on and says
// that the claimant is the holder.
func (t *tx) answerPushed(
	ctx context.Context, p sso.Push, u sso.ProvisionedUser, claimant sso.UserID,
) (bool, error) {
	on, err := answersSame(ctx, t, p.Enterprise)
	if err != nil || !on {
		return false, err
	}
	q, err := found(waitingQuestion(ctx, t, p.Enterprise, claimant))
	if err != nil {
		return false, err
	}
	b, err := broughtBy(ctx, t, q, sso.Identity{})
	if err != nil {
		return false, err
	}
	if err := b.awaited(ctx, t, p, u); err != nil {
		return false, err
	}
	return t.answerByRule(ctx, sso.ActorRule, q, b)
}

// questionHeld raises the question, and returns the claimant.
func (t *tx) questionHeld(
	ctx context.Context, p sso.Push, u sso.ProvisionedUser, held *sso.IdentityHeldError,
) (sso.UserID, error) {
	claimant := held.Claimant
	question := sso.IdentityQuestion{
		Enterprise: p.Enterprise,
		User:       claimant.ID,
		Holder:     held.Account,
		Connection: p.Connection,
		Login:      held.Login,
		MoveKey:    held.MoveKey,
		Doubted:    held.Doubted,
	}
	ended, err := t.endedElsewhere(ctx, p.Enterprise, claimant.ID, u.ExternalID)
	if err != nil {
		return "", err
	}
	question.Doubted = question.Doubted || ended
	switch {
	case held.MoveKey != "":
		question.Kind = sso.QuestionMove
	case held.Merged:
		question.Kind = sso.QuestionMerged
	case held.Former:
		question.Kind = sso.QuestionFormer
	}
	switch claimant.Status {
	case sso.UserActive:
		question.Keeps = claimant.Login
	case "":
		claimant = t.claimantOf(p, u)
		question.User = claimant.ID
		if err := t.audit(
			ctx, p.Actor(), "user.created", string(claimant.ID), "login", claimant.Login, "email",
			claimant.Email, "status", string(claimant.Status), "event", string(p.Event),
		); err != nil {
			return "", err
		}
	}
	return question.User, t.raiseQuestion(ctx, p.Actor(), question)
}

// applyAnswered applies the provisioned users of the connection that an answered
// question was about: those of the two accounts, and the one that was held with the
// login. The identity provider sends none of them again before it changes.
func (t *tx) applyAnswered(ctx context.Context, q sso.IdentityQuestion) error {
	e, err := t.effectsOf(ctx, sso.Push{
		Enterprise: q.Enterprise,
		Connection: q.Connection,
		Event:      sso.NewID[sso.ProvisioningEventID](t.now),
	})
	if err != nil || e == nil {
		return err
	}
	if err := t.Flush(ctx); err != nil {
		return err
	}
	w := e.where()
	rows, err := engine.List(
		ctx, t, scanProvisionedUser,
		"select "+provisionedUserColumns+` from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.origin = 'pushed'
			and (u.account_id = `+w.Param(string(q.User))+" or u.account_id = "+w.Param(string(q.Holder))+
			" or u.account_id = '' and u.user_name_folded = "+w.Param(filter.Fold(q.Login))+") and "+e.inPilot(w)+
			" order by u.id",
		w.Args()...,
	)
	for i := range rows {
		err = firstOf(err, e.applyHeld(ctx, &rows[i].ProvisionedUser))
	}
	return err
}

// applyHeld applies a user that may have been held, with the groups it is in.
func (e *effects) applyHeld(ctx context.Context, u *sso.ProvisionedUser) error {
	before := *u
	held, err := e.applyUsers(ctx, []pushedUser{followed(u)})
	if err != nil || len(held) > 0 {
		return err
	}
	e.saveAccount(*u, before)
	return e.joinGroups(ctx, *u)
}

// claimantOf queues an account that waits for the answer to an identity question.
func (t *tx) claimantOf(p sso.Push, u sso.ProvisionedUser) sso.User {
	claimant := sso.User{
		ID:         sso.NewID[sso.UserID](t.now),
		Enterprise: p.Enterprise,
		Login:      u.UserName,
		Email:      identity.PushedAddress(u),
		Name:       identity.PushedName(u),
		Status:     sso.UserPending,
		CreatedAt:  t.now,
	}
	t.insertUser(claimant)
	t.updateTerms(sso.User{}, claimant)
	t.Queue(
		`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
		values ($1, $2, $3, null, $4, $5, $5)`,
		string(p.Enterprise), string(p.Connection), string(claimant.ID), u.UserName, engine.Micros(t.now),
	)
	return claimant
}
