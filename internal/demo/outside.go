package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demomail"
)

// globexTenant is the tenant ID of Globex, whose directory resembles Entra ID.
const globexTenant = "6c0f2f3e-1d5b-4c1e-9a0e-9b5a7d0c2e11"

// MailFrom is the sender of the demo's mail.
const MailFrom = "Gatehouse demo <sign-in@gatehouse.example>"

// Outside holds the systems that Gatehouse talks to: identity providers, a mail
// server, and Microsoft Graph.
type Outside struct {
	base         string
	acme, globex *demoidp.IdP
	initech      *demoidp.IdP // has no connection yet
	hooli        *demoidp.IdP
	mail         *demomail.Box
	graph        net.Listener
	server       *http.Server
	done         chan struct{} // closed when the Graph server has stopped
}

// OpenOutside starts the systems for a gateway at base. now nil is time.Now.
func OpenOutside(ctx context.Context, base string, now func() time.Time) (o *Outside, err error) {
	o = &Outside{base: base, done: make(chan struct{})}
	if o.acme, err = identityProvider(base, acme(), acmePeople(), now); err != nil {
		return nil, err
	}
	if o.globex, err = identityProvider(base, globex(), globexPeople(), now); err != nil {
		return nil, err
	}
	if o.initech, err = identityProvider(base, initech(), initechPeople(), now); err != nil {
		return nil, err
	}
	if o.hooli, err = identityProvider(base, hooli(), staff(), now); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	if o.graph, err = config.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listen as Microsoft Graph on this machine: %w", err)
	}
	if o.mail, err = demomail.Open(ctx, now); err != nil {
		return nil, errors.Join(err, o.graph.Close())
	}
	o.server = &http.Server{
		Handler:           o.globex.Graph(),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() {
		defer close(o.done)
		_ = o.server.Serve(o.graph) // returns when the server is closed
	}()
	return o, nil
}

func identityProvider(base string, c company, people []demoidp.Person, now func() time.Time) (*demoidp.IdP, error) {
	idp, err := demoidp.New(demoidp.Options{
		BaseURL:  base + idpPath(c.key),
		Now:      now,
		Name:     c.name + " Directory",
		Tenant:   c.tenant,
		HomeURL:  "/demo",
		HomeName: "Gatehouse demo",
	})
	if err != nil {
		return nil, fmt.Errorf("start the identity provider of %s: %w", c.name, err)
	}
	for _, person := range people {
		idp.AddPerson(person)
	}
	return idp, nil
}

func idpPath(key string) string { return "/demo/idp/" + key }

func provisioningPath(key string) string { return idpPath(key) + "/provisioning" }

// MailAddr returns the address of the mail server.
func (o *Outside) MailAddr() string { return o.mail.Addr() }

// GraphURL returns the origin of both Microsoft Graph and its token endpoint.
func (o *Outside) GraphURL() string { return "http://" + o.graph.Addr().String() }

// Close stops the servers.
func (o *Outside) Close() error {
	err := errors.Join(o.server.Close(), o.mail.Close())
	_ = o.graph.Close() // a server closed before it began to serve does not know it
	<-o.done
	return err
}
