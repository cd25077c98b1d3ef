package login_test

import (
	"sync"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

// atOnce completes sign-ins, all begun at one moment.
func (w *world) atOnce(c *company, answers []sso.Callback) ([]login.Result, []error) {
	results, errs := make([]login.Result, len(answers)), make([]error, len(answers))
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i, cb := range answers {
		wg.Go(func() {
			<-begin
			results[i], errs[i] = w.login.Complete(w.Context(), c.conn.ID, cb)
		})
	}
	close(begin)
	wg.Wait()
	return results, errs
}

// TestOneAnswerManyTimes: of identical answers delivered at once, one signs in.
// Over SAML the others are told that it is a replay; over OpenID Connect only
// one is sent to the identity provider, which takes a second for a theft.
func TestOneAnswerManyTimes(t *testing.T) {
	alone(t, func(w *world) {
		for c, code := range map[*company]string{
			w.acme:   "saml_replayed",
			w.globex: "login_state_expired",
		} {
			cb, answers := w.answer(c, "ada", w.begin(c)), []sso.Callback{}
			for range 50 {
				answers = append(answers, cb)
			}
			results, errs := w.atOnce(c, answers)
			entered := 0
			for i, err := range errs {
				if err == nil {
					entered++
					if !w.alive(results[i]) {
						w.Error("the one that entered has no session")
					}
					continue
				}
				w.recorded(c, err, sso.KindOf(err), code)
			}
			users := w.users(c)
			if entered != 1 || len(users) != 1 {
				w.Fatalf("%s: %d entered, %d users", c.Key, entered, len(users))
			}
			sessions, err := w.db.UserSessions(w.Context(), c.ID, users[0].ID)
			w.ok(err)
			if failed := w.failures(c); len(sessions) != 1 ||
				failed != 49 ||
				len(w.syncRecords(c, users[0].ID)) != 1 {
				w.Errorf(
					"%s: %d sessions, %d failed attempts", c.Key, len(sessions),
					failed,
				)
			}
		}
	})
}

// TestManyFirstSignIns: one new person in a hundred browsers is one user.
func TestManyFirstSignIns(t *testing.T) {
	alone(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			var answers []sso.Callback
			for range 100 {
				w.browser = sso.NewSecret()
				answers = append(answers, w.answer(c, "ada", w.begin(c)))
			}
			results, errs := w.atOnce(c, answers)
			for _, err := range errs {
				w.ok(err)
			}
			users := w.users(c)
			if len(users) != 1 {
				w.Fatalf("%s: %d users", c.Key, len(users))
			}
			tokens := map[sso.Secret]bool{}
			for _, r := range results {
				if tokens[r.Token] = true; r.User.ID != users[0].ID || !w.alive(r) {
					w.Errorf("user %s", r.User.ID)
				}
			}
			sessions, err := w.db.UserSessions(w.Context(), c.ID, users[0].ID)
			w.ok(err)
			if len(tokens) != 100 || len(sessions) != 100 {
				w.Errorf(
					"%s: %d tokens, %d sessions", c.Key, len(tokens), len(sessions),
				)
			}
			w.in(
				c, users[0].ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
				"app/Members=default",
			)
			if _, err := w.db.VerifyAudit(w.Context(), c.ID); err != nil {
				w.Error(err)
			}
		}
	})
}

// TestNobodyGetsAnothersSession (CVE-2022-39328, GHSA-rxmp-8h9v-56cx): many
// people at once, over both protocols, and each is who they were asserted to be.
func TestNobodyGetsAnothersSession(t *testing.T) {
	alone(t, func(w *world) {
		people := []string{"ada", "bob", "eve"}
		groups := map[string][]string{"ada": {"dev"}, "bob": {"sre"}, "eve": {"ops"}}
		for _, c := range []*company{w.acme, w.globex} {
			for _, name := range people {
				w.ok(c.idp.SetGroups("id-"+name, groups[name]))
			}
			var answers []sso.Callback
			for i := range 60 {
				w.browser = sso.NewSecret()
				answers = append(answers, w.answer(c, people[i%3], w.begin(c)))
			}
			results, errs := w.atOnce(c, answers)
			for i, err := range errs {
				w.ok(err)
				name, p := people[i%3], w.principal(results[i])
				if p.User.Login != name ||
					p.Session.Subject != "id-"+name ||
					p.Enterprise.ID != c.ID ||
					results[i].User.Login != name {
					w.Errorf("%s became %s", name, p.User.Login)
				}
				attempt, err := w.db.Attempt(w.Context(), c.ID, p.Session.Attempt)
				w.ok(err)
				if attempt.Login != name ||
					attempt.User != p.User.ID ||
					attempt.Groups.Names[0] != groups[name][0] {
					w.Errorf("the attempt of %s says %+v", name, attempt)
				}
			}
			for _, u := range w.users(c) {
				switch u.Login {
				case "ada":
					w.in(
						c, u.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
						"app/Members=default",
					)
				case "bob":
					w.in(c, u.ID, "web/sre=jit", "web/Members=default")
				case "eve":
					w.in(c, u.ID, "app/ops=jit", "app/Members=default")
				}
			}
		}
	})
}
