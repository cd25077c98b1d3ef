package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
	"gatehouse/sso"
)

// moving is a company with two connections, the first of which knows people.
func (c *command) moving() (from, to sso.ConnectionID) {
	c.t.Helper()
	settings, problems := config.Load(config.Sources{Env: c.env})
	if len(problems) > 0 {
		c.t.Fatal(problems)
	}
	ok := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	keys, err := keyring(settings)
	ok(err)
	db, err := openStore(c.t.Context(), settings, keys, slog.New(slog.DiscardHandler))
	ok(err)
	defer db.Close() //nolint:errcheck // it was written
	e, err := db.CreateEnterprise(c.t.Context(), sso.ActorOperator, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	ok(err)
	var made []sso.ConnectionID
	for _, name := range []string{"Okta", "Entra"} {
		conn, err := db.CreateConnection(c.t.Context(), sso.ActorOperator, sso.Connection{
			Enterprise: e.ID,
			Name:       name,
			Protocol:   sso.OIDC,
			State:      sso.ConnectionEnabled,
			Live: &sso.Config{
				Version: 1,
				OIDC:    &sso.OIDCConfig{Issuer: "https://idp.example", ClientID: "x"},
				Mapping: sso.Mapping{Login: []string{"sub"}},
			},
		})
		ok(err)
		made = append(made, conn.ID)
	}
	for _, login := range []string{"ada", "grace"} {
		ok(enter(c.t.Context(), db, e.ID, made[0], login))
	}
	return made[0], made[1]
}

// enter signs a person in for the first time.
func enter(ctx context.Context, db recorder, ent sso.EnterpriseID, conn sso.ConnectionID, login string) error {
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	_, _, err := db.RecordLogin(ctx, sso.SignIn{
		Identity: sso.Identity{
			Connection: conn,
			Subject:    "subject of " + login,
			Login:      login,
			Name:       login,
		},
		Replay: sso.ReplayMark{
			Connection: conn,
			ResponseID: string(attempt),
			Until:      now.Add(time.Minute),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: ent,
			Connection: conn,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  ent,
			Connection:  conn,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}, func(sso.SignInFacts) (sso.Verdict, error) { return sso.Verdict{}, nil })
	return err
}

type recorder interface {
	RecordLogin(ctx context.Context, s sso.SignIn, decide sso.Decide) (sso.User, sso.SyncRecord, error)
}

func TestPeopleMove(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	from, to := c.moving()
	request := []string{"people", "move", "--from", string(from), "--to", string(to), "--by", "login"}
	dry := c.must(append(request, "--dry-run")...)
	if !strings.Contains(dry, "Nothing is changed.") || !strings.Contains(dry, "2 wait for their first sign-in") {
		t.Errorf("a dry run says %s", dry)
	}
	var o moveOutput
	if err := json.Unmarshal([]byte(c.must(append(request, "--json")...)), &o); err != nil ||
		o.State != sso.MoveReady || o.Waiting != 2 || o.Move == "" {
		t.Errorf("the move is %+v (%v)", o, err)
	}
	for name, args := range map[string][]string{
		"a repeated move":      request,
		"no attribute":         request[:len(request)-2],
		"an unknown attribute": append(request[:len(request)-1:len(request)-1], "name"),
		"the same connection":  {"people", "move", "--from", string(from), "--to", string(from), "--by", "login"},
		"unknown":              {"people", "move", "--from", "conn-x", "--to", string(to), "--by", "login"},
	} {
		if status, out, stderr := c.run(args...); status == 0 || out != "" || stderr == "" {
			t.Errorf("%s: exit %d: %s%s", name, status, out, stderr)
		}
	}
}
