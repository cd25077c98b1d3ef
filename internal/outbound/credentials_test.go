package outbound_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/outbound"
)

// origins is a set of servers that redirect along ?to= and record the credentials
// they receive.
type origins struct {
	mu   sync.Mutex
	seen map[string][]string // by path
}

func (o *origins) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	for _, name := range []string{"Authorization", "Cookie", "Referer"} {
		if v := r.Header.Get(name); v != "" {
			o.seen[r.URL.Path] = append(o.seen[r.URL.Path], name)
		}
	}
	o.mu.Unlock()
	if to := r.URL.Query().Get("to"); to != "" {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}
}

// TestCredentialsStayWithTheirOrigin (CVE-2026-41181, CVE-2026-54603,
// CVE-2026-54605) tests that a token is sent to its origin only: no redirect takes it
// to another port, name or scheme, and none brings it back.
func TestCredentialsStayWithTheirOrigin(t *testing.T) {
	t.Parallel()
	o := &origins{seen: map[string][]string{}}
	home, other := httptest.NewServer(o), httptest.NewServer(o)
	defer home.Close()
	defer other.Close()
	byName := strings.Replace(home.URL, "127.0.0.1", "localhost", 1)
	if byName == home.URL {
		t.Fatal("the server has no second name")
	}
	client := newClient(t, outbound.Options{AllowPrivate: true})
	through := func(hops ...string) string {
		target := hops[len(hops)-1]
		for i := len(hops) - 2; i >= 0; i-- {
			target = hops[i] + "?to=" + url.QueryEscape(target)
		}
		return target
	}
	for name, c := range map[string]struct {
		hops []string
		kept bool
	}{
		"another path": {[]string{home.URL + "/1", home.URL + "/same"}, true},
		"another port": {
			[]string{home.URL + "/2", other.URL + "/port"},
			false,
		},
		"another name": {[]string{home.URL + "/3", byName + "/name"}, false},
		"away and back": {
			[]string{home.URL + "/4", other.URL + "/between", home.URL + "/back"},
			false,
		},
		"away after another path": {
			[]string{home.URL + "/5", home.URL + "/inner", other.URL + "/outer"},
			false,
		},
		"with a user": {
			[]string{
				home.URL + "/6",
				strings.Replace(other.URL, "http://", "http://gatehouse@", 1) +
					"/user",
			},
			false,
		},
	} {
		req, err := http.NewRequestWithContext(
			t.Context(), http.MethodGet, through(c.hops...), http.NoBody,
		)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer secret")
		req.Header.Set("Cookie", "session=secret")
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		last, err := url.Parse(c.hops[len(c.hops)-1])
		if err != nil {
			t.Fatal(err)
		}
		o.mu.Lock()
		if got := len(o.seen[last.Path]) > 0; got != c.kept {
			t.Errorf("%s: %s was sent %v", name, last.Path, o.seen[last.Path])
		}
		o.mu.Unlock()
	}
}
