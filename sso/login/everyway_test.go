package login_test

import (
	"fmt"
	"testing"

	"gatehouse/sso"
)

// leaver is Ada, an active person of a company of her own, for whom one way in is
// tried after she has left.
type leaver struct {
	*world
	c      *company
	user   sso.User            // whom no way may lead to
	now    sso.UserID          // whom Ada's sign-ins lead to; differs after a merge
	pushed sso.ProvisionedUser // zero if the connection does not provision
	how    departure
	other  bool // the way makes another account, as another identity provider says
}

// departure is how a user leaves.
type departure struct {
	name   string
	pushed bool // by SCIM, before the first sign-in
	stays  bool
	leave  func(*leaver)
}

// departures are the ways to leave. The first two do not: every way has to succeed for
// them, so that it fails for the others because of the leaving.
var departures = []departure{
	{"stays", false, true, func(*leaver) {}},
	{"stays, pushed", true, true, func(*leaver) {}},
	{"deactivated", false, false, (*leaver).deactivate},
	{"deactivated, pushed", true, false, (*leaver).deactivate},
	{"ended by SCIM", true, false, func(l *leaver) { l.switches(l.c, l.pushed, false) }},
	{"deleted by SCIM", true, false, func(l *leaver) {
		l.ok(l.db.DeleteProvisionedUser(l.Context(), l.push(l.c), l.pushed.ID))
	}},
	{"merged away", false, false, func(l *leaver) {
		kept := l.enters(l.c, "eve")
		_, err := l.db.MergeUsers(l.Context(), by, l.c.ID, l.now, kept.User.ID)
		l.ok(err)
		l.now = kept.User.ID
	}},
}

func (l *leaver) deactivate() { l.setStatus(sso.UserDeactivated) }

func (l *leaver) setStatus(status sso.UserStatus) {
	l.Helper()
	_, err := l.db.UpdateUser(l.Context(), by, l.c.ID, l.now, func(u sso.User) (sso.User, error) {
		u.Status = status
		return u, nil
	})
	l.ok(err)
}

// try is a way in after the leaving. It returns whom it led to.
type try func() (sso.UserID, error)

// waysIn prepare ways in while the user is active. A way that a connection or a leaving
// does not have is nil.
func waysIn() map[string]func(*leaver) try {
	return map[string]func(*leaver) try{
		"a sign-in":                     func(l *leaver) try { return l.signInAt(l.c) },
		"a sign-in begun before":        (*leaver).begunBefore,
		"a response under way":          (*leaver).underWay,
		"a response of no request":      (*leaver).fromTheProvider,
		"a session cookie":              (*leaver).bySession,
		"a code by e-mail":              (*leaver).byCode,
		"a personal token":              (*leaver).byToken,
		"a new personal token":          (*leaver).byNewToken,
		"a test connection":             (*leaver).byTest,
		"another connection":            (*leaver).byAnother,
		"an answered question":          (*leaver).byAnswer,
		"the rule for login conflicts":  (*leaver).byRule,
		"a linked identity":             (*leaver).byLinked,
		"an unlinked identity":          (*leaver).byUnlinked,
		"vouching":                      (*leaver).byVouching,
		"a move started before":         func(l *leaver) try { return l.byMove(true) },
		"a move started after":          func(l *leaver) try { return l.byMove(false) },
		"an undone move":                (*leaver).byUndoneMove,
		"a merge":                       (*leaver).byMerge,
		"an undone merge":               (*leaver).byUndoneMerge,
		"created by another connection": (*leaver).byAnothersPush,
		"changed by another connection": (*leaver).byAnothersChange,
		"pushed again":                  (*leaver).pushedAgain,
		"switched off and on by SCIM":   (*leaver).switchedOffAndOn,
		"deleted and pushed by SCIM":    (*leaver).deletedAndPushed,
	}
}

// TestDeactivatedByEveryWay: a person who was deactivated, ended or deleted by SCIM, or
// merged away is revived by no way in: refused, without a session, and the status stays.
// Each way leads in a person who stays.
func TestDeactivatedByEveryWay(t *testing.T) {
	each(t, func(w *world) {
		companies := 0
		for way, prepare := range waysIn() {
			for _, how := range departures {
				for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
					if how.pushed && protocol == sso.OIDC {
						continue // what is pushed does not depend on it
					}
					companies++
					l := w.leaver(fmt.Sprintf("c%d", companies), protocol, how)
					l.tries(way+", "+how.name+", "+string(protocol), prepare)
				}
			}
		}
	})
}

// tries wants a way to lead in who stays, and nowhere for who leaves.
func (l *leaver) tries(name string, prepare func(*leaver) try) {
	l.Helper()
	try := prepare(l)
	if try == nil {
		return
	}
	l.how.leave(l)
	if l.how.stays {
		l.leadsIn(name, try)
	} else {
		l.leadsNowhere(name, try)
	}
}

// leaver returns Ada of a new company.
func (w *world) leaver(key string, protocol sso.Protocol, how departure) *leaver {
	w.Helper()
	l := &leaver{
		world: w,
		c:     w.company(key, protocol),
		how:   how,
	}
	if how.pushed {
		w.provision(l.c, func(cfg *sso.Config) { cfg.Unprovisioned = sso.UnprovisionedClaims })
		l.pushed = w.pushes(l.c, "ada")
	}
	l.user = w.enters(l.c, "ada").User
	l.now = l.user.ID
	return l
}

// leadsIn wants a way to lead to the user.
func (l *leaver) leadsIn(name string, try try) {
	l.Helper()
	if as, err := try(); err != nil || as != l.user.ID {
		l.Errorf("%s: led to %q: %v", name, as, err)
	}
}

// leadsNowhere wants a way to be refused, or to lead to the user who was kept in a merge,
// and to change nothing.
func (l *leaver) leadsNowhere(name string, try try) {
	l.Helper()
	before := l.active()
	as, err := try()
	if err == nil && (as == l.user.ID || as != l.now) {
		l.Errorf("%s: led to %q", name, as)
	}
	if u, err := l.db.User(l.Context(), l.c.ID, l.user.ID); err != nil || u.Status != sso.UserDeactivated {
		l.Errorf("%s: the user is %s (%v)", name, u.Status, err)
	}
	if after := l.active(); after > before && !l.other {
		l.Errorf("%s: %d active users, %d before", name, after, before)
	}
	sessions, err := l.db.UserSessions(l.Context(), l.c.ID, l.user.ID)
	if err != nil || len(sessions) > 0 {
		l.Errorf("%s: the user has the sessions %+v (%v)", name, sessions, err)
	}
}

// active counts the active users of the company.
func (l *leaver) active() (n int) {
	l.Helper()
	for _, u := range l.users(l.c) {
		if u.Status == sso.UserActive {
			n++
		}
	}
	return n
}
