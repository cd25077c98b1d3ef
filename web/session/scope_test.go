package session_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/session"
)

// TestSeveralSessionCookies: browsers send every cookie of the name, whatever its
// domain and path, and do not say which is which. The one that is good counts.
func TestSeveralSessionCookies(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"", "sso.example"} {
		f := newFixture(t, func(o *session.Options) { o.CookieDomain = domain })
		previous := newFixture(t, func(o *session.Options) {
			o.CookieDomain = domain
			o.Keys = []sso.Secret{oldKey}
		})
		ada := f.start("user-ada")
		eve := f.start("user-eve")
		stale := f.start("user-ada")
		staler := f.start("user-old")
		dead := f.dead(stale, staler)
		lost := previous.start("user-ada") // made with a key that is gone
		garbage := &http.Cookie{Name: ada.Name, Value: "x"}
		for name, c := range map[string]struct {
			want    sso.UserID
			cookies []*http.Cookie
		}{
			"the stale one first":  {"user-ada", []*http.Cookie{dead[0], ada}},
			"the stale one second": {"user-ada", []*http.Cookie{ada, dead[0]}},
			"two stale ones":       {"user-ada", []*http.Cookie{dead[0], ada, dead[1]}},
			"garbage first":        {"user-ada", []*http.Cookie{garbage, ada}},
			"garbage second":       {"user-ada", []*http.Cookie{ada, garbage}},
			"of an old key":        {"user-ada", []*http.Cookie{lost, ada}},
			"the same twice":       {"user-ada", []*http.Cookie{ada, ada}},
			"of another prefix": {"user-ada", []*http.Cookie{
				{
					Name:  "gatehouse",
					Value: eve.Value,
				},
				ada,
				{
					Name:  "__Other-gatehouse",
					Value: eve.Value,
				},
			}},
			"none good": {"", []*http.Cookie{dead[0], garbage, lost}},
			"the good one renamed": {"", []*http.Cookie{dead[0], {
				Name:  "gatehouse",
				Value: ada.Value,
			}}},
			"those of two people":   {"", []*http.Cookie{ada, eve}}, // another host may have set one of them
			"two people, one stale": {"user-eve", []*http.Cookie{dead[0], eve}},
			"too many to look at all": {
				"",
				append(slices.Repeat([]*http.Cookie{garbage}, 40), ada),
			},
		} {
			t.Run(domain+name, func(t *testing.T) {
				(&fixture{t, f.Manager, f.known}).is(c.want, request(c.cookies...))
			})
		}
	}
}

// dead ends the sessions of cookies.
func (f *fixture) dead(cookies ...*http.Cookie) []*http.Cookie {
	for _, c := range cookies {
		for _, token := range f.Tokens(request(c)) {
			delete(f.known.tokens, token.Hash())
		}
	}
	return cookies
}

// TestNewestSessionCounts: after signing in twice, with a cookie each.
func TestNewestSessionCounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	older, newer := f.start("user-ada"), f.start("user-ada")
	now := time.Now()
	f.known.created = map[sso.Hash]time.Time{
		f.Tokens(request(older))[0].Hash(): now,
		f.Tokens(request(newer))[0].Hash(): now.Add(time.Second),
	}
	for _, r := range []*http.Request{request(older, newer), request(newer, older)} {
		p, err := f.Principal(r)
		if err != nil || !p.Session.CreatedAt.Equal(now.Add(time.Second)) {
			t.Errorf("%v %v", p.Session.CreatedAt, err)
		}
	}
}

// TestOneUnknownAmongSeveral: while the store cannot say whose a cookie is, no
// other counts in its place.
func TestOneUnknownAmongSeveral(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := request(f.start("user-ada"), f.start("user-ada"))
	f.known.err = &sso.Error{
		Kind: sso.Unavailable,
		Code: "temporarily_unavailable",
	}
	if _, err := f.Principal(r); sso.KindOf(err) != sso.Unavailable {
		t.Error(err)
	}
}

// TestStartExpiresOtherScopes: what the new cookie does not overwrite is expired.
func TestStartExpiresOtherScopes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		domain string
		sent   []string
		want   []string // name and domain
	}{
		"only ours": {"corp.example", []string{"__Secure-gatehouse"}, nil},
		"none":      {"corp.example", nil, nil},
		"two of our name": {
			"corp.example",
			[]string{"__Secure-gatehouse", "__Secure-gatehouse"},
			[]string{"__Secure-gatehouse ", "__Secure-gatehouse sso.corp.example"},
		},
		"widened": {
			"corp.example",
			[]string{"__Host-gatehouse"},
			[]string{"__Host-gatehouse "},
		},
		"narrowed": {
			"",
			[]string{"__Secure-gatehouse", "__Host-gatehouse"},
			[]string{
				"__Secure-gatehouse ", "__Secure-gatehouse sso.corp.example",
				"__Secure-gatehouse corp.example",
			},
		},
		"someone else's": {
			"corp.example",
			[]string{"__Secure-other", "gatehouse", "__Secure-gatehouse-x"},
			nil,
		},
		"ours twice": {"", []string{"__Host-gatehouse", "__Host-gatehouse"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *session.Options) {
				o.BaseURL = "https://sso.corp.example"
				o.CookieDomain = c.domain
			})
			r := httptest.NewRequest("GET", "/", http.NoBody)
			for i, n := range c.sent {
				r.AddCookie(&http.Cookie{Name: n, Value: fmt.Sprintf("v%d", i)})
			}
			w := httptest.NewRecorder()
			if err := f.Start(w, r, sso.NewSecret()); err != nil {
				t.Fatal(err)
			}
			var got []string
			kept := 0
			for _, set := range w.Result().Cookies() {
				switch {
				case strings.HasSuffix(set.Name, "-lately"):
				case set.MaxAge < 0:
					got = append(got, set.Name+" "+set.Domain)
					if kept > 0 {
						t.Error("expired after the new one was set")
					}
				default:
					kept++
				}
			}
			if !slices.Equal(got, c.want) || kept != 1 {
				t.Errorf("expired %q and set %d; want %q", got, kept, c.want)
			}
		})
	}
}

// TestLost: a browser that signs in again and again without a session is told
// which cookies to delete.
func TestLost(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *session.Options) {
		o.BaseURL = "https://sso.corp.example"
		o.CookieDomain = "corp.example"
	})
	jar := map[string]string{}
	browser := func() *http.Request {
		r := httptest.NewRequest("GET", "/", http.NoBody)
		for n, v := range jar {
			r.AddCookie(&http.Cookie{Name: n, Value: v})
		}
		return r
	}
	for i := range 5 {
		if err := f.Lost(browser()); (err != nil) != (i >= 3) {
			t.Errorf("after %d sign-ins: %v", i, err)
		}
		w := httptest.NewRecorder()
		if err := f.Start(w, browser(), sso.NewSecret()); err != nil {
			t.Fatal(err)
		}
		for _, c := range w.Result().Cookies() {
			jar[c.Name] = c.Value
		}
	}
	err := f.Lost(browser())
	if sso.CodeOf(err) != "cookie_conflict" ||
		!strings.Contains(err.Error(), "several times") {
		t.Error(err)
	}
	w := httptest.NewRecorder()
	f.End(w, browser())
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(jar, c.Name)
		}
	}
	if err := f.Lost(browser()); err != nil {
		t.Errorf("after signing out: %v", err)
	}
	for _, forged := range []string{"", "x", "-5", "1e9", "99999999999999999999"} {
		r := httptest.NewRequest("GET", "/", http.NoBody)
		r.AddCookie(&http.Cookie{
			Name:  "__Host-gatehouse-lately",
			Value: forged,
		})
		if err := f.Lost(r); err != nil {
			t.Errorf("%q: %v", forged, err)
		}
	}
}
