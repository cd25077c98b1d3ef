package provisioning

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestContactsAreBounded: strangers who make up connections do not fill the memory,
// and leave room for those with a token.
func TestContactsAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := NewContacts(nil, slog.New(slog.DiscardHandler), func() time.Time { return now })
	c.scheduled = true // nothing is written
	for _, known := range []bool{false, true} {
		for range 1000 {
			c.add(sso.ContactKey{
				Connection: sso.NewID[sso.ConnectionID](now),
				Known:      known,
			}, sso.ProvisioningContact{At: now})
		}
		want := maxContacts / 2
		if known {
			want = maxContacts
		}
		if len(c.waiting) != want {
			t.Errorf("known %v: %d keys wait, want %d", known, len(c.waiting), want)
		}
	}
}

// TestWrongAddressesAreShortened: an address that a stranger made up is kept and shown
// in part, in one line.
func TestWrongAddressesAreShortened(t *testing.T) {
	t.Parallel()
	c := NewContacts(nil, slog.New(slog.DiscardHandler), time.Now)
	c.scheduled = true // nothing is written
	s := &Service{Options: Options{
		Contacts: c,
		Now:      time.Now,
	}}
	id := sso.NewID[sso.ConnectionID](time.Now())
	s.noteMisaddressed(t.Context(), Request{
		Connection: id,
		Method:     strings.Repeat("X", 30_000),
		Address:    "https://sso.example/Users\r\n\u202eevil\xff" + strings.Repeat("y", 30_000),
	})
	got := c.waiting[sso.ContactKey{Connection: id}].Last
	if !got.Misaddressed() || len(got.Request) > 400 ||
		!strings.HasPrefix(got.Request, "XXXXXXXXXXXXXXXX https://sso.example/Usersevilyyy") {
		t.Errorf("%q", got.Request)
	}
}
