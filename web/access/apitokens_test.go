package access

import (
	"slices"
	"testing"

	"gatehouse/sso"
)

// TestEveryScopeIsOffered: the form has each scope once, that of a company without those
// of the installation, and shows what was chosen.
func TestEveryScopeIsOffered(t *testing.T) {
	t.Parallel()
	for _, company := range []bool{false, true} {
		seen := map[sso.Scope]int{}
		for _, set := range offered(company, []string{"domains:read"}) {
			for _, pick := range set.Picks {
				seen[sso.Scope(pick.Value)]++
				if pick.Chosen != (pick.Value == "domains:read") || pick.Chosen && !set.Open || pick.Hint == "" {
					t.Errorf("%s: %+v in %+v", pick.Value, pick, set.Label)
				}
			}
		}
		for _, s := range sso.Scopes() {
			want := 1
			if company && s.OfInstallation() {
				want = 0
			}
			if seen[s] != want {
				t.Errorf("company %v: %s is offered %d times", company, s, seen[s])
			}
			delete(seen, s)
		}
		for s := range seen {
			if !slices.Contains(sso.Scopes(), s) {
				t.Errorf("%s does not exist", s)
			}
		}
	}
}
