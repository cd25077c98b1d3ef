package access_test

import (
	"context"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// few is a limiter that allows two of each key, whatever it is asked.
type few map[string]int

// Allow implements the limiter of access.Options.
func (c few) Allow(_ context.Context, key string, _ int) (time.Duration, error) {
	if c[key]++; c[key] > 2 {
		return time.Minute, nil
	}
	return 0, nil
}

// TestStrangersCannotLockOutAnAdmin: however often others guess at a login, its owner
// gets in from an address of their own, and from a browser that signed in before
// even at the strangers' address.
func TestStrangersCannotLockOutAnAdmin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.account("olive", true)
	service := access.New(access.Options{
		Accounts: f.db,
		Sessions: f.db,
		Access:   f.db,
		Links:    f.db,
		Evidence: f.db,
		Limiter:  few{},
		Now:      f.Now,
	})
	try := func(remote, word string, device sso.Secret) string {
		_, err := service.SignIn(t.Context(), access.SignIn{
			Login:    "olive",
			Password: sso.Secret(word),
			Remote:   remote,
			Device:   device,
		})
		return sso.CodeOf(err)
	}
	for _, stranger := range []string{
		"198.51.100.1", "198.51.100.2", "2001:db8::1",
	} {
		for i, want := range []string{
			"admin_refused", "admin_refused", "rate_limited", "rate_limited",
		} {
			if code := try(stranger, "a guess", access.Device("somebody")); code != want {
				t.Errorf("guess %d from %s: %s; want %s", i, stranger, code, want)
			}
		}
		if code := try(stranger, password, ""); code != "rate_limited" {
			t.Errorf("the right password is told from a guess: %s", code)
		}
	}
	if code := try("192.0.2.1", password, ""); code != "" {
		t.Errorf("from another address: %s", code)
	}
	if code := try("198.51.100.1", password, access.Device("OLIVE")); code != "" {
		t.Errorf("from a browser that signed in before: %s", code)
	}
	// That browser is limited as well.
	_ = try("203.0.113.1", "a guess", access.Device("olive"))
	if code := try("203.0.113.2", password, access.Device("olive")); code != "rate_limited" {
		t.Errorf("a known browser guesses on: %q", code)
	}
}

// TestTriesOfANetworkAreLimited (CVE-2026-45364): guesses are counted for the network of
// an IPv6 address, so that its 2^64 addresses are no 2^64 tries.
func TestTriesOfANetworkAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.account("olive", true)
	service := access.New(access.Options{
		Accounts: f.db,
		Sessions: f.db,
		Access:   f.db,
		Links:    f.db,
		Evidence: f.db,
		Limiter:  few{},
		Now:      f.Now,
	})
	try := func(remote, word string) string {
		_, err := service.SignIn(t.Context(), access.SignIn{
			Login:    "olive",
			Password: sso.Secret(word),
			Remote:   remote,
		})
		return sso.CodeOf(err)
	}
	for i, remote := range []string{
		"2001:db8::1", "2001:DB8:0:0::2", "2001:db8::ffff:ffff",
		"2001:db8:0:0:abcd::",
	} {
		want := "rate_limited"
		if i < 2 {
			want = "admin_refused"
		}
		if code := try(remote, "a guess"); code != want {
			t.Errorf("guess %d from %s: %s; want %s", i, remote, code, want)
		}
	}
	for _, remote := range []string{"::ffff:192.0.2.1", "192.0.2.1"} {
		_ = try(remote, "a guess")
	}
	if code := try("192.0.2.1", password); code != "rate_limited" {
		t.Errorf("one address in two spellings has twice the tries: %q", code)
	}
	if code := try("2001:db8:0:1::1", password); code != "" {
		t.Errorf("from another network: %s", code)
	}
}
