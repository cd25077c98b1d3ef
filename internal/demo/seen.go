package demo

import (
	"crypto/sha256"
	"net/http"
	"sync"
)

// maxLetIn is how many sessions are remembered.
const maxLetIn = 1000

// seen is what the proxy saw, for the lines of the checklist that leave nothing
// in the store: what an application is asked, Gatehouse does not record.
type seen struct {
	cookie string // name of the session cookie

	mu    sync.Mutex
	facts proxyFacts
	letIn map[[sha256.Size]byte]bool // hashes of session cookies
}

// proxyFacts tick the checklist.
type proxyFacts struct {
	wiki      bool // somebody read it
	forbidden bool // somebody is in none of the groups that a part of the API needs
	ended     bool // a session that got in once is sent to sign in
	console   bool // somebody opened the console
}

// answer takes note of what Gatehouse said about a request.
func (s *seen) answer(r *http.Request, application string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var session [sha256.Size]byte
	c, err := r.Cookie(s.cookie)
	if err == nil {
		session = sha256.Sum256([]byte(c.Value))
	}
	switch {
	case status == http.StatusOK:
		s.facts.wiki = s.facts.wiki || application == wikiKey
		if len(s.letIn) < maxLetIn {
			s.letIn[session] = true
		}
	case status == http.StatusForbidden:
		s.facts.forbidden = s.facts.forbidden || application == releasesKey
	case status == http.StatusFound || status == http.StatusUnauthorized:
		s.facts.ended = s.facts.ended || err == nil && s.letIn[session]
	}
}

// inConsole takes note of somebody in the console.
func (s *seen) inConsole() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts.console = true
}

func (s *seen) soFar() proxyFacts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.facts
}
