package route

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
)

// Protocol is a surface for programs, below a path prefix. Its errors have the
// form that the protocol prescribes, its posts come from other servers, and its
// bodies are limited and not read.
//
// Below the prefix, several slashes count as one and a slash at the end as none.
// ServeMux would redirect such requests, and clients drop the Authorization
// header or the body when they follow.
type Protocol struct {
	Prefix string // "/scim/"
	// Render writes a failure, status included.
	Render func(w http.ResponseWriter, r *http.Request, f Failure)
	// Elsewhere answers requests below the prefix that no route has the path of. nil:
	// they are not found.
	Elsewhere Handler
}

// Protocol registers the endpoints of a protocol. Everything else below its
// prefix is Elsewhere.
func (rt *Router) Protocol(p Protocol, routes ...Route) {
	if !strings.HasPrefix(p.Prefix, "/") || !strings.HasSuffix(p.Prefix, "/") {
		panic("route: protocol " + p.Prefix + " is no directory")
	}
	s := &surface{
		name:    "protocol",
		foreign: true,
		invalid: http.StatusBadRequest,
		stale:   http.StatusPreconditionFailed,
		render: func(_ *Router, w http.ResponseWriter, r *http.Request, f Failure) {
			p.Render(w, r, f)
		},
	}
	rt.protocols = append(rt.protocols, protocol{
		prefix:  p.Prefix,
		surface: s,
	})
	nothing := &entry{
		router:  rt,
		surface: s,
	}
	if p.Elsewhere != nil {
		nothing.any = &Route{Handle: p.Elsewhere}
	}
	rt.mux.Handle(p.Prefix, nothing)
	rt.mux.Handle(strings.TrimSuffix(p.Prefix, "/"), nothing)
	rt.add(s, routes)
}

type protocol struct {
	prefix  string
	surface *surface
}

// protocolOf returns the surface of the protocol that a path belongs to, and the
// request with a clean path; nil and the same request if there is none.
func (rt *Router) protocolOf(r *http.Request) (*surface, *http.Request) {
	path := oneSlash(r.URL.Path)
	for _, p := range rt.protocols {
		if strings.HasPrefix(path+"/", p.prefix) {
			return p.surface, withCleanURL(r)
		}
	}
	return nil, r
}

// withCleanURL returns the request with clean slashes in its path; one that is escaped
// is part of a name, and checkTarget refuses it. In the query,
// a semicolon stands for itself: net/url refuses it, and it can be part of a name
// that a client did not escape.
func withCleanURL(r *http.Request) *http.Request {
	clean := *r
	clean.URL = new(url.URL)
	*clean.URL = *r.URL
	if !strings.Contains(strings.ToLower(r.URL.EscapedPath()), "%2f") {
		clean.URL.Path = withoutLastSlash(oneSlash(r.URL.Path))
		clean.URL.RawPath = withoutLastSlash(oneSlash(r.URL.RawPath))
	}
	clean.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, ";", "%3B")
	return &clean
}

func oneSlash(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

func withoutLastSlash(path string) string {
	if path == "/" {
		return path
	}
	return strings.TrimSuffix(path, "/")
}

// NotAcceptable returns the error for a client that takes none of the media
// types an endpoint has.
func NotAcceptable(public string) *sso.Error { return refusal(codeAccept, public) }

// UnsupportedMedia returns the error for a body of another media type.
func UnsupportedMedia(public string) *sso.Error { return refusal(codeMedia, public) }

// BodyTooLarge returns the error for a request that is larger than a limit.
func BodyTooLarge(public string) *sso.Error { return refusal(codeBody, public) }

// NotImplemented returns the error for a part of a protocol that is not offered.
func NotImplemented(public string) *sso.Error { return refusal(codeMissing, public) }
