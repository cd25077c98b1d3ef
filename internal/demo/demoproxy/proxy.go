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

// identity lists the headers of Gatehouse's response that the proxy copies to the
// request to the application.
var identity = [...]string{
	"X-Auth-Request-Id", "X-Auth-Request-User", "X-Auth-Request-Email",
	"X-Auth-Request-Email-Verified", "X-Auth-Request-Preferred-Username", "X-Auth-Request-Name",
	"X-Auth-Request-Groups", "X-Auth-Request-Roles", "X-Auth-Request-Attributes",
	"X-Auth-Request-Enterprise", "X-Auth-Request-Auth-Method", "X-Auth-Request-Acr",
	"X-Auth-Request-Jwt",
	"Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
}

// timeout bounds the request to Gatehouse; after it the request is refused.
const timeout = 10 * time.Second

// Options configures a Proxy.
type Options struct {
	Gateway  string       // its base URL, without a trailing slash
	Upstream http.Handler // the application
	// Seen, if not nil, is called with every request, its application and the status
	// of Gatehouse's response.
	Seen func(r *http.Request, application string, status int)
}

// Proxy protects one application.
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

// New starts the application's server, which Close stops.
func New(o Options) (*Proxy, error) {
	origin, err := url.Parse(o.Gateway)
	if err != nil || origin.Host == "" {
		return nil, fmt.Errorf("address of the gateway %q: want a base URL", o.Gateway)
	}
	if o.Seen == nil {
		o.Seen = func(*http.Request, string, int) {}
	}
	p := &Proxy{
		gateway: o.Gateway,
		scheme:  origin.Scheme,
		seen:    o.Seen,
		inside:  newInside(),
		done:    make(chan struct{}),
		ask: &http.Client{
			Timeout: timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse // the browser follows the redirect to sign in
			},
		},
		server: &http.Server{Handler: o.Upstream, ReadHeaderTimeout: timeout},
	}
	p.transport = &http.Transport{
		DialContext:        p.inside.dial,
		DisableCompression: true,
	}
	go func() {
		defer close(p.done)
		_ = p.server.Serve(p.inside) // returns when the server is closed
	}()
	return p, nil
}

// Close stops the application's server and its requests in progress.
func (p *Proxy) Close() error {
	err := p.server.Close()
	_ = p.inside.Close() // a server closed before it began to serve does not know it
	<-p.done
	return err
}

// Guard returns a handler that forwards the requests that Gatehouse allows to the
// application with this key.
func (p *Proxy) Guard(application string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := p.question(r, application)
		if err != nil {
			slog.ErrorContext(
				r.Context(), "gateway does not respond to the proxy", "application", application,
				"error", err,
			)
			http.Error(
				w, "Your sign-in cannot be checked just now. Try again in a moment.",
				http.StatusServiceUnavailable,
			)
			return
		}
		defer answer.Body.Close() //nolint:errcheck // a small body, read if needed
		p.seen(r, application, answer.StatusCode)
		if answer.StatusCode != http.StatusOK {
			refuse(w, answer)
			return
		}
		pass := httputil.ReverseProxy{
			Transport: p.transport,
			Rewrite:   func(pr *httputil.ProxyRequest) { forward(pr.Out, answer.Header) },
		}
		pass.ServeHTTP(w, r)
	})
}

// question asks Gatehouse about a request as Caddy and Traefik do: with its headers,
// and with its method and URL in X-Forwarded headers, which replace the client's.
func (p *Proxy) question(r *http.Request, application string) (*http.Response, error) {
	ask, err := http.NewRequestWithContext(
		r.Context(), http.MethodGet, p.gateway+"/auth/forward/"+url.PathEscape(application), nil,
	)
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

// connectional reports whether a header belongs to the connection, or to the body,
// which is not sent along.
func connectional(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Proxy-Authorization", "Proxy-Connection", "Content-Length", "Expect", "Accept-Encoding":
		return true
	}
	return false
}

// refuse copies Gatehouse's response to the browser: a redirect to sign in, or a
// refusal.
func refuse(w http.ResponseWriter, answer *http.Response) {
	for name, values := range answer.Header {
		if !spoken(name) && !connectional(name) {
			w.Header()[name] = values
		}
	}
	status := answer.StatusCode
	if status < 300 { // only 200 allows a request
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
	_, _ = io.Copy(w, answer.Body)
}

// forward builds the request to the application. Connection headers are removed
// before, so a client cannot drop an identity header by naming it in Connection.
func forward(out *http.Request, said http.Header) {
	out.URL.Scheme, out.URL.Host = "http", "application"
	for name := range out.Header {
		if spoken(name) {
			delete(out.Header, name)
		}
	}
	out.Header.Del("Cookie") // the session cookie is for Gatehouse only
	for _, name := range identity {
		out.Header.Set(name, said.Get(name))
	}
}

// spoken reports whether an application might read a header as an identity header:
// many treat "_" and "." like "-".
func spoken(name string) bool {
	name = plain(name)
	return strings.HasPrefix(name, "x-auth-request-") || strings.HasPrefix(name, "remote-")
}

// rewritten reports whether a header describes the origin or the target of a request,
// which only the proxy may set.
func rewritten(name string) bool {
	name = plain(name)
	return name == "forwarded" ||
		strings.HasPrefix(name, "x-forwarded-") ||
		strings.HasPrefix(name, "x-original-") ||
		strings.HasPrefix(name, "x-real-")
}

func plain(name string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
}
