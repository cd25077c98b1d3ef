package storetest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
)

// testRun keeps a live test connection that waits.
func (w *world) testRun(token sso.Secret) sso.TestRun {
	w.Helper()
	now := w.clock.Now()
	r := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Kind:       sso.TestLive,
		State:      sso.TestWaiting,
		By:         by,
		Token:      token.Hash(),
		Revision:   1,
		Version:    1,
		CreatedAt:  now,
		ExpiresAt:  now.Add(10 * time.Minute),
	}
	w.ok(w.db.CreateTestRun(w.Context(), r))
	return r
}

func finished(r sso.TestRun, state sso.TestState, code string) sso.TestRun {
	allowed := true
	r.State, r.Code, r.Detail = state, code, "audience: want a, got b"
	r.Result = sso.TestResult{
		Checks:  []sso.Check{{Name: "audience", Want: "a", Got: "b"}},
		Allowed: &allowed,
		Identity: &sso.Identity{
			Login:  "canary-login@acme.test",
			Claims: sso.Claims{"groups": {"dev"}},
		},
		Raw:      "<Response/>",
		Warnings: []sso.Warning{{Code: "groups_absent", Want: "groups"}},
	}
	r.Warned = 1
	return r
}

func testTestRuns(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	token := sso.NewSecret()
	r := w.testRun(token)
	kept, err := w.db.TestRunByToken(ctx, token.Hash())
	w.ok(err)
	w.same(r, kept)
	_, err = w.db.TestRunByToken(ctx, sso.NewSecret().Hash())
	w.fails(err, sso.NotFoundKind, "not_found")

	w.finishedOnce(r)

	w.expiresUnanswered()
	w.capturedRun(r)
	w.testRunsFiltered()
	walk(w, "test runs", 4, func(p sso.Page) ([]sso.TestRun, string, error) {
		return w.db.TestRuns(ctx, w.ent.ID, sso.TestFilter{}, p)
	})
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, w.conn.ID, nil))
	if _, err := w.db.TestRun(ctx, w.ent.ID, r.ID); sso.KindOf(err) != sso.NotFoundKind {
		t.Errorf("the test connection outlived its connection: %v", err)
	}
	w.chainHolds()
}

func (w *world) finishedOnce(r sso.TestRun) {
	ctx := w.Context()
	w.clock.Move(time.Minute)
	end := finished(r, sso.TestFailed, "saml_wrong_recipient")
	end.Revision = 7
	first, err := w.db.FinishTestRun(ctx, end, "")
	w.ok(err)
	again, err := w.db.FinishTestRun(ctx, finished(r, sso.TestPassed, ""), "")
	w.ok(err)
	if !first || again {
		w.Errorf("the first answer counted: %v, the second: %v", first, again)
	}
	end.EndedAt = w.clock.Now()
	whole, err := w.db.TestRun(ctx, w.ent.ID, r.ID)
	w.ok(err)
	w.same(end, whole)
}

func (w *world) expiresUnanswered() {
	ctx := w.Context()
	late := w.testRun(sso.NewSecret())
	w.clock.Move(time.Hour)
	expired, err := w.db.TestRun(ctx, w.ent.ID, late.ID)
	w.ok(err)
	if expired.State != sso.TestExpired {
		w.Errorf("an hour later it is %s", expired.State)
	}
	if first, err := w.db.FinishTestRun(ctx, finished(late, sso.TestPassed, ""), ""); err != nil || first {
		w.Errorf("an answer that came too late counted: %v, %v", first, err)
	}
}

func (w *world) capturedRun(r sso.TestRun) {
	ctx := w.Context()
	w.testRun(sso.NewSecret())
	captured := finished(r, sso.TestPassed, "")
	captured.ID = sso.NewID[sso.TestRunID](w.clock.Now())
	captured.Kind = sso.TestCaptured
	captured.Token = sso.Hash{}
	captured.EndedAt = w.clock.Now()
	w.ok(w.db.CreateTestRun(ctx, captured))
	whole, err := w.db.TestRun(ctx, w.ent.ID, captured.ID)
	w.ok(err)
	w.same(captured, whole)
}

func (w *world) testRunsFiltered() {
	ctx := w.Context()
	for state, want := range map[sso.TestState]int{
		"":              4,
		sso.TestWaiting: 1,
		sso.TestExpired: 1,
		sso.TestFailed:  1,
		sso.TestPassed:  1,
	} {
		all, _, err := w.db.TestRuns(ctx, w.ent.ID, sso.TestFilter{
			Connection: w.conn.ID,
			State:      state,
		}, sso.Page{})
		w.ok(err)
		if len(all) != want {
			w.Errorf("%d test connections are %q; want %d", len(all), state, want)
		}
		for _, r := range all {
			if r.Result.Identity != nil || state != "" && r.State != state {
				w.Errorf("the list of %q has %+v", state, r)
			}
		}
	}
	none, _, err := w.db.TestRuns(
		ctx, w.ent.ID, sso.TestFilter{Connection: "conn-other"}, sso.Page{},
	)
	w.ok(err)
	w.same(0, len(none))
}

func testTestRunRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	r := w.testRun(sso.NewSecret())
	var wg sync.WaitGroup
	counted := make(chan bool, 10)
	for range 10 {
		wg.Go(func() {
			first, err := w.db.FinishTestRun(
				w.Context(), finished(r, sso.TestPassed, ""), "",
			)
			if err != nil {
				w.Error(err)
			}
			counted <- first
		})
	}
	wg.Wait()
	close(counted)
	n := 0
	for first := range counted {
		n += count(first)
	}
	w.same(1, n)
	w.chainHolds()
}

func testPendingTests(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	r := w.testRun(sso.NewSecret())
	browser, now := sso.Secret("browser").Hash(), w.clock.Now()
	w.savePendingTests(r, browser, now)
	p, err := w.db.PendingTest(ctx, w.ent.ID, w.conn.ID, browser)
	w.ok(err)
	if p.ID != "gh-newer" || p.Test != r.ID || p.Nonce != "n" {
		t.Errorf("it is %+v", p)
	}
	_, err = w.db.PendingTest(ctx, w.ent.ID, w.conn.ID, sso.Secret("another").Hash())
	w.fails(err, sso.NotFoundKind, "not_found")
	first, err := w.db.FinishTestRun(
		ctx, finished(r, sso.TestPassed, ""), "gh-newer",
	)
	w.ok(err)
	w.same(true, first)
	p, err = w.db.PendingTest(ctx, w.ent.ID, w.conn.ID, browser)
	w.ok(err)
	if p.ID != "gh-newer" || p.UsedAt.IsZero() {
		t.Errorf("after the end it is %+v", p)
	}
	w.clock.Move(2 * time.Hour)
	_, err = w.db.PendingTest(ctx, w.ent.ID, w.conn.ID, browser)
	w.fails(err, sso.NotFoundKind, "not_found")
}

func (w *world) savePendingTests(r sso.TestRun, browser sso.Hash, now time.Time) {
	ctx := w.Context()
	for i, id := range []string{"gh-of-a-person", "gh-older", "gh-newer"} {
		p := sso.PendingLogin{
			ID:         id,
			Enterprise: w.ent.ID,
			Connection: w.conn.ID,
			Browser:    browser,
			Nonce:      "n",
			Verifier:   "v",
			CreatedAt:  now.Add(time.Duration(i) * time.Second),
			ExpiresAt:  now.Add(time.Hour),
		}
		if i > 0 {
			p.Test = r.ID
		}
		w.ok(w.db.SavePendingLogin(ctx, p))
	}
}

// testSignInFacts: what is read beforehand is what the sign-in is then decided
// from, for a new user, for a known user and for one known by login only.
func testSignInFacts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.verifiedDomain()
	for _, groups := range [][]string{{"dev", "Sre"}, {"sre", "ops"}, {}} {
		s := w.signIn("ada", groups...)
		before := w.dump()
		read, err := w.db.SignInFacts(ctx, w.ent.ID, s.Identity, sso.Brake{}, nil)
		w.ok(err)
		w.same(before, w.dump())
		var told sso.SignInFacts
		_, _, err = w.db.RecordLogin(ctx, s, func(f sso.SignInFacts) (sso.Verdict, error) {
			told = f
			return Reset(s.Identity.Groups)(f)
		})
		w.ok(err)
		if read.First != told.First ||
			read.DomainVerified != told.DomainVerified ||
			read.User.ID != "" && read.User.ID != told.User.ID {
			t.Errorf("%v: read %+v, then told %+v", groups, read, told)
		}
		read.Groups.Memberships, told.Groups.Memberships = named(
			read.Groups,
		), named(told.Groups)
		w.same(told.Groups, read.Groups)
		w.answerUsed(s)
		w.clock.Move(time.Second)
	}
}

func (w *world) verifiedDomain() {
	ctx := w.Context()
	d, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
	})
	w.ok(err)
	_, err = w.db.UpdateDomain(ctx, by, w.ent.ID, d.ID, func(d sso.Domain) (sso.Domain, error) {
		d.VerifiedAt = w.clock.Now()
		return d, nil
	})
	w.ok(err)
}

func (w *world) answerUsed(s sso.SignIn) {
	ctx := w.Context()
	used, err := w.db.AnswerUsed(ctx, w.ent.ID, w.conn.ID, s.Replay.ResponseID)
	w.ok(err)
	unused, err := w.db.AnswerUsed(ctx, w.ent.ID, w.conn.ID, "another")
	w.ok(err)
	w.same([]bool{true, false}, []bool{used, unused})
}

// named returns memberships without their user, which a new user does not have
// yet.
func named(s sso.GroupSnapshot) []sso.Membership {
	all := append([]sso.Membership{}, s.Memberships...)
	for i := range all {
		all[i].User = ""
	}
	return all
}

func testAssertedAttempt(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	s := w.signIn("ada", "dev")
	s.Identity.Claims = sso.Claims{"groups": {"dev"}}
	s.Attempt.Identity = &s.Identity
	w.record(s)
	a, err := w.db.AssertedAttempt(t.Context(), w.ent.ID, s.Attempt.ID)
	w.ok(err)
	if a.Identity == nil || a.Identity.Claims["groups"][0] != "dev" {
		t.Errorf("the attempt has %+v", a.Identity)
	}
	failed := sso.Attempt{
		ID:         sso.NewID[sso.AttemptID](w.clock.Now()),
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		At:         w.clock.Now(),
	}
	w.ok(w.db.RecordAttempt(t.Context(), failed, ""))
	a, err = w.db.AssertedAttempt(t.Context(), w.ent.ID, failed.ID)
	w.ok(err)
	if a.Identity != nil {
		t.Errorf("an attempt that got nowhere has %+v", a.Identity)
	}
}

func (f foreign) tests() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	crossed := f.run
	crossed.Enterprise, crossed.State = ent, sso.TestPassed
	return calls{
		"CreateTestRun": func() (int, error) {
			return 0, db.CreateTestRun(ctx, crossed)
		},
		"FinishTestRun": func() (int, error) {
			first, err := db.FinishTestRun(ctx, crossed, f.signIn.Pending)
			return count(first), err
		},
		"TestRun": func() (int, error) {
			r, err := db.TestRun(ctx, ent, f.run.ID)
			return count(r.ID != ""), err
		},
		"TestRuns": func() (int, error) {
			all, _, err := db.TestRuns(ctx, ent, sso.TestFilter{}, sso.Page{})
			return len(all), err
		},
		"PendingTest": func() (int, error) {
			p, err := db.PendingTest(ctx, ent, f.w.conn.ID, f.run.Token)
			return count(p.ID != ""), err
		},
	}
}

func (f foreign) signInFacts() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"AnswerUsed": func() (int, error) {
			used, err := db.AnswerUsed(
				ctx, ent, f.w.conn.ID, f.signIn.Replay.ResponseID,
			)
			return count(used), err
		},
		"SignInFacts": func() (int, error) {
			facts, err := db.SignInFacts(
				ctx, ent, f.signIn.Identity, sso.Brake{}, nil,
			)
			return count(facts.User.ID != "") + len(facts.Groups.Groups), err
		},
		"AssertedAttempt": func() (int, error) {
			a, err := db.AssertedAttempt(ctx, ent, f.signIn.Attempt.ID)
			return count(a.ID != ""), err
		},
	}
}

// testLargeResults: of a result that is too large the parts that an admin need not
// act on are omitted, and the rest is kept.
func testLargeResults(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	large := strings.Repeat("x", 600<<10)
	for name, c := range largeParts(large) {
		end := finished(w.testRun(sso.NewSecret()), sso.TestPassed, "")
		end.Result.Identity.Mixed =
			map[string]sso.MixedClaim{"roles": {Other: []sso.RawGroup{{
				Raw: "7",
				Why: sso.RawNotText,
			}}}}
		c.fill(&end.Result)
		_, err := w.db.FinishTestRun(t.Context(), end, "")
		w.ok(err)
		got, err := w.db.TestRun(t.Context(), w.ent.ID, end.ID)
		w.ok(err)
		if !c.kept(got.Result) ||
			got.Result.Identity.Login != "canary-login@acme.test" ||
			len(got.Result.Warnings) != 1 {
			id := got.Result.Identity
			t.Errorf(
				"%s: kept %d bytes of it, claims %d, mixed %d", name,
				len(got.Result.Raw), len(id.Claims), len(id.Mixed),
			)
		}
		if end.Result.Identity.Claims == nil || end.Result.Identity.Mixed == nil {
			t.Errorf("%s: the caller's result was changed", name)
		}
	}
}

// largePart makes a part of a result large; kept tells whether the right parts
// were omitted.
type largePart struct {
	fill func(*sso.TestResult)
	kept func(sso.TestResult) bool
}

func largeParts(large string) map[string]largePart {
	return map[string]largePart{
		"what came": {
			func(r *sso.TestResult) { r.Raw = large },
			func(r sso.TestResult) bool {
				return r.Raw == "" &&
					len(r.Identity.Mixed) == 1 &&
					len(r.Identity.Claims) == 1
			},
		},
		"values that are no texts": {
			func(r *sso.TestResult) {
				r.Identity.Mixed["groups"] = sso.MixedClaim{Other: []sso.RawGroup{{
					Raw: large,
					Why: sso.RawNotText,
				}}}
			},
			func(r sso.TestResult) bool {
				return r.Identity.Mixed == nil && len(r.Identity.Claims) == 1
			},
		},
		"claims": {
			func(r *sso.TestResult) {
				r.Identity.Claims["photo"] = []string{large}
			},
			func(r sso.TestResult) bool { return r.Identity.Claims == nil },
		},
	}
}
