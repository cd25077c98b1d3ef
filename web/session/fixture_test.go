package session_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/account"
	"gatehouse/web/session"
	"gatehouse/web/signin"
)

var (
	_ signin.Sessions  = (*session.Manager)(nil)
	_ account.Sessions = (*session.Manager)(nil)
)

const (
	oldKey sso.Secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	newKey sso.Secret = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
)

// known stands for the cache and the store behind it.
type known struct {
	tokens  map[sso.Hash]sso.UserID
	created map[sso.Hash]time.Time
	err     error
	asked   int
}

func (k *known) Principal(_ context.Context, token sso.Hash) (sso.Principal, error) {
	k.asked++
	if k.err != nil {
		return sso.Principal{}, k.err
	}
	if user, ok := k.tokens[token]; ok {
		return sso.Principal{
			User:    sso.User{ID: user},
			Session: sso.Session{CreatedAt: k.created[token]},
		}, nil
	}
	return sso.Principal{}, &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Your session has ended.",
	}
}

type fixture struct {
	testing.TB
	*session.Manager
	known *known
}

func newFixture(t testing.TB, change func(*session.Options)) *fixture {
	t.Helper()
	f := &fixture{TB: t, known: &known{tokens: map[sso.Hash]sso.UserID{}}}
	o := session.Options{
		BaseURL:    "https://sso.example",
		Keys:       []sso.Secret{newKey, ""},
		CookieName: "gatehouse",
		Resolver:   f.known,
	}
	if change != nil {
		change(&o)
	}
	var err error
	if f.Manager, err = session.New(o); err != nil {
		t.Fatal(err)
	}
	return f
}

// start signs a user in and returns the cookie.
func (f *fixture) start(user sso.UserID, cookies ...*http.Cookie) *http.Cookie {
	f.Helper()
	token := sso.NewSecret()
	f.known.tokens[token.Hash()] = user
	w := httptest.NewRecorder()
	if err := f.Start(w, request(cookies...), token); err != nil {
		f.Fatal(err)
	}
	set := slices.DeleteFunc(w.Result().Cookies(), func(c *http.Cookie) bool {
		return c.Value == "" || strings.HasSuffix(c.Name, "-lately")
	})
	if len(set) != 1 {
		f.Fatalf("%d session cookies are set", len(set))
	}
	if strings.Contains(set[0].String(), token.Reveal()) {
		f.Error("the cookie shows the token as it is")
	}
	return set[0]
}

func request(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "/account", http.NoBody)
	for _, c := range cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	return r
}

// is asserts which user a request belongs to; "" for no session.
func (f *fixture) is(want sso.UserID, r *http.Request) {
	f.Helper()
	p, err := f.Principal(r)
	switch {
	case want != "" && (err != nil || p.User.ID != want):
		f.Errorf("got %q (%v); want %q", p.User.ID, err, want)
	case want == "" &&
		(err == nil ||
			sso.KindOf(err) != sso.Unauthenticated ||
			sso.CodeOf(err) != "session_ended" ||
			p.User.ID != ""):
		f.Errorf("got %q (%v); want no one", p.User.ID, err)
	}
}
