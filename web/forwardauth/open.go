package forwardauth

import (
	"net/http"
	"strings"

	"gatehouse/sso"
)

// Why a request passes although nobody is signed in, as it is counted.
const (
	openPath      = "public_path"
	openPreflight = "preflight"
)

// opens returns why a request needs no sign-in, "" if it needs one.
func (a *application) opens(asked original, h http.Header) string {
	// Without a path there is none to compare: nginx hands on a question mark that the
	// browser put into the host, and what it asks for comes after that.
	path, _, _ := strings.Cut(asked.uri, "?")
	switch {
	case sso.IsPublicPath(a.PublicPaths, path):
		return openPath
	case a.AllowPreflight && isPreflight(asked.method, h):
		return openPreflight
	}
	return ""
}

// withPreflight are headers that a browser never sends with a preflight (Fetch
// standard, section 4.8: no credentials), and by which some applications take a
// request for one of another method.
var withPreflight = [...]string{
	"Authorization", "Cookie", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override",
}

// isPreflight reports whether a request is what a browser sends before a script of
// another origin may call an application: OPTIONS with an origin and the method
// that it asks for.
func isPreflight(method string, h http.Header) bool {
	if method != http.MethodOptions {
		return false
	}
	from, ok := only(h, "Origin")
	if !ok || !isOrigin(from) {
		return false
	}
	wants, ok := only(h, "Access-Control-Request-Method")
	if !ok || !isMethod(wants) {
		return false
	}
	for _, name := range withPreflight {
		if len(h[name]) > 0 {
			return false
		}
	}
	return true
}

// isOrigin reports whether s is what a browser writes: "null", or a scheme and a
// host.
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

// isMethod reports whether s is a method of letters, as all are that a browser
// asks for.
func isMethod(s string) bool {
	return s != "" &&
		len(s) <= 20 &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == ""
}

// anonymous puts empty identity headers into an answer, so that a proxy replaces
// what the browser sent under their names.
func anonymous(h http.Header) {
	for _, name := range names {
		h[name] = []string{""}
	}
	h["Cache-Control"] = noStore()
}
