package demomail

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// kept is the number of letters that a Box keeps.
const kept = 50

const (
	timeout    = 10 * time.Second
	maxMessage = 1 << 20
)

// Box is a mail server with the letters it received. Its methods are safe for
// concurrent use.
type Box struct {
	listener net.Listener
	server   *smtp.Server
	now      func() time.Time
	done     chan struct{} // closed when the server has stopped

	mu      sync.Mutex
	letters []Letter // oldest first
}

// Open starts a server on a free port of the loopback interface; now nil is time.Now.
func Open(ctx context.Context, now func() time.Time) (*Box, error) {
	if now == nil {
		now = time.Now
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for mail on this machine: %w", err)
	}
	b := &Box{
		listener: l,
		now:      now,
		done:     make(chan struct{}),
	}
	b.server = smtp.NewServer(backend{b})
	b.server.Domain = "localhost"
	b.server.ReadTimeout = timeout
	b.server.WriteTimeout = timeout
	b.server.MaxMessageBytes = maxMessage
	b.server.ErrorLog = slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)
	go func() {
		defer close(b.done)
		_ = b.server.Serve(l) // returns when the server is closed
	}()
	return b, nil
}

// Addr returns the host and port of the server.
func (b *Box) Addr() string { return b.listener.Addr().String() }

// Letters returns the kept letters, newest first.
func (b *Box) Letters() []Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := slices.Clone(b.letters)
	slices.Reverse(all)
	return all
}

// Close stops the server. Letters still works.
func (b *Box) Close() error {
	// Also close the listener: a server closed before it began to serve does not
	// know it.
	_, _ = b.server.Close(), b.listener.Close()
	<-b.done
	return nil
}

func (b *Box) keep(l Letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.letters) == kept {
		b.letters = slices.Delete(b.letters, 0, 1)
	}
	b.letters = append(b.letters, l)
}

// backend makes the server add the messages it receives to box.
type backend struct{ box *Box }

// NewSession implements smtp.Backend.
func (b backend) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: b.box}, nil }

type session struct {
	box *Box
	to  []string
}

func (*session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	l, err := read(r)
	if err != nil {
		return &smtp.SMTPError{
			Code:         554,
			EnhancedCode: smtp.EnhancedCode{5, 6, 0},
			Message:      "this letter cannot be read: " + err.Error(),
		}
	}
	l.At = s.box.now()
	for _, to := range s.to {
		l.To = to
		s.box.keep(l)
	}
	return nil
}

func (s *session) Reset() { s.to = nil }

func (*session) Logout() error { return nil }
