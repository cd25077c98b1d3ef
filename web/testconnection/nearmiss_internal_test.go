package testconnection

import (
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// TestNearMissForHoldersOfALink: a setup link changes no groups, so its holder is
// told whom to ask, and is not led to a page where nothing can be accepted.
func TestNearMissForHoldersOfALink(t *testing.T) {
	t.Parallel()
	warning := sso.Warning{Code: "group_near_miss", Got: "Bookkeepers"}
	for role, link := range map[sso.Role]bool{
		sso.RoleSetupLink:       false,
		sso.RoleEnterpriseAdmin: true,
		sso.RoleOperator:        true,
	} {
		v := console.Visit{
			Visitor:    sso.Visitor{Role: role},
			Enterprise: sso.Enterprise{Key: "acme", Name: "Acme"},
			Connection: sso.Connection{ID: "conn-1", Protocol: sso.SAML},
		}
		w := viewWarning(v, "test-1", warning)
		if (w.Link != nil) != link ||
			strings.Contains(w.Ask, "Ask an admin of Acme") == link {
			t.Errorf("%s: link %v, %q", role, w.Link, w.Ask)
		}
	}
}
