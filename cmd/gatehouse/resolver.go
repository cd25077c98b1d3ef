package main

import (
	"context"
	"net"
	"strings"

	"gatehouse/config"
	"gatehouse/sso/connections"
)

// resolver returns the resolver for the TXT records that prove domains: the
// configured DNS server, or the system's if none is configured.
func resolver(c config.DNS) connections.TXTResolver {
	r := &net.Resolver{}
	if c.Resolver != "" {
		r.PreferGo = true
		r.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, c.Resolver)
		}
	}
	return rootedResolver{r}
}

// rootedResolver looks up fully qualified names only: a domain from this machine's
// DNS search list must not prove anything.
type rootedResolver struct {
	resolver *net.Resolver
}

// LookupTXT implements connections.TXTResolver.
func (r rootedResolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return r.resolver.LookupTXT(ctx, strings.TrimSuffix(name, ".")+".")
}
