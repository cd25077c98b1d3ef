package session

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
)

// Bearer is a cookie that holds the token of a session and nothing else: whose
// it is, and whether it has ended, others know.
type Bearer struct {
	c      cookie
	maxAge int // seconds; 0: as long as the browser runs
}

// Admin is the cookie of local admins.
func (m *Manager) Admin() *Bearer { return m.admin }

// Device is the cookie of browsers that a local admin has signed in with. It
// lasts longer than the browser runs.
func (m *Manager) Device() *Bearer { return m.device }

// deviceLifetime is counted from the last sign-in.
const deviceLifetime = 180 * 24 * time.Hour

// Setup is the cookie of whoever opened a setup link.
func (m *Manager) Setup() *Bearer { return m.setup }

// Token returns what the browser has, "" if it has none that we made.
func (b *Bearer) Token(r *http.Request) sso.Secret {
	token, current := b.c.read(r)
	if w, ok := r.Context().Value(renewal{}).(http.ResponseWriter); ok &&
		token != "" &&
		!current {
		_ = b.c.keep(w, token, b.maxAge) // it was read from a cookie, so it fits into one
	}
	return token
}

// Set gives the browser a token in place of any it had.
func (b *Bearer) Set(w http.ResponseWriter, token sso.Secret) error {
	if err := b.c.keep(w, token, b.maxAge); err != nil {
		return fmt.Errorf("make the cookie: %w", err)
	}
	return nil
}

// Clear takes the cookie away. That alone ends no session.
func (b *Bearer) Clear(w http.ResponseWriter) { b.c.clear(w) }
