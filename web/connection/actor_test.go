package connection_test

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// TestTestActors: the connection names the people, links and tokens that tested it.
func TestTestActors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	link, err := f.db.CreateSetupLink(f.Context(), sso.ActorOperator, sso.SetupLink{
		Enterprise: f.ent.ID,
		Token:      sso.NewSecret().Hash(),
		For:        "it@acme.example",
		MaxOpens:   1,
		ExpiresAt:  time.Now().Add(time.Hour),
	})
	f.ok(err)
	for _, by := range []sso.Actor{sso.Actor(link.ID), sso.ActorSystem, "adm-olive"} {
		f.testedBy(by)
	}
	f.says(
		200, "GET", f.home, nil, "the setup link for it@acme.example", "Gatehouse itself", "<bdi>you</bdi>",
	)
}
