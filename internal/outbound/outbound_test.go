package outbound_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/outbound"
	"gatehouse/sso"
)

func get(t *testing.T, c *http.Client, url string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		// an invalid URL is not requested either
		return "", &sso.Error{
			Code: "url_not_allowed",
			Kind: sso.Invalid,
			Err:  err,
		}
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func newClient(t *testing.T, o outbound.Options) *http.Client {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Second
	}
	c := outbound.NewClient(o)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func want(t *testing.T, err error, code string, kind sso.Kind) {
	t.Helper()
	if e, ok := errors.AsType[*sso.Error](err); !ok ||
		e.Code != code ||
		e.Kind != kind ||
		e.Public == "" && e.Err == nil {
		t.Errorf("want %s %s, got %v", kind, code, err)
	}
}

func refused(t *testing.T, err error) {
	t.Helper()
	want(t, err, "url_not_allowed", sso.Invalid)
}
func failed(t *testing.T, err error) {
	t.Helper()
	want(t, err, "idp_unavailable", sso.Upstream)
}

// unusable asserts the error that retrying does not change.
func unusable(t *testing.T, err error) {
	t.Helper()
	want(t, err, "idp_unusable", sso.Upstream)
}

// insideHosts returns hosts that some parser or resolver reads as a private address.
func insideHosts() []string {
	return []string{
		// loopback, in every spelling
		"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254",
		"2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0x7f.1",
		"0177.0.0.1",
		"127.0.0.01", "00127.0.0.1", "127.0.0.1%00", "%31%32%37.0.0.1", "[::1]",
		"[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"[::127.0.0.1]",
		"[0000::1]", "[::1%25lo]", "localhost", "localhost.", "LOCALHOST",
		"a.localhost", "a.localhost.", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1",
		"ⓛocalhost",
		// this network, unspecified
		"0", "0.0.0.0", "0.1.2.3", "[::]", "[::ffff:0.0.0.0]",
		// private
		"10.0.0.1", "10.255.255.255", "167772161", "0xa.1", "012.0.0.1",
		"172.16.0.1", "172.31.255.255", "192.168.0.1", "0xc0a80001",
		"[::ffff:10.0.0.1]", "[::ffff:c0a8:1]",
		"[fc00::1]", "[fd12:3456:789a::1]",
		// link-local and metadata
		"169.254.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe",
		"0251.0376.0251.0376", "169.254.169.254.", "[::ffff:169.254.169.254]",
		"[fe80::1]", "[fe80::1%25eth0]", "[fd00:ec2::254]",
		"169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
		// shared, benchmarking, documentation, multicast, reserved
		"100.64.0.1", "100.127.255.255", "198.18.0.1", "198.19.255.255", "192.0.2.1",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
		"255.255.255.255",
		"[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[fec0::1]", "[100::1]",
		"192.88.99.1",
		// an address inside wrapped in one that looks outside
		"[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::a00:1]",
		"[2002:7f00:1::1]", "[2002:a9fe:a9fe::]", "[2001::1]",
		"[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[::ffff:0:127.0.0.1]",
		"[5f00::1]",
	}
}

func TestAddressesInside(t *testing.T) {
	t.Parallel()
	if n := len(insideHosts()); n < 60 {
		t.Fatalf("only %d forms", n)
	}
	c := newClient(t, outbound.Options{Timeout: 500 * time.Millisecond})
	for _, host := range insideHosts() {
		_, err := get(t, c, "https://"+host+"/x")
		refused(t, err)
		if t.Failed() {
			t.Fatalf("host %s", host)
		}
	}
}

func TestURLForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*http.Client{
		"strict":          newClient(t, outbound.Options{}),
		"private allowed": newClient(t, outbound.Options{AllowPrivate: true}),
	} {
		for _, url := range []string{
			"http://example.com/", "http://10.0.0.1/", "file:///etc/passwd",
			"gopher://127.0.0.1/", "ftp://example.com/", "data:text/plain,x",
			"javascript:alert(1)", "unix:/run/x",
			"https://user@example.com/", "https://user:password@example.com/",
			"https://user@127.0.0.1/", "https:example.com", "https:///x", "https://",
			"//example.com/", "/x", "",
			"https://example.com:0/", "https://example.com:99999/",
			"https://exa mple.com/", "https://exa\\mple.com/",
			"https://example.com\\@127.0.0.1/", "https://a..b\x00/",
			"https://169.254.169.254/", "https://[fd00:ec2::254]/",
			"https://100.100.100.200/", "https://168.63.129.16/",
			"https://2130706433/", "https://[fe80::1]/", "https://0.0.0.0/",
			"https://224.0.0.1/",
			"https://[64:ff9b::a9fe:a9fe]/", "https://192.0.2.1/",
		} {
			_, err := get(t, c, url)
			refused(t, err)
			if t.Failed() {
				t.Fatalf("%s: %q", name, url)
			}
		}
	}
	_, err := get(t, newClient(t, outbound.Options{}), "https://example.com:22/")
	refused(t, err)
}

func TestPrivateAllowed(t *testing.T) {
	t.Parallel()
	var agent atomic.Value
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent.Store(r.UserAgent())
		_, _ = io.WriteString(w, "hello")
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	c := newClient(t, outbound.Options{
		AllowPrivate: true,
		RootCAs:      roots,
		UserAgent:    "Gatehouse/1",
	})
	localhost := strings.Replace(plain.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{plain.URL, secure.URL, localhost} {
		if body, err := get(t, c, url); err != nil ||
			body != "hello" ||
			agent.Load() != "Gatehouse/1" {
			t.Errorf("%s: %q, %v, from %v", url, body, err, agent.Load())
		}
	}
	strict := newClient(t, outbound.Options{RootCAs: roots})
	for _, url := range []string{plain.URL, secure.URL, localhost} {
		_, err := get(t, strict, url)
		refused(t, err)
	}
	_, err := get(t, newClient(t, outbound.Options{AllowPrivate: true}), secure.URL) // not our root
	unusable(t, err)
}

func TestNamesThatResolveInside(t *testing.T) {
	t.Parallel()
	for _, inside := range []string{
		"127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0",
		"192.168.1.1", "224.0.0.1", "168.63.129.16",
	} {
		c := newClient(t, outbound.Options{
			Timeout:  time.Second,
			Resolver: fakeDNS(t, func(int) string { return inside }),
		})
		_, err := get(t, c, "https://idp.example/")
		refused(t, err)
	}
}

// The name resolves to a public address when it is checked, and to a private one
// when the client connects.
func TestRebinding(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer inside.Close()
	go func() {
		for {
			conn, err := inside.Accept()
			if err != nil {
				return
			}
			reached.Store(true)
			_ = conn.Close()
		}
	}()
	port := inside.Addr().(*net.TCPAddr).Port
	c := newClient(t, outbound.Options{
		Timeout: 300 * time.Millisecond,
		Ports:   []uint16{uint16(port)},
		Resolver: fakeDNS(t, func(n int) string {
			if n == 0 {
				return "93.184.215.14"
			}
			return "127.0.0.1"
		}),
	})
	url := fmt.Sprintf("https://rebind.example:%d/", port)
	_, _ = get(t, c, url) // public: the response does not matter
	for range 3 {
		_, err := get(t, c, url)
		refused(t, err)
	}
	if reached.Load() {
		t.Error("the address inside was connected to")
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var posts, auths atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			auths.Add(1)
		}
		_, _ = io.WriteString(w, "elsewhere")
	}))
	defer other.Close()
	mux := http.NewServeMux()
	for i := range 5 {
		mux.HandleFunc(fmt.Sprintf("/hop%d", i), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/hop%d", i+1), http.StatusFound)
		})
	}
	mux.HandleFunc("/hop5", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "there")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/loop", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("/post", func(w http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		http.Redirect(w, r, "/post", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("u"))
		w.WriteHeader(http.StatusFound)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	c := newClient(t, outbound.Options{AllowPrivate: true})
	if body, err := get(t, c, server.URL+"/hop2"); err != nil || body != "there" {
		t.Errorf("three redirects: %q, %v", body, err)
	}
	_, err := get(t, c, server.URL+"/hop1")
	unusable(t, err)
	_, err = get(t, c, server.URL+"/loop")
	unusable(t, err)
	for _, to := range []string{
		"https://169.254.169.254/", "http://10.0.0.1/", "http://example.com/",
		"file:///etc/passwd", "https://user@example.com/", "https://0x7f.1/",
		"//[fe80::1]/",
	} {
		_, err := get(t, c, server.URL+"/to?u="+to)
		refused(t, err)
	}
	resp, err := c.Post(
		server.URL+"/post", "text/plain", strings.NewReader("secret"),
	)
	if err == nil {
		_ = resp.Body.Close()
	}
	unusable(t, err)
	if n := posts.Load(); n != 1 {
		t.Errorf("the POST was sent %d times", n)
	}
	req, err := http.NewRequestWithContext(
		t.Context(), http.MethodGet, server.URL+"/to?u="+other.URL, nil,
	)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret")
	resp, err = c.Do(req)
	if err != nil ||
		auths.Load() != 0 ||
		req.Header.Get("Authorization") == "" {
		t.Errorf("%v; the token was sent elsewhere %d times", err, auths.Load())
	}
	if err == nil {
		_ = resp.Body.Close()
	}
}

func TestRedirectFromHTTPSToHTTP(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(
		plain.URL, http.StatusFound,
	))
	defer secure.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	_, err := get(
		t,
		newClient(t, outbound.Options{AllowPrivate: true, RootCAs: roots}),
		secure.URL,
	)
	refused(t, err)
}
