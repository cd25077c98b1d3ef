package provisioning

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
)

// lossy is a network between identity provider and gateway. It loses requests on
// their way there and responses on their way back, and delivers requests twice.
type lossy struct {
	next http.RoundTripper

	mu   sync.Mutex
	rand *rand.Rand
	good bool // nothing is lost any more
	lost int
}

var errLost = errors.New("the connection was cut")

// fate is what happens to a request.
type fate int

const (
	delivered fate = iota
	requestLost
	responseLost
	deliveredTwice
)

// draw returns the fate of the next request: one in eight has another than to be
// delivered.
func (l *lossy) draw() fate {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.good {
		return delivered
	}
	switch l.rand.IntN(24) {
	case 0:
		l.lost++
		return requestLost
	case 1:
		l.lost++
		return responseLost
	case 2:
		return deliveredTwice
	}
	return delivered
}

func (l *lossy) heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.good = true
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	send := func() (*http.Response, error) {
		again := r.Clone(r.Context())
		if r.Body != nil {
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		return l.next.RoundTrip(again)
	}
	switch l.draw() {
	case requestLost:
		return nil, errLost
	case responseLost:
		if resp, err := send(); err == nil {
			_ = resp.Body.Close()
		}
		return nil, errLost
	case deliveredTwice:
		if resp, err := send(); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
	return send()
}
