package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// RecordLogin writes a successful sign-in in one transaction: it uses up the
// response and the pending login, finds or creates the user, lets decide determine
// the outcome and the memberships, and stores sync record, attempt, session and
// audit events.
//
// If decide requires that an admin vouches first, only the user is stored, as
// pending: no membership, session or attempt.
//
// A response that was used is Conflict "saml_replayed"; a pending login that was
// used Invalid "login_state_expired"; a waiting sign-in that was used, or whose code
// was not entered, Invalid "code_expired"; a deactivated user Forbidden
// "user_inactive"; a connection that was disabled meanwhile Forbidden
// "connection_disabled". After an error, also one of decide, nothing is written. The
// exception is Forbidden "subjects_changed", which uses the response up and notes that
// the user tried.
func (db *DB) RecordLogin(
	ctx context.Context, s sso.SignIn, decide sso.Decide,
) (_ sso.User, _ sso.SyncRecord, err error) {
	defer func() { doing(&err, "record sign-in") }()
	if s.Session.Enterprise != s.Attempt.Enterprise ||
		s.Session.Connection != s.Identity.Connection {
		return sso.User{}, sso.SyncRecord{}, errors.New(
			"session, attempt and identity are of different enterprises or connections",
		)
	}
	var r *loginRecord
	err = db.changeBeside(ctx, s.Session.Enterprise, func(ctx context.Context, t *tx) error {
		r = newLoginRecord(t, s)
		return r.run(ctx, decide)
	})
	if errors.Is(err, errSamePerson) {
		err = db.change(ctx, s.Session.Enterprise, func(ctx context.Context, t *tx) (err error) {
			r, err = t.recordAlone(ctx, s, decide)
			return err
		})
	}
	if errors.Is(err, errBringsAdmin) {
		err = db.changeBeside(ctx, s.Session.Enterprise, func(ctx context.Context, t *tx) error {
			r = newLoginRecord(t, s)
			r.joining = unasked
			return r.run(ctx, decide)
		})
	}
	if err != nil {
		return sso.User{}, sso.SyncRecord{}, err
	}
	if r.barred {
		return sso.User{}, sso.SyncRecord{}, sso.SubjectsChanged()
	}
	db.auditElsewhere(ctx, r)
	return r.user, r.verdict.Memberships.Record, nil
}

func newLoginRecord(t *tx, s sso.SignIn) *loginRecord {
	return &loginRecord{
		tx:     t,
		ent:    s.Session.Enterprise,
		signIn: s,
		rules:  sso.DefaultSessionRules(),
		groups: &snapshotReader{
			tx:       t,
			ent:      s.Session.Enterprise,
			conn:     s.Session.Connection,
			brake:    s.Brake,
			defaults: s.DefaultGroups,
			names:    s.Identity.Groups.Names,
			exact:    true,
		},
	}
}

// loginRecord writes one sign-in.
type loginRecord struct {
	tx         *tx
	ent        sso.EnterpriseID
	signIn     sso.SignIn
	groups     *snapshotReader
	rules      sso.SessionRules
	attributes []sso.UserAttribute // that are known of the user
	bound      bool                // the subject is known
	proven     bool                // the e-mail's domain is verified for the enterprise
	isNew      bool                // this sign-in creates the user
	old        sso.User            // before the sign-in; zero if new
	asked      bool                // an identity question about the user is open
	doubt      doubt               // the user whom this may be by a move, merge or former identity
	moved      bool                // a move expected the user
	pushed     bool                // the identity provider pushed the user
	owned      bool                // the connection provisions by SCIM
	holder     sso.User            // the active user with the asserted login; zero if none
	digest     assertedDigest      // of the sign-in before
	resolution identity.Resolution
	user       sso.User // after the sign-in
	verdict    sso.Verdict
	brought    []sso.Principal // sessions of the browser, which end
	successor  successor
	barred     bool // the subjects of the connection changed, and no admin has answered
	joining    joining
}

func (r *loginRecord) run(ctx context.Context, decide sso.Decide) error {
	if err := r.claim(ctx); err != nil {
		return err
	}
	if err := r.resolveUser(ctx); err != nil || r.barred {
		return err
	}
	if err := r.groups.complete(ctx, r.user.ID); err != nil {
		return err
	}
	if err := r.decide(decide); err != nil {
		return err
	}
	if r.touchesBrake() && r.groups.relockBrake() {
		// What the brake knows may have changed since it was read without the lock.
		if err := r.groups.finishBrake(ctx, r.user.ID); err != nil {
			return err
		}
		if err := r.decide(decide); err != nil {
			return err
		}
	}
	if r.resolution.Outcome == identity.Refused { // whatever decide says
		return r.resolution.Err
	}
	return r.save(ctx)
}

func (r *loginRecord) decide(decide sso.Decide) (err error) {
	r.verdict, err = decide(sso.SignInFacts{
		User:           r.user,
		First:          identity.First(r.old),
		DomainVerified: r.proven,
		Provisioned:    r.pushed,
		Login:          r.resolution.Claim,
		Attributes:     r.attributes,
		Groups:         r.groups.snapshot,
		Sessions:       r.rules,
		Replaced:       r.brought,
	})
	return err
}

// touchesBrake reports whether the verdict depends on what the brake knows or adds
// to it.
func (r *loginRecord) touchesBrake() bool {
	m := r.verdict.Memberships
	return len(m.Remove) > 0 || m.Held != nil || m.Brake.Sign.Kind != "" ||
		len(m.Brake.Begun)+len(m.Brake.Ended)+len(m.Brake.Losses) > 0
}

// save writes the sign-in of a user who is not refused, as the verdict settles it.
func (r *loginRecord) save(ctx context.Context) error {
	settled := r.resolution.Settle(r.signIn.Identity, r.verdict)
	if err := r.askRule(ctx, settled); err != nil {
		return err
	}
	if err := r.auditMoved(ctx); err != nil {
		return err
	}
	// Whom a new user may be is not looked for again once the subject is bound.
	if settled.Wait != identity.ForVouching || r.doubt.holder != "" {
		if err := r.saveQuestion(ctx); err != nil {
			return err
		}
	}
	if settled.Wait != "" {
		return r.savePending(ctx, settled.User)
	}
	if settled.User != r.resolution.User {
		r.user = settled.User
		r.tx.updateUser(r.user)
	}
	r.memberships()
	r.saveAsserted()
	if err := r.changeAttributes(ctx); err != nil {
		return err
	}
	return r.saveRecords(ctx)
}

// claim uses up the response and the pending login and, in the same round trip,
// reads the user by subject, the groups and whether the e-mail's domain is
// verified. A replay is reported as one although its pending login is used as
// well.
func (r *loginRecord) claim(ctx context.Context) error {
	var proven int64
	var state sso.ConnectionState
	used := r.useUp()
	r.lock()
	r.readBrought()
	r.readBySubject()
	r.tx.QueueQuery(func(row engine.Row) error { return row.Scan(&proven) },
		"select count(*) from domains where enterprise_id = $1 and name = $2 and verified_at > 0",
		string(r.ent), sso.EmailDomain(r.signIn.Identity.Email))
	r.tx.QueueQuery(func(row engine.Row) error {
		return row.Scan(userFields(&r.holder)...)
	}, selectHolder, string(r.ent), identity.LoginKey(r.signIn.Identity.Login))
	r.tx.QueueQuery(func(row engine.Row) error { return row.Scan(&state, &r.owned) },
		`select state, live like '%"provisioning":"scim"%' from connections where enterprise_id = $1 and id = $2`,
		string(r.ent), string(r.signIn.Session.Connection))
	r.readRules()
	if err := r.tx.Flush(ctx); err != nil {
		return err
	}
	switch {
	case !r.tx.trail.known || state == "":
		return errMissing()
	case state != sso.ConnectionEnabled:
		return sso.NotServing()
	}
	r.proven = proven > 0
	return used()
}

// readBySubject queues the reads of the user who is bound to the subject, with their
// memberships and attributes, and of the groups that the sign-in may put them into.
func (r *loginRecord) readBySubject() {
	r.tx.QueueQuery(func(row engine.Row) error {
		p, err := scanPerson(row)
		r.bound = true
		r.found(p)
		return err
	}, selectPerson+whereSubject, string(r.ent), string(r.signIn.Session.Connection),
		r.signIn.Identity.Subject)
	r.groups.readGroups()
	r.groups.readMemberships(
		"identities i cross join",
		`i.enterprise_id = $1 and i.connection_id = $2 and i.subject = $3
		and m.enterprise_id = $1 and m.user_id = i.user_id`,
		string(r.ent),
		string(r.signIn.Session.Connection), r.signIn.Identity.Subject,
	)
	r.readAttributes(
		"identities i cross join",
		"i.enterprise_id = $1 and i.connection_id = $2 and i.subject = $3 and a.user_id = i.user_id",
		string(r.ent), string(r.signIn.Session.Connection), r.signIn.Identity.Subject,
	)
}

// lock queues the locks of what the sign-in is decided by, as far as it is known.
func (r *loginRecord) lock() {
	r.tx.lockIdentity(
		r.signIn.Session.Connection, r.signIn.Identity.Subject, r.signIn.Identity.Login,
		hexOf(r.signIn.Session.Browser),
	)
	r.tx.lockUsers(
		fromIdentity+whereSubject, string(r.ent), string(r.signIn.Session.Connection), r.signIn.Identity.Subject,
	)
	r.tx.takeNumbers()
}

// useUp queues the use of the response and the pending login. The returned
// function reports, after the queue was sent, whether they were unused.
func (r *loginRecord) useUp() func() error {
	var fresh, unused int64
	if r.joining == joined {
		return func() error { return nil } // by the sign-in before it was
	}
	if r.signIn.Proof != "" {
		r.tx.useProof(&unused, r.ent, r.signIn.Session.Connection, r.signIn.Proof)
		return func() error {
			if unused == 0 {
				return sso.CodeExpired()
			}
			return nil
		}
	}
	r.tx.mark(&fresh, r.ent, sso.ReplayMark{
		Connection: r.signIn.Session.Connection,
		ResponseID: r.signIn.Replay.ResponseID,
		Until:      r.signIn.Replay.Until,
	})
	if r.signIn.Pending != "" {
		r.tx.usePending(&unused, r.ent, r.signIn.Session.Connection, r.signIn.Pending)
	}
	return func() error {
		switch {
		case fresh == 0:
			return sso.Replayed()
		case r.signIn.Pending != "" && unused == 0:
			return sso.LoginExpired()
		}
		return nil
	}
}

// refuseErased refuses the sign-in of a user who was deleted and may not come again. An
// account that was found by something else than the subject is of the next user of that;
// then the login says nothing.
func (r *loginRecord) refuseErased(ctx context.Context, key identity.Key) error {
	id := r.signIn.Identity
	switch key {
	case "":
	case identity.Subject, identity.Linked:
		return nil
	default:
		id.Login = ""
	}
	erased, err := r.tx.db.isErased(ctx, r.tx, r.ent, id.Connection, id.Subject, id.Login)
	if erased {
		r.resolution.Outcome, r.resolution.Err = identity.Refused, sso.AccountDeleted()
	}
	return err
}

// resolveUser finds the user by the ladder of package identity, and queues what
// becomes of them, unless they are refused.
func (r *loginRecord) resolveUser(ctx context.Context) error {
	if !r.bound && r.owned { // a push makes accounts, too
		r.tx.lockResources(sso.Push{
			Enterprise: r.ent,
			Connection: r.signIn.Session.Connection,
		})
	}
	_, key, err := identity.Match(identity.SignInLadder(), func(key identity.Key) (sso.User, bool, error) {
		ok, err := r.find(ctx, key)
		return r.old, ok, err
	})
	if err != nil || r.barred {
		return err
	}
	holder, err := r.holderOf(ctx, identity.ClaimedLogin(r.old, r.signIn.Identity.Login))
	if err != nil {
		return err
	}
	r.resolution = identity.Resolve(identity.Facts{
		Identity:       r.signIn.Identity,
		Before:         r.old,
		Holder:         holder,
		Doubt:          r.doubt.holder,
		Provisioned:    r.pushed && r.owned,
		Linked:         key == identity.Linked || key == identity.LinkedLogin,
		DomainVerified: r.proven,
		Now:            r.tx.now,
	})
	r.isNew, r.moved = key == "", key == identity.Moved
	if r.resolution.Outcome != identity.Refused {
		if err := r.refuseErased(ctx, key); err != nil {
			return err
		}
	}
	if r.isNew {
		r.resolution.User.ID = sso.NewID[sso.UserID](r.tx.now)
		r.resolution.User.Enterprise = r.ent
	}
	r.user = r.resolution.User
	switch {
	case r.resolution.Outcome == identity.Refused:
	case r.isNew:
		return r.saveNew(ctx)
	default:
		r.saveUser(key)
	}
	return nil
}

// find looks the user up by one key of the ladder.
func (r *loginRecord) find(ctx context.Context, key identity.Key) (bool, error) {
	switch key {
	case identity.Subject: // read by claim
		return r.bound, nil
	case identity.Successor, identity.Former:
		if r.doubt.holder != "" { // an admin decides whose sign-in it is
			return false, nil
		}
	}
	if key == identity.Successor {
		return r.findSuccessor(ctx)
	}
	p, ok, err := r.tx.lockPerson(ctx, r.ent, r.signIn.Identity, key)
	if ok {
		r.found(p)
	} else if r.doubt.holder == "" {
		r.doubt = p.doubt
	}
	return ok, err
}

// saveNew queues a new user, unless they are the sign that tells that the subjects
// of the connection changed.
func (r *loginRecord) saveNew(ctx context.Context) error {
	if r.successor.is == identity.Claims && r.resolution.Outcome == identity.Held {
		if err := r.noteSubjectSign(ctx); err != nil || r.barred {
			return err
		}
	}
	r.createUser()
	return nil
}

// found takes over what is known about the user.
func (r *loginRecord) found(p person) {
	r.old, r.digest = p.user, p.digest
	r.asked, r.pushed, r.doubt = p.asked, p.provisioned, p.doubt
}

// holderOf returns the active user with a login; claim read that of the asserted
// one.
func (r *loginRecord) holderOf(ctx context.Context, login string) (sso.User, error) {
	asserted := r.signIn.Identity.Login
	if login == asserted || identity.SameLogin(login, asserted) {
		return r.holder, nil
	}
	holder, _, err := loginHolder(ctx, r.tx, r.ent, login)
	return holder, err
}

// saveUser queues the changes of a known user, whom key found. A found login is
// bound to the subject.
func (r *loginRecord) saveUser(key identity.Key) {
	r.tx.updateUser(r.user)
	r.tx.updateTerms(r.old, r.user)
	args := []any{
		string(r.ent), string(r.user.ID), string(r.signIn.Session.Connection),
		r.signIn.Identity.Subject, r.signIn.Identity.Login, engine.Micros(r.tx.now),
	}
	switch key {
	case identity.Linked, identity.LinkedLogin:
		r.tx.seeLinked(key, args)
	case identity.Moved:
		r.bindMoved()
	default:
		r.tx.Queue(
			`update identities set subject = $4, login = $5, last_seen_at = $6 where enterprise_id = $1 and user_id = $2 and connection_id = $3`,
			args...,
		)
	}
	if key != identity.Subject {
		r.tx.forgetLogin(r.ent, r.signIn.Session.Connection, r.signIn.Identity.Login, r.user.ID)
		r.groups.readMemberships("", ofUser, string(r.ent), string(r.user.ID))
		r.readAttributes("", "a.user_id = $2", string(r.ent), string(r.user.ID))
	}
}

// bindMoved queues the identity of a user whom a move expected.
func (r *loginRecord) bindMoved() {
	conn, subject := r.signIn.Session.Connection, r.signIn.Identity.Subject
	r.tx.Queue(
		`insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at)
		values ($1, $2, $3, $4, $5, $6, $6)
		on conflict (enterprise_id, user_id, connection_id) do update
			set subject = excluded.subject, login = excluded.login, last_seen_at = excluded.last_seen_at`,
		string(r.ent), string(conn), string(r.user.ID), subject, r.signIn.Identity.Login, engine.Micros(r.tx.now),
	)
	r.tx.useMoved(r.ent, conn, r.user.ID, subject)
}

func (r *loginRecord) createUser() {
	r.tx.insertUser(r.user)
	r.tx.updateTerms(sso.User{}, r.user)
	r.tx.Queue(
		"insert into identities (enterprise_id, connection_id, user_id, subject, login, created_at, last_seen_at) values ($1, $2, $3, $4, $5, $6, $6)",
		string(r.ent), string(r.signIn.Session.Connection), string(r.user.ID),
		r.signIn.Identity.Subject, r.signIn.Identity.Login, engine.Micros(r.tx.now),
	)
}

// saveQuestion raises the identity question of a user who claims the login of another,
// and closes it if they no longer do. A changed login reaches the user's
// sessions.
func (r *loginRecord) saveQuestion(ctx context.Context) error {
	claim := r.resolution.Claim
	switch {
	case claim.Holder != "":
		q := sso.IdentityQuestion{
			Enterprise: r.ent,
			User:       r.user.ID,
			Holder:     claim.Holder,
			Connection: r.signIn.Session.Connection,
			Attempt:    r.signIn.Attempt.ID,
			Login:      r.signIn.Identity.Login,
			Doubted:    r.doubt.holder != "",
		}
		if claim.Keeps {
			q.Keeps = r.user.Login
		}
		if r.asksWhoItIs(claim.Holder) {
			q.Kind, q.MoveKey = r.doubt.kind, r.doubt.key
		}
		if err := r.tx.raiseQuestion(ctx, sso.Actor(r.signIn.Session.Connection), q); err != nil {
			return err
		}
	case r.asked && r.doubt.holder == "":
		r.tx.closeQuestion(r.ent, r.user.ID)
	}
	if !r.isNew && r.old.Login != r.user.Login {
		r.tx.invalidate(r.user.ID)
	}
	return nil
}

// asksWhoItIs reports whether the question about a user who is asked about is whether
// both are one person. That is not asked of a former identity whose user has the login:
// there it has to be decided whose the login is, too.
func (r *loginRecord) asksWhoItIs(holder sso.UserID) bool {
	return holder == r.doubt.holder && (r.doubt.kind != sso.QuestionFormer || r.holder.ID != holder)
}

// savePending stores a user who waits for an admin to vouch for them or to decide
// about the login, without a session.
func (r *loginRecord) savePending(ctx context.Context, pending sso.User) error {
	r.user = pending
	r.tx.updateUser(r.user)
	r.tx.updateTerms(sso.User{ID: r.user.ID}, r.user)
	if r.old.Status == sso.UserActive {
		if _, err := r.tx.endUserSessions(ctx, r.ent, r.user.ID); err != nil {
			return err
		}
	}
	by, attempt := sso.Actor(r.signIn.Session.Connection), string(r.signIn.Attempt.ID)
	if r.isNew {
		return r.tx.audit(
			ctx, by, "user.created", string(r.user.ID), "login", r.user.Login, "email",
			r.user.Email, "status", string(r.user.Status), "attempt", attempt,
		)
	}
	if changed := difference(r.old, r.user); len(changed) > 0 {
		return r.tx.audit(
			ctx, by, "user.updated", string(r.user.ID), append(changed, "attempt", attempt)...,
		)
	}
	return nil
}

// memberships writes the changed memberships. History and nodes are told only if
// there are any, and nodes not of a new user.
func (r *loginRecord) memberships() {
	if len(r.verdict.Memberships.Add)+len(r.verdict.Memberships.Remove) == 0 {
		return
	}
	for i := range r.verdict.Memberships.Add {
		m := &r.verdict.Memberships.Add[i]
		m.User, m.Since, m.Cause = r.user.ID, r.tx.now, string(r.signIn.Attempt.ID)
		r.tx.insertMembership(r.ent, *m)
	}
	for _, group := range r.verdict.Memberships.Remove {
		r.tx.Queue(
			"delete from memberships where enterprise_id = $1 and user_id = $2 and group_id = $3",
			string(r.ent), string(r.user.ID), string(group),
		)
	}
	r.tx.followHistory(r.ent, r.user.ID, string(r.signIn.Attempt.ID))
	if !r.isNew {
		r.tx.invalidate(r.user.ID)
	}
}

// saveRecords writes the sync record, the attempt and the session.
func (r *loginRecord) saveRecords(ctx context.Context) error {
	record := &r.verdict.Memberships.Record
	record.ID = sso.NewID[sso.SyncRecordID](r.tx.now)
	record.Enterprise = r.ent
	record.User = r.user.ID
	record.At = r.tx.now
	record.Connection, record.Attempt = r.signIn.Session.Connection, r.signIn.Attempt.ID
	if held := r.verdict.Memberships.Held; held != nil {
		if err := r.hold(record, *held); err != nil {
			return err
		}
	}
	if err := r.noteBrake(ctx); err != nil {
		return err
	}
	if err := r.tx.insertSync(*record); err != nil {
		return err
	}
	r.signIn.Attempt.User, r.signIn.Session.User = r.user.ID, r.user.ID
	r.signIn.Attempt.Checks = slices.Concat(r.signIn.Attempt.Checks, r.verdict.Checks)
	if r.verdict.Email.Action != "" {
		r.signIn.Attempt.Email = r.verdict.Email
	}
	if err := r.tx.insertAttempt(r.signIn.Attempt); err != nil {
		return err
	}
	if err := r.replaceBrought(ctx); err != nil {
		return err
	}
	if err := r.endOtherSessions(ctx); err != nil {
		return err
	}
	r.tx.insertSession(r.rules.Shorten(r.signIn.Session))
	if r.signIn.Certificate != "" {
		r.tx.Queue(
			`update certificates set last_used = $4 where enterprise_id = $1 and connection_id = $2 and fingerprint = $3 and last_used <= $5`,
			string(r.ent), string(r.signIn.Session.Connection), r.signIn.Certificate,
			engine.Micros(r.tx.now), engine.Micros(r.tx.now.Add(-time.Minute)),
		)
	}
	return r.auditSignIn(ctx)
}
