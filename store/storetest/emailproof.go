package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
)

// proof saves a sign-in that waits for the code 123456.
func (w *world) proof(subject string, groups ...string) sso.EmailProof {
	w.Helper()
	s := w.signIn(subject, groups...)
	w.pending(&s)
	return w.waiting(s)
}

func (w *world) waiting(s sso.SignIn) sso.EmailProof {
	w.Helper()
	now := w.clock.Now()
	s.Attempt.Outcome, s.Attempt.Code = sso.OutcomePending, "verification_required"
	s.Attempt.Email = sso.EmailDecision{
		Action: sso.RequireCode,
		Reason: "Because.",
	}
	s.Session.Token = sso.Hash{}
	p := sso.EmailProof{
		ID:         sso.NewID[sso.EmailProofID](now),
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Browser:    sso.Secret("browser").Hash(),
		ReturnTo:   "/x",
		Account:    sso.CodeAccount(w.conn.ID, s.Identity.Subject),
		SignIn:     s,
		CreatedAt:  now,
		ExpiresAt:  now.Add(sso.ProofLifetime),
	}
	w.ok(w.db.SaveEmailProof(w.Context(), p))
	w.ok(w.db.SaveCode(w.Context(), w.ent.ID, p.ID, "123456", ""))
	return p
}

// finish writes a sign-in that waited.
func (w *world) finish(p sso.EmailProof) (sso.User, error) {
	w.Helper()
	kept, err := w.db.EmailProof(w.Context(), p.ID)
	w.ok(err)
	s := kept.SignIn
	s.Proof = p.ID
	s.Session.Token = sso.NewSecret().Hash()
	s.Attempt.Outcome = sso.OutcomeSucceeded
	s.Attempt.Code = ""
	u, _, err := w.db.RecordLogin(w.Context(), s, func(facts sso.SignInFacts) (sso.Verdict, error) {
		if !facts.First {
			w.Error("it is nobody's first")
		}
		v, err := Reset(s.Identity.Groups)(facts)
		v.EmailProven = true
		return v, err
	})
	return u, err
}

func testEmailProof(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	p := w.proof("ada", "dev")
	kept, err := w.db.EmailProof(ctx, p.ID)
	w.ok(err)
	p.CodeState = sso.CodeState{
		SentAt:    w.clock.Now(),
		CodeUntil: w.clock.Now().Add(10 * time.Minute),
	}
	w.same(p, kept)
	w.proofWritesNothing(p)
	w.replaceCode(p)
	w.provenSignIn(p)
	w.proofUsedUp(p)
	w.codesEnd()
	w.chainHolds()
}

func (w *world) proofWritesNothing(p sso.EmailProof) {
	ctx := w.Context()
	users, _, err := w.db.Users(ctx, w.ent.ID, sso.UserFilter{}, sso.Page{})
	w.ok(err)
	if len(users) != 0 {
		w.Errorf("something of the person was written: %+v", users)
	}
	w.fails(w.db.SaveEmailProof(ctx, func() sso.EmailProof {
		p := p
		p.ID = sso.NewID[sso.EmailProofID](w.clock.Now())
		return p
	}()), sso.Conflict, "saml_replayed")
	again := w.signIn("ada")
	again.Pending = p.SignIn.Pending
	w.fails(w.db.SaveEmailProof(ctx, sso.EmailProof{
		ID:         sso.NewID[sso.EmailProofID](w.clock.Now()),
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		SignIn:     again,
	}), sso.Invalid, "login_state_expired")
}

func (w *world) replaceCode(p sso.EmailProof) {
	ctx := w.Context()
	if _, err := w.finish(p); sso.CodeOf(err) != "code_expired" {
		w.Errorf("without the code: %v", err)
	}
	w.fails(w.db.TryCode(ctx, w.ent.ID, p.ID, "654321"), sso.Invalid, "code_wrong")
	w.ok(w.db.SaveCode(ctx, w.ent.ID, p.ID, "", "mail_unavailable")) // leaves the code in force
	if kept, _ := w.db.EmailProof(ctx, p.ID); kept.Problem != "mail_unavailable" || kept.Tries != 1 {
		w.Errorf("got %+v", kept.CodeState)
	}
	w.ok(w.db.TryCode(ctx, w.ent.ID, p.ID, "123456"))
	w.ok(w.db.SaveCode(ctx, w.ent.ID, p.ID, "111111", ""))
	w.fails(w.db.TryCode(ctx, w.ent.ID, p.ID, "123456"), sso.Invalid, "code_wrong") // replaced
	if _, err := w.finish(p); sso.CodeOf(err) != "code_expired" {
		w.Errorf("a code that was replaced still lets in: %v", err)
	}
	w.ok(w.db.TryCode(ctx, w.ent.ID, p.ID, "111111"))
}

func (w *world) provenSignIn(p sso.EmailProof) {
	ctx := w.Context()
	u, err := w.finish(p)
	w.ok(err)
	if !u.EmailVerified {
		w.Error("the address is not verified")
	}
	w.in(
		u.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	attempt, err := w.db.Attempt(ctx, w.ent.ID, p.SignIn.Attempt.ID)
	w.ok(err)
	if attempt.Outcome != sso.OutcomeSucceeded ||
		attempt.Code != "" ||
		attempt.User != u.ID ||
		attempt.Email != p.SignIn.Attempt.Email {
		w.Errorf("the attempt says %+v", attempt)
	}
}

func (w *world) proofUsedUp(p sso.EmailProof) {
	ctx := w.Context()
	_, err := w.db.EmailProof(ctx, p.ID)
	w.fails(err, sso.Invalid, "code_expired")
	w.fails(w.db.TryCode(ctx, w.ent.ID, p.ID, "111111"), sso.Invalid, "code_expired")
	w.fails(
		w.db.SaveCode(ctx, w.ent.ID, p.ID, "111111", ""), sso.Invalid,
		"code_expired",
	)
}

// codesEnd lets time go by.
func (w *world) codesEnd() {
	w.Helper()
	p := w.proof("late")
	w.clock.Move(10 * time.Minute)
	w.fails(
		w.db.TryCode(w.Context(), w.ent.ID, p.ID, "123456"), sso.Invalid,
		"code_expired",
	)
	w.ok(w.db.SaveCode(w.Context(), w.ent.ID, p.ID, "222222", ""))
	w.ok(w.db.TryCode(w.Context(), w.ent.ID, p.ID, "222222"))
	w.clock.Move(20 * time.Minute)
	_, err := w.db.EmailProof(w.Context(), p.ID)
	w.fails(err, sso.Invalid, "code_expired")
	w.fails(
		w.db.TryCode(w.Context(), w.ent.ID, p.ID, "222222"), sso.Invalid,
		"code_expired",
	)
	disabled := w.signIn("ada")
	_, err = w.db.UpdateConnection(
		w.Context(),
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.disabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.State = sso.ConnectionDisabled
			return c, nil
		},
	)
	w.ok(err)
	w.fails(w.db.SaveEmailProof(w.Context(), sso.EmailProof{
		ID:         "proof-x",
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		SignIn:     disabled,
	}), sso.Forbidden, "connection_disabled")
}

func testEmailProven(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	step := func(email string, proven, want bool) {
		t.Helper()
		s := w.signIn("ada")
		s.Identity.Email = email
		u, _, err := w.db.RecordLogin(t.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
			return sso.Verdict{EmailProven: proven}, nil
		})
		w.ok(err)
		stored, err := w.db.User(t.Context(), w.ent.ID, u.ID)
		w.ok(err)
		if u.EmailVerified != want || stored.EmailVerified != want {
			t.Errorf(
				"%q, proven %v: verified %v, stored %v", email, proven,
				u.EmailVerified, stored.EmailVerified,
			)
		}
	}
	step("ada@acme.test", false, false)
	step("ada@acme.test", true, true)
	step("ada@acme.test", false, true)
	step("ada@elsewhere.test", false, false) // exactly that address
	step("", true, false)
	w.chainHolds()
}

func testVouch(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u := w.waitsForVouch()
	stored, err := w.db.User(ctx, w.ent.ID, u.ID)
	w.ok(err)
	w.same(u, stored)
	if u.Status != sso.UserPending || !u.LastSignInAt.IsZero() {
		t.Errorf("got %+v", u)
	}
	w.in(u.ID)
	_, err = w.db.UpdateUser(ctx, by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
		u.Status, u.VouchedAt, u.EmailVerified = sso.UserActive, w.clock.Now(), true
		return u, nil
	})
	w.ok(err)
	if a := w.actions(1); a[0] != "user.vouched" {
		t.Errorf("the audit trail says %v", a)
	}
	s := w.signIn("ada", "dev")
	again, _, err := w.db.RecordLogin(ctx, s, vouchFirst(t, false))
	w.ok(err)
	if again.ID != u.ID ||
		again.Status != sso.UserActive ||
		!again.EmailVerified {
		t.Errorf("got %+v", again)
	}
	w.in(
		u.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.chainHolds()
}

func vouchFirst(t *testing.T, want bool) sso.Decide {
	return func(facts sso.SignInFacts) (sso.Verdict, error) {
		v, err := Reset(sso.AssertedGroups{Names: []string{"dev"}})(facts)
		if facts.First {
			v.Email.Action = sso.VouchFirst
		}
		if facts.First != want {
			t.Errorf("first: %v, want %v", facts.First, want)
		}
		return v, err
	}
}

func (w *world) waitsForVouch() sso.User {
	ctx := w.Context()
	var u sso.User
	var err error
	for range 2 { // comes again before an admin vouched
		s := w.signIn("ada", "dev")
		w.pending(&s)
		u, _, err = w.db.RecordLogin(ctx, s, vouchFirst(w.T, true))
		w.ok(err)
		if _, _, err := w.db.RecordLogin(ctx, s, vouchFirst(w.T, true)); sso.CodeOf(err) != "saml_replayed" {
			w.Errorf("the answer was not used up: %v", err)
		}
		_, err = w.db.Principal(ctx, s.Session.Token)
		w.fails(err, sso.Unauthenticated, "session_ended")
	}
	return u
}

func testCodeLimits(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	mailboxes := 0
	recipient := func() sso.Hash { // another one each time
		mailboxes++
		return sso.MailboxOf(fmt.Sprintf("%d@elsewhere.example", mailboxes))
	}
	w.fails(w.db.CountCode(ctx, sso.CodeRequest{
		Enterprise: "ent-unknown",
		Account:    codeAccount(1),
		Recipient:  recipient(),
		Remote:     "",
	}), sso.NotFoundKind, "not_found")
	w.limitPerAccount(recipient)
	again := sso.CodeRequest{
		Enterprise: other.ent.ID,
		Account:    codeAccount(1),
		Recipient:  recipient(),
		Remote:     "192.0.2.1",
	}
	w.ok(other.db.CountCode(ctx, again)) // another enterprise's account

	// One network: an office behind it may be sent any number, of which some hundred
	// may never be entered. IPv6 addresses of a network count together, however
	// they are spelled.
	w.limitPerNetwork(recipient)

	// One mailbox, however it is spelt, by several companies for several accounts.
	w.limitPerMailbox(other)
}

func codeAccount(n int) sso.Hash { return sso.Secret(fmt.Sprint(n)).Hash() }

func (w *world) tooManyCodes(wait time.Duration, err error) {
	w.Helper()
	w.fails(err, sso.TooMany, "too_many_codes")
	if e, _ := errors.AsType[*sso.Error](err); e == nil || e.RetryAfter != wait {
		w.Errorf("%+v; want a wait of %s", e, wait)
	}
}

func (w *world) limitPerAccount(recipient func() sso.Hash) {
	ctx := w.Context()
	for spell := range 4 {
		for i := range 3 {
			if n := 3*spell + i; n < 10 {
				w.ok(w.db.CountCode(ctx, sso.CodeRequest{
					Enterprise: w.ent.ID,
					Account:    codeAccount(1),
					Recipient:  recipient(),
					Remote:     "192.0.2.1",
				}))
			}
		}
		if spell < 3 {
			w.tooManyCodes(10*time.Minute, w.db.CountCode(ctx, sso.CodeRequest{
				Enterprise: w.ent.ID,
				Account:    codeAccount(1),
				Recipient:  recipient(),
				Remote:     "192.0.2.1",
			}))
		}
		w.clock.Move(10 * time.Minute)
	}
	w.tooManyCodes(24*time.Hour-40*time.Minute, w.db.CountCode(ctx, sso.CodeRequest{
		Enterprise: w.ent.ID,
		Account:    codeAccount(1),
		Recipient:  recipient(),
		Remote:     "192.0.2.1",
	}))
}

func (w *world) limitPerNetwork(recipient func() sso.Hash) {
	ctx := w.Context()
	for _, remotes := range [][]string{
		{"192.0.2.1"},
		{"2001:db8:1:2::1", "2001:DB8:1:2:ffff:0:0:1"},
	} {
		w.clock.Move(48 * time.Hour)
		from := func(n int) error {
			return w.db.CountCode(ctx, sso.CodeRequest{
				Enterprise: w.ent.ID,
				Account:    codeAccount(10_000*len(remotes) + n),
				Recipient:  recipient(),
				Remote:     remotes[n%len(remotes)],
			})
		}
		office := sso.CodesPerAddress + 50
		for n := range office {
			w.ok(from(n))
		}
		w.clock.Move(sso.CodeLifetime - time.Second)
		w.ok(from(office)) // all of them may be entered yet
		w.clock.Move(time.Second)
		w.tooManyCodes(50*time.Minute, from(office+1))
		elsewhere := sso.CodeRequest{
			Enterprise: w.ent.ID,
			Account:    codeAccount(99_000 + len(remotes)),
			Recipient:  recipient(),
			Remote:     "2001:db8:1:3::1",
		}
		w.ok(w.db.CountCode(ctx, elsewhere))
		elsewhere.Account, elsewhere.Remote = codeAccount(99_010+len(remotes)), ""
		w.ok(w.db.CountCode(ctx, elsewhere))
		w.clock.Move(50 * time.Minute)
		w.ok(from(office + 2))
	}
}

func (w *world) limitPerMailbox(other *world) {
	ctx := w.Context()
	w.clock.Move(48 * time.Hour)
	spellings := []string{
		"victim@elsewhere.example", "VICTIM@Elsewhere.example",
		"victim+1@elsewhere.example", "Victim+a+b@elsewhere.example",
	}
	to := func(n, perMinute int) error {
		request := sso.CodeRequest{
			Enterprise: w.ent.ID,
			Account:    codeAccount(1000 + n),
			Recipient:  sso.MailboxOf(spellings[n%len(spellings)]),
			PerMinute:  perMinute,
		}
		if n%2 == 1 {
			request.Enterprise = other.ent.ID
		}
		return w.db.CountCode(ctx, request)
	}
	for n := range 3 {
		w.ok(to(n, 3))
	}
	w.tooManyCodes(time.Minute, to(3, 3))
	for n := range sso.CodesPerRecipient - 3 {
		w.ok(to(4+n, 0))
	}
	w.tooManyCodes(24*time.Hour, to(50, 0))
	w.ok(w.db.CountCode(ctx, sso.CodeRequest{
		Enterprise: w.ent.ID,
		Account:    codeAccount(2000),
		Recipient:  sso.MailboxOf("other@elsewhere.example"),
		PerMinute:  3,
	}))
}

func testAssertedIdentities(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada", "dev", "nowhere", "Members")
	s.Identity.Claims = sso.Claims{"type": {"contractor"}, "none": {}}
	s.Attempt.Identity = &s.Identity
	w.record(s)
	w.clock.Move(time.Second)
	long := w.signIn("long")
	long.Identity.Claims = sso.Claims{"x": {string(make([]byte, 20_000))}}
	long.Attempt.Identity = &long.Identity
	w.record(long)
	w.enter("without")
	got, groups, err := w.db.AssertedIdentities(ctx, w.ent.ID, w.conn.ID, 10)
	w.ok(err)
	long.Identity.Claims = nil
	if len(got) != 2 {
		t.Fatalf("%d attempts", len(got))
	}
	w.same(
		[]*sso.Identity{&long.Identity, &s.Identity},
		[]*sso.Identity{got[0].Identity, got[1].Identity},
	)
	w.same([]string{"dev"}, groups)
	if got, _, err = w.db.AssertedIdentities(ctx, w.ent.ID, w.conn.ID, 1); err != nil || len(got) != 1 {
		t.Errorf("%d, %v", len(got), err)
	}
}

// testGuesses is a thousand guesses at one moment: five are looked at, so that
// of all thousand one at most could be right, and after them the right one is
// refused too.
func testGuesses(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	p := w.proof("ada")
	codes := map[string]int{}
	for _, err := range atOnce(1000, func(i int) error {
		return w.db.TryCode(
			t.Context(), w.ent.ID, p.ID, sso.Secret(fmt.Sprintf("%06d", 500_000+i)),
		)
	}) {
		codes[sso.CodeOf(err)]++
	}
	if codes["code_wrong"] != 4 || codes["code_locked"] != 996 {
		t.Errorf("got %v", codes)
	}
	w.fails(
		w.db.TryCode(t.Context(), w.ent.ID, p.ID, "123456"), sso.Invalid,
		"code_locked",
	)
	if kept, err := w.db.EmailProof(t.Context(), p.ID); err != nil || kept.Tries != 5 {
		t.Errorf("%+v, %v", kept.CodeState, err)
	}
	// The right one, a hundred times: it is looked at, and lets in once.
	w.rightCodeOnce(p)
}

func (w *world) rightCodeOnce(p sso.EmailProof) {
	w.ok(w.db.SaveCode(w.Context(), w.ent.ID, p.ID, "123456", ""))
	in := 0
	for _, err := range atOnce(50, func(int) error {
		if err := w.db.TryCode(w.Context(), w.ent.ID, p.ID, "123456"); err != nil {
			return err
		}
		s := p.SignIn
		s.Proof = p.ID
		s.Session.ID, s.Session.Token = sso.NewID[sso.SessionID](
			w.clock.Now(),
		), sso.NewSecret().Hash()
		_, _, err := w.db.RecordLogin(w.Context(), s, Reset(s.Identity.Groups))
		return err
	}) {
		if err == nil {
			in++
			continue
		}
		w.fails(err, sso.Invalid, "code_expired")
	}
	if in != 1 {
		w.Errorf("%d of 50 came in", in)
	}
}

func (f foreign) proofs() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	crossed := f.proof
	crossed.Enterprise, crossed.ID = ent, sso.NewID[sso.EmailProofID](
		f.w.clock.Now(),
	)
	crossed.SignIn.Replay.ResponseID, crossed.SignIn.Pending = "crossed", ""
	return calls{
		"SaveEmailProof": func() (int, error) {
			return 0, db.SaveEmailProof(ctx, crossed)
		},
		"SaveCode": func() (int, error) {
			return 0, notThere(db.SaveCode(ctx, ent, f.proof.ID, "123456", ""))
		},
		"TryCode": func() (int, error) {
			return 0, notThere(db.TryCode(ctx, ent, f.proof.ID, "123456"))
		},
		"CountCode": func() (int, error) {
			return 0, db.CountCode(ctx, sso.CodeRequest{
				Enterprise: ent,
				Account:    f.proof.Account,
				Remote:     "",
			})
		},
		"AssertedIdentities": func() (int, error) {
			all, _, err := db.AssertedIdentities(ctx, ent, f.w.conn.ID, 10)
			return len(all), err
		},
	}
}

// notThere takes "code_expired", the answer to whatever there is no code of, for
// NotFound.
func notThere(err error) error {
	if sso.CodeOf(err) == "code_expired" {
		return sso.NothingHere()
	}
	return err
}

// waitsForACode leaves a sign-in that waits, with a code that was counted.
func (w *world) waitsForACode() {
	w.Helper()
	p := w.proof("grace")
	w.ok(w.db.CountCode(w.Context(), sso.CodeRequest{
		Enterprise: w.ent.ID,
		Account:    p.Account,
		Remote:     "192.0.2.1",
	}))
}
