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

// globexTenant makes Globex's directory one of Entra ID.
const globexTenant = "6c0f2f3e-1d5b-4c1e-9a0e-9b5a7d0c2e11"

// MailFrom is the sender of the demonstration's letters.
const MailFrom = "Gatehouse demo <sign-in@gatehouse.example>"

// Outside is what the companies and the internet have, and Gatehouse talks to:
// identity providers, a mail server, and Microsoft Graph.
type Outside struct {
	base         string
	acme, globex *demoidp.IdP
	initech      *demoidp.IdP // that no connection leads to yet
	mail         *demomail.Box
	graph        net.Listener
	server       *http.Server
	done         chan struct{} // closed when graph is answered no more
}

// OpenOutside starts them, for a gateway at base. now nil is time.Now.
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
	var config net.ListenConfig
	if o.graph, err = config.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listen as Microsoft Graph on this machine: %w", err)
	}
	if o.mail, err = demomail.Open(ctx, now); err != nil {
		return nil, errors.Join(err, o.graph.Close())
	}
	o.server = &http.Server{Handler: o.globex.Graph(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(o.done)
		_ = o.server.Serve(o.graph) // it ends when it is closed
	}()
	return o, nil
}

func identityProvider(base string, c company, people []demoidp.Person, now func() time.Time) (*demoidp.IdP, error) {
	idp, err := demoidp.New(demoidp.Options{
		BaseURL: base + idpPath(c.key), Now: now, Name: c.name + " Directory", Tenant: c.tenant,
		HomeURL: "/demo", HomeName: "Gatehouse demo",
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

// MailAddr is where the mail server listens.
func (o *Outside) MailAddr() string { return o.mail.Addr() }

// GraphURL is the origin of both Microsoft Graph and its token endpoint.
func (o *Outside) GraphURL() string { return "http://" + o.graph.Addr().String() }

// Close stops the servers.
func (o *Outside) Close() error {
	err := errors.Join(o.server.Close(), o.mail.Close())
	_ = o.graph.Close() // the server does not know it if it was closed before it began
	<-o.done
	return err
}
