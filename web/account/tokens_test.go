package account

import (
	"context"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

// tokenRecords stands for the service of tokens.
type tokenRecords struct {
	rules   sso.TokenRules
	choices []sso.Application
	all     []sso.PersonalToken
	asked   []tokens.Request
	by      []sso.Actor
	revoked []sso.PersonalTokenID
	err     error
}

const exampleValue = "gw_pat_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh"

func (s *tokenRecords) Create(
	_ context.Context, by sso.Actor, _ sso.EnterpriseID, user sso.UserID, r tokens.Request,
) (sso.PersonalToken, sso.Secret, error) {
	s.asked, s.by = append(s.asked, r), append(s.by, by)
	if s.err != nil {
		return sso.PersonalToken{}, "", s.err
	}
	return sso.PersonalToken{User: user, Name: r.Name, Applications: r.Applications}, exampleValue, nil
}

func (s *tokenRecords) ShownTokens(
	context.Context, sso.EnterpriseID, sso.UserID,
) ([]sso.PersonalToken, error) {
	return s.all, nil
}

func (s *tokenRecords) RevokePersonalToken(
	_ context.Context, by sso.Actor, _ sso.EnterpriseID, user sso.UserID, id sso.PersonalTokenID,
) error {
	if sso.Actor(user) != by {
		return sso.NothingHere()
	}
	s.revoked = append(s.revoked, id)
	return nil
}

func (s *tokenRecords) TokenRules(context.Context, sso.EnterpriseID) (sso.TokenRules, error) {
	return s.rules, nil
}

func (s *tokenRecords) Choices(context.Context, sso.EnterpriseID) ([]sso.Application, error) {
	return s.choices, nil
}

func (f *fixture) post(target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Host = "sso.example"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://sso.example")
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func withTokens(t *testing.T) (*fixture, *tokenRecords) {
	f := newFixture(t)
	f.tokens.rules = sso.DefaultTokenRules()
	f.tokens.choices = []sso.Application{{
		ID:      "app-wiki",
		Name:    "The Wiki",
		Origins: []string{"https://wiki.example.com"},
	}}
	return f, f.tokens
}

// TestTokens: the token is in the page that made it, and in no other.
func TestTokens(t *testing.T) {
	t.Parallel()
	f, s := withTokens(t)
	w := f.post("/account/tokens", url.Values{
		"name": {"Backup"}, "applications": {"app-wiki"}, "days": {"30"},
	})
	body := w.Body.String()
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || strings.Count(body, exampleValue) != 2 ||
		!strings.Contains(body, "https://wiki.example.com/") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), body)
	}
	at := time.Date(2026, 12, 24, 10, 30, 0, 0, time.UTC)
	if r := s.asked[0]; r.Name != "Backup" || r.Applications[0] != "app-wiki" || !r.ExpiresAt.Equal(at) ||
		s.by[0] != sso.Actor(f.principal.User.ID) {
		t.Errorf("%+v by %s", r, s.by)
	}
	s.all = []sso.PersonalToken{{
		ID:           sso.NewID[sso.PersonalTokenID](at),
		Name:         "Backup",
		Applications: []sso.ApplicationID{"app-wiki"},
		CreatedAt:    at.Add(-30 * 24 * time.Hour),
		ExpiresAt:    at,
		LastUsedAt:   at.Add(-31 * 24 * time.Hour),
		LastClient:   "curl/8",
		CreatedBy:    "tok-script",
	}}
	body = f.do("GET", "/account/tokens").Body.String()
	for _, want := range []string{
		"Backup", "The Wiki", "valid", "by an admin", "curl/8", "/account/tokens/" + string(s.all[0].ID),
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "gw_pat_") {
		t.Error("a token is shown again")
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	f, s := withTokens(t)
	s.err = sso.InvalidField("expiry_invalid", "expires_at", "Choose a time in the future.")
	w := f.post("/account/tokens", url.Values{"name": {"<Backup>"}, "days": {"5000"}})
	body := w.Body.String()
	if w.Code != 422 || !strings.Contains(body, "Choose one of the times in the list.") ||
		!strings.Contains(body, "&lt;Backup&gt;") || !s.asked[0].ExpiresAt.IsZero() {
		t.Errorf("%d %s", w.Code, body)
	}
	s.rules.Personal = false
	if body := f.do("GET", "/account/tokens").Body.String(); strings.Contains(body, "<form class") ||
		!strings.Contains(body, "does not allow personal tokens") {
		t.Errorf("the company allows none: %s", body)
	}
	s.rules.Personal, s.choices = true, nil
	if body := f.do("GET", "/account/tokens").Body.String(); !strings.Contains(body, "No application here accepts") {
		t.Errorf("no application accepts any: %s", body)
	}
}

func TestTokenRevoked(t *testing.T) {
	t.Parallel()
	f, s := withTokens(t)
	id := sso.NewID[sso.PersonalTokenID](time.Now())
	w := f.post("/account/tokens/"+string(id)+"/revoke", nil)
	if w.Code != 303 || w.Header().Get("Location") != "/account/tokens?done=token" || s.revoked[0] != id {
		t.Errorf("%d %v", w.Code, s.revoked)
	}
	if w := f.post("/account/tokens/x/revoke", nil); w.Code != 404 || len(s.revoked) != 1 {
		t.Errorf("%d %v", w.Code, s.revoked)
	}
}

// TestOfferedDays: a company that allows less than is usual offers what it allows.
func TestOfferedDays(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for longest, want := range map[time.Duration][]int{
		365 * day: {7, 30, 90, 365},
		100 * day: {7, 30, 90},
		3 * day:   {3},
	} {
		if got := offeredDays(longest); !slices.Equal(got, want) {
			t.Errorf("at most %s: %v, want %v", longest, got, want)
		}
	}
}
