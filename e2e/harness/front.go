package harness

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Manner is how an identity provider responds.
type Manner string

// The manners of responding.
const (
	Well    Manner = "well"
	Gone    Manner = "with 500"
	Hanging Manner = "never"
	Slowly  Manner = "one byte a second"
	Endless Manner = "without an end"
	Huge    Manner = "a gigabyte"
	Looping Manner = "with redirects in a circle"
	Bomb    Manner = "compressed a thousandfold"
)

// Front is a proxy in front of an identity provider. It can respond itself,
// edit responses, and shift the provider's clock.
type Front struct {
	idp  http.Handler
	over chan struct{} // closed at the end of the test

	mu     sync.Mutex
	manner Manner
	at     string
	edit   func(string) string
	clock  time.Duration
}

// Answer sets the manner of responses to paths that contain at.
func (f *Front) Answer(manner Manner, at string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.manner, f.at, f.edit = manner, at, nil
}

// Edit edits the responses to paths that contain at.
func (f *Front) Edit(at string, edit func(string) string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.manner, f.at, f.edit = Well, at, edit
}

// MoveClock sets how far the provider's clock is ahead.
func (f *Front) MoveClock(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = by
}

func (f *Front) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Add(f.clock)
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	manner, edit := f.manner, f.edit
	if !strings.Contains(r.URL.Path, f.at) {
		manner, edit = Well, nil
	} else {
	}
	f.mu.Unlock()
	switch manner {
	case Gone:
		http.Error(w, "gone", http.StatusInternalServerError)
	case Looping:
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	case Hanging:
		f.wait(r, time.Hour)
	case Slowly:
		f.repeat(w, r, " ", time.Second)
	case Endless:
		f.repeat(w, r, strings.Repeat(" ", 32<<10), 0)
	case Huge:
		w.Header().Set("Content-Length", "1073741824")
		f.repeat(w, r, strings.Repeat(" ", 32<<10), 0)
	case Bomb:
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		f.repeat(z, r, strings.Repeat(" ", 1<<20), 0)
	default:
		f.pass(w, r, edit)
	}
}

func (f *Front) pass(w http.ResponseWriter, r *http.Request, edit func(string) string) {
	if edit == nil {
		f.idp.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	f.idp.ServeHTTP(rec, r)
	for name := range rec.Header() {
		if name != "Content-Length" {
			w.Header()[name] = rec.Header()[name]
		}
	}
	w.WriteHeader(rec.Code)
	_, _ = io.WriteString(w, edit(rec.Body.String())) // the client went away
}

// repeat writes the same bytes until the client closes the connection.
func (f *Front) repeat(w io.Writer, r *http.Request, text string, pause time.Duration) {
	for f.wait(r, pause) {
		if _, err := io.WriteString(w, text); err != nil {
			return
		}
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
	}
}

// wait reports whether the client is still connected after a pause.
func (f *Front) wait(r *http.Request, pause time.Duration) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-f.over:
		return false
	case <-time.After(pause):
		return true
	}
}
