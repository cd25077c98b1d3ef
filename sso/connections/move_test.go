package connections_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/store/storetest"
)

// movedAdmin is a move of two people with one address, one of whom is appointed as an
// admin after it: the reason of the entry does not say so.
func movedAdmin(w *world) (sso.MoveID, sso.UserID) {
	w.Helper()
	ctx := w.Context()
	from, to := w.moveConnection("Okta"), w.moveConnection("Entra ID")
	var users []sso.UserID
	for _, subject := range []string{"one", "two"} {
		u, _, err := w.db.RecordLogin(ctx, sso.SignIn{
			Identity: sso.Identity{
				Connection: from,
				Subject:    subject,
				Login:      subject + "@acme.test",
				Email:      "shared@acme.test",
			},
			Attempt: sso.Attempt{
				ID:         sso.NewID[sso.AttemptID](w.clock.Now()),
				Enterprise: w.ent,
				Connection: from,
				Outcome:    sso.OutcomeSucceeded,
			},
			Session: sso.Session{
				ID:          sso.NewID[sso.SessionID](w.clock.Now()),
				Enterprise:  w.ent,
				Connection:  from,
				Token:       sso.NewSecret().Hash(),
				IdleTimeout: time.Hour,
				ExpiresAt:   w.clock.Now().Add(time.Hour),
			},
			Replay: sso.ReplayMark{
				Connection: from,
				ResponseID: subject,
				Until:      w.clock.Now().Add(time.Hour),
			},
		}, storetest.Reset(sso.AssertedGroups{}))
		w.ok(err)
		users = append(users, u.ID)
	}
	m, err := w.db.StartMove(ctx, sso.ActorOperator, sso.Move{
		Enterprise: w.ent,
		From:       from,
		To:         to,
		By:         sso.MoveByEmail,
	})
	w.ok(err)
	w.ok(w.db.AddEnterpriseAdmin(ctx, sso.ActorOperator, w.ent, users[1]))
	return m.ID, users[1]
}

func (w *world) moveConnection(name string) sso.ConnectionID {
	w.Helper()
	c, err := w.db.CreateConnection(w.Context(), by, sso.Connection{
		Enterprise: w.ent,
		Name:       name,
		Protocol:   sso.SAML,
		State:      sso.ConnectionEnabled,
	})
	w.ok(err)
	return c.ID
}

// TestDecideMoveOfAdmin: a token gives the account of an admin to the one who has the
// value only if it could make an admin.
func TestDecideMoveOfAdmin(t *testing.T) {
	w := newWorld(t)
	id, admin := movedAdmin(w)
	s := w.node(func(o *connections.Options) { o.Moves = w.db })
	token := func(ent sso.EnterpriseID, scopes ...sso.Scope) sso.Actor {
		k, err := w.db.CreateToken(t.Context(), sso.ActorOperator, sso.Token{
			Enterprise: ent,
			Name:       "ci",
			Hash:       sso.NewSecret().Hash(),
			Scopes:     scopes,
		})
		w.ok(err)
		return k.Actor()
	}
	for _, actor := range []sso.Actor{
		token(w.ent, sso.ScopeAll), token("", "users:write"), token("", "users:write", "groups:write"),
	} {
		_, err := s.DecideMove(t.Context(), actor, w.ent, id, admin, sso.AnswerMove)
		w.fails(err, sso.Conflict, "admin_account")
	}
	may := token("", "users:write", "groups:write", "members:write")
	e, err := s.DecideMove(t.Context(), may, w.ent, id, admin, sso.AnswerMove)
	w.ok(err)
	if e.State != sso.MoveWaiting {
		t.Errorf("the entry is %+v", e)
	}
}
