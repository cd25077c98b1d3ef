package connection_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestStoredSCIMIsShownAndNotOffered checks that the settings do not offer SCIM,
// and that a connection with SCIM shows what it means and can leave it.
func TestStoredSCIMIsShownAndNotOffered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, body := f.do("olive", "GET", f.home+"/settings", nil); strings.Contains(body, "SCIM") {
		t.Error("the settings of a connection without SCIM speak of it")
	}
	if _, body := f.do("olive", "GET", f.home, nil); strings.Contains(body, "SCIM") {
		t.Error("the page of a connection without SCIM speaks of it")
	}
	_, err := f.db.UpdateConnection(
		t.Context(),
		sso.ActorOperator,
		f.ent.ID,
		f.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.Provisioning = sso.ProvisionSCIM
			c.Live = &live
			return c, nil
		},
	)
	f.ok(err)
	if _, body := f.do("olive", "GET", f.home, nil); !strings.Contains(
		body, "No sign-in changes a membership",
	) {
		t.Error("the page of the connection does not say that its groups are frozen")
	}
	_, body := f.do("olive", "GET", f.home+"/settings", nil)
	for _, want := range []string{
		`name="provisioning"`, `value="jit"`, "By SCIM, which is not available yet",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the settings lack %s", want)
		}
	}
	f.do("olive", "POST", f.home+"/settings", url.Values{
		"name":         {"Okta"},
		"provisioning": {"jit"},
	})
	c, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if c.Draft == nil || c.Draft.Provisioning != sso.ProvisionJIT {
		t.Errorf("the draft is %+v", c.Draft)
	}
}
