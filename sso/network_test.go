package sso

import "testing"

func TestNetworkOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7":                "192.0.2.7",
		"::ffff:192.0.2.7":         "192.0.2.7",
		"::FFFF:c000:0207":         "192.0.2.7",
		"2001:db8:1:2::1":          "2001:db8:1:2::/64",
		"2001:DB8:1:2:0:0:0:1":     "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":     "2001:db8:1:2::/64",
		"2001:db8:1:3::1":          "2001:db8:1:3::/64",
		"fe80::1%eth0":             "fe80::/64",
		"::1":                      "::/64",
		"":                         "",
		"not an address":           "not an address",
		"192.0.2.7:443":            "192.0.2.7:443",
		"2001:db8:1:2::1, 1.2.3.4": "2001:db8:1:2::1, 1.2.3.4",
	} {
		if got := NetworkOf(address); got != want {
			t.Errorf("%q counts as %q; want %q", address, got, want)
		}
	}
}
