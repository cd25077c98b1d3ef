package demoproxy

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// identity are the headers that Gatehouse answers with and the application
// believes, as the configuration of any proxy lists them.
var identity = [...]string{
	"X-Auth-Request-Id", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Email-Verified", "X-Auth-Request-Preferred-Username", "X-Auth-Request-Name",
	"X-Auth-Request-Groups", "X-Auth-Request-Enterprise", "X-Auth-Request-Jwt",
	"Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
}

// timeout is for asking; who waits for longer is not let in.
const timeout = 10 * time.Second

// Options are what New needs.
type Options struct {
	Gateway  string       // its base URL, without a trailing slash
	Upstream http.Handler // the application
	// Seen is told of every answer of Gatehouse's: which request to which
	// application, and the status. Optional.
	Seen func(r *http.Request, application string, status int)
}

// Proxy guards one application's program.
type Proxy struct {
	gateway   string
	scheme    string
	ask       *http.Client
	seen      func(r *http.Request, application string, status int)
	transport *http.Transport
	inside    *inside
	server    *http.Server
	done      chan struct{}
}

// New starts the application's server, which Close ends.
func New(o Options) (*Proxy, error) {
	origin, err := url.Parse(o.Gateway)
	if err != nil || origin.Host == "" {
		return nil, fmt.Errorf("address of the gateway %q: want a base URL", o.Gateway)
	}
	if o.Seen == nil {
		o.Seen = func(*http.Request, string, int) {}
	}
	p := &Proxy{
		gateway: o.Gateway, scheme: origin.Scheme, seen: o.Seen, inside: newInside(), done: make(chan struct{}),
		ask: &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // it is the browser that is sent to sign in
		}},
		server: &http.Server{Handler: o.Upstream, ReadHeaderTimeout: timeout},
	}
	p.transport = &http.Transport{DialContext: p.inside.dial, DisableCompression: true}
	go func() {
		defer close(p.done)
		_ = p.server.Serve(p.inside) // it ends when it is closed
	}()
	return p, nil
}

// Close ends the application's server and whatever it is answering.
func (p *Proxy) Close() error {
	err := p.server.Close()
	_ = p.inside.Close() // the server does not know it if it was closed before it began
	<-p.done
	return err
}

// Guard lets in whom Gatehouse lets into an application, by its key.
func (p *Proxy) Guard(application string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := p.question(r, application)
		if err != nil {
			slog.ErrorContext(r.Context(), "the gateway does not answer the proxy", "application", application, "error", err)
			http.Error(w, "Who you are cannot be found out just now. Try again in a moment.", http.StatusServiceUnavailable)
			return
		}
		defer answer.Body.Close() //nolint:errcheck // it is small, and was read if it matters
		p.seen(r, application, answer.StatusCode)
		if answer.StatusCode != http.StatusOK {
			refuse(w, answer)
			return
		}
		pass := httputil.ReverseProxy{Transport: p.transport, Rewrite: func(pr *httputil.ProxyRequest) { forward(pr.Out, answer.Header) }}
		pass.ServeHTTP(w, r)
	})
}

// question asks about a request as Caddy and Traefik do: with its headers, and
// with what it was in X-Forwarded ones, whatever the client said in those.
func (p *Proxy) question(r *http.Request, application string) (*http.Response, error) {
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, p.gateway+"/auth/forward/"+url.PathEscape(application), nil)
	if err != nil {
		return nil, fmt.Errorf("make the question: %w", err)
	}
	for name, values := range r.Header {
		if !spoken(name) && !rewritten(name) && !connectional(name) {
			ask.Header[name] = values
		}
	}
	ask.Header.Set("X-Forwarded-Method", r.Method)
	ask.Header.Set("X-Forwarded-Proto", p.scheme)
	ask.Header.Set("X-Forwarded-Host", r.Host)
	ask.Header.Set("X-Forwarded-Uri", r.RequestURI)
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		ask.Header.Set("X-Forwarded-For", host)
	}
	return p.ask.Do(ask)
}

// connectional are headers of the connection they came over, or of a body that
// does not go along.
func connectional(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Proxy-Authorization", "Proxy-Connection", "Content-Length", "Expect", "Accept-Encoding":
		return true
	}
	return false
}

// refuse gives the browser what Gatehouse said: where to sign in, or why not.
func refuse(w http.ResponseWriter, answer *http.Response) {
	for name, values := range answer.Header {
		if !spoken(name) && !connectional(name) {
			w.Header()[name] = values
		}
	}
	status := answer.StatusCode
	if status < 300 { // only 200 lets anybody in
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
	_, _ = io.Copy(w, answer.Body)
}

// forward makes the request that the application sees. What is of the
// connection is gone from it already, so a client cannot name one of these
// headers in Connection to be rid of it.
func forward(out *http.Request, said http.Header) {
	out.URL.Scheme, out.URL.Host = "http", "application"
	for name := range out.Header {
		if spoken(name) {
			delete(out.Header, name)
		}
	}
	out.Header.Del("Cookie") // the session is nobody's business but Gatehouse's
	for _, name := range identity {
		out.Header.Set(name, said.Get(name))
	}
}

// spoken reports whether an application might read a header as one of the
// identity headers, in whatever spelling: many take "_" and "." for "-".
func spoken(name string) bool {
	name = plain(name)
	return strings.HasPrefix(name, "x-auth-request-") || strings.HasPrefix(name, "remote-")
}

// rewritten reports whether a header says where a request came from, or to
// where it was, which is the proxy's to say.
func rewritten(name string) bool {
	name = plain(name)
	return name == "forwarded" || strings.HasPrefix(name, "x-forwarded-") || strings.HasPrefix(name, "x-original-") || strings.HasPrefix(name, "x-real-")
}

func plain(name string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
}
