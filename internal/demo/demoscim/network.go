package demoscim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Exchange is a request and its answer, without the token.
type Exchange struct {
	Number   int // counts from 1
	At       time.Time
	Took     time.Duration
	Method   string
	Path     string // with the query
	Sent     string // the body
	Status   int    // 0: no answer arrived
	Answered string // the body, or why none arrived
}

// Failed reports whether the request was refused, or got no answer.
func (e Exchange) Failed() bool { return e.Status == 0 || e.Status >= http.StatusBadRequest }

// Detail returns the text of a refusal, or of the error of the network.
func (e Exchange) Detail() string {
	if e.Status == 0 {
		return e.Answered
	}
	var problem resource
	_ = json.Unmarshal([]byte(e.Answered), &problem)
	return problem.Detail
}

const (
	// mostExchanges is how many exchanges a Network remembers.
	mostExchanges = 5000
	// mostBody is how many bytes of a body it remembers.
	mostBody = 4096
	// loseEvery is how many requests that write there are to each lost answer.
	loseEvery = 5
)

// Network sends requests, and remembers the newest 5000 of them. It is safe for
// concurrent use.
type Network struct {
	Next http.RoundTripper

	mu     sync.Mutex
	all    []Exchange // the oldest first
	count  int
	lose   bool
	writes int
}

// Lose makes the network lose the answer to every fifth request that writes, after
// the application has carried it out.
func (n *Network) Lose(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lose = on
}

// Exchanges returns what is remembered, the newest first.
func (n *Network) Exchanges() []Exchange {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := slices.Clone(n.all)
	slices.Reverse(all)
	return all
}

// errLost is what the identity provider notices of a lost answer.
var errLost = errors.New("the connection was cut before an answer arrived")

// RoundTrip implements [http.RoundTripper].
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	e := Exchange{
		At:     time.Now(),
		Method: r.Method,
		Path:   r.URL.RequestURI(),
	}
	var sent bytes.Buffer
	if r.Body != nil {
		body := r.Body
		r = r.Clone(r.Context())
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(body, &sent), body}
	}
	resp, err := n.Next.RoundTrip(r)
	var answer []byte
	if err == nil {
		answer, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if err == nil && n.loses(r.Method) {
		err = errLost
	}
	e.Took = time.Since(e.At)
	e.Sent = shortened(sent.Bytes())
	if err != nil {
		e.Answered = err.Error()
		n.remember(e)
		return nil, fmt.Errorf("send: %w", err)
	}
	e.Status = resp.StatusCode
	e.Answered = shortened(answer)
	n.remember(e)
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	return resp, nil
}

func (n *Network) loses(method string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.lose || method == http.MethodGet {
		return false
	}
	n.writes++
	return n.writes%loseEvery == 0
}

func (n *Network) remember(e Exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count++
	e.Number = n.count
	if len(n.all) == mostExchanges {
		n.all = slices.Delete(n.all, 0, mostExchanges/10)
	}
	n.all = append(n.all, e)
}

func shortened(body []byte) string {
	if len(body) > mostBody {
		return string(bytes.ToValidUTF8(body[:mostBody], nil)) + " …"
	}
	return string(body)
}
