package directory

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestAccessAfterDeparture: who took access away, and how it comes back, once no
// identity provider owns the account any more.
func TestAccessAfterDeparture(t *testing.T) {
	t.Parallel()
	s := source{user: sso.User{Status: sso.UserDeactivated}}
	for _, c := range []struct {
		departures []sso.DeprovisionReceipt
		from, how  string
	}{
		{nil, "an admin, by hand", "Neither sign-ins nor pushes"},
		{[]sso.DeprovisionReceipt{{Deleted: true}, {}}, "deleted the person", "pushes them again"},
		{[]sso.DeprovisionReceipt{{}, {Deleted: true}}, "deactivated the person", "No sign-in"},
	} {
		row := s.status(c.departures)
		if !strings.Contains(row.From, c.from) || !strings.Contains(row.How, c.how) {
			t.Errorf("want %q and %q, got %q and %q", c.from, c.how, row.From, row.How)
		}
	}
}
