package route

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gatehouse/sso"
)

// Limits of any request.
const (
	maxURL        = 8 << 10
	maxSignInURL  = 10 << 10 // with the return path to a link of 8 KiB
	maxParameters = 100
	maxCookies    = 50
)

// Codes with the same status on every surface.
const (
	codeMethod     = "method_not_allowed"
	codeHost       = "misdirected_request"
	codeURL        = "uri_too_long"
	codeBody       = "body_too_large"
	codeMedia      = "unsupported_media_type"
	codeAccept     = "not_acceptable"
	codeMissing    = "not_implemented"
	codeParameters = "too_many_parameters"
	codeBad        = "bad_request"
	codeEncoding   = "invalid_encoding"
	codeDuplicate  = "duplicate_parameter"
)

// securityParameters decide who signs in where, so they must not be sent twice: two
// parsers could pick different values.
var securityParameters = [...]string{
	"state", "code", "client_id", "SAMLResponse", "SAMLRequest", "RelayState",
	"return_to", "enterprise_key", "connection", "replaces", "logout_token",
}

func refusal(code, public string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   code,
		Public: public,
	}
}

// hostsOf returns the accepted values of the Host header, in lower case.
func hostsOf(base *url.URL) []string {
	names := []string{strings.ToLower(base.Hostname())}
	if ip, err := netip.ParseAddr(names[0]); names[0] == "localhost" || err == nil && ip.IsLoopback() {
		names = append(names, "localhost", "127.0.0.1", "::1")
	}
	port, standard := base.Port(), "443"
	if base.Scheme == "http" {
		standard = "80"
	}
	var hosts []string
	for _, name := range names {
		if port != "" {
			hosts = append(hosts, net.JoinHostPort(name, port))
		}
		if port == "" || port == standard {
			bare := name
			if strings.Contains(name, ":") {
				bare = "[" + name + "]"
			}
			hosts = append(hosts, bare, net.JoinHostPort(name, standard))
		}
	}
	return hosts
}

func (rt *Router) knows(host string) bool {
	return slices.Contains(rt.hosts, strings.ToLower(host))
}

// longestURL returns the limit of an address, in bytes. Sign-in pages carry the
// return path to a link.
func longestURL(path string) int {
	if strings.HasPrefix(path, "/login") {
		return maxSignInURL
	}
	return maxURL
}

// checkTarget refuses a path that a proxy, this server and a handler could parse in
// different ways.
func checkTarget(r *http.Request) error {
	if longest := longestURL(r.URL.Path); len(r.RequestURI) > longest || len(r.URL.RequestURI()) > longest {
		return refusal(codeURL, "The address is too long.")
	}
	path := r.URL.Path
	if strings.ContainsAny(path, "\x00\r\n") || !utf8.ValidString(path) {
		return refusal(codeBad, "The address has characters that cannot be in it.")
	}
	raw := strings.ToLower(r.URL.EscapedPath())
	dirty := !strings.HasPrefix(path, "/") ||
		strings.Contains(path, "//") ||
		strings.ContainsAny(path, `\;`) ||
		strings.Contains(raw, "%2f") || strings.Contains(raw, "%5c")
	for segment := range strings.SplitSeq(path, "/") {
		dirty = dirty || segment == "." || segment == ".."
	}
	if dirty {
		return sso.NothingHere()
	}
	cookies := 0
	for _, line := range r.Header.Values("Cookie") {
		cookies += strings.Count(line, ";") + 1
	}
	if cookies > maxCookies {
		return refusal(
			codeParameters,
			"The browser sent too many cookies. Clear the cookies of this site and try again.",
		)
	}
	return nil
}

func checkQuery(r *http.Request, s *surface) error {
	values, err := parseValues(r.URL.RawQuery)
	if err != nil {
		return err
	}
	for _, all := range values {
		for _, v := range all {
			if strings.ContainsAny(v, "\x00\r\n") {
				return refusal(codeBad, "The address has characters that cannot be in it.")
			}
		}
	}
	return checkDuplicates(values, s)
}

func parseValues(encoded string) (url.Values, error) {
	if encoded == "" {
		return url.Values{}, nil
	}
	if strings.Count(encoded, "&") >= maxParameters {
		return nil, refusal(codeParameters, "The request has too many parameters: the limit is 100.")
	}
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, refusal(codeBad, "The parameters cannot be read.").WithCause(err)
	}
	for name, all := range values {
		if !utf8.ValidString(name) {
			return nil, refusal(codeEncoding, "The name of a parameter is not valid UTF-8.")
		}
		for _, v := range all {
			if !utf8.ValidString(v) {
				return nil, refuseParameter(
					codeEncoding, name,
					`A parameter "{name}" is not valid UTF-8.`, "A parameter is not valid UTF-8.",
				)
			}
		}
	}
	return values, nil
}

func checkDuplicates(values url.Values, s *surface) error {
	switch {
	case s.single:
		for name, all := range values {
			if len(all) > 1 {
				return errTwice(name)
			}
		}
	case s.forms:
		for _, name := range securityParameters {
			if len(values[name]) > 1 {
				return errTwice(name)
			}
		}
	}
	return nil
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`)

func errTwice(name string) *sso.Error {
	return refuseParameter(
		codeDuplicate, name,
		`A parameter "{name}" was sent twice.`, "A parameter was sent twice.",
	)
}

// refuseParameter returns the refusal of a parameter, which is named if its name looks
// like one of ours.
func refuseParameter(code, name, named, unnamed string) *sso.Error {
	if !plainName.MatchString(name) {
		return refusal(code, unnamed)
	}
	e := refusal(code, named)
	e.Values = sso.Values{"name": name}
	return e
}

// takeBody limits the body and, on a surface of forms, parses it into r.PostForm and
// r.Form; the query is only in r.URL.
func takeBody(w http.ResponseWriter, r *http.Request, s *surface, route *Route) error {
	limit := route.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	if r.Body == nil ||
		r.Body == http.NoBody ||
		r.Method == http.MethodGet ||
		r.Method == http.MethodHead {
		if s.forms {
			r.PostForm, r.Form = url.Values{}, url.Values{}
		}
		return nil
	}
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return tooLarge(limit, nil)
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	if !s.forms {
		return nil
	}
	return takeForm(r, s, limit, route.Files)
}

const urlEncoded = "application/x-www-form-urlencoded"

func isForm(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == urlEncoded
}

func takeForm(r *http.Request, s *surface, limit int64, files bool) error {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	files = files && media == multipartForm
	if media != urlEncoded && !files {
		return refusal(codeMedia, "Send this as "+urlEncoded+".").WithCause(err)
	}
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(limit, err)
	}
	if err != nil {
		return refusal(codeBad, "The request ended before it was complete.").WithCause(err)
	}
	var values url.Values
	if files {
		values, err = readFiles(body, params["boundary"])
	} else {
		values, err = parseValues(string(body))
	}
	if err != nil {
		return err
	}
	for _, all := range values {
		for _, v := range all {
			if strings.Contains(v, "\x00") { // line breaks are allowed in a form
				return refusal(codeBad, "The form has characters that cannot be in it.")
			}
		}
	}
	r.PostForm, r.Form = values, values
	return checkDuplicates(values, s)
}

func tooLarge(limit int64, err error) error {
	e := refusal(codeBody, "The request is too large: the limit is {limit} bytes.")
	e.Values = sso.Values{"limit": strconv.FormatInt(limit, 10)}
	if err != nil {
		return e.WithCause(fmt.Errorf("read body: %w", err))
	}
	return e
}
