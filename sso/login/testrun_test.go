package login_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// tryOut begins a test connection, goes to the identity provider as a browser,
// and has its answer, not delivered yet.
func (w *world) tryOut(c *company, run sso.TestRun, browser sso.Secret) sso.Callback {
	w.Helper()
	return w.tryOutAs(c, "ada", run, browser)
}

// tryOutAs is tryOut for another user than Ada.
func (w *world) tryOutAs(c *company, person string, run sso.TestRun, browser sso.Secret) sso.Callback {
	w.Helper()
	redirect, open, err := w.login.OpenTestOf(w.Context(), by, c.ID, run.ID, browser)
	w.ok(err)
	if redirect.URL == "" || open.State != sso.TestWaiting {
		w.Fatalf("there is nowhere to go: %+v", open)
	}
	cb := w.answer(c, person, redirect)
	cb.Browser = browser
	return cb
}

func (w *world) beginTest(c *company) (sso.TestRun, sso.Secret) {
	w.Helper()
	run, token, err := w.login.BeginTest(w.Context(), by, c.ID, c.conn.ID)
	w.ok(err)
	return run, token
}

func (w *world) ended(c *company, run sso.TestRun, cb sso.Callback) sso.TestRun {
	w.Helper()
	result, err := w.login.Complete(w.Context(), c.conn.ID, cb)
	w.ok(err)
	if result.Test == nil ||
		result.Test.ID != run.ID ||
		result.Token != "" ||
		result.Session.ID != "" {
		w.Fatalf("a test connection came to %+v", result)
	}
	kept, err := w.db.TestRun(w.Context(), c.ID, run.ID)
	w.ok(err)
	return kept
}

// nothing is what a test connection has to leave behind.
func (w *world) nothing(c *company) {
	w.Helper()
	if users, failed := w.users(c), w.attempts(c, ""); len(users) != 0 || failed != 0 {
		w.Errorf("%s: %d users, %d attempts", c.Key, len(users), failed)
	}
}

// draft edits what is not live.
func (w *world) draft(c *company, change func(cfg *sso.Config)) {
	w.Helper()
	var err error
	c.conn, err = w.db.UpdateConnection(
		w.Context(),
		by,
		c.ID,
		c.conn.ID,
		"connection.edited",
		func(conn sso.Connection) (sso.Connection, error) {
			cfg := *conn.Live
			cfg.Version++
			change(&cfg)
			conn.Draft = &cfg
			return conn, nil
		},
	)
	w.ok(err)
}

// TestTestConnection: the draft is tried, and what it foretells is what the
// sign-in does once it is live.
func TestTestConnection(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.draft(c, func(cfg *sso.Config) {
				cfg.Mapping.Name = []string{"email"}
			})
			run, _ := w.beginTest(c)
			got := w.ended(c, run, w.tryOut(c, run, w.browser))
			w.nothing(c)
			r := got.Result
			if got.State != sso.TestPassed ||
				got.Code != "" ||
				got.Revision != c.conn.Revision ||
				got.Version != c.conn.Draft.Version ||
				got.EndedAt.IsZero() {
				w.Errorf("%s: %+v", c.Key, got)
			}
			if r.Identity == nil ||
				r.Identity.Login != "ada" ||
				r.Identity.Name != "ada@"+c.Key+".example" ||
				r.Origins["name"] != "email" ||
				r.Origins["login"] == "" ||
				r.Origins["groups"] != "groups" {
				w.Errorf("%s: %+v from %v", c.Key, r.Identity, r.Origins)
			}
			if r.Known != "" ||
				r.Email.Action != sso.SkipCode ||
				r.Allowed == nil ||
				!*r.Allowed ||
				r.Mode != sso.SyncReset ||
				r.Raw == "" {
				w.Errorf("%s: %+v", c.Key, r)
			}
			for _, check := range r.Checks {
				if !check.OK {
					w.Errorf("%s: %+v", c.Key, check)
				}
			}
			w.edit(c, func(conn *sso.Connection, cfg *sso.Config) {
				*cfg, conn.Draft = *conn.Draft, nil
			})
			w.enters(c, "ada")
			record := w.syncRecords(c, w.users(c)[0].ID)[0]
			var done, foretold []string
			for _, g := range record.Added {
				done = append(done, g.OrganizationName+"/"+g.Name)
			}
			for _, o := range r.Changes {
				for _, name := range o.Added {
					foretold = append(foretold, o.Name+"/"+name)
				}
			}
			slices.Sort(done)
			slices.Sort(foretold)
			if !slices.Equal(done, foretold) || len(done) == 0 {
				w.Errorf("%s: foretold %q, done %q", c.Key, foretold, done)
			}
			run, _ = w.beginTest(c)
			if again := w.ended(c, run, w.tryOut(c, run, w.browser)).Result; again.Known == "" ||
				again.Email.Action != "" ||
				len(again.Changes[0].Added) != 0 {
				w.Errorf("%s: for somebody known: %+v", c.Key, again)
			}
		}
	})
}

// TestTestConnectionKeepsItsChecks: the same checks as a sign-in, and those that
// only an admin looks at.
func TestTestConnectionKeepsItsChecks(t *testing.T) {
	each(t, func(w *world) {
		for c, names := range map[*company]string{
			w.acme:   "browser message in_response_to assertion_signature destination recipient audience certificate clock replay subject login groups",
			w.globex: "browser state code_exchange pkce signature issuer audience expiry nonce clock replay subject login groups",
		} {
			run, _ := w.beginTest(c)
			got := w.ended(c, run, w.tryOut(c, run, w.browser))
			for name := range strings.SplitSeq(names, " ") {
				if !slices.ContainsFunc(got.Result.Checks, func(c sso.Check) bool {
					return c.Name == name && c.OK
				}) {
					w.Errorf(
						"%s: %s is not among %+v", c.Key, name, got.Result.Checks,
					)
				}
			}
		}
	})
}

// TestTestConnectionOver: a late or second response is told that the test is
// over, and the first report stays.
func TestTestConnectionOver(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			run, token := w.beginTest(c)
			first, second := w.tryOut(c, run, w.browser), w.tryOut(c, run, w.browser)
			passed := w.ended(c, run, first)
			again := w.ended(c, run, second)
			if passed.State != sso.TestPassed ||
				again.State != sso.TestPassed ||
				!again.EndedAt.Equal(passed.EndedAt) {
				w.Errorf("%s: %+v, then %+v", c.Key, passed, again)
			}
			late, _ := w.beginTest(c)
			cb := w.tryOut(c, late, w.browser)
			w.clock.Move(11 * time.Minute)
			if got := w.ended(c, late, cb); got.State != sso.TestExpired || got.Result.Identity != nil {
				w.Errorf("%s: late it is %+v", c.Key, got)
			}
			for _, link := range []sso.Secret{token, ""} {
				redirect, over, err := w.login.OpenTest(w.Context(), link, w.browser)
				if redirect.URL != "" ||
					link != "" && (err != nil || over.ID != run.ID) ||
					link == "" && sso.CodeOf(err) != "test_over" {
					w.Errorf(
						"%s: the link leads to %+v, %+v, %v", c.Key, redirect, over,
						err,
					)
				}
			}
			w.nothing(c)
		}
	})
}

// TestTestConnectionRace: two answers to one test at the same moment are one
// result.
func TestTestConnectionRace(t *testing.T) {
	alone(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			run, _ := w.beginTest(c)
			var answers []sso.Callback
			for range 8 {
				answers = append(answers, w.tryOut(c, run, sso.NewSecret()))
			}
			results, errs := w.atOnce(c, answers)
			ends := map[time.Time]bool{}
			for i, err := range errs {
				w.ok(err)
				if results[i].Test == nil ||
					results[i].Test.State != sso.TestPassed {
					w.Fatalf("%s: %+v", c.Key, results[i])
				}
				ends[results[i].Test.EndedAt.UTC().Truncate(time.Microsecond)] = true
			}
			events, _, err := w.db.AuditEvents(
				w.Context(), c.ID, sso.AuditFilter{Action: "test.passed"},
				sso.Page{},
			)
			w.ok(err)
			if len(events) != 1 || len(ends) != 1 {
				w.Errorf("%s: %d results, %d ends", c.Key, len(events), len(ends))
			}
			w.nothing(c)
		}
	})
}

func TestTestConnectionIsOfItsEnterprise(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		run, _ := w.beginTest(w.acme)
		_, _, err := w.login.BeginTest(ctx, by, w.globex.ID, w.acme.conn.ID)
		w.fails(err, sso.NotFoundKind, "not_found")
		_, _, err = w.login.OpenTestOf(ctx, by, w.globex.ID, run.ID, w.browser)
		w.fails(err, sso.NotFoundKind, "not_found")
		_, err = w.login.TestOf(ctx, w.globex.conn.ID, run.ID)
		w.fails(err, sso.NotFoundKind, "not_found")
		_, err = w.login.Captured(ctx, by, w.globex.ID, w.acme.conn.ID, "<a/>")
		w.fails(err, sso.NotFoundKind, "not_found")
		w.enters(w.acme, "ada")
		attempts, _, err := w.db.Attempts(
			ctx, w.acme.ID, sso.AttemptFilter{}, sso.Page{},
		)
		w.ok(err)
		_, err = w.login.Replay(
			ctx, by, w.globex.ID, w.globex.conn.ID, attempts[0].ID,
		)
		w.fails(err, sso.NotFoundKind, "not_found")
		w.edit(w.acme, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.SAML.SSO.URL = ""
		})
		_, _, err = w.login.BeginTest(ctx, by, w.acme.ID, w.acme.conn.ID)
		w.fails(err, sso.Invalid, "connection_incomplete")
	})
}

// TestCapturedResponse: an answer that was kept is looked at as of its own time,
// however late, and uses nothing up.
func TestCapturedResponse(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		cb := w.answer(c, "ada", w.begin(c))
		encoded := cb.Form.Get("SAMLResponse")
		doc, err := base64.StdEncoding.DecodeString(encoded)
		w.ok(err)
		w.clock.Move(72 * time.Hour)
		for _, text := range []string{
			encoded,
			string(doc),
			"RelayState=x&SAMLResponse=" + strings.ReplaceAll(encoded, "+", "%2B"),
			"  " + encoded[:70] + "\r\n" + encoded[70:],
		} {
			run, err := w.login.Captured(w.Context(), by, c.ID, c.conn.ID, text)
			w.ok(err)
			if run.State != sso.TestPassed ||
				run.Kind != sso.TestCaptured ||
				!strings.Contains(run.Result.Note, "Tue, 24 Nov 2026") ||
				run.Result.Identity == nil ||
				run.Result.Changes != nil {
				w.Errorf("%.30s: %+v", text, run)
			}
			if strings.Contains(run.Result.Raw, encoded[:40]) ||
				!strings.Contains(run.Result.Raw, "<saml:Assertion") ||
				strings.Contains(run.Result.Raw, "SessionIndex=\"_") {
				w.Errorf("what came is %s", run.Result.Raw)
			}
		}
		run, err := w.login.Captured(
			w.Context(), by, c.ID, c.conn.ID,
			strings.Replace(string(doc), "id-ada", "id-eve", 1),
		)
		w.ok(err)
		if run.State != sso.TestFailed || run.Code != "saml_signature_invalid" {
			w.Errorf("tampered: %+v", run)
		}
		for _, text := range []string{
			"", "hello", "aGVsbG8=", strings.Repeat("a", 1<<20),
		} {
			_, err := w.login.Captured(w.Context(), by, c.ID, c.conn.ID, text)
			w.fails(err, sso.Invalid, "capture_unreadable")
		}
		w.nothing(c)
	})
}

// TestCapturedCallback: the address is looked at, and its code left alone.
func TestCapturedCallback(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		cb := w.answer(c, "ada", w.begin(c))
		run, err := w.login.Captured(
			w.Context(), by, c.ID, c.conn.ID,
			"https://sso.example/oidc/x/callback?"+cb.Form.Encode(),
		)
		w.ok(err)
		if run.State != sso.TestPassed ||
			!strings.Contains(run.Result.Note, "not redeemed") {
			w.Errorf("%+v", run)
		}
		if result, err := w.complete(c, cb); err != nil || !w.alive(result) {
			w.Errorf("the code was used up: %v", err)
		}
		run, err = w.login.Captured(
			w.Context(), by, c.ID, c.conn.ID,
			"?error=access_denied&error_description=no",
		)
		w.ok(err)
		if run.State != sso.TestFailed || run.Code != "idp_denied" {
			w.Errorf("%+v", run)
		}
		_, err = w.login.Captured(w.Context(), by, c.ID, c.conn.ID, "?state=x")
		w.fails(err, sso.Invalid, "capture_unreadable")
	})
}

// TestReplayedAttempt: what a sign-in said goes through the mapping as it is
// edited now.
func TestReplayedAttempt(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.enters(c, "ada")
		w.draft(c, func(cfg *sso.Config) { cfg.Mapping.Exclude = "^dev$" })
		all, _, err := w.db.AssertedIdentities(w.Context(), c.ID, c.conn.ID, 1)
		w.ok(err)
		run, err := w.login.Replay(w.Context(), by, c.ID, c.conn.ID, all[0].ID)
		w.ok(err)
		removed := 0
		for _, o := range run.Result.Changes {
			removed += len(o.Removed)
		}
		if run.State != sso.TestPassed ||
			run.Kind != sso.TestReplay ||
			run.Result.Known == "" ||
			removed == 0 {
			w.Errorf("%+v", run)
		}
		c.idp.SetFaultOnce(demoidp.Unsigned)
		_, err = w.signIn(c, "bob")
		failed := w.recorded(c, err, sso.Forbidden, "saml_signature_invalid")
		_, err = w.login.Replay(w.Context(), by, c.ID, c.conn.ID, failed.ID)
		w.fails(err, sso.Conflict, "nothing_recorded")
	})
}
