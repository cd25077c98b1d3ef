package launch

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sso"
)

// registered stands for the store.
type registered struct {
	all      []sso.Application
	revision int64
	err      error
	reads    int
	home     sso.ApplicationID
}

func (s *registered) Enterprise(_ context.Context, id sso.EnterpriseID) (sso.Enterprise, error) {
	return sso.Enterprise{ID: id, DefaultApplication: s.home}, s.err
}

func (s *registered) Applications(context.Context, sso.Page) ([]sso.Application, string, error) {
	s.reads++
	return s.all, "", s.err
}

func (s *registered) ApplicationRevision(context.Context) (int64, error) { return s.revision, s.err }

const wikiAt = "https://wiki.example.com"

func newService(t testing.TB, store *registered) *Service {
	t.Helper()
	s, err := New(Options{
		Applications: store,
		Enterprises:  store,
		Groups:       store,
		BaseURL:      "https://sso.example.com",
		CookieDomain: "example.com",
		Log:          slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func someApplications() *registered {
	return &registered{all: []sso.Application{
		{ID: "app-wiki", Key: "wiki", Origins: []string{wikiAt, "https://xn--bcher-kva.example:8443"}},
		{ID: "app-docs", Key: "docs", Origins: []string{wikiAt, "http://[::1]:3000"}},
	}}
}

// TestReturnToAnApplication leads to addresses of registered applications only.
func TestReturnToAnApplication(t *testing.T) {
	t.Parallel()
	s := newService(t, someApplications())
	long := wikiAt + "/" + strings.Repeat("a", 8000)
	for address, want := range map[string]string{
		wikiAt:                                   wikiAt,
		wikiAt + "/x?a=b&c=%2F#d":                wikiAt + "/x?a=b&c=%2F#d",
		"HTTPS://WIKI.Example.COM:443/x":         wikiAt + "/x",
		"https://bücher.example:8443/%C3%B6":     "https://xn--bcher-kva.example:8443/%C3%B6",
		"http://[::1]:3000/":                     "http://[::1]:3000/",
		long:                                     long,
		wikiAt + ":8443/":                        "",
		"http://wiki.example.com/":               "",
		"https://ada@wiki.example.com/":          "",
		"https://wiki.example.com@evil.example/": "",
		"https://wiki.example.com.evil.example/": "",
		"https://wiki.example.com%2f.evil.test/": "",
		"//wiki.example.com/":                    "",
		`https:\\wiki.example.com\`:              "",
		"https:/wiki.example.com/":               "",
		"https:wiki.example.com":                 "",
		" " + wikiAt + "/":                       "",
		wikiAt + "/ö":                            "",
		wikiAt + "/\tx":                          "",
		wikiAt + "/\r\nSet-Cookie: a=b":          "",
		"https://bücher.example/":                "",
		"https://sso.example.com/account":        "",
		"javascript:alert(1)//" + wikiAt:         "",
		"/account":                               "",
		"":                                       "",
		wikiAt + strings.Repeat("/a", 1<<16):     "",
	} {
		path := s.Path(t.Context(), address)
		if path == "" {
			if want != "" {
				t.Errorf("%.80q leads nowhere", address)
			}
			continue
		}
		if got := targetOf(t, path); got != want {
			t.Errorf("%.80q leads to %q, not to %q", address, got, want)
		}
	}
}

// targetOf returns the address to which a path leads at the wiki.
func targetOf(t interface{ Fatalf(string, ...any) }, path string) string {
	u, err := url.Parse(path)
	if err != nil || sso.ReturnTo(path) != path || len(path) > MaxPath {
		t.Fatalf("%q is no path of ours: %v", path, err)
	}
	a := sso.Application{Key: "wiki", Origins: []string{wikiAt}}
	for _, known := range someApplications().all {
		if u.Path == Prefix+known.Key {
			a = known
		}
	}
	return Target(a, Link(u.Query()))
}

// TestPathLeadsToARegisteredOrigin holds for addresses put together from what parsers
// disagree about.
func TestPathLeadsToARegisteredOrigin(t *testing.T) {
	t.Parallel()
	s := newService(t, someApplications())
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		"https", "http", "HTTPS", ":", "/", "//", `\`, "@", "wiki.example.com", "Wiki.Example.com",
		"evil.example", "xn--bcher-kva.example", "bücher.example", ":8443", ":443", ":3000", "[::1]", "#", "?",
		"%2f", "%00", "\t", " ", "\u200b", ".", "..", "a", "ö", ";", "&to=", "&lost=1", "wiki。example。com",
	}), 0, 12)
	led := 0
	rapid.Check(t, func(t *rapid.T) {
		address := strings.Join(pieces.Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "begin") {
			address = wikiAt + address
		}
		path := s.Path(context.Background(), address)
		if path == "" {
			return
		}
		led++
		origin, err := sso.OriginOf(targetOf(t, path))
		for _, a := range someApplications().all {
			if err == nil && a.Serves(origin) {
				return
			}
		}
		t.Fatalf("%q leads to %q (%v)", address, origin, err)
	})
	if led == 0 {
		t.Error("no address leads anywhere")
	}
}

// TestPathFollowsTheStore reads the applications once per revision, and leads nowhere
// while the store does not answer.
func TestPathFollowsTheStore(t *testing.T) {
	t.Parallel()
	store := someApplications()
	s := newService(t, store)
	for range 3 {
		if s.Path(t.Context(), wikiAt+"/") == "" {
			t.Fatal("leads nowhere")
		}
	}
	if store.reads != 1 {
		t.Errorf("read %d times", store.reads)
	}
	store.all, store.revision = store.all[1:], 2
	if got := s.Path(t.Context(), wikiAt+"/"); !strings.HasPrefix(got, Prefix+"docs?") {
		t.Errorf("after a deletion: %q", got)
	}
	store.err = sso.NothingHere()
	if got := s.Path(t.Context(), wikiAt+"/"); got != "" {
		t.Errorf("without the store: %q", got)
	}
}
