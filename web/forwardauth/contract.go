package forwardauth

import (
	"net/http"
	"strings"

	"gatehouse/sso"
)

// original is the browser's request to the proxy. Scheme and host are as sent;
// they count only if an application has such an origin.
type original struct {
	method       string // "" if the contract has none
	scheme, host string
	uri          string // path and query; only decides whether a sign-in is needed, see openReason
}

// contract describes how one kind of proxy passes on the original request, and
// what it does with a response.
type contract struct {
	name      string
	prefix    string
	redirects bool // a response other than 2xx reaches the browser unchanged
	suffix    bool // the original path follows the application
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

// application returns the key or ID of the application in the path. What the
// proxy appends, such as a slash or the browser's query, is not part of it.
func (c *contract) application(r *http.Request) string {
	name, rest, found := strings.Cut(r.URL.Path[len(c.prefix):], "/")
	if found && rest != "" && !c.suffix {
		return ""
	}
	return name
}

// singleHeader returns the value of a header that was sent once. Two values are
// none, because either could be the browser's and not the proxy's.
func singleHeader(h http.Header, name string) (string, bool) {
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

// webScheme returns the scheme of the browser's request as http or https: Traefik
// sends wss for a WebSocket opened over https. In a list, to which each proxy
// appends, the first entry is the browser's. The scheme only selects one of the
// application's own origins.
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
	address, ok := singleHeader(r.Header, header)
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
	o.method, _ = singleHeader(r.Header, "X-Original-Method")
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
		if *part.to, ok = singleHeader(r.Header, part.header); !ok {
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
	if o.scheme, ok = singleHeader(r.Header, "X-Forwarded-Proto"); !ok {
		return original{}, errOriginal("X-Forwarded-Proto")
	}
	o.scheme = webScheme(o.scheme)
	o.method = r.Method
	o.host = r.Host
	o.uri = "/"
	const before = len("/auth/envoy/")
	if i := strings.IndexAny(r.RequestURI[min(before, len(r.RequestURI)):], "/?"); i >= 0 {
		if rest := r.RequestURI[before+i:]; rest[0] == '/' {
			o.uri = rest
		}
	}
	return o, nil
}
