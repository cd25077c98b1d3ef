package api

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"time"

	"gatehouse/sso"
)

// response is an http.ResponseWriter that buffers a response until the request
// has succeeded.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
	once   string // member of the body that is not stored for repetitions; "" for none
	// stream writes the body in place of the buffer, after the request has succeeded.
	stream func(io.Writer) error
}

// Header implements http.ResponseWriter.
func (a *response) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

// WriteHeader implements http.ResponseWriter.
func (a *response) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *response) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *response) send(w http.ResponseWriter) error {
	if a.stream != nil {
		body := &streamed{
			response: a,
			w:        w,
		}
		err := a.stream(body)
		if err != nil && body.begun {
			panic(http.ErrAbortHandler) // so that the body does not seem complete
		}
		return err
	}
	a.sendHead(w)
	_, _ = w.Write(a.body.Bytes()) // fails only if the client went away
	return nil
}

func (a *response) sendHead(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
}

// streamed is a body that is written part by part; the client has a minute for each.
type streamed struct {
	response *response
	w        http.ResponseWriter
	begun    bool
}

// Write implements io.Writer.
func (s *streamed) Write(b []byte) (int, error) {
	if !s.begun {
		s.response.sendHead(s.w)
		s.begun = true
	}
	_ = http.NewResponseController(s.w).SetWriteDeadline(time.Now().Add(time.Minute)) // a recorder has none
	return s.w.Write(b)
}

// keptHeaders returns the headers that are stored with a response for
// repetitions of its request.
func keptHeaders() []string { return []string{"Content-Type", "Etag", "Location"} }

func (a *response) kept() sso.KeptResponse {
	k := sso.KeptResponse{
		Status: a.status,
		Header: map[string]string{},
		Body:   without(a.body.Bytes(), a.once),
	}
	for _, name := range keptHeaders() {
		if v := a.Header().Get(name); v != "" {
			k.Header[name] = v
		}
	}
	return k
}

// without returns a JSON object with null for a member.
func without(body []byte, member string) []byte {
	var all map[string]json.RawMessage
	if member == "" || json.Unmarshal(body, &all) != nil {
		return body
	}
	if _, ok := all[member]; ok {
		all[member] = json.RawMessage("null")
	}
	out, _ := json.Marshal(all) // cannot fail: the values were decoded
	return out
}

func replayed(k sso.KeptResponse) *response {
	a := &response{status: k.Status}
	for name, v := range k.Header {
		a.Header().Set(name, v)
	}
	a.Header().Set("Idempotency-Replayed", "true")
	a.body.Write(k.Body)
	return a
}

type readCloser struct{ io.Reader }

func (readCloser) Close() error { return nil }
