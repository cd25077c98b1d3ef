package forwardauth_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/sso"
)

// discard is a response that is dropped, without the cost of a recorder.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// bare is the least that could be done: an opaque token, a map, the headers.
func bare(known map[string]http.Header) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("__Secure-gatehouse")
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		headers, ok := known[c.Value]
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		for name, value := range headers {
			w.Header()[name] = value
		}
		w.WriteHeader(http.StatusOK)
	})
}

// BenchmarkHandler is what the handlers cost, without the server around them,
// which costs both the same.
func BenchmarkHandler(b *testing.B) {
	for _, groups := range []int{1, 20, 200} {
		w := newWorld(b)
		go w.live.Run(b.Context())
		w.live.Revoked(b.Context())
		var refs []string
		for i := range groups {
			ref := fmt.Sprintf("web/department-%03d", i)
			w.group(ref)
			refs = append(refs, ref)
		}
		w.application("site", func(a *sso.Application) {
			a.GroupsLimit = sso.MaxGroupsLimit
		})
		p := w.enter("ada", refs...)
		r := request(
			http.MethodGet, "/auth/nginx/site", p, "X-Original-URL",
			"https://site.acme.test/some/page?of=it", "X-Original-Method", "GET",
		)
		first := w.send(r)
		if first.Code != http.StatusOK ||
			strings.Count(first.Header().Get("Remote-Groups"), ",") != groups-1 {
			b.Fatal(first.Code, first.Header())
		}
		_, value, _ := strings.Cut(p.cookie, "=")
		for name, h := range map[string]http.Handler{
			"gatehouse": w.handler,
			"bare":      bare(map[string]http.Header{value: first.Header()}),
		} {
			b.Run(fmt.Sprintf("%s/groups=%d", name, groups), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					d := discard{header: http.Header{}}
					if h.ServeHTTP(&d, r); d.status != http.StatusOK {
						b.Fatal(d.status)
					}
				}
			})
		}
	}
}

// BenchmarkServed asks over a connection that is kept, for a profile of all that
// an answer costs. The asker is in the same process: ratios belong to package
// bench.
func BenchmarkServed(b *testing.B) {
	w := newWorld(b)
	go w.live.Run(b.Context())
	w.live.Revoked(b.Context())
	w.application("site", nil)
	p := w.enter("ada", "web/dev", "app/dev")
	ask := func(cookie string) string {
		return "GET /auth/nginx/site HTTP/1.1\r\nHost: localhost\r\nX-Original-URL: https://site.acme.test/some/page?of=it\r\nX-Original-Method: GET\r\n" +
			cookie + "\r\n"
	}
	for name, c := range map[string]struct {
		handler http.Handler
		request string
	}{
		"allowed": {w.handler, ask("Cookie: " + p.cookie + "\r\n")},
		"refused": {w.handler, ask("")},
		"bare/allowed": {
			bare(map[string]http.Header{
				strings.SplitN(p.cookie, "=", 2)[1]: w.nginx(
					"site", "https://site.acme.test/", p,
				).Header(),
			}),
			ask("Cookie: " + p.cookie + "\r\n"),
		},
		"bare/refused":   {bare(nil), ask("")},
		"nothing at all": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ask("")},
	} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			w.ok(err)
			defer conn.Close() //nolint:errcheck // of a benchmark
			answer := make([]byte, 64<<10)
			for b.Loop() {
				_, err := conn.Write([]byte(c.request))
				w.ok(err)
				for n := 0; !bytes.HasSuffix(answer[:n], []byte("\r\n\r\n")); {
					more, err := conn.Read(answer[n:])
					w.ok(err)
					n += more
				}
			}
		})
	}
}
