package sso

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxEndpointLength is a length that every browser and proxy accepts.
const maxEndpointLength = 2048

// CheckEndpoint accepts an address of an identity provider that a browser may
// be sent to: absolute, https, without a user name or a fragment. http is
// accepted for the loopback interface only. The host must be in ASCII: package
// address converts others where they are entered or read. Fetched addresses
// must pass the stricter rules of the outbound client as well.
func CheckEndpoint(address string) error {
	if len(address) > maxEndpointLength {
		return fmt.Errorf("%d bytes long", len(address))
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("not an address") // the cause would quote all of it
	case u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return errors.New("no host, a user name or a fragment")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf }):
		return errors.New("a host that is not in ASCII")
	case !isValidPort(u.Port()):
		return errors.New("a port that is none")
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return errors.New("not https")
}

// isValidPort also accepts a missing port.
func isValidPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" ||
		strings.HasSuffix(host, ".localhost") ||
		err == nil && addr.IsLoopback()
}
