package sso

import "net/netip"

// NetworkOf returns what a client's address counts as in a rate limit: an IPv4
// address, or the /64 network of an IPv6 address, because one subscriber can
// use another of its 2^64 addresses for each request. An IPv4 address written
// as IPv6 counts as IPv4. Text that is no address is returned unchanged.
func NetworkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64) // fails only for more bits than an address has
	return prefix.String()
}
