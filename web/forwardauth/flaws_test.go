package forwardauth_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// contractCase is a contract with the headers that its proxy sets.
type contractCase struct {
	name, path string
	own        map[string]string // the headers that the proxy of this contract sets
}

func contractCases(host, uri string) []contractCase {
	return []contractCase{
		{
			name: "nginx",
			path: "/auth/nginx/wiki",
			own: map[string]string{
				"X-Original-URL":    "https://" + host + uri,
				"X-Original-Method": "GET",
			},
		},
		{
			name: "forward",
			path: "/auth/forward/wiki",
			own: map[string]string{
				"X-Forwarded-Method": "GET",
				"X-Forwarded-Proto":  "https",
				"X-Forwarded-Host":   host,
				"X-Forwarded-Uri":    uri,
			},
		},
		{
			name: "envoy",
			path: "/auth/envoy/wiki" + uri,
			own:  map[string]string{"Host": host, "X-Forwarded-Proto": "https"},
		},
	}
}

// locationHeaders are all the headers by which some proxy, framework or gateway
// tells what a browser asked for, and the prefixes they are spelled with.
func locationHeaders() []string {
	all := []string{
		"Forwarded", "X-Forwarded", "X-Rewrite-URL", "X-Rewrite-Uri", "X-Host",
		"X-HTTP-Host-Override", "X-HTTP-Method-Override", "X-HTTP-Method",
		"X-Method-Override", "X-Forwarded-Scheme", "X-Forwarded-Server",
		"X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Path",
		"X-Forwarded-Ssl", "X-Forwarded-Protocol", "X-Forwarded-For",
		"X-Forwarded-Client-Cert", "X-Url-Scheme", "Front-End-Https", "X-Scheme",
		"X-Real-IP",
		"X-Auth-Request-Redirect", "X-Replaced-Path", "X-Waf-Url", "X-Proxy-Url",
		"Base-Url", "Request-Uri", "Uri", "Url", "X-Wap-Profile", "Destination",
		"X-Envoy-Original-Host", "X-Envoy-Decorator-Operation",
		"X-Envoy-External-Address", "X-Envoy-Internal", "X-Envoy-Auth-Partial-Body",
		":authority", ":path",
	}
	for _, prefix := range []string{
		"X-Original-", "X-Forwarded-", "X-Envoy-Original-", "X-Rewrite-",
		"X-Auth-Request-", "X-Authelia-",
	} {
		for _, part := range []string{
			"URL", "URI", "Method", "Host", "Proto", "Scheme", "Path", "Query",
			"Remote-Addr",
		} {
			all = append(all, prefix+part)
		}
	}
	for _, name := range slices.Clone(all) {
		all = append(
			all, strings.ReplaceAll(name, "-", "_"),
			strings.ReplaceAll(name, "-", "."), "HTTP-"+name,
		)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// raw is a request as a server reads it off the wire, so that names are
// canonicalized as they are in production. Header lines are sent as they are.
func raw(t *testing.T, path string, own map[string]string, p person, lines ...string) *http.Request {
	t.Helper()
	text := "GET " + path + " HTTP/1.1\r\n"
	if _, set := own["Host"]; !set {
		text += "Host: gatehouse:8080\r\n"
	}
	for name, value := range own {
		text += name + ": " + value + "\r\n"
	}
	if p.cookie != "" {
		text += "Cookie: " + p.cookie + "\r\n"
	}
	for _, line := range lines {
		text += line + "\r\n"
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(
		text + "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\n\r\n",
	)))
	if err != nil {
		return nil // the server answers 400 before any handler
	}
	r.RemoteAddr = "10.1.2.3:5000"
	return r
}

// TestForeignHeadersOfEveryContract (GHSA-5wcc-hf24-rf5h): a header that the
// proxy of a contract does not set comes from the browser. It changes no answer
// of that contract, and does not replace what the proxy left out.
func TestForeignHeadersOfEveryContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada", "web/dev")
	w.application("other", nil)
	values := []string{
		wikiAt + "/", "wiki.acme.test", "/", "https",
		"host=wiki.acme.test;proto=https", "evil.test",
	}
	right, wrong := contractCases("wiki.acme.test", "/a"), contractCases(
		"other.acme.test", "/a",
	)
	tried := 0
	for i, c := range right {
		in, out := w.send(raw(t, c.path, c.own, ada)), w.send(raw(
			t, c.path, c.own, person{},
		))
		w.wants(c.name, in, 200, "")
		if out.Code/100 == 2 {
			t.Fatalf("%s: %d without a session", c.name, out.Code)
		}
		for _, header := range locationHeaders() {
			if owns(c, header) {
				continue
			}
			for _, value := range values {
				line := header + ": " + value
				if raw(t, c.path, c.own, ada, line) == nil {
					continue
				}
				tried++
				w.wants(
					c.name+" with "+line, w.send(raw(t, c.path, c.own, ada, line)),
					200, "",
				)
				if got := w.send(raw(t, c.path, c.own, person{}, line)); got.Code != out.Code ||
					got.Header().Get("Location") != out.Header().Get("Location") {
					t.Errorf(
						"%s with %s: %d to %q; want %d to %q", c.name, line,
						got.Code, got.Header().Get("Location"), out.Code,
						out.Header().Get("Location"),
					)
				}
				w.wants(
					c.name+" of another application with "+line,
					w.send(raw(t, wrong[i].path, wrong[i].own, ada, line)), 403,
					"unknown_app",
				)
				w.wants(
					c.name+" without its own, with "+line,
					w.send(raw(t, c.path, nil, ada, line)), 403,
					"original_url_invalid",
				)
			}
		}
	}
	if tried < 5000 {
		t.Errorf("only %d headers were tried", tried)
	}
}

func owns(c contractCase, header string) bool {
	for name := range c.own {
		if http.CanonicalHeaderKey(name) == http.CanonicalHeaderKey(header) {
			return true
		}
	}
	return false
}

// TestOwnHeadersInTwoSpellings: a browser cannot add a second value to a header
// of the contract by spelling its name differently.
func TestOwnHeadersInTwoSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	for _, c := range contractCases("wiki.acme.test", "/a") {
		for name, value := range c.own {
			if name == "X-Original-Method" || name == "Host" {
				continue // the first only marks preflights, and the server refuses the second
			}
			for _, spelled := range []string{
				strings.ToLower(name), strings.ToUpper(name), name,
			} {
				for _, second := range []string{value, "https://evil.test/", ""} {
					r := raw(t, c.path, c.own, ada, spelled+": "+second)
					w.wants(
						c.name+" "+spelled+": "+second, w.send(r), 403,
						"original_url_invalid",
					)
				}
			}
		}
	}
}

// TestMutatedCookies (CVE-2026-25748): 10,000 damaged Cookie headers. An answer
// of 2xx names a person in all identity headers, and it is one whose cookie was
// sent whole.
func TestMutatedCookies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.enter("ada", "web/dev"), w.enter("bob")
	whole := map[string]string{"ada": cookieValue(ada), "bob": cookieValue(bob)}
	random := rand.New(rand.NewPCG(25748, 2026))
	cases := contractCases("wiki.acme.test", "/a")
	admitted, turned := 0, 0
	for i := range 10_000 {
		header := mutated(random, ada.cookie, bob.cookie)
		c := cases[i%len(cases)]
		r := raw(t, c.path, c.own, person{})
		r.Header["Cookie"] = []string{header}
		got := w.send(r)
		if got.Code/100 != 2 {
			turned++
			if got.Code != 302 && got.Code != 401 && got.Code != 403 {
				t.Fatalf("%s: %d for %q", c.name, got.Code, header)
			}
		} else {
			admitted++
			user := got.Header().Get("X-Auth-Request-User")
			if whole[user] == "" || !strings.Contains(header, whole[user]) {
				t.Fatalf("%s: %q is told for %q", c.name, user, header)
			}
		}
		for _, name := range identity {
			if _, told := got.Header()[name]; told != (got.Code == 200) {
				t.Fatalf(
					"%s: %d for %q, with %s: %v", c.name, got.Code, header, name,
					told,
				)
			}
		}
	}
	if admitted < 100 || turned < 5000 {
		t.Errorf("%d were admitted and %d were not: this test sees too little", admitted, turned)
	}
}

func cookieValue(p person) string {
	_, value, _ := strings.Cut(p.cookie, "=")
	return value
}

// mutated is a Cookie header with one to three things done to it.
func mutated(random *rand.Rand, a, b string) string {
	const odd = "\x00\x01\t \",;=\\/%+-_.~\x7f\x80\xffAa0'{}[]()<>@:?&$!|^`*#"
	s := []byte(a)
	at := func() int { return random.IntN(len(s) + 1) }
	for range 1 + random.IntN(3) {
		i, j := at(), at()
		i, j = min(i, j), max(i, j)
		c := odd[random.IntN(len(odd))]
		switch random.IntN(14) {
		case 0:
			s = slices.Insert(s, i, c)
		case 1:
			s = slices.Delete(s, i, min(i+1, len(s)))
		case 2:
			if i < len(s) {
				s[i] = c
			}
		case 3:
			if i < len(s) {
				s[i] ^= 1 << random.IntN(8)
			}
		case 4:
			s = s[:i]
		case 5:
			s = slices.Delete(s, i, j)
		case 6:
			s = slices.Insert(s, j, slices.Clone(s[i:j])...)
		case 7:
			s = append(append(s, "; "...), b...)
		case 8:
			s = append([]byte(b[:random.IntN(len(b)+1)]+"; "), s...)
		case 9:
			s = append([]byte("theme=dark; "), s...)
		case 10:
			s = append(s, []byte("; lang="+string(c))...)
		case 11:
			s = []byte(strings.ToLower(string(s)))
		case 12:
			s = append(s[:i:i], b[min(i, len(b)):]...)
		case 13:
			s = append(
				append(s, ';'), strings.Repeat(string(c), random.IntN(300))...,
			)
		}
	}
	return string(s)
}

// pathSpellings are some 200 ways to write a path that a proxy, this gateway and
// an application may read differently.
func pathSpellings() []string {
	var all []string
	slashes := []string{
		"/", "//", "///", "/./", "/;/", "/%2f", "/%2F", "%2f", "\\", "/\\", "%5c",
		"%5C", "/%252f", "/%c0%af", "/%e2%88%95", "/%00/", "/%20/", "/.;/", "/;x=y/",
	}
	dots := []string{
		"..", ".", "%2e%2e", "%2E%2e", ".%2e", "%2e", "..;", "..;x=y", "..%00",
		"...", "%252e%252e", "%c0%ae%c0%ae", "..%09", "..%0d%0a",
	}
	for _, slash := range slashes {
		all = append(all, "/public"+slash+"admin")
		for _, dot := range dots[:7] {
			all = append(all, "/public"+slash+dot+"/admin")
		}
	}
	for _, dot := range dots {
		all = append(all, "/"+dot+"/admin", "/public/"+dot)
	}
	for _, end := range []string{
		"", "?", "?public", "?/public", "#/public", "%23/public", "%3f/public", ";",
		";/public", ".css", "/.css", "%00.png", "/..", "/.", "/%2e", "%20", "%0a",
		"&", "@wiki",
	} {
		all = append(all, "/admin"+end)
	}
	return append(
		all, "/ADMIN", "/adm%69n", "/%61dmin", "/admin\u0000", "/\u0430dmin",
		"/adm\u0131n", "//evil.test/admin", "/@evil.test", "/\\evil.test", "/%",
		"/%zz", "/%u0061dmin",
	)
}

// TestPathSpellings (CVE-2026-33494, CVE-2026-26205, CVE-2025-66490): however a
// path is spelled, no user without a session gets in by any contract, every user
// with one does, and the way back leads to the application that was asked for.
func TestPathSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	spellings := pathSpellings()
	if len(spellings) < 200 {
		t.Fatalf("only %d spellings", len(spellings))
	}
	asked := map[string]int{}
	for _, path := range spellings {
		for _, c := range contractCases("wiki.acme.test", path) {
			r := raw(t, c.path, c.own, person{})
			if r == nil {
				continue
			}
			asked[c.name]++
			name := fmt.Sprintf("%s %q", c.name, path)
			out := w.send(r)
			if out.Code != 302 && out.Code != 401 && out.Code != 403 {
				t.Errorf("%s: %d without a session", name, out.Code)
			}
			leadsBack(t, name, out)
			for _, h := range identity {
				if out.Header().Get(h) != "" {
					t.Errorf("%s: tells %s without a session", name, h)
				}
			}
			if in := w.send(raw(t, c.path, c.own, ada)); in.Code != 200 && in.Code != out.Code {
				t.Errorf(
					"%s: %d with a session, %d without", name, in.Code, out.Code,
				)
			}
		}
	}
	for _, c := range contractCases("", "") {
		if asked[c.name] < 150 {
			t.Errorf("%s: only %d spellings were asked for", c.name, asked[c.name])
		}
	}
}

// leadsBack asserts that a redirect, if there is one, leads to us and from there
// to the application.
func leadsBack(t *testing.T, name string, rec *httptest.ResponseRecorder) {
	t.Helper()
	location := rec.Header().Get("Location")
	if location == "" {
		return
	}
	query, ours := strings.CutPrefix(location, base+"/login/continue/wiki?")
	values, err := url.ParseQuery(query)
	to := values.Get("to")
	if rest, own := strings.CutPrefix(to, wikiAt); !ours ||
		err != nil ||
		!own ||
		rest != "" && rest[0] != '/' && rest[0] != '?' {
		t.Errorf("%s: leads to %q (%v)", name, location, err)
	}
}

// TestSpellingsOfOurOwnPath: the application is the one that the proxy named. No
// spelling of our own path, which Envoy lets the browser append to, names
// another one.
func TestSpellingsOfOurOwnPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada", "web/dev")
	w.application("other", nil)
	for _, path := range pathSpellings() {
		path = strings.ReplaceAll(path, "admin", "other")
		r := raw(t, "/auth/envoy/wiki"+path, map[string]string{
			"Host":              "other.acme.test",
			"X-Forwarded-Proto": "https",
		}, ada)
		if r == nil {
			continue
		}
		if got := w.send(r); got.Code/100 == 2 {
			t.Errorf("%q: the wiki's proxy was let in to another application: %d", path, got.Code)
		}
	}
}
