package route

import (
	"net/http"
	"net/url"
	"strings"
)

// policy is the Content-Security-Policy of every page, without the targets of its
// forms.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action "

func (rt *Router) commonHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	// Our URLs carry states and setup tokens. Not "no-referrer": with it browsers
	// send "Origin: null" to ourselves, and a form cannot be told from a forged one.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", policy+"'self'")
	if rt.https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (s *surface) headers(h http.Header) {
	if !s.cached {
		h.Set("Cache-Control", "no-store")
	}
}

// AllowFormTo allows the forms of this response to post to the origin of target:
// Content-Security-Policy has no other way for a page that carries a message to an identity
// provider.
func AllowFormTo(w http.ResponseWriter, target string) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " ;,'") {
		return
	}
	w.Header().Set("Content-Security-Policy", policy+u.Scheme+"://"+u.Host)
}
