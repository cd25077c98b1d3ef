package forwardauth

import (
	"net/http"
	"strings"

	"gatehouse/sso"
)

// Reasons for which a request needs no sign-in, as counted by Observe.
const (
	openPath      = "public_path"
	openPreflight = "preflight"
)

// openReason returns why a request needs no sign-in; "" if it needs one.
func (a *application) openReason(asked original, h http.Header) string {
	// nginx passes on a question mark that the browser put into the host; what
	// follows is no path to compare.
	path, _, _ := strings.Cut(asked.uri, "?")
	switch {
	case sso.IsPublicPath(a.PublicPaths, path):
		return openPath
	case a.AllowPreflight && isPreflight(asked.method, h):
		return openPreflight
	}
	return ""
}

// notInPreflight are headers that a browser never sends with a preflight (Fetch
// standard, section 4.8: no credentials), or that make some applications treat a
// request as one of another method.
var notInPreflight = [...]string{
	"Authorization", "Cookie", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override",
}

// isPreflight reports whether a request is a CORS preflight: OPTIONS with an
// origin and the requested method.
func isPreflight(method string, h http.Header) bool {
	if method != http.MethodOptions {
		return false
	}
	from, ok := singleHeader(h, "Origin")
	if !ok || !isOrigin(from) {
		return false
	}
	wants, ok := singleHeader(h, "Access-Control-Request-Method")
	if !ok || !isMethod(wants) {
		return false
	}
	for _, name := range notInPreflight {
		if len(h[name]) > 0 {
			return false
		}
	}
	return true
}

// isOrigin reports whether s is an Origin header of a browser: "null", or a scheme
// and a host.
func isOrigin(s string) bool {
	if s == "null" {
		return true
	}
	scheme, host, ok := strings.Cut(s, "://")
	return ok &&
		scheme != "" &&
		host != "" &&
		!strings.ContainsAny(scheme+host, " \t,/?#@\\")
}

// isMethod reports whether s is a method of letters and hyphens, as all methods
// of browsers are.
func isMethod(s string) bool {
	return s != "" &&
		len(s) <= 20 &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == ""
}

// writeAnonymousHeaders sets empty identity headers, so that a proxy replaces those
// that the browser sent.
func writeAnonymousHeaders(h http.Header) {
	for _, header := range identityHeaders {
		h[header.name] = []string{""}
	}
	h["Cache-Control"] = noStore()
}
