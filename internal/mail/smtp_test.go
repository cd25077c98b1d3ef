package mail_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/mail"
	"gatehouse/internal/testkit/smtptest"
	"gatehouse/sso"
)

// serve starts a server with STARTTLS, implicit TLS, or neither.
func serve(t *testing.T, mode mail.TLS, cert *smtptest.Certificate) *smtptest.Server {
	t.Helper()
	switch mode {
	case mail.StartTLS:
		return smtptest.Start(t, smtptest.Options{StartTLS: cert})
	case mail.ImplicitTLS:
		return smtptest.Start(t, smtptest.Options{ImplicitTLS: cert})
	}
	return smtptest.Start(t, smtptest.Options{})
}

var letter = mail.Message{
	To:       "ada@acme.example",
	Language: "de",
	Subject:  "Grüße, your code",
	Text:     "123456\n.\nQUIT\n",
}

func TestSend(t *testing.T) {
	t.Parallel()
	cert := smtptest.NewCertificate(t)
	roots := cert.Roots
	for name, c := range map[string]struct {
		server, client mail.TLS
		roots          *x509.CertPool
		user, password string
		to             string
		code           string
	}{
		"STARTTLS": {server: mail.StartTLS, client: "", roots: roots},
		"STARTTLS, signed in": {
			server:   mail.StartTLS,
			client:   mail.StartTLS,
			roots:    roots,
			user:     "gatehouse",
			password: "right",
		},
		"TLS, signed in": {
			server:   mail.ImplicitTLS,
			client:   mail.ImplicitTLS,
			roots:    roots,
			user:     "gatehouse",
			password: "right",
		},
		"on this machine": {server: mail.NoTLS, client: mail.NoTLS},
		"a wrong password": {
			server:   mail.StartTLS,
			roots:    roots,
			user:     "gatehouse",
			password: "wrong-password",
			code:     "mail_unavailable",
		},
		"STARTTLS is stripped": {
			server: mail.NoTLS,
			client: mail.StartTLS,
			roots:  roots,
			code:   "mail_unavailable",
		},
		"an unknown certificate": {
			server: mail.StartTLS,
			roots:  x509.NewCertPool(),
			code:   "mail_unavailable",
		},
		"unknown, TLS": {
			server: mail.ImplicitTLS,
			client: mail.ImplicitTLS,
			roots:  x509.NewCertPool(),
			code:   "mail_unavailable",
		},
		"no one there": {
			server: mail.StartTLS,
			roots:  roots,
			to:     "gone@acme.example",
			code:   "mail_refused",
		},
		"not now": {
			server: mail.StartTLS,
			roots:  roots,
			to:     "later@acme.example",
			code:   "mail_unavailable",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.server, cert)
			client, err := mail.NewSMTP(mail.Config{
				Addr:     s.Addr,
				TLS:      c.client,
				Roots:    c.roots,
				Username: c.user,
				Password: sso.Secret(c.password),
				From:     "Sign-in <sso@gate.example>",
			})
			if err != nil {
				t.Fatal(err)
			}
			m := letter
			if c.to != "" {
				m.To = c.to
			}
			err = client.Send(t.Context(), m)
			if sso.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err != nil &&
				(strings.Contains(err.Error(), "123456") ||
					strings.Contains(err.Error(), "wrong-password")) {
				t.Errorf("the error tells: %v", err)
			}
			check(t, s, c.code == "", c.user, c.server != mail.NoTLS)
		})
	}
}

func check(t *testing.T, s *smtptest.Server, delivered bool, user string, encrypted bool) {
	t.Helper()
	all := s.Messages()
	if !delivered {
		if len(all) != 0 {
			t.Errorf("the server took %+v", all)
		}
		return
	}
	if len(all) != 1 {
		t.Fatalf("the server took %d messages", len(all))
	}
	got := all[0]
	if got.From != "sso@gate.example" ||
		strings.Join(got.To, " ") != letter.To ||
		got.User != user ||
		got.Encrypted != encrypted {
		t.Errorf("envelope: %+v", got)
	}
	m, err := netmail.ReadMessage(strings.NewReader(got.Raw))
	if err != nil {
		t.Fatal(err)
	}
	h := m.Header
	if h.Get("To") != "<ada@acme.example>" ||
		h.Get("From") != `"Sign-in" <sso@gate.example>` ||
		h.Get("Auto-Submitted") != "auto-generated" ||
		h.Get("Content-Language") != "de" ||
		!strings.HasSuffix(h.Get("Message-Id"), "@gate.example>") ||
		h.Get("User-Agent") != "" ||
		!strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("headers: %v", h)
	}
	if strings.Contains(got.Raw, "Grüße") ||
		!strings.Contains(got.Raw, "123456\r\n.\r\nQUIT") {
		t.Errorf("body: %s", got.Raw)
	}
}

// TestInjection sends values that would add a recipient or a header.
func TestInjection(t *testing.T) {
	t.Parallel()
	s := serve(t, mail.NoTLS, nil)
	client, err := mail.NewSMTP(mail.Config{
		Addr: s.Addr,
		TLS:  mail.NoTLS,
		From: "sso@gate.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{
		"", "ada", "a@x.example,b@y.example", "a@x.example\r\nBcc: b@y.example",
		"a@x.example%0aBcc:b@y.example", `"a@x.example"@y.example`,
		"a@b@y.example", "Ada <a@x.example>", "a@x.example> <b@y.example",
		"a＠x.example", "a@x.example ", "ä@x.example", "a@x.example\x00",
		"a@x.example; b@y.example",
	} {
		m := letter
		m.To = to
		if err := client.Send(t.Context(), m); sso.CodeOf(err) != "mail_invalid" {
			t.Errorf("to %q: %v", to, err)
		}
	}
	for _, subject := range []string{
		"", "x\r\nBcc: b@y.example", "x\ny", "x\u2028y", "x\u202ey", "x\x00", "\xff",
		strings.Repeat("x", 201),
	} {
		m := letter
		m.Subject = subject
		if err := client.Send(t.Context(), m); sso.CodeOf(err) != "mail_invalid" {
			t.Errorf("subject %q: %v", subject, err)
		}
	}
	check(t, s, false, "", false)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for field, configs := range map[string][]mail.Config{
		"smtp.addr": {
			{},
			{Addr: "mail"},
			{Addr: ":25"},
			{Addr: "mail:0"},
			{Addr: "mail:70000"},
			{Addr: "mail:smtp"},
		},
		"smtp.from": {
			{Addr: "mail:25"},
			{Addr: "mail:25", From: "a@x.example\r\nX: y"},
			{Addr: "mail:25", From: "a@x.example, b@x.example"},
		},
		"smtp.tls": {
			{Addr: "mail:25", From: "a@x.example", TLS: mail.NoTLS},
			{Addr: "10.0.0.1:25", From: "a@x.example", TLS: mail.NoTLS},
			{Addr: "localhost.evil.example:25", From: "a@x.example", TLS: mail.NoTLS},
			{Addr: "mail:25", From: "a@x.example", TLS: "maybe"},
		},
	} {
		for _, cfg := range configs {
			_, err := mail.NewSMTP(cfg)
			if e, ok := errors.AsType[*sso.Error](err); !ok ||
				e.Code != "mail_settings" ||
				e.Fields[0].Field != field {
				t.Errorf("%+v: %v, want %s", cfg, err, field)
			}
		}
	}
}

// TestNoAnswer sends to a server that accepts the connection and stays silent, and to
// an unreachable one.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client, err := mail.NewSMTP(mail.Config{
		Addr:    l.Addr().String(),
		TLS:     mail.NoTLS,
		From:    "a@x.example",
		Timeout: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"hanging", "refused"} {
		if err := client.Send(context.Background(), letter); sso.CodeOf(err) != "mail_unavailable" {
			t.Errorf("%s: %v", state, err)
		}
		_ = l.Close()
	}
}

// TestSlowServer sends to servers that stop or continue without end midway: Send
// returns within its timeout.
func TestSlowServer(t *testing.T) {
	t.Parallel()
	for name, speak := range map[string]func(net.Conn){
		"silent after the greeting": func(c net.Conn) {
			_, _ = c.Write([]byte("220 localhost\r\n"))
		},
		"drips": func(c net.Conn) {
			for {
				if _, err := c.Write([]byte("220-slow\r\n")); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		},
		"silent after the message": func(c net.Conn) {
			_, _ = c.Write([]byte("220 localhost\r\n"))
			lines := bufio.NewScanner(c)
			for lines.Scan() {
				answer := "250 ok\r\n"
				switch line := lines.Text(); {
				case line == "DATA":
					answer = "354 go on\r\n"
				case line == ".":
					return
				case !strings.HasPrefix(line, "EHLO") &&
					!strings.HasPrefix(line, "MAIL") &&
					!strings.HasPrefix(line, "RCPT"):
					continue
				}
				_, _ = c.Write([]byte(answer))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			done := make(chan struct{})
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				speak(c)
				<-done
				_ = c.Close()
			}()
			client, err := mail.NewSMTP(mail.Config{
				Addr:    l.Addr().String(),
				TLS:     mail.NoTLS,
				From:    "a@x.example",
				Timeout: 300 * time.Millisecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			err = client.Send(t.Context(), letter) // returns only because the whole exchange is bounded
			close(done)
			if sso.CodeOf(err) != "mail_unavailable" {
				t.Errorf("got %v", err)
			}
		})
	}
}
