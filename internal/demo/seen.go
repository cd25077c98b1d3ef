package demo

import (
	"crypto/sha256"
	"net/http"
	"sync"
)

// maxLetIn is the number of sessions remembered.
const maxLetIn = 1000

// seen records requests at the proxy, for the checklist: Gatehouse itself does not
// record requests to applications.
type seen struct {
	cookie string // name of the session cookie

	mu    sync.Mutex
	facts proxyFacts
	letIn map[[sha256.Size]byte]bool // hashes of session cookies
}

// proxyFacts are the facts of the checklist from the proxy.
type proxyFacts struct {
	wiki      bool // a user read it
	forbidden bool // a user lacks the groups that a part of the API requires
	ended     bool // a session that was allowed before is redirected to sign in
	console   bool // the console was opened
	missing   bool // who is missing at Hooli was looked at there
}

// answer records Gatehouse's decision about a request.
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

// inConsole records that the console was opened, and whether at the page about who is
// missing at Hooli.
func (s *seen) inConsole(missing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts.console = true
	s.facts.missing = s.facts.missing || missing
}

func (s *seen) soFar() proxyFacts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.facts
}
