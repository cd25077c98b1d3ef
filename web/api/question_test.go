package api

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// TestIdentityQuestions lists a claim to a login, and decides about it once.
func TestIdentityQuestions(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		ent, id := sso.EnterpriseID(f.acme["enterprise"]), sso.UserID(f.acme["user"])
		ada, err := f.db.User(ctx, ent, id)
		f.ok(err)
		_, err = f.db.UpdateUser(ctx, sso.ActorOperator, ent, id, func(u sso.User) (sso.User, error) {
			u.Status = sso.UserActive
			return u, nil
		})
		f.ok(err)
		claimant := f.claim("newcomer")
		questions := f.acme.in(enterprisePath + "/identity-questions")
		got := f.do("GET", questions+"?state=waiting&user="+string(id), nil)
		f.wants(got, 200, "")
		if len(got.items()) != 1 {
			t.Fatalf("%s", got.Body)
		}
		all, _, err := f.db.IdentityQuestions(
			ctx, ent, sso.QuestionFilter{}, sso.Page{},
		)
		f.ok(err)
		at := questions + "/" + string(all[0].ID)
		user := f.acme.in(enterprisePath+"/users/") + string(claimant)
		f.wants(f.do("POST", user+"/vouch", nil), 409, "login_in_use")
		f.wants(f.do("PATCH", user, m{"login": " x"}), 422, "validation_failed")
		f.wants(
			f.do("POST", at, m{"answer": "another", "login": ada.Login}), 409,
			"login_in_use",
		)
		f.wants(f.do("POST", at, m{"answer": "another"}), 422, "validation_failed")
		f.wants(f.do("POST", at, m{"answer": "both"}), 422, "validation_failed")
		got = f.do("POST", at, m{"answer": "another", "login": "ada.king"})
		f.wants(got, 200, "")
		if got.text("state") != "answered" ||
			got.text("answer") != "another" ||
			got.text("decided_by") != string(f.actor) {
			t.Errorf("%s", got.Body)
		}
		f.wants(f.do("POST", at, m{"answer": "refuse"}), 409, "question_decided")
		got = f.do("GET", user, nil)
		if got.text("login") != "ada.king" ||
			got.json["login_given"] != true ||
			got.text("status") != "active" {
			t.Errorf("%s", got.Body)
		}
		f.wants(
			f.do("PATCH", f.acme.in(userPath), m{"login": "Ada.King"}), 409,
			"login_in_use",
		)
		if got = f.do("PATCH", user, m{"login": ""}); got.json["login_given"] != false {
			t.Errorf("%s", got.Body)
		}
	})
}

// claim signs in a new user with a login that is taken.
func (f *fixture) claim(subject string) sso.UserID {
	f.Helper()
	ent := sso.EnterpriseID(f.acme["enterprise"])
	c := sso.ConnectionID(f.acme["connection"])
	now := time.Now()
	holder, err := f.db.User(f.Context(), ent, sso.UserID(f.acme["user"]))
	f.ok(err)
	login := holder.Login
	_, err = f.db.UpdateConnection(
		f.Context(),
		sso.ActorOperator,
		ent,
		c,
		"connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.State = sso.ConnectionEnabled
			return c, nil
		},
	)
	f.ok(err)
	attempt := sso.NewID[sso.AttemptID](now)
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: c,
			Subject:    subject,
			Login:      login,
			Name:       "Ada King",
		},
		Replay: sso.ReplayMark{
			Connection: c,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: ent,
			Connection: c,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  ent,
			Connection:  c,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	u, _, err := f.db.RecordLogin(f.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{}, nil
	})
	f.ok(err)
	if u.Status != sso.UserPending {
		f.Fatalf("the newcomer is %+v", u)
	}
	all, _, err := f.db.IdentityQuestions(
		f.Context(), ent, sso.QuestionFilter{User: u.ID}, sso.Page{},
	)
	f.ok(err)
	f.acme["question"] = string(all[0].ID)
	return u.ID
}

// TestSubjectChanges lists and answers changed subjects; a final answer is the last.
func TestSubjectChanges(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.wants(f.do("GET", f.acme.in("/enterprises/{enterprise}/subject-changes"), nil), 200, "")
		at := f.acme.in("/enterprises/{enterprise}/subject-changes/{subject_change}")
		f.wants(f.do("POST", at, m{"answer": "all"}), 422, "validation_failed")
		f.wants(f.do("POST", at, m{"answer": "same"}), 200, "")
		f.wants(f.do("POST", at, m{"answer": "other"}), 409, "question_decided")
	})
}
