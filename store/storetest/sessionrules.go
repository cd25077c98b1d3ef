package storetest

import (
	"maps"
	"testing"
	"time"

	"gatehouse/sso"
)

func sessionRuleTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"are kept":             testSessionRules,
		"shorten sessions":     testSessionRulesShorten,
		"one session":          testSingleSession,
		"are those of sign-in": testSessionRulesOfSignIn,
	}
}

// ruleSessions changes the rules of sessions.
func (w *world) ruleSessions(change func(*sso.SessionRules)) sso.SessionRules {
	w.Helper()
	rules, err := w.db.UpdateSessionRules(
		w.Context(), by, w.ent.ID,
		func(r sso.SessionRules) (sso.SessionRules, error) {
			change(&r)
			return r, nil
		},
	)
	w.ok(err)
	return rules
}

func testSessionRules(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	rules, err := w.db.SessionRules(t.Context(), w.ent.ID)
	w.ok(err)
	w.same(sso.DefaultSessionRules(), rules)
	_, err = w.db.SessionRules(t.Context(), "ent-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
	want := sso.SessionRules{
		Idle:     10 * time.Minute,
		Lifetime: time.Hour,
		Single:   true,
		Need: sso.AuthnNeed{
			MaxAge: 30 * time.Minute,
			Acr:    "urn:mfa phr",
		},
		Revision: 2,
	}
	w.same(want, w.ruleSessions(func(r *sso.SessionRules) { *r = want }))
	w.same([]string{"session_rules.updated"}, w.actions(1))
	before := w.chainHolds()
	w.same(want, w.ruleSessions(func(*sso.SessionRules) {}))
	w.same(before, w.chainHolds())
	rules, err = w.db.SessionRules(t.Context(), w.ent.ID)
	w.ok(err)
	w.same(want, rules)
	for ent, want := range map[sso.EnterpriseID]sso.AuthnNeed{w.ent.ID: want.Need, "ent-unknown": {}} {
		need, err := w.db.AuthnNeed(t.Context(), ent)
		w.ok(err)
		w.same(want, need)
	}
}

// testSessionRulesShorten: running sessions end as early as new ones would, on every
// node, and none becomes longer.
func testSessionRulesShorten(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	s := w.signIn("ada")
	u, _ := w.record(s)
	start := w.clock.Now()
	w.ruleSessions(func(r *sso.SessionRules) { r.Lifetime = 2 * time.Hour })
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	told, err := w.db.Revocations(t.Context(), last)
	w.ok(err)
	if len(told) != 1 || told[0].Enterprise != w.ent.ID {
		t.Errorf("the nodes are told %+v", told)
	}
	w.sessionEnds(s, time.Hour, start.Add(2*time.Hour))
	w.ruleSessions(func(r *sso.SessionRules) { r.Idle, r.Lifetime = 20*time.Minute, 5*time.Hour })
	w.sessionEnds(s, 20*time.Minute, start.Add(2*time.Hour))
	w.ruleSessions(func(r *sso.SessionRules) { r.Idle, r.Lifetime = 0, 0 })
	w.sessionEnds(s, 20*time.Minute, start.Add(2*time.Hour))
	w.clock.Move(20 * time.Minute)
	w.sessionAlive(s, u, false)
}

// sessionEnds asserts the lifetimes of a session.
func (w *world) sessionEnds(s sso.SignIn, idle time.Duration, end time.Time) {
	w.Helper()
	p, err := w.db.Principal(w.Context(), s.Session.Token)
	w.ok(err)
	if p.Session.IdleTimeout != idle || !p.Session.ExpiresAt.Equal(end) {
		w.Errorf("idle %s, ends %s; want %s, %s", p.Session.IdleTimeout, p.Session.ExpiresAt, idle, end)
	}
}

// testSessionRulesOfSignIn: a sign-in is decided by the rules, and its session has
// their lifetimes.
func testSessionRulesOfSignIn(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	rules := w.ruleSessions(func(r *sso.SessionRules) {
		r.Idle, r.Lifetime, r.Need.Acr = 10*time.Minute, 100*time.Hour, "phr"
	})
	s := w.signIn("ada")
	var told sso.SessionRules
	_, _, err := w.db.RecordLogin(t.Context(), s, func(f sso.SignInFacts) (sso.Verdict, error) {
		told = f.Sessions
		return Reset(s.Identity.Groups)(f)
	})
	w.ok(err)
	w.same(rules, told)
	w.sessionEnds(s, 10*time.Minute, s.Session.ExpiresAt) // the installation's is shorter
}

// testSingleSession: a sign-in ends the other sessions of the same user only, and
// they are audited.
func testSingleSession(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	first, other := w.signIn("ada"), w.signIn("bob")
	u, _ := w.record(first)
	w.record(other)
	second := w.signIn("ada")
	w.record(second)
	w.same([]string{"session.created"}, w.actions(1))
	w.ruleSessions(func(r *sso.SessionRules) { r.Single = true })
	for _, s := range []sso.SignIn{first, second, other} { // the rule is about sign-ins
		_, err := w.db.Principal(t.Context(), s.Session.Token)
		w.ok(err)
	}
	third := w.signIn("ada")
	w.record(third)
	w.sessionAlive(third, u, true)
	for _, s := range []sso.SignIn{first, second} {
		_, err := w.db.Principal(t.Context(), s.Session.Token)
		w.fails(err, sso.Unauthenticated, "session_ended")
	}
	_, err := w.db.Principal(t.Context(), other.Session.Token)
	w.ok(err)
	w.same([]string{"session.created", "session.replaced", "session.replaced"}, w.actions(3))
}

func (f foreign) tokensAndRules() calls {
	all := f.personalTokens()
	maps.Copy(all, f.sessionRules())
	maps.Copy(all, f.apiTokens())
	maps.Copy(all, f.serviceTokens())
	return all
}

func (f foreign) sessionRules() calls {
	ctx, db := f.w.Context(), f.w.db
	return calls{
		"SessionRules": func() (int, error) {
			_, err := db.SessionRules(ctx, "ent-unknown")
			return 0, err
		},
		"UpdateSessionRules": func() (int, error) {
			_, err := db.UpdateSessionRules(
				ctx, by, "ent-unknown",
				func(r sso.SessionRules) (sso.SessionRules, error) {
					r.Single = true
					return r, nil
				},
			)
			return 0, err
		},
	}
}
