package outbound

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"

	"gatehouse/sso"
)

// policy decides which addresses may be called.
type policy struct {
	private  bool
	ports    []uint16 // nil: any
	guardian *ssrf.Guardian
	metadata []netip.Addr // services that hand credentials to every client
}

func newPolicy(o Options) *policy {
	p := &policy{
		private: o.AllowPrivate,
		ports:   o.Ports,
		metadata: []netip.Addr{
			netip.MustParseAddr("169.254.169.254"), // nearly every cloud
			netip.MustParseAddr("169.254.170.2"),   // container credentials
			netip.MustParseAddr("100.100.100.200"), // inside the shared address space
			netip.MustParseAddr("168.63.129.16"),   // a public address that only its own guests reach
			netip.MustParseAddr("192.0.0.192"),
			netip.MustParseAddr("fd00:ec2::254"),
			netip.MustParseAddr("fd20:ce::254"),
		},
	}
	if p.private {
		p.ports = nil
		p.guardian = ssrf.New(ssrf.WithAnyPort(),
			ssrf.WithAllowedV4Prefixes(prefixes(
				"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
			)...),
			ssrf.WithAllowedV6Prefixes(prefixes("::1/128", "fc00::/7")...))
		return p
	}
	if len(p.ports) == 0 {
		p.ports = []uint16{443, 8443}
	}
	p.guardian = ssrf.New(ssrf.WithPorts(p.ports...))
	return p
}

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// control implements net.Dialer.Control. It checks the address that the dialer
// is about to connect to, so an earlier resolution of the name does not matter.
func (p *policy) control(network, address string, conn syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(address); err == nil {
		if err := p.checkAddr(at.Addr()); err != nil {
			return err
		}
	}
	if err := p.guardian.Safe(network, address, conn); err != nil {
		return notAllowed("connect to %s: %w", address, err)
	}
	return nil
}

func (p *policy) checkAddr(addr netip.Addr) error {
	addr = addr.Unmap()
	if slices.Contains(p.metadata, addr.WithZone("")) {
		return notAllowed("%s is a metadata service", addr)
	}
	if err := p.guardian.SafeAddr(addr); err != nil {
		return notAllowed("address %s: %w", addr, err)
	}
	return nil
}

// checkURL refuses what can be refused before the name is resolved, so that the
// error is about the address as entered.
func (p *policy) checkURL(u *url.URL) error {
	host := u.Hostname()
	switch {
	case u.User != nil:
		return notAllowed("an address with a user name or password")
	case u.Opaque != "" || host == "":
		return notAllowed("an address without a host")
	case u.Scheme == "https", u.Scheme == "http" &&
		p.private &&
		isLoopback(host):
	default:
		return notAllowed("scheme %q", u.Scheme)
	}
	if err := p.checkPort(u); err != nil {
		return err
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return notAllowed("an address with a zone")
		}
		return p.checkAddr(addr)
	}
	return p.checkName(host)
}

func (p *policy) checkPort(u *url.URL) error {
	port := uint64(443)
	if text := u.Port(); text != "" {
		var err error
		if port, err = strconv.ParseUint(text, 10, 16); err != nil || port == 0 {
			return notAllowed("port %q", text)
		}
	} else if u.Scheme == "http" {
		port = 80
	}
	if p.ports != nil && !slices.Contains(p.ports, uint16(port)) {
		return notAllowed("port %d", port)
	}
	return nil
}

// checkName refuses names that some resolver or URL parser reads as an IP
// address ("2130706433", "0177.0.0.1", "0x7f.1"), and names that are not ASCII,
// which would be folded ("①②⑦.0.0.1").
func (p *policy) checkName(host string) error {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') &&
			(c < '0' || c > '9') &&
			c != '-' &&
			c != '.' &&
			c != '_' {
			return notAllowed("host %q", host)
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if last == "" || len(name) > 253 || last[0] >= '0' && last[0] <= '9' {
		return notAllowed("host %q", host) // no top-level domain begins with a digit
	}
	if !p.private && isLocalName(name) {
		return notAllowed("host %q", host)
	}
	return nil
}

func isLocalName(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return isLocalName(strings.ToLower(strings.TrimSuffix(host, ".")))
}

func notAllowed(format string, args ...any) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   sso.CodeURLNotAllowed,
		Public: "This address may not be called. Use an https address on the public internet.",
		Err:    fmt.Errorf(format, args...),
	}
}
