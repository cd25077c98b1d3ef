package session

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
)

// Bearer is a cookie that holds the token of a session and nothing else. The
// store knows the session's owner and end.
type Bearer struct {
	c      cookie
	maxAge int // seconds; 0: a session cookie
}

// Admin returns the cookie of local admins.
func (m *Manager) Admin() *Bearer { return m.admin }

// Device returns the persistent cookie that marks browsers in which a local admin
// has signed in.
func (m *Manager) Device() *Bearer { return m.device }

// deviceLifetime is counted from the last sign-in.
const deviceLifetime = 180 * 24 * time.Hour

// Setup returns the cookie of a browser that opened a setup link.
func (m *Manager) Setup() *Bearer { return m.setup }

// Token returns the token in the request's cookie; "" without a valid one.
func (b *Bearer) Token(r *http.Request) sso.Secret {
	token, current := b.c.read(r)
	if w, ok := r.Context().Value(renewal{}).(http.ResponseWriter); ok &&
		token != "" &&
		!current {
		_ = b.c.keep(w, token, b.maxAge) // it was read from a cookie, so it fits into one
	}
	return token
}

// Set replaces the browser's token.
func (b *Bearer) Set(w http.ResponseWriter, token sso.Secret) error {
	if err := b.c.keep(w, token, b.maxAge); err != nil {
		return fmt.Errorf("make the cookie: %w", err)
	}
	return nil
}

// Clear removes the cookie. The session itself does not end.
func (b *Bearer) Clear(w http.ResponseWriter) { b.c.clear(w) }
