package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// TLS selects how the connection to the server is encrypted.
type TLS string

// The values of TLS. Without encryption, only a server on this machine is allowed.
const (
	StartTLS    TLS = "starttls" // required: a server without it is refused
	ImplicitTLS TLS = "tls"
	NoTLS       TLS = "none"
)

// timeout bounds sending as a whole, from dialling to the server's acceptance: a user
// waits for it in front of a page.
const timeout = 10 * time.Second

// Config is the address of the server and how to connect to it.
type Config struct {
	Addr     string // host:port
	TLS      TLS    // empty: StartTLS
	Username string // empty: no authentication
	Password sso.Secret
	From     string // an address, with or without a name
	// Roots are trusted in place of the system's; nil: the system's.
	Roots *x509.CertPool
	// Timeout is 10 seconds if it is 0.
	Timeout time.Duration
}

// SMTP sends mail through one server, with one connection per message.
type SMTP struct {
	cfg  Config
	host string
	port int
	from mail.Address
}

// NewSMTP checks the settings; it does not connect. The error is Invalid
// "mail_settings" with the field, named as in the settings.
func NewSMTP(cfg Config) (*SMTP, error) {
	host, service, err := net.SplitHostPort(cfg.Addr)
	port, portErr := strconv.ParseUint(service, 10, 16)
	if err != nil || portErr != nil || port == 0 || host == "" {
		return nil, sso.InvalidField("mail_settings", "smtp.addr", "Enter host and port, such as mail.example.com:587.")
	}
	from, err := mail.ParseAddress(cfg.From)
	if err == nil {
		from.Address, err = address.Email(from.Address)
	}
	if err != nil || !sso.Printable(from.Name) {
		return nil, sso.InvalidField(
			"mail_settings", "smtp.from", "Enter an address such as Sign-in <sso@example.com>.",
		)
	}
	switch cfg.TLS {
	case "":
		cfg.TLS = StartTLS
	case StartTLS, ImplicitTLS:
	case NoTLS:
		if !loopback(host) {
			return nil, sso.InvalidField(
				"mail_settings", "smtp.tls",
				"Without TLS only a server on this machine can be used.",
			)
		}
	default:
		return nil, sso.InvalidField("mail_settings", "smtp.tls", "Choose starttls, tls or none.")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = timeout
	}
	return &SMTP{
		cfg:  cfg,
		host: host,
		port: int(port),
		from: *from,
	}, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(s.from, m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	client, err := s.client()
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil && !msg.IsDelivered() {
		return failure(err)
	}
	return nil // accepted, even if closing failed
}

func (s *SMTP) client() (*gomail.Client, error) {
	_, domain, _ := strings.Cut(s.from.Address, "@")
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithoutNoop(),
		gomail.WithHELO(domain), gomail.WithDialContextFunc(s.dial),
		gomail.WithTLSConfig(s.tls()),
	}
	switch s.cfg.TLS {
	case ImplicitTLS:
		options = append(options, gomail.WithSSL()) // the connection from dial is encrypted already
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.cfg.Username != "" {
		how := gomail.SMTPAuthAutoDiscover
		if s.cfg.TLS == ImplicitTLS { // the library trusts only its own dialer to have encrypted the connection
			how = gomail.SMTPAuthPlain
		}
		options = append(options, gomail.WithSMTPAuth(how),
			gomail.WithUsername(s.cfg.Username), gomail.WithPassword(s.cfg.Password.Reveal()))
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return nil, sso.InvalidField("mail_settings", "smtp.addr", "This server cannot be used.")
	}
	return client, nil
}

// dial connects with the deadline of ctx for the whole exchange: the library extends
// its deadline at every step, which a slow server could exploit forever.
func (s *SMTP) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	plain, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	end, _ := ctx.Deadline()
	conn := &bounded{plain, end}
	if err := conn.SetDeadline(end); err != nil || s.cfg.TLS != ImplicitTLS {
		return conn, err
	}
	encrypted := tls.Client(conn, s.tls())
	if err := encrypted.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return encrypted, nil
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{
		ServerName: s.host,
		RootCAs:    s.cfg.Roots,
		MinVersion: tls.VersionTLS12,
	}
}

// bounded is a connection whose deadline cannot be extended beyond end.
type bounded struct {
	net.Conn
	end time.Time
}

// SetDeadline implements net.Conn.
func (b *bounded) SetDeadline(t time.Time) error {
	if t.IsZero() || t.After(b.end) {
		t = b.end
	}
	return b.Conn.SetDeadline(t)
}

// failure returns "mail_refused" if the server rejects this message, and
// "mail_unavailable" if it cannot accept any now.
func failure(err error) error {
	if refused, ok := errors.AsType[*gomail.SendError](err); ok &&
		refused.Reason == gomail.ErrSMTPRcptTo &&
		!refused.IsTemp() &&
		refused.ErrorCode() >= 500 {
		return &sso.Error{
			Kind:   sso.Upstream,
			Code:   "mail_refused",
			Err:    err,
			Public: "The mail server does not deliver to this address. Ask your administrator whether it is right.",
		}
	}
	return sso.MailUnavailable().WithCause(err)
}
