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
	owner := sso.Connection{Name: "Employees"}
	for _, c := range []struct {
		pushed     bool // a push ended the person
		owner      *sso.Connection
		active     bool // as the owner says
		departures []sso.DeprovisionReceipt
		from, how  string
	}{
		{false, nil, false, nil, "an admin, by hand", "Neither sign-ins nor pushes"},
		{false, nil, false, []sso.DeprovisionReceipt{{}}, "an admin, by hand", "Neither sign-ins nor pushes"},
		{false, &owner, true, nil, "an admin, by hand", "pushes the person as active, and this changes nothing"},
		{false, &owner, false, nil, "an admin, by hand", "Neither sign-ins nor pushes"},
		{true, &owner, false, nil, "SCIM, Employees: active", "The identity provider decides"},
		{true, &owner, true, nil, "SCIM, another connection", "once both say"},
		{true, nil, false, []sso.DeprovisionReceipt{{Deleted: true}, {}}, "deleted the person", "pushes them again"},
		{true, nil, false, []sso.DeprovisionReceipt{{}, {Deleted: true}}, "deactivated the person", "No sign-in"},
	} {
		s := source{
			user:     sso.User{Status: sso.UserDeactivated, EndedByPush: c.pushed},
			owner:    c.owner,
			resource: sso.ProvisionedUser{Active: c.active},
		}
		row := s.status(c.departures)
		if !strings.Contains(row.From, c.from) || !strings.Contains(row.How, c.how) {
			t.Errorf("want %q and %q, got %q and %q", c.from, c.how, row.From, row.How)
		}
	}
}
