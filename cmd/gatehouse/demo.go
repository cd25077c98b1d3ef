package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/internal/demo"
	"gatehouse/sso"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

func newDemo(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the gateway with identity providers and people of its own",
		Args:  cobra.NoArgs,
		Long: "Run the gateway with four companies, their identity providers (SAML, OpenID Connect, SCIM)\n" +
			"and a checklist. It is for this machine only: its people need no password.",
	}
	port := cmd.Flags().Int("port", demoPort, "port on localhost; without this flag, another one if it is taken")
	dir := cmd.Flags().String("data-dir", "", "directory to keep the demo in; empty: nothing is kept")
	verbose := cmd.Flags().BoolP("verbose", "v", false, "log every request")
	cmd.RunE = does(func(cmd *cobra.Command) error {
		return a.demo(cmd.Context(), demoOptions{
			port:     *port,
			portOnly: cmd.Flags().Changed("port"),
			dir:      *dir,
			verbose:  *verbose,
		})
	})
	return cmd
}

// demoPort is the default port of the demo.
const demoPort = 8080

type demoOptions struct {
	port     int
	portOnly bool // fail if the port is taken
	dir      string
	verbose  bool
}

func (a *app) demo(ctx context.Context, o demoOptions) (err error) {
	start := time.Now()
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "gatehouse-demo-"); err != nil {
			return fmt.Errorf("make a directory: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	l, err := loopback(ctx, o.port, o.portOnly)
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // serving has closed it, unless something failed before
	return a.serveDemo(ctx, o, l, demoConfig(dir, l, o.verbose), start)
}

// serveDemo serves the demo from the listener until ctx is done. start is when the
// command began.
func (a *app) serveDemo(
	ctx context.Context, o demoOptions, l net.Listener, c config.Config, start time.Time,
) (err error) {
	outside, err := demo.OpenOutside(ctx, c.BaseURL, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, outside.Close()) }()
	c.SMTP = config.SMTP{
		Addr: outside.MailAddr(),
		TLS:  "none",
		From: demo.MailFrom,
	}
	c.Directory = config.Directory{
		LoginURL: outside.GraphURL(),
		GraphURL: outside.GraphURL(),
	}
	p, err := demoParts(ctx, c, a.stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.db.Close()) }()
	banner := new(demoBanner)
	p.banner = banner.line
	g, err := newGateway(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	d, err := newDemonstration(ctx, g, outside)
	if err != nil {
		return err
	}
	banner.demo = d
	defer func() { err = errors.Join(err, d.Close()) }()
	mux := http.NewServeMux()
	d.Mount(mux)
	g.mount("/demo", mux)
	a.announce(o, l, d, time.Since(start))
	defer signInStaff(ctx, d, p.log)()
	return g.run(ctx, []listener{{l, route.Server(p.config.Listen, g.handler(), p.log)}}, 0)
}

// signInStaff signs people in once the gateway is serving. The returned function
// waits until that has ended.
func signInStaff(ctx context.Context, d *demo.Demo, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var signing sync.WaitGroup
	signing.Go(func() {
		if err := d.SignInStaff(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "people of the demo are not signed in", "error", err)
		}
	})
	return func() {
		cancel()
		signing.Wait()
	}
}

// newDemonstration seeds the database of g and starts the demo's applications.
func newDemonstration(ctx context.Context, g *gateway, outside *demo.Outside) (*demo.Demo, error) {
	return demo.New(ctx, demo.Options{
		BaseURL:   g.config.BaseURL,
		Outside:   outside,
		Store:     g.db,
		SAML:      g.saml,
		OIDC:      g.oidc,
		Principal: g.sessions.Principal,
		SignedOut: g.signedOut,
		Cookie:    g.config.Session.CookieName,
		Admit:     g.sessions.Admin().Set,
	})
}

// announce prints what to open, and the port if it is not the one wanted.
func (a *app) announce(o demoOptions, l net.Listener, d *demo.Demo, took time.Duration) {
	if !o.portOnly && l.Addr().(*net.TCPAddr).Port != o.port {
		a.printf("\n  Port %d is taken by another program, so this demo has another one.\n", o.port)
	}
	a.printf(
		"\n  Gatehouse demo, ready in %d ms. For this machine only; stop it with Ctrl-C.\n\n%s\n",
		took.Milliseconds(), d.Summary(),
	)
}

// demoBanner is the line above every page of the demo. It leads from each step of the
// checklist to the next, once the demo has been made.
type demoBanner struct{ demo *demo.Demo }

func (b *demoBanner) line(r *http.Request) *ui.Banner {
	line := &ui.Banner{
		Text:  "This is a demo: its people need no password.",
		Href:  "/demo",
		Label: "What to try",
	}
	if b.demo == nil {
		return line
	}
	p, err := b.demo.Progress(r.Context())
	if err == nil && p.Done > 0 {
		line.Text = fmt.Sprintf("Demo: %d of %d steps done.", p.Done, p.Of)
		line.Href, line.Label = p.Address, p.Next
	}
	return line
}

// demoParts opens the demo's database. It refuses the database of a real
// installation: the demo's users need no password.
func demoParts(ctx context.Context, c config.Config, stderr io.Writer) (parts, error) {
	p := parts{
		config: c,
		log:    newLog(stderr, c.Log),
	}
	var err error
	if p.keys, err = keyring(c); err != nil {
		return p, err
	}
	if p.db, err = openStore(ctx, c, p.keys, p.log); err != nil {
		return p, err
	}
	mark, err := p.db.Meta(ctx, demo.MetaKey)
	if err == nil && mark == "" {
		var have []sso.Enterprise
		if have, _, err = p.db.Enterprises(ctx, sso.Page{Limit: 1}); err == nil && len(have) > 0 {
			err = errors.New("this is the database of a real installation; give the demo a directory of its own")
		}
	}
	if err != nil {
		return p, errors.Join(err, p.db.Close())
	}
	return p, nil
}

// loopback listens on the loopback interface. If the port is taken, it listens on
// another one, unless only is set.
func loopback(ctx context.Context, port int, only bool) (net.Listener, error) {
	var config net.ListenConfig
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	l, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) && !only {
		l, err = config.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("--port: %s", whyNotListen(address, err))
	}
	return l, nil
}

func demoConfig(dir string, l net.Listener, verbose bool) config.Config {
	c := config.Default()
	c.DataDir = dir
	c.Database = config.Address("sqlite:" + dir + "/gatehouse.db")
	c.Listen = l.Addr().String()
	_, port, _ := net.SplitHostPort(c.Listen) // cannot fail: the listener's address has a port
	c.BaseURL = "http://localhost:" + port
	c.AllowPrivateIDPAddresses = true
	c.Log.Level = "warn"
	if verbose {
		c.Log.Level = "info"
	}
	return c
}
