package forwardauth

import (
	"net/http"
	"strings"

	"gatehouse/sso"
)

// original is what the browser asked the proxy for. Scheme and host are as they
// came; they count only if an application has them.
type original struct {
	method       string // "" if the contract does not say
	scheme, host string
	uri          string // path and query; only decides whether a sign-in is needed, see opens
}

// contract is how one kind of proxy says what it was asked, and what it can do
// with an answer.
type contract struct {
	name      string
	prefix    string
	redirects bool // an answer that is no 2xx goes to the browser as it is
	suffix    bool // the path goes on behind the application
	read      func(r *http.Request) (original, error)
}

func contracts() []*contract {
	return []*contract{
		{
			name:   "nginx",
			prefix: "/auth/nginx/",
			read:   readNginx,
		},
		{
			name:      "forward",
			prefix:    "/auth/forward/",
			redirects: true,
			read:      readForward,
		},
		{
			name:      "envoy",
			prefix:    "/auth/envoy/",
			redirects: true,
			suffix:    true,
			read:      readEnvoy,
		},
	}
}

// application is what the path names. Whatever the proxy appends, a slash or the
// browser's query, is not part of it.
func (c *contract) application(r *http.Request) string {
	name, rest, found := strings.Cut(r.URL.Path[len(c.prefix):], "/")
	if found && rest != "" && !c.suffix {
		return ""
	}
	return name
}

// only is the value of a header that came once; two are no value, because there
// is no telling which is the proxy's.
func only(h http.Header, name string) (string, bool) {
	all := h[name]
	if len(all) != 1 || all[0] == "" {
		return "", false
	}
	return all[0], true
}

func errOriginal(header string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "original_url_invalid",
		Err:    errHeader(header),
		Public: "The proxy in front of this application does not say what was asked for.",
	}
}

type errHeader string

func (e errHeader) Error() string { return string(e) + " is missing, came twice, or is no address" }

// webScheme is the scheme of the origin that a browser was at when it asked:
// Traefik says wss of a WebSocket, which is opened over https. Of a list, which
// each proxy on the way has added to, the first is the browser's. What it says
// only chooses among the application's own origins.
func webScheme(said string) string {
	first, _, _ := strings.Cut(said, ",")
	switch first = strings.ToLower(strings.TrimSpace(first)); first {
	case "wss":
		return "https"
	case "ws":
		return "http"
	}
	return first
}

// readNginx reads X-Original-URL and X-Original-Method.
func readNginx(r *http.Request) (original, error) {
	const header = "X-Original-Url"
	address, ok := only(r.Header, header)
	if !ok {
		return original{}, errOriginal(header)
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return original{}, errOriginal(header)
	}
	o := original{scheme: webScheme(scheme), host: rest}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		o.host, o.uri = rest[:i], rest[i:]
	}
	o.method, _ = only(r.Header, "X-Original-Method")
	return o, nil
}

// readForward reads X-Forwarded-Method, -Proto, -Host and -Uri.
func readForward(r *http.Request) (o original, err error) {
	for _, part := range [...]struct {
		header string
		to     *string
	}{
		{"X-Forwarded-Method", &o.method},
		{"X-Forwarded-Proto", &o.scheme},
		{"X-Forwarded-Host", &o.host},
		{"X-Forwarded-Uri", &o.uri},
	} {
		var ok bool
		if *part.to, ok = only(r.Header, part.header); !ok {
			return original{}, errOriginal(part.header)
		}
	}
	o.scheme = webScheme(o.scheme)
	if o.uri[0] != '/' {
		return original{}, errOriginal("X-Forwarded-Uri")
	}
	return o, nil
}

// readEnvoy reads Host, X-Forwarded-Proto, and the path behind the application.
func readEnvoy(r *http.Request) (o original, err error) {
	var ok bool
	if o.scheme, ok = only(r.Header, "X-Forwarded-Proto"); !ok {
		return original{}, errOriginal("X-Forwarded-Proto")
	}
	o.scheme, o.method, o.host, o.uri = webScheme(o.scheme), r.Method, r.Host, "/"
	const before = len("/auth/envoy/")
	if i := strings.IndexAny(r.RequestURI[min(before, len(r.RequestURI)):], "/?"); i >= 0 {
		if rest := r.RequestURI[before+i:]; rest[0] == '/' {
			o.uri = rest
		}
	}
	return o, nil
}
