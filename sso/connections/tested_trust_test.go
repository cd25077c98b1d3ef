package connections_test

import (
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// TestTestedTrustIsRemembered: what went live by a passed test alone is kept, so
// that admins are told, until the next change of trust.
func TestTestedTrustIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.live(newDirectory(t))
	edit := func(who sso.Actor, address string) {
		t.Helper()
		_, _, err := w.Edit(t.Context(), who, w.ent, c.ID, connections.Edit{
			SAML: &connections.SAMLEdit{
				MetadataURL: new(""),
				SSOURL:      new(address),
			},
		})
		w.ok(err)
	}
	edit(linkOne, "https://one.test/sso")
	_, err := w.db.UpdateTrust(
		t.Context(),
		"user-eve",
		w.ent,
		c.ID,
		"connection.trust_approved",
		func(c sso.Connection) (sso.Trust, error) {
			next := *c.Trust.Draft
			next.DecidedBy, next.DecidedAt = "user-eve", w.clock.Now()
			next.Approved, next.Test = true, "test-1"
			c.Trust.Draft = &next
			return c.Trust, nil
		},
	)
	w.ok(err)
	w.enables(linkOne, c.ID)
	if got := w.load(c.ID).Trust.Tested; got == nil ||
		got.Test != "test-1" ||
		got.DecidedBy != "user-eve" {
		t.Errorf("after a passed test: %+v", got)
	}
	edit(linkTwo, "https://two.test/sso")
	w.needs(linkTwo, c.ID)
	w.ok(w.decide(ada, w.load(c.ID), w.load(c.ID).Trust.Draft.Digest, true))
	if w.load(c.ID).Trust.Tested == nil {
		t.Error("forgotten before the next change was enabled")
	}
	w.enables(linkTwo, c.ID)
	if got := w.load(c.ID).Trust.Tested; got != nil {
		t.Errorf("after an admin's approval: %+v", got)
	}
}
