package tokens_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/sso/tokens"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

const by = sso.ActorOperator

// world is a company with one person and two applications.
type world struct {
	testing.TB
	db    *store.DB
	ent   sso.Enterprise
	user  sso.User
	wiki  sso.Application
	files sso.Application // of another company
	asked int             // look-ups of a token
	*tokens.Service
	now time.Time
}

// TokenPrincipal counts what reaches the cache.
func (w *world) TokenPrincipal(
	ctx context.Context, token sso.Hash, client string, before func() error,
) (sso.Principal, error) {
	w.asked++
	return w.cache().TokenPrincipal(ctx, token, client, before)
}

func (w *world) ServicePrincipal(
	ctx context.Context, token sso.Hash, client string, before func() error,
) (sso.Principal, error) {
	w.asked++
	return w.cache().ServicePrincipal(ctx, token, client, before)
}

func (w *world) cache() *sessions.Cache {
	return sessions.New(sessions.Options{
		Store: w.db,
		Log:   slog.New(slog.DiscardHandler),
		Now:   w.clock,
	})
}

func (w *world) clock() time.Time { return w.now }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		TB:  t,
		now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
	}
	w.db = storetest.Open(t, "sqlite::memory:", store.Keyring{Current: store.NewKey()}, w.clock)
	w.Service = tokens.New(w.db, w, w.clock)
	w.ent = w.enterprise("acme")
	w.user = w.person()
	w.wiki = w.application("wiki")
	w.files = w.application("files", w.enterprise("globex").ID)
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) enterprise(key string) sso.Enterprise {
	w.Helper()
	e, err := w.db.CreateEnterprise(w.Context(), by, sso.Enterprise{
		Key:  key,
		Name: key,
	})
	w.ok(err)
	return e
}

func (w *world) application(key string, admitted ...sso.EnterpriseID) sso.Application {
	w.Helper()
	a, err := w.db.CreateApplication(w.Context(), by, sso.Application{
		Key:         key,
		Name:        key,
		Kind:        sso.ForwardAuth,
		Origins:     []string{"https://" + key + ".example.com"},
		Enterprises: admitted,
	})
	w.ok(err)
	return a
}

// person signs in once.
func (w *world) person() sso.User {
	w.Helper()
	c, err := w.db.CreateConnection(w.Context(), by, sso.Connection{
		Enterprise: w.ent.ID,
		Protocol:   sso.OIDC,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version: 1,
			OIDC: &sso.OIDCConfig{
				Issuer:   "https://idp.test",
				ClientID: "gatehouse",
			},
		},
	})
	w.ok(err)
	u, _, err := w.db.RecordLogin(w.Context(), sso.SignIn{
		Identity: sso.Identity{
			Connection: c.ID,
			Subject:    "ada",
			Login:      "ada",
		},
		Attempt: sso.Attempt{
			ID:         sso.NewID[sso.AttemptID](w.now),
			Enterprise: w.ent.ID,
			Connection: c.ID,
			Outcome:    sso.OutcomeSucceeded,
			At:         w.now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](w.now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  w.ent.ID,
			Connection:  c.ID,
			CreatedAt:   w.now,
			LastSeenAt:  w.now,
			IdleTimeout: time.Hour,
			ExpiresAt:   w.now.Add(time.Hour),
		},
		Replay: sso.ReplayMark{
			Connection: c.ID,
			ResponseID: "response",
			Until:      w.now.Add(time.Hour),
		},
	}, storetest.Reset(sso.AssertedGroups{State: sso.GroupsEmpty}))
	w.ok(err)
	return u
}

// request is one that is accepted, as change changes it.
func (w *world) request(change func(*tokens.Request)) tokens.Request {
	r := tokens.Request{
		Name:         "backup",
		Applications: []sso.ApplicationID{w.wiki.ID},
		ExpiresAt:    w.now.Add(90 * 24 * time.Hour),
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, secret, err := w.Create(t.Context(), by, w.ent.ID, w.user.ID, w.request(func(r *tokens.Request) {
		r.Name = " backup "
		r.Applications = append(r.Applications, w.wiki.ID)
	}))
	w.ok(err)
	if k.Name != "backup" || len(k.Applications) != 1 || k.Hash != secret.Hash() ||
		!strings.HasPrefix(secret.Reveal(), "gw_pat_") {
		t.Errorf("%+v", k)
	}
	p, err := w.Principal(t.Context(), secret.Reveal(), "curl/8\x00", nil)
	w.ok(err)
	if p.User != w.user || p.Token.Applications[0] != w.wiki.ID {
		t.Errorf("%+v", p)
	}
}

// TestExpiry is the row of the catalogue: past, absent where one is required, or later
// than the company allows.
func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, wrong := range map[string]struct {
		change func(*tokens.Request)
		code   string
	}{
		"absent":   {func(r *tokens.Request) { r.ExpiresAt = time.Time{} }, "expiry_invalid"},
		"now":      {func(r *tokens.Request) { r.ExpiresAt = w.now }, "expiry_invalid"},
		"past":     {func(r *tokens.Request) { r.ExpiresAt = w.now.Add(-time.Hour) }, "expiry_invalid"},
		"too late": {func(r *tokens.Request) { r.ExpiresAt = w.now.Add(366 * 24 * time.Hour) }, "expiry_invalid"},
		"no name":  {func(r *tokens.Request) { r.Name = " " }, "validation_failed"},
		"nothing":  {func(r *tokens.Request) { r.Applications = nil }, "validation_failed"},
		"unknown":  {func(r *tokens.Request) { r.Applications[0] = "app-unknown" }, "validation_failed"},
		"another company's": {
			func(r *tokens.Request) { r.Applications[0] = w.files.ID }, "validation_failed",
		},
		"hidden characters": {func(r *tokens.Request) { r.Name = "back\u202eup" }, "validation_failed"},
	} {
		_, secret, err := w.Create(t.Context(), by, w.ent.ID, w.user.ID, w.request(wrong.change))
		if sso.KindOf(err) != sso.Invalid || sso.CodeOf(err) != wrong.code || secret != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, _, err := w.PersonalTokens(t.Context(), w.ent.ID, w.user.ID, sso.Page{}); err != nil || len(all) != 0 {
		t.Errorf("%d tokens, %v", len(all), err)
	}
}

// TestProblemsTogether names a missing expiry beside the other problems of a request.
func TestProblemsTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, personal := w.Create(t.Context(), by, w.ent.ID, w.user.ID, tokens.Request{})
	_, _, service := w.CreateService(t.Context(), by, w.ent.ID, "", tokens.ServiceRequest{})
	for name, c := range map[string]struct {
		err    error
		fields string
	}{
		"personal": {personal, "name applications expires_at"},
		"service":  {service, "name owner_group applications expires_at"},
	} {
		var fields []string
		if known, ok := errors.AsType[*sso.Error](c.err); ok {
			for _, f := range known.Fields {
				fields = append(fields, f.Field)
			}
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: %q; want %q", name, got, c.fields)
		}
	}
}

// TestPrincipal is T-TOKEN-CUT: every prefix, suffix, case change and padding of a
// valid token is refused in one way, without a look-up.
func TestPrincipal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, secret, err := w.Create(t.Context(), by, w.ent.ID, w.user.ID, w.request(nil))
	w.ok(err)
	valid := secret.Reveal()
	wrong := []string{
		"", strings.ToUpper(valid), strings.ToLower(valid), " " + valid, valid + " ", valid + "=", valid + valid,
		sso.PersonalTokenKind.New().Reveal(), sso.PersonalTokenKind.NewKeyed(sso.NewSecret()).Reveal(),
		sso.APIToken.New().Reveal(), strings.Replace(valid, "gw_pat_", "gw_svc_", 1),
	}
	for i := 1; i < len(valid); i++ {
		wrong = append(wrong, valid[:i], valid[i:])
	}
	for _, value := range wrong {
		p, err := w.Principal(t.Context(), value, "curl", nil)
		if err == nil || err.Error() != sso.InvalidToken().Error() || p.User.ID != "" {
			t.Errorf("%q: %v", value, err)
		}
	}
	if w.asked != 0 {
		t.Errorf("%d look-ups", w.asked)
	}
	unknown := sso.PersonalTokenKind.NewKeyed(w.db.TokenKey())
	if _, err := w.Principal(t.Context(), unknown.Reveal(), "", nil); sso.CodeOf(err) != "invalid_token" || w.asked != 1 {
		t.Errorf("a token that was deleted: %v, %d look-ups", err, w.asked)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, secret, err := w.Create(t.Context(), by, w.ent.ID, w.user.ID, w.request(nil))
	w.ok(err)
	for _, age := range []time.Duration{-time.Hour, 0, time.Hour, 1096 * 24 * time.Hour} {
		_, err := w.SetRules(t.Context(), by, w.ent.ID, 1, func(r *sso.TokenRules) { r.MaxAge = age })
		if sso.CodeOf(err) != "validation_failed" {
			t.Errorf("%s: %v", age, err)
		}
	}
	shorter := func(r *sso.TokenRules) { r.MaxAge = 30 * 24 * time.Hour }
	rules, err := w.SetRules(t.Context(), by, w.ent.ID, 1, shorter)
	w.ok(err)
	if _, err := w.SetRules(t.Context(), by, w.ent.ID, 1, shorter); sso.CodeOf(err) != "changed_meanwhile" {
		t.Errorf("made from an older revision: %v", err)
	}
	w.refuses("expiry_invalid", nil)
	rules, err = w.SetRules(
		t.Context(), by, w.ent.ID, rules.Revision,
		func(r *sso.TokenRules) { r.Personal = false },
	)
	w.ok(err)
	w.refuses("personal_tokens_forbidden", func(r *tokens.Request) { r.ExpiresAt = w.now.Add(time.Hour) })
	if _, err := w.Principal(t.Context(), secret.Reveal(), "", nil); sso.CodeOf(err) != "invalid_token" {
		t.Errorf("one that exists: %v", err)
	}
	if k.Live(rules, w.now) {
		t.Error("it is listed as good")
	}
}

// refuses asserts that a token cannot be made.
func (w *world) refuses(code string, change func(*tokens.Request)) {
	w.Helper()
	_, secret, err := w.Create(w.Context(), by, w.ent.ID, w.user.ID, w.request(change))
	if sso.CodeOf(err) != code || secret != "" {
		w.Errorf("%v, want %s", err, code)
	}
}

// TestShownTokens: a token that is valid is shown, however many were made and revoked
// since.
func TestShownTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	create := func(name string) sso.PersonalToken {
		k, _, err := w.Create(ctx, by, w.ent.ID, w.user.ID, tokens.Request{
			Name:         name,
			Applications: []sso.ApplicationID{w.wiki.ID},
			ExpiresAt:    w.now.Add(300 * 24 * time.Hour),
		})
		w.ok(err)
		w.now = w.now.Add(time.Second)
		return k
	}
	old := create("old")
	for range 210 {
		k := create("short")
		w.ok(w.RevokePersonalToken(ctx, by, w.ent.ID, w.user.ID, k.ID))
	}
	shown, err := w.ShownTokens(ctx, w.ent.ID, w.user.ID)
	w.ok(err)
	if n := len(shown); n != 51 || shown[n-1].ID != old.ID {
		t.Errorf("%d tokens are shown, the last is %+v", n, shown[n-1])
	}
}
