package session_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/sso"
	"gatehouse/web/session"
)

// TestStaleCookiesInBrowser leaves cookies of the session's name in a real browser,
// in every scope that a host of the domain can set, and opens a page that leads
// through a sign-in. It ends in one sign-in, or, where the new cookie never comes
// back, on the page that says what to delete.
func TestStaleCookiesInBrowser(t *testing.T) {
	ctx := chromium.Start(
		t, chromedp.IgnoreCertErrors,
		chromedp.Flag("host-resolver-rules",
			"MAP sso.corp.example 127.0.0.1,MAP wiki.corp.example 127.0.0.1,MAP idp.test 127.0.0.1"),
	)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	const scoped, alone = "__Secure-gatehouse", "__Host-gatehouse"
	for name, c := range map[string]struct {
		domain string // session.cookie_domain now
		stale  []string
		lost   bool // a proxy takes the new cookie away
		want   string
	}{
		"none": {"corp.example", nil, false, "user-ada"},
		"narrowed to the host": {
			"",
			[]string{scoped + "=%; Domain=corp.example"},
			false,
			"user-ada",
		},
		"widened, the host's is left": {
			"corp.example",
			[]string{alone + "=%"},
			false,
			"user-ada",
		},
		"widened, of one name": {
			"corp.example",
			[]string{scoped + "=%"},
			false,
			"user-ada",
		},
		"of the host as a domain": {
			"corp.example",
			[]string{scoped + "=%; Domain=sso.corp.example"},
			false,
			"user-ada",
		},
		"in three scopes": {
			"corp.example",
			[]string{
				scoped + "=%", scoped + "=%; Domain=sso.corp.example",
				scoped + "=%; Domain=corp.example",
			},
			false,
			"user-ada",
		},
		"below one path": {
			"corp.example",
			[]string{scoped + "=%; Path=/account"},
			false,
			"user-ada",
		},
		"garbage": {
			"corp.example",
			[]string{scoped + "=garbage", scoped + "=; Domain=sso.corp.example"},
			false,
			"user-ada",
		},
		"the new one is lost": {
			"corp.example",
			[]string{scoped + "=%"},
			true,
			"cookie_conflict",
		},
		"lost, without others": {"", nil, true, "cookie_conflict"},
	} {
		server := httptest.NewUnstartedServer(nil)
		_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
		back := "https://sso.corp.example:" + port
		g := &gateway{fixture: newFixture(t, func(o *session.Options) {
			o.BaseURL = back
			o.CookieDomain = c.domain
		})}
		idp := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(
				w,
				`<!doctype html><form method="post" action=%q></form><script>document.forms[0].submit()</script>`,
				back+"/acs",
			)
		}))
		g.idp = func() string {
			return strings.Replace(idp.URL, "127.0.0.1", "idp.test", 1)
		}
		ended := g.start("user-old")
		clear(g.known.tokens) // its session is over
		server.Config.Handler = through(g, c.lost, func(w http.ResponseWriter) {
			for _, stale := range c.stale {
				cookie := strings.Replace(stale, "%", ended.Value, 1)
				if !strings.Contains(cookie, "Path=") {
					cookie += "; Path=/"
				}
				w.Header().Add(
					"Set-Cookie", cookie+"; Secure; HttpOnly; SameSite=Lax",
				)
			}
		})
		server.StartTLS()
		t.Cleanup(server.Close)
		t.Cleanup(idp.Close)
		window, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
		t.Cleanup(cancel)
		visit(window, t, back+"/stale")
		if got := visit(window, t, back+"/wanted"); got != c.want {
			t.Errorf(
				"%s: ends with %q after %d sign-ins; want %q", name, got, g.bound,
				c.want,
			)
		}
		if g.bound == 0 || g.bound > 3 || c.want == "user-ada" && g.bound != 1 {
			t.Errorf("%s: %d sign-ins", name, g.bound)
		}
	}
}

// through is the gateway behind an application that sends everybody without a
// session to sign in; lose takes session cookies out of its answers.
func through(g *gateway, lose bool, stale func(http.ResponseWriter)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/stale":
			stale(w)
			_, _ = fmt.Fprint(w, "<!doctype html><title>stale</title>")
		case "/wanted", "/account":
			p, err := g.Principal(r)
			lost := g.Lost(r)
			switch {
			case err == nil:
				_, _ = fmt.Fprintf(w, "<!doctype html><title>%s</title>", p.User.ID)
			case lost != nil:
				_, _ = fmt.Fprintf(
					w, "<!doctype html><title>%s</title>", sso.CodeOf(lost),
				)
			default:
				http.Redirect(w, r, "/begin", http.StatusSeeOther)
			}
		default:
			if lose {
				w = losing{w, g.Cookie()}
			}
			g.ServeHTTP(w, r)
		}
	})
}

// losing drops one cookie from the answers of a server.
type losing struct {
	http.ResponseWriter
	name string
}

func (l losing) WriteHeader(status int) {
	kept := []string{}
	for _, line := range l.Header()["Set-Cookie"] {
		if !strings.HasPrefix(line, l.name+"=") {
			kept = append(kept, line)
		}
	}
	l.Header()["Set-Cookie"] = kept
	l.ResponseWriter.WriteHeader(status)
}
