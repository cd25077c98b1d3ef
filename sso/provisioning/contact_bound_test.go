package provisioning

import (
	"log/slog"
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
